//! Payloads that are no objects, or no JSON, or say the same twice; metadata of every kind; times that cannot be.

use std::sync::Arc;

use super::super::object::Object;
use super::teller::{Teller, around};
use crate::model::{Payload, Timestamp};

pub(super) fn tell(teller: &mut Teller) {
    values(teller);
    payloads(teller);
    metadata(teller);
    times(teller);
}

/// Numbers that no machine word holds, keys that stand twice, strings that look like something else.
fn values(teller: &mut Teller) {
    let of = ("Odd", "values");
    let digits = "1234567890".repeat(40);
    for step in 1..=3 {
        let data = Object::new()
            .raw("digits", &digits)
            .raw("fraction", format_args!("-0.{digits}"))
            .raw("minus_zero", "-0")
            .raw("huge", "1e400")
            .raw("tiny", "-1E-400")
            .raw("zeros", format_args!("{step}.{}", "0".repeat(400)))
            .text("null", "null")
            .text("quotes", r#""\"\\""#)
            .text("escaped", r"\u{1b}[31m \n")
            .raw("surrogates", r#""\ud83d\ude00 \u0000 \u001b[2J""#)
            .raw("twice", r#"{"a":1,"b":2,"a":[3]}"#)
            .raw("step", step);
        teller.tell(of, "Counted", data);
    }
}

/// What stands where an object should.
fn payloads(teller: &mut Teller) {
    let of = ("Odd", "payloads");
    for text in [
        "null",
        "17",
        "\"a text\"",
        "[1,[2],{\"three\":3}]",
        "{}",
        "true",
        "",
        " ",
        "{\"a\":1",
        "{\"a\":1}}",
        "not JSON \u{1b}[2J \u{202e}at all",
        "{'a':1}",
    ] {
        teller.tell(of, "Recorded", text);
    }
    teller.bytes(of, "Recorded", vec![0xff, 0xfe, 0, 1, 2, 0x1b, b'[', b'2', b'J']);
    teller.bytes(of, "Recorded", b"{\"a\":\"\xc3\x28\"}".to_vec());
    let event = teller.tell(of, "Encrypted", "");
    let bytes: Vec<u8> = (0..=255_u8).cycle().take(100_000).collect();
    event.data = Payload::opaque(bytes, "application/\u{1b}[2Jx", "it is \u{202e}encrypted");
    teller.tell(of, "Recorded", r#"{"a":2}"#);
}

fn metadata(teller: &mut Teller) {
    let of = ("Odd", "metadata");
    let many = (0..5_000).fold(Object::new(), |all, at| all.raw(&format!("k{at}"), at));
    for text in [
        "null".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        "{broken".to_owned(),
        String::new(),
        "\"text\"".to_owned(),
        many.to_string(),
        Object::new().text("text", &"word ".repeat(200_000)).to_string(),
        r#"{"user_id":{"deep":{"er":[1]}},"correlation_id":["c"]}"#.to_owned(),
    ] {
        let event = teller.tell(of, "Said", Object::new().raw("bytes", text.len()));
        around(event, text);
    }
    let event = teller.tell(of, "Said", Object::new());
    event.metadata = Some(Payload::opaque(vec![1, 2, 3], "application/x", "it is encrypted"));
    event.schema = Some("".into());
}

/// Times that are missing, turn back, and lie at both ends of what is written.
fn times(teller: &mut Teller) {
    let of = ("Odd", "times");
    let seconds = [0, 253_402_300_799, -62_167_219_200, 1_767_225_600, -1, 1_767_225_600];
    for (at, seconds) in seconds.into_iter().enumerate() {
        let event = teller.tell(of, "Timed", Object::new().raw("n", at));
        event.time = Timestamp::from_timestamp(seconds, 0);
    }
    let event = teller.tell(of, "Timed", Object::new());
    event.time = None;
    event.position = None;
    event.id = None;
    event.data = Payload::json(b"{\"n\":\"late\"}".to_vec(), Arc::default(), event.version);
}

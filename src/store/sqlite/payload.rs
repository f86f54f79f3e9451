//! From a column's bytes to a payload: decompressed, told from what cannot be read, never parsed here for its own sake.

use std::io::Read;
use std::sync::Arc;

use rusqlite::types::ValueRef;
use smol_str::SmolStr;

use super::super::layout::{DataRule, Decode};
use super::super::sniff;
use crate::model::{Finding, Payload, Version};

/// The most that a payload may inflate to; what claims more is shown as it is.
const LARGEST: u64 = 256 << 20;
const BINARY: &str = "application/octet-stream";

/// Reads one payload of the event at `since`; a finding says why it is not JSON where it should be.
pub(in crate::store) fn payload(
    value: ValueRef<'_>,
    content_type: Option<&str>,
    rule: &DataRule,
    since: Version,
) -> (Payload, Option<Finding>) {
    let number;
    let bytes: &[u8] = match value {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes,
        ValueRef::Integer(integer) => {
            number = integer.to_string();
            number.as_bytes()
        }
        ValueRef::Real(real) => {
            number = real.to_string();
            number.as_bytes()
        }
        ValueRef::Null => {
            let reason = "the store holds no payload for this event";
            let finding = Finding::warning("payload-missing", reason);
            return (Payload::opaque(&[][..], BINARY, reason), Some(finding));
        }
    };
    if let Some(kind) = content_type.filter(|kind| !is_json(kind)) {
        return (Payload::opaque(bytes, kind, format!("the payload is {kind}, not JSON")), None);
    }
    let mut inflated;
    let mut left = bytes;
    for _ in 0..4 {
        if starts_json(left) && rule.decode.contains(&Decode::Json) {
            return (Payload::json(left, Arc::clone(&rule.view), since), None);
        }
        match inflate(left, &rule.decode) {
            Some(Ok(bytes)) => {
                inflated = bytes;
                left = &inflated;
            }
            Some(Err(reason)) => return opaque(bytes, "payload-unreadable", reason, None),
            None => break,
        }
    }
    unknown(left, rule)
}

fn is_json(kind: &str) -> bool {
    let kind = kind.split(';').next().unwrap_or(kind).trim();
    kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json") || kind == "text/json"
}

fn opaque(
    bytes: &[u8],
    code: &'static str,
    reason: String,
    hint: Option<&str>,
) -> (Payload, Option<Finding>) {
    let mut finding = Finding::warning(code, reason.clone());
    finding.hint = hint.map(str::to_owned);
    (Payload::opaque(bytes, BINARY, reason), Some(finding))
}

/// The sentence for bytes that nothing recognised.
fn unknown(bytes: &[u8], rule: &DataRule) -> (Payload, Option<Finding>) {
    let unreadable = "payload-unreadable";
    if bytes.is_empty() {
        return opaque(bytes, unreadable, "the payload is empty".to_owned(), None);
    }
    if let Some(kind) = sniff::known_kind(bytes) {
        return opaque(bytes, unreadable, format!("the payload is {kind}, not JSON"), None);
    }
    if let Some(line) = sniff::first_line(bytes) {
        return opaque(
            bytes,
            unreadable,
            format!("the payload is text that is no JSON: {line}"),
            None,
        );
    }
    if let Some(method) = &rule.encryption
        && sniff::looks_random(bytes)
    {
        let reason = format!("the payload looks encrypted ({method}); foldback has no key for it");
        let hint = "types, versions and ids are readable; what happened is not without the application's key";
        return opaque(bytes, "payload-encrypted", reason, Some(hint));
    }
    let first: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let tried: Vec<&str> = rule
        .decode
        .iter()
        .map(|step| match step {
            Decode::Zlib => "zlib",
            Decode::Gzip => "gzip",
            Decode::Json => "JSON",
        })
        .collect();
    let reason =
        format!("the payload begins {} and is not {}", first.join(" "), tried.join(" or "));
    opaque(bytes, unreadable, reason, None)
}

/// Whether it could be a JSON value: the whole of it is UTF-8 and it begins like one.
fn starts_json(bytes: &[u8]) -> bool {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'))
        && bytes.iter().take(16).all(|byte| *byte >= b' ' || byte.is_ascii_whitespace())
        && std::str::from_utf8(bytes).is_ok()
}

/// What the bytes hold where they say that they are compressed in one of the ways the layout knows.
fn inflate(bytes: &[u8], steps: &[Decode]) -> Option<Result<Vec<u8>, String>> {
    let (first, second) = (*bytes.first()?, *bytes.get(1)?);
    let zlib = first & 0x0f == 8
        && first >> 4 <= 7
        && (u16::from(first) << 8 | u16::from(second)).is_multiple_of(31);
    let mut inflated = Vec::with_capacity(bytes.len() * 4);
    let (name, read) = if zlib && steps.contains(&Decode::Zlib) {
        let decoder = flate2::read::ZlibDecoder::new(bytes);
        ("zlib", decoder.take(LARGEST).read_to_end(&mut inflated))
    } else if bytes.starts_with(b"\x1f\x8b") && steps.contains(&Decode::Gzip) {
        let decoder = flate2::read::MultiGzDecoder::new(bytes);
        ("gzip", decoder.take(LARGEST).read_to_end(&mut inflated))
    } else {
        return None;
    };
    match read {
        Ok(_) if inflated.len() as u64 == LARGEST => {
            Some(Err("the payload inflates to more than 256 MiB".to_owned()))
        }
        Ok(_) => Some(Ok(inflated)),
        // Random bytes look like the start of zlib data once in a thousand times.
        Err(_) if sniff::looks_random(bytes) && inflated.len() < bytes.len() => None,
        Err(error) => Some(Err(format!("the payload is damaged {name} data: {error}"))),
    }
}

/// The text of a picked scalar: a string's content, anything else as it is written.
pub(super) fn scalar(text: &str) -> Option<SmolStr> {
    if let Some(inside) = text.strip_prefix('"') {
        if let Some(plain) = inside.strip_suffix('"').filter(|plain| !plain.contains('\\')) {
            return Some(SmolStr::new(plain));
        }
        return serde_json::from_str::<std::borrow::Cow<'_, str>>(text).ok().map(SmolStr::new);
    }
    (text != "null" && !text.starts_with(['{', '['])).then(|| SmolStr::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json::pick;
    use std::io::Write as _;

    fn rule(decode: &[Decode]) -> DataRule {
        DataRule {
            column: "state".into(),
            content_type: None,
            decode: decode.to_vec(),
            encryption: Some("AES-GCM".into()),
            view: Arc::default(),
        }
    }

    fn read(bytes: &[u8]) -> (Payload, Option<Finding>) {
        payload(ValueRef::Blob(bytes), None, &rule(&[Decode::Zlib, Decode::Json]), Version(1))
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn plain_and_deflated_json_give_the_same_bytes() {
        let json = br#"{"a":1,"b":"zlib"}"#;
        for bytes in [json.to_vec(), deflated(json), deflated(&deflated(json))] {
            let (payload, finding) = read(&bytes);
            assert_eq!((&payload.bytes()[..], finding), (&json[..], None));
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let random: Vec<u8> = (0..9_u8).flat_map(|n| *blake3::hash(&[n]).as_bytes()).collect();
        let mut broken = deflated(br#"{"a":"the quick brown fox jumps over the lazy dog"}"#);
        broken.truncate(20);
        let cases: [(&[u8], &str, &str); 5] = [
            (&random, "payload-encrypted", "AES-GCM"),
            (&broken, "payload-unreadable", "damaged zlib"),
            (b"", "payload-unreadable", "empty"),
            (b"hello", "payload-unreadable", "hello"),
            (b"\x80\x04\x95\x00", "payload-unreadable", "80 04 95 00"),
        ];
        for (bytes, code, words) in cases {
            let (payload, finding) = read(bytes);
            let finding = finding.unwrap();
            assert_eq!(finding.code, code, "{finding:?}");
            assert!(finding.message.contains(words), "{finding:?}");
            assert_eq!(&payload.bytes()[..], bytes, "the bytes are kept");
            assert!(payload.value().is_err());
        }
    }

    /// One in thirty random texts begins like JSON.
    #[test]
    fn bytes_that_are_no_text_are_never_json() {
        let mut begin_like_json = 0;
        for n in 0..2_000_u32 {
            let part = |at: u32| *blake3::hash(&[n, at].map(u32::to_le_bytes).concat()).as_bytes();
            let random: Vec<u8> = (0..9).flat_map(part).collect();
            begin_like_json += u32::from(matches!(random[0], b'{' | b'[' | b'"' | b'0'..=b'9'));
            let (payload, finding) = read(&random);
            assert!(!payload.is_json(), "{random:?}");
            assert_eq!(finding.unwrap().code, "payload-encrypted");
        }
        assert!(begin_like_json > 20);
    }

    #[test]
    fn members_are_picked_without_building_the_rest() {
        let json =
            br#"{"x":[1,{"v":0}],"t":{"_type_":"datetime_iso","_data_":"2024"},"v":2,"n":1e400}"#;
        let time = [SmolStr::new("t"), SmolStr::new("_data_")];
        let version = [SmolStr::new("v")];
        let absent = [SmolStr::new("no")];
        let [time, version, absent] = pick(json, [&time, &version, &absent]).unwrap();
        assert_eq!(time.and_then(scalar).as_deref(), Some("2024"));
        assert_eq!(version.and_then(scalar).as_deref(), Some("2"));
        assert!(absent.is_none());
        assert!(pick(br#"{"a":"#, [&[SmolStr::new("a")][..]]).is_err());
        assert!(pick(b"[1,2]", [&[SmolStr::new("a")][..]]).unwrap()[0].is_none());
    }
}

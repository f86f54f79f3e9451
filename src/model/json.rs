//! Reading and writing JSON text as [`Value`](super::Value)s.
//!
//! A reader of our own, because a fold spends most of its time here and needs what general readers do not keep: the
//! exact text of every number, and a version on every slot. It takes exactly RFC 8259 (a test holds it against
//! `serde_json`), except that nesting ends at [`MAX_DEPTH`].

mod read;
mod write;

pub use read::{JsonError, MAX_DEPTH, read};
pub(crate) use read::{Read, first, lay_out, pick, raw_members, read_noting, text_of};
pub use write::{to_pretty, to_string, write, write_string};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Value, Version};

    fn kept(text: &str) -> String {
        to_string(&read(text.as_bytes(), Version::ZERO).unwrap())
    }

    fn reason(text: &str) -> (&'static str, usize) {
        let error = read(text.as_bytes(), Version::ZERO).unwrap_err();
        (error.reason, error.offset)
    }

    #[test]
    fn numbers_and_key_order_survive() {
        let text = r#"{"z":19.90,"a":123456789012345678901234567890,"m":-0.0e+1,"b":[1,1.0]}"#;
        assert_eq!(kept(text), text);
    }

    #[test]
    fn escapes_are_read_and_written() {
        assert_eq!(kept(r#""\u00e9\ud83d\ude00\/\u001b""#), "\"é😀/\\u001b\"");
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped() {
        let text = "a\u{9b}2J\u{202e}b\u{7f}\u{2066}é\u{200b}字";
        let written = to_string(&Value::string(text));
        assert_eq!(written, r#""a\u009b2J\u202eb\u007f\u2066é\u200b字""#);
        assert_eq!(read(written.as_bytes(), Version::ZERO).unwrap(), Value::string(text));
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        assert_eq!(reason(r#"{"a":}"#), ("expected a JSON value", 5));
        assert_eq!(reason("[1,]"), ("expected a JSON value", 3));
        assert_eq!(reason("01"), ("a number does not begin with 0", 1));
        assert_eq!(reason(r#""\ud800x""#).0, "half of a surrogate pair, which is no character");
        assert_eq!(reason("{} x"), ("more text after the value", 3));
        assert_eq!(reason(""), ("the text ends where a JSON value should begin", 0));
    }

    #[test]
    fn nesting_ends_before_the_stack_does() {
        let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(read(deep(MAX_DEPTH).as_bytes(), Version::ZERO).is_ok());
        assert_eq!(reason(&deep(MAX_DEPTH + 1)).0, "nested deeper than 512 levels");
    }

    #[test]
    fn what_is_passed_over_may_nest_as_deep_as_it_likes() {
        let path = ["t".into()];
        let inner = |levels: usize| {
            let close = |level| if level % 2 == 0 { ", {}]" } else { r#","z":[]}"# };
            let open: String =
                (0..levels).map(|at| if at % 2 == 0 { "[1, " } else { r#"{"k":"# }).collect();
            open + "1" + &(0..levels).rev().map(close).collect::<String>()
        };
        for levels in [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH + 1, 100_000] {
            let inner = inner(levels);
            let text = format!(r#"{{"d":{inner},"t":"now"}}"#);
            assert_eq!(pick(text.as_bytes(), [&path]).unwrap(), [Some("\"now\"")], "{levels}");
            assert_eq!(read(text.as_bytes(), Version::ZERO).is_ok(), levels == MAX_DEPTH - 2);
            for (at, _) in inner.char_indices().filter(|(_, c)| "]}{".contains(*c)).take(2_000) {
                let mut broken = inner.clone();
                broken
                    .replace_range(at..=at, if broken.as_bytes()[at] == b']' { "}" } else { "]" });
                assert!(pick(broken.as_bytes(), [&path]).is_err(), "{levels} {at}");
                if levels > MAX_DEPTH + 1 {
                    break;
                }
            }
        }
    }

    #[test]
    fn members_are_picked_by_path() {
        let json = r#"{"t":{"k":1,"d":"x\"y"},"v":[1,{"v":0}],"t2":null}"#;
        let path = |keys: &[&str]| keys.iter().map(|key| (*key).into()).collect::<Vec<_>>();
        let paths = [path(&["t", "d"]), path(&["v"]), path(&["t2"]), path(&["t2", "d"]), path(&[])];
        let found = pick(json.as_bytes(), paths.each_ref().map(Vec::as_slice)).unwrap();
        assert_eq!(found, [Some(r#""x\"y""#), Some(r#"[1,{"v":0}]"#), Some("null"), None, None]);
        for (path, found) in paths.iter().zip(found) {
            assert_eq!(
                first(json.as_bytes(), path),
                found.filter(|_| !path.is_empty()),
                "{path:?}"
            );
        }
        assert_eq!(first(br#"{"a":{"c":0},"a":{"b":1}, {"#, &path(&["a", "b"])), Some("1"));
        assert_eq!(first(br#"{"b":[1,}, "a":1}"#, &path(&["a"])), None);
        assert!(pick(br#"{"a":[1,}"#, [&[]]).is_err());
    }

    #[test]
    fn members_are_given_as_they_are_written() {
        let members = |text: &'static str| {
            let mut members = Vec::new();
            let read =
                raw_members(text.as_bytes(), |key, raw| members.push((key.into_owned(), raw)));
            read.map(|object| (object, members)).map_err(|error| error.reason)
        };
        let text = " { \"a\\u0062\" : 1.0 ,\"c\":[ {\"d\":2} ] , \"c\":null} ";
        let found =
            [("ab".to_owned(), "1.0"), ("c".to_owned(), "[ {\"d\":2} ]"), ("c".to_owned(), "null")];
        assert_eq!(members(text), Ok((true, found.to_vec())));
        assert_eq!(members("[1]"), Ok((false, Vec::new())));
        assert_eq!(members("{\"a\":1} {"), Err("more text after the value"));
        assert_eq!(members("{\"a\":[1,}"), Err("expected a JSON value"));
    }

    proptest! {
        /// Picking nothing reads all of the text, without building it.
        #[test]
        fn skipping_takes_what_reading_takes(text in r#"[ \[\]{}:,"a\\u0-9eE.+\-truefalsn]{0,24}"#) {
            let read = read(text.as_bytes(), Version::ZERO);
            let skipped = pick(text.as_bytes(), [&[]]);
            prop_assert_eq!(read.map(drop).map_err(|e| e.offset), skipped.map(drop).map_err(|e| e.offset));
        }

        #[test]
        fn takes_what_serde_json_takes(text in r#"[ \[\]{}:,"a\\u0-9eE.+\-truefalsn]{0,24}"#) {
            let theirs = serde_json::from_str::<serde_json::Value>(&text);
            let ours = read(text.as_bytes(), Version::ZERO);
            prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?}", ours);
            if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
                // Text for text, but for the spelling of keys that stand twice and of exponents.
                let again: serde_json::Value = serde_json::from_str(&to_string(&ours)).unwrap();
                prop_assert_eq!(again, theirs);
            }
        }

        #[test]
        fn strings_come_back(text in any::<String>()) {
            let mut out = String::new();
            write_string(&mut out, &text);
            prop_assert_eq!(&serde_json::from_str::<String>(&out).unwrap(), &text);
            let read = read(out.as_bytes(), Version::ZERO).unwrap();
            prop_assert_eq!(read.as_str(), Some(text.as_str()));
        }
    }
}

//! Reading and writing JSON text as [`Value`]s.
//!
//! A reader of our own, because a fold spends most of its time here and needs what general readers do not keep: the
//! exact text of every number, and a version on every slot. It takes exactly RFC 8259 (a test holds it against
//! `serde_json`), except that nesting ends at [`MAX_DEPTH`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::SmolStr;

use super::id::Version;
use super::value::{Map, Slot, Value};

/// How deep arrays and objects may nest before reading gives up; folding and drawing recurse as deep.
pub const MAX_DEPTH: usize = 512;

/// Why bytes are not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason} at byte {offset}")]
pub struct JsonError {
    /// What was expected or is not allowed.
    pub reason: &'static str,
    /// Where, counted in bytes from 0.
    pub offset: usize,
}

/// Reads one JSON value; every slot in it is stamped with `since`.
pub fn read(bytes: &[u8], since: Version) -> Result<Value, JsonError> {
    let mut reader = Reader::new(bytes, since)?;
    let value = reader.value(0)?;
    reader.end()?;
    Ok(value)
}

/// Reads the members of one JSON object into `members` without building the object; returns `false`, with `members`
/// empty, where the text holds another kind of value. Of a key that stands twice the last is kept.
pub(crate) fn read_members(
    bytes: &[u8],
    since: Version,
    members: &mut Vec<(SmolStr, Value)>,
) -> Result<bool, JsonError> {
    members.clear();
    let mut reader = Reader::new(bytes, since)?;
    reader.space();
    if reader.peek() != Some(b'{') {
        return Ok(false);
    }
    let read = reader.members(1, |key, value| members.push((key, value)));
    read.and_then(|()| reader.end()).inspect_err(|_| members.clear())?;
    drop_earlier_twins(members);
    Ok(true)
}

fn drop_earlier_twins(members: &mut Vec<(SmolStr, Value)>) {
    let few = members.len() <= 16;
    let twice = if few {
        let later = |at: usize| members.get(at + 1..).unwrap_or_default();
        members.iter().enumerate().any(|(at, (key, _))| later(at).iter().any(|(k, _)| k == key))
    } else {
        let mut seen = HashSet::with_capacity(members.len());
        !members.iter().all(|(key, _)| seen.insert(key))
    };
    if twice {
        let mut seen = HashSet::new();
        let mut keep: Vec<bool> =
            members.iter().rev().map(|(key, _)| seen.insert(key.clone())).collect();
        members.retain(|_| keep.pop().unwrap_or(true));
    }
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    since: Version,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], since: Version) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| JsonError { reason: "text is not UTF-8", offset: e.valid_up_to() })?;
        Ok(Self { text, bytes, at: 0, since })
    }

    fn fail<T>(&self, reason: &'static str) -> Result<T, JsonError> {
        Err(JsonError { reason, offset: self.at.min(self.bytes.len()) })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn end(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.at == self.bytes.len() { Ok(()) } else { self.fail("more text after the value") }
    }

    fn value(&mut self, depth: usize) -> Result<Value, JsonError> {
        self.space();
        match self.peek() {
            Some(b'"') => self.string().map(|text| Value::String(SmolStr::new(text))),
            Some(b'{') => {
                let mut map = Map::default();
                let since = self.since;
                self.members(depth + 1, |key, value| {
                    map.insert(key, Slot::new(value, since));
                })?;
                Ok(Value::Object(Arc::new(map)))
            }
            Some(b'[') => self.array(depth + 1),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => self.fail("expected a JSON value"),
            None => self.fail("the text ends where a JSON value should begin"),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, JsonError> {
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            Ok(value)
        } else {
            self.fail("expected a JSON value")
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, JsonError> {
        if depth > MAX_DEPTH {
            return self.fail("nested deeper than 512 levels");
        }
        self.at += 1;
        let mut items = Vec::new();
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(Arc::new(items)));
        }
        loop {
            items.push(Slot::new(self.value(depth)?, self.since));
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => {
                    self.at += 1;
                    return Ok(Value::Array(Arc::new(items)));
                }
                _ => return self.fail("expected `,` or `]`"),
            }
        }
    }

    fn members(
        &mut self,
        depth: usize,
        mut each: impl FnMut(SmolStr, Value),
    ) -> Result<(), JsonError> {
        if depth > MAX_DEPTH {
            return self.fail("nested deeper than 512 levels");
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.space();
            if self.peek() != Some(b'"') {
                return self.fail("expected a key in double quotes");
            }
            let key = SmolStr::new(self.string()?);
            self.space();
            if self.peek() != Some(b':') {
                return self.fail("expected `:`");
            }
            self.at += 1;
            let value = self.value(depth)?;
            each(key, value);
            self.space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => {
                    self.at += 1;
                    return Ok(());
                }
                _ => return self.fail("expected `,` or `}`"),
            }
        }
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == from { self.fail("expected a digit") } else { Ok(()) }
    }

    fn number(&mut self) -> Result<Value, JsonError> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
            if matches!(self.peek(), Some(b'0'..=b'9')) {
                return self.fail("a number does not begin with 0");
            }
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(Value::Number(SmolStr::new(self.slice(from, self.at))))
    }

    /// The text between two places that lie beside ASCII characters.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Moves to the next quote, backslash or control character.
    fn skip_plain(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += rest
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))
            .unwrap_or(rest.len());
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let from = self.at;
        self.skip_plain();
        if self.peek() == Some(b'"') {
            let plain = self.slice(from, self.at);
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = String::from(self.slice(from, self.at));
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some(b'\\') => text.push(self.escape()?),
                Some(_) => return self.fail("a control character inside a string"),
                None => return self.fail("the text ends inside a string"),
            }
            let from = self.at;
            self.skip_plain();
            text.push_str(self.slice(from, self.at));
        }
    }

    fn escape(&mut self) -> Result<char, JsonError> {
        let plain = match self.bytes.get(self.at + 1) {
            Some(b'u') => return self.unicode(),
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            _ => return self.fail("an escape that JSON does not know"),
        };
        self.at += 2;
        Ok(plain)
    }

    fn unicode(&mut self) -> Result<char, JsonError> {
        let from = self.at;
        let first = self.hex4()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            let second = if self.peek() == Some(b'\\') { self.hex4().ok() } else { None };
            match second {
                Some(low @ 0xdc00..=0xdfff) => 0x10000 + ((first - 0xd800) << 10) + (low - 0xdc00),
                _ => first,
            }
        } else {
            first
        };
        char::from_u32(code).ok_or(JsonError {
            reason: "half of a surrogate pair, which is no character",
            offset: from,
        })
    }

    fn hex4(&mut self) -> Result<u32, JsonError> {
        let digits = self.bytes.get(self.at..self.at + 6).unwrap_or_default();
        let [b'\\', b'u', hex @ ..] = digits else {
            return self.fail("expected `\\u` and four hexadecimal digits");
        };
        let mut code = 0;
        for digit in hex {
            let Some(digit) = (*digit as char).to_digit(16) else {
                return self.fail("expected `\\u` and four hexadecimal digits");
            };
            code = code * 16 + digit;
        }
        self.at += 6;
        Ok(code)
    }
}

/// The value as JSON on one line, without spaces.
pub fn to_string(value: &Value) -> String {
    let mut out = String::new();
    write(&mut out, value);
    out
}

/// The value as JSON over several lines, two spaces a level.
pub fn to_pretty(value: &Value) -> String {
    let mut out = String::new();
    write_pretty(&mut out, value, 0);
    out
}

/// Appends the value as JSON on one line.
pub fn write(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Number(text) => out.push_str(text),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            out.push('[');
            for (at, slot) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write(out, &slot.value);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, slot)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_string(out, key);
                out.push(':');
                write(out, &slot.value);
            }
            out.push('}');
        }
    }
}

fn write_pretty(out: &mut String, value: &Value, depth: usize) {
    let line = |out: &mut String, depth: usize| {
        out.push('\n');
        out.extend(std::iter::repeat_n("  ", depth));
    };
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (at, slot) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write_pretty(out, &slot.value, depth + 1);
            }
            line(out, depth);
            out.push(']');
        }
        Value::Object(map) if !map.is_empty() => {
            out.push('{');
            for (at, (key, slot)) in map.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                line(out, depth + 1);
                write_string(out, key);
                out.push_str(": ");
                write_pretty(out, &slot.value, depth + 1);
            }
            line(out, depth);
            out.push('}');
        }
        other => write(out, other),
    }
}

/// Appends `text` as a JSON string, quotes included.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..=0x1f => "",
            _ => continue,
        };
        out.push_str(text.get(plain..at).unwrap_or_default());
        if escape.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(escape);
        }
        plain = at + 1;
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let raw = serde_json::value::RawValue::from_string(to_string(self));
        raw.map_err(serde::ser::Error::custom)?.serialize(to)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
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

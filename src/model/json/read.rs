//! JSON text as values.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::id::Version;
use super::super::payload::View;
use super::super::value::{Map, Slot, Value};

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

/// Reads the members of one JSON object into `members` without building the object, as a `view` without `inside` and
/// `variant` shows them; returns `false`, with `members` empty, where the text holds another kind of value. Of a key
/// that stands twice the last is kept.
pub(crate) fn read_members(
    bytes: &[u8],
    view: &View,
    since: Version,
    members: &mut Vec<(SmolStr, Value)>,
) -> Result<bool, JsonError> {
    members.clear();
    let mut reader = Reader::new(bytes, since)?;
    reader.unwrap = view.unwrap.as_ref();
    reader.space();
    if reader.peek() != Some(b'{') {
        return Ok(false);
    }
    let read = reader.members(1, |key| view.shows(key), |key, value| members.push((key, value)));
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
    /// See [`View::unwrap`].
    unwrap: Option<&'a (SmolStr, SmolStr)>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], since: Version) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes)
            .map_err(|e| JsonError { reason: "text is not UTF-8", offset: e.valid_up_to() })?;
        Ok(Self { text, bytes, at: 0, since, unwrap: None })
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
            Some(b'{') => self.object(depth + 1),
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

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut map = Map::default();
        let since = self.since;
        self.members(
            depth,
            |_| true,
            |key, value| {
                map.insert(key, Slot::new(value, since));
            },
        )?;
        if let Some((kind, data)) = self.unwrap
            && map.len() == 2
            && map.contains_key(kind)
            && let Some(inner) = map.get_mut(data)
        {
            return Ok(std::mem::take(&mut inner.value));
        }
        Ok(Value::Object(Arc::new(map)))
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
        wanted: impl Fn(&str) -> bool,
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
            let key = self.string()?;
            self.space();
            if self.peek() != Some(b':') {
                return self.fail("expected `:`");
            }
            self.at += 1;
            if wanted(&key) {
                let value = self.value(depth)?;
                each(SmolStr::new(key), value);
            } else {
                self.value(depth)?;
            }
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

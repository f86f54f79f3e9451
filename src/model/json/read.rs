//! JSON text as values: the reader, and what it builds. What goes through a text without building all of it is beside it.

mod flat;
mod pick;

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::flat::Span;
use super::super::id::Version;
use super::super::value::{Map, Slot, Value};

pub(crate) use flat::{Read, lay_out};
pub(crate) use pick::{first, pick, raw_members};

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

const TOO_DEEP: &str = "nested deeper than 512 levels";

impl JsonError {
    /// Whether it may well be JSON, and only nests deeper than [`MAX_DEPTH`].
    pub fn is_too_deep(&self) -> bool {
        self.reason == TOO_DEEP
    }
}

/// Reads one JSON value; every slot in it is stamped with `since`.
pub fn read(bytes: &[u8], since: Version) -> Result<Value, JsonError> {
    read_noting(bytes, since).map(|(value, _)| value)
}

/// The same, with the first key that an object has more than once: its last value is the one that is kept.
pub(crate) fn read_noting(
    bytes: &[u8],
    since: Version,
) -> Result<(Value, Option<SmolStr>), JsonError> {
    let mut reader = Reader::new(bytes, since)?;
    let value = reader.value(0)?;
    reader.end()?;
    Ok((value, reader.twice))
}

/// The bytes as text.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, JsonError> {
    std::str::from_utf8(bytes)
        .map_err(|e| JsonError { reason: "text is not UTF-8", offset: e.valid_up_to() })
}

/// How many bytes come before the first quote, backslash or control character: eight at a time, since most of a
/// payload is strings.
fn plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGH: u64 = ONES << 7;
    // The lowest bit set marks the first byte that is zero, or below `0x20`; what lies above it may be a borrow.
    let zero = |word: u64| word.wrapping_sub(ONES) & !word & HIGH;
    let (words, rest) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        let quote = zero(word ^ (ONES * u64::from(b'"')));
        let backslash = zero(word ^ (ONES * u64::from(b'\\')));
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGH;
        let found = quote | backslash | control;
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let ends = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
    words.len() * 8 + rest.iter().position(ends).unwrap_or(rest.len())
}

/// How the object that begins somewhere goes on.
enum Wrapping {
    /// Not as a wrapping; nothing was read.
    None,
    /// As a wrapping and nothing else: the value inside it.
    Whole(Value),
    /// As a wrapping, and then with more members: those that were read.
    Begun([(SmolStr, Value); 2]),
}

struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    since: Version,
    /// See [`View::unwrap`].
    unwrap: Option<&'a (SmolStr, SmolStr)>,
    /// The first key that an object has more than once.
    twice: Option<SmolStr>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], since: Version) -> Result<Self, JsonError> {
        text_of(bytes).map(|text| Self::of(text, since))
    }

    fn of(text: &'a str, since: Version) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, since, unwrap: None, twice: None }
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

    /// Reads what is between two brackets and parted by commas; `one` reads each part.
    fn all(
        &mut self,
        depth: usize,
        end: u8,
        mut one: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        if depth > MAX_DEPTH {
            return self.fail(TOO_DEEP);
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(end) {
            self.at += 1;
            return Ok(());
        }
        one(self)?;
        self.more(end, one)
    }

    /// The rest of what [`Reader::all`] reads, after a part.
    fn more(
        &mut self,
        end: u8,
        mut one: impl FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        loop {
            self.space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    one(self)?;
                }
                Some(byte) if byte == end => {
                    self.at += 1;
                    return Ok(());
                }
                _ if end == b'}' => return self.fail("expected `,` or `}`"),
                _ => return self.fail("expected `,` or `]`"),
            }
        }
    }

    fn skip_string(&mut self) -> Result<(), JsonError> {
        let from = self.at;
        if self.plain_string().is_some() {
            return Ok(());
        }
        self.at = from;
        self.string().map(drop)
    }

    fn colon(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.peek() != Some(b':') {
            return self.fail("expected `:`");
        }
        self.at += 1;
        Ok(())
    }

    /// Reads the beginning of an object as far as it is the wrapping that a [`View`] takes off, as libraries write it.
    /// What was read is never read again, however the object goes on: nested ones would double the work at each level.
    fn wrapping(&mut self, depth: usize) -> Result<Wrapping, JsonError> {
        let Some((kind, data)) = self.unwrap else { return Ok(Wrapping::None) };
        let from = self.at;
        let Some(name) = self.wrapping_of(kind, data) else {
            self.at = from;
            return Ok(Wrapping::None);
        };
        if depth > MAX_DEPTH {
            return self.fail(TOO_DEEP);
        }
        let inner = self.value(depth)?;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Wrapping::Whole(inner));
        }
        let name = Value::String(SmolStr::new(name));
        Ok(Wrapping::Begun([(kind.clone(), name), (data.clone(), inner)]))
    }

    /// The text under `kind`, where an object begins here with just that and `data`.
    fn wrapping_of(&mut self, kind: &str, data: &str) -> Option<Cow<'a, str>> {
        self.at += 1;
        self.space();
        if self.peek() != Some(b'"') || self.string().ok()? != kind {
            return None;
        }
        self.colon().ok()?;
        self.space();
        if self.peek() != Some(b'"') {
            return None;
        }
        let name = self.string().ok()?;
        self.space();
        if self.peek() != Some(b',') {
            return None;
        }
        self.at += 1;
        self.space();
        if self.peek() != Some(b'"') || self.string().ok()? != data {
            return None;
        }
        self.colon().ok()?;
        Some(name)
    }

    fn object(&mut self, depth: usize) -> Result<Value, JsonError> {
        let mut map = Map::default();
        let since = self.since;
        let begun = match self.wrapping(depth)? {
            Wrapping::Whole(inner) => return Ok(inner),
            Wrapping::Begun(members) => {
                map.extend(members.map(|(key, value)| (key, Slot::new(value, since))));
                true
            }
            Wrapping::None => false,
        };
        self.members(depth, begun, |this, key| {
            let value = this.value(depth)?;
            let (at, before) = map.insert_full(SmolStr::new(key), Slot::new(value, since));
            if before.is_some() && this.twice.is_none() {
                this.twice = map.get_index(at).map(|(key, _)| key.clone());
            }
            Ok(())
        })?;
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
        let mut items = Vec::new();
        self.all(depth, b']', |this| {
            items.push(Slot::new(this.value(depth)?, this.since));
            Ok(())
        })?;
        Ok(Value::Array(Arc::new(items)))
    }

    /// Reads the members of the object that begins here, or goes on with one that has `begun`; `one` reads the value of
    /// each.
    fn members(
        &mut self,
        depth: usize,
        begun: bool,
        mut one: impl FnMut(&mut Self, Cow<'a, str>) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        let one = |this: &mut Self| {
            this.space();
            if this.peek() != Some(b'"') {
                return this.fail("expected a key in double quotes");
            }
            let key = this.string()?;
            this.colon()?;
            one(this, key)
        };
        if begun { self.more(b'}', one) } else { self.all(depth, b'}', one) }
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
        self.skip_number()?;
        Ok(Value::Number(SmolStr::new(self.slice(from, self.at))))
    }

    fn skip_number(&mut self) -> Result<(), JsonError> {
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
        Ok(())
    }

    /// The text between two places that lie beside ASCII characters.
    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// Moves to the next quote, backslash or control character.
    fn skip_plain(&mut self) {
        self.at += plain(self.bytes.get(self.at..).unwrap_or_default());
    }

    /// What stands in the quotes that begin here; `None`, and a place inside, where not all of it is as it is written.
    fn plain_string(&mut self) -> Option<Span> {
        self.at += 1;
        let from = self.at;
        self.skip_plain();
        let to = self.at;
        self.at += 1;
        (self.bytes.get(to) == Some(&b'"')).then_some(Span { from, to })
    }

    fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        let from = self.at + 1;
        if let Some(plain) = self.plain_string() {
            return Ok(Cow::Borrowed(self.slice(plain.from, plain.to)));
        }
        self.at -= 1;
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

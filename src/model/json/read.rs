//! JSON text as values.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::super::flat::{Flat, Laid, Span};
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

/// What a text turned out to be for [`lay_out`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// An object; its members are laid out.
    Flat,
    /// An object with a key that stands twice or has escapes, or wrapped in an unusual way: only [`read`] knows what to
    /// make of it.
    Odd,
    /// Another kind of value.
    Other,
}

/// Lays the members of one JSON object out, as a `view` without `inside` and `variant` shows them.
pub(crate) fn lay_out(
    text: &str,
    view: &View,
    since: Version,
    flat: &mut Flat,
) -> Result<Read, JsonError> {
    flat.clear();
    let mut reader = Reader::of(text, since);
    reader.unwrap = view.unwrap.as_ref();
    reader.space();
    if reader.peek() != Some(b'{') {
        return Ok(Read::Other);
    }
    let odd = reader.flat(1, Some(view).filter(|view| view.hides()), flat)?;
    reader.end()?;
    Ok(if odd || reader.twice.is_some() { Read::Odd } else { Read::Flat })
}

/// The text of the values under some members of the top level, each found by the path of its keys; the first of twins.
/// Checks all of the text, and builds nothing of what was not asked for.
pub(crate) fn pick<'a, const N: usize>(
    bytes: &'a [u8],
    paths: [&[SmolStr]; N],
) -> Result<[Option<&'a str>; N], JsonError> {
    let mut reader = Reader::new(bytes, Version::ZERO)?;
    let mut found = [None; N];
    reader.pick(0, paths, 0, &mut found)?;
    reader.end()?;
    Ok(found)
}

/// The same for one path, without looking at what comes after it; `None` also where the text is broken before.
pub(crate) fn first<'a>(bytes: &'a [u8], path: &[SmolStr]) -> Option<&'a str> {
    let mut reader = Reader::of(text_of(bytes).ok()?, Version::ZERO);
    let mut found = None;
    // Having found it ends the reading, as an error would.
    let _ = reader.first(0, path, &mut found);
    found
}

/// Gives each member of one JSON object to `each`, its key and the exact text of its value, in their order, twins and
/// all. Checks all of the text and builds nothing; returns `false` where the text holds another kind of value.
pub(crate) fn raw_members<'a>(
    bytes: &'a [u8],
    mut each: impl FnMut(Cow<'a, str>, &'a str),
) -> Result<bool, JsonError> {
    let mut reader = Reader::new(bytes, Version::ZERO)?;
    reader.space();
    if reader.peek() != Some(b'{') {
        return Ok(false);
    }
    reader.members(1, false, |this, key| {
        this.space();
        let from = this.at;
        this.skip(1)?;
        each(key, this.slice(from, this.at));
        Ok(())
    })?;
    reader.end().map(|()| true)
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

    /// Reads a value for its end only, however deep it nests.
    fn skip(&mut self, depth: usize) -> Result<(), JsonError> {
        self.space();
        match self.peek() {
            Some(b'{' | b'[') if depth >= MAX_DEPTH => self.skip_deep(),
            Some(b'"') => self.skip_string(),
            Some(b'{') => self.all(depth + 1, b'}', |this| {
                this.skip_key()?;
                this.skip(depth + 1)
            }),
            Some(b'[') => self.all(depth + 1, b']', |this| this.skip(depth + 1)),
            Some(b'-' | b'0'..=b'9') => self.skip_number(),
            _ => self.value(depth).map(drop),
        }
    }

    fn skip_key(&mut self) -> Result<(), JsonError> {
        self.space();
        if self.peek() != Some(b'"') {
            return self.fail("expected a key in double quotes");
        }
        self.skip_string()?;
        self.colon()
    }

    /// The same for an array or object, without the stack that others need for each level.
    fn skip_deep(&mut self) -> Result<(), JsonError> {
        let mut ends: Vec<u8> = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(open @ (b'{' | b'[')) => {
                    let end = if open == b'{' { b'}' } else { b']' };
                    self.at += 1;
                    self.space();
                    if self.peek() == Some(end) {
                        self.at += 1;
                    } else {
                        ends.push(end);
                        if end == b'}' {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                _ => self.skip(0)?,
            }
            // A value has ended, and perhaps what it stands in.
            loop {
                let Some(end) = ends.last().copied() else { return Ok(()) };
                self.space();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        if end == b'}' {
                            self.skip_key()?;
                        }
                        break;
                    }
                    Some(byte) if byte == end => {
                        self.at += 1;
                        ends.pop();
                    }
                    _ if end == b'}' => return self.fail("expected `,` or `}`"),
                    _ => return self.fail("expected `,` or `]`"),
                }
            }
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

    /// Reads a value for the text of what stands at the ends of `paths`, `level` keys of which led here.
    fn pick<const N: usize>(
        &mut self,
        depth: usize,
        paths: [&[SmolStr]; N],
        level: usize,
        found: &mut [Option<&'a str>; N],
    ) -> Result<(), JsonError> {
        self.space();
        if self.peek() != Some(b'{') {
            return self.skip(depth);
        }
        self.members(depth + 1, false, |this, key| {
            this.space();
            let from = this.at;
            let leads = |path: &[SmolStr]| path.get(level).is_some_and(|step| *step == *key);
            if paths.iter().any(|path| leads(path) && path.len() > level + 1) {
                // Only the paths that this key is on; the others keep their place with nothing left to match.
                let on = paths.map(|path| if leads(path) { path } else { &[] });
                this.pick(depth + 1, on, level + 1, found)?;
            } else {
                this.skip(depth + 1)?;
            }
            for (path, found) in paths.iter().zip(found.iter_mut()) {
                if leads(path) && path.len() == level + 1 {
                    found.get_or_insert(this.slice(from, this.at));
                }
            }
            Ok(())
        })
    }

    /// Reads a value up to the text of what stands at the end of `path`; fails where that was found.
    fn first(
        &mut self,
        depth: usize,
        path: &[SmolStr],
        found: &mut Option<&'a str>,
    ) -> Result<(), JsonError> {
        self.space();
        let Some((step, rest)) = path.split_first().filter(|_| self.peek() == Some(b'{')) else {
            return self.skip(depth);
        };
        self.members(depth + 1, false, |this, key| {
            this.space();
            let from = this.at;
            if *step != *key {
                return this.skip(depth + 1);
            }
            this.first(depth + 1, rest, found)?;
            if rest.is_empty() {
                *found = Some(this.slice(from, this.at));
                return this.fail("enough");
            }
            Ok(())
        })
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

    /// Whether an object begins here with just `kind`, a text under it, and `data`, written without any space as
    /// libraries do. Goes on to the value under `data` where it does, and stays here where not.
    fn compact_wrapping_of(&mut self, kind: &str, data: &str) -> bool {
        let from = self.at;
        let is_one = self.passes("{\"")
            && self.passes(kind)
            && self.passes("\":")
            && self.peek() == Some(b'"')
            && self.plain_string().is_some()
            && self.passes(",\"")
            && self.passes(data)
            && self.passes("\":");
        if !is_one {
            self.at = from;
        }
        is_one
    }

    /// Goes on beyond `text` where it stands here.
    fn passes(&mut self, text: &str) -> bool {
        let is_here =
            self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(text.as_bytes()));
        self.at += if is_here { text.len() } else { 0 };
        is_here
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

    /// Lays the members of the object that begins here out flat; returns whether it is an odd one.
    fn flat(
        &mut self,
        depth: usize,
        view: Option<&View>,
        out: &mut Flat,
    ) -> Result<bool, JsonError> {
        let from = out.len();
        let mut odd = false;
        // One bit for each kind of key there was: most objects have no two keys that even look alike.
        let (mut seen, mut alike) = (0_u64, false);
        self.all(depth, b'}', |this| {
            this.space();
            if this.peek() != Some(b'"') {
                return this.fail("expected a key in double quotes");
            }
            let from = this.at;
            let key = this.plain_string();
            if key.is_none() {
                this.at = from;
                this.skip_string()?;
            }
            this.colon()?;
            let Some(key) = key.filter(|_| !odd) else {
                odd = true;
                return this.skip(depth);
            };
            let name = this.slice(key.from, key.to);
            if view.is_some_and(|view| !view.shows(name)) {
                return this.skip(depth);
            }
            let last = name.as_bytes().last().copied().unwrap_or_default();
            let bit = 1 << ((name.len() * 7 + usize::from(last)) % 64);
            alike |= seen & bit != 0;
            seen |= bit;
            this.space();
            odd |= this.member(key, depth, out)?;
            Ok(())
        })?;
        let pair =
            || self.unwrap.is_some_and(|(kind, data)| out.is_pair(from, self.text, kind, data));
        Ok(odd || (alike && out.has_twins(from, self.text)) || pair())
    }

    /// Lays one member out, whose value begins here; returns whether it is an odd one.
    fn member(&mut self, key: Span, depth: usize, out: &mut Flat) -> Result<bool, JsonError> {
        let from = self.at;
        match self.peek() {
            Some(b'"') => {
                if let Some(text) = self.plain_string() {
                    out.push(key, Laid::String(text));
                } else {
                    self.at = from;
                    let text = self.string()?;
                    out.push_built(key, Value::String(SmolStr::new(text)));
                }
            }
            Some(b'{') => return self.inner(key, depth + 1, out),
            Some(b'-' | b'0'..=b'9') => {
                self.skip_number()?;
                out.push(key, Laid::Number(Span { from, to: self.at }));
            }
            _ => match self.value(depth)? {
                Value::Null => out.push(key, Laid::Null),
                Value::Bool(is) => out.push(key, Laid::Bool(is)),
                value => out.push_built(key, value),
            },
        }
        Ok(false)
    }

    /// Lays a member out that is an object, or what that wraps.
    fn inner(&mut self, key: Span, depth: usize, out: &mut Flat) -> Result<bool, JsonError> {
        if let Some((kind, data)) = self.unwrap {
            let from = self.at;
            if self.compact_wrapping_of(kind, data) || self.wrapping_of(kind, data).is_some() {
                if depth > MAX_DEPTH {
                    return self.fail(TOO_DEEP);
                }
                self.space();
                let odd = self.member(key, depth, out)?;
                self.space();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(odd);
                }
                // It goes on, and is no wrapping after all.
                self.members(depth, true, |this, _| this.skip(depth))?;
                return Ok(true);
            }
            self.at = from;
        }
        let inside = out.begin(key);
        let odd = self.flat(depth, None, out)?;
        out.end(inside);
        Ok(odd)
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

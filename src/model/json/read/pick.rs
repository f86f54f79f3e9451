//! JSON text gone through for some of its members; nothing else of it is built.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::{JsonError, MAX_DEPTH, Reader, text_of};
use crate::model::Version;

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

impl<'a> Reader<'a> {
    /// Reads a value for its end only, however deep it nests.
    pub(super) fn skip(&mut self, depth: usize) -> Result<(), JsonError> {
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
}

//! A JSON object laid out flat over its own text.

use smol_str::SmolStr;

use super::{JsonError, MAX_DEPTH, Reader, TOO_DEEP};
use crate::model::flat::{Flat, Laid, Span};
use crate::model::payload::View;
use crate::model::{Value, Version};

/// What a text turned out to be for [`lay_out`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// An object; its members are laid out.
    Flat,
    /// An object with a key that stands twice or has escapes, or wrapped in an unusual way: only [`super::read`] knows what to
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

impl Reader<'_> {
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
}

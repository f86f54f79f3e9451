//! Where a value stands inside a state: written as jq (`.items[2].price`) and as RFC 6901 (`/items/2/price`).

use std::fmt;

use smol_str::SmolStr;

use super::json;

/// One step from a value to one inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A member of an object.
    Key(SmolStr),
    /// An element of an array, from 0.
    Index(usize),
}

/// The steps from the root of a state to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Path(Vec<Segment>);

/// Why a text is no path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is not a path: {reason} at character {at}; write `.items[0].price` or `/items/0/price`"
)]
pub struct PathError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub reason: &'static str,
    /// Where, counted in characters from 1.
    pub at: usize,
}

impl Path {
    /// The root of a state.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The steps.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether this is the root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether `self` is `other` or stands inside it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// This path with one more step.
    #[must_use]
    pub fn join(&self, segment: Segment) -> Self {
        let mut segments = Vec::with_capacity(self.0.len() + 1);
        segments.extend_from_slice(&self.0);
        segments.push(segment);
        Self(segments)
    }

    /// Goes one step down.
    pub fn push(&mut self, segment: Segment) {
        self.0.push(segment);
    }

    /// Goes one step up.
    pub fn pop(&mut self) -> Option<Segment> {
        self.0.pop()
    }

    /// The path as a JSON pointer, RFC 6901; the root is the empty string.
    pub fn to_pointer(&self) -> String {
        let mut out = String::new();
        for segment in &self.0 {
            out.push('/');
            match segment {
                Segment::Index(index) => out.push_str(&index.to_string()),
                Segment::Key(key) => out.push_str(&key.replace('~', "~0").replace('/', "~1")),
            }
        }
        out
    }

    /// Reads a path in either spelling. A pointer's `0` may be a key or an index: [`Path::resolve`] settles it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.is_empty() || text == "." {
            return Ok(Self::root());
        }
        if let Some(pointer) = text.strip_prefix('/') {
            return Ok(Self(pointer.split('/').map(from_pointer).collect()));
        }
        let text_of = |reason, rest: &str| PathError {
            text: text.to_owned(),
            reason,
            at: text.chars().count() - rest.chars().count() + 1,
        };
        let mut segments = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (segment, after) = next_segment(rest).map_err(|reason| text_of(reason, rest))?;
            segments.push(segment);
            rest = after;
        }
        Ok(Self(segments))
    }

    /// The path with its numbers read as keys where the state has an object there.
    #[must_use]
    pub fn resolve(&self, state: &super::Value) -> Self {
        let mut here = Some(state);
        let resolved = self.0.iter().map(|segment| {
            let step = match (here, segment) {
                (Some(super::Value::Object(_)), Segment::Index(index)) => {
                    Segment::Key(smol_str::format_smolstr!("{index}"))
                }
                _ => segment.clone(),
            };
            here = here.and_then(|value| value.child(&step)).map(|slot| &slot.value);
            step
        });
        Self(resolved.collect())
    }
}

fn from_pointer(token: &str) -> Segment {
    let canonical = token == "0" || !token.starts_with('0');
    match token.parse::<usize>() {
        Ok(index) if canonical && token.bytes().all(|b| b.is_ascii_digit()) => {
            Segment::Index(index)
        }
        _ => Segment::Key(token.replace("~1", "/").replace("~0", "~").into()),
    }
}

fn next_segment(text: &str) -> Result<(Segment, &str), &'static str> {
    if let Some(rest) = text.strip_prefix('.') {
        return match rest.as_bytes().first() {
            Some(b'"') => quoted(rest),
            Some(b'[') => next_segment(rest),
            _ => plain(rest),
        };
    }
    let Some(rest) = text.strip_prefix('[') else {
        return Err("expected `.` or `[`");
    };
    let (segment, rest) = if rest.starts_with('"') {
        quoted(rest)?
    } else {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, rest) = rest.split_at(digits);
        (Segment::Index(number.parse().map_err(|_| "expected an index or a quoted key")?), rest)
    };
    rest.strip_prefix(']').map(|rest| (segment, rest)).ok_or("expected `]`")
}

fn plain(text: &str) -> Result<(Segment, &str), &'static str> {
    let end = text.find(|c: char| !is_plain(c)).unwrap_or(text.len());
    if end == 0 {
        return Err("expected a key");
    }
    let (key, rest) = text.split_at(end);
    Ok((Segment::Key(key.into()), rest))
}

/// jq itself takes ASCII words only; a dash or an umlaut in a key is too common to be quoted each time.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@')
}

fn quoted(text: &str) -> Result<(Segment, &str), &'static str> {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    let (end, _) = end.ok_or("the quoted key has no end")?;
    let (key, rest) = text.split_at(end + 1);
    match json::read(key.as_bytes(), super::Version::ZERO) {
        Ok(super::Value::String(key)) => Ok((Segment::Key(key), rest)),
        _ => Err("the quoted key is not a JSON string"),
    }
}

impl fmt::Display for Path {
    /// As jq reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str(".");
        }
        let mut out = String::new();
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => {
                    out.push_str(if at == 0 { ".[" } else { "[" });
                    out.push_str(&index.to_string());
                    out.push(']');
                }
                Segment::Key(key) if is_word(key) => {
                    out.push('.');
                    out.push_str(key);
                }
                Segment::Key(key) => {
                    out.push_str(if at == 0 { ".[" } else { "[" });
                    json::write_string(&mut out, key);
                    out.push(']');
                }
            }
        }
        f.write_str(&out)
    }
}

fn is_word(key: &str) -> bool {
    key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl FromIterator<Segment> for Path {
    fn from_iter<I: IntoIterator<Item = Segment>>(segments: I) -> Self {
        Self(segments.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_spellings_are_read() {
        let path = Path::parse(r#".items["p-3"].lines[2].a-b"#).unwrap();
        assert_eq!(path.to_string(), r#".items["p-3"].lines[2]["a-b"]"#);
        assert_eq!(path.to_pointer(), "/items/p-3/lines/2/a-b");
        assert_eq!(Path::parse("/items/p-3/lines/2/a-b").unwrap(), path);
        assert_eq!(Path::parse(".").unwrap(), Path::root());
        assert_eq!(Path::parse("/a~1b/m~0n").unwrap().to_string(), r#".["a/b"]["m~n"]"#);
        assert_eq!(Path::parse(".[3]").unwrap().to_string(), ".[3]");
    }

    #[test]
    fn a_pointers_number_is_a_key_where_the_state_has_an_object() {
        let state =
            json::read(br#"{"lines":{"7":{"qty":1}}}"#, super::super::Version::ZERO).unwrap();
        let path = Path::parse("/lines/7/qty").unwrap().resolve(&state);
        assert_eq!(path.to_string(), r#".lines["7"].qty"#);
    }

    #[test]
    fn mistakes_are_placed() {
        let error = Path::parse(".items[x]").unwrap_err();
        assert_eq!((error.reason, error.at), ("expected an index or a quoted key", 7));
        assert_eq!(Path::parse("total").unwrap_err().reason, "expected `.` or `[`");
        assert_eq!(Path::parse(".a[\"b").unwrap_err().reason, "the quoted key has no end");
    }

    proptest! {
        #[test]
        fn printed_paths_read_back(
            steps in prop::collection::vec(
                prop_oneof![any::<String>().prop_map(|k| Segment::Key(k.into())), any::<usize>().prop_map(Segment::Index)],
                0..5,
            )
        ) {
            let path: Path = steps.into_iter().collect();
            prop_assert_eq!(Path::parse(&path.to_string()).unwrap(), path);
        }
    }
}

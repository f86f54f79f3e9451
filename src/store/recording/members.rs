//! The members of one JSON object, each as the exact slice of the text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::json::raw_members;

/// A JSON object's members in their order, unread.
#[derive(Debug)]
pub(super) struct Members<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Members<'a> {
    /// Reads one object; the error is a sentence with a column.
    pub(super) fn read(text: &'a str) -> Result<Self, String> {
        let mut members = Vec::with_capacity(16);
        if let Ok(true) = raw_members(text.as_bytes(), |name, raw| members.push((name, raw))) {
            return Ok(Self(members));
        }
        // A reader that says what is wrong in better words, and takes what nests deeper than ours does.
        let members =
            serde_json::from_str::<General<'_>>(text).map_err(|error| sentence(&error))?;
        Ok(Self(members.0))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'a str)> {
        self.0.iter().map(|(name, raw)| (&**name, *raw))
    }

    /// The exact text of a member that is there and not `null`.
    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.exact(name).filter(|raw| *raw != "null")
    }

    /// The exact text of a member that is there, `null` included. The last one counts where a name stands twice.
    pub(super) fn exact(&self, name: &str) -> Option<&'a str> {
        self.0.iter().rev().find(|(other, _)| other == name).map(|(_, raw)| *raw)
    }

    /// The text of a string, or of a number as it is written.
    pub(super) fn text(&self, name: &str) -> Option<Cow<'a, str>> {
        self.raw(name).and_then(text)
    }
}

/// The text of a JSON string, or of a number or a truth value as it is written; `None` for anything that has parts.
pub(super) fn text(raw: &str) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' => match raw.get(1..raw.len().saturating_sub(1)) {
            Some(plain) if !plain.contains('\\') => Some(Cow::Borrowed(plain)),
            _ => serde_json::from_str::<String>(raw).ok().map(Cow::Owned),
        },
        b'{' | b'[' | b'n' => None,
        _ => Some(Cow::Borrowed(raw)),
    }
}

fn sentence(error: &serde_json::Error) -> String {
    let sentence = error.to_string();
    match sentence.rsplit_once(" at line ") {
        Some((what, _)) => format!("{what} at column {}", error.column()),
        None => sentence,
    }
}

/// The members as a general reader finds them.
struct General<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'de: 'a, 'a> Deserialize<'de> for General<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = General<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some((name, raw)) = map.next_entry::<String, &'de RawValue>()? {
                    members.push((Cow::Owned(name), raw.get()));
                }
                Ok(General(members))
            }
        }
        from.deserialize_map(Object)
    }
}

//! Which type of event, in which schema version: what a step takes and what it makes.

use std::cmp::Ordering;
use std::fmt;

use serde::Serialize;
use serde::ser::SerializeStruct as _;
use smol_str::SmolStr;

use crate::model::{Event, EventType};

/// A type of event in one of its schema versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// The type, as the library writes it.
    pub event_type: EventType,
    /// The version, as it is recorded: `1`, `2.0`.
    pub version: SmolStr,
}

impl Schema {
    /// A type in a version.
    pub fn new(event_type: impl AsRef<str>, version: impl AsRef<str>) -> Self {
        Self { event_type: EventType::new(event_type), version: SmolStr::new(version) }
    }

    /// That of an event; one that records none is of the version `unversioned`.
    pub(crate) fn of(event: &Event, unversioned: &SmolStr) -> Self {
        Self {
            event_type: event.event_type.clone(),
            version: event.schema.clone().unwrap_or_else(|| unversioned.clone()),
        }
    }

    /// Whether both are the same: `1`, `01` and `1.0` are one version.
    pub fn is(&self, other: &Self) -> bool {
        self.event_type == other.event_type && same(&self.version, &other.version)
    }
}

impl Serialize for Schema {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut told = to.serialize_struct("Schema", 2)?;
        told.serialize_field("type", self.event_type.as_str())?;
        told.serialize_field("schema", self.version.as_str())?;
        told.end()
    }
}

impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} v{}", self.event_type, self.version)
    }
}

/// Whether two versions are the same one.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a == b || compare(a, b) == Some(Ordering::Equal)
}

/// Which of two versions is the newer; `None` where that cannot be seen from what they are called.
pub(crate) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (numbers(a)?, numbers(b)?);
    Some(a.cmp(&b))
}

/// `2.10.0` as 2, 10: numbers between dots, without zeros at the end.
fn numbers(version: &str) -> Option<Vec<u64>> {
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let read = |part: &str| part.parse().ok().filter(|_| digits(part));
    let mut parts = version.split('.').map(read).collect::<Option<Vec<u64>>>()?;
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_people_read_them() {
        assert_eq!(compare("2", "10"), Some(Ordering::Less));
        assert_eq!(compare("1.10", "1.9"), Some(Ordering::Greater));
        assert_eq!(compare("2", "2.0"), Some(Ordering::Equal));
        assert_eq!(compare("0", "0.0"), Some(Ordering::Equal));
        assert_eq!(compare("2", "b"), None);
        assert_eq!(compare("+2", "2"), None);
        assert!(same("draft", "draft") && !same("draft", "final"));
    }
}

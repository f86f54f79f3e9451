//! One row of table `events`: what is stored of an event, and the hash that chains it to the row before.

use chrono::{Datelike as _, Timelike as _};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::borrow::Cow;

use crate::model::{Payload, Timestamp, json};

/// The hash of a row; the row before the first has zeros.
pub(in crate::store) type Hash = [u8; 32];

/// The columns of a row, but for its hash.
#[derive(Clone, Debug)]
pub(in crate::store) struct Row<'a> {
    pub(in crate::store) position: i64,
    pub(in crate::store) aggregate: &'a str,
    pub(in crate::store) category: &'a str,
    pub(in crate::store) version: i64,
    pub(in crate::store) event_id: Cow<'a, str>,
    pub(in crate::store) event_type: &'a str,
    pub(in crate::store) schema: Option<&'a str>,
    pub(in crate::store) data: Stored<'a>,
    /// Media type of `data`; `None` for JSON.
    pub(in crate::store) content_type: Option<&'a str>,
    pub(in crate::store) metadata: Option<Stored<'a>>,
    pub(in crate::store) recorded_at: Option<String>,
}

/// The media type of what is nothing else.
const BINARY: &str = "application/octet-stream";

/// A payload as it stands in a column.
#[derive(Clone, Debug)]
pub(in crate::store) enum Stored<'a> {
    /// JSON.
    Text(Cow<'a, str>),
    /// Anything else.
    Blob(Cow<'a, [u8]>),
}

impl<'a> Stored<'a> {
    /// The exact bytes, or the value with its wrapping taken off where the library has one; and their media type
    /// where that is not JSON.
    pub(in crate::store) fn of(payload: &'a Payload) -> (Self, Option<&'a str>) {
        if !payload.is_plain()
            && let Ok(value) = payload.value()
        {
            return (Self::Text(Cow::Owned(json::to_string(value))), None);
        }
        match std::str::from_utf8(payload.bytes()) {
            Ok(text) if payload.is_json() => (Self::Text(Cow::Borrowed(text)), None),
            _ if payload.is_json() => (Self::Blob(Cow::Borrowed(payload.bytes())), Some(BINARY)),
            _ => (Self::Blob(Cow::Borrowed(payload.bytes())), Some(payload.content_type())),
        }
    }

    /// The text of JSON.
    pub(in crate::store) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Blob(_) => None,
        }
    }

    /// The bytes of anything else.
    pub(in crate::store) fn blob(&self) -> Option<&[u8]> {
        match self {
            Self::Text(_) => None,
            Self::Blob(bytes) => Some(bytes),
        }
    }

    pub(in crate::store) fn cell(&self) -> ValueRef<'_> {
        match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }
    }
}

impl rusqlite::ToSql for Stored<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.cell()))
    }
}

impl Row<'_> {
    /// The row's cells in the order of the table.
    fn cells(&self) -> [ValueRef<'_>; 11] {
        [
            ValueRef::Integer(self.position),
            ValueRef::Text(self.aggregate.as_bytes()),
            ValueRef::Text(self.category.as_bytes()),
            ValueRef::Integer(self.version),
            ValueRef::Text(self.event_id.as_bytes()),
            ValueRef::Text(self.event_type.as_bytes()),
            self.schema.map_or(ValueRef::Null, |schema| ValueRef::Text(schema.as_bytes())),
            self.data.cell(),
            self.metadata.as_ref().map_or(ValueRef::Null, Stored::cell),
            self.recorded_at
                .as_deref()
                .map_or(ValueRef::Null, |time| ValueRef::Text(time.as_bytes())),
            self.content_type.map_or(ValueRef::Null, |kind| ValueRef::Text(kind.as_bytes())),
        ]
    }

    /// The row's hash, where `previous` is that of the row before it.
    pub(in crate::store) fn hash(&self, previous: &Hash) -> Hash {
        hash(previous, &self.cells())
    }
}

/// BLAKE3 of the previous hash and then each cell: one byte that says which kind it is (0 NULL, 1 INTEGER, 2 TEXT,
/// 3 BLOB); for an integer its eight bytes, lowest first; for text (UTF-8) and blobs the length as such eight bytes and
/// then the bytes.
pub(in crate::store) fn hash(previous: &Hash, cells: &[ValueRef<'_>]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(previous);
    for cell in cells {
        let (kind, bytes): (u8, &[u8]) = match cell {
            ValueRef::Null => {
                hasher.update(&[0]);
                continue;
            }
            ValueRef::Integer(number) => {
                hasher.update(&[1]).update(&number.to_le_bytes());
                continue;
            }
            // Never written by us; a foreign row in `data` or `metadata`, which take anything.
            ValueRef::Real(number) => {
                hasher.update(&[4]).update(&number.to_le_bytes());
                continue;
            }
            ValueRef::Text(bytes) => (2, bytes),
            ValueRef::Blob(bytes) => (3, bytes),
        };
        hasher.update(&[kind]).update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    }
    *hasher.finalize().as_bytes()
}

/// RFC 3339 in UTC with exactly nine digits of a second; `None` outside the years 0 to 9999, which it cannot name.
pub(in crate::store) fn nine_digits(time: &Timestamp) -> Option<String> {
    let year = u64::try_from(time.year()).ok().filter(|year| *year <= 9999)?;
    // By hand: chrono's format strings cost more than the row's hash.
    let mut text = String::with_capacity(30);
    let mut number = |number: u64, digits: u32, end: char| {
        for place in (0..digits).rev() {
            text.push(char::from(b'0' + (number / 10_u64.pow(place) % 10) as u8));
        }
        text.push(end);
    };
    number(year, 4, '-');
    number(time.month().into(), 2, '-');
    number(time.day().into(), 2, 'T');
    number(time.hour().into(), 2, ':');
    number(time.minute().into(), 2, ':');
    // A leap second counts as nanoseconds beyond the second before it.
    let nanos = u64::from(time.nanosecond());
    number(u64::from(time.second()) + nanos / 1_000_000_000, 2, '.');
    number(nanos % 1_000_000_000, 9, 'Z');
    Some(text)
}

/// The same, or what stands before all that is written.
pub(in crate::store) fn nine_digits_or_first(time: &Timestamp) -> String {
    nine_digits(time).unwrap_or_default()
}

/// The same, or what stands after all that is written.
pub(in crate::store) fn nine_digits_or_last(time: &Timestamp) -> String {
    nine_digits(time).unwrap_or_else(|| "~".to_owned())
}

/// An id made of `parts`, the same for the same parts: a UUID of version 8.
pub(in crate::store) fn made_up_id(parts: &[&[u8]]) -> String {
    uuid(digest(parts), 8)
}

/// An id made of a time and `parts`: a UUID of version 7, whose order is the order of time, so that the index on ids
/// grows at its end.
pub(in crate::store) fn timed_id(time: &Timestamp, parts: &[&[u8]]) -> String {
    let mut bytes = digest(parts);
    let milliseconds = time.timestamp_millis().max(0).to_be_bytes();
    bytes.iter_mut().zip(milliseconds.iter().skip(2)).for_each(|(to, from)| *to = *from);
    uuid(bytes, 7)
}

fn digest(parts: &[&[u8]]) -> Hash {
    let cells: Vec<ValueRef<'_>> = parts.iter().map(|part| ValueRef::Blob(part)).collect();
    hash(&[0; 32], &cells)
}

/// The first sixteen bytes as a UUID (RFC 9562).
fn uuid(bytes: Hash, version: u8) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut id = String::with_capacity(36);
    for (at, byte) in bytes.iter().take(16).enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            id.push('-');
        }
        let byte = match at {
            6 => byte & 0x0f | version << 4,
            8 => byte & 0x3f | 0x80,
            _ => *byte,
        };
        for half in [byte >> 4, byte & 0x0f] {
            id.push(char::from(DIGITS[usize::from(half)]));
        }
    }
    id
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Version;
    use crate::model::time::parse_recorded;

    #[test]
    fn times_sort_as_text_and_lose_nothing() {
        let text = |text| nine_digits(&parse_recorded(text).unwrap()).unwrap();
        assert_eq!(text("2026-03-02T14:34:12.201Z"), "2026-03-02T14:34:12.201000000Z");
        assert_eq!(text("2026-03-02T14:34:12.123456789+02:00"), "2026-03-02T12:34:12.123456789Z");
        assert_eq!(text("0001-01-01T00:00:00Z"), "0001-01-01T00:00:00.000000000Z");
        assert!(text("2026-03-02T14:34:12Z") < text("2026-03-02T14:34:12.000000001Z"));
        assert_eq!(text("2016-12-31T23:59:60.5Z"), "2016-12-31T23:59:60.500000000Z");
        assert_eq!(nine_digits(&Timestamp::MAX_UTC), None);
        assert_eq!(nine_digits(&Timestamp::MIN_UTC), None);
    }

    #[test]
    fn text_is_json_and_everything_else_has_a_media_type() {
        let json = Payload::json(&b"{}"[..], Arc::default(), Version(1));
        let torn = Payload::json(&b"{\xff}"[..], Arc::default(), Version(1));
        let image = Payload::opaque(&b"x"[..], "image/png", "an image");
        assert!(matches!(Stored::of(&json), (Stored::Text(_), None)));
        assert!(matches!(Stored::of(&torn), (Stored::Blob(_), Some(BINARY))));
        assert!(matches!(Stored::of(&image), (Stored::Blob(_), Some("image/png"))));
    }

    #[test]
    fn a_made_up_id_is_a_uuid_and_always_the_same() {
        let id = made_up_id(&[b"Order", b"order-1"]);
        assert_eq!(id, made_up_id(&[b"Order", b"order-1"]));
        assert_ne!(id, made_up_id(&[b"Orderorder-1", b""]));
        assert_eq!((id.len(), id.get(14..15), id.matches('-').count()), (36, Some("8"), 4));
        let time = |text| parse_recorded(text).unwrap();
        let early = timed_id(&time("2026-03-02T14:34:12.201Z"), &[b"b"]);
        let late = timed_id(&time("2026-03-02T14:34:12.202Z"), &[b"a"]);
        assert_eq!(early.get(..15), Some("019caef8-9369-7"));
        assert!(early < late);
    }
}

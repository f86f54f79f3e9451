//! An append that is sent once more: whoever did not hear the answer may ask again, and is answered as before.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row, params};

use super::append::{Appended, NewEvent, holder};
use super::row::{Stored, nine_digits};
use crate::model::{AggregateKey, EventId, Position, Version};

/// What was answered when `batch` was appended to the aggregate; `None` where it was not, or not as it is now.
pub(super) fn appended_before(
    connection: &Connection,
    key: &AggregateKey,
    batch: &[NewEvent],
) -> rusqlite::Result<Option<Appended>> {
    let ids: Option<Vec<&EventId>> = batch.iter().map(|event| event.id.as_ref()).collect();
    let Some(first) = ids.as_ref().and_then(|ids| ids.first()) else { return Ok(None) };
    let Some((holder, first)) = holder(connection, first.as_str())? else { return Ok(None) };
    if holder != *key {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached(
        "SELECT version, position, event_id, event_type, schema_version, data, content_type, metadata, recorded_at
         FROM events WHERE category = ?1 AND aggregate_id = ?2 AND version >= ?3 ORDER BY version LIMIT ?4",
    )?;
    let (category, id) = (key.category.as_str(), key.id.as_str());
    let mut rows = statement.query(params![category, id, first.0 as i64, batch.len() as i64])?;
    let mut last = None;
    for (event, version) in batch.iter().zip(first.0..) {
        let Some(row) = rows.next()? else { return Ok(None) };
        if row.get::<_, i64>(0)? != version as i64 || !is_same(event, row)? {
            return Ok(None);
        }
        last = Some(Appended { version: Version(version), position: Some(Position(row.get(1)?)) });
    }
    Ok(last)
}

/// Whether a row is what would be written for `event`; a time that it does not say is the row's own affair.
fn is_same(event: &NewEvent, row: &Row<'_>) -> rusqlite::Result<bool> {
    let (data, content_type) = Stored::of(&event.data);
    let metadata = event.metadata.as_ref().map(|metadata| Stored::of(metadata).0);
    let time = event.time.as_ref().and_then(nine_digits);
    let text = |text: Option<&str>, cell: ValueRef<'_>| match text {
        Some(text) => cell == ValueRef::Text(text.as_bytes()),
        None => cell == ValueRef::Null,
    };
    Ok(text(event.id.as_ref().map(EventId::as_str), row.get_ref(2)?)
        && text(Some(event.event_type.as_str()), row.get_ref(3)?)
        && text(event.schema.as_deref(), row.get_ref(4)?)
        && data.cell() == row.get_ref(5)?
        && text(content_type, row.get_ref(6)?)
        && metadata.as_ref().map_or(ValueRef::Null, Stored::cell) == row.get_ref(7)?
        && (event.time.is_none() || text(time.as_deref(), row.get_ref(8)?)))
}

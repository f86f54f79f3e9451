//! Appending: one transaction a batch, refused as a whole when the aggregate is not where the writer believes it to be.

use std::borrow::Cow;

use rusqlite::{Connection, OptionalExtension as _, Statement, TransactionBehavior, params};
use smol_str::SmolStr;

use super::again::appended_before;
use super::refuse::{check_batch, id_is_taken, id_stands_twice};
use super::row::{Hash, Row, Stored, nine_digits, timed_id};
use super::{OwnStore, failed};
use crate::model::{AggregateKey, EventId, EventType, Payload, Position, Timestamp, Version};
use crate::store::{StoreError, StoreErrorKind};

/// An event that is to be recorded.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its type.
    pub event_type: EventType,
    /// Its own identifier; made up where `None`.
    pub id: Option<EventId>,
    /// When it happened; now where `None`.
    pub time: Option<Timestamp>,
    /// The schema version of its payload.
    pub schema: Option<SmolStr>,
    /// What happened.
    pub data: Payload,
    /// What is known around it.
    pub metadata: Option<Payload>,
}

impl NewEvent {
    /// An event with nothing but a type and data.
    pub fn new(event_type: impl AsRef<str>, data: Payload) -> Self {
        let event_type = EventType::new(event_type);
        Self { event_type, id: None, time: None, schema: None, data, metadata: None }
    }
}

/// Where a writer believes an aggregate to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It does not matter.
    Any,
    /// It has no event yet.
    NoAggregate,
    /// Its newest event is this.
    Exactly(Version),
}

/// What an append has recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The aggregate's version now.
    pub version: Version,
    /// The newest position in the store now; `None` where it is empty.
    pub position: Option<Position>,
}

/// Inserts one row.
pub(super) const INSERT: &str = include_str!("insert.sql");

/// The end of the chain: where the next row goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct End {
    pub(in crate::store) position: Option<i64>,
    pub(in crate::store) hash: Hash,
}

impl End {
    /// The end of what is stored now.
    pub(super) fn of(connection: &Connection) -> rusqlite::Result<Self> {
        let newest = connection
            .prepare_cached("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        Ok(newest
            .map_or(Self::default(), |(position, hash)| Self { position: Some(position), hash }))
    }

    /// The position after the last; 1 in an empty store.
    pub(super) fn next(&self) -> i64 {
        self.position.map_or(1, |position| position.saturating_add(1))
    }

    /// Inserts a row at the end, by the statement [`INSERT`].
    pub(super) fn insert(
        &mut self,
        insert: &mut Statement<'_>,
        row: &Row<'_>,
    ) -> rusqlite::Result<()> {
        let hash = row.hash(&self.hash);
        insert.execute(params![
            row.position,
            row.aggregate,
            row.category,
            row.version,
            row.event_id,
            row.event_type,
            row.schema,
            row.data,
            row.metadata,
            row.recorded_at,
            row.content_type,
            hash,
        ])?;
        *self = Self { position: Some(row.position), hash };
        Ok(())
    }
}

impl OwnStore {
    /// Appends `batch` to one aggregate, whole or not at all, durably before it returns. A batch that was appended before,
    /// by the same ids and with the same content, is answered as it was then.
    ///
    /// Fails with [`StoreErrorKind::Conflict`] where the aggregate is not at `expected`, and with
    /// [`StoreErrorKind::Rejected`] where an event id is there already or a payload is not what it says it is.
    pub fn append(
        &mut self,
        key: &AggregateKey,
        batch: &[NewEvent],
        expected: Expected,
    ) -> Result<Appended, StoreError> {
        check_batch(key, batch)?;
        let path = self.path.clone();
        let failed = |error| failed(&path, "could not be appended to", error);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(failed)?;
        let mut end = End::of(&transaction).map_err(failed)?;
        if let Some(appended) = appended_before(&transaction, key, batch).map_err(failed)? {
            return Ok(appended);
        }
        let mut version = version(&transaction, key).map_err(failed)?;
        conflict(key, expected, version)?;
        let now = chrono::Utc::now();
        let mut insert = transaction.prepare_cached(INSERT).map_err(failed)?;
        for (at, event) in batch.iter().enumerate() {
            version = version.next();
            let row = row(key, event, version, &end, &event.time.unwrap_or(now))?;
            if let Err(error) = end.insert(&mut insert, &row) {
                let earlier = batch.get(..at).unwrap_or_default();
                return Err(refused(&transaction, &row, earlier).unwrap_or_else(|| failed(error)));
            }
        }
        drop(insert);
        transaction.commit().map_err(failed)?;
        self.bell.ring();
        Ok(Appended { version, position: end.position.map(Position) })
    }
}

/// The newest version of an aggregate; 0 where it has no event.
pub(super) fn version(connection: &Connection, key: &AggregateKey) -> rusqlite::Result<Version> {
    let text = "SELECT version FROM events WHERE category = ?1 AND aggregate_id = ?2 ORDER BY version DESC LIMIT 1";
    let newest = connection
        .prepare_cached(text)?
        .query_row([key.category.as_str(), key.id.as_str()], |row| row.get::<_, i64>(0))
        .optional()?;
    Ok(Version(newest.unwrap_or_default() as u64))
}

/// Refuses an append to an aggregate that is elsewhere than expected.
pub(in crate::store) fn conflict(
    key: &AggregateKey,
    expected: Expected,
    actual: Version,
) -> Result<(), StoreError> {
    let wanted = match expected {
        Expected::Any => return Ok(()),
        Expected::NoAggregate => Version::ZERO,
        Expected::Exactly(version) => version,
    };
    if wanted == actual {
        return Ok(());
    }
    let message = if wanted == Version::ZERO {
        format!("{key} should be new, and is at version {actual} already")
    } else {
        format!("{key} is at version {actual}, not at version {wanted} as expected")
    };
    let kind = StoreErrorKind::Conflict { aggregate: key.id.clone(), expected: wanted, actual };
    Err(StoreError::new(kind, message)
        .hint("nothing was written; read what came in between, decide again and append with the version it has now"))
}

/// The row that records an event after `end`.
pub(in crate::store) fn row<'a>(
    key: &'a AggregateKey,
    event: &'a NewEvent,
    version: Version,
    end: &End,
    time: &Timestamp,
) -> Result<Row<'a>, StoreError> {
    let Some(recorded_at) = nine_digits(time) else {
        let message = format!("the time {time} lies outside the years 0 to 9999");
        return Err(StoreError::new(StoreErrorKind::Rejected, message));
    };
    let event_id = if let Some(id) = &event.id {
        Cow::Borrowed(id.as_str())
    } else {
        let version = version.0.to_le_bytes();
        let (category, id) = (key.category.as_str().as_bytes(), key.id.as_str().as_bytes());
        Cow::Owned(timed_id(time, &[&end.hash, category, id, &version]))
    };
    let (data, content_type) = Stored::of(&event.data);
    Ok(Row {
        position: end.next(),
        aggregate: key.id.as_str(),
        category: key.category.as_str(),
        version: version.0 as i64,
        event_id,
        event_type: event.event_type.as_str(),
        schema: event.schema.as_deref(),
        data,
        content_type,
        metadata: event.metadata.as_ref().map(|metadata| Stored::of(metadata).0),
        recorded_at: Some(recorded_at),
    })
}

/// Where an event id stands already: aggregate, category, version.
pub(super) fn holder(
    connection: &Connection,
    event_id: &str,
) -> rusqlite::Result<Option<(AggregateKey, Version)>> {
    let text = "SELECT category, aggregate_id, version FROM events WHERE event_id = ?1";
    connection
        .prepare_cached(text)?
        .query_row([event_id], |row| {
            let (category, id): (String, String) = (row.get(0)?, row.get(1)?);
            Ok((AggregateKey::new(category, id), Version(row.get::<_, i64>(2)? as u64)))
        })
        .optional()
}

/// The error for an event whose id is there already.
fn refused(connection: &Connection, row: &Row<'_>, earlier: &[NewEvent]) -> Option<StoreError> {
    let id = &row.event_id;
    let in_batch = |event: &&NewEvent| event.id.as_ref().is_some_and(|other| other.as_str() == *id);
    if let Some(at) = earlier.iter().position(|event| in_batch(&event)) {
        return Some(id_stands_twice(id, at + 1));
    }
    let (key, version) = holder(connection, id).ok()??;
    Some(id_is_taken(id, &key, version))
}

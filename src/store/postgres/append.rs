//! Appending: one transaction a batch, one writer at a time.
//!
//! The row of `foldback_store` is locked first and until the commit. Each event is chained to the one before, so there
//! is one order anyhow; as it is also the order of commits, whoever reads on from a position misses nothing.

use std::collections::HashMap;

use deadpool_postgres::{Object, Transaction};
use tokio_postgres::types::ToSql;
use tokio_postgres::{IsolationLevel, Row as Found};

use super::link::Fault;
use super::number;
use crate::model::{AggregateKey, EventId, Position, Version};
use crate::store::own::{
    Appended, End, Expected, Hash, NewEvent, Row, Stored, conflict, id_is_taken, id_stands_twice,
    nine_digits, row_of,
};

/// A transaction in which a new snapshot is taken for each statement: what is read after a wait is what there is then.
pub(super) async fn begin(client: &mut Object) -> Result<Transaction<'_>, Fault> {
    let transaction = client.build_transaction().isolation_level(IsolationLevel::ReadCommitted);
    Ok(transaction.start().await?)
}

/// Waits until nobody else appends; nobody else does until the transaction ends.
pub(super) async fn lock(transaction: &Transaction<'_>) -> Result<(), Fault> {
    let statement = transaction.prepare_cached("SELECT 1 FROM foldback_store FOR UPDATE").await?;
    transaction.query(&statement, &[]).await?;
    Ok(())
}

/// The end of what is stored now.
pub(super) async fn end(transaction: &Transaction<'_>) -> Result<End, Fault> {
    let sql = "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1";
    let statement = transaction.prepare_cached(sql).await?;
    Ok(match transaction.query_opt(&statement, &[]).await? {
        None => End::default(),
        Some(row) => {
            let hash = Hash::try_from(row.try_get::<_, &[u8]>(1)?).unwrap_or_default();
            End { position: Some(row.try_get(0)?), hash }
        }
    })
}

/// The newest version of an aggregate; 0 where it has no event.
pub(super) async fn version(
    transaction: &Transaction<'_>,
    key: &AggregateKey,
) -> Result<Version, Fault> {
    let sql = "SELECT version FROM events WHERE category = $1 AND aggregate_id = $2 ORDER BY version DESC LIMIT 1";
    let statement = transaction.prepare_cached(sql).await?;
    let (category, id) = (key.category.as_str(), key.id.as_str());
    let row = transaction.query_opt(&statement, &[&category, &id]).await?;
    let version = row.map(|row| row.try_get::<_, i64>(0)).transpose()?;
    Ok(Version(version.unwrap_or_default() as u64))
}

/// Appends a batch that was looked at.
pub(super) async fn append(
    client: &mut Object,
    key: &AggregateKey,
    batch: &[NewEvent],
    expected: Expected,
) -> Result<Appended, Fault> {
    let transaction = begin(client).await?;
    lock(&transaction).await?;
    let mut end = end(&transaction).await?;
    let holders = holders(&transaction, batch).await?;
    if let Some(appended) = appended_before(&transaction, key, batch, &holders).await? {
        return Ok(appended);
    }
    let mut version = version(&transaction, key).await?;
    conflict(key, expected, version)?;
    check_ids(batch, &holders)?;
    let now = chrono::Utc::now();
    let mut rows = Vec::with_capacity(batch.len());
    for event in batch {
        version = version.next();
        let row = row_of(key, event, version, &end, &event.time.unwrap_or(now))?;
        let hash = row.hash(&end.hash);
        end = End { position: Some(row.position), hash };
        rows.push((row, hash));
    }
    insert(&transaction, &rows).await?;
    transaction.commit().await?;
    Ok(Appended { version, position: end.position.map(Position) })
}

/// Which of the batch's event ids stand in the store, and where.
type Holders = HashMap<String, (AggregateKey, Version)>;

async fn holders(transaction: &Transaction<'_>, batch: &[NewEvent]) -> Result<Holders, Fault> {
    let ids: Vec<&str> =
        batch.iter().filter_map(|event| Some(event.id.as_ref()?.as_str())).collect();
    holders_of(transaction, &ids).await
}

/// Which of some event ids stand in the store, and where.
pub(super) async fn holders_of(
    transaction: &Transaction<'_>,
    ids: &[&str],
) -> Result<Holders, Fault> {
    if ids.is_empty() {
        return Ok(Holders::default());
    }
    let sql = "SELECT event_id, category, aggregate_id, version FROM events WHERE event_id = ANY($1::text[])";
    let statement = transaction.prepare_cached(sql).await?;
    let mut holders = Holders::default();
    for row in transaction.query(&statement, &[&ids]).await? {
        let key = AggregateKey::new(row.try_get::<_, &str>(1)?, row.try_get::<_, &str>(2)?);
        holders.insert(row.try_get(0)?, (key, Version(row.try_get::<_, i64>(3)? as u64)));
    }
    Ok(holders)
}

fn check_ids(batch: &[NewEvent], holders: &Holders) -> Result<(), Fault> {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, event) in batch.iter().enumerate() {
        let Some(id) = event.id.as_ref().map(EventId::as_str) else { continue };
        if let Some((key, version)) = holders.get(id) {
            return Err(id_is_taken(id, key, *version).into());
        }
        if let Some(first) = seen.insert(id, at) {
            return Err(id_stands_twice(id, first + 1).into());
        }
    }
    Ok(())
}

/// What was answered when the batch was appended before; `None` where it was not, or not as it is now.
async fn appended_before(
    transaction: &Transaction<'_>,
    key: &AggregateKey,
    batch: &[NewEvent],
    holders: &Holders,
) -> Result<Option<Appended>, Fault> {
    let first = batch.first().and_then(|event| holders.get(event.id.as_ref()?.as_str()));
    let Some((_, first)) = first.filter(|(holder, _)| holder == key) else { return Ok(None) };
    if batch.iter().any(|event| event.id.is_none()) {
        return Ok(None);
    }
    let sql = "SELECT version, position, event_id, event_type, schema_version, data, data_bytes, metadata, metadata_bytes,
                 recorded_at, content_type
               FROM events WHERE category = $1 AND aggregate_id = $2 AND version >= $3 ORDER BY version LIMIT $4";
    let statement = transaction.prepare_cached(sql).await?;
    let (category, id) = (key.category.as_str(), key.id.as_str());
    let (from, limit) = (number(first.0), number(batch.len() as u64));
    let rows = transaction.query(&statement, &[&category, &id, &from, &limit]).await?;
    if rows.len() != batch.len() {
        return Ok(None);
    }
    let mut last = None;
    for ((event, version), row) in batch.iter().zip(first.0..).zip(&rows) {
        if row.try_get::<_, i64>(0)? as u64 != version || !is_same(event, row)? {
            return Ok(None);
        }
        let position = Some(Position(row.try_get(1)?));
        last = Some(Appended { version: Version(version), position });
    }
    Ok(last)
}

/// Whether a row is what would be written for `event`; a time that it does not say is the row's own affair.
fn is_same(event: &NewEvent, row: &Found) -> Result<bool, Fault> {
    let text = |at: usize| row.try_get::<_, Option<&str>>(at);
    let (data, content_type) = Stored::of(&event.data);
    let metadata = event.metadata.as_ref().map(|metadata| Stored::of(metadata).0);
    let stored = |stored: Option<&Stored<'_>>, at: usize| {
        let bytes = row.try_get::<_, Option<&[u8]>>(at + 1)?;
        let same =
            text(at)? == stored.and_then(Stored::text) && bytes == stored.and_then(Stored::blob);
        Ok::<_, Fault>(same)
    };
    let time = event.time.as_ref().and_then(nine_digits);
    Ok(text(2)? == event.id.as_ref().map(EventId::as_str)
        && text(3)? == Some(event.event_type.as_str())
        && text(4)? == event.schema.as_deref()
        && stored(Some(&data), 5)?
        && stored(metadata.as_ref(), 7)?
        && (event.time.is_none() || text(9)? == time.as_deref())
        && text(10)? == content_type)
}

/// Inserts rows with their hashes, in one statement.
pub(super) async fn insert(
    transaction: &Transaction<'_>,
    rows: &[(Row<'_>, Hash)],
) -> Result<(), Fault> {
    if rows.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($row:ident, $hash:pat => $value:expr) => {
            &rows.iter().map(|($row, $hash)| $value).collect::<Vec<_>>()
        };
    }
    let columns: [&(dyn ToSql + Sync); 14] = [
        column!(row, _ => row.position),
        column!(row, _ => row.aggregate),
        column!(row, _ => row.category),
        column!(row, _ => row.version),
        column!(row, _ => row.event_id.as_ref()),
        column!(row, _ => row.event_type),
        column!(row, _ => row.schema),
        column!(row, _ => row.data.text()),
        column!(row, _ => row.data.blob()),
        column!(row, _ => row.metadata.as_ref().and_then(Stored::text)),
        column!(row, _ => row.metadata.as_ref().and_then(Stored::blob)),
        column!(row, _ => row.recorded_at.as_deref()),
        column!(row, _ => row.content_type),
        column!(_row, hash => hash.as_slice()),
    ];
    let statement = transaction.prepare_cached(include_str!("insert.sql")).await?;
    transaction.execute(&statement, &columns).await?;
    Ok(())
}

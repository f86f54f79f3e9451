//! Checking the chain: every event's hash is computed again and compared with the one that is stored.
//!
//! A change, an event that was put in between or one that was taken out breaks the chain where it happened. Events
//! taken off the end break nothing: keep [`Verified::hash`] somewhere else and compare it to notice that.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row};

use super::row::{Hash, hash};
use super::{check_is_ours, failed};
use crate::model::{AggregateId, Finding, Position, Version};
use crate::store::{StoreError, StoreErrorKind};

/// What checking a chain has found.
#[derive(Clone, Debug)]
pub struct Verified {
    /// How many events were looked at.
    pub events: u64,
    /// The hash of the newest event, in hexadecimal; it stands for the whole history.
    pub hash: String,
    /// An error for each place at which the chain does not hold.
    pub findings: Vec<Finding>,
}

/// Checks the chain of the own store at `path`, without writing. `progress` is told how many events were looked at.
pub fn verify_chain(
    path: &Path,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Verified, StoreError> {
    check_is_ours(path)?;
    let failed = |error| failed(path, "could not be checked", error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let mut verified = Verified { events: 0, hash: String::new(), findings: Vec::new() };
    let mut previous: Hash = [0; 32];
    let mut after = None;
    loop {
        let page = page(&connection, after, &mut previous, &mut verified).map_err(failed)?;
        if page.is_none() {
            verified.hash = blake3::Hash::from_bytes(previous).to_hex().to_string();
            return Ok(verified);
        }
        after = page;
        if progress(verified.events).is_break() {
            let message = format!("checking stopped after {} events", verified.events);
            return Err(StoreError::new(StoreErrorKind::Interrupted, message));
        }
    }
}

/// Checks up to a thousand rows after a position and returns the last one's; a page is a transaction of its own.
fn page(
    connection: &Connection,
    after: Option<i64>,
    previous: &mut Hash,
    verified: &mut Verified,
) -> rusqlite::Result<Option<i64>> {
    let mut statement = connection.prepare_cached(include_str!("chain.sql"))?;
    let mut rows = statement.query([after.unwrap_or(i64::MIN)])?;
    let mut last = None;
    while let Some(row) = rows.next()? {
        let mut cells = [ValueRef::Null; 11];
        for (at, cell) in cells.iter_mut().enumerate() {
            *cell = row.get_ref(at)?;
        }
        let stored: Hash = row.get(11).unwrap_or_default();
        if hash(previous, &cells) != stored {
            verified.findings.push(broken(row)?);
        }
        // Going on from what is stored tells each break once.
        *previous = stored;
        verified.events += 1;
        last = Some(row.get(0)?);
    }
    Ok(last)
}

fn broken(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let position: i64 = row.get(0)?;
    let aggregate = AggregateId::new(row.get::<_, String>(1)?);
    let version = Version(row.get::<_, i64>(3)? as u64);
    let message = format!(
        "the chain of hashes does not hold at position {position}: this event was changed after it was recorded, or \
         events before it were removed or put in"
    );
    Ok(Finding::error("chain-broken", message)
        .on(&aggregate, version, Some(Position(position)))
        .hint("compare with a backup; the events before this one are as they were recorded"))
}

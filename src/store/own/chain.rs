//! Checking the chain: every event's hash is computed again and compared with the one that is stored.
//!
//! A change, an event that was put in between or one that was taken out breaks the chain where it happened. Events
//! taken off the end break nothing: keep [`Verified::hash`] somewhere else and compare it to notice that.

use std::ops::ControlFlow;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::check_is_ours;
use super::row::{Hash, hash};
use crate::model::{AggregateId, Finding, Position, Version};
use crate::store::sqlite::link::Link;
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

/// Checks the chain of the own store at `path`, without writing. What cannot be read where it is without leaving
/// something beside it is copied into `scratch`. `progress` is told how many events were looked at.
pub fn verify_chain(
    path: &Path,
    scratch: &Path,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Verified, StoreError> {
    check_is_ours(path)?;
    check(&mut Link::new(path, scratch)?, progress)
}

/// Places that are told one by one.
const MOST_FINDINGS: usize = 50;

/// Checks the chain of the store that is read through `link`.
pub(in crate::store) fn check(
    link: &mut Link,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<Verified, StoreError> {
    let mut more = 0;
    let mut verified = Verified { events: 0, hash: String::new(), findings: Vec::new() };
    let mut reached = Reached::default();
    loop {
        let page =
            link.call(|call| page(call.connection, &reached).map_err(|error| call.failed(error)))?;
        if page.events == 0 {
            if more > 0 {
                let message = format!("the chain of hashes does not hold at {more} more places");
                verified.findings.push(Finding::error("chain-broken", message));
            }
            verified.hash = blake3::Hash::from_bytes(reached.hash).to_hex().to_string();
            return Ok(verified);
        }
        reached = page.reached;
        verified.events += page.events;
        let room = MOST_FINDINGS - verified.findings.len();
        more += page.findings.len().saturating_sub(room);
        verified.findings.extend(page.findings.into_iter().take(room));
        if progress(verified.events).is_break() {
            let message = format!("checking stopped after {} events", verified.events);
            return Err(StoreError::new(StoreErrorKind::Interrupted, message));
        }
    }
}

/// Up to where the chain was checked.
#[derive(Default)]
struct Reached {
    position: Option<i64>,
    hash: Hash,
}

/// Rows that were checked, and what is wrong with them.
struct Page {
    events: u64,
    reached: Reached,
    findings: Vec<Finding>,
}

/// Checks up to a thousand rows beyond what was checked; a page is a transaction of its own.
fn page(connection: &Connection, from: &Reached) -> rusqlite::Result<Page> {
    let mut statement = connection.prepare_cached(include_str!("chain.sql"))?;
    let reached = Reached { position: from.position, hash: from.hash };
    let mut page = Page { events: 0, reached, findings: Vec::new() };
    let Some(next) = from.position.map_or(Some(i64::MIN), |last| last.checked_add(1)) else {
        return Ok(page);
    };
    let mut rows = statement.query([next])?;
    while let Some(row) = rows.next()? {
        let mut cells = [ValueRef::Null; 11];
        for (at, cell) in cells.iter_mut().enumerate() {
            *cell = row.get_ref(at)?;
        }
        let stored: Hash = row.get(11).unwrap_or_default();
        if hash(&page.reached.hash, &cells) != stored {
            page.findings.push(broken(row)?);
        }
        // Going on from what is stored tells each break once.
        page.reached = Reached { position: Some(row.get(0)?), hash: stored };
        page.events += 1;
    }
    Ok(page)
}

fn broken(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let position: i64 = row.get(0)?;
    // Whoever changed it may have put anything there.
    let aggregate = AggregateId::new(match row.get_ref(1)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => String::from_utf8_lossy(bytes),
        _ => "".into(),
    });
    let version = Version(row.get::<_, i64>(3).unwrap_or_default().max(0) as u64);
    let message = format!(
        "the chain of hashes does not hold at position {position}: this event was changed after it was recorded, or \
         events before it were removed or put in"
    );
    Ok(Finding::error("chain-broken", message)
        .on(&aggregate, version, Some(Position(position)))
        .hint("compare with a backup; the events before this one are as they were recorded"))
}

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
    let mut links = Links::default();
    loop {
        let page = link
            .call(|call| page(call.connection, links.next()).map_err(|error| call.failed(error)))?;
        if page.is_empty() {
            return Ok(links.end());
        }
        links.take(page);
        links.go_on(progress)?;
    }
}

/// A chain that is being checked, page by page.
#[derive(Default)]
pub(in crate::store) struct Links {
    reached: Reached,
    events: u64,
    findings: Vec<Finding>,
    untold: usize,
}

impl Links {
    /// A page that goes on from here.
    pub(in crate::store) fn next(&self) -> Page {
        Page { events: 0, reached: self.reached.clone(), findings: Vec::new() }
    }

    /// Takes in a page that was checked.
    pub(in crate::store) fn take(&mut self, page: Page) {
        self.reached = page.reached;
        self.events += page.events;
        let room = MOST_FINDINGS - self.findings.len();
        self.untold += page.findings.len().saturating_sub(room);
        self.findings.extend(page.findings.into_iter().take(room));
    }

    /// Tells how many events were looked at; fails where that is enough.
    pub(in crate::store) fn go_on(
        &self,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        if progress(self.events).is_continue() {
            return Ok(());
        }
        let message = format!("checking stopped after {} events", self.events);
        Err(StoreError::new(StoreErrorKind::Interrupted, message))
    }

    /// What was found, beyond the last event.
    pub(in crate::store) fn end(mut self) -> Verified {
        if self.untold > 0 {
            let message =
                format!("the chain of hashes does not hold at {} more places", self.untold);
            self.findings.push(Finding::error("chain-broken", message));
        }
        let hash = blake3::Hash::from_bytes(self.reached.hash).to_hex().to_string();
        Verified { events: self.events, hash, findings: self.findings }
    }
}

/// Up to where the chain was checked.
#[derive(Clone, Default)]
struct Reached {
    position: Option<i64>,
    hash: Hash,
}

/// Rows that were checked, and what is wrong with them.
pub(in crate::store) struct Page {
    events: u64,
    reached: Reached,
    findings: Vec<Finding>,
}

impl Page {
    /// Where the rows that are to be checked begin; `None` where there can be no more.
    pub(in crate::store) fn from(&self) -> Option<i64> {
        self.reached.position.map_or(Some(i64::MIN), |last| last.checked_add(1))
    }

    /// Whether nothing was checked.
    pub(in crate::store) fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// Checks the row at `position`, which belongs to an aggregate's version.
    pub(in crate::store) fn add(
        &mut self,
        position: i64,
        cells: &[ValueRef<'_>],
        stored: Hash,
        whose: impl FnOnce() -> (AggregateId, Version),
    ) {
        if hash(&self.reached.hash, cells) != stored {
            let (aggregate, version) = whose();
            self.findings.push(broken(position, &aggregate, version));
        }
        // Going on from what is stored tells each break once.
        self.reached = Reached { position: Some(position), hash: stored };
        self.events += 1;
    }
}

/// Checks up to a thousand rows beyond what was checked; a page is a transaction of its own.
fn page(connection: &Connection, mut page: Page) -> rusqlite::Result<Page> {
    let mut statement = connection.prepare_cached(include_str!("chain.sql"))?;
    let Some(next) = page.from() else { return Ok(page) };
    let mut rows = statement.query([next])?;
    while let Some(row) = rows.next()? {
        let mut cells = [ValueRef::Null; 11];
        for (at, cell) in cells.iter_mut().enumerate() {
            *cell = row.get_ref(at)?;
        }
        let stored: Hash = row.get(11).unwrap_or_default();
        page.add(row.get(0)?, &cells, stored, || whose(row));
    }
    Ok(page)
}

/// Whose event a row is; whoever changed it may have put anything there.
fn whose(row: &Row<'_>) -> (AggregateId, Version) {
    let aggregate = AggregateId::new(match row.get_ref(1) {
        Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes),
        _ => "".into(),
    });
    (aggregate, Version(row.get::<_, i64>(3).unwrap_or_default().max(0) as u64))
}

fn broken(position: i64, aggregate: &AggregateId, version: Version) -> Finding {
    let message = format!(
        "the chain of hashes does not hold at position {position}: this event was changed after it was recorded, or \
         events before it were removed or put in"
    );
    Finding::error("chain-broken", message)
        .on(aggregate, version, Some(Position(position)))
        .hint("compare with a backup; the events before this one are as they were recorded")
}

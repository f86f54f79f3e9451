//! What a store keeps besides its events and ours has a table for: snapshots and checkpoints.
//!
//! Nothing is made up for them. What cannot be kept as it is stays behind, and how much that is, and why, is told.

use std::path::Path;

use rusqlite::{Connection, params};

use super::super::failed;
use super::super::row::{Stored, nine_digits};
use crate::model::Finding;
use crate::store::{AggregateQuery, EventStore, Snapshot, StoreError};
use crate::text::human;

/// How many aggregates are asked for their snapshots between two looks at whether to stop.
const PAGE: usize = 500;

/// What was copied, and what was not.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) snapshots: u64,
    pub(super) checkpoints: u64,
    /// Whose payload is no JSON; whose version another one has too; whose aggregate has no events.
    unreadable: u64,
    twice: u64,
    orphans: u64,
    /// Whose position is none; whose events have other positions now.
    unplaced: u64,
    renumbered: u64,
    /// Whose name another one has too.
    namesakes: u64,
    statuses: u64,
}

/// Copies snapshots and checkpoints; `same_positions` says whether the events kept theirs.
pub(super) fn copy(
    from: &mut dyn EventStore,
    connection: &Connection,
    to: &Path,
    same_positions: bool,
    go_on: &mut dyn FnMut() -> Result<(), StoreError>,
) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    let transaction =
        connection.unchecked_transaction().map_err(|error| failed(to, WHAT, error))?;
    if from.capabilities().snapshots {
        kept.snapshots(from, connection, to, go_on)?;
    }
    if from.capabilities().checkpoints {
        kept.checkpoints(from, connection, to, same_positions)?;
    }
    transaction.commit().map_err(|error| failed(to, WHAT, error))?;
    Ok(kept)
}

const WHAT: &str = "could not be written";

impl Kept {
    fn snapshots(
        &mut self,
        from: &mut dyn EventStore,
        connection: &Connection,
        to: &Path,
        go_on: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(all) = from.census()?.snapshots.filter(|all| *all > 0) else { return Ok(()) };
        let failed = |error| failed(to, WHAT, error);
        let reducer = from.info().layout.clone();
        let mut insert = connection
            .prepare(
                "INSERT OR IGNORE INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .map_err(failed)?;
        let mut seen = 0;
        let mut query = AggregateQuery::default();
        while seen < all {
            go_on()?;
            let page = from.aggregates(&query, PAGE)?;
            for row in &page.rows {
                for snapshot in from.snapshots(&row.key)? {
                    seen += 1;
                    let Some(state) = text(&snapshot) else {
                        self.unreadable += 1;
                        continue;
                    };
                    let (category, id) = (row.key.category.as_str(), row.key.id.as_str());
                    let version = snapshot.version.0 as i64;
                    let time = snapshot.time.as_ref().and_then(nine_digits);
                    let written = insert
                        .execute(params![id, category, version, reducer, state, time])
                        .map_err(failed)?;
                    self.snapshots += written as u64;
                    self.twice += u64::from(written == 0);
                }
            }
            query.beyond = page.next;
            if query.beyond.is_none() {
                break;
            }
        }
        self.orphans = all.saturating_sub(seen);
        Ok(())
    }

    fn checkpoints(
        &mut self,
        from: &mut dyn EventStore,
        connection: &Connection,
        to: &Path,
        same_positions: bool,
    ) -> Result<(), StoreError> {
        let failed = |error| failed(to, WHAT, error);
        for checkpoint in from.checkpoints()? {
            let Some(position) = checkpoint.position else {
                self.unplaced += 1;
                continue;
            };
            if !same_positions {
                self.renumbered += 1;
                continue;
            }
            let updated = checkpoint.updated.as_ref().and_then(nine_digits);
            let written = connection
                .execute(
                    "INSERT OR IGNORE INTO checkpoints (name, position, updated_at) VALUES (?1, ?2, ?3)",
                    params![checkpoint.name, position.0, updated],
                )
                .map_err(failed)?;
            self.checkpoints += written as u64;
            self.namesakes += u64::from(written == 0);
            self.statuses += u64::from(written > 0 && checkpoint.status.is_some());
        }
        Ok(())
    }

    /// What stayed behind.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let all = [
            ("snapshots-left", self.unreadable, "snapshot", "left behind: the state is no JSON"),
            ("snapshots-left", self.twice, "snapshot", "left behind: the version has another one"),
            (
                "snapshots-left",
                self.orphans,
                "snapshot",
                "left behind: the aggregate has no events",
            ),
            (
                "checkpoints-left",
                self.unplaced,
                "checkpoint",
                "left behind: what is stored is no position",
            ),
            (
                "checkpoints-left",
                self.namesakes,
                "checkpoint",
                "left behind: the name has another one",
            ),
            (
                "checkpoints-left",
                self.renumbered,
                "checkpoint",
                "left behind: the positions of the copy are others",
            ),
            (
                "statuses-left",
                self.statuses,
                "checkpoint",
                "kept without the status in the library's own words",
            ),
        ];
        let told = |(code, count, noun, what)| {
            Finding::warning(code, format!("{} {what}", human::plural(count, noun)))
        };
        all.into_iter().filter(|(_, count, ..)| *count > 0).map(told)
    }
}

/// The state as JSON text.
fn text(snapshot: &Snapshot) -> Option<String> {
    snapshot.state.value().ok()?;
    match Stored::of(&snapshot.state).0 {
        Stored::Text(text) => Some(text.into_owned()),
        Stored::Blob(_) => None,
    }
}

//! What a store keeps besides its events and ours has a table for: snapshots and checkpoints.
//!
//! Nothing is made up for them. What cannot be kept as it is stays behind, and how much that is, and why, is told.

use std::path::Path;

use rusqlite::{Connection, params};

use super::super::failed;
use super::super::row::{Stored, nine_digits};
use crate::model::Finding;
use crate::store::{EventStore, Move, Snapshot, StoreError, kept};
use crate::text::human;

/// What a projection of our own can be doing; another library's words may mean something else.
const STATUSES: [&str; 4] = ["running", "paused", "rebuilding", "failed"];

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
    kept.snapshots(from, connection, to, go_on)?;
    kept.checkpoints(from, connection, to, same_positions)?;
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
        let failed = |error| failed(to, WHAT, error);
        let layout = from.info().layout.clone();
        let mut insert = connection
            .prepare(
                "INSERT OR IGNORE INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )
            .map_err(failed)?;
        self.orphans = kept::snapshots(from, go_on, &mut |key, snapshot| {
            let Some(state) = text(snapshot) else {
                self.unreadable += 1;
                return Ok(());
            };
            let (category, id) = (key.category.as_str(), key.id.as_str());
            let version = snapshot.version.0 as i64;
            let reducer = snapshot.reducer.as_deref().unwrap_or(&layout);
            let time = snapshot.time.as_ref().and_then(nine_digits);
            let written = insert
                .execute(params![id, category, version, reducer, state, time])
                .map_err(failed)?;
            self.snapshots += written as u64;
            self.twice += u64::from(written == 0);
            Ok(())
        })?;
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
        let ours = matches!(from.info().layout.as_str(), "foldback" | "recording");
        for (checkpoint, history) in kept::checkpoints(from)? {
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
            if written == 0 {
                continue;
            }
            for Move { time, position } in &history {
                let insert = "INSERT OR IGNORE INTO checkpoint_history (name, updated_at, position) VALUES (?1, ?2, ?3)";
                connection
                    .prepare_cached(insert)
                    .and_then(|mut insert| {
                        insert.execute(params![checkpoint.name, nine_digits(time), position.0])
                    })
                    .map_err(failed)?;
            }
            let Some(status) = &checkpoint.status else { continue };
            let first = history.first().map(|one| &one.time).or(checkpoint.updated.as_ref());
            match (first.and_then(nine_digits), updated) {
                (Some(first), Some(updated)) if ours && STATUSES.contains(&status.as_str()) => {
                    let insert = "INSERT INTO projections (name, status, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)";
                    connection
                        .execute(insert, params![checkpoint.name, status, first, updated])
                        .map_err(failed)?;
                }
                _ => self.statuses += 1,
            }
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

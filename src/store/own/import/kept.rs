//! What a store keeps besides its events and ours has a table for: snapshots and checkpoints.
//!
//! Nothing is made up for them. What cannot be kept as it is stays behind, and how much that is, and why, is told.

use chrono::TimeDelta;

use super::super::row::{Stored, nine_digits};
use crate::model::{AggregateKey, Finding, Position, Timestamp};
use crate::store::{EventStore, Move, Snapshot, StoreError, kept};
use crate::text::human;

/// The tables that it is written to.
pub(in crate::store) trait Keeps {
    /// Writes a state, as JSON; says whether none stood in its place.
    fn snapshot(
        &mut self,
        key: &AggregateKey,
        version: i64,
        reducer: &str,
        state: &str,
        time: Option<&str>,
    ) -> Result<bool, StoreError>;

    /// Writes a checkpoint; says whether none stood in its place.
    fn checkpoint(
        &mut self,
        name: &str,
        position: Position,
        updated: Option<&str>,
    ) -> Result<bool, StoreError>;

    /// Writes where a checkpoint has been, at a time that is written so.
    fn moved(&mut self, name: &str, time: Option<&str>, one: &Move) -> Result<(), StoreError>;

    /// Writes what a projection says it is doing, since when it is known and since when it does that.
    fn status(
        &mut self,
        name: &str,
        status: &str,
        first: &str,
        updated: &str,
    ) -> Result<(), StoreError>;
}

/// What a projection of our own can be doing; another library's words may mean something else.
const STATUSES: [&str; 4] = ["running", "paused", "rebuilding", "failed"];

/// What was copied, and what was not.
#[derive(Debug, Default)]
pub(in crate::store) struct Kept {
    /// How much later everything happened.
    later: TimeDelta,
    pub(in crate::store) snapshots: u64,
    pub(in crate::store) checkpoints: u64,
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

impl Kept {
    /// Copies everything as if it had happened `later`.
    pub(in crate::store) fn later(later: TimeDelta) -> Self {
        Self { later, ..Self::default() }
    }

    /// Copies snapshots and checkpoints; `same_positions` says whether the events kept theirs.
    pub(in crate::store) fn copy(
        mut self,
        from: &mut dyn EventStore,
        to: &mut dyn Keeps,
        same_positions: bool,
        go_on: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        self.snapshots(from, to, go_on)?;
        self.checkpoints(from, to, same_positions)?;
        Ok(self)
    }

    /// A time as it is written.
    fn time(&self, time: Timestamp) -> Option<String> {
        nine_digits(&time.checked_add_signed(self.later)?)
    }

    fn snapshots(
        &mut self,
        from: &mut dyn EventStore,
        to: &mut dyn Keeps,
        go_on: &mut dyn FnMut() -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let layout = from.info().layout.clone();
        self.orphans = kept::snapshots(from, go_on, &mut |key, snapshot| {
            let Some(state) = text(snapshot) else {
                self.unreadable += 1;
                return Ok(());
            };
            let reducer = snapshot.reducer.as_deref().unwrap_or(&layout);
            let time = snapshot.time.and_then(|time| self.time(time));
            let written =
                to.snapshot(key, snapshot.version.0 as i64, reducer, &state, time.as_deref())?;
            self.snapshots += u64::from(written);
            self.twice += u64::from(!written);
            Ok(())
        })?;
        Ok(())
    }

    fn checkpoints(
        &mut self,
        from: &mut dyn EventStore,
        to: &mut dyn Keeps,
        same_positions: bool,
    ) -> Result<(), StoreError> {
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
            let (name, updated) =
                (&checkpoint.name, checkpoint.updated.and_then(|time| self.time(time)));
            let written = to.checkpoint(name, position, updated.as_deref())?;
            self.checkpoints += u64::from(written);
            self.namesakes += u64::from(!written);
            if !written {
                continue;
            }
            for one in &history {
                to.moved(name, self.time(one.time).as_deref(), one)?;
            }
            let Some(status) = &checkpoint.status else { continue };
            let first = history.first().map(|one| one.time).or(checkpoint.updated);
            match (first.and_then(|time| self.time(time)), updated) {
                (Some(first), Some(updated)) if ours && STATUSES.contains(&status.as_str()) => {
                    to.status(name, status, &first, &updated)?;
                }
                _ => self.statuses += 1,
            }
        }
        Ok(())
    }

    /// What stayed behind.
    pub(in crate::store) fn findings(&self) -> impl Iterator<Item = Finding> {
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

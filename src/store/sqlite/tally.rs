//! How many events the large aggregates had when they were counted last, so that only what was added since is counted.
//!
//! To count the million entries that one aggregate has in an index takes a tenth of a second. Events never change, and
//! in a table whose rows have numbers a new one gets the highest, whatever its version is: a number that was free, one
//! that is there already. So a count holds as long as the aggregate begins with the same row, its newest row then is
//! still the same, and so is the last of the table, of which a table that was written anew has another; what is added
//! stands beyond that. Where anything of this is not so, or much was added, everything is counted anew. A row that is
//! taken out of the middle of a history is not noticed before that, or before the store is opened again.
//!
//! It is shared by all handles on a store: the one that lists and the one that opens what was chosen.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Row;

use super::super::StoreError;
use super::ask::{Asked, BOUND};
use super::decode::{text, value};
use super::link::Identity;
use super::statement::{Bound, first};
use crate::model::AggregateKey;

/// Below this a count takes no time.
const LARGE: u64 = 10_000;
/// How many aggregates are remembered.
const MOST: usize = 1_000;

/// What was counted, of every large aggregate.
#[derive(Clone, Debug, Default)]
pub(super) struct Tallies(Arc<Mutex<HashMap<AggregateKey, Tally>>>);

#[derive(Clone, Debug)]
struct Tally {
    file: Identity,
    anchors: Anchors,
    events: u64,
}

/// Rows that a count stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Anchors {
    first: Anchor,
    newest: Anchor,
    last: Anchor,
}

/// One row of the table, to be known again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Anchor {
    row: i64,
    digest: blake3::Hash,
}

/// The statements that this takes, on a table whose rows have numbers.
#[derive(Clone, Debug)]
pub(super) struct Statements {
    /// The first of an aggregate, its newest and the last of the table.
    pub(super) ends: [String; 3],
    /// The row with a number.
    pub(super) at: String,
    /// How many events an aggregate has beyond a row.
    pub(super) added: String,
}

impl Tallies {
    fn all(&self) -> MutexGuard<'_, HashMap<AggregateKey, Tally>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, key: &AggregateKey) -> Option<Tally> {
        self.all().get(key).cloned()
    }

    fn note(&self, key: &AggregateKey, tally: Tally) {
        let mut all = self.all();
        if all.len() >= MOST && !all.contains_key(key) {
            all.clear();
        }
        all.insert(key.clone(), tally);
    }
}

impl Anchor {
    fn of(row: &Row<'_>) -> Option<Self> {
        let mut hasher = blake3::Hasher::new();
        for at in 1..5 {
            let cell = value(row, at);
            let text = text(cell).unwrap_or_default();
            let bytes = cell.as_bytes().unwrap_or(text.as_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        }
        Some(Self { row: value(row, 0).as_i64().ok()?, digest: hasher.finalize() })
    }
}

impl Asked<'_> {
    /// How many events an aggregate has with a number above `above`, the one before the first.
    pub(super) fn events_of(&self, key: &AggregateKey, above: i64) -> Result<u64, StoreError> {
        let bound = Bound { above, ..Bound::key(key) };
        let Some(statements) = &self.plan.tally else {
            return self.number_of(&self.plan.count_above(), bound);
        };
        let before = self.tallies.of(key).filter(|before| before.file == self.call.file);
        if let Some(before) = before
            && let Some(tally) = self.carried_on(statements, bound, before)?
        {
            let events = tally.events;
            self.tallies.note(key, tally);
            return Ok(events);
        }
        let events = self.number_of(&self.plan.count_above(), bound)?;
        if events >= LARGE
            && let Some(anchors) = self.anchors(statements, bound)?
        {
            self.tallies.note(key, Tally { file: self.call.file, anchors, events });
        }
        Ok(events)
    }

    /// The same tally as of now; `None` where everything is to be counted.
    fn carried_on(
        &self,
        statements: &Statements,
        bound: Bound<'_>,
        before: Tally,
    ) -> Result<Option<Tally>, StoreError> {
        let Tally { file, anchors: then, events } = before;
        let Some(anchors) = self.anchors(statements, bound)? else { return Ok(None) };
        let added = anchors.last.row.checked_sub(then.last.row);
        let few = added.is_some_and(|added| added >= 0 && added.unsigned_abs() <= BOUND);
        if !few || anchors.first != then.first {
            return Ok(None);
        }
        for (now, then) in [(&anchors.newest, &then.newest), (&anchors.last, &then.last)] {
            let same = now == then || {
                let at = Bound { above: then.row, ..Bound::default() };
                self.anchor(&statements.at, at)?.as_ref() == Some(then)
            };
            if !same {
                return Ok(None);
            }
        }
        let added = if anchors.last == then.last {
            0
        } else {
            // Row numbers that a limit cannot say are not remembered.
            let limit = then.last.row.unsigned_abs();
            self.number_of(&statements.added, Bound { limit, ..bound })?
        };
        Ok(Some(Tally { file, anchors, events: events + added }))
    }

    fn anchors(
        &self,
        statements: &Statements,
        bound: Bound<'_>,
    ) -> Result<Option<Anchors>, StoreError> {
        let [first, newest, last] = &statements.ends;
        let (Some(first), Some(newest), Some(last)) =
            (self.anchor(first, bound)?, self.anchor(newest, bound)?, self.anchor(last, bound)?)
        else {
            return Ok(None);
        };
        Ok((last.row >= 0).then_some(Anchors { first, newest, last }))
    }

    fn anchor(&self, sql: &str, bound: Bound<'_>) -> Result<Option<Anchor>, StoreError> {
        Ok(first(self.call, sql, bound, |row| Ok(Anchor::of(row)))?.flatten())
    }
}

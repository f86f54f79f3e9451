//! What was found about the past of a store: kept between two looks, because the past does not change. Whoever goes
//! through time by a column sees all columns but one again.

use std::collections::BTreeMap;

use super::Came;
use crate::model::{Position, Timestamp};
use crate::session::SessionError;
use crate::session::track::{Nexts, Trails};
use crate::store::Head;

/// What is kept of each kind, at most; beyond, it is found anew. An hour is looked at in a few hundred moments.
const MOST: usize = 20_000;

/// What is known of one history of a store.
#[derive(Debug, Default)]
pub(in crate::session) struct Found {
    /// Which history, and its newest position when it was looked at last.
    of: (u64, Option<Position>),
    /// What had come by moments before the newest event.
    came: BTreeMap<Timestamp, Came>,
    /// How many events stand after a position and up to another.
    counts: BTreeMap<(Position, Position), u64>,
    /// The times of events.
    times: BTreeMap<Position, Timestamp>,
    /// The times of the events after positions.
    nexts: Nexts,
    /// Where projections have been.
    pub(in crate::session) trails: Trails,
}

impl Found {
    /// Forgets everything where another history has taken the store's place.
    pub(super) fn of(&mut self, head: &Head) {
        if self.of.0 != head.generation || head.position < self.of.1 {
            *self = Self::default();
        }
        self.of = (head.generation, head.position);
    }

    /// Where the last event up to a moment is to be looked for: at or after the first of both, and below the position.
    /// Narrower than what is given where moments nearby are known.
    pub(super) fn around(&self, moment: Timestamp, low: Came, high: i64) -> (Came, i64) {
        let before = self.came.range(..=moment).next_back().map(|(_, came)| *came);
        let after = self.came.range(moment..).next().map(|(_, came)| came.position);
        let low = before.filter(|came| came.position > low.position).unwrap_or(low);
        let next = after.map_or(high, |last| last.map_or(0, |last| last.0.saturating_add(1)));
        (low, next.min(high))
    }

    /// Keeps what had come by a moment, which is before the newest event.
    pub(super) fn came(&mut self, moment: Timestamp, came: Came) {
        keep(&mut self.came, moment, came);
    }

    /// How many events stand between two positions; `count` counts them where that is not known.
    pub(super) fn count(
        &mut self,
        after: Position,
        upto: Position,
        count: impl FnOnce() -> Result<u64, SessionError>,
    ) -> Result<u64, SessionError> {
        if let Some(known) = self.counts.get(&(after, upto)) {
            return Ok(*known);
        }
        let counted = count()?;
        keep(&mut self.counts, (after, upto), counted);
        Ok(counted)
    }

    /// The time of the event at a position, where that is known.
    pub(super) fn time(&self, position: Position) -> Option<Timestamp> {
        self.times.get(&position).copied()
    }

    /// Keeps the time of an event.
    pub(super) fn stands(&mut self, position: Position, time: Timestamp) {
        keep(&mut self.times, position, time);
    }

    /// When the events came that are the next for positions, as far as that is known; to be given back by [`Self::keep`].
    pub(in crate::session) fn nexts(&mut self) -> Nexts {
        std::mem::take(&mut self.nexts)
    }

    /// Keeps what is known of that.
    pub(in crate::session) fn keep(&mut self, mut nexts: Nexts) {
        if nexts.settle() < MOST {
            self.nexts = nexts;
        }
    }
}

/// Keeps one thing more, and forgets all others where there are too many.
fn keep<Key: Ord, Value>(known: &mut BTreeMap<Key, Value>, key: Key, value: Value) {
    if known.len() >= MOST {
        known.clear();
    }
    known.insert(key, value);
}

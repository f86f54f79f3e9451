//! Where a projection has been: looked up for the moments that are asked about, so that a look costs the same however long
//! the history is.

mod trails;

pub(super) use trails::Trails;

use std::collections::HashMap;

use super::{Session, SessionError};
use crate::model::{Position, Timestamp};
use crate::store::{Checkpoint, EventStore, Move, StoreError};

/// A projection and what is known of where it has been.
pub(super) struct Track {
    pub(super) checkpoint: Checkpoint,
    /// Its newest move.
    pub(super) newest: Option<Move>,
    /// How many moves the store keeps of it, up to two.
    moves: usize,
}

/// Where a projection was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct There {
    /// The moment that this is known of: the one that was asked about, or one in the same second, minute or hour, where the
    /// history was put together.
    pub(super) moment: Timestamp,
    /// The last position that it had handled.
    pub(super) position: Position,
    /// When it came there.
    pub(super) since: Timestamp,
}

impl Session {
    /// Every projection.
    pub(super) fn tracks(&mut self) -> Result<Vec<Track>, SessionError> {
        let mut tracks = Vec::new();
        for checkpoint in self.store.checkpoints()? {
            let name = &checkpoint.name;
            let last = self.store.moves_between(name, None, &Timestamp::MAX_UTC, 2)?;
            // Without a history, what is known is that it has been there since.
            let stands = checkpoint.updated.zip(checkpoint.position);
            let stands = stands.map(|(time, position)| Move::new(time, position));
            let (newest, moves) = (last.last().copied().or(stands), last.len());
            tracks.push(Track { checkpoint, newest, moves });
        }
        Ok(tracks)
    }
}

impl Track {
    /// Whether it is known to have been anywhere but where it is.
    pub(super) fn has_moved(&self) -> bool {
        self.moves > 1
    }

    /// Whether the store keeps where it has been.
    pub(super) fn is_recorded(&self) -> bool {
        self.moves > 0
    }

    /// Where it was at each of some moments; `None` before it first moved.
    pub(super) fn at(
        &self,
        store: &mut dyn EventStore,
        trails: &mut Trails,
        moments: &[Timestamp],
    ) -> Result<Vec<Option<There>>, StoreError> {
        if !self.has_moved() {
            let newest = self.newest;
            let there = |moment: &Timestamp| {
                newest.filter(|one| one.time <= *moment).map(|one| There::of(*moment, one))
            };
            return Ok(moments.iter().map(there).collect());
        }
        let around = trails.around(store, self, moments)?;
        let known = moments.iter().zip(around).map(|(moment, around)| around.known(*moment));
        Ok(known.map(|known| known.map(|(moment, one)| There::of(moment, one))).collect())
    }
}

impl There {
    fn of(moment: Timestamp, one: Move) -> Self {
        Self { moment, position: one.position, since: one.time }
    }
}

/// When the events came that are the next for some positions: asked for once each.
#[derive(Debug, Default)]
pub(super) struct Nexts(HashMap<Position, Option<Timestamp>>);

impl Nexts {
    /// Asks for those that are not known yet.
    pub(super) fn know(
        &mut self,
        store: &mut dyn EventStore,
        positions: impl IntoIterator<Item = Position>,
    ) -> Result<(), StoreError> {
        let mut new: Vec<Position> =
            positions.into_iter().filter(|one| !self.0.contains_key(one)).collect();
        new.sort_unstable();
        new.dedup();
        let times = if new.is_empty() { Vec::new() } else { store.times_after(&new)? };
        self.0.extend(new.into_iter().zip(times));
        Ok(())
    }

    /// Forgets where there was no next one yet; says how many are known.
    pub(super) fn settle(&mut self) -> usize {
        self.0.retain(|_, time| time.is_some());
        self.0.len()
    }

    /// How long the event after a position has waited at a moment, in seconds.
    pub(super) fn waited(&self, position: Position, moment: Timestamp) -> f64 {
        let next = self.since(position);
        next.map_or(0.0, |next| (moment - next).as_seconds_f64().max(0.0))
    }

    /// When it came.
    pub(super) fn since(&self, position: Position) -> Option<Timestamp> {
        self.0.get(&position).copied().flatten()
    }
}

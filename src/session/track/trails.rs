//! What was found of where projections have been: kept between two looks, because what is before a move does not change.

use std::collections::HashMap;

use chrono::TimeDelta;

use super::Track;
use crate::model::Timestamp;
use crate::store::{Around, EventStore, Move, StoreError};

/// Moments that are kept of each projection, at most; beyond, they are looked up anew.
const MOST: usize = 20_000;

/// What is known of all projections.
#[derive(Debug, Default)]
pub(in crate::session) struct Trails(HashMap<String, Trail>);

/// What is known of one.
#[derive(Debug, Default)]
struct Trail {
    /// The moves about moments after which it moved on.
    around: HashMap<Timestamp, Around>,
    /// All of its moves in a stretch of time.
    stretch: Option<Stretch>,
}

/// All moves after one moment and up to another, rising.
#[derive(Debug)]
struct Stretch {
    from: Timestamp,
    to: Timestamp,
    moves: Vec<Move>,
}

impl Trails {
    /// The moves of a projection about each of some moments: looked up once, and again where it had not moved on.
    pub(in crate::session) fn around(
        &mut self,
        store: &mut dyn EventStore,
        track: &Track,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        let known = &mut self.of(track).around;
        if known.len() + moments.len() > MOST {
            known.clear();
        }
        let mut new = moments.to_vec();
        new.retain(|moment| !known.contains_key(moment));
        new.sort_unstable();
        new.dedup();
        if !new.is_empty() {
            let found = store.moves_around(&track.checkpoint.name, &new)?;
            known.extend(new.iter().copied().zip(found));
        }
        let all = moments.iter().map(|moment| known.get(moment).copied().unwrap_or_default());
        let all = all.collect();
        for moment in new {
            if known.get(&moment).is_some_and(|around| around.after.is_none()) {
                known.remove(&moment);
            }
        }
        Ok(all)
    }

    /// The newest `most` moves of a projection after one moment and up to another, rising: of a stretch of time that touches
    /// the one before, only what is beyond that is read.
    pub(in crate::session) fn between(
        &mut self,
        store: &mut dyn EventStore,
        track: &Track,
        (from, to): (Timestamp, Timestamp),
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        let name = &track.checkpoint.name;
        let trail = self.of(track);
        let mut all = match trail.stretch.take() {
            Some(known) if from <= known.to && known.from <= to => known,
            // It begins with nothing, and is read as what is beyond that.
            _ => Stretch { from, to: from, moves: Vec::new() },
        };
        let mut is_all = true;
        if to > all.to {
            let beyond = store.moves_between(name, Some(&all.to), &to, most)?;
            is_all &= beyond.len() < most;
            all.moves.extend(beyond);
            all.to = to;
        }
        if from < all.from {
            let mut beyond = store.moves_between(name, Some(&from), &all.from, most)?;
            is_all &= beyond.len() < most;
            beyond.append(&mut all.moves);
            (all.from, all.moves) = (from, beyond);
        }
        let first = all.moves.partition_point(|one| one.time <= from);
        let last = all.moves.partition_point(|one| one.time <= to);
        let told = all.moves.get(first..last).unwrap_or_default();
        let told = told.get(told.len().saturating_sub(most)..).unwrap_or_default().to_vec();
        // Where it stands now, it may move at the same instant.
        if let Some(newest) = track.newest.filter(|newest| newest.time <= all.to) {
            all.to = newest.time - TimeDelta::nanoseconds(1);
            all.moves.truncate(all.moves.partition_point(|one| one.time <= all.to));
        }
        trail.stretch = (is_all && all.moves.len() < most && all.from < all.to).then_some(all);
        Ok(told)
    }

    fn of(&mut self, track: &Track) -> &mut Trail {
        self.0.entry(track.checkpoint.name.clone()).or_default()
    }
}

#[cfg(test)]
mod tests;

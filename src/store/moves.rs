//! Where checkpoints have been: every place of the last minute, and fewer of what is older.
//!
//! What is left out is said: by [`Move::left_out`], and in how long a stretch that was. So what is told of a moment is
//! told as of a moment at most that far from it, and is never made up.

use super::{EventQuery, EventStore, StoreError};
use crate::model::{Position, Timestamp};

/// Where a checkpoint was at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// When it came there.
    pub time: Timestamp,
    /// The last position that was handled then.
    pub position: Position,
    /// How many places it had been at since the move before this one, that are not known any more.
    pub left_out: u64,
    /// In which stretch of time these were: the whole second, minute or hour that this move is in, as seconds; 0 where
    /// nothing was left out yet.
    pub seconds: u32,
}

impl Move {
    /// One that follows right upon the one before.
    pub fn new(time: Timestamp, position: Position) -> Self {
        Self { time, position, left_out: 0, seconds: 0 }
    }

    /// Since when it was at places that are not known any more; `None` where it followed right upon the one before.
    pub fn vague_since(&self) -> Option<Timestamp> {
        let seconds = i64::from(self.seconds);
        let first = self.time.timestamp().checked_div_euclid(seconds)?.checked_mul(seconds)?;
        Timestamp::from_timestamp(first, 0).filter(|_| self.left_out > 0)
    }
}

/// The moves about a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The last one up to it.
    pub before: Option<Move>,
    /// The first one after it.
    pub after: Option<Move>,
}

impl Around {
    /// Those about a moment, of all moves, rising.
    fn of(moves: &[Move], moment: &Timestamp) -> Self {
        let next = moves.partition_point(|one| one.time <= *moment);
        let before = next.checked_sub(1).and_then(|last| moves.get(last)).copied();
        Self { before, after: moves.get(next).copied() }
    }

    /// Where the checkpoint was at the moment, and the moment that this is known of: where it was at that one itself is
    /// left out, the first after it in the same stretch that is known.
    pub fn known(self, moment: Timestamp) -> Option<(Timestamp, Move)> {
        let vague = self.after.filter(|after| after.vague_since().is_some_and(|at| at <= moment));
        let exact = self.before.map(|before| (moment, before));
        vague.map(|after| (after.time, after)).or(exact)
    }
}

/// The moves about each of some moments, in a store that gives them all at once.
pub(super) fn around(
    store: &mut (impl EventStore + ?Sized),
    name: &str,
    moments: &[Timestamp],
) -> Result<Vec<Around>, StoreError> {
    let moves = store.checkpoint_history(name)?;
    Ok(moments.iter().map(|moment| Around::of(&moves, moment)).collect())
}

/// The newest `most` moves after one moment and up to another, in a store that gives them all at once.
pub(super) fn between(
    store: &mut (impl EventStore + ?Sized),
    name: &str,
    (after, upto): (Option<&Timestamp>, &Timestamp),
    most: usize,
) -> Result<Vec<Move>, StoreError> {
    let mut moves = store.checkpoint_history(name)?;
    moves.truncate(moves.partition_point(|one| one.time <= *upto));
    let first = after.map_or(0, |after| moves.partition_point(|one| one.time <= *after));
    let first = first.max(moves.len().saturating_sub(most));
    Ok(moves.split_off(first))
}

/// When the first event after each position was recorded, in a store that is asked for one event at a time.
pub(super) fn times_after(
    store: &mut (impl EventStore + ?Sized),
    positions: &[Position],
) -> Result<Vec<Option<Timestamp>>, StoreError> {
    let mut times = Vec::with_capacity(positions.len());
    for position in positions {
        let query = EventQuery { after_position: Some(*position), ..EventQuery::default() };
        let next = store.scan(&query, 1)?.events.into_iter().next();
        times.push(next.and_then(|event| event.time));
    }
    Ok(times)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    #[test]
    fn what_was_left_out_is_told_as_of_what_is_known_in_the_same_stretch() {
        let exact = |second| Move::new(at(second), Position(second));
        let minute = Move { left_out: 20, seconds: 60, ..exact(110) };
        let moves = [exact(5), minute, exact(300)];
        let known = |second: i64| {
            let known = Around::of(&moves, &at(second)).known(at(second));
            known.map(|(moment, one)| ((moment - at(0)).num_seconds(), one.position.0))
        };
        assert_eq!(known(4), None);
        assert_eq!(known(5), Some((5, 5)));
        // 60 begins the minute in which it was at places that are left out; before that it stood.
        assert_eq!(known(59), Some((59, 5)));
        assert_eq!(known(60), Some((110, 110)));
        assert_eq!(known(109), Some((110, 110)));
        assert_eq!(known(110), Some((110, 110)));
        assert_eq!(known(299), Some((299, 110)));
        assert_eq!(known(900), Some((900, 300)));
    }
}

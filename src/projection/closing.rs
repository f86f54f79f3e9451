//! The end of a rebuild: how it comes as far as what is shown, also where events come as fast as they are projected.
//!
//! Up to the event that was the last when it began it goes on as it was told to. From there on each batch is twice as large
//! as the one before, so that what it does for each of them does not count. Where it does not come to the last event so, it
//! is enough that it comes as far as what is shown: what comes later is projected by whoever runs it. And where these are
//! projected as fast, they are held: for a second, then for as long again left alone, then for two, and so on up to half a
//! minute, so that it comes nearer each time. Appending waits for none of it.

use std::time::Duration;

use crate::model::Position;

/// Batches beyond the last event that there was, before it is looked whether what is shown is reached.
const BATCHES: u32 = 8;
/// How long what is shown is held, at first and at last.
const HELD: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// How near the end a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Closing {
    /// The last event when it began, where there was one.
    goal: Option<Position>,
    /// Batches that were written since it was reached.
    batches: u32,
    /// When what is shown may be held, and how long.
    hold: (Duration, Duration),
}

/// What is to be done after a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Near {
    /// To go on.
    Not,
    /// To take more at a time.
    Grow,
    /// To look whether what is shown is reached, too.
    Reach,
}

impl Closing {
    /// Of a rebuild that begins while that is the last event.
    pub(super) fn new(goal: Option<Position>) -> Self {
        Self { goal, batches: 0, hold: (Duration::ZERO, HELD.0) }
    }

    /// A batch was written up to a position.
    pub(super) fn written(&mut self, position: Position) -> Near {
        if self.goal.is_some_and(|goal| position < goal) {
            return Near::Not;
        }
        self.batches = self.batches.saturating_add(1);
        if self.batches < BATCHES { Near::Grow } else { Near::Reach }
    }

    /// How long what is shown is to be held, where it is time for that; it is not again before as long has passed after it.
    pub(super) fn hold(&mut self, elapsed: Duration) -> Option<Duration> {
        let (from, length) = self.hold;
        if elapsed < from {
            return None;
        }
        self.hold = (elapsed + length * 2, (length * 2).min(HELD.1));
        Some(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_near_once_it_is_where_the_end_was() {
        let mut closing = Closing::new(Some(Position(10)));
        assert_eq!(closing.written(Position(9)), Near::Not);
        for position in 10..17 {
            assert_eq!(closing.written(Position(position)), Near::Grow);
        }
        assert_eq!(closing.written(Position(17)), Near::Reach);
        assert_eq!(closing.written(Position(40)), Near::Reach);
    }

    #[test]
    fn what_is_shown_is_held_for_half_of_the_time_and_longer_and_longer() {
        let mut closing = Closing::new(None);
        let seconds = Duration::from_secs;
        assert_eq!(closing.hold(seconds(5)), Some(seconds(1)));
        assert_eq!(closing.hold(seconds(6)), None);
        assert_eq!(closing.hold(seconds(7)), Some(seconds(2)));
        assert_eq!(closing.hold(seconds(10)), None);
        let mut longest = seconds(0);
        for second in 11..1_000 {
            longest = closing.hold(seconds(second)).unwrap_or(longest);
        }
        assert_eq!(longest, HELD.1);
    }
}

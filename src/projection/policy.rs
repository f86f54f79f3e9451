//! How patient a runner is: how much it takes at a time, how often it tries an event again, and what it does then.

use std::time::Duration;

use crate::model::Position;

/// What is done about an event that cannot be applied, however often.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It is put aside with the error, and the projection goes on behind it.
    #[default]
    Skip,
    /// The projection stops before it.
    Stop,
}

/// How a projection is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Events that are written down at a time, at most.
    pub events: usize,
    /// How long what was applied may wait to be written down, at most.
    pub within: Duration,
    /// The time from one write to the next page, at least: what others do with the store comes first.
    pub apart: Duration,
    /// How often an event is tried.
    pub attempts: u32,
    /// The wait before the second attempt.
    pub first_wait: Duration,
    /// How many times longer each wait is than the one before.
    pub factor: f64,
    /// The share of a wait that is left to chance, so that runners do not all come back at once.
    pub jitter: f64,
    /// What that chance begins with.
    pub seed: u64,
    /// What is done then.
    pub on_error: OnError,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            events: 1000,
            within: Duration::from_millis(500),
            apart: Duration::ZERO,
            attempts: 3,
            first_wait: Duration::from_millis(10),
            factor: 2.0,
            jitter: 0.2,
            seed: 0,
            on_error: OnError::default(),
        }
    }
}

/// No wait is longer.
const LONGEST: Duration = Duration::from_secs(60);

impl Policy {
    /// How long to wait after so many failed attempts at an event.
    pub fn wait(&self, attempts: u32, position: Position) -> Duration {
        let times = self.factor.max(1.0).powi(attempts.saturating_sub(1).min(64) as i32);
        let chance = chance(self.seed ^ position.0 as u64 ^ u64::from(attempts) << 48);
        let spread = 1.0 + self.jitter.clamp(0.0, 1.0) * (2.0 * chance - 1.0);
        let seconds = self.first_wait.as_secs_f64() * times * spread;
        Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST).min(LONGEST)
    }
}

/// A number from 0 to 1 that is always the same for the same seed: the last step of `SplitMix64`.
fn chance(seed: u64) -> f64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_end_somewhere() {
        let policy = Policy { jitter: 0.0, ..Policy::default() };
        let wait = |attempts| policy.wait(attempts, Position(7)).as_millis();
        assert_eq!([1, 2, 3, 4].map(wait), [10, 20, 40, 80]);
        assert_eq!(wait(u32::MAX), LONGEST.as_millis());
    }

    #[test]
    fn chance_moves_a_wait_a_little_and_is_the_same_every_time() {
        let policy = Policy { seed: 3, ..Policy::default() };
        let waits: Vec<_> = (0..200).map(|at| policy.wait(1, Position(at)).as_micros()).collect();
        assert_eq!(
            waits,
            (0..200).map(|at| policy.wait(1, Position(at)).as_micros()).collect::<Vec<_>>()
        );
        let (least, most) = (*waits.iter().min().unwrap(), *waits.iter().max().unwrap());
        assert!(
            (8_000..8_500).contains(&least) && (11_500..=12_000).contains(&most),
            "{least} {most}"
        );
        let other = Policy { seed: 4, ..Policy::default() };
        assert_ne!(policy.wait(1, Position(1)), other.wait(1, Position(1)));
    }
}

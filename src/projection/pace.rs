//! How far a projection is, how fast it goes, and how long it still takes.

use std::collections::VecDeque;
use std::time::Duration;

/// How far a projection is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Events that are done.
    pub done: u64,
    /// Events there are.
    pub of: u64,
    /// Events a second, over the last seconds; `None` before there is anything to tell it by.
    pub per_second: Option<f64>,
    /// How long the rest takes at that rate; `None` where nobody can tell.
    pub left: Option<Duration>,
}

/// What is counted while a projection runs.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    done: u64,
    of: u64,
    /// How much was done when, the oldest first.
    marks: VecDeque<(Duration, u64)>,
}

/// The rate is that of so long: short enough to notice a change, long enough to be read.
const WINDOW: Duration = Duration::from_secs(5);
/// Marks are no closer.
const APART: Duration = Duration::from_millis(50);
/// Less time says nothing of a rate.
const LEAST: Duration = Duration::from_millis(100);

impl Pace {
    /// So many of so many are done when it begins.
    pub fn new(done: u64, of: u64, elapsed: Duration) -> Self {
        Self { done, of: of.max(done), marks: VecDeque::from([(elapsed, done)]) }
    }

    /// So many more are done.
    pub fn advance(&mut self, events: u64, elapsed: Duration) {
        self.done += events;
        self.of = self.of.max(self.done);
        let is_due = |(last, _): &(Duration, u64)| elapsed.saturating_sub(*last) >= APART;
        if self.marks.back().is_none_or(is_due) {
            self.marks.push_back((elapsed, self.done));
        }
        // One mark beyond the window stays: the rate is that of at least as long.
        while self.marks.get(1).is_some_and(|(then, _)| elapsed.saturating_sub(*then) >= WINDOW) {
            self.marks.pop_front();
        }
    }

    /// So many more came.
    pub fn grow(&mut self, events: u64) {
        self.of += events;
    }

    /// So many are not done: somebody else did some, or none of it counts.
    pub fn place(&mut self, remaining: u64, elapsed: Duration) {
        *self = Self::new(self.of.saturating_sub(remaining), self.of.max(remaining), elapsed);
    }

    /// How far it is.
    pub fn progress(&self, elapsed: Duration) -> Progress {
        let oldest = self.marks.front().copied().unwrap_or((elapsed, self.done));
        let time = elapsed.saturating_sub(oldest.0);
        let events = self.done - oldest.1;
        let per_second = (time >= LEAST).then(|| events as f64 / time.as_secs_f64());
        let rest = (self.of - self.done) as f64;
        let left = if rest == 0.0 {
            Some(Duration::ZERO)
        } else {
            per_second.and_then(|rate| Duration::try_from_secs_f64(rest / rate).ok())
        };
        Progress { done: self.done, of: self.of, per_second, left }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn time_left_follows_the_rate_of_the_last_seconds() {
        let mut pace = Pace::new(1_000, 101_000, at(0));
        assert_eq!(pace.progress(at(0)).per_second, None);
        assert_eq!(pace.progress(at(0)).left, None);
        for second in 1..=10 {
            pace.advance(1_000, at(second * 1_000));
        }
        let progress = pace.progress(at(10_000));
        assert_eq!((progress.done, progress.of), (11_000, 101_000));
        assert_eq!(progress.per_second, Some(1_000.0));
        assert_eq!(progress.left, Some(Duration::from_secs(90)));
        // Ten times as fast from here on: after the window, nothing is left of the slow time.
        for second in 11..=16 {
            pace.advance(10_000, at(second * 1_000));
        }
        assert_eq!(pace.progress(at(16_000)).per_second, Some(10_000.0));
        assert_eq!(pace.progress(at(16_000)).left, Some(Duration::from_secs(3)));
    }

    #[test]
    fn standing_still_takes_for_ever_and_nothing_takes_no_time() {
        let mut pace = Pace::new(0, 10, at(0));
        assert_eq!(pace.progress(at(1_000)).left, None);
        pace.advance(10, at(1_500));
        assert_eq!(pace.progress(at(1_500)).left, Some(Duration::ZERO));
        pace.grow(5);
        assert_eq!(pace.progress(at(1_500)).of, 15);
        // More came than was known of.
        pace.advance(9, at(1_600));
        assert_eq!(pace.progress(at(1_600)).of, 19);
        pace.place(15, at(1_700));
        let progress = pace.progress(at(1_700));
        assert_eq!((progress.done, progress.of, progress.per_second), (4, 19, None));
    }
}

//! The part of a history that the rail shows where somebody looks closer.

use std::ops::Range;

use serde::{Deserialize, Serialize};

/// The fewest events that are looked at.
const LEAST: usize = 8;

/// So many events from one on, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lens {
    start: usize,
    len: usize,
}

impl Lens {
    /// Twice as close around a place of a history of `count` events, or half as close; `None` shows all of it.
    pub(crate) fn zoomed(
        now: Option<Self>,
        closer: bool,
        place: usize,
        count: usize,
    ) -> Option<Self> {
        let before = now.unwrap_or(Self { start: 0, len: count });
        let len = if closer { (before.len / 2).max(LEAST) } else { before.len.saturating_mul(2) };
        if len >= count {
            return None;
        }
        // The place stays where it is on the rail.
        let left = place.saturating_sub(before.start).min(before.len) * len / before.len.max(1);
        let start = place.saturating_sub(left).min(count - len);
        Some(Self { start, len })
    }

    /// The same for a history of so many events; `None` where that is all of it.
    pub(crate) fn within(self, count: u64) -> Option<Self> {
        (self.len >= LEAST && (self.len as u64) < count).then_some(self)
    }

    /// The same, moved on where the place has left it: what comes next has the greater part of it then.
    pub(crate) fn follow(self, place: usize, count: usize) -> Self {
        let len = self.len.min(count);
        let start = if place < self.start {
            place.saturating_sub(len * 3 / 4)
        } else if place >= self.start + len {
            place.saturating_sub(len / 4)
        } else {
            self.start
        };
        Self { start: start.min(count - len), len }
    }

    /// The events of a history of `count` that it shows.
    pub(crate) fn range(self, count: usize) -> Range<usize> {
        let len = self.len.min(count);
        let start = self.start.min(count - len);
        start..start + len
    }

    /// How far beyond its ends a drag goes at a time.
    pub(crate) fn stride(self) -> usize {
        (self.len / 8).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closer_and_back_to_all_of_it() {
        let mut lens = None;
        let mut seen = Vec::new();
        for _ in 0..20 {
            lens = Lens::zoomed(lens, true, 700, 1000);
            let range = lens.unwrap().range(1000);
            assert!(range.contains(&700) && range.end <= 1000, "{range:?}");
            seen.push(range.len());
        }
        assert_eq!(seen.get(..3).unwrap(), [500, 250, 125]);
        assert_eq!(seen.last(), Some(&LEAST));
        for _ in 0..7 {
            lens = Lens::zoomed(lens, false, 700, 1000);
        }
        assert_eq!(lens, None);
        assert_eq!(Lens::zoomed(None, true, 3, 8), None, "nothing is closer than every event");
        assert_eq!(Lens::zoomed(None, true, 0, 0), None);
    }

    #[test]
    fn it_follows_a_place_that_leaves_it_and_only_then() {
        let lens = Lens { start: 400, len: 100 };
        for (place, start) in [(400, 400), (499, 400), (500, 475), (399, 324), (0, 0), (999, 900)] {
            let moved = lens.follow(place, 1000);
            assert_eq!(moved.range(1000).start, start, "{place}");
            assert!(moved.range(1000).contains(&place));
        }
        // Where there are fewer events than it shows.
        assert_eq!(lens.follow(3, 20).range(20), 0..20);
    }
}

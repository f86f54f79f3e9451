//! How the screen follows a store that others write to: what was seen, what is shown, what waits.

use std::time::Duration;

use crate::store::Head;

/// The time between two looks at a store that may have changed.
pub(crate) const TICK: Duration = Duration::from_millis(500);
/// A look may take this part of the time at most: one that is slow is taken less often.
const SHARE: u32 = 250;
/// Counting everything may take this part of the time at most.
const SHARE_OF_COUNTING: u32 = 20;
/// Ticks between two looks at a store that cannot be read.
const RETRY: u32 = 4;

/// Whether changes are shown as they come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Following {
    /// Nothing can change.
    #[default]
    Fixed,
    /// They are.
    Live,
    /// They will not be once the last one has arrived.
    Pausing,
    /// They are counted.
    Paused,
    /// Those that were counted are on their way.
    Unpausing,
}

/// What is known of a store's newest end.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Whether changes are shown.
    pub(crate) following: Following,
    /// The newest end that was seen.
    pub(crate) seen: Option<Head>,
    /// The one that the list shows.
    pub(crate) listed: Option<Head>,
    /// The one that the Events screen shows.
    pub(crate) scanned: Option<Head>,
    /// The one that the aggregate on the screen was compared with.
    pub(crate) compared: Option<Head>,
    /// Whether another history has taken the place of what the screen shows.
    pub(crate) anew: bool,
    /// Whether the counts are of an earlier one.
    pub(crate) uncounted: bool,
    /// Events that arrived while paused.
    pub(crate) waiting: u64,
    /// Events that came to the store while another screen than theirs was shown.
    pub(crate) unseen: u64,
    /// Whether everything was read again by hand: nothing waits any more.
    pub(crate) reread: bool,
    /// Whether the store told of something while it was looked at.
    pub(crate) rang: bool,
    /// Whether a look is being taken.
    pub(crate) looking: bool,
    /// Whether the store cannot be read at the moment.
    pub(crate) lost: bool,
    /// Whether the aggregate on the screen is being read again.
    pub(crate) reading: bool,
    rest: u32,
    rest_of_counting: u32,
}

impl Live {
    /// Begins with a store as it was opened.
    pub(crate) fn begin(&mut self, head: Option<Head>) {
        let following = if head.is_some() { Following::Live } else { Following::Fixed };
        let shown = || head.clone();
        let (listed, scanned, compared) = (shown(), shown(), shown());
        *self = Self { following, seen: head, listed, scanned, compared, ..Self::default() };
    }

    /// Whether changes go to the screen.
    pub(crate) fn shows(&self) -> bool {
        matches!(self.following, Following::Live | Following::Unpausing)
    }

    /// Whether something that was seen is not on the screen yet.
    pub(crate) fn owes(&self) -> bool {
        [&self.listed, &self.scanned, &self.compared].into_iter().any(|shown| *shown != self.seen)
    }

    /// Whether it is time for a look; counts the ticks.
    pub(crate) fn is_due(&mut self) -> bool {
        self.rest_of_counting = self.rest_of_counting.saturating_sub(1);
        let due = self.rest == 0 && !self.looking && self.following != Following::Fixed;
        self.rest = self.rest.saturating_sub(1);
        due
    }

    /// Whether the last look was long enough ago for another one.
    pub(crate) fn is_rested(&self) -> bool {
        self.rest == 0 && self.following != Following::Fixed
    }

    /// Whether it is time to count again.
    pub(crate) fn may_count(&self) -> bool {
        self.uncounted && self.rest_of_counting == 0
    }

    /// Notes how long a look took.
    pub(crate) fn looked(&mut self, took: Duration, well: bool) {
        self.looking = false;
        self.rest = if well { ticks(took * SHARE) } else { RETRY };
    }

    /// Notes how long counting took.
    pub(crate) fn counted(&mut self, took: Duration) {
        self.rest_of_counting = ticks(took * SHARE_OF_COUNTING);
    }
}

fn ticks(time: Duration) -> u32 {
    (time.as_millis() / TICK.as_millis()).min(240) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_store_is_looked_at_less_often() {
        let head = Head { cursor: None, position: None, time: None, generation: 0 };
        let mut live = Live::default();
        assert!(!live.is_due(), "what cannot change is not looked at");
        live.begin(Some(head));
        let mut ticks_until = |took: u64, well: bool| {
            live.looked(Duration::from_millis(took), well);
            (0..1000).position(|_| live.is_due()).unwrap()
        };
        assert_eq!(ticks_until(1, true), 0);
        assert_eq!(ticks_until(20, true), 10);
        assert_eq!(ticks_until(60_000, true), 240, "but it is looked at");
        assert_eq!(ticks_until(0, false), 4);
    }
}

//! Playing: the playhead moves by itself, one event at a time, at an even tempo or at the pace the events had.
//!
//! Knows no clock: it says how long to wait before the next event.

use std::time::Duration;

/// Which way time runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Towards the first event.
    Back,
    /// Towards the newest one.
    Forward,
}

impl Way {
    /// The step to the next event.
    pub(crate) fn step(self) -> i64 {
        match self {
            Self::Back => -1,
            Self::Forward => 1,
        }
    }

    /// Its sign.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Back => "◀",
            Self::Forward => "▶",
        }
    }
}

/// Once the speed is 1×, this long passes from event to event.
const BEAT: Duration = Duration::from_secs(1);
/// Speeds are powers of two up to this one: 64×.
const FASTEST: u8 = 6;
/// A pause of the events' own is as long as it was up to here; longer ones grow by this much each time they double.
const COMPRESSED: Duration = Duration::from_millis(100);

/// The player: how fast, and whether it plays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Player {
    /// Which way it plays, while it does.
    pub(crate) playing: Option<Way>,
    /// Whether the next step is due and waits for the one before it to be shown.
    pub(crate) late: bool,
    /// Whether that is its first one: where it stands at the end by then, it begins at the other.
    pub(crate) begins: bool,
    /// How long to wait before the next step, until the loop has heard of it.
    pub(crate) wait: Option<Duration>,
    /// The power of two.
    speed: u8,
    /// Whether events come as far apart as they were recorded, long gaps compressed.
    own_pace: bool,
}

impl Default for Player {
    fn default() -> Self {
        Self { playing: None, late: false, begins: false, wait: None, speed: 2, own_pace: false }
    }
}

impl Player {
    /// Stops; whether it played.
    pub(crate) fn pause(&mut self) -> bool {
        (self.late, self.begins, self.wait) = (false, false, None);
        self.playing.take().is_some()
    }

    /// Doubles or halves the speed, within its bounds.
    pub(crate) fn faster(&mut self, faster: bool) {
        self.speed =
            if faster { (self.speed + 1).min(FASTEST) } else { self.speed.saturating_sub(1) };
    }

    /// Switches between an even tempo and the events' own pace.
    pub(crate) fn switch_pace(&mut self) {
        self.own_pace = !self.own_pace;
    }

    /// How fast, in words: `4×`, `4× own pace`.
    pub(crate) fn tempo(&self) -> String {
        let pace = if self.own_pace { " own pace" } else { "" };
        format!("{}×{pace}", 1_u32 << self.speed)
    }

    /// How long to wait before the next event, which was recorded so long after (or before) the one shown.
    pub(crate) fn pause_after(&self, gap: Option<Duration>) -> Duration {
        let wait = match gap.filter(|_| self.own_pace) {
            None => BEAT,
            Some(gap) if gap <= BEAT => gap,
            Some(gap) => {
                let doubled = (gap.as_secs_f64() / BEAT.as_secs_f64()).log2();
                BEAT + COMPRESSED.mul_f64(doubled)
            }
        };
        wait / (1 << self.speed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_double_between_one_and_sixty_four() {
        let mut player = Player::default();
        assert_eq!((player.tempo().as_str(), player.pause_after(None)), ("4×", BEAT / 4));
        for _ in 0..9 {
            player.faster(true);
        }
        assert_eq!((player.tempo().as_str(), player.pause_after(None)), ("64×", BEAT / 64));
        for _ in 0..9 {
            player.faster(false);
        }
        assert_eq!((player.tempo().as_str(), player.pause_after(None)), ("1×", BEAT));
    }

    #[test]
    fn the_events_own_pace_keeps_short_gaps_and_compresses_long_ones() {
        let mut player = Player::default();
        player.faster(false);
        player.faster(false);
        player.switch_pace();
        assert_eq!(player.tempo(), "1× own pace");
        let waits: Vec<Duration> = [0, 250, 1000, 2000, 60_000, 86_400_000, 31_536_000_000]
            .map(|millis| player.pause_after(Some(Duration::from_millis(millis))))
            .to_vec();
        assert_eq!(waits.get(..3).unwrap(), [0, 250, 1000].map(Duration::from_millis));
        assert!(waits.is_sorted(), "a longer gap is never played faster: {waits:?}");
        assert!(waits.last().unwrap() < &Duration::from_secs(4), "{waits:?}");
        // Where no times are recorded, the tempo is even.
        assert_eq!(player.pause_after(None), BEAT);
    }
}

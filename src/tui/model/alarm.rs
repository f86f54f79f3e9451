//! What every screen says of projections and metrics: how many are stopped, and how many are above their thresholds.
//!
//! It is what was read for other reasons, and never asked for anew.

use super::Model;
use super::live::Following;
use crate::model::Timestamp;
use crate::tui::layout::Screen;

/// How many there are, and when that was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alarm {
    /// How many; at least one.
    pub(crate) count: u64,
    /// The moment; now where `None`.
    pub(crate) at: Option<Timestamp>,
}

impl Model {
    /// The projections that an event has stopped by now. Whether one was stopped at an earlier moment is not recorded.
    pub(crate) fn stops(&self) -> Option<Alarm> {
        let count = self.projections.halted.filter(|count| *count > 0)?;
        Some(Alarm { count, at: None })
    }

    /// The metrics that are above their thresholds at the moment that was read last.
    pub(crate) fn alerts(&self) -> Option<Alarm> {
        let then = self.metrics.then.as_ref()?;
        let count = self.metrics.raised().count() as u64;
        let at = then.span.map(|span| span.to).filter(|_| !then.newest || !self.is_of_now());
        (count > 0).then_some(Alarm { count, at })
    }

    /// Whether the newest that was measured still is: nothing came since, or it is read again and again.
    fn is_of_now(&self) -> bool {
        let is_read = self.screen == Screen::Metrics && self.live.shows();
        let stands = self.metrics.seen == self.live.seen;
        self.live.following == Following::Fixed || is_read && self.scrub.at.is_none() || stands
    }
}

//! Which moment is told about: the newest that anything is known of, what the clock says, or one that was asked for.

use chrono::TimeDelta;

use super::past::Past;
use super::{Session, SessionError};
use crate::model::Timestamp;
use crate::store::Head;

/// How far ahead another computer's clock may be before a time that it recorded counts as none.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// The moment that is told about.
#[derive(Clone, Copy, Debug)]
pub(super) struct When {
    /// It; `None` where the store records no times.
    pub(super) to: Option<Timestamp>,
    /// Whether it is not in the past of what is known.
    pub(super) is_newest: bool,
    /// What counts as a time at all is up to here.
    pub(super) latest: Timestamp,
    /// The newest time that lies after it, and counts as none.
    pub(super) ahead: Option<Timestamp>,
}

/// Which moment is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// The newest of which anything is known, which may be long ago.
    Newest,
    /// What the clock says, where the store records times.
    Clock,
    /// This one; the newest where it lies behind that.
    At(Timestamp),
}

impl From<Option<Timestamp>> for Asked {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Newest, Self::At)
    }
}

impl Session {
    /// The moment, where the newest event is at `head` and something else happened at `others`. The head's time is one that
    /// counts afterwards.
    pub(super) fn when(
        &mut self,
        asked: Asked,
        head: &mut Head,
        others: impl Iterator<Item = Timestamp>,
    ) -> Result<When, SessionError> {
        let clock = chrono::Utc::now();
        let latest = clock + AHEAD;
        let mut ahead = head.time.filter(|time| *time > latest);
        if ahead.is_some() {
            let mut past = Past::new(self, head.clone(), None, latest);
            head.time = past.came_by(&[latest])?.pop().and_then(|came| came.time);
        }
        let mut newest = head.time;
        for time in others {
            let known = if time > latest { &mut ahead } else { &mut newest };
            *known = (*known).max(Some(time));
        }
        let past = match asked {
            Asked::At(at) => newest.is_some_and(|newest| at < newest).then_some(at),
            Asked::Newest => None,
            Asked::Clock => {
                newest = newest.map(|newest| newest.max(clock));
                None
            }
        };
        Ok(When { to: past.or(newest), is_newest: past.is_none(), latest, ahead })
    }
}

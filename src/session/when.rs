//! Which moment is told about: the newest that anything is known of, what the clock says, or one that was asked for.

use chrono::TimeDelta;

use super::past::Past;
use super::{Session, SessionError};
use crate::model::{Position, Timestamp};
use crate::store::{EventQuery, Head};

/// How far ahead another computer's clock may be before a time that it recorded counts as none.
const AHEAD: TimeDelta = TimeDelta::seconds(60);

/// How many of the last positions are looked through for a time that counts.
const BACK: [i64; 4] = [100, 1_000, 10_000, 100_000];

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
            head.time = self.newest_before(latest, head)?;
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

    /// The newest time up to a moment among the last events, further and further back; there may be many after it.
    fn newest_before(
        &mut self,
        latest: Timestamp,
        head: &Head,
    ) -> Result<Option<Timestamp>, SessionError> {
        let Some(Position(end)) = head.position else { return Ok(None) };
        for back in BACK {
            let after = end.saturating_sub(back);
            let query =
                EventQuery { after_position: Some(Position(after)), ..EventQuery::default() };
            let events = self.store.scan(&query, back.unsigned_abs() as usize)?.events;
            let times = events.iter().filter_map(|event| event.time);
            let newest = times.filter(|time| *time <= latest).max();
            if newest.is_some() || after <= 0 {
                return Ok(newest);
            }
        }
        // Near it: what lies between is passed over by halves.
        let mut past = Past::new(self, head.clone(), None, latest);
        Ok(past.came_by(&[latest])?.pop().and_then(|came| came.time))
    }
}

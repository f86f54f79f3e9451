//! What had come to a store by any moment: found by bisection over positions, which every store answers at once.
//!
//! Times rise with positions where one clock is kept; where several are, it is off by no more than they are.

mod found;

pub(super) use found::Found;

use chrono::TimeDelta;

use super::{Session, SessionError};
use crate::model::{Event, Position, Timestamp};
use crate::store::{EventQuery, Head};

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl Span {
    /// The time of that length that ends at a moment.
    pub(crate) fn before(to: Timestamp, length: TimeDelta) -> Self {
        Self { from: to.checked_sub_signed(length).unwrap_or(to), to }
    }

    /// How long each of its columns is. They end at its end: what is left over by division is in the first.
    pub(crate) fn column(self, columns: usize) -> TimeDelta {
        let columns = columns.try_into().unwrap_or(i32::MAX).max(1);
        (self.to - self.from) / columns
    }

    /// The end of each of its columns. Whoever goes on by a column finds them at the same moments, to the instant, so that
    /// what was found at them is found again.
    pub(super) fn ends(self, columns: usize) -> Vec<Timestamp> {
        let column = self.column(columns);
        let mut ends: Vec<Timestamp> =
            std::iter::successors(Some(self.to), |end| end.checked_sub_signed(column))
                .take(columns)
                .collect();
        ends.reverse();
        ends
    }
}

/// What had come by a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Came {
    /// The last event's position.
    pub(super) position: Option<Position>,
    /// Its time.
    pub(super) time: Option<Timestamp>,
}

/// A store that is asked about its past.
pub(super) struct Past<'a> {
    pub(super) session: &'a mut Session,
    pub(super) head: Head,
    /// The newest moment there is, where it is the one that is asked about: by then everything has come.
    pub(super) end: Option<Timestamp>,
    /// A time after it counts as none: some clock was wrong.
    latest: Timestamp,
}

impl<'a> Past<'a> {
    pub(super) fn new(
        session: &'a mut Session,
        head: Head,
        end: Option<Timestamp>,
        latest: Timestamp,
    ) -> Self {
        session.found.of(&head);
        Self { session, head, end, latest }
    }

    /// What had come by each of some rising moments.
    pub(super) fn came_by(&mut self, moments: &[Timestamp]) -> Result<Vec<Came>, SessionError> {
        let mut came = vec![Came::default(); moments.len()];
        let above = self.head.position.map_or(-1, |at| at.0).saturating_add(1);
        self.halve(moments, &mut came, Came::default(), above)?;
        Ok(came)
    }

    /// The moment in the middle first: those before it have nothing of what came after it, and the other way round.
    fn halve(
        &mut self,
        moments: &[Timestamp],
        came: &mut [Came],
        low: Came,
        high: i64,
    ) -> Result<(), SessionError> {
        let middle = moments.len() / 2;
        let (Some((before, [moment, after @ ..])), Some((to_left, [here, to_right @ ..]))) =
            (moments.split_at_checked(middle), came.split_at_mut_checked(middle))
        else {
            return Ok(());
        };
        *here = if self.end.is_some_and(|end| *moment >= end) {
            Came { position: self.head.position, time: self.head.time }
        } else {
            let (low, high) = self.session.found.around(*moment, low, high);
            let came = self.came(*moment, low, high)?;
            // What comes from now on comes after the newest event, and so after this moment.
            if came.position < self.head.position {
                self.session.found.came(*moment, came);
            }
            came
        };
        let (found, next) = (*here, here.position.map_or(0, |at| at.0.saturating_add(1)));
        self.halve(before, to_left, low, next.min(high))?;
        self.halve(after, to_right, found, high)
    }

    /// The last event up to a moment, at or after `low` and below a position.
    fn came(&mut self, moment: Timestamp, low: Came, mut high: i64) -> Result<Came, SessionError> {
        let mut found = low;
        let mut low = low.position.map_or(-1, |at| at.0);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let event = self.first_from(Position(middle))?;
            let here = event.as_ref().and_then(|event| event.position).filter(|at| at.0 < high);
            let time = event.and_then(|event| event.time).filter(|time| *time <= self.latest);
            match here {
                // What has no time came with what came before it.
                Some(here) if time.is_none_or(|time| time <= moment) => {
                    found = Came { position: Some(here), time: time.or(found.time) };
                    low = here.0;
                }
                _ => high = middle,
            }
        }
        Ok(found)
    }

    /// How many events came between.
    pub(super) fn between(&mut self, earlier: Came, later: Came) -> Result<u64, SessionError> {
        // No store has a position below 0.
        let after = earlier.position.unwrap_or(Position(-1));
        later.position.map_or(Ok(0), |upto| self.count(after, upto))
    }

    /// How many events stand after a position and up to another.
    pub(super) fn count(&mut self, after: Position, upto: Position) -> Result<u64, SessionError> {
        if after >= upto {
            return Ok(0);
        }
        let Session { found, store, .. } = &mut *self.session;
        found.count(after, upto, || Ok(store.count_between(after, upto)?))
    }

    /// The first event at or after a position.
    pub(super) fn first_from(&mut self, position: Position) -> Result<Option<Event>, SessionError> {
        let after_position = Some(Position(position.0.saturating_sub(1)));
        let query = EventQuery { after_position, ..EventQuery::default() };
        Ok(self.session.store.scan(&query, 1)?.events.pop())
    }

    /// When the event at a position was recorded.
    pub(super) fn time_of(
        &mut self,
        position: Position,
    ) -> Result<Option<Timestamp>, SessionError> {
        if let Some(known) = self.session.found.time(position) {
            return Ok(Some(known));
        }
        let event = self.first_from(position)?.filter(|event| event.position == Some(position));
        let time = event.and_then(|event| event.time);
        if let Some(time) = time {
            self.session.found.stands(position, time);
        }
        Ok(time)
    }
}

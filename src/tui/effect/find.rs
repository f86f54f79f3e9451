//! Finding aggregates by some of their letters: their names are read once and kept while somebody finds.

use std::time::{Duration, Instant};

use super::side::session;
use super::{Answer, Side, Slot};
use crate::model::AggregateKey;
use crate::session::{Names, Search, Session, SessionError, Sort};
use crate::store::{AggregatePage, AggregateSummary};
use crate::task::Ticket as AnyTicket;
use crate::tui::model::list::{PAGE, Place, Sought, Tally};

type Ticket<'a> = AnyTicket<'a, Side, Slot, Answer>;

/// The time before the first report, and the least between two.
const PACE: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(100));
/// Rows of a report before the last: what can be seen at once.
const SEEN: usize = 60;

/// What is kept while somebody finds.
#[derive(Default)]
pub(super) struct Seat {
    names: Names,
    search: Option<Search>,
}

/// Finds, and says what was found so far.
pub(super) fn find(
    side: &mut Side,
    ticket: &Ticket<'_>,
    sought: &Sought,
) -> Result<(AggregatePage, Tally), SessionError> {
    let mut seat = side.finder.take().unwrap_or_default();
    let found = session(side, ticket).and_then(|session| seat.find(session, ticket, sought));
    side.finder = Some(seat);
    found
}

/// Reads the names before anything is to be found; whether all of them are there. Gives way to whoever waits.
pub(super) fn read(side: &mut Side, ticket: &Ticket<'_>) -> Result<bool, SessionError> {
    let mut seat = side.finder.take().unwrap_or_default();
    let read = session(side, ticket).and_then(|session| seat.read(session, ticket));
    side.finder = Some(seat);
    read
}

impl Seat {
    /// How many names are there.
    #[cfg(test)]
    pub(super) fn names(&self) -> usize {
        self.names.len()
    }

    fn read(&mut self, session: &mut Session, ticket: &Ticket<'_>) -> Result<bool, SessionError> {
        if !session.refresh_names(&mut self.names)? {
            self.search = None;
        }
        while !self.names.is_complete() && !ticket.wanted() {
            if ticket.cancelled() {
                return Err(SessionError::Cancelled);
            }
            session.read_names(&mut self.names)?;
        }
        Ok(self.names.is_complete())
    }

    fn find(
        &mut self,
        session: &mut Session,
        ticket: &Ticket<'_>,
        sought: &Sought,
    ) -> Result<(AggregatePage, Tally), SessionError> {
        if !session.refresh_names(&mut self.names)? {
            self.search = None;
        }
        let search = self.search.take();
        let mut search = match search {
            Some(search) => search.now(&sought.typed),
            None => Search::new(&sought.typed),
        };
        let looked = self.look(session, ticket, sought, &mut search);
        let found = looked.and_then(|()| self.rows(session, sought, &search, PAGE));
        self.search = Some(search);
        found
    }

    /// Looks at all names, and reads those that are missing.
    fn look(
        &mut self,
        session: &mut Session,
        ticket: &Ticket<'_>,
        sought: &Sought,
        search: &mut Search,
    ) -> Result<(), SessionError> {
        let (mut reported, mut pace) = (Instant::now(), PACE.0);
        loop {
            let any = search.look(&self.names);
            if ticket.cancelled() {
                return Err(SessionError::Cancelled);
            }
            if reported.elapsed() >= pace {
                let so_far = self.rows(session, sought, search, SEEN);
                ticket.progress(Answer::Finding(sought.place, so_far));
                (reported, pace) = (Instant::now(), PACE.1);
            }
            match (any, self.names.is_complete()) {
                (true, _) => {}
                (false, false) => session.read_names(&mut self.names)?,
                (false, true) => return Ok(()),
            }
        }
    }

    /// The best of what was found, in the order that is asked for, with what the list says of them.
    fn rows(
        &self,
        session: &mut Session,
        sought: &Sought,
        search: &Search,
        limit: usize,
    ) -> Result<(AggregatePage, Tally), SessionError> {
        let best = search.best(&self.names);
        // Another order needs to know what the list says of all of them.
        let whole = sought.sort != Sort::Id || sought.place == Place::End;
        let shown = if whole { best.len() } else { (sought.shown + limit).min(best.len()) };
        let begin = if sought.place == Place::Below { sought.shown } else { 0 };
        let keys: &[AggregateKey] = best.get(begin..shown).unwrap_or_default();
        let mut rows = session.summaries(keys)?;
        arrange(&mut rows, sought.sort);
        let next = keys.last().filter(|_| shown < best.len()).cloned();
        let looked = search.looked() as u64;
        let complete = search.is_through(&self.names);
        let tally = Tally { found: search.found() as u64, looked, complete, old: false };
        Ok((AggregatePage { rows, next, examined: looked }, tally))
    }
}

/// Best first stays as it is.
fn arrange(rows: &mut [AggregateSummary], sort: Sort) {
    match sort {
        Sort::Id => {}
        Sort::Recent => rows.sort_by_key(|row| std::cmp::Reverse(row.last_time)),
        Sort::Events => rows.sort_by_key(|row| std::cmp::Reverse(row.events)),
        Sort::Category => rows.sort_by(|a, b| a.key.category.cmp(&b.key.category)),
    }
}

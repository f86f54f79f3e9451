//! The jobs of the lane beside the playhead's: lists and counts.

use std::time::{Duration, Instant};

use super::play::told;
use super::{Answer, Side, Slot};
use crate::model::{AggregateKey, Finding, Position, Version};
use crate::sample::projection::named;
use crate::session::{
    Ahead, MetricsThen, News, ProjectionsThen, Session, SessionError, Sort, Watch,
};
use crate::store::own::DeadLetter;
use crate::store::{AggregatePage, AggregateQuery, Counts, Direction, Head};
use crate::task::Ticket as AnyTicket;
use crate::tui::model::scrub::Asked;

/// The least time between two reports.
const PACE: Duration = Duration::from_millis(100);

type Ticket<'a> = AnyTicket<'a, Side, Slot, Answer>;

pub(super) fn session<'a>(
    side: &'a mut Side,
    ticket: &Ticket<'_>,
) -> Result<&'a mut Session, SessionError> {
    if side.session.is_none() {
        let session = side.twin.recv().map_err(|_| SessionError::Cancelled)?;
        let interrupter = session.interrupter();
        ticket.stop_with(Box::new(move || interrupter.interrupt()));
        side.session = Some(session);
    }
    side.session.as_mut().ok_or(SessionError::Cancelled)
}

pub(super) fn page(
    side: &mut Side,
    ticket: &Ticket<'_>,
    query: &AggregateQuery,
    limit: usize,
) -> Result<AggregatePage, SessionError> {
    session(side, ticket)?.aggregates(query, limit)
}

/// The versions of which the library stored a state, rising.
pub(super) fn snapshots(
    side: &mut Side,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
) -> Result<Vec<Version>, SessionError> {
    let found = session(side, ticket)?.snapshots(key)?;
    let mut versions: Vec<Version> = found.iter().map(|snapshot| snapshot.version).collect();
    versions.sort_unstable();
    Ok(versions)
}

/// Says how far it is, and gives up when nobody wants it.
struct Sorting<'a, 'b> {
    ticket: &'a Ticket<'b>,
    examined: u64,
    reported: Instant,
}

impl Watch for Sorting<'_, '_> {
    fn progress(&mut self, done: u64, _of: Option<u64>) {
        self.examined = done;
        if self.reported.elapsed() >= PACE {
            self.reported = Instant::now();
            self.ticket.progress(Answer::Sorting(done));
        }
    }

    fn cancelled(&self) -> bool {
        self.ticket.cancelled()
    }
}

/// The first aggregates in another order than the store's.
pub(super) fn sorted(
    side: &mut Side,
    ticket: &Ticket<'_>,
    query: &AggregateQuery,
    sort: Sort,
    limit: usize,
) -> Result<AggregatePage, SessionError> {
    let mut watch = Sorting { ticket, examined: 0, reported: Instant::now() };
    let rows = session(side, ticket)?.sorted(query, sort, limit, &mut watch)?;
    Ok(AggregatePage { rows, next: None, examined: watch.examined })
}

/// The page that ends with `key`, and the one that follows, with what was written since.
pub(super) fn around(
    side: &mut Side,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    query: &AggregateQuery,
    limit: usize,
) -> Result<(AggregatePage, AggregatePage), SessionError> {
    let session = session(side, ticket)?;
    session.head()?;
    let back = AggregateQuery {
        beyond: Some(key.clone()),
        direction: Direction::Backward,
        ..query.clone()
    };
    let back = session.aggregates(&back, limit)?;
    // From the last row before it, so that the aggregate itself is read again too.
    let beyond = back.rows.last().map(|row| row.key.clone()).or_else(|| back.next.clone());
    let fore = AggregateQuery { beyond, direction: Direction::Forward, ..query.clone() };
    Ok((back, session.aggregates(&fore, limit)?))
}

/// How many there are, and what is to be said of the store as it is now.
pub(super) fn counts(
    side: &mut Side,
    ticket: &Ticket<'_>,
) -> Result<(Counts, Vec<Finding>), SessionError> {
    let session = session(side, ticket)?;
    Ok((session.counts()?, told(session.store_info())))
}

/// What has become of the store, and how long it took to see it.
pub(super) fn news(
    side: &mut Side,
    ticket: &Ticket<'_>,
    since: &Head,
    about: Option<&AggregateKey>,
    owed: bool,
) -> (Result<News, SessionError>, Duration) {
    let begun = Instant::now();
    let news = session(side, ticket).and_then(|session| session.news(since, about, owed));
    (news, begun.elapsed())
}

/// How far the projections are, and how long it took to see it.
pub(super) fn projections(
    side: &mut Side,
    ticket: &Ticket<'_>,
    asked: Asked,
) -> (Result<ProjectionsThen, SessionError>, Duration) {
    let begun = Instant::now();
    let Asked { at, before, columns } = asked;
    let then =
        session(side, ticket).and_then(|session| session.projections_then(at, before, columns));
    (then, begun.elapsed())
}

/// What was measured, and how long it took to see it.
pub(super) fn metrics(
    side: &mut Side,
    ticket: &Ticket<'_>,
    asked: Asked,
) -> (Result<MetricsThen, SessionError>, Duration) {
    let begun = Instant::now();
    let Asked { at, before, columns } = asked;
    let then = session(side, ticket).and_then(|session| session.metrics_then(at, before, columns));
    (then, begun.elapsed())
}

/// What a projection stepped over.
pub(super) fn letters(
    side: &mut Side,
    ticket: &Ticket<'_>,
    of: &str,
) -> Result<Vec<DeadLetter>, SessionError> {
    session(side, ticket)?.letters(of)
}

/// What would become of a projection if an event were stepped over.
pub(super) fn ahead(
    side: &mut Side,
    ticket: &Ticket<'_>,
    of: &str,
    skipped: Position,
) -> Result<Ahead, SessionError> {
    session(side, ticket)?.ahead(of, skipped, named, &|| ticket.cancelled())
}

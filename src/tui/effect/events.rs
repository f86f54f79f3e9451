//! The jobs of the lane of the Events screen: pages, searched in bounded pieces, and counting in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::{Answer, Side, Slot};
use crate::analysis::{Filter, MatchError, Matcher, with_room};
use crate::model::{AggregateKey, Event, EventType, Version};
use crate::session::{Session, SessionError};
use crate::store::{Cursor, Direction, EventQuery, StoreError, StoreErrorKind};
use crate::task::Ticket as AnyTicket;
use crate::tui::model::events::row::Row;
use crate::tui::model::events::tally::{Counting, Tally};
use crate::tui::model::events::{Asked, Page, Whole};

type Ticket<'a> = AnyTicket<'a, Side, Slot, Answer>;

/// How long a search goes on before it says how far it is.
const PIECE: Duration = Duration::from_millis(60);
/// The least time between two reports of counting.
const PACE: Duration = Duration::from_millis(120);
/// Events looked at between two looks at the clock.
const STRIDE: usize = 500;

/// The filter that was used last, compiled, and how far the counting of each is.
#[derive(Default)]
pub(super) struct Seat {
    /// Raised where nobody wants the answer of an expression any more.
    stop: Arc<AtomicBool>,
    matcher: Option<(Arc<Filter>, Matcher)>,
    /// Of all events, and of those that the filter lets through.
    counts: [Option<Progress>; 2],
}

/// Counting that is under way, or done.
struct Progress {
    filter: Arc<Filter>,
    history: u64,
    after: Option<Cursor>,
    counting: Counting,
}

/// What the events of one page that are wanted are, and what the expression failed on.
struct Sieved {
    rows: Vec<(Event, String)>,
    failed: u64,
    first: Option<String>,
}

impl Seat {
    /// Keeps the events that are wanted, each with the short name of its type.
    fn sieve(
        &mut self,
        filter: &Arc<Filter>,
        session: &Session,
        events: Vec<Event>,
    ) -> Result<Sieved, SessionError> {
        if self.matcher.as_ref().is_none_or(|(of, _)| of != filter) {
            let matcher = Matcher::new(Filter::clone(filter))
                .map(|matcher| matcher.stopped_by(Arc::clone(&self.stop)));
            // What does not compile was refused when it was typed.
            self.matcher =
                Some((Arc::clone(filter), matcher.map_err(|_| SessionError::Cancelled)?));
        }
        let Some((_, matcher)) = &self.matcher else { return Err(SessionError::Cancelled) };
        let all = filter.is_empty();
        let mut sieved = Sieved { rows: Vec::new(), failed: 0, first: None };
        let sieve = || -> Result<(), SessionError> {
            for event in events {
                let short = session.short_type(&event.event_type).to_owned();
                match if all { Ok(true) } else { matcher.matches(&event, &short) } {
                    Ok(true) => sieved.rows.push((event, short)),
                    Ok(false) => {}
                    Err(MatchError::Stopped) => return Err(SessionError::Cancelled),
                    Err(MatchError::Failed(why)) => {
                        sieved.failed += 1;
                        sieved.first.get_or_insert(why);
                    }
                    Err(MatchError::Endless(why)) => return Err(endless(&event, why)),
                }
            }
            Ok(())
        };
        if all { sieve() } else { with_room(sieve) }?;
        Ok(sieved)
    }
}

/// What is said of an expression that does not end: it is no better on the next event.
fn endless(event: &Event, why: &str) -> SessionError {
    let place = format!("{} v{}", event.key().called(), event.version);
    let message = format!("`where:` does not come to an end on {place}: {why}");
    let error = StoreError::new(StoreErrorKind::Failed, message);
    SessionError::Store(error.hint("ask less of one event, or write a function that ends"))
}

/// The lane's session, which comes with its first job.
fn session<'a>(
    seat: &'a mut Option<Session>,
    twin: &Receiver<Session>,
    stop: &Arc<AtomicBool>,
    ticket: &Ticket<'_>,
) -> Result<&'a mut Session, SessionError> {
    if seat.is_none() {
        let session = twin.recv().map_err(|_| SessionError::Cancelled)?;
        let (interrupter, stop) = (session.interrupter(), Arc::clone(stop));
        ticket.stop_with(Box::new(move || {
            stop.store(true, Ordering::Relaxed);
            interrupter.interrupt();
        }));
        *seat = Some(session);
    }
    // Raised for an earlier job, or for this one.
    stop.store(false, Ordering::Relaxed);
    if ticket.cancelled() {
        return Err(SessionError::Cancelled);
    }
    seat.as_mut().ok_or(SessionError::Cancelled)
}

/// A page of the whole store, searched for what is wanted.
pub(super) fn page(
    side: &mut Side,
    ticket: &Ticket<'_>,
    asked: &Asked,
) -> Result<Page, SessionError> {
    let Asked { query, limit, filter } = asked;
    let seat = &mut side.seat;
    let session = session(&mut side.session, &side.twin, &seat.stop, ticket)?;
    // Another history may have taken the place of the one that was read before.
    let head = session.head()?.cursor;
    let mut page = Page { head, history: session.history(), ..Page::default() };
    let mut query = query.clone();
    query.upto = query.upto.or(head);
    let backward = query.direction == Direction::Backward;
    let mut found: Vec<Vec<Row>> = Vec::new();
    let mut rows = 0;
    let begun = Instant::now();
    let stride = if filter.asks_nothing_of_an_event() { *limit } else { STRIDE };
    loop {
        let read = session.scan(&query, stride)?;
        page.examined += read.examined;
        page.next = read.next;
        let sieved = seat.sieve(filter, session, read.events)?;
        rows += sieved.rows.len();
        found.push(rows_of(session, ticket, sieved.rows)?);
        if read.next.is_none() || rows >= *limit || begun.elapsed() >= PIECE || ticket.cancelled() {
            break;
        }
        if backward { query.upto = read.next } else { query.after = read.next }
    }
    if backward {
        found.reverse();
    }
    page.rows = found.into_iter().flatten().collect();
    Ok(page)
}

/// Events as rows, each with what a chain makes of it where there is one.
fn rows_of(
    session: &Session,
    ticket: &Ticket<'_>,
    events: Vec<(Event, String)>,
) -> Result<Vec<Row>, SessionError> {
    let short = |of: &EventType| session.short_type(of).to_owned();
    if session.upcasters().is_none() {
        return Ok(events.into_iter().map(|(event, _)| Row::of(event, None, &short)).collect());
    }
    let row = |(event, _): (Event, String)| {
        // An expression may take its time, and nobody may want the page any more.
        if ticket.cancelled() {
            return Err(SessionError::Cancelled);
        }
        let upcasted = session.upcasted(&event);
        Ok(Row::of(event, upcasted, &short))
    };
    with_room(|| events.into_iter().map(row).collect())
}

/// Counts on: everything, or what a filter lets through. Gives way to whoever waits; the model asks again then.
pub(super) fn count(
    side: &mut Side,
    ticket: &Ticket<'_>,
    filter: &Arc<Filter>,
) -> Result<Tally, SessionError> {
    let which = usize::from(!filter.is_empty());
    let seat = &mut side.seat;
    let session = session(&mut side.session, &side.twin, &seat.stop, ticket)?;
    let head = session.head()?;
    let history = session.history();
    let known = seat.counts.get_mut(which).and_then(Option::take);
    let mut progress = known
        .filter(|known| known.filter == *filter && known.history == history)
        .unwrap_or_else(|| Progress {
            filter: Arc::clone(filter),
            history,
            after: None,
            counting: Counting::default(),
        });
    let answer = walk(seat, session, ticket, &mut progress, head.cursor);
    if let Some(seat) = seat.counts.get_mut(which) {
        *seat = Some(progress);
    }
    answer
}

fn walk(
    seat: &mut Seat,
    session: &mut Session,
    ticket: &Ticket<'_>,
    progress: &mut Progress,
    head: Option<Cursor>,
) -> Result<Tally, SessionError> {
    let mut reported = Instant::now();
    let filter = Arc::clone(&progress.filter);
    while progress.after != head {
        if ticket.cancelled() {
            return Err(SessionError::Cancelled);
        }
        if ticket.wanted() {
            return Ok(progress.counting.tally(false));
        }
        let query = EventQuery { after: progress.after, upto: head, ..EventQuery::default() };
        let read = session.scan(&query, STRIDE)?;
        let sieved = seat.sieve(&filter, session, read.events)?;
        if ticket.cancelled() {
            return Err(SessionError::Cancelled);
        }
        progress.counting.examined(read.examined);
        progress.counting.fail(sieved.failed, sieved.first);
        for (event, short) in &sieved.rows {
            progress.counting.add(event, short);
        }
        progress.after = read.next.or(head);
        if reported.elapsed() >= PACE {
            reported = Instant::now();
            let tally = progress.counting.tally(false);
            ticket.progress(Answer::Tallied(Arc::clone(&filter), Ok(Box::new(tally))));
        }
    }
    Ok(progress.counting.tally(true))
}

/// The events that have this version.
pub(super) fn one(
    side: &mut Side,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    version: Version,
) -> Result<Vec<Whole>, SessionError> {
    let seat = &side.seat;
    let session = session(&mut side.session, &side.twin, &seat.stop, ticket)?;
    let before = Version(version.0.saturating_sub(1));
    let mut events = session.read(key, before, 1)?;
    events.retain(|event| event.version == version);
    // What is large is looked through here: not while somebody waits for a key.
    let whole = |event: Event| {
        let upcasted = session.upcasted(&event);
        Whole::of(event, upcasted)
    };
    Ok(events.into_iter().map(whole).collect())
}

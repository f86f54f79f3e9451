//! The jobs of the playhead's lane.

use std::time::{Duration, Instant};

use smol_str::SmolStr;

use super::{Answer, Arrived, Front, Ride, Slot, Walking, origin};
use crate::analysis::diff;
use crate::fold::State;
use crate::model::{AggregateKey, At, Finding, Path, Position, Severity, Version};
use crate::session::{Session, SessionError, Trace, Walk, Watch};
use crate::store::{EventQuery, StoreInfo};
use crate::task::Ticket as AnyTicket;
use crate::text;
use crate::tui::model::StoreFacts;
use crate::tui::model::base::Against;
use crate::tui::model::event::or_quotes;
use crate::tui::model::kinds::Kinds;
use crate::tui::model::pins::Traced;
use crate::tui::model::rail::{Picture, View};
use crate::tui::model::sight::Sight;
use crate::tui::model::travel::{Goal, Known};

type Ticket<'a> = AnyTicket<'a, Front, Slot, Answer>;

/// Events walked at first before somebody who waits is let through.
const STRIDE: usize = 500;
/// How long somebody who waits should wait for that.
const PATIENCE: Duration = Duration::from_millis(3);
/// A moment draws the rail itself up to so many events; beyond them the walk does.
const QUICK: usize = 20_000;
/// The least time between two reports.
const PACE: Duration = Duration::from_millis(60);
/// How often a walk gives way without a report where one is due: keys may come faster than it can report.
const COURTESY: u32 = 8;

/// How long the store stays at hand after the last request: as long as a key that is held down takes to come again.
pub(super) const LINGER: Duration = Duration::from_millis(50);

/// How a walk goes on over the pauses that it makes for others.
#[derive(Debug)]
pub(super) struct Pulse {
    /// When it was reported on last.
    reported: Instant,
    /// The time between two reports.
    pace: Duration,
    /// How often it gave way since then.
    gave_way: u32,
    /// Events walked before somebody who waits is let through.
    stride: usize,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { reported: Instant::now(), pace: PACE, gave_way: 0, stride: STRIDE }
    }
}

impl Pulse {
    /// Whether it is time for a report; somebody who waits is let through first, but not for ever.
    fn is_due(&self, waited_for: bool) -> bool {
        let courteous = waited_for && self.gave_way < COURTESY;
        !courteous && self.reported.elapsed() >= self.pace
    }

    /// Notes a report that was begun then. Reporting on a long history takes its time: at most a tenth of it all.
    fn reported(&mut self, begun: Instant) {
        self.pace = PACE.max(begun.elapsed() * 10);
        self.reported = Instant::now();
        self.gave_way = 0;
    }

    /// Notes how long a stride took: large events are walked in shorter ones.
    fn strode(&mut self, took: Duration) {
        let by = PATIENCE.as_secs_f64() / took.as_secs_f64().max(1e-6);
        self.stride = ((self.stride as f64 * by.clamp(0.25, 2.0)) as usize).clamp(50, 4000);
    }
}

pub(super) fn open(front: &mut Front, ticket: &Ticket<'_>) -> Answer {
    let Some(mut source) = front.source.take() else {
        return Answer::Opened(Err(SessionError::Cancelled));
    };
    let first = source.first.take();
    if let Some(stop) = source.stop.take() {
        ticket.stop_with(Box::new(move || stop.interrupt()));
    }
    let opened = source.open().and_then(|session| {
        let twins: Result<Vec<_>, _> = front.twins.iter().map(|_| session.reopen()).collect();
        Ok((twins?, session))
    });
    Answer::Opened(opened.map(|(twins, mut session)| {
        session.linger();
        // Whatever is read later than this is news.
        let head = session.can_change().then(|| session.head().ok()).flatten().map(Box::new);
        let bell = session.bell().filter(|_| head.is_some());
        let facts = StoreFacts { bell, head, ..facts(&mut session, first) };
        let interrupter = session.interrupter();
        ticket.stop_with(Box::new(move || interrupter.interrupt()));
        front.told = session.history();
        front.session = Some(session);
        for (seat, twin) in front.twins.drain(..).zip(twins) {
            // A lane beside this one is gone only when the screen ends.
            let _ = seat.send(twin);
        }
        Box::new(facts)
    }))
}

/// Nobody asks any more.
pub(super) fn rest(front: &mut Front) {
    if let Some(session) = &mut front.session {
        session.rest();
    }
}

fn facts(session: &mut Session, first: Option<AggregateKey>) -> StoreFacts {
    let origin = origin::of(session);
    let info = session.store_info();
    let clean = |text: &str| text::sanitize(text).into_owned();
    let (reducer, tier) = session.reducer();
    let layout = if info.title.contains(info.backend) {
        info.title.clone()
    } else {
        format!("{} on {}", info.title, info.backend)
    };
    StoreFacts {
        name: clean(info.name.rsplit('/').next().unwrap_or(&info.name)),
        source: info.name.clone(),
        layout: clean(&layout),
        origin,
        read_only: info.read_only,
        steward: session.steward(),
        capabilities: session.capabilities(),
        reducer: clean(reducer),
        tier,
        upcast: session.upcasters().map(|chain| chain.name().to_owned()),
        correlation: session.metadata_keys().correlation.map(str::to_owned),
        findings: told(info),
        first,
        head: None,
        bell: None,
    }
}

/// What there is to say of a store as a whole; that its last line is still being written is no news.
pub(super) fn told(info: &StoreInfo) -> Vec<Finding> {
    let grave = info.findings.iter().filter(|finding| finding.severity > Severity::Note);
    grave.cloned().collect()
}

/// Reports progress of a request that takes long, and gives up when nobody wants it.
struct Progress<'a, 'b> {
    ticket: &'a Ticket<'b>,
    last: Instant,
}

impl Watch for Progress<'_, '_> {
    fn progress(&mut self, done: u64, of: Option<u64>) {
        if self.last.elapsed() >= PACE {
            self.last = Instant::now();
            self.ticket.progress(Answer::Moving(done, of));
        }
    }

    fn cancelled(&self) -> bool {
        self.ticket.cancelled()
    }
}

/// Says nothing; gives up when nobody wants it.
struct Quiet<'a, 'b>(&'a Ticket<'b>);

impl Watch for Quiet<'_, '_> {
    fn progress(&mut self, _done: u64, _of: Option<u64>) {}

    fn cancelled(&self) -> bool {
        self.0.cancelled()
    }
}

/// Says so where another history has taken the store's place since the screen was told of one: whichever job met it first.
pub(super) fn noticing<T>(
    front: &mut Front,
    ticket: &Ticket<'_>,
    work: impl FnOnce(&mut Front) -> Result<T, SessionError>,
) -> Result<T, SessionError> {
    let answer = work(front);
    // Whether what is shown is gone is known only by work that came to its end.
    let ended = !matches!(answer, Err(SessionError::Cancelled));
    let Some(session) = front.session.as_mut().filter(|now| ended && now.history() != front.told)
    else {
        return answer;
    };
    front.told = session.history();
    let gone = matches!(answer, Err(SessionError::NoSuchAggregate { .. }));
    ticket.progress(Answer::Replaced(Box::new(facts(session, None)), gone));
    if gone { Err(SessionError::Cancelled) } else { answer }
}

pub(super) fn moment(
    front: &mut Front,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    goal: Goal,
    (refresh, against, beside): (bool, Option<At>, bool),
    rail: View,
) -> Result<Arrived, SessionError> {
    let Front { session, pulse, base, .. } = front;
    let session = session.as_mut().ok_or(SessionError::Cancelled)?;
    let mut watch = Progress { ticket, last: Instant::now() };
    // What is not in memory is read anew anyway.
    if refresh && session.outline(key).is_some() {
        session.refresh(key)?;
    }
    // What it is compared with comes first: the timeline then ends up where the next step begins.
    let from = against.map(|at| compared_with(session, base, key, at, &mut watch));
    if ticket.cancelled() {
        return Err(SessionError::Cancelled);
    }
    approach(session, pulse, ticket, key, goal, rail)?;
    let moment = if goal.by == 0 {
        session.moment(key, goal.at, &mut watch)?
    } else {
        let from = session.resolve(key, goal.at, &mut watch)?;
        session.step(key, from, goal.by, &mut watch)?
    };
    // What is large is looked through here: not while somebody waits for a key.
    let mut sight = Sight::of(&moment);
    let mut known = known(session, key);
    let shown = rail.lens.map_or(known.outline.len(), |lens| lens.range(known.outline.len()).len());
    if shown <= QUICK {
        let events = self::events(&known, moment.last, moment.events);
        let place = known.outline.index_of(moment.version).unwrap_or(0);
        let lens = rail.lens.map(|lens| lens.follow(place, known.outline.len()));
        known.picture = Some(Picture::of(&known.outline, View { events, lens, ..rail }));
    }
    let against = from.map(|from| {
        let (version, state) = from?;
        let changes = diff(state.value(), moment.state.value());
        Ok(Against { version, state, changes })
    });
    if beside {
        let from = against.as_ref().and_then(|against| against.as_ref().ok());
        let before = from.map_or(&moment.before, |against| &against.state);
        sight.weave(before.value(), moment.state.value());
    }
    Ok(Arrived { moment: Box::new(moment), against, sight, known })
}

/// A state that the playhead is compared with, kept over its moves: of which aggregate in which of the store's
/// histories, and at which version.
pub(super) type Compared = Option<(AggregateKey, u64, Version, State)>;

fn compared_with(
    session: &mut Session,
    kept: &mut Compared,
    key: &AggregateKey,
    at: At,
    watch: &mut dyn Watch,
) -> Result<(Version, State), SessionError> {
    // Whoever reads something is told of another history; before that nothing can be kept of it.
    session.head()?;
    if let Some((known, history, version, state)) = kept
        && (&*known, *history, At::Version(*version)) == (key, session.history(), at)
    {
        return Ok((*version, state.clone()));
    }
    let moment = session.moment(key, at, watch)?;
    *kept = Some((key.clone(), session.history(), moment.version, moment.state.clone()));
    Ok((moment.version, moment.state))
}

/// The first event at or after a position of the store.
pub(super) fn find(
    front: &mut Front,
    position: Position,
) -> Result<Option<(Position, AggregateKey, Version)>, SessionError> {
    let session = front.session.as_mut().ok_or(SessionError::Cancelled)?;
    let after = Position(position.0.saturating_sub(1));
    let mut query = EventQuery { after_position: Some(after), ..EventQuery::default() };
    loop {
        let page = session.scan(&query, 1)?;
        let found = page.events.into_iter().find_map(|event| {
            let key = AggregateKey { category: event.category, id: event.aggregate };
            Some((event.position?, key, event.version))
        });
        if found.is_some() || page.next.is_none() {
            return Ok(found);
        }
        query.after = page.next;
    }
}

/// Walks what was not walked yet of a long way, so that it is seen how far that is.
fn approach(
    session: &mut Session,
    pulse: &mut Pulse,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    goal: Goal,
    rail: View,
) -> Result<(), SessionError> {
    let Some(outline) = session.outline(key).filter(|_| goal.by == 0 && rail.events > 0) else {
        return Ok(());
    };
    let newest = outline.last().map_or(Version::ZERO, |entry| entry.version);
    let reached = match goal.at {
        At::First => true,
        At::Version(version) => version <= newest,
        At::Last | At::Back(_) | At::Time(_) => outline.len() as u64 >= rail.events,
    };
    if reached {
        return Ok(());
    }
    loop {
        let begun = Instant::now();
        let Walk { walked, last } = session.walk_on(key, pulse.stride, &mut Quiet(ticket))?;
        pulse.strode(begun.elapsed());
        let to = match goal.at {
            At::Version(version) => version.min(last),
            _ => last,
        };
        if walked >= to {
            return Ok(());
        }
        if pulse.is_due(false) {
            let begun = Instant::now();
            ticket.progress(Answer::Moving(walked.0, Some(to.0)));
            let mut known = known(session, key);
            known.picture = Some(Picture::of(&known.outline, rail));
            ticket.progress(Answer::Drawn(key.clone(), Some(known)));
            pulse.reported(begun);
        }
    }
}

/// Walks until everything was, or somebody waits, or nobody wants it; the model asks again where something is left.
pub(super) fn walk(
    front: &mut Front,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    ride: Option<Ride>,
    rail: View,
) -> Result<Walking, SessionError> {
    let Front { session, pulse, .. } = front;
    let session = session.as_mut().ok_or(SessionError::Cancelled)?;
    loop {
        let begun = Instant::now();
        let walk = session.walk_on(key, pulse.stride, &mut Quiet(ticket))?;
        pulse.strode(begun.elapsed());
        let whole = walk.walked >= walk.last;
        if whole || pulse.is_due(ticket.wanted()) {
            let begun = Instant::now();
            let answer = report(session, ticket, key, ride, rail, walk)?;
            pulse.reported(begun);
            if whole {
                return Ok(answer);
            }
            ticket.progress(Answer::Walked(key.clone(), Ok(Box::new(answer))));
        }
        if ticket.wanted() {
            // Who waits does not wait for a picture too.
            pulse.gave_way += 1;
            let Walk { walked, last } = walk;
            return Ok(Walking { known: known(session, key), walked, last, moment: None });
        }
    }
}

fn report(
    session: &mut Session,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    ride: Option<Ride>,
    rail: View,
    Walk { walked, last }: Walk,
) -> Result<Walking, SessionError> {
    let moment = if let Some(Ride { beside }) = ride {
        let moment = session.moment(key, At::Version(walked), &mut Quiet(ticket))?;
        let mut sight = Sight::of(&moment);
        if beside {
            sight.weave(moment.before.value(), moment.state.value());
        }
        Some((Box::new(moment), sight))
    } else {
        None
    };
    let mut known = known(session, key);
    let events = self::events(&known, last, rail.events);
    known.picture = Some(Picture::of(&known.outline, View { events, ..rail }));
    Ok(Walking { known, walked, last, moment })
}

/// Finds events that changed some places until all were read, or somebody waits, or nobody wants it; the model asks
/// again where something is left.
pub(super) fn trace(
    front: &mut Front,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    paths: &[Path],
    known: usize,
) -> Result<Traced, SessionError> {
    let session = front.session.as_mut().ok_or(SessionError::Cancelled)?;
    let begun = front.trace.take().filter(|trace| session.goes_on(trace, key, paths));
    let mut told = begun.as_ref().map_or(0, |trace| known.min(trace.touched().len()));
    let trace = front.trace.insert(begun.unwrap_or_else(|| session.trace(key, paths)));
    let mut last = Instant::now();
    loop {
        let history = session.history();
        session.trace_on(trace)?;
        if session.history() != history {
            // Another history has others, from its beginning.
            told = 0;
        }
        let traced = |from: usize, trace: &Trace| Traced {
            from,
            more: trace.touched().get(from..).unwrap_or_default().to_vec(),
            upto: trace.upto(),
            whole: trace.is_whole(),
        };
        if trace.is_whole() || ticket.wanted() || ticket.cancelled() {
            return Ok(traced(told, trace));
        }
        if last.elapsed() >= PACE {
            last = Instant::now();
            let answer = traced(told, trace);
            told = trace.touched().len();
            ticket.progress(Answer::Traced(key.clone(), paths.to_vec(), Ok(answer)));
        }
    }
}

/// How many events the rail is to show: those that have a place on it, once all are known.
fn events(known: &Known, last: Version, counted: u64) -> u64 {
    if known.reaches(last) { known.outline.len() as u64 } else { counted }
}

/// The rail of what was walked.
pub(super) fn rail(front: &Front, key: &AggregateKey, rail: View) -> Option<Known> {
    let session = front.session.as_ref()?;
    let mut known = known(session, key);
    known.picture = Some(Picture::of(&known.outline, rail));
    (!known.outline.is_empty()).then_some(known)
}

fn known(session: &Session, key: &AggregateKey) -> Known {
    let outline = session.outline(key).unwrap_or_default();
    let short = |name| SmolStr::new(or_quotes(session.short_type(name)));
    let types = outline.types().iter().map(short).collect();
    Known { outline, kinds: Kinds::new(types), picture: None, kept: Some(session.kept()) }
}

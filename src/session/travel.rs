//! One aggregate through time: any version with its state, event and change; steps; the whole walk.

use std::ops::ControlFlow;

use super::drive::{drive, pages};
use super::upcast::{Upcasted, upcasted};
use super::{Opened, Session, SessionError, Watch};
use crate::analysis::{Change, diff};
use crate::fold::{Folding, Reducer, State, Stepped};
use crate::model::{AggregateKey, At, Event, Finding, Version};
use crate::store::{EventStore, StoreErrorKind};
use crate::timeline::{self, Outline, Timeline};

/// States kept before the one that was jumped to: each costs its part, and most jumps are followed by another.
const KEEP_AFTER_JUMP: u64 = 8;
/// States kept before the one that was stepped to, so that steps back replay nothing for a while.
const KEEP_AFTER_STEP: u64 = 128;
/// Events that are read to count back from the newest; from further back on all are walked.
const TAIL: u64 = 200;
/// Timelines kept in memory.
const OPEN: usize = 8;

/// An aggregate at one version: everything a screen or a command shows of it.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The aggregate.
    pub key: AggregateKey,
    /// The version; 0 is before everything.
    pub version: Version,
    /// Its newest version.
    pub last: Version,
    /// How many events it has.
    pub events: u64,
    /// The event of that version; `None` before everything, or where it cannot be read: see [`Moment::is_unread`].
    pub event: Option<Event>,
    /// The state after it.
    pub state: State,
    /// The version of the event before.
    pub before_version: Version,
    /// The state before it.
    pub before: State,
    /// What it changed.
    pub changes: Vec<Change>,
    /// What folding it noticed.
    pub findings: Vec<Finding>,
    /// What the chain of upcasters made of its event, where there is one that does something with it.
    pub upcasted: Option<Upcasted>,
}

impl Moment {
    /// Whether there is an event that could not be read: its state is known from before, and a finding says why.
    pub fn is_unread(&self) -> bool {
        self.event.is_none() && self.version != Version::ZERO
    }
}

/// One event of a walk, with the states around it.
#[derive(Debug)]
pub struct Walked<'a> {
    /// The event.
    pub event: &'a Event,
    /// The state before it.
    pub before: &'a State,
    /// The state after it.
    pub after: &'a State,
    /// What reading and folding it noticed.
    pub findings: &'a [Finding],
}

/// How far a timeline has been walked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// Every event up to here has been folded.
    pub walked: Version,
    /// The aggregate's newest version.
    pub last: Version,
}

impl Session {
    /// The aggregate at `at`.
    pub fn moment(
        &mut self,
        key: &AggregateKey,
        at: At,
        watch: &mut dyn Watch,
    ) -> Result<Moment, SessionError> {
        self.at_once(|session| session.find_moment(key, at, watch))
    }

    fn find_moment(
        &mut self,
        key: &AggregateKey,
        at: At,
        watch: &mut dyn Watch,
    ) -> Result<Moment, SessionError> {
        self.follow_unless_gone(key)?;
        let version = self.place(key, at, watch)?;
        let mut moment = self.at_version(key, version, KEEP_AFTER_JUMP, watch)?;
        if let At::Version(asked) = at
            && asked != moment.version
        {
            let next = self.store.read(key, moment.version, 1)?;
            let next = next.first().map_or(moment.last.next(), |event| event.version);
            let missing = timeline::missing(moment.version, next).unwrap_or_default();
            moment.findings.push(Finding::warning(
                "no-such-version",
                format!(
                    "there is no v{asked}: {missing} missing, and this is the state after v{}",
                    moment.version
                ),
            ));
        }
        if moment.events == 0 {
            moment.findings.push(
                Finding::warning(
                    "no-history",
                    format!(
                        "no event of {key} has a version that can be read, so nothing can be folded"
                    ),
                )
                .hint("`foldback events` shows them, and why"),
            );
        }
        if matches!(at, At::Time(_))
            && self.known(key).is_some_and(|o| o.timeline.outline().out_of_order())
        {
            moment.findings.push(
                Finding::warning(
                    "times-out-of-order",
                    "some events of this aggregate have no time, or an earlier one than an event before them",
                )
                .hint("the state is the one after the last event recorded at or before that time"),
            );
        }
        Ok(moment)
    }

    /// The aggregate `by` events after (or before, where negative) `from`, at most at its ends.
    pub fn step(
        &mut self,
        key: &AggregateKey,
        from: Version,
        by: i64,
        watch: &mut dyn Watch,
    ) -> Result<Moment, SessionError> {
        self.at_once(|session| session.take_step(key, from, by, watch))
    }

    fn take_step(
        &mut self,
        key: &AggregateKey,
        from: Version,
        by: i64,
        watch: &mut dyn Watch,
    ) -> Result<Moment, SessionError> {
        self.follow_unless_gone(key)?;
        // Events counted from 1, 0 being before everything.
        let mut known = self.walk_to(key, from, watch)?;
        let Opened { timeline, last, events } = self.opened(key)?;
        let (last, place) =
            (*last, timeline.outline().index_of(from).map_or(0, |at| at as u64 + 1));
        let goal = place.saturating_add_signed(by).min(*events);
        while known < goal && self.opened(key)?.timeline.walked() < last {
            // As many versions on as events are missing, or, where only a hole was there, all there are.
            let walked = self.opened(key)?.timeline.walked();
            let now = self.walk_to(key, Version(walked.0 + goal - known).min(last), watch)?;
            known = if now == known { self.walk_to(key, last, watch)? } else { now };
        }
        let outline = self.opened(key)?.timeline.outline();
        let index = goal.min(known).checked_sub(1).map(|index| index as usize);
        let version = index.and_then(|at| outline.get(at)).map_or(Version::ZERO, |e| e.version);
        self.at_version(key, version, KEEP_AFTER_STEP, watch)
    }

    /// The version that `at` means for this aggregate: that of an event, or 0.
    pub fn resolve(
        &mut self,
        key: &AggregateKey,
        at: At,
        watch: &mut dyn Watch,
    ) -> Result<Version, SessionError> {
        self.at_once(|session| session.place(key, at, watch))
    }

    fn place(
        &mut self,
        key: &AggregateKey,
        at: At,
        watch: &mut dyn Watch,
    ) -> Result<Version, SessionError> {
        let (last, events) = {
            let opened = self.opened(key)?;
            (opened.last, opened.events)
        };
        let by_index = |outline: &Outline, index: u64| {
            outline.get(index as usize).map_or(Version::ZERO, |entry| entry.version)
        };
        match at {
            At::Last => Ok(last),
            At::First => {
                Ok(self.store.read(key, Version::ZERO, 1)?.first().map_or(last, |e| e.version))
            }
            At::Version(version) if version > last => Err(SessionError::NoSuchVersion {
                key: key.clone(),
                asked: version.to_string(),
                last,
            }),
            At::Version(version) => Ok(version),
            At::Back(back) if back > events => Err(SessionError::NoSuchVersion {
                key: key.clone(),
                asked: format!("-{back}"),
                last,
            }),
            At::Back(back) => {
                if self.is_gapless(key, back, last)? {
                    return Ok(Version(last.0 - back));
                }
                self.walk_to(key, last, watch)?;
                let outline = self.opened(key)?.timeline.outline();
                let places = outline.len() as u64;
                let Some(place) = places.checked_sub(back) else {
                    let asked = format!("-{back}");
                    return Err(SessionError::NoSuchVersion { key: key.clone(), asked, last });
                };
                Ok(place.checked_sub(1).map_or(Version::ZERO, |at| by_index(outline, at)))
            }
            At::Time(time) => {
                if !self.store.capabilities().time {
                    return Err(SessionError::NoTimes { of: self.store.info().name.clone() });
                }
                self.walk_to(key, last, watch)?;
                let outline = self.opened(key)?.timeline.outline();
                if !outline.has_times() {
                    return Err(SessionError::NoTimes { of: key.to_string() });
                }
                Ok(outline
                    .at_time(&time)
                    .map_or(Version::ZERO, |index| by_index(outline, index as u64)))
            }
        }
    }

    /// Whether the last so many versions follow one another, each there once: what counts back from the newest needs no
    /// more. That there are as many events as versions says nothing, where one is missing and another there twice.
    fn is_gapless(
        &mut self,
        key: &AggregateKey,
        back: u64,
        last: Version,
    ) -> Result<bool, SessionError> {
        let Some(before) = last.0.checked_sub(back + 1).filter(|_| back <= TAIL) else {
            return Ok(false);
        };
        let tail = self.store.read(key, Version(before), back as usize + 2)?;
        Ok(tail.iter().map(|event| event.version.0).eq(before + 1..=last.0))
    }

    /// Every event up to `upto` in order, with the states around it.
    pub fn walk(
        &mut self,
        key: &AggregateKey,
        upto: Version,
        watch: &mut dyn Watch,
        each: &mut dyn FnMut(Walked<'_>) -> ControlFlow<()>,
    ) -> Result<(), SessionError> {
        // Whoever is told may take their time, as somebody does who reads in a pager.
        let mut fold = Folding::new(self.reducer.fork(), key);
        let way = self.reads_whole();
        pages(self.store.as_mut(), way, key, Version::ZERO, upto, watch, |page, _| {
            for event in page.iter().take_while(|event| event.version <= upto) {
                let before = fold.state().clone();
                let mut findings = event.findings.clone();
                findings.extend(timeline::hole(fold.at(), event));
                if let Stepped::Failed(finding) | Stepped::Twice(finding) = fold.step(event)
                    && !findings.iter().any(|known| known.code == finding.code)
                {
                    findings.push(finding);
                }
                findings.extend(event.noticed());
                let after = fold.state();
                each(Walked { event, before: &before, after, findings: &findings })?;
            }
            ControlFlow::Continue(())
        })
    }

    /// What is known of each event of an aggregate that was opened; grows while it is walked.
    pub fn outline(&self, key: &AggregateKey) -> Option<Outline> {
        self.known(key).map(|opened| opened.timeline.outline().clone())
    }

    /// What reading and folding noticed up to `upto`, as far as it has been walked.
    pub fn findings(&self, key: &AggregateKey, upto: Version) -> Vec<Finding> {
        self.known(key).map_or_else(Vec::new, |opened| opened.timeline.findings_upto(upto))
    }

    /// Everything noticed on the way to a moment, and of the moment itself.
    pub fn findings_to(&self, moment: &Moment) -> Vec<Finding> {
        let mut findings = self.findings(&moment.key, moment.version);
        for finding in &moment.findings {
            if !findings.contains(finding) {
                findings.push(finding.clone());
            }
        }
        findings
    }

    /// Walks on by about `budget` events from where the timeline was walked to last.
    pub fn walk_on(
        &mut self,
        key: &AggregateKey,
        budget: usize,
        watch: &mut dyn Watch,
    ) -> Result<Walk, SessionError> {
        self.at_once(|session| session.walk_further(key, budget, watch))
    }

    fn walk_further(
        &mut self,
        key: &AggregateKey,
        budget: usize,
        watch: &mut dyn Watch,
    ) -> Result<Walk, SessionError> {
        self.follow()?;
        let opened = self.opened(key)?;
        let last = opened.last;
        let goal = Version(opened.timeline.walked().0.saturating_add(budget as u64)).min(last);
        self.walk_to(key, goal, watch)?;
        let walked = self.opened(key)?.timeline.walked();
        // Beyond the goal there is nothing but a hole.
        let walked = if goal == last { last } else { walked.max(goal) };
        Ok(Walk { walked, last })
    }

    /// Asks the store again how far the aggregate goes; returns its newest version.
    pub fn refresh(&mut self, key: &AggregateKey) -> Result<Version, SessionError> {
        self.at_once(|session| session.ask_extent(key))
    }

    fn ask_extent(&mut self, key: &AggregateKey) -> Result<Version, SessionError> {
        self.follow()?;
        let (last, events) = self.extent(key)?;
        if let Some(opened) = self.opened.iter_mut().find(|opened| opened.timeline.key() == key) {
            (opened.last, opened.events) = (last, events);
        }
        Ok(last)
    }

    /// Makes sure that every event up to `goal` was folded once; returns how many events are known then.
    fn walk_to(
        &mut self,
        key: &AggregateKey,
        goal: Version,
        watch: &mut dyn Watch,
    ) -> Result<u64, SessionError> {
        self.opened(key)?;
        let reads = self.reads();
        if let Some(opened) = self.opened.first_mut() {
            if opened.timeline.walked() < goal {
                drive(self.store.as_mut(), reads, &mut opened.timeline, goal, 0, watch)?;
            }
            return Ok(opened.timeline.outline().len() as u64);
        }
        Ok(0)
    }

    fn at_version(
        &mut self,
        key: &AggregateKey,
        version: Version,
        keep: u64,
        watch: &mut dyn Watch,
    ) -> Result<Moment, SessionError> {
        self.opened(key)?;
        let reads = self.reads();
        let store = self.store.as_mut();
        let Some(Opened { timeline, last, events }) = self.opened.first_mut() else {
            return Err(SessionError::Cancelled);
        };
        drive(store, reads, timeline, version, keep, watch)?;
        let (at, state) = (timeline.at(), timeline.state().clone());
        let place = timeline.outline().index_of(at);
        let before_version = place
            .and_then(|place| timeline.outline().get(place.checked_sub(1)?))
            .map_or(Version::ZERO, |entry| entry.version);
        let before = if let Some(known) = timeline.known(before_version) {
            known.clone()
        } else {
            drive(store, reads, timeline, before_version, keep, watch)?;
            timeline.state().clone()
        };
        let (event, missing) = event_at(store, key, at)?;
        let mut findings = match (timeline.findings(at), &event) {
            (Some(kept), _) => kept.to_vec(),
            (None, Some(event)) => {
                noticed(self.reducer.fork(), key, &before, before_version, event)
            }
            (None, None) => Vec::new(),
        };
        findings.extend(missing);
        let chain = self.options.upcast.as_deref();
        let upcasted = event.as_ref().zip(chain).and_then(|(event, chain)| upcasted(chain, event));
        let moment = Moment {
            key: key.clone(),
            version: at,
            last: *last,
            events: *events,
            event,
            changes: diff(before.value(), state.value()),
            state,
            before_version,
            before,
            findings,
            upcasted,
        };
        self.keep_to_budget();
        Ok(moment)
    }

    /// Forgets what belongs to another history, as far as the store can be asked. What is known of an aggregate stays
    /// true where the store is gone: nothing was appended to it since, and nothing else has taken its place.
    fn follow_unless_gone(&mut self, key: &AggregateKey) -> Result<(), SessionError> {
        match self.follow() {
            Err(error) if is_gone(&error) && self.known(key).is_some() => Ok(()),
            followed => followed.map(|_| ()),
        }
    }

    fn extent(&mut self, key: &AggregateKey) -> Result<(Version, u64), SessionError> {
        let found = self.store.find(key.id.as_str())?.into_iter().find(|row| row.key == *key);
        match found {
            Some(row) => Ok((row.version, row.events)),
            None => Err(SessionError::NoSuchAggregate {
                name: key.id.to_string(),
                store: self.store.info().name.clone(),
                near: Vec::new(),
            }),
        }
    }

    /// The aggregate's timeline, moved to the front of those in memory.
    fn opened(&mut self, key: &AggregateKey) -> Result<&Opened, SessionError> {
        match self.opened.iter().position(|opened| opened.timeline.key() == key) {
            Some(0) => {}
            Some(at) => {
                if let Some(found) = self.opened.get_mut(..=at) {
                    found.rotate_right(1);
                }
            }
            None => {
                let (last, events) = self.extent(key)?;
                let memory = self.options.memory;
                let timeline = Timeline::new(key.clone(), self.reducer.fork(), memory);
                self.opened.insert(0, Opened { timeline, last, events });
                self.opened.truncate(OPEN);
            }
        }
        self.opened.first().ok_or(SessionError::Cancelled)
    }

    /// Forgets the timelines used longest ago until the rest fits.
    fn keep_to_budget(&mut self) {
        let mut bytes = 0;
        let memory = self.options.memory;
        self.opened.retain(|opened| {
            let first = bytes == 0;
            bytes += opened.timeline.bytes();
            first || bytes <= memory
        });
    }
}

/// What reading and applying `event` notices, found out once more.
fn noticed(
    reducer: Box<dyn Reducer>,
    key: &AggregateKey,
    before: &State,
    version: Version,
    event: &Event,
) -> Vec<Finding> {
    let mut fold = Folding::new(reducer, key);
    fold.stand(version, before.clone());
    let mut findings = event.findings.clone();
    if let Stepped::Failed(finding) = fold.step(event) {
        findings.push(finding);
    }
    findings.extend(event.noticed());
    findings
}

/// Whether there is no store any more where it was.
fn is_gone(error: &SessionError) -> bool {
    matches!(error, SessionError::Store(error) if error.kind == StoreErrorKind::NotFound)
}

/// The event of a version that is known to be there; where the store is gone, or no longer has it, what is to be said
/// instead.
fn event_at(
    store: &mut dyn EventStore,
    key: &AggregateKey,
    at: Version,
) -> Result<(Option<Event>, Option<Finding>), SessionError> {
    if at == Version::ZERO {
        return Ok((None, None));
    }
    let why = match store.read(key, at.prev(), 1).map_err(SessionError::from) {
        Ok(events) => match events.into_iter().find(|event| event.version == at) {
            Some(event) => return Ok((Some(event), None)),
            None => "the store has it no longer".to_owned(),
        },
        Err(error) if is_gone(&error) => error.to_string(),
        Err(error) => return Err(error),
    };
    let told = format!("the event of v{at} cannot be read: {why}");
    let finding = Finding::error("event-unread", told);
    Ok((None, Some(finding.hint("the states around it were read before, and are as they were"))))
}

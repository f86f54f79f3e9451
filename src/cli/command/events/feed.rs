//! Where `events` gets its events from, page by page, and how it waits for more.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::time::Duration;

use super::Wanted;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::signal::Signal;
use crate::model::{AggregateKey, Event, Version};
use crate::session::{Session, Watch};
use crate::store::pass::replaced;
use crate::store::{Bell, Cursor, EventQuery, Head, Interrupter};

/// Events that are read at a time.
const PAGE: usize = 1000;
/// How long to wait before the head is looked at again.
const PATIENCE: Duration = Duration::from_millis(250);
/// The same where the store tells of news by itself.
const LONG_PATIENCE: Duration = Duration::from_secs(10);

/// Pages of events, of the whole store or of one aggregate.
pub(super) struct Feed {
    source: Source,
    page: usize,
    at_end: bool,
    read: u64,
    head: Option<Head>,
    follows: bool,
    /// What tells of news, and how often it had when they were looked for last.
    bell: Option<(Bell, u64)>,
}

enum Source {
    /// The last page is read again while events are waited for; so many at its beginning were `given` already.
    Store {
        query: EventQuery,
        given: usize,
        examined: u64,
        /// One aggregate alone, which was read before.
        only: Option<Only>,
    },
    /// Read once by version; what is added later may have any version, so it is looked for in the store's order.
    Aggregate { key: AggregateKey, after: Version, given: Given },
}

/// One aggregate among all, and its events that were given already though they are new in the store's order.
struct Only {
    key: AggregateKey,
    given: Given,
}

/// How often each event was given that may come once more.
#[derive(Default)]
struct Given(HashMap<u64, u32>);

impl Given {
    fn add(&mut self, event: &Event, head: Option<&Head>) {
        let newest = head.and_then(|head| head.position);
        if event.position.is_none() || event.position > newest {
            *self.0.entry(mark(event)).or_default() += 1;
        }
    }

    /// Whether it was, and once less from now on.
    fn take(&mut self, event: &Event) -> bool {
        let count = self.0.get_mut(&mark(event)).filter(|count| **count > 0);
        count.map(|count| *count -= 1).is_some()
    }
}

/// What tells an event from others of its aggregate.
fn mark(event: &Event) -> u64 {
    let mut hasher = DefaultHasher::new();
    (event.position, event.version, &event.id, event.time, event.data.bytes()).hash(&mut hasher);
    hasher.finish()
}

/// Some events, and how many were looked at to find them.
pub(super) struct Page {
    pub(super) events: Vec<Event>,
    pub(super) examined: u64,
}

impl Feed {
    /// The events of one aggregate, or of all.
    pub(super) fn new(
        key: Option<AggregateKey>,
        wanted: &Wanted,
        limit: usize,
        follows: bool,
    ) -> Self {
        let source = match key {
            Some(key) => Source::Aggregate { key, after: Version::ZERO, given: Given::default() },
            None => Source::Store {
                query: EventQuery {
                    after_position: wanted.after,
                    from: wanted.between.from,
                    to: wanted.between.to,
                    ..EventQuery::default()
                },
                given: 0,
                examined: 0,
                only: None,
            },
        };
        // What only the command can choose by may let any number of events pass by.
        let page = if wanted.is_chosen_here() { PAGE } else { limit.clamp(1, PAGE) };
        Self { source, page, at_end: false, read: 0, head: None, follows, bell: None }
    }

    /// The next page; it may be empty before the end.
    pub(super) fn next(&mut self, session: &mut Session, watch: &mut dyn Watch) -> Outcome<Page> {
        if self.head.is_none() {
            // Taken before anything is read: what comes later moves it.
            self.head = Some(session.head()?);
        }
        let page = match &mut self.source {
            Source::Aggregate { key, after, given } => {
                let events = session.read(key, *after, self.page)?;
                if self.follows {
                    for event in &events {
                        given.add(event, self.head.as_ref());
                    }
                }
                self.at_end = events.len() < self.page;
                *after = events.last().map_or(*after, |event| event.version);
                if self.follows && self.at_end && Some(session.head()?) == self.head {
                    // Nothing has come while it was read, so nothing comes once more.
                    given.0.clear();
                }
                Page { examined: events.len() as u64, events }
            }
            Source::Store { query, given, examined, only } => {
                let page = session.scan(query, self.page)?;
                let mut events = page.events;
                let (all, looked_at) = (events.len(), page.examined);
                events.drain(..(*given).min(all));
                let new = looked_at.saturating_sub(*examined);
                self.at_end = page.next.is_none();
                (*given, *examined) = if self.at_end { (all, looked_at) } else { (0, 0) };
                query.after = page.next.or(query.after);
                match only {
                    Some(Only { key, given }) => {
                        events.retain(|event| event.key() == *key && !given.take(event));
                        Page { examined: events.len() as u64, events }
                    }
                    None => Page { events, examined: new },
                }
            }
        };
        if !self.follows
            && self.read > 0
            && self.head.as_ref().map(|head| head.generation) != Some(session.head()?.generation)
        {
            return Err(replaced(&session.store_info().name).into());
        }
        self.read += page.events.len() as u64;
        watch.progress(self.read, None);
        Ok(page)
    }

    /// Whether nothing more is there now.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Looks for events of the aggregate that was read from here on in the store's order.
    fn look_beyond(&mut self, end: Option<Cursor>) {
        let Source::Aggregate { key, given, .. } = &mut self.source else { return };
        let query = EventQuery { after: end, ..EventQuery::default() };
        let only = Some(Only { key: key.clone(), given: std::mem::take(given) });
        self.source = Source::Store { query, given: 0, examined: 0, only };
        self.page = PAGE;
    }

    /// Waits until the store tells of news, where it does, or for a while; fails where Ctrl-C was pressed.
    fn pause(&mut self, session: &Session, signal: &Signal) -> Outcome {
        if self.bell.is_none() {
            self.bell = session.bell().map(|bell| {
                let woken = bell.clone();
                signal.interrupts(Interrupter::new(move || woken.ring()));
                (bell, 0)
            });
        }
        match &mut self.bell {
            Some((bell, heard)) => {
                // Counted before looking: what is rung while this looks is not missed.
                bell.wait(*heard, LONG_PATIENCE);
                *heard = bell.times();
            }
            None => {
                signal.stopped_within(PATIENCE);
            }
        }
        if signal.is_stopped() { Err(Failure::silent(Status::Stopped)) } else { Ok(()) }
    }

    /// Waits until the store has moved on, or Ctrl-C; returns whether it went on in the same history.
    pub(super) fn wait(&mut self, session: &mut Session, signal: &Signal) -> Outcome<bool> {
        loop {
            self.pause(session, signal)?;
            let head = session.head()?;
            if self.head.as_ref() != Some(&head) {
                let generation = head.generation;
                let Some(before) = self.head.replace(head) else { return Ok(true) };
                self.look_beyond(before.cursor);
                return Ok(before.generation == generation);
            }
        }
    }
}

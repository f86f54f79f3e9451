//! Where `events` gets its events from, page by page, and how it waits for more.

use std::time::Duration;

use super::Wanted;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::signal::Signal;
use crate::model::{AggregateKey, Event, Version};
use crate::session::{Session, Watch};
use crate::store::{EventQuery, Head};

/// Events that are read at a time.
const PAGE: usize = 1000;
/// How long to wait before the head is looked at again.
const PATIENCE: Duration = Duration::from_millis(250);

/// Pages of events, of the whole store or of one aggregate.
pub(super) struct Feed {
    source: Source,
    page: usize,
    at_end: bool,
    read: u64,
    head: Option<Head>,
}

enum Source {
    /// The last page is read again while events are waited for; so many at its beginning were `given` already.
    Store {
        query: EventQuery,
        given: usize,
        examined: u64,
    },
    Aggregate {
        key: AggregateKey,
        after: Version,
    },
}

/// Some events, and how many were looked at to find them.
pub(super) struct Page {
    pub(super) events: Vec<Event>,
    pub(super) examined: u64,
}

impl Feed {
    /// The events of one aggregate, or of all.
    pub(super) fn new(key: Option<AggregateKey>, wanted: &Wanted, limit: usize) -> Self {
        let source = match key {
            Some(key) => Source::Aggregate { key, after: Version::ZERO },
            None => Source::Store {
                query: EventQuery {
                    after_position: wanted.after,
                    from: wanted.from,
                    to: wanted.to,
                    ..EventQuery::default()
                },
                given: 0,
                examined: 0,
            },
        };
        // What only the command can choose by may let any number of events pass by.
        let page = if wanted.is_chosen_here() { PAGE } else { limit.clamp(1, PAGE) };
        Self { source, page, at_end: false, read: 0, head: None }
    }

    /// The next page; it may be empty before the end.
    pub(super) fn next(&mut self, session: &mut Session, watch: &mut dyn Watch) -> Outcome<Page> {
        if self.head.is_none() {
            // Taken before anything is read: what comes later moves it.
            self.head = Some(session.head()?);
        }
        let page = match &mut self.source {
            Source::Aggregate { key, after } => {
                let events = session.read(key, *after, self.page)?;
                self.at_end = events.len() < self.page;
                *after = events.last().map_or(*after, |event| event.version);
                Page { examined: events.len() as u64, events }
            }
            Source::Store { query, given, examined } => {
                let page = session.scan(query, self.page)?;
                let mut events = page.events;
                let (all, looked_at) = (events.len(), page.examined);
                events.drain(..(*given).min(all));
                let new = looked_at.saturating_sub(*examined);
                self.at_end = page.next.is_none();
                (*given, *examined) = if self.at_end { (all, looked_at) } else { (0, 0) };
                query.after = page.next.or(query.after);
                Page { events, examined: new }
            }
        };
        self.read += page.events.len() as u64;
        watch.progress(self.read, None);
        Ok(page)
    }

    /// Whether nothing more is there now.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Waits until the store has moved on, or Ctrl-C; returns whether it went on in the same history.
    pub(super) fn wait(&mut self, session: &mut Session, signal: &Signal) -> Outcome<bool> {
        loop {
            if signal.stopped_within(PATIENCE) {
                return Err(Failure::silent(Status::Stopped));
            }
            let head = session.head()?;
            if self.head.as_ref() != Some(&head) {
                let generation = head.generation;
                let before = self.head.replace(head);
                return Ok(before.is_none_or(|before| before.generation == generation));
            }
        }
    }
}

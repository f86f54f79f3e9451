//! Where `events` gets its events from, page by page, and how it waits for more.

use std::collections::HashSet;
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
    /// The last page is read again while events are waited for; `seen` keeps it from being given twice.
    Store {
        query: EventQuery,
        seen: HashSet<(AggregateKey, Version)>,
    },
    Aggregate {
        key: AggregateKey,
        after: Version,
    },
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
                    types: wanted.types.clone(),
                    ..EventQuery::default()
                },
                seen: HashSet::new(),
            },
        };
        // An expression may let any number of events pass by.
        let page = if wanted.predicate.is_some() { PAGE } else { limit.clamp(1, PAGE) };
        Self { source, page, at_end: false, read: 0, head: None }
    }

    /// The next page; it may be empty before the end.
    pub(super) fn next(
        &mut self,
        session: &mut Session,
        watch: &mut dyn Watch,
    ) -> Outcome<Vec<Event>> {
        if self.head.is_none() {
            // Taken before anything is read: what comes later moves it.
            self.head = Some(session.head()?);
        }
        let events = match &mut self.source {
            Source::Aggregate { key, after } => {
                let events = session.read(key, *after, self.page)?;
                self.at_end = events.len() < self.page;
                *after = events.last().map_or(*after, |event| event.version);
                events
            }
            Source::Store { query, seen } => {
                let page = session.scan(query, self.page)?;
                let mut events = page.events;
                events.retain(|event| !seen.contains(&(event.key(), event.version)));
                self.at_end = page.next.is_none();
                if page.next.is_some() {
                    query.after = page.next;
                    seen.clear();
                } else {
                    seen.extend(events.iter().map(|event| (event.key(), event.version)));
                }
                events
            }
        };
        self.read += events.len() as u64;
        watch.progress(self.read, None);
        Ok(events)
    }

    /// Whether nothing more is there now.
    pub(super) fn is_at_end(&self) -> bool {
        self.at_end
    }

    /// Waits until the store has moved on, or Ctrl-C.
    pub(super) fn wait(&mut self, session: &mut Session, signal: &Signal) -> Outcome {
        loop {
            if signal.stopped_within(PATIENCE) {
                return Err(Failure::silent(Status::Stopped));
            }
            let head = session.head()?;
            if self.head.as_ref() != Some(&head) {
                self.head = Some(head);
                return Ok(());
            }
        }
    }
}

//! Events held in memory, as a store: what tests and embedding programs build.
//!
//! Knows no file and no format. Several handles share one set of events; a call holds the lock only while it runs.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use super::index::{Claim, Facts, Index, Numbering, Row};
use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Capabilities, Census, Checkpoint, Counts,
    EventPage, EventQuery, EventStore, Head, Interrupter, KeyPage, Snapshot, Stop, StoreError,
    StoreInfo,
};
use crate::model::{AggregateKey, Event, Position, Version};

/// A store over events in memory, in the order they are given.
pub struct MemoryStore {
    info: StoreInfo,
    held: Arc<RwLock<Held>>,
    stop: Stop,
}

#[derive(Default)]
struct Held {
    index: Index,
    events: Vec<Event>,
}

impl Held {
    fn push(&mut self, mut event: Event) {
        let facts = Facts {
            category: event.category.as_str(),
            aggregate: event.aggregate.as_str(),
            event_type: event.event_type.as_str(),
            position: event.position,
            time: event.time,
            claim: Claim::Version(event.version.0),
        };
        self.index.add(&facts, self.events.len() as u64, 1);
        self.index.settle(Numbering::default());
        let finding = self.index.last().and_then(|row| row.finding(&event));
        event.findings.extend(finding);
        self.events.push(event);
    }

    fn events(&self, rows: &[Row]) -> Vec<Event> {
        rows.iter().filter_map(|row| self.events.get(row.place as usize).cloned()).collect()
    }
}

impl MemoryStore {
    /// A store over `events`, called `name`. A version that stands twice in an aggregate is kept, with a finding.
    pub fn new(name: impl Into<String>, events: Vec<Event>) -> Self {
        let info = StoreInfo {
            name: name.into(),
            layout: "memory".to_owned(),
            title: "events in memory".to_owned(),
            why: vec!["made by the program itself".to_owned()],
            confidence: 100,
            backend: "memory",
            read_only: true,
            findings: Vec::new(),
        };
        let mut held = Held::default();
        for event in events {
            held.push(event);
        }
        Self { info, held: Arc::new(RwLock::new(held)), stop: Stop::default() }
    }

    /// Another handle on the same events.
    pub(crate) fn share(&self) -> Self {
        let (info, held) = (self.info.clone(), Arc::clone(&self.held));
        Self { info, held, stop: Stop::default() }
    }

    /// Adds an event at the end; every handle sees it.
    pub fn push(&mut self, event: Event) {
        self.held.write().unwrap_or_else(PoisonError::into_inner).push(event);
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.stop.begin();
        self.held.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventStore for MemoryStore {
    fn can_change(&self) -> bool {
        false
    }

    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn capabilities(&self) -> Capabilities {
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        Capabilities {
            position: held.index.has_positions(),
            time: held.index.has_times(),
            grouped: true,
            ..Capabilities::default()
        }
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(self.share()))
    }

    fn interrupter(&self) -> Interrupter {
        self.stop.interrupter()
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        Ok(self.held().index.head())
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        Ok(self.held().index.aggregates(query, limit))
    }

    fn keys(&mut self, beyond: Option<&AggregateKey>, limit: usize) -> Result<KeyPage, StoreError> {
        Ok(self.held().index.keys(beyond, limit))
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        Ok(self.held().index.find(id))
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let held = self.held();
        Ok(held.events(&held.index.read(key, after, limit)))
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        let held = self.held();
        let found = held.index.scan(query, limit, &self.stop)?;
        let events = held.events(&found.rows);
        Ok(EventPage { events, next: found.next, examined: found.examined })
    }

    fn count_after(&mut self, position: Position) -> Result<u64, StoreError> {
        self.held().index.count_after(position)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        Ok(self.held().index.counts())
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        Ok(self.held().index.census())
    }

    fn snapshots(&mut self, _key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        Ok(Vec::new())
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        Ok(Vec::new())
    }
}

#[cfg(test)]
mod tests;

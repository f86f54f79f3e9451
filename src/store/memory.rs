//! Events held in memory, as a store: what recordings are read into, and what tests build.
//!
//! Knows no file and no format. Several handles share one set of events; a call holds the lock only while it runs.

mod index;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) use index::Events;

use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Capabilities, Census, Checkpoint, Counts,
    EventPage, EventQuery, EventStore, Head, Interrupter, Snapshot, StoreError, StoreErrorKind,
    StoreInfo,
};
use crate::model::{AggregateKey, Event, EventType, Version};

/// How an event's type is shown where there is little room.
pub(crate) type ShortType = for<'a> fn(&'a EventType) -> &'a str;

/// A store over events in memory, in the order they are given.
pub struct MemoryStore {
    info: StoreInfo,
    events: Arc<RwLock<Events>>,
    stop: Stop,
    short_type: ShortType,
}

/// A flag that the running call looks at.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Forgets an interruption that came when nothing ran.
    fn begin(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Interrupted, "the read was stopped"));
        }
        Ok(())
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
        Self::with(info, events.into_iter().collect(), |event_type| event_type.as_str())
    }

    /// A store that says of itself what `info` says.
    pub(crate) fn with(info: StoreInfo, events: Events, short_type: ShortType) -> Self {
        Self { info, events: Arc::new(RwLock::new(events)), stop: Stop::default(), short_type }
    }

    /// Another handle on the same events.
    pub(crate) fn share(&self) -> Self {
        Self {
            info: self.info.clone(),
            events: Arc::clone(&self.events),
            stop: Stop::default(),
            short_type: self.short_type,
        }
    }

    /// Adds an event at the end; every handle sees it.
    pub fn push(&mut self, event: Event) {
        self.change().push(event);
    }

    pub(crate) fn info_mut(&mut self) -> &mut StoreInfo {
        &mut self.info
    }

    pub(crate) fn change(&self) -> RwLockWriteGuard<'_, Events> {
        self.events.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn events(&self) -> RwLockReadGuard<'_, Events> {
        self.stop.begin();
        self.events.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventStore for MemoryStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn capabilities(&self) -> Capabilities {
        let events = self.events.read().unwrap_or_else(PoisonError::into_inner);
        Capabilities {
            position: events.has_positions(),
            time: events.has_times(),
            grouped: true,
            ..Capabilities::default()
        }
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(self.share()))
    }

    fn interrupter(&self) -> Interrupter {
        let stop = Arc::clone(&self.stop.0);
        Interrupter::new(move || stop.store(true, Ordering::Relaxed))
    }

    fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        (self.short_type)(event_type)
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        Ok(self.events().head())
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        Ok(self.events().aggregates(query, limit))
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        Ok(self.events().find(id))
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        Ok(self.events().read(key, after, limit))
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        let stop = self.stop.clone();
        self.events().scan(query, limit, &stop)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        Ok(self.events().counts())
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        let stop = self.stop.clone();
        self.events().census(&stop)
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

//! A store that counts what it gives of the history of checkpoints.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::{AggregateKey, Event, Position, Timestamp, Version};
use crate::store::{
    AggregatePage, AggregateQuery, AggregateSummary, Around, Capabilities, Census, Checkpoint,
    Counts, EventPage, EventQuery, EventStore, Head, Interrupter, Move, Snapshot, StoreError,
    StoreInfo,
};

/// What a store gave.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Rows of the history.
    pub(super) moves: Arc<AtomicUsize>,
    /// Events that were looked up.
    pub(super) events: Arc<AtomicUsize>,
}

impl Tally {
    pub(super) fn take(&self) -> (usize, usize) {
        (self.moves.swap(0, Ordering::Relaxed), self.events.swap(0, Ordering::Relaxed))
    }
}

/// The store.
pub(super) struct Counted {
    pub(super) store: Box<dyn EventStore>,
    pub(super) tally: Tally,
}

impl EventStore for Counted {
    fn info(&self) -> &StoreInfo {
        self.store.info()
    }

    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        self.store.reopen()
    }

    fn interrupter(&self) -> Interrupter {
        self.store.interrupter()
    }

    fn busy(&mut self) {
        self.store.busy();
    }

    fn rest(&mut self) {
        self.store.rest();
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        self.store.head()
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        self.store.aggregates(query, limit)
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        self.store.find(id)
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.store.read(key, after, limit)
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        let page = self.store.scan(query, limit)?;
        self.tally.events.fetch_add(page.events.len(), Ordering::Relaxed);
        Ok(page)
    }

    fn count_after(&mut self, position: Position) -> Result<u64, StoreError> {
        self.store.count_after(position)
    }

    fn count_between(&mut self, after: Position, upto: Position) -> Result<u64, StoreError> {
        self.store.count_between(after, upto)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.store.counts()
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        self.store.census()
    }

    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        self.store.snapshots(key)
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        self.store.checkpoints()
    }

    fn checkpoint_history(&mut self, name: &str) -> Result<Vec<Move>, StoreError> {
        let moves = self.store.checkpoint_history(name)?;
        self.tally.moves.fetch_add(moves.len(), Ordering::Relaxed);
        Ok(moves)
    }

    fn moves_around(
        &mut self,
        name: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        self.tally.moves.fetch_add(2 * moments.len(), Ordering::Relaxed);
        self.store.moves_around(name, moments)
    }

    fn moves_between(
        &mut self,
        name: &str,
        after: Option<&Timestamp>,
        upto: &Timestamp,
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        let moves = self.store.moves_between(name, after, upto, most)?;
        self.tally.moves.fetch_add(moves.len(), Ordering::Relaxed);
        Ok(moves)
    }

    fn times_after(
        &mut self,
        positions: &[Position],
    ) -> Result<Vec<Option<Timestamp>>, StoreError> {
        self.tally.events.fetch_add(positions.len(), Ordering::Relaxed);
        self.store.times_after(positions)
    }
}

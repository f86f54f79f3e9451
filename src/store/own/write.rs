//! [`StoreWriter`] for SQLite: each call's work stands in the file of its subject.

use smol_str::SmolStr;

use super::writer::{
    DeadLetter, MadeBy, ProjectionRecord, ProjectionState, Rebuild, Step, StoreWriter,
};
use super::{Appended, Expected, NewEvent, OwnStore, Sample};
use crate::model::{AggregateKey, Payload, Timestamp};
use crate::store::{Bell, EventStore, OpenOptions, Snapshot, StoreError, open};

impl StoreWriter for OwnStore {
    fn name(&self) -> &str {
        &self.name
    }

    fn reopen(&self) -> Result<Box<dyn StoreWriter>, StoreError> {
        Ok(Box::new(Self::open(&self.path)?))
    }

    fn reader(&self) -> Result<Box<dyn EventStore>, StoreError> {
        open(&self.path, &OpenOptions::default())
    }

    fn bell(&self) -> Bell {
        self.bell.clone()
    }

    fn append(
        &mut self,
        key: &AggregateKey,
        batch: &[NewEvent],
        expected: Expected,
    ) -> Result<Appended, StoreError> {
        Self::append(self, key, batch, expected)
    }

    fn save_snapshot(
        &mut self,
        key: &AggregateKey,
        snapshot: &Snapshot,
        keep: Option<u32>,
    ) -> Result<(), StoreError> {
        self.store_snapshot(key, snapshot, keep)
    }

    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.all_projections()
    }

    fn register(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<ProjectionRecord, StoreError> {
        self.register_projection(name, by, time)
    }

    fn set_state(
        &mut self,
        name: &str,
        state: ProjectionState,
        error: Option<&str>,
        time: &Timestamp,
    ) -> Result<(), StoreError> {
        self.set_projection_state(name, state, error, time)
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), StoreError> {
        self.write_step(step)
    }

    fn row(
        &mut self,
        name: &str,
        generation: u64,
        key: &str,
    ) -> Result<Option<Payload>, StoreError> {
        self.one_row(name, generation, key)
    }

    fn rows(
        &mut self,
        name: &str,
        generation: u64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        self.some_rows(name, generation, after, limit)
    }

    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        self.letters(name)
    }

    fn begin_rebuild(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<Rebuild, StoreError> {
        self.start_rebuild(name, by, time)
    }

    fn hold(&mut self, name: &str, until: &Timestamp) -> Result<(), StoreError> {
        self.hold_shown(name, until)
    }

    fn finish_rebuild(&mut self, name: &str, time: &Timestamp) -> Result<bool, StoreError> {
        self.swap_rebuild(name, time)
    }

    fn abandon_rebuild(&mut self, name: &str) -> Result<(), StoreError> {
        self.drop_rebuild(name)
    }

    fn record(&mut self, samples: &[Sample]) -> Result<(), StoreError> {
        self.store_samples(samples)
    }
}

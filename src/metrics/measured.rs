//! A writer that tells how long it takes.

use smol_str::SmolStr;

use super::Recorder;
use crate::model::{AggregateKey, Metric, Payload, Timestamp};
use crate::store::own::{
    Appended, DeadLetter, Expected, MadeBy, NewEvent, ProjectionRecord, ProjectionState, Rebuild,
    Step, StoreWriter,
};
use crate::store::{Bell, EventStore, Sample, Snapshot, StoreError};

/// A writer whose appends and snapshots are measured; everything else it does as the one inside does.
pub struct Measured {
    writer: Box<dyn StoreWriter>,
    recorder: Recorder,
}

impl Measured {
    /// Measures what that writer does.
    pub fn new(writer: Box<dyn StoreWriter>, recorder: &Recorder) -> Self {
        Self { writer, recorder: recorder.clone() }
    }
}

impl std::fmt::Debug for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Measured").field("store", &self.writer.name()).finish_non_exhaustive()
    }
}

impl StoreWriter for Measured {
    fn name(&self) -> &str {
        self.writer.name()
    }

    fn reopen(&self) -> Result<Box<dyn StoreWriter>, StoreError> {
        Ok(Box::new(Self::new(self.writer.reopen()?, &self.recorder)))
    }

    fn reader(&self) -> Result<Box<dyn EventStore>, StoreError> {
        self.writer.reader()
    }

    fn bell(&self) -> Bell {
        self.writer.bell()
    }

    fn append(
        &mut self,
        key: &AggregateKey,
        batch: &[NewEvent],
        expected: Expected,
    ) -> Result<Appended, StoreError> {
        let Self { writer, recorder } = self;
        recorder.measure(Metric::AppendLatency, || writer.append(key, batch, expected))
    }

    fn save_snapshot(
        &mut self,
        key: &AggregateKey,
        snapshot: &Snapshot,
        keep: Option<u32>,
    ) -> Result<(), StoreError> {
        let Self { writer, recorder } = self;
        recorder.measure(Metric::SnapshotTime, || writer.save_snapshot(key, snapshot, keep))
    }

    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.writer.projections()
    }

    fn register(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<ProjectionRecord, StoreError> {
        self.writer.register(name, by, time)
    }

    fn set_state(
        &mut self,
        name: &str,
        state: ProjectionState,
        error: Option<&str>,
        time: &Timestamp,
    ) -> Result<(), StoreError> {
        self.writer.set_state(name, state, error, time)
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), StoreError> {
        self.writer.step(step)
    }

    fn row(
        &mut self,
        name: &str,
        generation: u64,
        key: &str,
    ) -> Result<Option<Payload>, StoreError> {
        self.writer.row(name, generation, key)
    }

    fn rows(
        &mut self,
        name: &str,
        generation: u64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        self.writer.rows(name, generation, after, limit)
    }

    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        self.writer.dead_letters(name)
    }

    fn begin_rebuild(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<Rebuild, StoreError> {
        self.writer.begin_rebuild(name, by, time)
    }

    fn hold(&mut self, name: &str, until: &Timestamp) -> Result<(), StoreError> {
        self.writer.hold(name, until)
    }

    fn finish_rebuild(&mut self, name: &str, time: &Timestamp) -> Result<bool, StoreError> {
        self.writer.finish_rebuild(name, time)
    }

    fn abandon_rebuild(&mut self, name: &str) -> Result<(), StoreError> {
        self.writer.abandon_rebuild(name)
    }

    fn record(&mut self, samples: &[Sample]) -> Result<(), StoreError> {
        self.writer.record(samples)
    }
}

//! The thread that writes: so many events a second of the shop's story.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::Onwards;
use super::Shared;
use crate::metrics::Recorder;
use crate::model::{Metric, Position, Version};
use crate::store::own::{Expected, NewEvent, OwnStore};
use crate::store::{OpenOptions, StoreError, open};

/// How often the writer looks what is to be done, at most and at least.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// Events that nobody could write in time are let go beyond this much time: a computer that slept is no newsletter.
const BACKLOG: Duration = Duration::from_secs(1);
/// Each telling of the story is the same.
const SEED: u64 = 10;

/// Writes what happens after the recording.
pub(super) struct Writer {
    store: OwnStore,
    story: Onwards,
    head: Position,
    rate: f64,
}

impl Writer {
    /// Opens the store to write on in it.
    pub(super) fn open(path: &Path, rate: f64) -> Result<Self, StoreError> {
        let store = OwnStore::open(path)?;
        store.is_fleeting()?;
        let head = open(path, &OpenOptions::default())?.head()?.position.unwrap_or(Position(0));
        Ok(Self { store, story: Onwards::after_the_shop(SEED), head, rate })
    }

    /// The newest position, as far as it was written here.
    pub(super) fn head(&self) -> Position {
        self.head
    }

    /// Writes until it is stopped, or cannot.
    pub(super) fn run(&mut self, shared: &Arc<Shared>) {
        let look = Duration::from_secs_f64(1.0 / self.rate).clamp(LOOKS.0, LOOKS.1);
        let most = (self.rate * BACKLOG.as_secs_f64()).max(1.0);
        let mut due = 0.0;
        let mut last = Instant::now();
        while !shared.stopped_within(look) {
            let now = Instant::now();
            due = (due + self.rate * (now - last).as_secs_f64()).min(most);
            last = now;
            let events = due as u64;
            due -= events as f64;
            let written = self.write(events, &shared.recorder);
            let mut state = shared.state();
            match written {
                Ok(()) => state.written += events,
                Err(error) => {
                    state.failed = Some(error);
                    return;
                }
            }
        }
    }

    fn write(&mut self, events: u64, recorder: &Recorder) -> Result<(), StoreError> {
        for _ in 0..events {
            let event = self.story.next(chrono::Utc::now());
            let expected = Expected::Exactly(Version(event.version.0 - 1));
            let key = event.key();
            let new = NewEvent {
                event_type: event.event_type,
                id: event.id,
                time: event.time,
                schema: event.schema,
                data: event.data,
                metadata: event.metadata,
            };
            let appended = recorder
                .measure(Metric::AppendLatency, || self.store.append(&key, &[new], expected))?;
            if let Some(position) = appended.position {
                self.head = position;
            }
        }
        Ok(())
    }
}

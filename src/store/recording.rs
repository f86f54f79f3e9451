//! Recordings: events in a file of JSON lines, in our own shape or as CloudEvents 1.0, and what was kept besides them.
//!
//! A recording is read through once for its index; the lines of a page are read again when they are asked for, and a
//! plain file is read on where it grows. A line that cannot be read is a finding and the rest is still there. Knows no
//! query: the index answers those.

mod bytes;
mod cloudevents;
mod draft;
mod file;
mod gather;
mod given;
mod kept;
mod lines;
mod members;
mod piped;
mod state;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

pub(crate) use cloudevents::{EXTENSION, MADE_UP_ID, MADE_UP_SOURCE, PLACED};
use draft::Shape;
pub use given::Given;
pub(crate) use kept::{write_checkpoint, write_snapshot};
pub(crate) use piped::is_piped;
use state::State;

use super::index::{Index, Row};
use super::open::USUAL_SCRATCH;
use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Capabilities, Census, Checkpoint, Counts,
    EventPage, EventQuery, EventStore, Head, Interrupter, KeyPage, Move, Snapshot, Stop,
    StoreError, StoreErrorKind, StoreInfo,
};
use crate::model::{AggregateKey, Event, EventType, Position, Version};

/// How often a page is begun anew because the file changed under it.
const ATTEMPTS: usize = 20;

/// Opens a recording: `.jsonl` or `.jsonl.zst` by what is inside, in our own shape, as CloudEvents or as an array of either.
pub fn open(path: &Path) -> Result<Box<dyn EventStore>, StoreError> {
    open_with(path, Path::new(USUAL_SCRATCH), &Stop::default())
}

/// Opens a recording. What a compressed one unpacks to is kept in `scratch`; `stop` ends the reading.
pub(crate) fn open_with(
    path: &Path,
    scratch: &Path,
    stop: &Stop,
) -> Result<Box<dyn EventStore>, StoreError> {
    let state = State::load(path, scratch, stop)?;
    Ok(Box::new(Recording::over(state, scratch)))
}

/// Opens a recording whose `bytes` are at hand already, as they would stand in a file, under the name `name`; `why` is
/// said of it besides.
pub(crate) fn held(name: &str, bytes: &[u8], why: &str) -> Result<Box<dyn EventStore>, StoreError> {
    Ok(Box::new(Recording::over(State::held(name, bytes, why)?, Path::new(""))))
}

/// A recording that is open. All handles on it share its index.
#[derive(Debug)]
struct Recording {
    info: StoreInfo,
    /// That of the state which `info` was made from.
    generation: u64,
    state: Arc<RwLock<State>>,
    scratch: PathBuf,
    stop: Stop,
}

impl Recording {
    fn over(state: State, scratch: &Path) -> Self {
        Self {
            info: state.info(),
            generation: state.generation,
            state: Arc::new(RwLock::new(state)),
            scratch: scratch.to_owned(),
            stop: Stop::default(),
        }
    }

    fn state(&self) -> RwLockReadGuard<'_, State> {
        self.state.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what has become of the file.
    fn follow(&mut self) -> Result<(), StoreError> {
        let current = self.state().is_current()?;
        let followed = if current {
            Ok(())
        } else {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            state.follow(&self.scratch, &self.stop)
        };
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if self.generation != state.generation {
            self.generation = state.generation;
            self.info = state.info();
        }
        followed
    }

    /// The events that `choose` finds in the index, and what else it says.
    fn events<T>(
        &mut self,
        choose: impl Fn(&Index, &Stop) -> Result<(Vec<Row>, T), StoreError>,
    ) -> Result<(Vec<Event>, T), StoreError> {
        self.stop.begin();
        for _ in 0..ATTEMPTS {
            self.follow()?;
            let state = self.state();
            let (rows, rest) = choose(&state.index, &self.stop)?;
            if let Some(events) = state.events(&rows, &self.stop)? {
                return Ok((events, rest));
            }
        }
        Err(self.too_fast())
    }

    fn too_fast(&self) -> StoreError {
        let message = format!("{} changes faster than it can be read", self.info.name);
        StoreError::new(StoreErrorKind::Locked, message).hint("try again in a moment")
    }
}

impl EventStore for Recording {
    fn can_change(&self) -> bool {
        self.state().is_watched()
    }

    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn capabilities(&self) -> Capabilities {
        let state = self.state();
        Capabilities {
            position: state.index.has_positions(),
            time: state.index.has_times(),
            grouped: true,
            snapshots: state.kept.snapshots > 0,
            checkpoints: state.kept.moves > 0,
            samples: false,
        }
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(Self {
            info: self.info.clone(),
            generation: self.generation,
            state: Arc::clone(&self.state),
            scratch: self.scratch.clone(),
            stop: Stop::default(),
        }))
    }

    fn interrupter(&self) -> Interrupter {
        self.stop.interrupter()
    }

    fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        match self.state().shape {
            Shape::Own => event_type.as_str(),
            Shape::CloudEvents => cloudevents::short_type(event_type),
        }
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        self.stop.begin();
        self.follow()?;
        let state = self.state();
        Ok(Head { generation: state.rewritten, ..state.index.head() })
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        Ok(self.state().index.aggregates(query, limit))
    }

    fn keys(&mut self, beyond: Option<&AggregateKey>, limit: usize) -> Result<KeyPage, StoreError> {
        Ok(self.state().index.keys(beyond, limit))
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        Ok(self.state().index.find(id))
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let read = self.events(|index, _| Ok((index.read(key, after, limit), ())));
        read.map(|(events, ())| events)
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        let (events, (next, examined)) = self.events(|index, stop| {
            let found = index.scan(query, limit, stop)?;
            Ok((found.rows, (found.next, found.examined)))
        })?;
        Ok(EventPage { events, next, examined })
    }

    fn count_after(&mut self, position: Position) -> Result<u64, StoreError> {
        self.state().index.count_after(position)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        Ok(self.state().index.counts())
    }

    fn storage(&mut self) -> Result<Option<u64>, StoreError> {
        Ok(self.state().storage())
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        let state = self.state();
        let snapshots = (state.kept.snapshots > 0).then_some(state.kept.snapshots);
        Ok(Census { snapshots, ..state.index.census() })
    }

    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        self.stop.begin();
        for _ in 0..ATTEMPTS {
            self.follow()?;
            if let Some(snapshots) = self.state().snapshots(key, &self.stop)? {
                return Ok(snapshots);
            }
        }
        Err(self.too_fast())
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        self.stop.begin();
        self.follow()?;
        Ok(self.state().kept.checkpoints())
    }

    fn checkpoint_history(&mut self, name: &str) -> Result<Vec<Move>, StoreError> {
        self.stop.begin();
        self.follow()?;
        Ok(self.state().kept.history(name))
    }
}

#[cfg(test)]
mod tests;

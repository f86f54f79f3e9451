//! A sample that goes on: a private store made of it, a thread that writes what happens next, and the engine that runs
//! the shop's projections on it.
//!
//! The store lies in a directory of our own and goes with it. Whoever shows it knows its path and nothing of
//! who writes there.

mod engine;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;

use crate::metrics::Recorder;
use crate::model::Position;
use crate::store::own;
use crate::store::scratch::Scratch;
use crate::store::{Stop, StoreError, StoreErrorKind, demo};
use crate::task::Halt;

/// The sample whose story goes on after its recording ends.
pub const LIVE: &str = "shop";
/// The most events a second that can be asked for.
pub const FASTEST: f64 = 10_000.0;

/// A sample that is being written on. Dropped, all that write there end, and the store is gone.
#[derive(Debug)]
pub struct Live {
    shared: Arc<Shared>,
    rate: f64,
    // Dropped last: nobody writes there any more.
    scratch: Scratch,
}

/// What the writer and its owner tell each other.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    woken: Condvar,
    /// Ends the engine.
    halt: Halt,
    /// What is measured of the writer and the engine.
    recorder: Recorder,
}

#[derive(Debug, Default)]
struct State {
    stopped: bool,
    /// The newest position before the first event that is written.
    from: Option<Position>,
    written: u64,
    failed: Option<StoreError>,
    threads: Vec<JoinHandle<()>>,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits that long, or until it is stopped; says whether it is.
    fn stopped_within(&self, time: Duration) -> bool {
        let state = self.state();
        let waited = self.woken.wait_timeout_while(state, time, |state| !state.stopped);
        waited.unwrap_or_else(PoisonError::into_inner).0.stopped
    }
}

impl Live {
    /// A place for the store in `within`; nothing is in it yet. `rate` is in events a second.
    pub fn place(within: &Path, rate: f64) -> Result<Self, StoreError> {
        let scratch = Scratch::fresh(within).map_err(|error| {
            let message =
                format!("no private directory can be made in {}: {error}", within.display());
            StoreError::new(StoreErrorKind::Unwritable, message)
                .because(error)
                .hint("name another place with TMPDIR")
        })?;
        Ok(Self { shared: Arc::default(), rate, scratch })
    }

    /// Where the store is, once it is made.
    pub fn path(&self) -> PathBuf {
        self.scratch.path("shop.db")
    }

    /// What makes the store and begins to write, on whatever thread it is called.
    pub fn beginning(&self, stop: Stop) -> impl FnOnce() -> Result<(), StoreError> + Send + use<> {
        let (shared, path, rate) = (Arc::clone(&self.shared), self.path(), self.rate);
        move || begin(&shared, &path, rate, &stop)
    }

    /// The newest position before the first event that is written; `None` before the store is made.
    pub fn from(&self) -> Option<Position> {
        self.shared.state().from
    }

    /// How many events were written.
    pub fn written(&self) -> u64 {
        self.shared.state().written
    }

    /// Why the writer or the engine has ended by itself, if one has.
    pub fn failure(&self) -> Option<StoreError> {
        self.shared.state().failed.take()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.stopped = true;
        let threads = std::mem::take(&mut state.threads);
        drop(state);
        self.shared.woken.notify_all();
        self.shared.halt.raise();
        for thread in threads {
            // Whoever panicked has said so.
            let _ = thread.join();
        }
    }
}

fn begin(shared: &Arc<Shared>, path: &Path, rate: f64, stop: &Stop) -> Result<(), StoreError> {
    let mut sample = demo::open(LIVE)?;
    let go_on = &mut |_| {
        if stop.is_raised() || shared.state().stopped {
            std::ops::ControlFlow::Break(())
        } else {
            std::ops::ControlFlow::Continue(())
        }
    };
    // The story ends now: what it left behind is hours old and not months.
    let now = chrono::Utc::now();
    let later = sample.head()?.time.map_or_else(TimeDelta::zero, |end| now - end);
    own::import_later(sample.as_mut(), path, later, go_on)?;
    drop(sample);
    let mut writer = writer::Writer::open(path, rate)?;
    let mut state = shared.state();
    if state.stopped {
        return Err(StoreError::new(StoreErrorKind::Interrupted, "it was stopped before it began"));
    }
    let told = Arc::clone(shared);
    state.from = Some(writer.head());
    let write = move || writer.run(&told);
    state.threads.push(thread("writer", write)?);
    let (told, path) = (Arc::clone(shared), path.to_owned());
    let project = move || {
        if let Err(error) = engine::follow(&path, &told.halt, &told.recorder) {
            told.state().failed.get_or_insert(error);
        }
    };
    state.threads.push(thread("engine", project)?);
    Ok(())
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StoreError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(|error| {
        let message = format!("no {name} can be started: {error}");
        StoreError::new(StoreErrorKind::Failed, message).because(error)
    })
}

#[cfg(test)]
mod tests;

//! What writers ring after a commit, so that those who wait for events in the same process need not look again and again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

/// A bell that is heard by everybody who has a clone of it.
#[derive(Clone, Debug, Default)]
pub struct Bell(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rung: Mutex<u64>,
    changed: Condvar,
}

impl Bell {
    /// The one bell of the file at `path`, for all who write to it in this process.
    pub(super) fn of(path: &Path) -> Self {
        static BELLS: Mutex<BTreeMap<PathBuf, Weak<Shared>>> = Mutex::new(BTreeMap::new());
        let name = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut bells = BELLS.lock().unwrap_or_else(PoisonError::into_inner);
        bells.retain(|_, bell| bell.strong_count() > 0);
        if let Some(shared) = bells.get(&name).and_then(Weak::upgrade) {
            return Self(shared);
        }
        let bell = Self::default();
        bells.insert(name, Arc::downgrade(&bell.0));
        bell
    }

    /// Wakes everybody who waits.
    pub fn ring(&self) {
        *self.rung() += 1;
        self.0.changed.notify_all();
    }

    /// How often it was rung.
    pub fn times(&self) -> u64 {
        *self.rung()
    }

    /// Waits until it was rung more than `times`, and for that long at most.
    pub fn wait(&self, times: u64, most: Duration) {
        let woken = self.0.changed.wait_timeout_while(self.rung(), most, |rung| *rung == times);
        // Rung or not: whoever waited looks.
        drop(woken);
    }

    fn rung(&self) -> MutexGuard<'_, u64> {
        self.0.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

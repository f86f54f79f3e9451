//! What a long call and another thread tell each other: to stop, and how far it is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::{Interrupter, StoreError, StoreErrorKind};

/// Stops a call that looks at it, and shows how far it is. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    raised: AtomicBool,
    done: AtomicU64,
    of: AtomicU64,
    calls: Mutex<Vec<Interrupter>>,
}

impl Stop {
    /// What raises it.
    pub fn interrupter(&self) -> Interrupter {
        let shared = Arc::clone(&self.0);
        Interrupter::new(move || {
            let calls = shared.calls.lock().unwrap_or_else(PoisonError::into_inner);
            shared.raised.store(true, Ordering::Relaxed);
            calls.iter().for_each(Interrupter::interrupt);
        })
    }

    /// The bytes that the call has read or copied, and of how many; `None` while it does neither.
    pub fn progress(&self) -> Option<(u64, u64)> {
        let of = self.0.of.load(Ordering::Relaxed);
        (of > 0).then(|| (self.0.done.load(Ordering::Relaxed), of))
    }

    /// Begins to count bytes, of so many.
    pub(crate) fn expects(&self, of: u64) {
        self.0.done.store(0, Ordering::Relaxed);
        self.0.of.store(of, Ordering::Relaxed);
    }

    /// So many more are done.
    pub(crate) fn advances(&self, by: u64) {
        self.0.done.fetch_add(by, Ordering::Relaxed);
    }

    /// Raising it interrupts this call too.
    pub(crate) fn also(&self, call: Interrupter) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call);
    }

    /// Forgets an interruption that came when nothing ran.
    pub(crate) fn begin(&self) {
        self.0.raised.store(false, Ordering::Relaxed);
    }

    /// Whether it was raised.
    pub(crate) fn is_raised(&self) -> bool {
        self.0.raised.load(Ordering::Relaxed)
    }

    /// Fails where it was raised.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.is_raised() {
            return Err(StoreError::new(StoreErrorKind::Interrupted, "the read was stopped"));
        }
        Ok(())
    }
}

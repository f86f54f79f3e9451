//! A flag that a running call looks at, and that another thread raises.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Interrupter, StoreError, StoreErrorKind};

/// Stops a call that looks at it. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// What raises it.
    pub fn interrupter(&self) -> Interrupter {
        let flag = Arc::clone(&self.0);
        Interrupter::new(move || flag.store(true, Ordering::Relaxed))
    }

    /// Forgets an interruption that came when nothing ran.
    pub(crate) fn begin(&self) {
        self.0.store(false, Ordering::Relaxed);
    }

    /// Fails where it was raised.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if self.0.load(Ordering::Relaxed) {
            return Err(StoreError::new(StoreErrorKind::Interrupted, "the read was stopped"));
        }
        Ok(())
    }
}

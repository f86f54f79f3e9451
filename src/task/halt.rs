//! A flag that ends what runs on another thread, and wakes it where it waits.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Ends what runs. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Halt(Arc<(Mutex<bool>, Condvar)>);

impl Halt {
    /// Ends it, after what is being done.
    pub fn raise(&self) {
        *self.flag() = true;
        self.0.1.notify_all();
    }

    /// Whether it is to end.
    pub fn is_raised(&self) -> bool {
        *self.flag()
    }

    /// Waits that long, or until it is raised; says whether it is.
    pub fn raised_within(&self, time: Duration) -> bool {
        let waited = self.0.1.wait_timeout_while(self.flag(), time, |raised| !*raised);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }

    fn flag(&self) -> MutexGuard<'_, bool> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_wakes_up_when_it_is_raised_and_not_before_its_time() {
        let halt = Halt::default();
        assert!(!halt.raised_within(Duration::from_millis(1)));
        let other = halt.clone();
        let waits = std::thread::spawn(move || other.raised_within(Duration::from_secs(3_600)));
        halt.raise();
        assert!(waits.join().unwrap() && halt.is_raised());
        assert!(halt.raised_within(Duration::from_secs(3_600)), "it stays raised");
    }
}

//! What a store tells by itself, brought into the loop: a thread of its own waits for it.
//!
//! It says no more than that something may have been written. What that was is seen by a look, as at every tick.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::update::Msg;
use crate::store::Bell;

/// Nobody has to wake up for this: it is only how long a wait is.
const LONG: Duration = Duration::from_secs(600);

/// Listens to a store until it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    bell: Bell,
    ended: Arc<AtomicBool>,
}

impl Listener {
    /// Sends a message each time the store has told something, however often it did meanwhile.
    pub(super) fn begin(bell: Bell, messages: Sender<Msg>) -> std::io::Result<Self> {
        let listener = Self { bell, ended: Arc::default() };
        let (bell, ended) = (listener.bell.clone(), Arc::clone(&listener.ended));
        std::thread::Builder::new().name("bell".to_owned()).spawn(move || {
            let mut heard = 0;
            while !ended.load(Ordering::Acquire) {
                bell.wait(heard, LONG);
                let times = bell.times();
                let is_news = std::mem::replace(&mut heard, times) != times;
                // The receiver is gone only when the screen ends.
                if is_news
                    && !ended.load(Ordering::Acquire)
                    && messages.blocking_send(Msg::StoreRang).is_err()
                {
                    return;
                }
            }
        })?;
        Ok(listener)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        self.bell.ring();
    }
}

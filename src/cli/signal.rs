//! Ctrl-C: the running command is asked to stop, the store's running call is interrupted, and whoever waits wakes up.

use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::store::{self, Interrupter};

/// Whether Ctrl-C was pressed. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Signal(Arc<Shared>);

#[derive(Default)]
struct Shared {
    stopped: Arc<AtomicBool>,
    calls: Mutex<Vec<Interrupter>>,
    woken: Condvar,
}

impl Signal {
    /// Listens from now on. Where the system gives no such signal, Ctrl-C ends the program as if nobody listened.
    pub(crate) fn listen(&self) {
        let heard = self.clone();
        let (ready, listens) = sync_channel(1);
        let wait = move || heard.wait_for(&ready);
        let _ = std::thread::Builder::new().name("ctrl-c".into()).spawn(wait);
        // Nothing is begun before Ctrl-C would end it as it should; a thread that cannot listen hangs up.
        let _ = listens.recv();
    }

    /// Interrupts this store's calls too.
    pub(crate) fn interrupts(&self, call: Interrupter) {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if self.is_stopped() {
            call.interrupt();
        }
        calls.push(call);
    }

    /// Whether Ctrl-C was pressed.
    pub(crate) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }

    /// The flag that is up once Ctrl-C was pressed.
    pub(crate) fn flag(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.stopped)
    }

    /// Waits for that long, or until Ctrl-C is pressed; says whether it was.
    pub(crate) fn stopped_within(&self, time: Duration) -> bool {
        let calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        // Whether it woke up for the signal, the time or nothing does not matter: the answer is read again.
        let woken = self.0.woken.wait_timeout_while(calls, time, |_| !self.is_stopped());
        drop(woken);
        self.is_stopped()
    }

    fn stop(&self) {
        let calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        self.0.stopped.store(true, Ordering::Relaxed);
        calls.iter().for_each(Interrupter::interrupt);
        self.0.woken.notify_all();
    }

    fn wait_for(&self, ready: &SyncSender<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let mut first = pin!(tokio::signal::ctrl_c());
            // Asked once, it listens.
            let begun = poll_fn(|context| Poll::Ready(first.as_mut().poll(context))).await;
            let _ = ready.send(());
            let heard = match begun {
                Poll::Ready(heard) => heard,
                Poll::Pending => first.await,
            };
            if heard.is_err() {
                return;
            }
            self.stop();
            // What does not heed the first one heeds nothing.
            if tokio::signal::ctrl_c().await.is_ok() {
                leave();
            }
        });
    }
}

#[expect(clippy::disallowed_methods, reason = "no command draws on the terminal's other screen")]
fn leave() -> ! {
    store::remove_leftovers();
    std::process::exit(super::failure::Status::Stopped as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stopping_wakes_whoever_waits_and_interrupts_the_store() {
        let signal = Signal::default();
        assert!(!signal.stopped_within(Duration::from_millis(1)));
        let called = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&called);
        signal.interrupts(Interrupter::new(move || seen.store(true, Ordering::Relaxed)));
        let other = signal.clone();
        let waits = std::thread::spawn(move || other.stopped_within(Duration::from_secs(60)));
        signal.stop();
        assert!(waits.join().unwrap());
        assert!(called.load(Ordering::Relaxed));

        // What begins after Ctrl-C does not run on.
        let late = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&late);
        signal.interrupts(Interrupter::new(move || seen.store(true, Ordering::Relaxed)));
        assert!(late.load(Ordering::Relaxed));
    }
}

//! Ctrl-C, and being told to end: the running command is asked to stop, the store's running call is interrupted, and
//! whoever waits wakes up.

#[cfg(unix)]
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};
#[cfg(unix)]
use std::task::Poll;
use std::time::Duration;

use super::failure::Status;
use crate::store::{self, Interrupter};

/// Whether Ctrl-C was pressed. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Signal(Arc<Shared>);

#[derive(Default)]
struct Shared {
    stopped: Arc<AtomicBool>,
    status: OnceLock<Status>,
    calls: Mutex<Vec<Interrupter>>,
    woken: Condvar,
}

impl Signal {
    /// Listens from now on. Where the system gives no such signal, Ctrl-C ends the program as if nobody listened.
    pub(crate) fn listen(&self) {
        self.listen_for(Told::Stop);
    }

    /// Listens for the other ways too in which somebody ends a program that would run on by itself.
    pub(crate) fn listen_for(&self, told: Told) {
        let heard = self.clone();
        let (ready, listens) = sync_channel(1);
        let wait = move || heard.wait_for(&ready, told);
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

    /// The exit status of whoever is stopped: by what was heard first.
    pub(crate) fn status(&self) -> Status {
        self.0.status.get().copied().unwrap_or(Status::Stopped)
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

    fn wait_for(&self, ready: &SyncSender<()>, told: Told) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Ok(mut ends) = Ends::listened_for(told) else { return };
            let _ = ready.send(());
            let Some(status) = ends.heard().await else { return };
            let _ = self.0.status.set(status);
            self.stop();
            // What does not heed the first one heeds nothing; a screen ends by itself.
            if ends.heard().await.is_some() && told != Told::Leave {
                leave(status);
            }
        });
    }
}

/// What is listened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// Ctrl-C alone.
    Stop,
    /// That, to end, and that the terminal is gone.
    End,
    /// The same, while a screen is drawn that listens itself and has the terminal.
    Leave,
}

/// The signals that are listened for.
#[cfg(unix)]
struct Ends(Vec<(tokio::signal::unix::Signal, Status)>);

#[cfg(unix)]
impl Ends {
    fn listened_for(told: Told) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![(SignalKind::interrupt(), Status::Stopped)];
        if told != Told::Stop {
            kinds.push((SignalKind::terminate(), Status::Terminated));
            kinds.push((SignalKind::hangup(), Status::HungUp));
        }
        let listen = |(kind, status)| Ok((signal(kind)?, status));
        kinds.into_iter().map(listen).collect::<Result<_, _>>().map(Self)
    }

    /// Waits for one of them, and says what it means; `None` where none can come any more.
    async fn heard(&mut self) -> Option<Status> {
        poll_fn(|context| {
            let polled =
                self.0.iter_mut().map(|(signal, status)| (signal.poll_recv(context), *status));
            let ready: Vec<Option<Status>> = polled
                .filter_map(|(polled, status)| match polled {
                    Poll::Ready(heard) => Some(heard.map(|()| status)),
                    Poll::Pending => None,
                })
                .collect();
            if ready.is_empty() {
                Poll::Pending
            } else {
                Poll::Ready(ready.into_iter().flatten().next())
            }
        })
        .await
    }
}

/// Ctrl-C, where it is all there is.
#[cfg(not(unix))]
struct Ends(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Ends {
    fn listened_for(_told: Told) -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn heard(&mut self) -> Option<Status> {
        self.0.recv().await.map(|()| Status::Stopped)
    }
}

#[expect(clippy::disallowed_methods, reason = "no command draws on the terminal's other screen")]
fn leave(status: Status) -> ! {
    store::remove_leftovers();
    std::process::exit(status as i32)
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

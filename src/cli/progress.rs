//! How far a long command is: a bar on standard error, only on a terminal, only when it takes longer than a glance.

use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::signal::Signal;
use crate::session::Watch;
use crate::store::Stop;

/// Work that takes less than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Watches one piece of work.
pub(crate) struct Progress {
    what: &'static str,
    begun: Instant,
    bar: Option<ProgressBar>,
    visible: bool,
    done: u64,
    signal: Signal,
}

impl Progress {
    /// Work called `what`, such as `reading events`; `visible` where a bar is wanted at all.
    pub(crate) fn new(what: &'static str, visible: bool, signal: Signal) -> Self {
        Self { what, begun: Instant::now(), bar: None, visible, done: 0, signal }
    }

    /// How much was done when it was told last.
    pub(crate) fn done(&self) -> u64 {
        self.done
    }

    fn show(&mut self, done: u64, of: Option<u64>) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(of, ProgressDrawTarget::stderr());
            let known = "{msg} {bar:24} {human_pos} of {human_len}  {eta} left";
            let unknown = "{msg} {spinner} {human_pos}";
            let template = if of.is_some() { known } else { unknown };
            bar.set_style(style(template));
            bar.set_message(self.what);
            bar
        });
        if let Some(of) = of {
            bar.set_length(of);
        }
        bar.set_position(done);
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.expect("the template is well formed").progress_chars("━━╌")
}

/// Shows that `work`, which tells nothing of itself, goes on.
pub(crate) fn meanwhile<T>(what: &'static str, visible: bool, work: impl FnOnce() -> T) -> T {
    told_by(what, visible, &Stop::default(), work)
}

/// Shows how far `work` is, which tells `stop` where it reads or copies bytes.
pub(crate) fn told_by<T>(
    what: &'static str,
    visible: bool,
    stop: &Stop,
    work: impl FnOnce() -> T,
) -> T {
    if !visible {
        return work();
    }
    let done = (Mutex::new(false), Condvar::new());
    std::thread::scope(|scope| {
        scope.spawn(|| turn(what, stop, &done));
        // A panic in the work must not leave the other thread turning.
        let _end = End(&done);
        work()
    })
}

struct End<'a>(&'a (Mutex<bool>, Condvar));

impl Drop for End<'_> {
    fn drop(&mut self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }
}

fn turn(what: &'static str, stop: &Stop, (done, told): &(Mutex<bool>, Condvar)) {
    let mut bar: Option<ProgressBar> = None;
    let mut of = 0;
    let mut wait = PATIENCE;
    loop {
        let guard = done.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = told.wait_timeout_while(guard, wait, |done| !*done);
        if *waited.unwrap_or_else(PoisonError::into_inner).0 {
            break;
        }
        wait = Duration::from_millis(120);
        let (count, all) = stop.progress().unwrap_or_default();
        let bar = bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            bar.set_style(style("{msg} {spinner}"));
            bar.set_message(what);
            bar
        });
        if of != all {
            of = all;
            bar.set_style(style("{msg} {bar:24} {bytes} of {total_bytes}"));
            bar.set_length(all);
        }
        bar.set_position(count);
        bar.tick();
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

impl Watch for Progress {
    fn progress(&mut self, done: u64, of: Option<u64>) {
        self.done = done;
        if self.visible && self.begun.elapsed() > PATIENCE {
            self.show(done, of);
        }
    }

    fn cancelled(&self) -> bool {
        self.signal.is_stopped()
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_done_once_and_its_end_is_the_end() {
        assert_eq!(meanwhile("counting", false, || 3), 3);
        assert_eq!(meanwhile("counting", true, || 4), 4);
        let panics = || meanwhile("counting", true, || -> u8 { panic!("a test of the way out") });
        assert!(std::panic::catch_unwind(panics).is_err());
    }
}

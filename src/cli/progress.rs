//! How far a long command is: a bar on standard error, only on a terminal, only when it takes longer than a glance.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::signal::Signal;
use crate::session::Watch;

/// Work that takes less than this shows nothing.
const PATIENCE: Duration = Duration::from_millis(400);

/// Watches one piece of work.
pub(crate) struct Progress {
    what: &'static str,
    begun: Instant,
    bar: Option<ProgressBar>,
    visible: bool,
    signal: Signal,
}

impl Progress {
    /// Work called `what`, such as `reading events`; `visible` where a bar is wanted at all.
    pub(crate) fn new(what: &'static str, visible: bool, signal: Signal) -> Self {
        Self { what, begun: Instant::now(), bar: None, visible, signal }
    }

    fn show(&mut self, done: u64, of: Option<u64>) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(of, ProgressDrawTarget::stderr());
            let known = "{msg} {bar:24} {human_pos} of {human_len}  {eta} left";
            let unknown = "{msg} {spinner} {human_pos}";
            let template = if of.is_some() { known } else { unknown };
            bar.set_style(
                ProgressStyle::with_template(template)
                    .expect("the template is well formed")
                    .progress_chars("━━╌"),
            );
            bar.set_message(self.what);
            bar
        });
        if let Some(of) = of {
            bar.set_length(of);
        }
        bar.set_position(done);
    }
}

impl Watch for Progress {
    fn progress(&mut self, done: u64, of: Option<u64>) {
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

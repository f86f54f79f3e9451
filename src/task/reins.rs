//! A lane that a test holds: it begins a job, and goes on with one it began, only when it is let.
//!
//! So what happens between two keys does not depend on how busy the machine is.

use std::sync::{MutexGuard, PoisonError};

use super::{Lane, Queue, Shared};

/// What a lane may do before it waits to be let again.
#[derive(Debug)]
pub(super) struct Gate {
    /// How many jobs it may begin.
    pub(super) begin: usize,
    /// How many of those that it began it may go on with.
    run: usize,
    /// Whether one that was begun waits.
    halted: bool,
}

impl Default for Gate {
    fn default() -> Self {
        Self { begin: usize::MAX, run: usize::MAX, halted: false }
    }
}

impl<C, S: Copy + Eq, A> Shared<C, S, A> {
    /// A job was begun: waits until it may go on.
    pub(super) fn halt(&self, mut queue: MutexGuard<'_, Queue<C, S, A>>) {
        queue.gate.begin -= 1;
        queue.gate.halted = true;
        while queue.gate.run == 0 && !queue.closed {
            queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        queue.gate.halted = false;
        queue.gate.run = queue.gate.run.saturating_sub(1);
    }
}

impl<C, S, A> Lane<C, S, A>
where
    C: Send + 'static,
    S: Copy + Eq + Send + 'static,
    A: Send + 'static,
{
    /// From now on it begins so many jobs, and goes on with so many.
    pub(crate) fn let_go(&self, begin: usize, run: usize) {
        let mut queue = self.shared.lock();
        (queue.gate.begin, queue.gate.run) = (begin, run);
        self.shared.wake.notify_one();
    }

    /// Whether it has nothing more to do that it may.
    pub(crate) fn is_still(&self) -> bool {
        let queue = self.shared.lock();
        if queue.running.is_some() {
            return queue.gate.halted && queue.gate.run == 0;
        }
        queue.waiting.is_empty() || queue.gate.begin == 0
    }

    /// Whether there is a job that it could begin or go on with.
    pub(crate) fn has_work(&self) -> bool {
        let queue = self.shared.lock();
        queue.running.is_some() || !queue.waiting.is_empty()
    }
}

//! Background lanes: a thread each, that owns what it works with and does one job at a time.
//!
//! Jobs are issued by slot, and only the newest of a slot counts: it takes the place of one that waits, and may cancel
//! one that runs. What a job says carries the generation it was issued with, so that the receiver can drop what it no
//! longer wants. A queue is never longer than there are slots. A [`Halt`] ends what runs on by itself. Nothing here knows a
//! store, a screen or a terminal.

mod halt;
#[cfg(test)]
mod reins;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

pub use halt::Halt;

/// What comes out of a lane.
#[derive(Debug)]
pub enum Report<S, A> {
    /// A job said something while it runs on.
    Progress(Said<S, A>),
    /// A job's last word.
    Done(Said<S, A>),
    /// The lane's thread panicked and is gone.
    Lost,
}

/// One answer and what it answers.
#[derive(Debug)]
pub struct Said<S, A> {
    /// The slot of the job.
    pub slot: S,
    /// The generation the job was issued with.
    pub generation: u64,
    /// What it says.
    pub answer: A,
    /// What the job has cost so far.
    pub spent: Spent,
}

/// What a job costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// Time that passed since it was begun.
    pub wall: Duration,
    /// Time that a processor worked for it.
    pub cpu: Duration,
}

impl Spent {
    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { wall: self.wall + other.wall, cpu: self.cpu + other.cpu }
    }
}

/// When a job was begun on this thread: on the clock, and in the time that a processor worked for the thread.
#[derive(Clone, Copy)]
struct Begun(Instant, Duration);

impl Begun {
    fn now() -> Self {
        Self(Instant::now(), cpu())
    }

    fn spent(self) -> Spent {
        Spent { wall: self.0.elapsed(), cpu: cpu().saturating_sub(self.1) }
    }
}

/// The time that a processor worked for this thread.
fn cpu() -> Duration {
    // Zero where the system has no such clock.
    clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map_or(Duration::ZERO, Duration::from)
}

/// What a lane does at a moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing<S> {
    /// The job that runs: its slot and its generation.
    pub running: Option<(S, u64)>,
    /// Those that wait, in the order in which they will run.
    pub waiting: Vec<(S, u64)>,
}

/// What happens to a running job of the same slot when a newer one is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Running {
    /// It is told to stop: nobody wants its answer any more.
    Cancel,
    /// It may finish: its answer is still worth seeing.
    Finish,
}

/// What a lane does once when no job has come for a while.
pub struct Rest<C> {
    /// How long a while is.
    pub after: Duration,
    /// What it does.
    pub with: fn(&mut C),
}

/// Stops what a running job waits for, such as a query.
pub type Stop = Box<dyn Fn() + Send>;

type Job<C, S, A> = Box<dyn FnOnce(&mut C, &Ticket<'_, C, S, A>) -> A + Send>;
type Sink<S, A> = Box<dyn Fn(Report<S, A>) + Send>;

struct Waiting<C, S, A> {
    slot: S,
    generation: u64,
    job: Job<C, S, A>,
}

enum Next<C, S, A> {
    Job(Waiting<C, S, A>),
    Rest,
    Closed,
}

struct Queue<C, S, A> {
    waiting: VecDeque<Waiting<C, S, A>>,
    running: Option<(S, u64)>,
    stop: Option<Stop>,
    closed: bool,
    #[cfg(test)]
    gate: reins::Gate,
}

struct Shared<C, S, A> {
    queue: Mutex<Queue<C, S, A>>,
    wake: Condvar,
    cancelled: AtomicBool,
    queued: AtomicUsize,
}

impl<C, S: Copy + Eq, A> Shared<C, S, A> {
    fn lock(&self) -> MutexGuard<'_, Queue<C, S, A>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the running job to stop if it is one of `slot`. The lock is held: no other job can take its place meanwhile.
    fn stop(&self, queue: &Queue<C, S, A>, slot: Option<S>) {
        let Some((running, _)) = queue.running else { return };
        if slot.is_some_and(|slot| slot != running) {
            return;
        }
        self.cancelled.store(true, Ordering::Release);
        if let Some(stop) = &queue.stop {
            stop();
        }
    }

    /// The next job, or what there is to do without one; at `rest` it is time to rest.
    fn next(&self, rest: Option<Instant>) -> Next<C, S, A> {
        let mut queue = self.lock();
        queue.running = None;
        loop {
            if queue.closed {
                return Next::Closed;
            }
            #[cfg(test)]
            if queue.gate.begin == 0 && !queue.waiting.is_empty() {
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            if let Some(next) = queue.waiting.pop_front() {
                self.queued.store(queue.waiting.len(), Ordering::Release);
                self.cancelled.store(false, Ordering::Release);
                queue.running = Some((next.slot, next.generation));
                #[cfg(test)]
                self.halt(queue);
                return Next::Job(next);
            }
            let Some(rest) = rest else {
                queue = self.wake.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = rest.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Next::Rest;
            }
            let waited = self.wake.wait_timeout(queue, left);
            queue = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

/// What a running job may ask and say.
pub struct Ticket<'a, C, S, A> {
    shared: &'a Shared<C, S, A>,
    sink: &'a Sink<S, A>,
    slot: S,
    generation: u64,
    begun: Begun,
}

impl<C, S: Copy + Eq, A> Ticket<'_, C, S, A> {
    /// Whether nobody wants this job's answer any more.
    pub fn cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Acquire)
    }

    /// Whether another job waits for this one to end: long work then gives way and is issued again.
    pub fn wanted(&self) -> bool {
        self.shared.queued.load(Ordering::Acquire) > 0
    }

    /// Says something before the end.
    pub fn progress(&self, answer: A) {
        let spent = self.begun.spent();
        let said = Said { slot: self.slot, generation: self.generation, answer, spent };
        (self.sink)(Report::Progress(said));
    }

    /// Names what cancelling has to stop, for this job and all that follow.
    pub fn stop_with(&self, stop: Stop) {
        self.shared.lock().stop = Some(stop);
    }
}

/// A thread with a context `C`, slots `S` and answers `A`.
///
/// Dropping it cancels what runs, forgets what waits and ends the thread; whoever receives the reports must have
/// stopped doing so before, or still be receiving.
pub struct Lane<C, S, A> {
    shared: Arc<Shared<C, S, A>>,
    thread: Option<JoinHandle<()>>,
}

impl<C, S, A> Lane<C, S, A>
where
    C: Send + 'static,
    S: Copy + Eq + Send + 'static,
    A: Send + 'static,
{
    /// Starts the thread; `sink` is called there with every report, and `rest` is done there.
    pub fn spawn(
        name: &str,
        mut context: C,
        rest: Option<Rest<C>>,
        sink: impl Fn(Report<S, A>) + Send + 'static,
    ) -> std::io::Result<Self> {
        let queue = Queue {
            waiting: VecDeque::new(),
            running: None,
            stop: None,
            closed: false,
            #[cfg(test)]
            gate: reins::Gate::default(),
        };
        let shared = Arc::new(Shared {
            queue: Mutex::new(queue),
            wake: Condvar::new(),
            cancelled: AtomicBool::new(false),
            queued: AtomicUsize::new(0),
        });
        let on_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let last_words = LastWords(Box::new(sink));
            let mut rest_at = None;
            loop {
                let Waiting { slot, generation, job } = match (on_thread.next(rest_at), &rest) {
                    (Next::Job(job), _) => job,
                    (Next::Rest, Some(rest)) => {
                        (rest.with)(&mut context);
                        rest_at = None;
                        continue;
                    }
                    (Next::Rest, None) | (Next::Closed, _) => break,
                };
                let (shared, sink, begun) = (&on_thread, &last_words.0, Begun::now());
                let ticket = Ticket { shared, sink, slot, generation, begun };
                let answer = job(&mut context, &ticket);
                let spent = begun.spent();
                (last_words.0)(Report::Done(Said { slot, generation, answer, spent }));
                rest_at = rest.as_ref().map(|rest| Instant::now() + rest.after);
            }
        })?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Issues a job. Returns how many waiting jobs it took the place of: none or one.
    pub fn issue(
        &self,
        slot: S,
        generation: u64,
        running: Running,
        job: impl FnOnce(&mut C, &Ticket<'_, C, S, A>) -> A + Send + 'static,
    ) -> usize {
        let mut queue = self.shared.lock();
        let before = queue.waiting.len();
        queue.waiting.retain(|waiting| waiting.slot != slot);
        let replaced = before - queue.waiting.len();
        queue.waiting.push_back(Waiting { slot, generation, job: Box::new(job) });
        self.shared.queued.store(queue.waiting.len(), Ordering::Release);
        if running == Running::Cancel {
            self.shared.stop(&queue, Some(slot));
        }
        self.shared.wake.notify_one();
        replaced
    }

    /// What it does at this moment.
    pub fn standing(&self) -> Standing<S> {
        let queue = self.shared.lock();
        let waiting = queue.waiting.iter().map(|waiting| (waiting.slot, waiting.generation));
        Standing { running: queue.running, waiting: waiting.collect() }
    }

    /// Cancels the jobs of a slot. Returns how many were waiting; a running one still has its last word.
    pub fn cancel(&self, slot: S) -> usize {
        let mut queue = self.shared.lock();
        let before = queue.waiting.len();
        queue.waiting.retain(|waiting| waiting.slot != slot);
        self.shared.queued.store(queue.waiting.len(), Ordering::Release);
        self.shared.stop(&queue, Some(slot));
        before - queue.waiting.len()
    }
}

impl<C, S, A> Drop for Lane<C, S, A> {
    fn drop(&mut self) {
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.closed = true;
            queue.waiting.clear();
            self.shared.cancelled.store(true, Ordering::Release);
            if let (Some(_), Some(stop)) = (&queue.running, &queue.stop) {
                stop();
            }
            self.shared.wake.notify_all();
        }
        if let Some(thread) = self.thread.take() {
            // A panic on the thread has been reported as `Lost`.
            let _ = thread.join();
        }
    }
}

struct LastWords<S, A>(Sink<S, A>);

impl<S, A> Drop for LastWords<S, A> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            (self.0)(Report::Lost);
        }
    }
}

#[cfg(test)]
mod tests;

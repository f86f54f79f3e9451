//! Several projections side by side, on no more threads than are allowed.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::task::{End, Task, Told, Turn};
use crate::store::StoreError;
use crate::task::Halt;
use crate::text::jq::with_room;

/// How projections are run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads, at most.
    pub threads: usize,
    /// Whether they go on as events come, and wait where they are paused or an event stopped them.
    pub follow: bool,
}

/// How often it is looked whether there are new events, at first and at last.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// How often it is looked whether a projection goes on that is paused or stopped.
const PAUSED: Duration = Duration::from_millis(100);

/// A task, when its turn is, and how long it rested last.
struct Due {
    at: Instant,
    rest: Duration,
    task: Box<Task>,
}

/// Tasks that wait for their turn, and how many have it.
#[derive(Default)]
struct Pool {
    waiting: Vec<Due>,
    running: usize,
}

/// What there is to do for a thread.
enum Pick {
    Turn(Due),
    Wait(Duration),
    Nothing,
}

impl Pool {
    fn pick(&mut self) -> Pick {
        let first = self.waiting.iter().enumerate().min_by_key(|(_, due)| due.at);
        let Some((place, due)) = first else {
            return if self.running == 0 { Pick::Nothing } else { Pick::Wait(LOOKS.1) };
        };
        let wait = due.at.saturating_duration_since(Instant::now());
        if !wait.is_zero() {
            return Pick::Wait(wait);
        }
        self.running += 1;
        Pick::Turn(self.waiting.swap_remove(place))
    }
}

/// Runs them until each has ended, `halt` is raised or the store fails. `told` hears of each by name, on this thread.
pub fn run(
    tasks: Vec<Task>,
    options: Options,
    halt: &Halt,
    mut told: impl FnMut(&str, Told),
) -> Result<(), StoreError> {
    let now = Instant::now();
    let threads = options.threads.clamp(1, tasks.len().max(1));
    let due = |task| Due { at: now, rest: Duration::ZERO, task: Box::new(task) };
    let pool = Mutex::new(Pool { waiting: tasks.into_iter().map(due).collect(), running: 0 });
    let failure = Mutex::new(None);
    std::thread::scope(|scope| {
        let (say, hear) = sync_channel(64);
        for _ in 0..threads {
            let (say, pool, failure) = (say.clone(), &pool, &failure);
            scope.spawn(move || {
                // What is declared in jq asks two questions an event: a stack for each would be half of its time.
                if let Err(error) = with_room(|| work(pool, options, halt, &say)) {
                    lock(failure).get_or_insert(error);
                    halt.raise();
                }
            });
        }
        drop(say);
        for (name, what) in hear {
            told(&name, what);
        }
    });
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One thread: takes whose turn it is, until there is nobody.
fn work(
    pool: &Mutex<Pool>,
    options: Options,
    halt: &Halt,
    say: &SyncSender<(String, Told)>,
) -> Result<(), StoreError> {
    while !halt.is_raised() {
        let pick = lock(pool).pick();
        let mut due = match pick {
            Pick::Nothing => break,
            Pick::Wait(time) => {
                halt.raised_within(time);
                continue;
            }
            Pick::Turn(due) => due,
        };
        let turned = turns(&mut due, options, halt);
        let name = due.task.name().to_owned();
        for told in due.task.told() {
            let _ = say.send((name.clone(), told));
        }
        let mut pool = lock(pool);
        pool.running -= 1;
        match turned {
            Ok(None) => pool.waiting.push(due),
            Ok(Some(end)) => {
                drop(pool);
                let _ = say.send((name, Told::Ended(end)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Turns that one task may take in a row before others have theirs.
const TURNS: u32 = 2_000;

/// Lets a task work until it has nothing to do, or long enough; says how it ended, where it did.
fn turns(due: &mut Due, options: Options, halt: &Halt) -> Result<Option<End>, StoreError> {
    for _ in 0..TURNS {
        if halt.is_raised() {
            break;
        }
        let turn = match due.task.turn() {
            // Whoever raised it interrupted the store too.
            Err(error) if error.is_interrupted() && halt.is_raised() => break,
            turn => turn?,
        };
        let rest = match turn {
            Turn::More => {
                due.rest = Duration::ZERO;
                continue;
            }
            Turn::Wait(until) => until.saturating_sub(due.task.elapsed()),
            Turn::Ended(end) => return Ok(Some(end)),
            Turn::Rest if !options.follow => return Ok(Some(End::CaughtUp)),
            Turn::Paused if !options.follow => return Ok(Some(End::Paused)),
            Turn::Stopped(poison) if !options.follow => return Ok(Some(End::Stopped(poison))),
            Turn::Rest => {
                due.task.look();
                (due.rest * 2).clamp(LOOKS.0, LOOKS.1)
            }
            Turn::Paused | Turn::Stopped(_) => PAUSED,
        };
        due.at = Instant::now() + rest;
        due.rest = rest;
        return Ok(None);
    }
    due.at = Instant::now();
    Ok(None)
}

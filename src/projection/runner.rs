//! What carries a projection through a store: a machine that says what it needs next, and is given it.
//!
//! It reads no store and no clock, and never waits: whoever drives it does. Dropped at any moment, nothing is lost but
//! work that was not written down.

use std::collections::VecDeque;
use std::time::Duration;

use smol_str::SmolStr;

use super::rows::Ledger;
use super::{ApplyError, OnError, Policy, Projector};
use crate::model::{Event, Payload, Position, Timestamp};
use crate::store::own::{DeadLetter, MadeBy, RowChange, Step};

/// The moment at which a runner is asked.
#[derive(Clone, Copy, Debug)]
pub struct Now {
    /// On a clock that only goes forward, whatever it counts from.
    pub elapsed: Duration,
    /// What a clock on the wall says.
    pub time: Timestamp,
}

/// What a runner needs.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Up to `limit` events after a position: [`Runner::read`].
    Read {
        /// The position.
        after: Position,
        /// How many at most.
        limit: usize,
    },
    /// A row: [`Runner::fetched`].
    Fetch(SmolStr),
    /// [`Runner::step`] to be written down: [`Runner::written`] or [`Runner::place`].
    Write,
    /// Time: an event failed and is tried again then, on the clock that only goes forward. What failed is said once.
    Wait(Duration, Option<Poison>),
    /// Nothing: everything that was there is done, and [`Runner::look`] makes it ask for more.
    Rest,
    /// Nothing: an event stopped it.
    Stopped(Poison),
}

/// An event that cannot be applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Poison {
    /// Its position.
    pub position: Position,
    /// Why.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
}

impl std::fmt::Display for Poison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { position, error, attempts } = self;
        let plural = if *attempts == 1 { "" } else { "s" };
        write!(f, "event {position} after {attempts} attempt{plural}: {error}")
    }
}

impl Poison {
    /// What was written down of one, read again; `None` where somebody else wrote it.
    pub fn read(text: &str) -> Option<Self> {
        let (place, error) = text.strip_prefix("event ")?.split_once(": ")?;
        let (position, attempts) = place.split_once(" after ")?;
        let (attempts, word) = attempts.split_once(' ')?;
        let poison = Self {
            position: Position(position.parse().ok()?),
            error: error.to_owned(),
            attempts: attempts.parse().ok()?,
        };
        word.starts_with("attempt").then_some(poison)
    }
}

/// What a batch grows to at most, where it grows.
const LARGEST: usize = 10_000;

/// A projection on its way.
pub struct Runner {
    projector: Projector,
    policy: Policy,
    generation: u64,
    /// Where its checkpoint is, and where it will be.
    from: Position,
    to: Position,
    waiting: VecDeque<Event>,
    is_at_end: bool,
    batch: Batch,
    trouble: Option<Trouble>,
    /// No page is asked for before.
    not_before: Duration,
}

/// What is applied and not written down.
#[derive(Default)]
struct Batch {
    ledger: Ledger,
    changes: Vec<RowChange>,
    dead_letters: Vec<DeadLetter>,
    events: usize,
    begun: Option<Duration>,
}

/// The next event has failed.
struct Trouble {
    poison: Poison,
    until: Duration,
    /// It is not tried again.
    is_final: bool,
    /// Whoever drives knows of it.
    is_said: bool,
}

impl std::fmt::Debug for Runner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Runner")
            .field("projector", &self.projector)
            .field("generation", &self.generation)
            .field("from", &self.from)
            .field("to", &self.to)
            .finish_non_exhaustive()
    }
}

impl Runner {
    /// Goes on after `position` with the rows of `generation`.
    pub fn new(
        projector: impl Into<Projector>,
        policy: Policy,
        generation: u64,
        position: Position,
    ) -> Self {
        Self {
            projector: projector.into(),
            policy,
            generation,
            from: position,
            to: position,
            waiting: VecDeque::new(),
            is_at_end: false,
            batch: Batch::default(),
            trouble: None,
            not_before: Duration::ZERO,
        }
    }

    /// The projection's name.
    pub fn name(&self) -> &str {
        self.projector.name()
    }

    /// What stands beside the rows that it makes.
    pub fn made_by(&self) -> MadeBy {
        self.projector.made_by()
    }

    /// Whose rows it works on.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The last position that is written down.
    pub fn position(&self) -> Position {
        self.from
    }

    /// What it needs at this moment, after it has done what it can do by itself.
    pub fn next(&mut self, now: Now) -> Next {
        loop {
            if let Some(trouble) = &mut self.trouble {
                // Each failed attempt is said, also where its time is over by then.
                let waits = now.elapsed < trouble.until || !trouble.is_said;
                // What is done does not wait for what cannot be.
                if (trouble.is_final || waits) && self.to > self.from {
                    return self.write();
                }
                if trouble.is_final {
                    return Next::Stopped(trouble.poison.clone());
                }
                if waits {
                    let news = !std::mem::replace(&mut trouble.is_said, true);
                    return Next::Wait(trouble.until, news.then(|| trouble.poison.clone()));
                }
            }
            if self.is_full(now) {
                return self.write();
            }
            let Some(event) = self.waiting.pop_front() else {
                return match (self.is_at_end, self.to > self.from) {
                    (true, true) => self.write(),
                    (true, false) => Next::Rest,
                    (false, _) if now.elapsed < self.not_before => {
                        Next::Wait(self.not_before, None)
                    }
                    (false, _) => Next::Read { after: self.to, limit: self.policy.events.max(1) },
                };
            };
            if let Some(key) = self.take(event, now) {
                return Next::Fetch(key);
            }
        }
    }

    /// The events that were asked for; fewer than that are all there are.
    pub fn read(&mut self, events: Vec<Event>) {
        self.is_at_end = events.len() < self.policy.events.max(1);
        self.waiting.extend(events);
    }

    /// The row that was asked for, as it is written down.
    pub fn fetched(&mut self, key: SmolStr, row: Option<&Payload>) {
        self.batch.ledger.fetched(key, row);
    }

    /// What is to be written down.
    pub fn step(&self, now: Now) -> Step<'_> {
        Step {
            name: self.projector.name(),
            generation: self.generation,
            from: self.from,
            to: self.to,
            changes: &self.batch.changes,
            dead_letters: &self.batch.dead_letters,
            settled: &[],
            time: now.time,
        }
    }

    /// It is written down; returns how many events it was.
    pub fn written(&mut self, now: Now) -> u64 {
        self.from = self.to;
        self.not_before = now.elapsed + self.policy.apart;
        self.batch.ledger.written();
        self.batch.changes.clear();
        self.batch.dead_letters.clear();
        self.batch.begun = None;
        std::mem::take(&mut self.batch.events) as u64
    }

    /// Forgets all that is not written down, and goes on from elsewhere: another runner was faster.
    pub fn place(&mut self, generation: u64, position: Position) {
        let (projector, policy) = (self.projector.clone(), self.policy.clone());
        *self = Self::new(projector, policy, generation, position);
    }

    /// Takes twice as much at a time from now on, up to a bound.
    pub fn grow(&mut self) {
        let twice = self.policy.events.saturating_mul(2).min(LARGEST);
        self.policy.events = self.policy.events.max(twice);
    }

    /// There may be more than there was.
    pub fn look(&mut self) {
        self.is_at_end = false;
    }

    fn is_full(&self, now: Now) -> bool {
        let late = |begun| now.elapsed.saturating_sub(begun) >= self.policy.within;
        self.batch.events >= self.policy.events.max(1) || self.batch.begun.is_some_and(late)
    }

    fn write(&mut self) -> Next {
        self.batch.changes = self.batch.ledger.changes();
        Next::Write
    }

    /// Applies one event; returns the row that it needs for that, if any.
    fn take(&mut self, event: Event, now: Now) -> Option<SmolStr> {
        let position = event.position.expect("foldback's own store gives each event a position");
        let mut dead = None;
        match self.projector.apply(&mut self.batch.ledger, &event) {
            Ok(()) => {}
            Err(ApplyError::Absent(key)) => {
                self.waiting.push_front(event);
                return Some(key);
            }
            Err(ApplyError::Failed(error)) => {
                let poison = self.failed(position, error);
                let given_up = poison.attempts >= self.policy.attempts.max(1);
                if !given_up || self.policy.on_error == OnError::Stop {
                    let wait = self.policy.wait(poison.attempts, position);
                    let until = now.elapsed + wait;
                    self.trouble =
                        Some(Trouble { poison, until, is_final: given_up, is_said: false });
                    self.waiting.push_front(event);
                    return None;
                }
                dead = Some(poison);
            }
        }
        self.trouble = None;
        self.to = position;
        self.batch.events += 1;
        self.batch.begun.get_or_insert(now.elapsed);
        if let Some(Poison { position, error, attempts }) = dead {
            let failed = now.time;
            self.batch.dead_letters.push(DeadLetter { position, error, attempts, failed });
        }
        None
    }

    fn failed(&mut self, position: Position, error: String) -> Poison {
        let before = self.trouble.take().map_or(0, |trouble| trouble.poison.attempts);
        Poison { position, error, attempts: before + 1 }
    }
}

#[cfg(test)]
mod tests;

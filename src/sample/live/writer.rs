//! The thread that writes: so many events a second of the shop's story, and the projections that follow them.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::Onwards;
use super::Shared;
use crate::model::{Position, Timestamp, Version};
use crate::store::own::{Expected, NewEvent, OwnStore};
use crate::store::{OpenOptions, StoreError, open};

/// How often the writer looks what is to be done, at most and at least.
const LOOKS: (Duration, Duration) = (Duration::from_millis(20), Duration::from_millis(500));
/// Events that nobody could write in time are let go beyond this much time: a computer that slept is no newsletter.
const BACKLOG: Duration = Duration::from_secs(1);
/// Each telling of the story is the same.
const SEED: u64 = 10;

/// Writes what happens after the recording.
pub(super) struct Writer {
    store: OwnStore,
    story: Onwards,
    projections: Projections,
    rate: f64,
}

impl Writer {
    /// Opens the store to write on in it.
    pub(super) fn open(path: &Path, rate: f64) -> Result<Self, StoreError> {
        let store = OwnStore::open(path)?;
        store.is_fleeting()?;
        let projections = Projections::of(path)?;
        Ok(Self { store, story: Onwards::after_the_shop(SEED), projections, rate })
    }

    /// The newest position.
    pub(super) fn head(&self) -> Position {
        self.projections.head
    }

    /// Writes until it is stopped, or cannot.
    pub(super) fn run(&mut self, shared: &Arc<Shared>) {
        let look = Duration::from_secs_f64(1.0 / self.rate).clamp(LOOKS.0, LOOKS.1);
        let most = (self.rate * BACKLOG.as_secs_f64()).max(1.0);
        let mut due = 0.0;
        let mut last = Instant::now();
        while !shared.stopped_within(look) {
            let now = Instant::now();
            due = (due + self.rate * (now - last).as_secs_f64()).min(most);
            last = now;
            let events = due as u64;
            due -= events as f64;
            let written = self.write(events);
            let mut state = shared.state();
            match written {
                Ok(()) => state.written += events,
                Err(error) => {
                    state.failed = Some(error);
                    return;
                }
            }
        }
    }

    fn write(&mut self, events: u64) -> Result<(), StoreError> {
        for _ in 0..events {
            let event = self.story.next(chrono::Utc::now());
            let expected = Expected::Exactly(Version(event.version.0 - 1));
            let key = event.key();
            let new = NewEvent {
                event_type: event.event_type,
                id: event.id,
                time: event.time,
                schema: event.schema,
                data: event.data,
                metadata: event.metadata,
            };
            let appended = self.store.append(&key, &[new], expected)?;
            if let Some(position) = appended.position {
                self.projections.head = position;
            }
        }
        self.projections.follow(&mut self.store, chrono::Utc::now())
    }
}

/// The shop's projections: one keeps up, one comes late, one is still reading everything again, and the one that stands
/// goes on standing.
struct Projections {
    head: Position,
    order_list: Position,
    search_index: Position,
    stock_levels: Position,
    /// Where the head was when, for the one that comes late.
    seen: VecDeque<(Timestamp, Position)>,
    /// When the one that reads everything again took its last portion.
    portion: Option<Timestamp>,
}

/// How late the late one is, and how much the other one reads how often.
const LATE: chrono::TimeDelta = chrono::TimeDelta::seconds(4);
const PORTION: (i64, chrono::TimeDelta) = (60, chrono::TimeDelta::seconds(1));

impl Projections {
    /// As the store has them.
    fn of(path: &Path) -> Result<Self, StoreError> {
        let mut store = open(path, &OpenOptions::default())?;
        let head = store.head()?.position.unwrap_or(Position(0));
        let checkpoints = store.checkpoints()?;
        let position = |name: &str| {
            let found = checkpoints.iter().find(|one| one.name == name);
            found.and_then(|one| one.position).unwrap_or(head)
        };
        Ok(Self {
            head,
            order_list: position("order-list"),
            search_index: position("search-index"),
            stock_levels: position("stock-levels"),
            seen: VecDeque::new(),
            portion: None,
        })
    }

    /// Moves those that move.
    fn follow(&mut self, store: &mut OwnStore, now: Timestamp) -> Result<(), StoreError> {
        if self.order_list < self.head {
            store.move_checkpoint("order-list", self.head, "running", &now)?;
            self.order_list = self.head;
        }
        if self.seen.back().is_none_or(|(_, head)| *head < self.head) {
            self.seen.push_back((now, self.head));
        }
        let mut late = None;
        while let Some((_, head)) = self.seen.front().filter(|(then, _)| now - *then >= LATE) {
            late = Some(*head);
            self.seen.pop_front();
        }
        if let Some(late) = late.filter(|late| *late > self.stock_levels) {
            store.move_checkpoint("stock-levels", late, "running", &now)?;
            self.stock_levels = late;
        }
        let is_time = self.portion.is_none_or(|last| now - last >= PORTION.1);
        if is_time && self.search_index < self.head {
            let reached = Position(self.search_index.0 + PORTION.0).min(self.head);
            let status = if reached == self.head { "running" } else { "rebuilding" };
            store.move_checkpoint("search-index", reached, status, &now)?;
            (self.search_index, self.portion) = (reached, Some(now));
        }
        Ok(())
    }
}

//! What comes after a place in a store, told in order and at least once to whoever waits for it.
//!
//! Events are told after their commit, never before: they are read from the store. Writers of the same process say that
//! something is there by a [`Bell`]; what other processes write is found by looking, and looking again.

use std::time::{Duration, Instant};

use super::{Bell, EventQuery, EventStore, Interrupter, Stop, StoreError};
use crate::model::{Event, Position};

/// How long nothing is looked at after nothing was found: longer each time, between these two.
const LOOKS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(320));

/// Reads everything after a position, and waits for more.
pub struct Subscription {
    store: Box<dyn EventStore>,
    bell: Bell,
    stop: Stop,
    after: Position,
    looks: (Duration, Duration),
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("after", &self.after).finish_non_exhaustive()
    }
}

impl Subscription {
    /// Tells what comes after a position of `store`; `bell` is rung by who writes to it in this process, and `stop` ends
    /// the waiting.
    pub fn new(store: Box<dyn EventStore>, after: Position, bell: Bell, stop: &Stop) -> Self {
        let woken = bell.clone();
        stop.also(Interrupter::new(move || woken.ring()));
        Self { store, bell, stop: stop.clone(), after, looks: LOOKS }
    }

    /// The last position that was handled.
    pub fn position(&self) -> Position {
        self.after
    }

    /// Up to `limit` events that were not handled yet, in the store's order. Waits for them where there are none; empty
    /// where none came in that time, or the waiting was stopped. The same are told again until they are
    /// [handled](Self::handled).
    pub fn next(&mut self, limit: usize, patience: Duration) -> Result<Vec<Event>, StoreError> {
        let started = Instant::now();
        let (mut look, longest) = self.looks;
        loop {
            // Counted before looking: what is rung while this looks is not missed.
            let times = self.bell.times();
            let query = EventQuery { after_position: Some(self.after), ..EventQuery::default() };
            let events = self.store.scan(&query, limit)?.events;
            let left = patience.saturating_sub(started.elapsed());
            if !events.is_empty() || left.is_zero() || self.stop.is_raised() {
                return Ok(events);
            }
            self.bell.wait(times, look.min(left));
            look = (look * 2).min(longest);
        }
    }

    /// Everything up to `position` was handled; it is told no more.
    pub fn handled(&mut self, position: Position) {
        self.after = self.after.max(position);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::*;
    use crate::model::{AggregateKey, Payload, Version};
    use crate::store::own::{Expected, NewEvent, OwnStore, StoreWriter};

    /// Nobody waits so long: what comes, comes by the bell or by looking.
    const LONG: Duration = Duration::from_secs(60);

    fn store() -> (tempfile::TempDir, PathBuf, OwnStore) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.db");
        let store = OwnStore::create(&path).unwrap();
        store.is_fleeting().unwrap();
        (dir, path, store)
    }

    fn append(store: &mut OwnStore, id: &str, count: usize) {
        let event =
            NewEvent::new("Counted", Payload::json(&b"{}"[..], Arc::default(), Version::ZERO));
        store.append(&AggregateKey::new("Count", id), &vec![event; count], Expected::Any).unwrap();
    }

    fn positions(events: &[Event]) -> Vec<i64> {
        events.iter().filter_map(|event| event.position).map(|position| position.0).collect()
    }

    #[test]
    fn what_was_not_handled_is_told_again_and_what_was_is_not() {
        let (_dir, _path, mut store) = store();
        append(&mut store, "c-1", 5);
        let mut subscription = store.subscribe(Position(1), &Stop::default()).unwrap();
        let told = positions(&subscription.next(3, LONG).unwrap());
        assert_eq!(told, [2, 3, 4]);
        assert_eq!(positions(&subscription.next(3, LONG).unwrap()), told);
        subscription.handled(Position(3));
        subscription.handled(Position(2));
        assert_eq!(positions(&subscription.next(3, LONG).unwrap()), [4, 5]);
        subscription.handled(Position(5));
        assert!(subscription.next(3, Duration::ZERO).unwrap().is_empty());
        assert_eq!(subscription.position(), Position(5));
    }

    #[test]
    fn a_commit_in_this_process_wakes_who_waits_without_looking() {
        let (_dir, path, mut store) = store();
        let mut subscription = store.subscribe(Position(0), &Stop::default()).unwrap();
        subscription.looks = (LONG, LONG);
        let waiting = std::thread::spawn(move || {
            let started = Instant::now();
            (positions(&subscription.next(9, LONG).unwrap()), started.elapsed())
        });
        // By another handle on the same file, and by another name for it.
        let other = path.parent().unwrap().join(".").join("own.db");
        append(&mut OwnStore::open(&other).unwrap(), "c-1", 2);
        let (told, took) = waiting.join().unwrap();
        assert_eq!(told, [1, 2]);
        assert!(took < LONG / 2, "{took:?}");
        append(&mut store, "c-1", 1);
    }

    #[test]
    fn what_another_process_commits_is_found_by_looking() {
        let (_dir, _path, mut store) = store();
        let reader = store.reader().unwrap();
        let stop = Stop::default();
        // A bell that no writer has, as between two processes.
        let mut subscription = Subscription::new(reader, Position(0), Bell::default(), &stop);
        let waiting = std::thread::spawn(move || positions(&subscription.next(9, LONG).unwrap()));
        append(&mut store, "c-1", 1);
        assert_eq!(waiting.join().unwrap(), [1]);
    }

    #[test]
    fn waiting_is_stopped() {
        let (_dir, _path, store) = store();
        let stop = Stop::default();
        let mut subscription = store.subscribe(Position(0), &stop).unwrap();
        subscription.looks = (LONG, LONG);
        let started = Instant::now();
        let waiting = std::thread::spawn(move || subscription.next(9, LONG).unwrap().len());
        stop.interrupter().interrupt();
        assert_eq!(waiting.join().unwrap(), 0);
        assert!(started.elapsed() < LONG / 2);
    }

    #[test]
    fn of_two_writers_every_event_is_told_once_in_order() {
        let (_dir, path, store) = store();
        let mut subscription = store.subscribe(Position(0), &Stop::default()).unwrap();
        let write = |id: &'static str| {
            let mut store = OwnStore::open(&path).unwrap();
            store.is_fleeting().unwrap();
            std::thread::spawn(move || (0..200).for_each(|_| append(&mut store, id, 2)))
        };
        let writers = [write("c-1"), write("c-2")];
        let mut told = Vec::new();
        while told.len() < 800 {
            let events = subscription.next(7, LONG).unwrap();
            let last = events.last().and_then(|event| event.position).expect("none came");
            told.extend(positions(&events));
            subscription.handled(last);
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert_eq!(told, (1..=800).collect::<Vec<_>>());
    }
}

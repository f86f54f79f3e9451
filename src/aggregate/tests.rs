use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::*;
use crate::model::{AggregateKey, Event, Payload, Timestamp, Version};
use crate::sample::domain::account::{AccountEvent, AccountRefused};
use crate::sample::domain::{Account, Money};
use crate::store::own::{OwnStore, StoreWriter};
use crate::store::{Snapshot, StoreErrorKind};

mod reducer;
mod root;
mod snapshots;
mod store;
mod upcast;

/// A counter: small enough to see through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counter {
    sum: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Added {
    number: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cleared {}

crate::events! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    enum CounterEvent {
        Added(Added) = 2,
        Cleared(Cleared) = 1,
    }
}

impl Aggregate for Counter {
    const CATEGORY: &'static str = "Counter";
    const SCHEMA: u32 = 1;
    type Event = CounterEvent;

    fn apply(&mut self, event: &CounterEvent) {
        match event {
            CounterEvent::Added(added) => self.sum += added.number,
            CounterEvent::Cleared(Cleared {}) => self.sum = 0,
        }
    }
}

/// The same counter in a later program, whose state has another shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Later {
    total: i64,
}

impl Aggregate for Later {
    const CATEGORY: &'static str = "Counter";
    const SCHEMA: u32 = 2;
    type Event = CounterEvent;

    fn apply(&mut self, event: &CounterEvent) {
        match event {
            CounterEvent::Added(added) => self.total += added.number,
            CounterEvent::Cleared(Cleared {}) => self.total = 0,
        }
    }
}

/// The one rule that a counter has.
fn add(number: i64) -> Result<[Added; 1], &'static str> {
    if number == 0 { Err("no") } else { Ok([Added { number }]) }
}

fn key() -> AggregateKey {
    AggregateKey::new("Counter", "c-1")
}

fn own() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    OwnStore::create(&path).unwrap();
    (dir, path)
}

/// A writer that does not wait for the disk.
fn writer(path: &std::path::Path) -> Box<dyn StoreWriter> {
    let store = OwnStore::open(path).unwrap();
    store.is_fleeting().unwrap();
    Box::new(store)
}

fn repository<A: Aggregate>(path: &std::path::Path) -> Repository<A> {
    Repository::new(writer(path)).unwrap()
}

/// Adds 1 so often, in one batch.
fn count(path: &std::path::Path, times: usize) {
    let mut counters = repository::<Counter>(path).with_snapshots(SnapshotPolicy::Off, 1);
    let mut root = counters.load("c-1").unwrap().root;
    for _ in 0..times {
        root.decide(|_| add(1)).unwrap();
    }
    counters.save(&mut root).unwrap();
}

/// From now on no snapshot can be stored there.
fn take_no_snapshots(path: &std::path::Path) {
    rusqlite::Connection::open(path)
        .unwrap()
        .execute_batch(
            "CREATE TRIGGER no BEFORE INSERT ON snapshots BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .unwrap();
}

fn codes(findings: &[crate::model::Finding]) -> Vec<(&'static str, Option<Version>)> {
    findings.iter().map(|finding| (finding.code, finding.version)).collect()
}

fn json(text: &str) -> Payload {
    Payload::json(text.as_bytes(), Arc::default(), Version::ZERO)
}

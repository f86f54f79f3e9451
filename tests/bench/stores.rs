//! The stores that benches read, made once and kept under the target directory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use foldback::model::{AggregateKey, Version};
use foldback::store::own::{Expected, NewEvent, OwnStore};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::events;

/// The aggregate that is long in every store.
pub(crate) fn key() -> AggregateKey {
    AggregateKey::new("Order", "order-1")
}

/// How many events the large store has in one aggregate.
pub(crate) fn large_events() -> u64 {
    let set = std::env::var("FOLDBACK_BENCH_EVENTS").ok();
    set.map_or(1_000_000, |number| number.replace(['_', ','], "").parse().unwrap())
}

/// A store with all its events in one aggregate.
pub(crate) fn large() -> PathBuf {
    made(&format!("one-aggregate-{}.db", large_events()), |store| {
        fill(store, "order-1", large_events());
    })
}

/// A store with `events` events in aggregates of a hundred.
pub(crate) fn many(events: u64) -> PathBuf {
    made(&format!("aggregates-of-100-{events}.db"), |store| {
        for id in 1..=events / 100 {
            fill(store, &format!("order-{id}"), 100);
        }
    })
}

fn made(name: &str, fill: impl FnOnce(&mut OwnStore)) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-stores");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    if !path.exists() {
        let half = folder.join(format!("{name}.half"));
        for part in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{part}", half.display()));
        }
        let mut store = OwnStore::create(&half).unwrap();
        fill(&mut store);
        drop(store);
        std::fs::rename(&half, &path).unwrap();
    }
    path
}

fn batch(versions: std::ops::Range<u64>) -> Vec<NewEvent> {
    versions
        .map(|version| {
            let event = events::event("order-1", version);
            NewEvent { time: event.time, ..NewEvent::new(event.event_type.as_str(), event.data) }
        })
        .collect()
}

fn fill(store: &mut OwnStore, id: &str, events: u64) {
    let key = AggregateKey::new("Order", id);
    for first in (1..=events).step_by(1000) {
        let versions = first..(first + 1000).min(events + 1);
        store.append(&key, &batch(versions), Expected::Exactly(Version(first - 1))).unwrap();
    }
}

/// Reads what a fold needs of the large aggregate and does nothing with it.
pub(crate) fn read_bare(path: &Path) -> Duration {
    let connection = Connection::open(path).unwrap();
    let started = Instant::now();
    let mut statement = connection
        .prepare(
            "SELECT position, aggregate_id, category, version, event_id, event_type, schema_version, data, metadata,
                    recorded_at
             FROM events WHERE category = 'Order' AND aggregate_id = 'order-1' ORDER BY version",
        )
        .unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..10 {
            bytes += match row.get_ref(column).unwrap() {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                _ => 8,
            };
        }
    }
    assert!(bytes > 0);
    started.elapsed()
}

fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join(name);
    (folder, path)
}

/// Appends `batches` batches of `size` events to a new own store.
pub(crate) fn append_batches(batches: u64, size: u64) -> Duration {
    let (_folder, path) = scratch("append.db");
    let mut store = OwnStore::create(&path).unwrap();
    let batches: Vec<_> = (0..batches).map(|n| batch(n * size + 1..(n + 1) * size + 1)).collect();
    let started = Instant::now();
    for batch in &batches {
        store.append(&key(), batch, Expected::Any).unwrap();
    }
    started.elapsed()
}

/// Appends single events, each durable before the next.
pub(crate) fn append_single(events: u64) -> Vec<Duration> {
    let (_folder, path) = scratch("single.db");
    let mut store = OwnStore::create(&path).unwrap();
    (1..=events)
        .map(|version| {
            let batch = batch(version..version + 1);
            let started = Instant::now();
            store.append(&key(), &batch, Expected::Exactly(Version(version - 1))).unwrap();
            started.elapsed()
        })
        .collect()
}

/// The same rows into the same columns without triggers, chain or checks.
pub(crate) fn insert_bare(batches: u64, size: u64) -> Duration {
    let (_folder, path) = scratch("bare.db");
    let mut connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE events (position INTEGER PRIMARY KEY, aggregate_id TEXT, category TEXT, version INTEGER,
                 event_id TEXT, event_type TEXT, data TEXT, recorded_at TEXT, hash BLOB);
             CREATE UNIQUE INDEX by_aggregate ON events (category, aggregate_id, version);
             CREATE UNIQUE INDEX by_id ON events (event_id);
             CREATE INDEX by_time ON events (recorded_at);
             CREATE INDEX by_type ON events (event_type);",
        )
        .unwrap();
    let payloads: Vec<_> = (1..=batches * size).map(events::payload).collect();
    let started = Instant::now();
    for (at, rows) in payloads.chunks(size as usize).enumerate() {
        let transaction = connection.transaction().unwrap();
        {
            let mut insert = transaction
                .prepare_cached("INSERT INTO events VALUES (NULL, 'order-1', 'Order', ?, ?, 'ItemAdded', ?, ?, ?)")
                .unwrap();
            for (offset, payload) in rows.iter().enumerate() {
                let version = at as u64 * size + offset as u64 + 1;
                let id = format!("{version:08x}-0000-4000-8000-{:012x}", version * 48_271);
                let time = format!("2026-03-02T14:34:12.{:09}Z", version * 999 % 1_000_000_000);
                insert.execute((version.cast_signed(), id, payload, time, [7_u8; 32])).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    started.elapsed()
}

/// A store that the Python library wrote, how many events its aggregate has, and how long the library takes to get it.
pub(crate) fn python() -> Option<(PathBuf, u64, Duration)> {
    let events = 10_000;
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("bench-stores")
        .join(format!("python-{events}.db"));
    std::fs::create_dir_all(path.parent()?).ok()?;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bench/python_get.py");
    let output =
        Command::new("python3").arg(script).arg(&path).arg(events.to_string()).output().ok()?;
    let printed = String::from_utf8(output.stdout).ok()?;
    let seconds: f64 = printed.trim().parse().ok()?;
    Some((path, events, Duration::from_secs_f64(seconds)))
}

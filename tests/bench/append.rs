//! Appending to foldback's own store, one durable event at a time and in batches, beside the same rows through bare
//! rusqlite with the same durability, and beside the Python library's own `app.save`.
//!
//! Bare means the same columns and indexes, and nothing else: that rows are hashed one after the other, that triggers
//! keep them from being changed or replaced, and that a batch is looked at before it is written is what foldback adds.
//! What the triggers alone cost is measured too: bare rows into foldback's own tables; and what it costs that the metrics
//! are recorded meanwhile, sampled into the same store once a second.

use std::time::{Duration, Instant};

use foldback::metrics::{Measured, Recorder, Sampling};
use foldback::model::Version;
use foldback::store::own::{Expected, OwnStore, StoreWriter};
use rusqlite::Connection;

use crate::measure::{Row, median, quantile};
use crate::{events, python, stores};

/// Batches, and how many events each has.
const BATCHES: (u64, u64) = (100, 1000);
/// Single events a round.
const SINGLES: u64 = 500;
/// Each is measured so often, in turns.
const ROUNDS: usize = 3;

const TABLE: &str = "
CREATE TABLE events (position INTEGER PRIMARY KEY, aggregate_id TEXT NOT NULL, category TEXT NOT NULL,
    version INTEGER NOT NULL, event_id TEXT NOT NULL, event_type TEXT NOT NULL, schema_version TEXT, data ANY NOT NULL,
    metadata ANY, recorded_at TEXT, content_type TEXT, hash BLOB NOT NULL) STRICT;
CREATE UNIQUE INDEX by_aggregate ON events (category, aggregate_id, version);
CREATE UNIQUE INDEX by_id ON events (event_id);
CREATE INDEX by_time ON events (recorded_at);
CREATE INDEX by_type ON events (event_type);";

/// As foldback's own store is opened.
const PRAGMAS: &str =
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
     PRAGMA wal_autocheckpoint = 8192;";

/// Who writes.
#[derive(Clone, Copy)]
enum Who {
    Foldback,
    /// The same, with its metrics recorded.
    Recorded,
    Bare,
    /// Bare, into foldback's tables with their triggers.
    Triggers,
}

pub(crate) fn append() -> Vec<Row> {
    let [mut ours, mut recorded, mut bare, mut triggers] = [const { Vec::new() }; 4];
    let [mut our_single, mut recorded_single, mut bare_single] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        ours.push(batches(Who::Foldback));
        recorded.push(batches(Who::Recorded));
        bare.push(batches(Who::Bare));
        triggers.push(batches(Who::Triggers));
        our_single.extend(written(Who::Foldback, SINGLES, 1));
        recorded_single.extend(written(Who::Recorded, SINGLES, 1));
        bare_single.extend(written(Who::Bare, SINGLES, 1));
    }
    let (_folder, path) = stores::scratch("python");
    let theirs = python::ask("append", path.parent().unwrap(), None);
    let rate = |times: &[Duration]| (BATCHES.0 * BATCHES.1) as f64 / median(times).as_secs_f64();
    let told = |times: &[Duration]| {
        format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99))
    };
    let mut rows = vec![
        Row {
            what: "append in batches of 1,000".to_owned(),
            measured: format!("{:.0} events/s", rate(&ours)),
            beside: format!(
                "the same rows through bare rusqlite {:.0} rows/s, into foldback's tables with their triggers {:.0}",
                rate(&bare),
                rate(&triggers)
            ),
            ratio: Some(rate(&ours) / rate(&bare)),
            budget: "≥ 100,000 events/s".to_owned(),
        },
        Row {
            what: "append one, durably".to_owned(),
            measured: told(&our_single),
            beside: format!("the same row through bare rusqlite {}", told(&bare_single)),
            ratio: Some(median(&our_single).as_secs_f64() / median(&bare_single).as_secs_f64()),
            budget: "p99 ≤ 100 ms; the ratio is of times, of which the disk's flush is most"
                .to_owned(),
        },
        Row {
            what: "append in batches of 1,000, metrics recorded".to_owned(),
            measured: format!("{:.0} events/s", rate(&recorded)),
            beside: format!("not recorded {:.0} events/s", rate(&ours)),
            ratio: Some(rate(&recorded) / rate(&ours)),
            budget: "none".to_owned(),
        },
        Row {
            what: "append one, durably, metrics recorded".to_owned(),
            measured: told(&recorded_single),
            beside: format!("not recorded {}", told(&our_single)),
            ratio: Some(median(&recorded_single).as_secs_f64() / median(&our_single).as_secs_f64()),
            budget: "none; the ratio is of times".to_owned(),
        },
    ];
    if let Some(theirs) = theirs {
        let (batches, singles) =
            (python::times(&theirs["batches"]), python::times(&theirs["singles"]));
        let their_rate = 1000.0 / median(&batches).as_secs_f64();
        rows.push(Row {
            what: "append in batches of 1,000, beside Python".to_owned(),
            measured: format!("{:.0} events/s", rate(&ours)),
            beside: format!("eventsourcing's app.save of 1,000 events {their_rate:.0} events/s"),
            ratio: Some(rate(&ours) / their_rate),
            budget: "none".to_owned(),
        });
        rows.push(Row {
            what: "append one, durably, beside Python".to_owned(),
            measured: told(&our_single),
            beside: format!("eventsourcing's app.save of one event {}", told(&singles)),
            ratio: Some(median(&our_single).as_secs_f64() / median(&singles).as_secs_f64()),
            budget: "none; the ratio is of times".to_owned(),
        });
    }
    rows
}

fn batches(who: Who) -> Duration {
    written(who, BATCHES.0, BATCHES.1).iter().sum()
}

/// Writes so many batches of so many events to a new store; how long each took.
fn written(who: Who, batches: u64, size: u64) -> Vec<Duration> {
    let (_folder, path) = stores::scratch("append.db");
    match who {
        Who::Foldback => by_foldback(&mut OwnStore::create(&path).unwrap(), batches, size),
        Who::Recorded => {
            let recorder = Recorder::default();
            let store = Box::new(OwnStore::create(&path).unwrap());
            let sampling = Sampling::begin(&recorder, store.reopen().unwrap()).unwrap();
            let times = by_foldback(&mut Measured::new(store, &recorder), batches, size);
            sampling.end().unwrap();
            times
        }
        Who::Bare => {
            let mut connection = Connection::open(&path).unwrap();
            connection.execute_batch(PRAGMAS).unwrap();
            connection.execute_batch(TABLE).unwrap();
            by_hand(&mut connection, batches, size)
        }
        Who::Triggers => {
            drop(OwnStore::create(&path).unwrap());
            let mut connection = Connection::open(&path).unwrap();
            connection.execute_batch(PRAGMAS).unwrap();
            by_hand(&mut connection, batches, size)
        }
    }
}

fn by_foldback(store: &mut dyn StoreWriter, batches: u64, size: u64) -> Vec<Duration> {
    let batches: Vec<_> =
        (0..batches).map(|n| stores::batch(n * size + 1..(n + 1) * size + 1)).collect();
    let mut version = Version::ZERO;
    let mut append = |batch| {
        let started = Instant::now();
        version = store.append(&stores::key(), batch, Expected::Exactly(version)).unwrap().version;
        started.elapsed()
    };
    batches.iter().map(|batch| append(batch)).collect()
}

fn by_hand(connection: &mut Connection, batches: u64, size: u64) -> Vec<Duration> {
    let payloads: Vec<_> = (1..=batches * size).map(events::payload).collect();
    let mut version = 0_i64;
    let insert = |rows: &[String]| {
        let started = Instant::now();
        let transaction = connection.transaction().unwrap();
        {
            let mut insert = transaction
                .prepare_cached(
                    "INSERT INTO events VALUES (?, 'order-1', 'Order', ?, ?, 'ItemAdded', NULL, ?, NULL, ?, NULL, ?)",
                )
                .unwrap();
            for payload in rows {
                version += 1;
                let id = format!("{version:08x}-0000-4000-8000-{:012x}", version * 48_271);
                let time = format!("2026-03-02T14:34:12.{:09}Z", version * 999 % 1_000_000_000);
                insert.execute((version, version, id, payload, time, [7_u8; 32])).unwrap();
            }
        }
        transaction.commit().unwrap();
        started.elapsed()
    };
    payloads.chunks(size as usize).map(insert).collect()
}

//! The stores that benches read, made once and kept under the target directory.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::DateTime;
use foldback::model::{AggregateKey, Payload, Version};
use foldback::sample;
use foldback::store::MemoryStore;
use foldback::store::own::{self, Expected, NewEvent, OwnStore};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::events;

/// The aggregate that is long in every store.
pub(crate) fn key() -> AggregateKey {
    AggregateKey::new("Order", "order-1")
}

/// How many events the aggregate that is long has.
pub(crate) const LONG: u64 = 1_000_000;

/// How many events the huge store has in all.
pub(crate) fn huge_events() -> u64 {
    let set = std::env::var("FOLDBACK_BENCH_EVENTS").ok();
    set.map_or(2_000_000, |number| number.replace(['_', ','], "").parse().unwrap()).max(LONG)
}

/// A store with all its events in one aggregate.
pub(crate) fn long() -> PathBuf {
    made(&format!("one-aggregate-{LONG}.db"), |path| {
        fill(&mut OwnStore::create(path).unwrap(), "order-1", LONG);
    })
}

/// A store with `events` events in aggregates of a hundred.
pub(crate) fn many(events: u64) -> PathBuf {
    made(&format!("aggregates-of-100-{events}.db"), |path| {
        let mut store = OwnStore::create(path).unwrap();
        for id in 1..=events / 100 {
            fill(&mut store, &format!("order-{id}"), 100);
        }
    })
}

/// A store of [`huge_events`], and what a bench wrote to it since: the long aggregate, its events spread over the whole
/// store, and all the others in aggregates of ninety, a thousand of which are written to at a time.
pub(crate) fn huge() -> PathBuf {
    let events = huge_events();
    made(&format!("huge-{events}.db"), |path| {
        let long = (1..=events).map(|n| LONG * n / events);
        let mut before = 0;
        bulk(
            path,
            long.enumerate().map(|(at, version)| {
                if version > before {
                    before = version;
                    return ("order-1".to_owned(), version);
                }
                let at = at as u64 - before;
                let (group, inside) = (at / 90_000, at % 90_000);
                (format!("order-{}", 2 + group * 1000 + inside % 1000), inside / 1000 + 1)
            }),
        );
    })
}

/// A store of so many aggregates of one event each.
pub(crate) fn crowd(aggregates: u64) -> PathBuf {
    made(&format!("crowd-{aggregates}.db"), |path| {
        bulk(path, (1..=aggregates).map(|id| (format!("order-{id:07}"), 1)));
    })
}

/// A store with one aggregate whose state has so many members in one object; every event after the first changes one.
pub(crate) fn wide(members: u64) -> PathBuf {
    made(&format!("wide-{members}.db"), |path| {
        let mut store = OwnStore::create(path).unwrap();
        let member = |at: u64| format!(r#""product-{at}":"{} pieces""#, at * 7919 % 1000);
        let all: Vec<String> = (0..members).map(member).collect();
        let first = format!(r#"{{"stock":{{{}}}}}"#, all.join(","));
        let one =
            |at: u64| format!(r#"{{"stock":{{"product-{}":"{at} left"}}}}"#, at * 48_271 % members);
        let texts = std::iter::once(first).chain((1..200).map(one));
        let batch: Vec<NewEvent> = (1..)
            .zip(texts)
            .map(|(version, text)| {
                let data = Payload::json(text.into_bytes(), Arc::default(), Version(version));
                NewEvent::new("StockCounted", data)
            })
            .collect();
        store.append(&key(), &batch, Expected::Any).unwrap();
    })
}

/// The worst that a store may hold.
pub(crate) fn hostile() -> PathBuf {
    made("hostile.db", |path| {
        let story = sample::hostile(&sample::hostile::Large::WHOLE);
        let mut events = MemoryStore::new("hostile", story.events);
        own::import(&mut events, path, &mut |_| ControlFlow::Continue(())).unwrap();
    })
}

/// The events of a store as JSON lines, as the program prints them.
pub(crate) fn lines(store: &Path) -> PathBuf {
    let name = store.file_stem().unwrap().to_str().unwrap();
    made(&format!("{name}.jsonl"), |path| {
        let out = std::fs::File::create(path).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_foldback"));
        // What cannot be read has its reason said, and an exit status of its own.
        command.arg("events").arg(store).arg("--json").stdout(out).status().unwrap();
    })
}

/// The small order of a person who tries things out.
pub(crate) fn tiny() -> PathBuf {
    made("tiny.db", |path| fill(&mut OwnStore::create(path).unwrap(), "order-1", 40))
}

/// The store of that name; made where it was not made before.
pub(crate) fn made(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-stores");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    if !path.exists() {
        let half = folder.join(format!("{name}.half"));
        for part in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(format!("{}{part}", half.display()));
        }
        make(&half);
        std::fs::rename(&half, &path).unwrap();
    }
    path
}

/// Makes an own store of these aggregates and versions in this order. Written past foldback, with the indexes made at
/// the end and without a hash chain: an honest append waits for a disk's flush for each of its hundred thousand aggregates.
fn bulk(path: &Path, events: impl Iterator<Item = (String, u64)>) {
    drop(OwnStore::create(path).unwrap());
    let mut connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;",
        )
        .unwrap();
    let later: Vec<(String, String, String)> = connection
        .prepare("SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = 'events' AND type IN ('index', 'trigger')")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    for (kind, name, _) in &later {
        connection.execute_batch(&format!("DROP {kind} {name}")).unwrap();
    }
    let transaction = connection.transaction().unwrap();
    {
        let mut insert = transaction
            .prepare(
                "INSERT INTO events (position, aggregate_id, category, version, event_id, event_type, data, recorded_at, hash)
                 VALUES (?, ?, 'Order', ?, ?, ?, ?, ?, zeroblob(32))",
            )
            .unwrap();
        for (position, (id, version)) in (1_u64..).zip(events) {
            let event = events::event(&id, version);
            let event_id = format!(
                "{:08x}-0000-4000-8000-{position:012x}",
                position.wrapping_mul(2_654_435_761) as u32
            );
            let time = DateTime::from_timestamp(1_700_000_000 + position.cast_signed(), 0).unwrap();
            let time = time.format("%Y-%m-%dT%H:%M:%S.%9fZ").to_string();
            let data = std::str::from_utf8(event.data.bytes()).unwrap();
            let kind = event.event_type.as_str();
            insert
                .execute((
                    position.cast_signed(),
                    id,
                    version.cast_signed(),
                    event_id,
                    kind,
                    data,
                    time,
                ))
                .unwrap();
        }
    }
    transaction.commit().unwrap();
    for (_, _, sql) in &later {
        connection.execute_batch(sql).unwrap();
    }
    connection.execute_batch("PRAGMA journal_mode = WAL;").unwrap();
}

/// The newest version of the aggregate that [`write_on`] writes to.
pub(crate) fn written(path: &Path) -> u64 {
    asked(
        path,
        "SELECT coalesce(max(version), 0) FROM events WHERE category = 'Order' AND aggregate_id = 'order-written-meanwhile'",
    )
}

/// How many events a store has now.
pub(crate) fn count_bare(path: &Path) -> u64 {
    asked(path, "SELECT count(*) FROM events")
}

/// How many aggregates a store has now.
pub(crate) fn aggregates_bare(path: &Path) -> u64 {
    asked(path, "SELECT count(*) FROM (SELECT DISTINCT category, aggregate_id FROM events)")
}

/// How long SQLite takes to answer a question, all columns of all rows, and nothing else.
pub(crate) fn asked_bare(path: &Path, sql: &str) -> Duration {
    let connection = Connection::open(path).unwrap();
    let started = Instant::now();
    let mut statement = connection.prepare(sql).unwrap();
    let columns = statement.column_count();
    let mut rows = statement.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        for column in 0..columns {
            bytes += match row.get_ref(column).unwrap() {
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                _ => 8,
            };
        }
    }
    assert!(bytes > 0, "{sql} finds something");
    started.elapsed()
}

/// The bytes of the payloads of the long aggregate.
pub(crate) fn payload_bytes(path: &Path) -> u64 {
    asked(
        path,
        "SELECT sum(octet_length(data)) FROM events WHERE category = 'Order' AND aggregate_id = 'order-1'",
    )
}

fn asked(path: &Path, sql: &str) -> u64 {
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap().cast_unsigned()
}

/// Writes to the store as another process would, batches of ten and a pause, until nobody listens any more.
pub(crate) fn write_on(path: &Path) {
    let mut store = OwnStore::open(path).unwrap();
    let key = AggregateKey::new("Order", "order-written-meanwhile");
    let batch = batch(1..11);
    let mut out = std::io::stdout();
    while writeln!(out, "10").and_then(|()| out.flush()).is_ok() {
        store.append(&key, &batch, Expected::Any).unwrap();
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

/// The events with these versions, as they are appended.
pub(crate) fn batch(versions: std::ops::Range<u64>) -> Vec<NewEvent> {
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

/// A place that is gone with its folder.
pub(crate) fn scratch(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join(name);
    (folder, path)
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

//! How many events a second a projection handles: the list of orders over 200,000 events of two thousand orders, of which a
//! hundred are under way at a time, beside two loops that read the same events and write the same rows, in the same
//! batches and as durably.
//!
//! One knows what it writes: it parses no event, looks no row up and makes no JSON. The other is what a program without
//! an engine would do: it parses each event and its row, which it keeps as the text that is written, and makes its new
//! text. A projection that is declared in jq is measured too; and a follower of the Python library, which keeps its
//! place in a transaction for every event.
//!
//! Half of what the list of orders takes is reading its row and making its new text, with ten lines each, some 5 µs
//! together. Rows are not kept as values between the events of a batch: what a value has and its text has not would
//! then be seen until the batch ends and not after that, and rows would depend on where batches end.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use foldback::model::{Event, Payload, Position, Timestamp, Version};
use foldback::projection::{Aim, Options, Policy, Projection, Task, declared, run};
use foldback::sample;
use foldback::store::MemoryStore;
use foldback::store::own::{self, OwnStore, StoreWriter as _};
use foldback::task::Halt;
use rusqlite::{Connection, params};
use serde_json::{Value, json};

use crate::measure::{Row, median};
use crate::{python, stores};

const EVENTS: u64 = 200_000;
/// Events that are written down together.
const BATCH: usize = 1000;
/// Events that Python's follower is given: each costs it a flush of the disk.
const THEIRS: u64 = 1_000;
const ROUNDS: usize = 3;

const DECLARED: &str = "order-list:
  OrderCreated: {row: '{customer: .data.customer_id, quantity: 0, created: .time}'}
  ItemAdded: {row: '$row + {quantity: ($row.quantity + .data.quantity), updated: .time}'}
";

pub(crate) fn project() -> Vec<Row> {
    let path = orders();
    let list = sample::projection::known()
        .into_iter()
        .find(|one| one.projection.name() == "order-list")
        .unwrap();
    let [in_jq] = <[_; 1]>::try_from(declared(DECLARED).unwrap()).unwrap();
    let in_jq: Arc<dyn Projection> = Arc::new(in_jq);
    let [mut ours, mut known, mut parsed, mut by_jq] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let (took, rows) = projected(&path, &list.projection);
        ours.push(took);
        known.push(by_hand(&path, |key, _| rows[key].clone()));
        let mut texts: HashMap<String, String> = HashMap::new();
        parsed.push(by_hand(&path, |key, events| {
            let row = texts.entry(key.to_owned()).or_default();
            for event in events {
                *row = changed(row, event);
            }
            row.clone()
        }));
        assert_eq!(texts.len(), rows.len());
        by_jq.push(projected(&path, &in_jq).0);
    }
    let rate = |times: &[Duration]| EVENTS as f64 / median(times).as_secs_f64();
    let row = |what: &str, times: &[Duration]| Row {
        what: format!("{what} over {EVENTS} events, written down by {BATCH}"),
        measured: format!("{:.0} events/s", rate(times)),
        beside: format!(
            "a loop that parses event and row for the list {:.0} events/s, one that knows its rows {:.0}",
            rate(&parsed),
            rate(&known)
        ),
        ratio: Some(rate(times) / rate(&parsed)),
        budget: "none".to_owned(),
    };
    let mut rows =
        vec![row("the list of orders", &ours), row("a projection declared in jq", &by_jq)];
    let (_folder, scratch) = stores::scratch("python");
    if let Some(theirs) = python::ask("project", scratch.parent().unwrap(), Some(THEIRS)) {
        let theirs = THEIRS as f64 / python::time(&theirs["seconds"]).as_secs_f64();
        rows.push(Row {
            what: "the list of orders, beside Python".to_owned(),
            measured: format!("{:.0} events/s", rate(&ours)),
            beside: format!(
                "an eventsourcing follower that does nothing but keep its place {theirs:.0} events/s"
            ),
            ratio: Some(rate(&ours) / theirs),
            budget: "none: the follower flushes the disk for each event".to_owned(),
        });
    }
    rows
}

/// The store with the orders.
fn orders() -> PathBuf {
    stores::made(&format!("orders-{EVENTS}.db"), |path| {
        let mut events = MemoryStore::new("orders", (0..EVENTS).map(event).collect());
        own::import(&mut events, path, &mut |_| ControlFlow::Continue(())).unwrap();
    })
}

/// The event at a place: an order is created and then has ninety-nine items of ten products put into it.
fn event(at: u64) -> Event {
    let (order, version) = (at / 10_000 * 100 + at % 100, at % 10_000 / 100 + 1);
    let (event_type, text) = if version == 1 {
        (
            "OrderCreated",
            format!(r#"{{"customer_id":"customer-{}","currency":"EUR"}}"#, order % 311),
        )
    } else {
        let product = (version * 7919 + order) % 10;
        let text = format!(
            r#"{{"product_id":"product-{product}","product_name":"Widget number {product}","quantity":{},"unit_price":{}.99}}"#,
            version % 4 + 1,
            product + 10
        );
        ("ItemAdded", text)
    };
    Event {
        position: Some(Position(at.cast_signed() + 1)),
        aggregate: format!("order-{order}").as_str().into(),
        category: "Order".into(),
        version: Version(version),
        event_type: event_type.into(),
        id: None,
        time: Timestamp::from_timestamp(1_700_000_000 + at.cast_signed(), 0),
        schema: None,
        data: Payload::json(text.into_bytes(), Arc::default(), Version(version)),
        metadata: None,
        findings: Vec::new(),
    }
}

/// A copy that nobody has projected.
fn copy(path: &Path) -> (tempfile::TempDir, PathBuf) {
    let (folder, copy) = stores::scratch("projected.db");
    std::fs::copy(path, &copy).unwrap();
    (folder, copy)
}

/// Projects all of it; how long that took, and the rows.
fn projected(path: &Path, projection: &Arc<dyn Projection>) -> (Duration, HashMap<String, String>) {
    let (_folder, path) = copy(path);
    let writer = Box::new(OwnStore::open(&path).unwrap());
    let policy = Policy { events: BATCH, ..Policy::default() };
    let started = Instant::now();
    let task = Task::begin(Arc::clone(projection), policy, Aim::Shown, writer).unwrap();
    let options = Options { threads: 1, follow: false };
    run(vec![task], options, &Halt::default(), |_, _| {}).unwrap();
    let took = started.elapsed();
    let mut writer = OwnStore::open(&path).unwrap();
    let record = writer.projections().unwrap().remove(0);
    assert_eq!(record.position, Position(EVENTS.cast_signed()));
    assert!(writer.dead_letters(projection.name()).unwrap().is_empty());
    let rows = writer.rows(projection.name(), record.generation, None, EVENTS as usize).unwrap();
    let text = |row: &Payload| String::from_utf8(row.bytes().to_vec()).unwrap();
    (took, rows.iter().map(|(key, row)| (key.to_string(), text(row))).collect())
}

/// An order's row after an item was put into it, or it was created.
fn changed(row: &str, (time, event): &(String, String)) -> String {
    let event: Value = serde_json::from_str(event).unwrap();
    let mut row: Value = if row.is_empty() {
        json!({ "status": "DRAFT", "lines": {}, "created": time })
    } else {
        serde_json::from_str(row).unwrap()
    };
    if let Some(product) = event["product_id"].as_str() {
        let line = &mut row["lines"][product];
        let quantity = line["quantity"].as_i64().unwrap_or(0) + event["quantity"].as_i64().unwrap();
        *line = json!({
            "name": event["product_name"], "quantity": quantity, "unit_price": event["unit_price"],
        });
    } else {
        row["customer"] = event["customer_id"].clone();
        row["currency"] = event["currency"].clone();
    }
    let of =
        |line: &Value| line["unit_price"].as_f64().unwrap() * line["quantity"].as_f64().unwrap();
    let total: f64 = row["lines"].as_object().unwrap().values().map(of).sum();
    row["total"] = json!(total);
    row["updated"] = json!(time);
    row.to_string()
}

/// Reads the same events and writes a row for each order that a batch is about, as `row` says it from the times and
/// payloads of its events in that batch.
fn by_hand(path: &Path, mut row: impl FnMut(&str, &[(String, String)]) -> String) -> Duration {
    let (_folder, path) = copy(path);
    let mut connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 8192;
             INSERT INTO checkpoints VALUES ('order-list', 0, '2026-03-02T14:34:12.201000000Z');",
        )
        .unwrap();
    let started = Instant::now();
    let mut position = 0;
    loop {
        let transaction = connection.transaction().unwrap();
        let mut touched: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        {
            let mut read = transaction
                .prepare_cached(
                    "SELECT position, aggregate_id, category, version, event_id, event_type, schema_version, data,
                       metadata, recorded_at FROM events WHERE position > ? ORDER BY position LIMIT ?",
                )
                .unwrap();
            let mut events = read.query(params![position, BATCH as i64]).unwrap();
            while let Some(event) = events.next().unwrap() {
                position = event.get(0).unwrap();
                let said = (event.get(9).unwrap(), event.get(7).unwrap());
                touched.entry(event.get(1).unwrap()).or_default().push(said);
            }
        }
        if touched.is_empty() {
            assert_eq!(position, EVENTS.cast_signed());
            return started.elapsed();
        }
        {
            let mut write = transaction
                .prepare_cached(
                    "INSERT INTO projection_rows (projection, generation, key, row) VALUES ('order-list', 1, ?1, ?2)
                     ON CONFLICT (projection, generation, key) DO UPDATE SET row = ?2",
                )
                .unwrap();
            for (key, events) in &touched {
                write.execute((key, row(key, events))).unwrap();
            }
        }
        transaction
            .prepare_cached("UPDATE checkpoints SET position = ? WHERE name = 'order-list'")
            .unwrap()
            .execute([position])
            .unwrap();
        transaction.commit().unwrap();
    }
}

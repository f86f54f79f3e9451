//! Every shipped layout on a store that its library wrote, through the suite that all stores go through.

mod locks;
mod odd;
mod tally;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::Connection;
use serde_json::Value as Json;

use super::*;
use crate::model::time::parse_recorded;
use crate::model::{Payload, View};
use crate::store::conformance;

/// A copy of a fixture that may be written to, in a directory of its own.
pub(super) fn fixture(name: &str) -> (tempfile::TempDir, PathBuf) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stores").join(name);
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join(name);
    std::fs::copy(from, &to).unwrap();
    (directory, to)
}

pub(super) fn open(path: &Path) -> SqliteStore {
    try_open(path).unwrap()
}

fn try_open(path: &Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path.to_str().unwrap(), None, &std::env::temp_dir())
}

/// Names the store to the test that is another process.
const STORE: &str = "FOLDBACK_TEST_WRITES_TO";

/// Whether another process can commit to the store now.
fn somebody_else_can_write(path: &Path) -> bool {
    let name = "store::sqlite::tests::writes_in_its_own_process";
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", name])
        .env(STORE, path)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}");
    assert_ne!(said.contains("it committed"), said.contains("it was locked out"), "{said}");
    said.contains("it committed")
}

/// The other process, where a test names the store to it; by itself it has nothing to do.
#[test]
fn writes_in_its_own_process() {
    let Some(path) = std::env::var_os(STORE) else { return };
    let connection = Connection::open(path).unwrap();
    connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    match connection.execute("UPDATE events SET payload = payload", []) {
        Ok(_) => println!("it committed"),
        Err(error) => {
            assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::DatabaseBusy));
            println!("it was locked out");
        }
    }
}

/// One row in the plainest way there is: every column as it stands.
struct Raw {
    order: i64,
    columns: std::collections::HashMap<String, rusqlite::types::Value>,
}

impl Raw {
    fn text(&self, name: &str) -> String {
        match &self.columns[name] {
            rusqlite::types::Value::Text(text) => text.clone(),
            rusqlite::types::Value::Integer(number) => number.to_string(),
            other => panic!("{name} is {other:?}"),
        }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        match &self.columns[name] {
            rusqlite::types::Value::Text(text) => text.clone().into_bytes(),
            rusqlite::types::Value::Blob(bytes) => bytes.clone(),
            other => panic!("{name} is {other:?}"),
        }
    }

    fn version(&self, name: &str) -> Version {
        Version(self.text(name).parse().unwrap())
    }
}

fn rows(path: &Path, table: &str) -> Vec<Raw> {
    let connection = Connection::open(path).unwrap();
    let mut statement =
        connection.prepare(&format!("SELECT rowid, * FROM {table} ORDER BY rowid")).unwrap();
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let rows = statement.query_map([], |row| {
        let columns = (1..names.len())
            .map(|at| Ok((names[at].clone(), row.get::<_, rusqlite::types::Value>(at)?)));
        Ok(Raw { order: row.get(0)?, columns: columns.collect::<rusqlite::Result<_>>()? })
    });
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn blank(row: &Raw, category: &str, id: String, version: Version, event_type: String) -> Event {
    Event {
        position: Some(crate::model::Position(row.order)),
        aggregate: id.into(),
        category: category.into(),
        version,
        event_type: event_type.into(),
        id: None,
        time: None,
        schema: None,
        data: Payload::json(&b"null"[..], Arc::default(), version),
        metadata: None,
        findings: Vec::new(),
    }
}

fn inflated(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.starts_with(b"{") {
        return bytes;
    }
    let mut json = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::ZlibDecoder::new(&bytes[..]), &mut json).unwrap();
    json
}

fn eventsourcing(path: &Path) -> Vec<Event> {
    let lifted =
        ["timestamp", "originator_topic", "class_version", "correlation_id", "causation_id"];
    let unwrap = || Some(("_type_".into(), "_data_".into()));
    let keys = || lifted.map(smol_str::SmolStr::new).to_vec();
    let data_view = View { unwrap: unwrap(), omit: keys(), ..View::default() };
    let metadata_view = View { unwrap: unwrap(), only: Some(keys()), ..View::default() };
    let rows = rows(path, "stored_events").into_iter().map(|row| {
        let json = inflated(row.bytes("state"));
        let value: Json = serde_json::from_slice(&json).unwrap();
        let topic = row.text("topic");
        let category = topic.split([':', '.']).nth(1).unwrap().to_owned();
        let version = row.version("originator_version");
        Event {
            time: parse_recorded(value["timestamp"]["_data_"].as_str().unwrap()),
            schema: Some(value.get("class_version").map_or("1".into(), |v| v.to_string().into())),
            data: Payload::json(json.clone(), Arc::new(data_view.clone()), version),
            metadata: Some(Payload::json(json, Arc::new(metadata_view.clone()), version)),
            ..blank(&row, &category, row.text("originator_id"), version, topic)
        }
    });
    rows.collect()
}

fn cqrs_es(path: &Path) -> Vec<Event> {
    let view = View { variant: true, ..View::default() };
    let rows = rows(path, "events").into_iter().map(|row| {
        let version = row.version("sequence");
        let category = row.text("aggregate_type");
        Event {
            position: None,
            schema: Some(row.text("event_version").into()),
            data: Payload::json(row.bytes("payload"), Arc::new(view.clone()), version),
            metadata: Some(Payload::json(row.bytes("metadata"), Arc::default(), version)),
            ..blank(&row, &category, row.text("aggregate_id"), version, row.text("event_type"))
        }
    });
    rows.collect()
}

fn emmett(path: &Path) -> Vec<Event> {
    let rows = rows(path, "emt_messages").into_iter().map(|row| {
        let version = row.version("stream_position");
        let id = row.text("stream_id");
        let category = id.split('-').next().unwrap().to_owned();
        Event {
            id: Some(row.text("message_id").into()),
            time: parse_recorded(&row.text("created")),
            data: Payload::json(row.bytes("message_data"), Arc::default(), version),
            metadata: Some(Payload::json(row.bytes("message_metadata"), Arc::default(), version)),
            ..blank(&row, &category, id, version, row.text("message_type"))
        }
    });
    rows.collect()
}

#[test]
fn eventsourcing_plain_and_compressed() {
    for name in ["eventsourcing-py.db", "eventsourcing-py-zlib.db"] {
        let (_directory, path) = fixture(name);
        let mut store = open(&path);
        assert_eq!(store.info().layout, "eventsourcing-py");
        assert!(store.info().findings.is_empty(), "{:?}", store.info().findings);
        let expected = eventsourcing(&path);
        conformance::check(&mut store, &expected);
        let first = &store.scan(&EventQuery::default(), 1).unwrap().events[0];
        assert_eq!(store.short_type(&first.event_type), "Opened");
        let shown = crate::model::json::to_string(first.data.value().unwrap());
        assert!(shown.contains("opened_on") && !shown.contains("_type_"), "{shown}");
        assert!(!shown.contains("correlation_id") && !shown.contains("timestamp"), "{shown}");
        let around = first.metadata.as_ref().unwrap().value().unwrap();
        assert_eq!(around.get("originator_topic").unwrap().as_str(), Some("shop:BankAccount"));
        assert!(around.get("timestamp").unwrap().as_str().is_some(), "unwrapped");
    }
}

#[test]
fn cqrs_es_without_time_and_position() {
    let (_directory, path) = fixture("cqrs-es.db");
    let mut store = open(&path);
    assert_eq!(store.info().layout, "cqrs-es");
    conformance::check(&mut store, &cqrs_es(&path));
}

/// Two kinds of aggregates may use one id: each has a history of its own.
#[test]
fn cqrs_es_with_one_id_in_two_categories() {
    let (_directory, path) = fixture("cqrs-es.db");
    let connection = Connection::open(&path).unwrap();
    let copied = connection
        .execute(
            "INSERT INTO events SELECT 'zebra', aggregate_id, sequence, event_type, event_version, payload, metadata \
             FROM events WHERE aggregate_type = 'account' ORDER BY rowid",
            [],
        )
        .unwrap();
    assert!(copied > 10);
    drop(connection);
    conformance::check(&mut open(&path), &cqrs_es(&path));
}

#[test]
fn emmett_with_commands_among_its_events() {
    let (_directory, path) = fixture("emmett.db");
    let expected = emmett(&path);
    let connection = Connection::open(&path).unwrap();
    let commands = connection
        .execute(
            "INSERT INTO emt_messages (stream_id, stream_position, partition, message_kind, message_data, message_metadata, \
             message_schema_version, message_type, message_id) \
             SELECT 'aaa-' || stream_id, stream_position, partition, 'C', message_data, message_metadata, '1', 'Do', \
             'c' || message_id FROM emt_messages",
            [],
        )
        .unwrap();
    assert!(commands > 10);
    drop(connection);
    let mut store = open(&path);
    assert_eq!(store.info().layout, "emmett");
    conformance::check(&mut store, &expected);
    let archived = store.find("shopping_cart-6efed4cb-4f6a-49e1-aef3-94ab1d70a355").unwrap();
    assert_eq!(archived[0].archived, Some(true));
    assert_eq!(archived[0].deleted, None);
    let positions: Vec<_> =
        store.checkpoints().unwrap().into_iter().map(|c| (c.name, c.position.unwrap().0)).collect();
    let expected = [("billing-report", 1500), ("mailer", 100), ("search-indexer", 5736)];
    assert_eq!(positions, expected.map(|(name, at)| (name.to_owned(), at)));
}

#[test]
fn broadway_counts_from_zero() {
    let (_directory, path) = fixture("broadway.db");
    let view = || Arc::new(View { inside: vec!["payload".into()], ..View::default() });
    let rows = rows(&path, "events").into_iter().map(|row| {
        let version = Version(row.text("playhead").parse::<u64>().unwrap() + 1);
        Event {
            time: parse_recorded(&row.text("recorded_on")),
            data: Payload::json(row.bytes("payload"), view(), version),
            metadata: Some(Payload::json(row.bytes("metadata"), view(), version)),
            ..blank(&row, "", row.text("uuid"), version, row.text("type"))
        }
    });
    let expected: Vec<Event> = rows.collect();
    let mut store = open(&path);
    assert_eq!(store.info().layout, "broadway");
    conformance::check(&mut store, &expected);
    assert_eq!(store.short_type(&"App.OrderPlaced".into()), "OrderPlaced");
    let shown = crate::model::json::to_string(expected[0].data.value().unwrap());
    assert_eq!(shown, r#"{"customer":"c1"}"#);
}

#[test]
fn the_own_store_is_read_like_any_other() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("own.db");
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch(include_str!("../own/schema.sql")).unwrap();
    let mut insert = connection
        .prepare(
            "INSERT INTO events VALUES (?1, ?2, ?3, ?4, 'e' || ?1, ?5, ?6, ?7, ?8, ?9, ?10, zeroblob(32))",
        )
        .unwrap();
    let mut expected = Vec::new();
    for n in 1..=40_i64 {
        let (id, category) = (format!("a-{}", n % 7), ["Order", "Account"][(n % 2) as usize]);
        let version = Version(
            expected.iter().filter(|e: &&Event| e.key() == AggregateKey::new(category, &id)).count()
                as u64
                + 1,
        );
        let time = (n != 9).then(|| format!("2026-01-01T00:00:{:02}.000000000Z", n % 60));
        let binary = n == 5;
        let data = if binary { vec![1, 2, 3] } else { format!("{{\"n\":{n}}}").into_bytes() };
        let stored = if binary {
            rusqlite::types::Value::Blob(data.clone())
        } else {
            rusqlite::types::Value::Text(String::from_utf8(data.clone()).unwrap())
        };
        let kind = binary.then_some("image/png");
        let metadata = (n % 3 == 0).then_some("{\"correlation_id\":\"c\"}");
        insert
            .execute(rusqlite::params![
                n,
                id,
                category,
                version.0 as i64,
                "Done",
                "1",
                stored,
                metadata,
                time,
                kind
            ])
            .unwrap();
        let row = Raw { order: n, columns: std::collections::HashMap::default() };
        let data = if binary {
            Payload::opaque(data, "image/png", "not JSON")
        } else {
            Payload::json(data, Arc::default(), version)
        };
        expected.push(Event {
            id: Some(format!("e{n}").into()),
            time: time.and_then(|time| parse_recorded(&time)),
            schema: Some("1".into()),
            data,
            metadata: metadata.map(|m| Payload::json(m.as_bytes(), Arc::default(), version)),
            ..blank(&row, category, id, version, "Done".to_owned())
        });
    }
    drop(insert);
    drop(connection);
    let mut store = open(&path);
    assert_eq!((store.info().layout.as_str(), store.info().confidence), ("foldback", 100));
    assert!(!store.info().read_only);
    conformance::check(&mut store, &expected);
}

#[test]
fn encrypted_payloads_are_recognised_and_everything_else_is_readable() {
    let (_directory, path) = fixture("eventsourcing-py-aes.db");
    let mut store = open(&path);
    let said = &store.info().findings;
    assert_eq!(said.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["payload-encrypted"]);
    assert!(said[0].message.contains("AES-GCM") && said[0].hint.is_some(), "{said:?}");
    let events = conformance::scan_all(&mut store, &EventQuery::default(), 50);
    assert_eq!(events.len(), 70);
    for event in &events {
        assert!(!event.data.is_json() && event.metadata.is_none() && event.time.is_none());
        assert_eq!(event.findings[0].code, "payload-encrypted");
        assert_eq!(event.findings[0].version, Some(event.version));
        assert!(matches!(event.category.as_str(), "BankAccount" | "Order"));
    }
    assert_eq!(store.counts().unwrap().aggregates, 8);
}

#[test]
fn snapshots_and_checkpoints_of_eventsourcing() {
    let (_directory, path) = fixture("eventsourcing-py-zlib.db");
    let mut store = open(&path);
    let names: Vec<_> = store.checkpoints().unwrap().into_iter().map(|c| c.name).collect();
    assert_eq!(names, ["Billing", "Shop"], "the marker of a migration is none");
    assert_eq!(store.census().unwrap().snapshots, Some(8));
    let rows = conformance::list_all(&mut store, &AggregateQuery::default(), 100);
    let mut seen = 0;
    for row in rows {
        for snapshot in store.snapshots(&row.key).unwrap() {
            seen += 1;
            assert!(snapshot.version <= row.version && snapshot.version.0 >= 15);
            assert!(snapshot.time.is_some());
            let state = crate::model::json::to_string(snapshot.state.value().unwrap());
            assert!(state.contains("_modified_on") && !state.contains("_type_"), "{state}");
        }
    }
    assert_eq!(seen, 8);
}

/// A history that grows is the same one; another file, or another history in the same file, is not.
#[test]
fn a_store_that_is_another_one_is_told_by_its_head() {
    let (directory, path) = fixture("eventsourcing-py.db");
    Connection::open(&path).unwrap().pragma_update(None, "journal_mode", "DELETE").unwrap();
    let mut store = open(&path);
    let mut generation = || store.head().unwrap().generation;
    let change = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    assert_eq!((generation(), generation()), (0, 0));
    change("INSERT INTO stored_events VALUES ('new', 1, 'shop:Late.Came', x'7b7d')");
    assert_eq!(generation(), 0);
    change("UPDATE stored_events SET state = x'7b7d7d' WHERE originator_id = 'new'");
    assert_eq!(generation(), 1, "its newest event is another one");
    change("INSERT INTO stored_events VALUES ('new', 2, 'shop:Late.Came', x'7b7d')");
    assert_eq!(generation(), 1);
    change("DELETE FROM stored_events WHERE rowid > 200");
    assert_eq!(generation(), 2, "its end is gone");
    let other = directory.path().join("other.db");
    std::fs::copy(&path, &other).unwrap();
    std::fs::rename(&other, &path).unwrap();
    let after = generation();
    assert_eq!(after, if cfg!(unix) { 3 } else { 2 }, "another file");
    assert_eq!(generation(), after);
    let (_directory, another) = fixture("eventsourcing-py-zlib.db");
    std::fs::copy(another, &path).unwrap();
    assert_eq!(generation(), after + 1, "another store in the same file");
}

/// What a screen waits for is a seek: no statement of a shipped layout walks a table or sorts.
#[test]
fn no_statement_that_a_screen_waits_for_scans_or_sorts() {
    let mut plans = 0;
    for name in ["eventsourcing-py.db", "cqrs-es.db", "emmett.db", "broadway.db", "own"] {
        let (_directory, path) = if name == "own" {
            let directory = tempfile::tempdir().unwrap();
            let path = directory.path().join("own.db");
            let schema = include_str!("../own/schema.sql");
            Connection::open(&path).unwrap().execute_batch(schema).unwrap();
            (directory, path)
        } else {
            fixture(name)
        };
        let store = open(&path);
        let connection = Connection::open(&path).unwrap();
        for (what, sql) in store.plan.seeks() {
            let mut explain = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let count = explain.parameter_count();
            for at in 1..=count {
                explain.raw_bind_parameter(at, 1).unwrap();
            }
            let mut rows = explain.raw_query();
            let mut steps = Vec::new();
            while let Some(row) = rows.next().unwrap() {
                steps.push(row.get::<_, String>(3).unwrap());
            }
            let plan = steps.join("; ");
            // The newest row of the store is the last one there is: the table is left after it.
            let last_row = ["head", "last row"].contains(&what) && plan.starts_with("SCAN");
            assert!(plan.contains("SEARCH") || last_row, "{name}: {what}: {plan}\n{sql}");
            assert!(last_row || !plan.contains("SCAN"), "{name}: {what}: {plan}\n{sql}");
            assert!(!plan.contains("TEMP B-TREE"), "{name}: {what}: {plan}\n{sql}");
            // Where a column cannot be NULL, SQLite knows without looking that none is.
            let by_version = plan.contains(&store.plan.layout.events.version.0)
                || what != "count of what is not shown"
                || sql.contains("IS NULL");
            assert!(by_version, "{name}: {what}: {plan}\n{sql}");
            plans += 1;
        }
    }
    assert!(plans > 50, "{plans} statements were looked at");
}

#[test]
fn a_layout_says_what_ties_events_together() {
    for (name, correlation, causation) in [
        ("emmett.db", Some("correlationId"), Some("causationId")),
        ("cqrs-es.db", Some("correlation_id"), Some("causation_id")),
        ("eventsourcing-py.db", Some("correlation_id"), Some("causation_id")),
    ] {
        let (directory, path) = fixture(name);
        let store = SqliteStore::open(path.to_str().unwrap(), None, directory.path()).unwrap();
        let keys = crate::store::MetadataKeys { correlation, causation };
        assert_eq!(store.metadata_keys(), keys, "{name}");
    }
}

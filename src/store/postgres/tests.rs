//! On a server of the tests' own: the suites that every store and every writer passes, and what only a server can do.

mod failures;
mod races;
#[path = "../../../tests/it/support/postgres.rs"]
pub(crate) mod server;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use self::server::{Server, server};
use super::*;
use crate::model::{AggregateKey, Category, Payload, Timestamp};
use crate::store::own::conformance::writer_conformance;
use crate::store::own::{self, Expected, MadeBy, NewEvent, StoreWriter as _, verify_chain};
use crate::store::sample_events::events;
use crate::store::{MemoryStore, OpenOptions, conformance, open};

/// How long anything may take that does not take long.
const SOON: Duration = Duration::from_secs(30);

/// An empty store in a database of its own: the database and its address.
fn store(server: &Server) -> (String, PostgresWriter) {
    let database = server.database();
    let writer = PostgresWriter::create(&server.at(&database)).unwrap();
    (database, writer)
}

fn reader(server: &Server, database: &str) -> PostgresStore {
    PostgresStore::open(&server.at(database), &Stop::default()).unwrap()
}

fn event(text: &str) -> NewEvent {
    NewEvent::new("Counted", Payload::json(text.as_bytes(), Arc::default(), Version::ZERO))
}

fn counter(number: u32) -> AggregateKey {
    AggregateKey::new("Counter", format!("counter-{number}"))
}

fn go_on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Waits until something is so.
fn until(what: &str, is: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is() {
        assert!(begun.elapsed() < SOON, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn it_does_what_every_writer_promises() {
    let Some(server) = server() else { return };
    writer_conformance(|| Box::new(store(server).1));
}

#[test]
fn a_store_is_made_once_and_opened_again() {
    let Some(server) = server() else { return };
    let (database, writer) = store(server);
    let address = server.at(&database);
    let error = PostgresWriter::create(&address).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    let again = PostgresWriter::open(&address).unwrap();
    assert_eq!(again.name(), writer.name());
    let store = open(&address, &OpenOptions::default()).unwrap();
    let info = store.info();
    assert_eq!(
        (info.layout.as_str(), info.backend, info.read_only),
        ("foldback", "PostgreSQL", false)
    );
    assert!(include_str!("schema.sql").contains(&format!("VALUES ({SCHEMA_VERSION}, md5(")));
    assert_eq!(SCHEMA_VERSION, own::SCHEMA_VERSION, "the same tables as in SQLite");
}

#[test]
fn a_store_of_schema_2_is_read_as_it_is_and_brought_up_to_date_when_it_is_written_to() {
    let Some(server) = server() else { return };
    let database = server.database();
    let address = server.at(&database);
    let rows = "INSERT INTO metric_samples VALUES ('projection_lag', '2026-03-02T14:34:12.000000000Z', 'list', 1.5);
                INSERT INTO checkpoints VALUES ('list', 7, '2026-03-02T14:34:12.000000000Z')";
    server.sql(&database, &format!("{};\n{rows}", include_str!("tests/schema_2.sql")));
    let shapes = |database: &str| {
        let sql = "SELECT string_agg(told, ',' ORDER BY told) FROM (
                     SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS told
                     FROM information_schema.columns WHERE table_schema = 'public'
                     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public') shape";
        server.sql(database, sql)
    };
    let before = shapes(&database);
    let mut reader = open(&address, &OpenOptions::default()).unwrap();
    let time = crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap();
    let kept = own::Sample::new(crate::model::Metric::ProjectionLag, "list", time, 1.5);
    let zero = crate::model::Timestamp::UNIX_EPOCH;
    let told = reader.samples("projection_lag", &zero, &time).unwrap();
    assert_eq!(told, std::slice::from_ref(&kept));
    let there = crate::store::Move::new(time, Position(7));
    let around = |reader: &mut dyn EventStore| {
        let around = reader.moves_around("list", &[zero, time]).unwrap();
        around.into_iter().map(|one| (one.before, one.after)).collect::<Vec<_>>()
    };
    assert_eq!(around(&mut *reader), [(None, Some(there)), (Some(there), None)]);
    assert_eq!(reader.newest_sample().unwrap(), Some(time));
    assert_eq!(shapes(&database), before, "reading changed nothing");
    drop(PostgresWriter::open(&address).unwrap());
    let (new, _new) = store(server);
    assert_eq!(shapes(&database), shapes(&new));
    assert_eq!(reader.samples("projection_lag", &zero, &time).unwrap(), [kept]);
    assert_eq!(reader.newest_sample().unwrap(), Some(time));
    assert_eq!(around(&mut *reader), [(None, Some(there)), (Some(there), None)]);
}

#[test]
fn moves_are_looked_up_and_never_gone_through() {
    let Some(server) = server() else { return };
    let (database, _writer) = store(server);
    let rows = "INSERT INTO checkpoint_history SELECT 'list', to_char(to_timestamp(1800000000 + n) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.000000000Z'), n, 0, 0
                FROM generate_series(1, 100000) n; ANALYZE checkpoint_history";
    server.sql(&database, rows);
    let at = "2027-01-16T00:00:00.000000000Z";
    let told = |sql: &str| {
        let sql = sql.replace("$1", "'list'").replace("$2", &format!("'{{{at},{at}}}'"));
        server.sql(&database, &format!("EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {sql}"))
    };
    let plan = told(&history::around_sql());
    assert!(!plan.contains("Seq Scan"), "{plan}");
    assert!(plan.matches("Index").count() >= 2, "{plan}");
    let most = plan.lines().filter(|line| line.contains("checkpoint_history"));
    assert!(
        most.clone().count() >= 2
            && most.into_iter().all(|line| line.contains("rows=1 ") || line.contains("rows=1.00 ")),
        "{plan}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// The same events, imported into both databases, are read the same and have the same hashes.
    #[test]
    fn both_databases_hold_the_same(events in events()) {
        let Some(server) = server() else { return Ok(()) };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.db");
        let address = server.at(&server.database());
        let mut memory = MemoryStore::new("memory", events);
        let in_file = own::import(&mut memory, &path, &mut go_on).unwrap();
        let on_server = import(&mut memory, &address, &mut go_on).unwrap();
        prop_assert_eq!(format!("{in_file:?}"), format!("{on_server:?}"));

        let mut file = open(&path, &OpenOptions::default()).unwrap();
        let mut store = open(&address, &OpenOptions::default()).unwrap();
        let expected = conformance::scan_all(&mut *file, &EventQuery::default(), 1_000);
        conformance::check(&mut *store, &expected);
        prop_assert_eq!(file.capabilities(), store.capabilities());
        prop_assert_eq!(file.census().unwrap(), store.census().unwrap());
        let verified = verify_chain(&path, dir.path(), &mut go_on).unwrap();
        let there = store.chain(&mut go_on).unwrap().unwrap();
        prop_assert!(there.findings.is_empty());
        prop_assert_eq!((verified.events, verified.hash), (there.events, there.hash));
    }
}

#[test]
fn the_same_appends_give_the_same_hashes() {
    let Some(server) = server() else { return };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let (database, mut there) = store(server);
    let mut here = own::OwnStore::create(&path).unwrap();
    let time = Timestamp::from_timestamp(1_800_000_000, 5).unwrap();
    let at = |text: &str| NewEvent { time: Some(time), ..event(text) };
    let image = Payload::opaque(&b"\x89PNG\0"[..], "image/png", "an image");
    let metadata =
        Payload::json(&b"{ \"correlation_id\":\"c\" }"[..], Arc::default(), Version::ZERO);
    let batches = [
        vec![at("{ \"n\": 1.50 }"), at("\"\\u0000 \u{1f600}\"")],
        vec![NewEvent {
            data: image,
            metadata: Some(metadata),
            schema: Some("2".into()),
            ..at("0")
        }],
        vec![],
    ];
    for (number, batch) in (1..).zip(&batches) {
        let one =
            own::StoreWriter::append(&mut here, &counter(number), batch, Expected::Any).unwrap();
        assert_eq!(there.append(&counter(number), batch, Expected::Any).unwrap(), one);
    }
    let verified = verify_chain(&path, dir.path(), &mut go_on).unwrap();
    let chain = reader(server, &database).chain(&mut go_on).unwrap().unwrap();
    assert_eq!((verified.events, verified.hash), (chain.events, chain.hash));
    let mut file = open(&path, &OpenOptions::default()).unwrap();
    let expected = conformance::scan_all(&mut *file, &EventQuery::default(), 10);
    conformance::check(&mut reader(server, &database), &expected);
}

#[test]
fn snapshots_and_checkpoints_come_along_and_go_back_into_a_file() {
    let Some(server) = server() else { return };
    let dir = tempfile::tempdir().unwrap();
    let (database, mut writer) = store(server);
    writer.append(&counter(1), &[event("1"), event("2")], Expected::NoAggregate).unwrap();
    let time = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
    let snapshot = Snapshot {
        version: Version(2),
        reducer: Some("sum".into()),
        time: Some(time),
        state: Payload::json(&b"{ \"sum\": 3 }"[..], Arc::default(), Version(2)),
    };
    writer.save_snapshot(&counter(1), &snapshot, None).unwrap();
    let shown = writer.register("list", &MadeBy::default(), &time).unwrap().generation;
    let later = time + chrono::TimeDelta::seconds(1);
    let step = own::Step {
        name: "list",
        generation: shown,
        from: Position(0),
        to: Position(2),
        changes: &[],
        dead_letters: &[],
        settled: &[],
        time: later,
    };
    writer.step(&step).unwrap();
    let told = |store: &mut dyn EventStore| {
        let snapshots = store.snapshots(&counter(1)).unwrap();
        let kept: Vec<_> = snapshots
            .iter()
            .map(|one| (one.version, one.reducer.clone(), one.time, one.state.bytes().to_vec()))
            .collect();
        // Errors are counted where the rows are kept: a copy has none of either.
        let mut checkpoints = store.checkpoints().unwrap();
        for one in &mut checkpoints {
            one.errors = None;
        }
        (kept, checkpoints, store.checkpoint_history("list").unwrap())
    };
    let mut first = reader(server, &database);
    let expected = told(&mut first);
    assert_eq!((expected.0.len(), expected.1.len(), expected.2.len()), (1, 1, 2));
    let path = dir.path().join("own.db");
    own::import(&mut first, &path, &mut go_on).unwrap();
    let mut file = open(&path, &OpenOptions::default()).unwrap();
    assert_eq!(told(&mut *file), expected);
    let back = server.at(&server.database());
    let report = import(&mut *file, &back, &mut go_on).unwrap();
    assert_eq!((report.events, report.snapshots, report.checkpoints), (2, 1, 1));
    assert_eq!(told(&mut *open(&back, &OpenOptions::default()).unwrap()), expected);
}

#[test]
fn an_import_that_is_stopped_leaves_nothing() {
    let Some(server) = server() else { return };
    let empty = server.database();
    let (database, mut writer) = store(server);
    for _ in 0..3 {
        let batch: Vec<_> = (0..1_000).map(|_| event("1")).collect();
        writer.append(&counter(1), &batch, Expected::Any).unwrap();
    }
    let mut from = reader(server, &database);
    let told = Cell::new(0);
    let stopped = import(&mut from, &server.at(&empty), &mut |done| {
        told.set(done);
        ControlFlow::Break(())
    });
    let error = stopped.unwrap_err();
    assert!(error.is_interrupted() && told.get() > 0, "{error}");
    assert!(error.message.contains(&format!("{} events", told.get())), "{error}");
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.sql(&empty, tables), "0");
    // So that the same can be asked again.
    assert_eq!(import(&mut from, &server.at(&empty), &mut go_on).unwrap().events, 3_000);
    let taken = import(&mut from, &server.at(&empty), &mut go_on).unwrap_err();
    assert_eq!(taken.kind, StoreErrorKind::Rejected, "{taken}");
}

#[test]
fn what_text_cannot_hold_stands_as_bytes_or_is_refused() {
    let Some(server) = server() else { return };
    let events = |name: &str| {
        let event = Event {
            position: None,
            aggregate: name.into(),
            category: Category::default(),
            version: Version(1),
            event_type: "Counted".into(),
            id: None,
            time: None,
            schema: None,
            data: Payload::json(&b"{\"a\":\0}"[..], Arc::default(), Version(1)),
            metadata: None,
            findings: Vec::new(),
        };
        MemoryStore::new("memory", vec![event])
    };
    let address = server.at(&server.database());
    let report = import(&mut events("a"), &address, &mut go_on).unwrap();
    assert!(report.findings.iter().any(|finding| finding.code == "payload-as-bytes"));
    let mut store = open(&address, &OpenOptions::default()).unwrap();
    let found = store.scan(&EventQuery::default(), 10).unwrap().events;
    assert_eq!(found[0].data.bytes().as_ref(), b"{\"a\":\0}");
    let refused =
        import(&mut events("a\0b"), &server.at(&server.database()), &mut go_on).unwrap_err();
    assert_eq!(refused.kind, StoreErrorKind::Rejected, "{refused}");
}

#[test]
fn events_are_never_changed_whoever_asks() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    writer.append(&counter(1), &[event("1"), event("2")], Expected::Any).unwrap();
    let copy = "INSERT INTO events SELECT 2, aggregate_id, category, 9, 'other', event_type, schema_version, data,
                data_bytes, metadata, metadata_bytes, recorded_at, content_type, hash FROM events WHERE position = 1";
    let below = copy.replacen("SELECT 2", "SELECT 0", 1);
    for (sql, words) in [
        ("UPDATE events SET data = '{}' WHERE position = 1", "events are immutable"),
        ("DELETE FROM events WHERE position = 2", "events are immutable"),
        ("TRUNCATE events", "events are immutable"),
        ("SET session_replication_role = replica; DELETE FROM events", "events are immutable"),
        ("SET session_replication_role = replica; TRUNCATE events", "events are immutable"),
        (below.as_str(), "needs a position above all others"),
        (copy, "duplicate key"),
    ] {
        let told = server.psql(&database, sql).unwrap_err();
        assert!(told.contains(words), "{sql}: {told}");
    }
    let verified = reader(server, &database).chain(&mut go_on).unwrap().unwrap();
    assert_eq!((verified.events, verified.findings.len()), (2, 0));
    // Who is stronger than a trigger is found out by the chain.
    server.sql(
        &database,
        "ALTER TABLE events DISABLE TRIGGER ALL; UPDATE events SET data = '3' WHERE position = 1",
    );
    let verified = reader(server, &database).chain(&mut go_on).unwrap().unwrap();
    let told: Vec<_> = verified.findings.iter().map(|one| (one.code, one.position)).collect();
    assert_eq!(told, [("chain-broken", Some(Position(1)))]);
}

#[test]
fn the_server_itself_keeps_a_reader_from_writing() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    writer.append(&counter(1), &[event("1")], Expected::Any).unwrap();
    let mut store = reader(server, &database);
    for sql in [
        "DELETE FROM snapshots",
        "CREATE TABLE t (a int)",
        "SELECT 1 FROM foldback_store FOR UPDATE",
    ] {
        let error =
            store.link.read(&async |client| Ok(client.batch_execute(sql).await?)).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::ReadOnly, "{sql}: {error}");
    }
    // Between two calls nothing is open: no transaction, and with it no lock.
    store.census().unwrap();
    store.scan(&EventQuery::default(), 10).unwrap();
    let open = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND application_name = 'foldback' AND (state <> 'idle' OR xact_start IS NOT NULL)";
    assert_eq!(server.sql(&database, open), "0");
}

#[test]
fn a_call_that_is_stopped_is_stopped_on_the_server_too() {
    let Some(server) = server() else { return };
    let (database, _) = store(server);
    let store = reader(server, &database);
    let running = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(600)%'
                   AND state = 'active' AND pid <> pg_backend_pid()";
    let interrupter = store.interrupter();
    std::thread::scope(|scope| {
        let asked = scope.spawn(|| {
            store
                .link
                .read(&async |client| Ok(client.batch_execute("SELECT pg_sleep(600)").await?))
        });
        until("it runs", || server.sql(&database, running) == "1");
        interrupter.interrupt();
        let error = asked.join().unwrap().unwrap_err();
        assert!(error.is_interrupted(), "{error}");
    });
    assert_eq!(server.sql(&database, running), "0", "nothing goes on that nobody waits for");
    let seven = store
        .link
        .read(&async |client| Ok(client.query_one("SELECT 7", &[]).await?.try_get::<_, i32>(0)?));
    assert_eq!(seven.unwrap(), 7);
}

#[test]
fn a_bell_rings_after_each_commit_and_when_something_may_have_been_missed() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    let mut store = reader(server, &database);
    let bell = store.bell().unwrap();
    let rings = |before: u64| {
        until("it rings", || {
            bell.wait(before, SOON);
            bell.times() > before
        });
    };
    rings(0);
    assert_eq!(store.head().unwrap().position, None);
    for position in 1..=3 {
        let before = bell.times();
        writer.append(&counter(1), &[event("1")], Expected::Any).unwrap();
        rings(before);
        assert_eq!(store.head().unwrap().position, Some(Position(position)));
    }
    let before = bell.times();
    let listens =
        "FROM pg_stat_activity WHERE query = 'LISTEN foldback' AND datname = current_database()";
    server.sql(&database, &format!("SELECT pg_terminate_backend(pid) {listens}"));
    // It listens again, and nobody knows what was missed.
    rings(before);
    drop(store);
    until("nobody listens", || server.sql(&database, &format!("SELECT count(*) {listens}")) == "0");
}

#[test]
fn who_waits_for_events_is_told_of_those_of_other_processes() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    let mut subscription = writer.subscribe(Position(0), &Stop::default()).unwrap();
    for position in 1..=5 {
        // Over connections of its own, as another process would.
        let mut other = PostgresWriter::open(&server.at(&database)).unwrap();
        let told = std::thread::scope(|scope| {
            let told = scope.spawn(|| subscription.next(9, SOON).unwrap());
            other.append(&counter(1), &[event("1")], Expected::Any).unwrap();
            told.join().unwrap()
        });
        let positions: Vec<_> = told.iter().filter_map(|event| event.position).collect();
        assert_eq!(positions, [Position(position)]);
        subscription.handled(Position(position));
    }
    writer.append(&counter(1), &[event("1")], Expected::Any).unwrap();
    drop(writer);
    assert_eq!(subscription.next(9, SOON).unwrap().len(), 1);
}

#[test]
fn another_history_in_the_same_place_is_noticed() {
    let Some(server) = server() else { return };
    let (database, mut writer) = store(server);
    let mut store = reader(server, &database);
    assert_eq!(store.head().unwrap().generation, 0);
    writer.append(&counter(1), &[event("1")], Expected::Any).unwrap();
    assert_eq!(store.head().unwrap().generation, 0);
    writer.append(&counter(1), &[event("2")], Expected::Any).unwrap();
    assert_eq!(store.head().unwrap().generation, 0, "what is added leaves it as it is");
    server.sql(&database, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    let gone = store.head().unwrap_err();
    assert!(gone.message.contains("foldback_store"), "{gone}");
    let mut writer = PostgresWriter::create(&server.at(&database)).unwrap();
    writer.append(&counter(1), &[event("1"), event("2")], Expected::Any).unwrap();
    assert_eq!(store.head().unwrap().generation, 1);
    assert_eq!(store.head().unwrap().generation, 1);
}

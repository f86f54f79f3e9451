use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{EventId, Payload, Position, Timestamp, Version, View, time};
use crate::store::export::{Format, export_file};
use crate::store::own::verify_chain;
use crate::store::sample_events::events;
use crate::store::{MemoryStore, OpenOptions, conformance, open, recording};

/// The rows of table `events`, in order, as events.
fn rows(path: &Path) -> Vec<Event> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT position, aggregate_id, category, version, event_id, event_type, schema_version, data, metadata, \
             recorded_at, content_type FROM events ORDER BY position",
        )
        .unwrap();
    let event = |row: &rusqlite::Row<'_>| {
        let text = |at: usize| row.get::<_, Option<String>>(at).unwrap();
        let version = Version(row.get::<_, i64>(3)? as u64);
        let payload = |at: usize, content_type: Option<String>| match row.get_ref(at).unwrap() {
            rusqlite::types::ValueRef::Null => None,
            rusqlite::types::ValueRef::Blob(bytes) => Some(Payload::opaque(
                bytes,
                content_type.unwrap_or("application/x-thing".into()),
                "x",
            )),
            text => Some(Payload::json(text.as_bytes().unwrap(), Arc::default(), version)),
        };
        Ok(Event {
            position: Some(Position(row.get(0)?)),
            aggregate: text(1).unwrap().into(),
            category: text(2).unwrap().into(),
            version,
            event_type: text(5).unwrap().into(),
            id: text(4).map(EventId::from),
            time: text(9).and_then(|text| time::parse_recorded(&text)),
            schema: text(6).map(Into::into),
            data: payload(7, text(10)).unwrap(),
            metadata: payload(8, None),
            findings: Vec::new(),
        })
    };
    statement.query_map([], event).unwrap().map(Result::unwrap).collect()
}

fn import_all(events: &[Event], to: &Path) -> Result<ImportReport, StoreError> {
    let mut store = MemoryStore::new("x", events.to_vec());
    import(&mut store, to, &mut |_| ControlFlow::Continue(()))
}

fn simple(at: u64, aggregate: &str, version: u64) -> Event {
    Event {
        position: Some(Position(at as i64)),
        aggregate: aggregate.into(),
        category: "Order".into(),
        version: Version(version),
        event_type: "Paid".into(),
        id: Some(EventId::new(format!("e-{at}"))),
        time: None,
        schema: None,
        data: Payload::json(&b"{}"[..], Arc::default(), Version(version)),
        metadata: None,
        findings: Vec::new(),
    }
}

fn names(dir: &tempfile::TempDir) -> Vec<String> {
    let names = fs::read_dir(dir.path()).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_event_is_kept_and_the_chain_holds(events in events()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("copy.db");
        let report = import_all(&events, &path).unwrap();
        prop_assert_eq!(report.events, events.len() as u64);
        prop_assert_eq!(names(&dir), ["copy.db"]);
        let made_up = |event: &Event, copy: &Event| {
            let position = event.position.or(copy.position);
            Event { position, id: event.id.clone().or(copy.id.clone()), ..event.clone() }
        };
        let found = rows(&path);
        let expected: Vec<Event> = events.iter().zip(&found).map(|(e, c)| made_up(e, c)).collect();
        conformance::same_events(&found, &expected, "imported");
        prop_assert_eq!(found.len(), events.len());
        let verified = verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
        prop_assert_eq!((verified.events, verified.findings.len()), (events.len() as u64, 0));
    }
}

#[test]
fn what_had_to_be_made_up_is_told_and_always_the_same() {
    let bare = |event: Event| Event { position: None, id: None, ..event };
    let events = [bare(simple(1, "a", 1)), bare(simple(2, "b", 1)), bare(simple(3, "a", 4))];
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (dir.path().join("one.db"), dir.path().join("two.db"));
    let report = import_all(&events, &one).unwrap();
    assert_eq!((report.events, report.aggregates), (3, 2));
    let messages: Vec<_> = report.findings.iter().map(|f| (f.code, f.message.as_str())).collect();
    assert_eq!(
        messages,
        [
            ("positions-counted", "3 of 3 events had no position and are numbered in their order"),
            (
                "ids-made-up",
                "3 of 3 events had no id and have one made of category, aggregate and version"
            ),
            ("times-missing", "3 of 3 events have no time"),
        ]
    );
    import_all(&events, &two).unwrap();
    let ids = |path: &Path| rows(path).iter().map(|event| event.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&two));
    let versions: Vec<_> = rows(&one).iter().map(|event| event.version.0).collect();
    assert_eq!(versions, [1, 1, 4], "the gap is kept");
}

#[test]
fn an_id_that_two_events_have_and_positions_that_fall_are_changed_and_told() {
    let mut events = [simple(5, "a", 1), simple(3, "b", 1), simple(9, "c", 1)];
    events[2].id = events[0].id.clone();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.db");
    let report = import_all(&events, &path).unwrap();
    let codes: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ["positions-changed", "ids-changed", "times-missing"]);
    let positions: Vec<_> = rows(&path).iter().map(|event| event.position).collect();
    assert_eq!(positions, [5, 6, 9].map(|at| Some(Position(at))));
}

#[test]
fn a_librarys_wrapping_is_taken_off() {
    let view = Arc::new(View { variant: true, ..View::default() });
    let mut event = simple(1, "a", 1);
    event.data = Payload::json(&br#"{"Paid": {"amount": 1.50}}"#[..], view, Version(1));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.db");
    let report = import_all(&[event], &path).unwrap();
    assert_eq!(&rows(&path)[0].data.bytes()[..], br#"{"amount":1.50}"#);
    assert!(report.findings.iter().any(|finding| finding.code == "wrapping-removed"));
}

#[test]
fn a_key_that_is_lost_with_the_wrapping_is_told() {
    let view = Arc::new(View { variant: true, ..View::default() });
    let mut event = simple(1, "a", 1);
    event.data = Payload::json(&br#"{"Paid": {"a": 1, "a": 2}}"#[..], view, Version(1));
    let dir = tempfile::tempdir().unwrap();
    let report = import_all(&[event], &dir.path().join("copy.db")).unwrap();
    assert!(report.findings.iter().any(|finding| finding.code == "keys-left"));
}

#[test]
fn a_stopped_or_failed_import_leaves_nothing() {
    let events: Vec<Event> = (1..=5000).map(|at| simple(at, "a", at)).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.db");
    let mut store = MemoryStore::new("x", events.clone());
    let mut calls = 0;
    let error = import(&mut store, &path, &mut |_| {
        calls += 1;
        assert_eq!(names(&dir).len(), 1, "it is written under another name");
        assert!(!path.exists());
        if calls == 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap_err();
    assert!(error.is_interrupted());
    assert!(error.message.starts_with("the import was stopped after 4000 events"), "{error}");
    assert_eq!(names(&dir), [""; 0]);

    let mut twice = events;
    twice.push(simple(6000, "a", 77));
    let error = import_all(&twice, &path).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected);
    assert!(error.message.starts_with("x holds Order a version 77 more than once"), "{error}");
    assert_eq!(names(&dir), [""; 0]);
}

#[test]
fn a_version_that_our_table_cannot_take_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("new.db");
    for (version, word) in [(0, "its version is 0"), (u64::MAX, "18446744073709551615")] {
        let error = import_all(&[simple(7, "order-1", version)], &to).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Rejected);
        for word in ["Order order-1", "position 7", word] {
            assert!(error.message.contains(word), "{word}: {error}");
        }
        assert!(error.hint.unwrap().contains("first: 0"));
        assert!(names(&dir).is_empty());
    }
}

#[test]
fn a_file_that_is_there_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("theirs.db");
    fs::write(&path, "theirs").unwrap();
    let error = import_all(&[simple(1, "a", 1)], &path).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected);
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    let lost = import_all(&[], &dir.path().join("none/x.db")).unwrap_err();
    assert_eq!(lost.kind, StoreErrorKind::Unwritable);
    assert!(lost.message.contains("none/x.db cannot be made"), "{lost}");
    assert_eq!(names(&dir), ["theirs.db"]);
}

#[test]
fn an_imported_recording_reads_through_the_layout_as_it_was() {
    let fixture = "tests/fixtures/recordings/cloudevents.jsonl";
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture);
    let mut recording = recording::open(&fixture).unwrap();
    let mut expected = conformance::scan_all(&mut *recording, &EventQuery::default(), 100);
    for (at, event) in expected.iter_mut().enumerate() {
        event.position = Some(Position(at as i64 + 1));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copy.db");
    import(&mut *recording, &path, &mut |_| ControlFlow::Continue(())).unwrap();
    let before = fs::read(&path).unwrap();
    let mut store = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
    assert_eq!((store.info().layout.as_str(), store.info().confidence), ("foldback", 100));
    conformance::check(&mut *store, &expected);
    drop(store);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(names(&dir), ["copy.db"]);
}

/// Bytes that cannot be read are the same bytes, whatever a reader takes them for; empty metadata is none.
fn as_told(event: Event) -> Event {
    let told = |payload: Payload| match payload.value() {
        Ok(_) => payload,
        Err(_) => Payload::opaque(Arc::clone(payload.bytes()), "unreadable", "unreadable"),
    };
    // Our table has no media type for metadata: bytes that read as JSON are JSON.
    let json = |payload: Payload| {
        Payload::json(Arc::clone(payload.bytes()), Arc::default(), event.version)
    };
    let metadata = event.metadata.filter(|metadata| !metadata.bytes().is_empty());
    let metadata = metadata.map(json).map(told);
    Event { data: told(event.data), metadata, ..event }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn an_export_that_is_imported_reads_the_same(events in events()) {
        prop_assume!(!events.is_empty());
        let dir = tempfile::tempdir().unwrap();
        let (lines, path) = (dir.path().join("x.jsonl.zst"), dir.path().join("copy.db"));
        let mut store = MemoryStore::new("x", events.clone());
        let format = Format::of(&lines);
        export_file(&mut store, &EventQuery::default(), &lines, format, None, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut recording = open(lines.to_str().unwrap(), &OpenOptions::default()).unwrap();
        import(&mut *recording, &path, &mut |_| ControlFlow::Continue(())).unwrap();
        let mut copy = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
        let found = conformance::scan_all(&mut *copy, &EventQuery::default(), 100);
        let expected: Vec<Event> = events
            .iter()
            .zip(&found)
            .map(|(event, copy)| Event {
                position: event.position.or(copy.position),
                id: event.id.clone().or(copy.id.clone()),
                ..event.clone()
            })
            .map(as_told)
            .collect();
        let found: Vec<Event> = found.into_iter().map(as_told).collect();
        conformance::same_events(&found, &expected, "imported from an export");
        prop_assert_eq!(found.len(), events.len());
    }
}

/// A store that a library wrote, imported: the report, and the copy as it reads.
fn imported(
    name: &str,
) -> (tempfile::TempDir, Box<dyn EventStore>, ImportReport, Box<dyn EventStore>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stores").join(name);
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("copy.db");
    let mut from = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let report = import(&mut *from, &to, &mut |_| ControlFlow::Continue(())).unwrap();
    let copy = open(to.to_str().unwrap(), &OpenOptions::default()).unwrap();
    (dir, from, report, copy)
}

fn left(report: &ImportReport) -> Vec<&str> {
    let left = report.findings.iter().filter(|finding| finding.code.ends_with("-left"));
    left.map(|finding| finding.message.as_str()).collect()
}

/// Version, time and state of every snapshot, by aggregate.
fn snapshots(store: &mut dyn EventStore) -> Vec<String> {
    let rows = conformance::list_all(store, &crate::store::AggregateQuery::default(), 100);
    let mut found = Vec::new();
    for row in rows {
        found.extend(store.snapshots(&row.key).unwrap().iter().map(|snapshot| {
            let state = snapshot.state.value().unwrap();
            let text = crate::model::json::to_string(state);
            format!("{} {} {:?} {text}", row.key, snapshot.version, snapshot.time)
        }));
    }
    found.sort();
    found
}

#[test]
fn snapshots_come_along_as_the_library_keeps_them() {
    for (name, count) in [("eventsourcing-py.db", 10), ("cqrs-es.db", 5)] {
        let (_dir, mut from, report, mut copy) = imported(name);
        assert_eq!(report.snapshots, count, "{name}");
        let expected = snapshots(&mut *from);
        assert_eq!((expected.len() as u64, snapshots(&mut *copy)), (count, expected), "{name}");
        assert_eq!(copy.census().unwrap().snapshots, Some(count));
    }
    let (_dir, _, report, _) = imported("eventsourcing-py-aes.db");
    assert_eq!(report.snapshots, 0);
    assert_eq!(left(&report)[0], "1 snapshot left behind: the state is no JSON");
}

#[test]
fn checkpoints_come_along_where_they_still_say_something() {
    let (_dir, mut from, report, mut copy) = imported("emmett.db");
    let expected = from.checkpoints().unwrap();
    assert_eq!((report.checkpoints, expected.len()), (3, 3));
    let found = copy.checkpoints().unwrap();
    let told = |all: &[crate::store::Checkpoint]| -> Vec<_> {
        all.iter().map(|one| (one.name.clone(), one.position, one.updated)).collect()
    };
    assert_eq!(told(&found), told(&expected));
    assert_eq!(left(&report), ["3 checkpoints kept without the status in the library's own words"]);

    // One that says nothing, and two of one name.
    let theirs = tempfile::tempdir().unwrap();
    let path = theirs.path().join("emmett.db");
    fs::copy(from.info().name.as_str(), &path).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE loose AS SELECT * FROM emt_processors;
             DROP TABLE emt_processors;
             ALTER TABLE loose RENAME TO emt_processors;
             UPDATE emt_processors SET last_processed_checkpoint = NULL WHERE processor_id = 'mailer';
             INSERT INTO emt_processors SELECT * FROM emt_processors WHERE processor_id = 'search-indexer';",
        )
        .unwrap();
    let mut silent = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let to = theirs.path().join("copy.db");
    let report = import(&mut *silent, &to, &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(report.checkpoints, 2);
    assert_eq!(
        left(&report).get(..2).unwrap(),
        [
            "1 checkpoint left behind: what is stored is no position",
            "1 checkpoint left behind: the name has another one",
        ]
    );

    // Where the events had to be numbered anew.
    let dir = tempfile::tempdir().unwrap();
    let to = dir.path().join("copy.db");
    let store = OwnStore::create(&to).unwrap();
    let mut tables = tables::Tables::new(&store.connection, &to);
    let kept = Kept::default().copy(&mut *from, &mut tables, false, &mut || Ok(())).unwrap();
    assert_eq!(kept.checkpoints, 0);
    let messages: Vec<_> = kept.findings().map(|finding| finding.message).collect();
    assert_eq!(messages, ["3 checkpoints left behind: the positions of the copy are others"]);
}

#[test]
fn what_a_killed_import_left_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for name in [".own.db.4711.partial", ".own.db.4711.partial-journal", ".other.db.1.partial"] {
        std::fs::write(dir.path().join(name), "half").unwrap();
    }
    let report = import_all(&[simple(1, "a", 1)], &dir.path().join("own.db")).unwrap();
    let said = report.findings.iter().find(|one| one.code == "import-leftovers").unwrap();
    assert!(
        said.message.ends_with("left .own.db.4711.partial, .own.db.4711.partial-journal"),
        "{said:?}"
    );
    assert_eq!(names(&dir).len(), 4, "and left alone");
}

/// Every row of the tables that are kept besides the events.
fn kept_rows(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let tables = ["snapshots", "projections", "checkpoints", "checkpoint_history"];
    let rows = tables.iter().flat_map(|table| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let cell = |at| format!("{:?}", row.get_ref(at).unwrap());
            Ok(format!("{table} {}", (0..columns).map(cell).collect::<Vec<_>>().join(" ")))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect::<Vec<_>>()
    });
    rows.collect()
}

#[test]
fn a_story_is_told_as_if_it_had_happened_later() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = ["a.db", "b.db"].map(|name| dir.path().join(name));
    let dated = |version| Event {
        time: Some(Timestamp::from_timestamp(1_800_000_000, version as u32).unwrap()),
        ..simple(version, "a", version)
    };
    import_all(&[dated(1), dated(2)], &first).unwrap();
    let connection = Connection::open(&first).unwrap();
    connection
        .execute_batch(
            "INSERT INTO snapshots VALUES ('a', 'Order', 2, 'typed', '{}', '2026-03-02T14:34:12.201000000Z');
            INSERT INTO projections (name, status, created_at, updated_at) VALUES ('list', 'paused', '2026-03-01T00:00:00.000000000Z', '2026-03-02T00:00:00.000000001Z');
            INSERT INTO checkpoints VALUES ('list', 1, '2026-03-01T00:00:00.000000000Z');
            UPDATE checkpoints SET position = 2, updated_at = '2026-03-02T00:00:00.000000001Z';",
        )
        .unwrap();
    let written = |path: &Path| -> Vec<String> {
        let sql = "SELECT recorded_at FROM events UNION ALL SELECT recorded_at FROM snapshots UNION ALL SELECT created_at FROM projections
                   UNION ALL SELECT updated_at FROM projections UNION ALL SELECT updated_at FROM checkpoints
                   UNION ALL SELECT updated_at FROM checkpoint_history";
        let connection = Connection::open(path).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let mut store = open(first.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let later = TimeDelta::days(200) + TimeDelta::nanoseconds(5);
    import_later(&mut *store, &second, later, &mut |_| ControlFlow::Continue(())).unwrap();
    let parse = |time: String| time.parse::<Timestamp>().unwrap();
    let moved: Vec<_> = written(&first).into_iter().map(|time| parse(time) + later).collect();
    assert_eq!(written(&second).into_iter().map(parse).collect::<Vec<_>>(), moved);
    assert_eq!(moved.len(), 2 + 1 + 2 + 1 + 2);
}

#[test]
fn a_store_of_our_own_comes_through_a_recording_whole() {
    let dir = tempfile::tempdir().unwrap();
    let [first, second] = ["a.db", "b.db"].map(|name| dir.path().join(name));
    import_all(&[simple(1, "a", 1), simple(2, "a", 2), simple(7, "b", 1)], &first).unwrap();
    Connection::open(&first)
        .unwrap()
        .execute_batch(
            r#"INSERT INTO snapshots VALUES ('a', 'Order', 2, 'order.js', '{ "n": 1.50 }', NULL);
            INSERT INTO snapshots VALUES ('a', 'Order', 2, 'typed', '{}', '2026-03-02T14:34:12.201000000Z');
            INSERT INTO snapshots VALUES ('b', 'Order', 1, 'typed', '{}', '2026-03-02T14:34:12.201000000Z');
            INSERT INTO projections (name, status, created_at, updated_at) VALUES ('list', 'rebuilding', '2026-03-01T00:00:00.000000000Z', '2026-03-02T00:00:00.000000001Z');
            INSERT INTO checkpoints VALUES ('list', 1, '2026-03-01T00:00:00.000000000Z');
            UPDATE checkpoints SET position = 7, updated_at = '2026-03-01T01:00:00.000000000Z';
            UPDATE checkpoints SET position = 2, updated_at = '2026-03-02T00:00:00.000000001Z';
            UPDATE checkpoint_history SET left_out = position, seconds = 60 WHERE position > 1;
            INSERT INTO checkpoints VALUES ('mail', 7, NULL);"#,
        )
        .unwrap();
    for name in ["x.jsonl", "x.jsonl.zst"] {
        let path = dir.path().join(name);
        let mut store = open(first.to_str().unwrap(), &OpenOptions::default()).unwrap();
        let go_on = &mut |_| ControlFlow::Continue(());
        let query = EventQuery::default();
        let report =
            export_file(&mut *store, &query, &path, Format::of(&path), None, go_on).unwrap();
        assert_eq!((report.events, report.snapshots, report.checkpoints), (3, 3, 2));
        assert_eq!(report.findings, []);
        let mut recorded = recording::open(&path).unwrap();
        let report = import(&mut *recorded, &second, go_on).unwrap();
        assert_eq!((report.events, report.snapshots, report.checkpoints), (3, 3, 2));
        assert_eq!(left(&report), [""; 0]);
        assert_eq!(kept_rows(&second), kept_rows(&first));
        assert_eq!(kept_rows(&second).len(), 3 + 1 + 2 + 3);
        let mut copy = open(second.to_str().unwrap(), &OpenOptions::default()).unwrap();
        let history = copy.checkpoint_history("list").unwrap();
        assert_eq!(history.iter().map(|one| one.position.0).collect::<Vec<_>>(), [1, 7, 2]);
        fs::remove_file(&second).unwrap();
    }
    // A format without a place for them says what stays behind.
    let mut store = open(first.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let path = dir.path().join("x.cloudevents.jsonl");
    let go_on = &mut |_| ControlFlow::Continue(());
    let report =
        export_file(&mut *store, &EventQuery::default(), &path, Format::of(&path), None, go_on)
            .unwrap();
    let messages: Vec<&str> = report.findings.iter().map(|one| one.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "3 snapshots left behind: CloudEvents has no place for it",
            "2 checkpoints left behind: CloudEvents has no place for it"
        ]
    );
}

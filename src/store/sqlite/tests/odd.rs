//! Stores that are not quite as their libraries make them: made by hand, migrated by others, damaged.

use rusqlite::Connection;

use super::*;
use crate::store::pass::Pass;
use crate::store::{Direction, StoreErrorKind};

/// A new database made by `sql`.
fn made(sql: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("odd.db");
    Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    (directory, path)
}

fn ids(store: &mut SqliteStore) -> Vec<String> {
    let mut both = [Direction::Forward, Direction::Backward].map(|direction| {
        let query = AggregateQuery { direction, ..AggregateQuery::default() };
        let rows = conformance::list_all(store, &query, 2);
        rows.into_iter().map(|row| row.key.to_string()).collect::<Vec<_>>()
    });
    assert_eq!(both[0], both[1], "forward and backward");
    std::mem::take(&mut both[0])
}

fn codes(store: &SqliteStore) -> Vec<&'static str> {
    store.info().findings.iter().map(|finding| finding.code).collect()
}

const STORED: &str = "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
    PRIMARY KEY (originator_id, originator_version));";

fn stored(rows: &str) -> (tempfile::TempDir, PathBuf) {
    made(&format!("{STORED} INSERT INTO stored_events VALUES {rows};"))
}

fn broadway(id: &str, options: &str, rows: &str) -> (tempfile::TempDir, PathBuf) {
    made(&format!(
        "CREATE TABLE events (id {id}, uuid TEXT, playhead INTEGER, payload TEXT, metadata TEXT, recorded_on TEXT, type TEXT) \
         {options}; {rows}"
    ))
}

#[test]
fn an_order_that_is_no_number_gives_way_to_the_row_number() {
    let rows = "WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 1499)
        INSERT INTO events SELECT printf('%08x', n * 7919 % 1500), 'a', n, '{}', '{}', NULL, 'T' FROM n";
    let (_directory, path) = broadway("TEXT PRIMARY KEY", "", rows);
    let mut store = open(&path);
    assert_eq!(codes(&store), ["order-not-a-number"]);
    assert!(!store.capabilities().position);
    let events = conformance::scan_all(&mut store, &EventQuery::default(), 700);
    let versions: Vec<u64> = events.iter().map(|event| event.version.0).collect();
    assert_eq!(versions, (1..=1500).collect::<Vec<_>>());
    assert!(events.iter().all(|event| event.position.is_none()));

    let (_directory, path) = broadway("TEXT PRIMARY KEY", "WITHOUT ROWID", rows);
    let error = try_open(&path).err().unwrap();
    assert_eq!(error.kind, StoreErrorKind::BadLayout, "{error}");
    assert!(error.message.contains("column id of table events"), "{error}");
}

#[test]
fn a_row_without_a_place_is_named() {
    let row = |id: &str, playhead: i64| {
        format!(
            "INSERT INTO events VALUES ({id}, 'cart-9', {playhead}, '{{}}', '{{}}', NULL, 'T');"
        )
    };
    let (_directory, path) = broadway("INTEGER", "", &(row("1", 0) + &row("2", 1)));
    let mut store = open(&path);
    Connection::open(&path).unwrap().execute_batch(&row("'abc'", 41)).unwrap();
    let error = store.scan(&EventQuery::default(), 10).unwrap_err();
    for word in ["column id", "`abc`", "aggregate cart-9", "version 41"] {
        assert!(error.message.contains(word), "{word}: {error}");
    }
}

#[test]
fn events_below_the_first_version_are_told() {
    let event =
        |version: i64| format!("('a', {version}, 'shop:Acc.Opened', '{{\"n\":{version}}}')");
    let rows = [event(0), event(1), event(2)].join(", ");
    let (_directory, path) = stored(&rows);
    let mut store = open(&path);
    let row = store.find("a").unwrap().remove(0);
    assert_eq!((row.events, row.version), (2, Version(2)), "what its history shows");
    assert_eq!(codes(&store), ["version-below-first"]);
    let events = store.read(&row.key, Version::ZERO, 10).unwrap();
    let [first, second] = events.as_slice() else { panic!("{events:?}") };
    let said = &first.findings[0];
    assert!(said.message.starts_with("1 event is numbered below 1"), "{said:?}");
    assert!(said.hint.as_ref().unwrap().contains("column: originator_version, first: 0"));
    assert!(second.findings.is_empty());
    let rest = store.read(&row.key, Version(1), 10).unwrap();
    assert!(rest[0].findings.is_empty(), "once is enough");
}

#[test]
fn a_time_that_cannot_be_read_is_no_end() {
    let (_directory, path) = fixture("emmett.db");
    let times = open(&path).census().unwrap();
    let connection = Connection::open(&path).unwrap();
    for (time, at) in [("0000-00-00 00:00:00", "min"), ("9999-99-99 99:99:99", "max")] {
        let sql = format!(
            "UPDATE emt_messages SET created = ?1 WHERE rowid = (SELECT {at}(rowid) FROM emt_messages WHERE stream_position = 2)"
        );
        assert_eq!(connection.execute(&sql, [time]).unwrap(), 1);
    }
    drop(connection);
    let mut store = open(&path);
    let census = store.census().unwrap();
    assert_eq!((census.first_time, census.last_time), (times.first_time, times.last_time));
    let said = store.info().findings.last().unwrap();
    assert!(said.message.starts_with("2 events have a time that cannot be read"), "{said:?}");
}

const CQRS: &str =
    "(aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata)";

#[test]
fn ids_and_categories_of_any_kind_are_found() {
    let (_directory, path) = made(&format!(
        "CREATE TABLE events {CQRS};
         INSERT INTO events SELECT column1, column2, column3, 'T', '1', '{{}}', '{{}}' FROM (VALUES
            ('Order', 5, 1), ('Order', 6, 1), ('Order', 7, 1), ('Order', 7, 2), (NULL, 8, 1), (3, 'x', 1), ('B', x'79', 1))"
    ));
    let mut store = open(&path);
    assert_eq!(ids(&mut store), ["8", "3 x", "B y", "Order 5", "Order 6", "Order 7"]);
    assert_eq!(store.counts().unwrap().aggregates, 6);
    let expected = conformance::scan_all(&mut store, &EventQuery::default(), 100);
    conformance::check(&mut store, &expected);

    let (_directory, path) = made(
        "CREATE TABLE events (aggregate_type INTEGER, aggregate_id INTEGER, sequence INTEGER, event_type TEXT,
            event_version TEXT, payload TEXT, metadata TEXT, PRIMARY KEY (aggregate_type, aggregate_id, sequence));
         INSERT INTO events SELECT n % 3, n / 5, n, 'T', '1', '{}', '{}' FROM
            (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 90) SELECT n FROM n)",
    );
    let mut store = open(&path);
    let expected = conformance::scan_all(&mut store, &EventQuery::default(), 100);
    conformance::check(&mut store, &expected);
}

#[test]
fn ids_are_told_apart_though_the_column_would_not() {
    let (_directory, path) = made(
        "CREATE TABLE stored_events (originator_id TEXT COLLATE NOCASE, originator_version INTEGER, topic TEXT, state BLOB);
         CREATE INDEX by_id ON stored_events (originator_id, originator_version);
         INSERT INTO stored_events SELECT column1, column2, 'shop:Acc.Opened', '{}' FROM
            (VALUES ('abc', 1), ('ABC', 1), ('Abd', 1), ('abc', 2), ('aBe', 1))",
    );
    let mut store = open(&path);
    let expected = conformance::scan_all(&mut store, &EventQuery::default(), 100);
    conformance::check(&mut store, &expected);
    assert_eq!(store.counts().unwrap().aggregates, 4);
}

#[test]
fn an_id_that_is_no_text_does_not_end_the_list() {
    let (_directory, path) = stored(
        "('a', 1, 'shop:Acc.Opened', '{}'), ('c', 1, 'shop:Acc.Opened', '{}'), (x'ff01', 1, 'shop:Acc.Opened', '{}'),
         (CAST(x'62ff' AS TEXT), 1, 'shop:Acc.Opened', '{}'), (CAST(x'62fe' AS TEXT), 1, 'shop:Acc.Opened', '{}')",
    );
    let mut store = open(&path);
    assert_eq!(ids(&mut store), ["Acc a", "Acc c"]);
    assert_eq!(codes(&store), ["aggregate-id-unreadable"]);
    let events = store.scan(&EventQuery::default(), 10).unwrap().events;
    let doubtful: Vec<usize> = events.iter().map(|event| event.findings.len()).collect();
    assert_eq!(doubtful, [0, 0, 1, 1, 1]);
}

#[test]
fn a_table_that_cannot_be_read_is_passed_over() {
    let add = |sql: &str| {
        let (directory, path) = stored("('a', 1, 'shop:Acc.Opened', '{}')");
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        (directory, path)
    };
    let hidden = "PRAGMA writable_schema = on; INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) \
        VALUES ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(embedding float[4])')";
    let view = "CREATE TABLE gone (x); CREATE VIEW report AS SELECT x FROM gone; PRAGMA writable_schema = on; \
        DELETE FROM sqlite_master WHERE name = 'gone'";
    for (sql, name) in [(view, "report"), (hidden, "vectors")] {
        let (_directory, path) = add(sql);
        let mut store = open(&path);
        assert_eq!(ids(&mut store), ["Acc a"]);
        let said = &store.info().findings[0];
        assert_eq!(said.code, "table-unreadable");
        assert!(said.message.contains(name), "{said:?}");
    }
}

/// SQLite forgets an interrupt that comes when no statement runs.
#[test]
fn an_interrupt_between_two_statements_is_not_lost() {
    type Question = fn(&mut Asked<'_>) -> Result<(), StoreError>;
    let (_directory, path) = fixture("cqrs-es.db");
    let mut store = open(&path);
    let interrupter = store.interrupter();
    let questions: [Question; 4] = [
        |asked| asked.census().map(drop),
        |asked| asked.find("a").map(drop),
        |asked| asked.counts().map(drop),
        |asked| asked.scan(&EventQuery::default(), 10).map(drop),
    ];
    for question in questions {
        let error = store.ask(|asked| {
            interrupter.interrupt();
            question(asked)
        });
        assert_eq!(error.unwrap_err().kind, StoreErrorKind::Interrupted);
        assert!(store.counts().is_ok(), "the next call is not stopped");
    }
}

#[test]
fn where_each_handled_event_leaves_a_row_the_last_one_counts() {
    let (_directory, path) = stored("('a', 1, 'shop:Acc.Opened', '{}')");
    let rows = "CREATE TABLE tracking (application_name TEXT, notification_id INTEGER, PRIMARY KEY (application_name, notification_id));
        INSERT INTO tracking VALUES ('shop', 9), ('shop', 10), ('shop', 11), ('bank', 3), ('__migration__', 1)";
    Connection::open(&path).unwrap().execute_batch(rows).unwrap();
    let found = open(&path).checkpoints().unwrap();
    let told: Vec<_> =
        found.iter().map(|one| (one.name.as_str(), one.position.unwrap().0)).collect();
    assert_eq!(told, [("bank", 3), ("shop", 11)]);
}

#[test]
fn a_store_of_another_library_in_its_place_is_recognised_anew() {
    let (_directory, path) = fixture("cqrs-es.db");
    let (_other, emmett) = fixture("emmett.db");
    let mut store = open(&path);
    let mut twin = store.reopen().unwrap();
    let before = store.head().unwrap();
    let old = store.counts().unwrap();

    std::fs::rename(&emmett, &path).unwrap();
    let mut plain = open(&path);
    assert_ne!(plain.counts().unwrap(), old);
    for store in [&mut store as &mut dyn EventStore, &mut *twin] {
        let expected = conformance::scan_all(&mut plain, &EventQuery::default(), 100);
        conformance::check(store, &expected);
        let info = store.info();
        assert_eq!(info.layout, "emmett");
        let said = info.findings.iter().find(|one| one.code == "store-replaced").unwrap();
        assert!(
            said.message.ends_with("replaced since, and is now Emmett (TypeScript)"),
            "{said:?}"
        );
        assert_eq!(store.capabilities(), plain.capabilities());
    }
    assert_ne!(store.head().unwrap().generation, before.generation);
    assert_eq!(store.head().unwrap().generation, store.head().unwrap().generation);

    let (_third, unknown) = made("CREATE TABLE notes (text)");
    std::fs::rename(&unknown, &path).unwrap();
    let error = store.counts().unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::UnknownLayout);
    assert!(error.message.contains("was replaced while it was open"), "{error}");
    let (_fourth, back) = fixture("cqrs-es.db");
    std::fs::rename(&back, &path).unwrap();
    assert_eq!(store.counts().unwrap(), old);
}

#[test]
fn other_tables_in_the_same_file_are_recognised_anew() {
    let (_directory, path) = stored("('a', 1, 'shop:Acc.Opened', '{}')");
    let mut store = open(&path);
    store.head().unwrap();
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "DROP TABLE stored_events; CREATE TABLE events {CQRS};
             INSERT INTO events VALUES ('Order', 'o-1', 1, 'T', '1', '{{}}', '{{}}')"
        ))
        .unwrap();
    assert_eq!(ids(&mut store), ["Order o-1"]);
    assert_eq!(store.info().layout, "cqrs-es");
    connection.execute_batch("DROP TABLE events; CREATE TABLE notes (text)").unwrap();
    let error = store.head().unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::UnknownLayout, "{error}");
}

#[test]
fn metadata_is_taken_out_of_objects_only() {
    let (_directory, path) = stored(
        r#"('a', 1, 'shop:Acc.Opened', '{"n":1,"correlation_id":"c-1"}'), ('a', 2, 'shop:Acc.Moved', ' [1, 2]'),
           ('a', 3, 'shop:Acc.Moved', '"closed"'), ('a', 4, 'shop:Acc.Moved', '{"n":')"#,
    );
    let events = conformance::scan_all(&mut open(&path), &EventQuery::default(), 10);
    let shown: Vec<_> = events
        .iter()
        .map(|event| event.metadata.as_ref().map(|meta| meta.value().unwrap().clone()))
        .map(|value| value.as_ref().map(crate::model::json::to_string))
        .collect();
    assert_eq!(shown, [Some(r#"{"correlation_id":"c-1"}"#.to_owned()), None, None, None]);
    assert!(events.iter().all(|event| event.data.is_json()));
}

#[test]
fn a_payload_that_nests_too_deep_keeps_its_time() {
    let deep = "[".repeat(600) + &"]".repeat(600);
    let (_directory, path) = stored(&format!(
        r#"('a', 1, 'shop:Acc.Opened', '{{"timestamp":{{"_type_":"datetime_iso","_data_":"2026-03-02T14:34:12+00:00"}},
            "deep":{deep},"class_version":3,"correlation_id":"c-1"}}')"#
    ));
    let event = open(&path).scan(&EventQuery::default(), 1).unwrap().events.remove(0);
    assert_eq!(event.time, parse_recorded("2026-03-02T14:34:12Z"));
    assert_eq!(event.schema.as_deref(), Some("3"));
    assert!(event.findings.is_empty(), "{:?}", event.findings);
    let metadata = event.metadata.unwrap();
    assert_eq!(metadata.value().unwrap().get("correlation_id").unwrap().as_str(), Some("c-1"));
    assert!(event.data.value().unwrap_err().to_string().contains("deeper than 512 levels"));
}

/// SQLite would put version 10 before version 9.
#[test]
fn versions_that_are_kept_as_texts_are_numbers() {
    for kind in ["TEXT", "", "REAL", "BIGINT"] {
        let (_directory, path) = made(&format!(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version {kind}, topic TEXT, state BLOB);
             INSERT INTO stored_events SELECT 'a', CAST(n AS TEXT), 'shop:Acc.Opened', '{{}}' FROM
                (WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1200) SELECT n FROM n)"
        ));
        let mut store = open(&path);
        let row = store.find("a").unwrap().remove(0);
        assert_eq!((row.events, row.version), (1200, Version(1200)), "{kind}");
        let expected = conformance::scan_all(&mut store, &EventQuery::default(), 500);
        conformance::check(&mut store, &expected);
    }
}

#[test]
fn events_without_a_number_are_told() {
    let (_directory, path) = stored(
        "('a', 1, 'shop:Acc.Opened', '{}'), ('a', 2, 'shop:Acc.Moved', '{}'), ('a', 'x', 'shop:Acc.Moved', '{}'),
         ('a', NULL, 'shop:Acc.Moved', '{}'), ('a', x'01', 'shop:Acc.Moved', '{}'), ('b', 'x', 'shop:Acc.Opened', '{}')",
    );
    let mut store = open(&path);
    let found = ["a", "b"].map(|id| store.find(id).unwrap().remove(0));
    let told = found.each_ref().map(|row| (row.events, row.version.0));
    assert_eq!(told, [(2, 2), (0, 0)]);
    let events = store.read(&found[0].key, Version::ZERO, 10).unwrap();
    assert_eq!(events.len(), 2);
    assert!(events[0].findings[0].message.starts_with("3 events are numbered below 1"));
    assert_eq!(codes(&store), ["version-below-first", "version-below-first"]);
    let unnumbered = store.scan(&EventQuery::default(), 10).unwrap().events;
    let said = unnumbered
        .iter()
        .filter(|event| event.findings[..].iter().any(|one| one.code == "version-unreadable"));
    assert_eq!(said.count(), 4);
}

#[test]
fn a_number_between_two_versions_stops_nobody() {
    let (_directory, path) = stored(
        "('a', 1, 'shop:Acc.Opened', '{}'), ('a', 1.5, 'shop:Acc.Moved', '{}'), ('a', 2, 'shop:Acc.Moved', '{}'),
         ('a', 2.5, 'shop:Acc.Moved', '{}')",
    );
    let mut store = open(&path);
    let key = store.find("a").unwrap().remove(0).key;
    for (after, limit, told) in
        [(0, 10, vec![(1, 0), (2, 2)]), (0, 1, vec![(1, 0)]), (1, 1, vec![(2, 2)])]
    {
        let events = store.read(&key, Version(after), limit).unwrap();
        let found: Vec<_> =
            events.iter().map(|event| (event.version.0, event.findings.len())).collect();
        assert_eq!(found, told);
        let said = events.iter().flat_map(|event| &event.findings);
        assert!(said.clone().all(|one| one.message.contains("its number should be whole and is")));
    }
}

#[test]
fn the_first_and_the_last_place_there_can_be_are_read() {
    let (_directory, path) = made(&format!(
        "{STORED} INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) VALUES
            ({least}, 'a', 1, 'shop:Acc.Opened', '{{}}'), (-1, 'a', 2, 'shop:Acc.Moved', '{{}}'),
            (9007199254740993, 'a', 3, 'shop:Acc.Moved', '{{}}'), ({most}, 'a', 4, 'shop:Acc.Moved', '{{}}')",
        least = i64::MIN,
        most = i64::MAX
    ));
    let mut store = open(&path);
    let expected = conformance::scan_all(&mut store, &EventQuery::default(), 100);
    assert_eq!(expected.len(), 4);
    conformance::check(&mut store, &expected);
}

#[test]
fn a_type_that_is_none_is_told() {
    let (_directory, path) =
        stored("('a', 1, NULL, '{}'), ('a', 2, CAST(x'73ff' AS TEXT), '{}'), ('a', 3, '', '{}')");
    let events = open(&path).scan(&EventQuery::default(), 10).unwrap().events;
    let said: Vec<Vec<&str>> = events
        .iter()
        .map(|event| event.findings.iter().map(|finding| finding.code).collect())
        .collect();
    assert_eq!(said, [vec!["type-missing"], vec!["type-unreadable"], vec![]]);
}

#[test]
fn a_pass_over_a_store_ends_where_another_takes_its_place() {
    let (_directory, path) = fixture("cqrs-es.db");
    let (_other, emmett) = fixture("emmett.db");
    let mut store = open(&path);
    let mut pass = Pass::new(&mut store, &EventQuery::default()).unwrap();
    assert_eq!(pass.next(&mut store, 3).unwrap().unwrap().events.len(), 3);
    std::fs::rename(&emmett, &path).unwrap();
    let error = pass.next(&mut store, 3).unwrap_err();
    assert!(error.message.contains("was replaced or rewritten while it was read"), "{error}");

    let (mut events, mut pass) = (0, Pass::new(&mut store, &EventQuery::default()).unwrap());
    while let Some(page) = pass.next(&mut store, 3).unwrap() {
        events += page.events.len() as u64;
    }
    assert_eq!(events, store.counts().unwrap().events);
}

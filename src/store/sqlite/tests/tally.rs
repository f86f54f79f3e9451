//! Counts of large aggregates that are carried on instead of made anew.

use rusqlite::Connection;

use super::*;

const EVENTS: u64 = 12_000;

/// A store without any constraint: an aggregate with the versions from 1 on, but for one, among others.
fn large(hole: u64) -> (tempfile::TempDir, PathBuf, Connection) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.db");
    let connection = Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB);
             CREATE INDEX events ON stored_events (originator_id, originator_version);
             INSERT INTO stored_events VALUES ('b', 1, 'shop:Acc.Opened', '{{}}');
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= {EVENTS})
             INSERT INTO stored_events SELECT 'a', n, 'shop:Acc.Opened', '{{\"n\":' || n || '}}' FROM n WHERE n <> {hole};
             INSERT INTO stored_events VALUES ('b', 2, 'shop:Acc.Moved', '{{}}');"
        ))
        .unwrap();
    (directory, path, connection)
}

fn events(store: &mut dyn EventStore) -> u64 {
    let found = store.find("a").unwrap().remove(0).events;
    let listed = store.aggregates(&AggregateQuery::default(), 1).unwrap().rows.remove(0).events;
    assert_eq!(found, listed);
    found
}

/// Whether the count was carried on: a row that is missing in the middle is not noticed then.
fn is_carried_on(store: &mut dyn EventStore, connection: &Connection) -> bool {
    let row = "originator_id = 'a' AND originator_version = 6000";
    let count = events(store);
    connection
        .execute_batch(&format!(
            "CREATE TEMP TABLE aside AS SELECT rowid AS place, * FROM stored_events WHERE {row};
             DELETE FROM stored_events WHERE {row}"
        ))
        .unwrap();
    let without = events(store);
    connection
        .execute_batch(
            "INSERT INTO stored_events (rowid, originator_id, originator_version, topic, state) SELECT * FROM aside;
             DROP TABLE aside",
        )
        .unwrap();
    assert!(without == count || without + 1 == count, "{without} of {count}");
    without == count
}

#[test]
fn what_is_added_to_a_large_aggregate_is_counted_whatever_its_version_is() {
    let (_directory, path, connection) = large(77);
    let mut store = open(&path);
    let mut again = store.reopen().unwrap();
    assert_eq!(events(&mut store), EVENTS);
    assert!(is_carried_on(&mut store, &connection));
    assert!(is_carried_on(&mut *again, &connection), "by whichever handle");
    let mut expected = EVENTS;
    let rows = [
        ("'a', 12002", 1, "the next version"),
        ("'a', 77", 1, "a version that was missing"),
        ("'a', 12002", 1, "the newest version once more"),
        ("'a', 5000", 1, "an old version once more"),
        ("'a', 20000", 1, "a version far beyond"),
        ("'a', 0", 0, "one below the first"),
        ("'a', 'x'", 0, "none"),
        ("'b', 3", 0, "that of another aggregate"),
    ];
    for (row, more, what) in rows {
        let sql = format!("INSERT INTO stored_events VALUES ({row}, 'shop:Acc.Moved', '{{}}')");
        connection.execute_batch(&sql).unwrap();
        expected += more;
        assert_eq!(events(&mut *again), expected, "{what}");
        assert_eq!(events(&mut store), expected, "{what}");
        assert_eq!(events(&mut open(&path)), expected, "{what}, counted anew");
    }
}

#[test]
fn a_history_that_is_not_the_one_that_was_counted_is_counted_anew() {
    let changes = [
        ("DELETE FROM stored_events WHERE originator_id = 'a' AND originator_version <= 100", 100),
        ("DELETE FROM stored_events WHERE originator_id = 'a' AND originator_version > 11000", 1001),
        // The numbers of the rows move, so that a new one does not stand beyond what was counted.
        ("ALTER TABLE stored_events RENAME TO before; DROP INDEX events;
          CREATE TABLE stored_events AS SELECT * FROM before WHERE originator_version NOT BETWEEN 50 AND 99;
          CREATE INDEX events ON stored_events (originator_id, originator_version); DROP TABLE before;
          INSERT INTO stored_events VALUES ('a', 12002, 'shop:Acc.Moved', '{}')", 49),
        ("DELETE FROM stored_events WHERE originator_id = 'a' AND originator_version BETWEEN 50 AND 99;
          UPDATE stored_events SET state = '{\"other\":1}' WHERE originator_id = 'a' AND originator_version = 12001", 50),
        ("DELETE FROM stored_events WHERE originator_id = 'a' AND originator_version BETWEEN 50 AND 99;
          WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n <= 30000)
          INSERT INTO stored_events SELECT 'c', n, 'shop:Acc.Opened', '{}' FROM n", 50),
    ];
    for (change, fewer) in changes {
        let (_directory, path, connection) = large(0);
        let mut store = open(&path);
        let before = events(&mut store);
        assert!(is_carried_on(&mut store, &connection));
        connection.execute_batch(change).unwrap();
        assert_eq!(events(&mut store), before - fewer, "{change}");
        assert!(is_carried_on(&mut store, &connection), "from there on: {change}");
    }
    let (_directory, path, _connection) = large(0);
    let mut store = open(&path);
    let before = events(&mut store);
    let (_other, another, connection) = large(5);
    drop(connection);
    std::fs::rename(another, &path).unwrap();
    assert_eq!(events(&mut store), before - 1, "another file");
}

use std::ops::ControlFlow;
use std::sync::Arc;

use super::*;
use crate::model::{AggregateKey, EventId, Payload, Position, Version};

fn store() -> (tempfile::TempDir, PathBuf, OwnStore) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("shop.db");
    let store = OwnStore::create(&path).unwrap();
    (dir, path, store)
}

fn event(event_type: &str, text: &str) -> NewEvent {
    NewEvent::new(event_type, Payload::json(text.as_bytes(), Arc::default(), Version::ZERO))
}

fn order(number: u32) -> AggregateKey {
    AggregateKey::new("Order", format!("order-{number}"))
}

fn findings(path: &Path) -> Vec<(&'static str, Option<Position>)> {
    let verified =
        verify_chain(path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
    verified.findings.iter().map(|finding| (finding.code, finding.position)).collect()
}

#[test]
fn a_new_store_says_whose_it_is_and_is_opened_again() {
    let (_dir, path, store) = store();
    // Also while it is open, when the log has not been taken over yet.
    check_is_ours(&path).unwrap();
    drop(store);
    OwnStore::open(&path).unwrap();
    assert_eq!(OwnStore::create(&path).unwrap_err().kind, StoreErrorKind::Rejected);
}

#[test]
fn it_does_what_every_writer_promises() {
    let dir = tempfile::tempdir().unwrap();
    let made = std::cell::Cell::new(0);
    conformance::writer_conformance(|| {
        made.set(made.get() + 1);
        let path = dir.path().join(format!("{}.db", made.get()));
        Box::new(OwnStore::create(&path).unwrap())
    });
}

#[test]
fn ten_thousand_appends_each_of_two_writers_that_want_the_same_version() {
    let (_dir, path, one) = store();
    let two = OwnStore::open(&path).unwrap();
    // What is durable is held by the test that kills; without the disk the two meet more often.
    one.is_fleeting().unwrap();
    two.is_fleeting().unwrap();
    conformance::two_writers(Box::new(one), Box::new(two), 10_000);
    assert_eq!(findings(&path), []);
}

#[test]
fn samples_are_written_once_a_moment() {
    let (_dir, _path, mut store) = store();
    let sample = |value| {
        Sample::new(
            crate::model::Metric::StorageSize,
            "",
            crate::model::Timestamp::UNIX_EPOCH,
            value,
        )
    };
    store.record(&[sample(1.5)]).unwrap();
    store.record(&[sample(2.5)]).unwrap();
    store.record(&[sample(3.5), sample(f64::INFINITY)]).unwrap_err();
    let text = "SELECT group_concat(value) FROM metric_samples";
    let values: String = store.connection.query_row(text, [], |row| row.get(0)).unwrap();
    assert_eq!(values, "2.5");
}

#[test]
fn a_file_of_somebody_else_is_refused_unchanged() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("theirs.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE t (a);").unwrap();
    let before = std::fs::read(&path).unwrap();
    assert_eq!(OwnStore::open(&path).unwrap_err().kind, StoreErrorKind::ReadOnly);
    assert_eq!(std::fs::read(&path).unwrap(), before);
    std::fs::write(&path, "text").unwrap();
    assert_eq!(OwnStore::open(&path).unwrap_err().kind, StoreErrorKind::ReadOnly);
    let missing = dir.path().join("none.db");
    assert_eq!(OwnStore::open(&missing).unwrap_err().kind, StoreErrorKind::NotFound);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn a_batch_is_appended_whole_at_the_version_it_expects() {
    let (_dir, _path, mut store) = store();
    let two = [event("Created", r#"{ "total": 19.90 }"#), event("Paid", "{}")];
    let appended = store.append(&order(1), &two, Expected::NoAggregate).unwrap();
    assert_eq!(appended, Appended { version: Version(2), position: Some(Position(2)) });
    store.append(&order(2), &two[..1], Expected::Any).unwrap();
    let appended = store.append(&order(1), &two[..1], Expected::Exactly(Version(2))).unwrap();
    assert_eq!(appended, Appended { version: Version(3), position: Some(Position(4)) });
    let text: String = store
        .connection
        .query_row("SELECT data FROM events WHERE position = 1", [], |row| row.get(0))
        .unwrap();
    assert_eq!(text, r#"{ "total": 19.90 }"#);
}

#[test]
fn a_conflict_names_both_versions_and_writes_nothing() {
    let (_dir, _path, mut store) = store();
    store.append(&order(1), &[event("Created", "{}"), event("Paid", "{}")], Expected::Any).unwrap();
    let error =
        store.append(&order(1), &[event("Paid", "{}")], Expected::Exactly(Version(1))).unwrap_err();
    let kind = StoreErrorKind::Conflict {
        aggregate: "order-1".into(),
        expected: Version(1),
        actual: Version(2),
    };
    assert_eq!(error.kind, kind);
    assert_eq!(error.message, "Order order-1 is at version 2, not at version 1 as expected");
    let error = store.append(&order(1), &[event("Paid", "{}")], Expected::NoAggregate).unwrap_err();
    assert_eq!(error.message, "Order order-1 should be new, and is at version 2 already");
    let appended = store.append(&order(1), &[], Expected::Any).unwrap();
    assert_eq!(appended.position, Some(Position(2)));
}

#[test]
fn an_event_id_is_taken_once() {
    let (_dir, path, mut store) = store();
    let named = |id: &str| NewEvent { id: Some(EventId::new(id)), ..event("Created", "{}") };
    store.append(&order(1), &[named("e-1")], Expected::Any).unwrap();
    let error = store.append(&order(2), &[named("e-2"), named("e-1")], Expected::Any).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected);
    assert_eq!(error.message, "the event id e-1 is in the store already: Order order-1 version 1");
    let error = store.append(&order(2), &[named("e-2"), named("e-2")], Expected::Any).unwrap_err();
    assert_eq!(error.message, "the event id e-2 stands twice in the batch, first in event 1");
    let appended = store.append(&order(2), &[named("e-2")], Expected::NoAggregate).unwrap();
    assert_eq!(appended.position, Some(Position(2)), "what was refused left nothing");
    assert_eq!(findings(&path), []);
}

#[test]
fn what_is_no_event_is_refused() {
    let (_dir, _path, mut store) = store();
    let mut message = |key: &AggregateKey, event: NewEvent| {
        let error = store.append(key, &[event], Expected::Any).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Rejected);
        error.message
    };
    assert!(
        message(&order(1), event("Paid", "{"))
            .starts_with("the data of event 1 of 1 for Order order-1 is not JSON")
    );
    assert!(message(&order(1), event("", "{}")).ends_with("has no type"));
    assert!(message(&AggregateKey::new("Order", ""), event("Paid", "{}")).ends_with("is empty"));
}

#[test]
fn events_cannot_be_changed_removed_or_replaced() {
    let (_dir, path, mut store) = store();
    store.append(&order(1), &[event("Created", "{}"), event("Paid", "{}")], Expected::Any).unwrap();
    let other = Connection::open(&path).unwrap();
    let columns = "aggregate_id, category, version, event_id, event_type, data, hash";
    let attempts = [
        "UPDATE events SET data = '[]' WHERE position = 1".to_owned(),
        "DELETE FROM events WHERE position = 2".to_owned(),
        "DELETE FROM events".to_owned(),
        format!(
            "INSERT OR REPLACE INTO events (position, {columns}) SELECT position, {columns} FROM events WHERE position = 2"
        ),
        format!(
            "INSERT OR REPLACE INTO events (position, {columns}) SELECT 3, {columns} FROM events WHERE position = 2"
        ),
    ];
    for attempt in attempts {
        let error = other.execute(&attempt, []).unwrap_err().to_string();
        assert!(error.starts_with("events are immutable: "), "{attempt}: {error}");
    }
    assert_eq!(findings(&path), []);
}

#[test]
fn the_chain_tells_where_a_row_was_tampered_with() {
    let (_dir, path, mut store) = store();
    for number in 0..2500 {
        let events = [event("Created", r#"{"total":1}"#)];
        store.append(&order(number), &events, Expected::NoAggregate).unwrap();
    }
    let before =
        verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((before.events, before.findings.len(), before.hash.len()), (2500, 0, 64));

    let other = Connection::open(&path).unwrap();
    let tamper = |text: &str| {
        other
            .execute_batch(&format!(
                "DROP TRIGGER IF EXISTS events_are_never_changed; DROP TRIGGER IF EXISTS events_are_never_removed; {text}"
            ))
            .unwrap();
    };
    tamper(r#"UPDATE events SET data = '{"total":2}' WHERE position = 1200"#);
    assert_eq!(findings(&path), [("chain-broken", Some(Position(1200)))]);
    tamper("DELETE FROM events WHERE position = 7");
    assert_eq!(
        findings(&path),
        [("chain-broken", Some(Position(8))), ("chain-broken", Some(Position(1200)))]
    );
    // A blob with the same bytes is not the same text.
    tamper("UPDATE events SET data = CAST(data AS BLOB) WHERE position = 9");
    assert_eq!(findings(&path).len(), 3);
    tamper("DELETE FROM events WHERE position = 2500");
    let after =
        verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(after.findings.len(), 3, "the end that is gone breaks nothing");
    assert_ne!(after.hash, before.hash, "and is told by the hash of the head");
}

#[test]
fn checking_stops_when_asked() {
    let (_dir, path, mut store) = store();
    store.append(&order(1), &[event("Created", "{}")], Expected::Any).unwrap();
    let error =
        verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Break(())).unwrap_err();
    assert!(error.is_interrupted());
}

#[test]
fn checking_changes_no_byte_and_leaves_nothing_beside() {
    let (dir, path, mut store) = store();
    let listing = || {
        let mut names: Vec<_> = std::fs::read_dir(dir.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    store.append(&order(1), &[event("Created", "{}")], Expected::Any).unwrap();
    // Its owner has it open: log and index stand beside it and stay.
    let open = listing();
    assert_eq!((open.len(), findings(&path)), (3, vec![]));
    assert_eq!(listing(), open);
    drop(store);
    let closed = (listing(), std::fs::read(&path).unwrap());
    assert_eq!((closed.0.len(), findings(&path)), (1, vec![]));
    assert_eq!((listing(), std::fs::read(&path).unwrap()), closed);
    // The log of an owner that died is read too, in a copy.
    let mut store = OwnStore::open(&path).unwrap();
    store.append(&order(1), &[event("Paid", "{}")], Expected::Any).unwrap();
    let beside = |suffix: &str| dir.path().join(format!("shop.db{suffix}"));
    let bytes = ["", "-wal"].map(|suffix| std::fs::read(beside(suffix)).unwrap());
    drop(store);
    std::fs::write(beside(""), &bytes[0]).unwrap();
    std::fs::write(beside("-wal"), &bytes[1]).unwrap();
    let died = listing();
    let verified =
        verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((verified.events, verified.findings.len()), (2, 0));
    assert_eq!(listing(), died);
    assert_eq!(std::fs::read(beside("-wal")).unwrap(), bytes[1]);
}

#[test]
fn two_writers_take_turns() {
    let (_dir, path, mut one) = store();
    let mut two = OwnStore::open(&path).unwrap();
    for _ in 0..20 {
        one.append(&order(1), &[event("Paid", "{}")], Expected::Any).unwrap();
        two.append(&order(1), &[event("Paid", "{}")], Expected::Any).unwrap();
    }
    let last = one.append(&order(1), &[], Expected::Exactly(Version(40))).unwrap();
    assert_eq!(last.position, Some(Position(40)));
    assert_eq!(findings(&path), []);
}

const STORE: &str = "FOLDBACK_TEST_APPENDS_TO";

/// One of the two processes of the test below, which names the store; by itself it has nothing to do.
#[test]
fn appends_where_nobody_was_before() {
    let Some(path) = std::env::var_os(STORE) else { return };
    let mut store = OwnStore::open(Path::new(&path)).unwrap();
    let (mut at, mut won) = (Version::ZERO, 0);
    while at < Version(60) {
        match store.append(&order(1), &[event("Paid", "{}")], Expected::Exactly(at)) {
            Ok(appended) => (at, won) = (appended.version, won + 1),
            Err(StoreError { kind: StoreErrorKind::Conflict { actual, .. }, .. }) => at = actual,
            Err(error) => panic!("{error}"),
        }
    }
    println!("it won {won} times");
}

#[test]
fn of_two_processes_that_expect_the_same_version_one_is_refused() {
    let (_dir, path, store) = store();
    drop(store);
    let name = "store::own::tests::appends_where_nobody_was_before";
    let start = || {
        std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", name])
            .env(STORE, &path)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap()
    };
    let won: u64 = [start(), start()]
        .map(|child| {
            let output = child.wait_with_output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            assert!(output.status.success(), "{said}");
            let count = said.split("it won ").nth(1).and_then(|rest| rest.split(' ').next());
            count.unwrap().parse::<u64>().unwrap()
        })
        .iter()
        .sum();
    let verified =
        verify_chain(&path, &std::env::temp_dir(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!((won, verified.events, verified.findings.len()), (60, 60, 0));
}

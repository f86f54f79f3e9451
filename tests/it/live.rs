//! A store that others write to while the screen is open, in a real terminal: nobody presses a key, and it is there.

use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use foldback::model::{AggregateKey, Payload, Version};
use foldback::store::own::{Expected, NewEvent, OwnStore};
use rusqlite::Connection;

use crate::support::terminal::{Launch, Terminal};

const FOLDBACK: &str = env!("CARGO_BIN_EXE_foldback");

fn open(store: &Path) -> Terminal {
    Launch::new(FOLDBACK).args([store]).size(160, 45).start()
}

fn leave(terminal: Terminal) {
    terminal.keys("q");
    let ended = terminal.ended();
    assert!(ended.status.success(), "{}", ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

fn append(path: &Path, versions: std::ops::RangeInclusive<u64>) {
    let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
    for version in versions {
        writeln!(
            file,
            r#"{{"aggregate":"order-1","version":{version},"type":"Counted","data":{{"n":{version}}}}}"#
        )
        .unwrap();
    }
}

#[test]
fn a_recording_that_grows_is_followed_paused_and_followed_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.jsonl");
    append(&path, 1..=3);
    let terminal = open(&path);
    terminal.wait_for("v3 of 3");
    terminal.wait_for("● live");
    append(&path, 4..=5);
    terminal.wait_for("v5 of 5");
    terminal.keys("<C-s>");
    terminal.wait_for("‖ paused");
    append(&path, 6..=17);
    terminal.wait_for("‖ paused · 12 new");
    assert!(terminal.text().contains("v5 of 5"), "{}", terminal.text());
    terminal.keys("<C-s>");
    terminal.wait_for("v17 of 17");
    terminal.wait_for("● live");
    leave(terminal);
}

#[test]
fn a_library_that_writes_its_store_is_followed_and_not_disturbed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.db");
    let from =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stores/eventsourcing-py.db");
    std::fs::copy(from, &path).unwrap();
    let owner = Connection::open(&path).unwrap();
    owner.pragma_update(None, "journal_mode", "wal").unwrap();
    let appends = |versions: std::ops::RangeInclusive<u64>| {
        for version in versions {
            let state = format!(r#"{{"n":{version}}}"#);
            let sql = "INSERT INTO stored_events VALUES ('zz-live', ?1, 'shop:Late.Came', CAST(?2 AS BLOB))";
            owner.execute(sql, (version as i64, state)).unwrap();
        }
    };
    appends(1..=2);
    let terminal = open(&path);
    terminal.wait_for("State at v");
    terminal.keys(">");
    terminal.wait_for("v2 of 2");
    appends(3..=9);
    terminal.wait_for("v9 of 9");
    terminal.keys("<C-s>");
    terminal.wait_for("‖ paused");
    appends(10..=11);
    terminal.wait_for("‖ paused · 2 new");
    // Whoever looks leaves the log to its owner.
    owner.pragma_update(None, "wal_checkpoint", "truncate").unwrap();
    leave(terminal);
    drop(owner);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_store_of_our_own_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.db");
    let mut store = OwnStore::create(&path).unwrap();
    let mut appends = |events: usize| {
        let data = || Payload::json(&b"{}"[..], Arc::default(), Version::ZERO);
        let events: Vec<_> = (0..events).map(|_| NewEvent::new("Counted", data())).collect();
        store.append(&AggregateKey::new("Order", "order-1"), &events, Expected::Any).unwrap();
    };
    appends(3);
    let terminal = open(&path);
    terminal.wait_for("v3 of 3");
    appends(3);
    terminal.wait_for("v6 of 6");
    leave(terminal);
}

/// Looks at an aggregate, and somebody removes the store → is told so once; steps on through what was read before, and
/// is told of each event that it cannot be read; what was not read is not made up.
#[test]
fn what_was_read_is_stepped_through_where_the_store_is_gone() {
    for (name, [last, before, first]) in [
        ("shop.jsonl", ["v2 of 2", "v1 of 2", "name  \"Ana Lopes\""]),
        ("stores/emmett.db", ["v10 of 10", "v9 of 10", "guestId  \"guest100\""]),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let path = directory.path().join(Path::new(name).file_name().unwrap());
        std::fs::copy(fixtures.join(name), &path).unwrap();
        let terminal = open(&path);
        terminal.wait_for(last);
        terminal.wait_for(first);
        terminal.wait_for("● live");
        std::fs::remove_file(&path).unwrap();
        terminal.wait_for("✗ out of reach");
        terminal.wait_for("✗ there is no file");
        terminal.keys("<Left>");
        terminal.wait_for(before);
        terminal.wait_for("its event cannot be read");
        terminal.wait_for("cannot be read: there is no file");
        assert!(terminal.text().contains(first), "{}", terminal.text());
        terminal.keys("<S-Left><S-Left>");
        terminal.wait_for("State before everything");
        terminal.wait_for("before the first event");
        terminal.keys("<Right>");
        terminal.wait_for("v1 of");
        // Another aggregate was never read.
        terminal.keys("<Esc>1<Down>");
        terminal.wait_for("nothing was read");
        leave(terminal);
    }
}

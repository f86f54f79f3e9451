//! Opening changes no byte and leaves nothing behind, however the store stands on the disk, and sees what its owner
//! writes in the meantime.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use foldback::model::{AggregateKey, At, Version};
use foldback::session::{OpenOptions, Session, Silent};
use foldback::store::{AggregateQuery, EventQuery, EventStore};
use foldback::tui::{Headless, Options, Source};
use sha2::{Digest as _, Sha256};

use super::owner::Owner;
use super::{FIXTURES, fixture, listed, opened, scanned};

/// Every file of a directory with the hash of its content.
type Listing = BTreeMap<PathBuf, String>;

fn listing(directory: &Path) -> Listing {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        let hash = Sha256::digest(std::fs::read(&path).unwrap());
        let hash = format!("{hash:x}");
        (PathBuf::from(path.file_name().unwrap()), hash)
    });
    files.collect()
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{}{suffix}", path.display()))
}

/// Everything that can be asked, and after each question a look at the directory.
fn ask_everything(store: &mut dyn EventStore, unchanged: &dyn Fn(&str)) {
    let rows = listed(store);
    unchanged("aggregates");
    let query = AggregateQuery { matching: Some("a".to_owned()), ..AggregateQuery::default() };
    store.aggregates(&query, 10).unwrap();
    unchanged("a search");
    for row in rows.iter().take(5) {
        store.find(row.key.id.as_str()).unwrap();
        store.read(&row.key, Version::ZERO, 1_000).unwrap();
        store.snapshots(&row.key).unwrap();
        unchanged("one aggregate");
    }
    scanned(store);
    unchanged("a scan");
    store.head().unwrap();
    store.counts().unwrap();
    store.census().unwrap();
    store.checkpoints().unwrap();
    unchanged("counts");
    let mut again = store.reopen().unwrap();
    again.head().unwrap();
    drop(again);
    unchanged("opening once more");
}

fn check_untouched(path: &Path, events: u64, aggregates: u64, how: &str) {
    let directory = path.parent().unwrap();
    let before = listing(directory);
    let unchanged = |what: &str| assert_eq!(listing(directory), before, "{how}: after {what}");
    let mut store = opened(path).unwrap_or_else(|error| panic!("{how}: {error}"));
    unchanged("opening");
    ask_everything(&mut *store, &unchanged);
    store.busy();
    ask_everything(&mut *store, &unchanged);
    store.rest();
    unchanged("many questions at once");
    let counts = store.counts().unwrap();
    assert_eq!((counts.events, counts.aggregates), (events, aggregates), "{how}");
    drop(store);
    unchanged("closing");
}

#[test]
fn a_store_at_rest_is_left_as_it_is() {
    for (name, layout, events, aggregates) in FIXTURES {
        let (_directory, path) = fixture(name);
        check_untouched(&path, events, aggregates, name);
        assert_eq!(opened(&path).unwrap().info().layout, layout);
        let journal = rusqlite::Connection::open(&path).unwrap();
        journal.pragma_update(None, "journal_mode", "DELETE").unwrap();
        drop(journal);
        check_untouched(&path, events, aggregates, &format!("{name} without WAL"));
    }
}

/// Names in paths that mean something in the address of a database.
#[test]
fn a_path_may_hold_any_character() {
    let directory = tempfile::tempdir().unwrap();
    let inside = directory.path().join("a b%20?mode=rwc#é");
    std::fs::create_dir(&inside).unwrap();
    let path = inside.join("shop & co.db");
    std::fs::copy(super::fixtures().join("cqrs-es.db"), &path).unwrap();
    check_untouched(&path, 279, 30, "a strange path");
}

#[test]
fn a_log_that_is_not_checkpointed_is_read_and_left_as_it_is() {
    let (_directory, path) = fixture("eventsourcing-py.db");
    let mut owner = Owner::of(&path);
    owner.does("PRAGMA wal_autocheckpoint = 0");
    owner.appends("late", 1..=5);
    check_untouched(&path, 404, 31, "its owner has it open");

    // The same three files without an owner: what a copy or a crash leaves.
    let crashed = tempfile::tempdir().unwrap();
    let copy = crashed.path().join("store.db");
    for suffix in ["", "-wal", "-shm"] {
        std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
    }
    check_untouched(&copy, 404, 31, "its owner crashed");
    std::fs::remove_file(beside(&copy, "-shm")).unwrap();
    check_untouched(&copy, 404, 31, "there is a log and no index of it");
    owner.closes();
}

#[test]
fn a_transaction_that_died_halfway_is_not_shown() {
    let (_directory, path) = fixture("eventsourcing-py.db");
    let mut owner = Owner::of(&path);
    owner.does("PRAGMA journal_mode = DELETE");
    owner.does("PRAGMA cache_size = 2; PRAGMA cache_spill = 2");
    owner.does("BEGIN IMMEDIATE");
    owner.does(
        "INSERT INTO stored_events SELECT 'half' || originator_id, originator_version, topic, state FROM stored_events",
    );
    let journal = beside(&path, "-journal");
    assert!(journal.metadata().unwrap().len() > 0, "the transaction has begun to write");
    owner.dies();
    check_untouched(&path, 399, 30, "a journal that wants to be rolled back");
}

#[cfg(unix)]
#[test]
fn a_directory_that_cannot_be_written_is_enough() {
    use std::os::unix::fs::PermissionsExt as _;
    for suffixes in [&[""][..], &["", "-wal", "-shm"], &["", "-wal"]] {
        let (_from, path) = fixture("eventsourcing-py.db");
        let mut owner = Owner::of(&path);
        owner.does("PRAGMA wal_autocheckpoint = 0");
        if suffixes.len() > 1 {
            owner.appends("late", 1..=2);
        }
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("store.db");
        for suffix in suffixes {
            std::fs::copy(beside(&path, suffix), beside(&copy, suffix)).unwrap();
            let read_only = std::fs::Permissions::from_mode(0o444);
            std::fs::set_permissions(beside(&copy, suffix), read_only).unwrap();
        }
        owner.closes();
        let set = |mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(directory.path(), permissions).unwrap();
        };
        set(0o555);
        let events = if suffixes.len() > 1 { 401 } else { 399 };
        check_untouched(
            &copy,
            events,
            30 + u64::from(suffixes.len() > 1),
            &format!("{suffixes:?}"),
        );
        set(0o755);
    }
}

/// A thousand events by another process: while its log grows, across a checkpoint, after it closed, after it came back.
#[test]
fn whatever_its_owner_appends_is_seen() {
    for journal in ["WAL", "DELETE"] {
        let (_directory, path) = fixture("eventsourcing-py.db");
        let key = AggregateKey::new("Late", "late");
        let mut store = opened(&path).unwrap();
        let mut seen = BTreeSet::new();
        let mut cursor = store.head().unwrap().cursor;
        let mut look = |store: &mut dyn EventStore, last: u64| {
            // One question at a time, or all at once.
            if last.is_multiple_of(100) {
                store.busy();
            }
            let query = EventQuery { after: cursor, ..EventQuery::default() };
            for event in store.scan(&query, 1_000).unwrap().events {
                assert_eq!((event.key(), event.findings.len()), (key.clone(), 0));
                assert!(seen.insert(event.version), "version {} twice", event.version);
            }
            assert_eq!(seen.len() as u64, last, "{journal}");
            cursor = store.head().unwrap().cursor;
            let events = store.read(&key, Version::ZERO, 2_000).unwrap();
            assert_eq!(events.len() as u64, last);
            assert_eq!(store.find("late").unwrap()[0].events, last);
            assert_eq!(store.counts().unwrap().events, 399 + last);
            store.rest();
        };
        let mut owner = Owner::of(&path);
        owner.does(&format!("PRAGMA journal_mode = {journal}"));
        for last in (50..=500).step_by(50) {
            owner.appends("late", last - 49..=last);
            look(&mut *store, last);
        }
        if journal == "WAL" {
            owner.does("PRAGMA wal_checkpoint(TRUNCATE)");
            look(&mut *store, 500);
        }
        owner.appends("late", 501..=750);
        owner.closes();
        assert!(!beside(&path, "-wal").exists(), "an open store keeps its owner from cleaning up");
        assert!(!beside(&path, "-shm").exists());
        look(&mut *store, 750);
        let mut owner = Owner::of(&path);
        owner.appends("late", 751..=1_000);
        look(&mut *store, 1_000);
        owner.closes();
        look(&mut *store, 1_000);
        assert_eq!(scanned(&mut *store).len(), 1_399);
    }
}

/// Somebody who has more to ask keeps the store open, and its owner from nothing but cleaning up.
#[test]
fn its_owner_goes_on_while_somebody_is_busy_with_it() {
    let (_directory, path) = fixture("eventsourcing-py.db");
    let mut owner = Owner::of(&path);
    owner.appends("late", 1..=3);
    let mut store = opened(&path).unwrap();
    let events = |store: &mut dyn EventStore| store.find("late").unwrap()[0].events;
    store.busy();
    assert_eq!(events(&mut *store), 3);
    owner.appends("late", 4..=5);
    assert_eq!(events(&mut *store), 5);
    owner.does("PRAGMA wal_checkpoint(TRUNCATE)");
    assert_eq!(beside(&path, "-wal").metadata().unwrap().len(), 0, "its log is taken over");
    assert_eq!(events(&mut *store), 5);
    owner.appends("late", 6..=9);
    owner.does("ALTER TABLE stored_events ADD COLUMN more");
    assert_eq!(events(&mut *store), 9);
    // Another store in its place, while the connection to this one is open.
    let (_other, another) = fixture("eventsourcing-py-zlib.db");
    let mut next = Owner::of(&another);
    next.appends("late", 1..=2);
    let generation = store.head().unwrap().generation;
    for suffix in ["-shm", "-wal", ""] {
        std::fs::rename(beside(&another, suffix), beside(&path, suffix)).unwrap();
    }
    assert_eq!(events(&mut *store), 2);
    assert_eq!(store.head().unwrap().generation, generation + 1);
    store.rest();
    next.dies();
    owner.dies();
}

#[test]
fn a_session_lets_go_of_the_store_when_it_has_answered() {
    let key = AggregateKey::new("Late", "late");
    for lingers in [false, true] {
        let (_directory, path) = fixture("eventsourcing-py.db");
        let mut owner = Owner::of(&path);
        owner.appends("late", 1..=3);
        let mut session = Session::open(&path, &OpenOptions::default()).unwrap();
        if lingers {
            session.linger();
        }
        assert_eq!(session.find("late").unwrap().events, 3);
        let moment = session.moment(&key, At::Last, &mut Silent).unwrap();
        assert_eq!(moment.version, Version(3));
        session.step(&key, moment.version, -1, &mut Silent).unwrap();
        session.refresh(&key).unwrap();
        session.walk_on(&key, 10, &mut Silent).unwrap();
        if lingers {
            session.rest();
        }
        owner.closes();
        assert!(!beside(&path, "-wal").exists(), "it lingers: {lingers}");
    }
}

/// What is on the screen keeps nobody from anything, a moment after the last key.
#[test]
fn a_screen_that_nobody_touches_lets_go_of_the_store() {
    let (_directory, path) = fixture("eventsourcing-py.db");
    let mut owner = Owner::of(&path);
    owner.appends("late", 1..=3);
    let source = {
        let path = path.clone();
        Source::new("store.db", move || Session::open(&path, &OpenOptions::default()))
    };
    let mut screen = Headless::new(source, &Options::default(), (120, 40)).unwrap();
    screen.start();
    screen.settle();
    for _ in 0..3 {
        screen.press("left").unwrap();
        screen.settle();
    }
    owner.closes();
    let mut owners = 1;
    while beside(&path, "-wal").exists() {
        assert!(owners < 1_000, "the screen keeps the store's owner from cleaning up");
        let mut owner = Owner::of(&path);
        owner.does("SELECT count(*) FROM stored_events");
        owner.closes();
        owners += 1;
    }
}

/// Reads as fast as it can while another process writes as fast as it can: every answer is one that was once true.
#[test]
fn what_is_read_while_its_owner_writes_is_whole() {
    let (_directory, path) = fixture("eventsourcing-py.db");
    let reader = std::thread::spawn({
        let path = path.clone();
        move || {
            let mut store = opened(&path).unwrap();
            let key = AggregateKey::new("Late", "late");
            let mut last = 0;
            let mut looks = 0_u32;
            while last < 300 {
                let events = store.read(&key, Version::ZERO, 1_000).unwrap();
                assert!(events.len() >= last, "{} after {last}", events.len());
                for (at, event) in events.iter().enumerate() {
                    assert_eq!(event.version.0, at as u64 + 1);
                    assert!(event.findings.is_empty(), "{:?}", event.findings);
                }
                last = events.len();
                looks += 1;
            }
            looks
        }
    });
    // Opened and closed again and again: each time the log comes, is checkpointed and goes.
    for round in 0..30 {
        let mut owner = Owner::of(&path);
        owner.appends("late", round * 10 + 1..=round * 10 + 10);
        owner.closes();
    }
    assert!(reader.join().unwrap() > 30, "it read while the other wrote");
}

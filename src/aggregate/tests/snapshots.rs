//! States that are stored: when, how many, which are used, and what is said of those that are not.

use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;

fn versions(path: &std::path::Path) -> Vec<u64> {
    let kept = writer(path).reader().unwrap().snapshots(&key()).unwrap();
    kept.into_iter().map(|one| one.version.0).collect()
}

fn store(path: &std::path::Path, version: u64, reducer: &str, taken: Timestamp, state: &str) {
    let snapshot = Snapshot {
        version: Version(version),
        reducer: Some(reducer.into()),
        time: Some(taken),
        state: json(state),
    };
    writer(path).save_snapshot(&key(), &snapshot, None).unwrap();
}

#[test]
fn a_policy_says_when_a_snapshot_is_due() {
    let now = Timestamp::UNIX_EPOCH + TimeDelta::days(9);
    let before = |hours| now - TimeDelta::hours(hours);
    let every = SnapshotPolicy::default();
    assert_eq!(every, SnapshotPolicy::Every(100));
    assert!(!every.is_due(99, None, &now));
    assert!(every.is_due(100, Some(&now), &now));
    assert!(!SnapshotPolicy::Every(0).is_due(0, None, &now), "nothing happened");
    let daily = SnapshotPolicy::Older(TimeDelta::days(1));
    assert!(daily.is_due(1, None, &now));
    assert!(daily.is_due(1, Some(&before(25)), &now));
    assert!(!daily.is_due(1, Some(&before(23)), &now));
    assert!(!daily.is_due(0, Some(&before(25)), &now));
    assert!(!SnapshotPolicy::Off.is_due(1_000_000, None, &now));
}

#[test]
fn loading_stores_a_snapshot_where_one_is_due_and_uses_it_from_then_on() {
    let (_dir, path) = own();
    count(&path, 99);
    let mut counters = repository::<Counter>(&path);
    assert_eq!((counters.load("c-1").unwrap().applied, versions(&path)), (99, vec![]));
    count(&path, 1);
    assert_eq!((counters.load("c-1").unwrap().applied, versions(&path)), (100, vec![100]));
    count(&path, 20);
    let loaded = counters.load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.applied), (Some(Version(100)), 20));
    assert_eq!((loaded.root.state().sum, loaded.root.version()), (120, Version(120)));
    assert_eq!((versions(&path), loaded.findings), (vec![100], vec![]));
    // What is loaded from a snapshot is saved at the right version.
    let mut root = loaded.root;
    root.decide(|_| add(1)).unwrap();
    assert_eq!(counters.save(&mut root).unwrap().unwrap().version, Version(121));
}

#[test]
fn the_newest_few_are_kept_and_a_policy_of_off_stores_none() {
    let (_dir, path) = own();
    let mut counters = repository::<Counter>(&path).with_snapshots(SnapshotPolicy::Every(10), 2);
    for _ in 0..5 {
        count(&path, 10);
        counters.load("c-1").unwrap();
    }
    assert_eq!(versions(&path), [40, 50]);
    let mut counters = repository::<Counter>(&path).with_snapshots(SnapshotPolicy::Off, 2);
    count(&path, 500);
    assert_eq!(counters.load("c-1").unwrap().applied, 500);
    assert_eq!(versions(&path), [40, 50]);
}

#[test]
fn a_snapshot_is_stored_by_command_from_the_events_alone() {
    let (_dir, path) = own();
    let mut counters = repository::<Counter>(&path);
    assert_eq!(counters.snapshot("c-1").unwrap(), None);
    count(&path, 5);
    store(&path, 3, "Counter@1", Timestamp::UNIX_EPOCH, r#"{"sum":1000}"#);
    assert_eq!(counters.snapshot("c-1").unwrap(), Some(Version(5)));
    let loaded = counters.load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.root.state().sum), (Some(Version(5)), 5));
}

#[test]
fn a_snapshot_of_another_schema_version_is_not_used_and_that_is_told() {
    let (_dir, path) = own();
    count(&path, 100);
    repository::<Counter>(&path).load("c-1").unwrap();
    let mut later = repository::<Later>(&path);
    let loaded = later.load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.applied, loaded.root.state().total), (None, 100, 100));
    assert_eq!(codes(&loaded.findings), [("snapshot-outdated", Some(Version(100)))]);
    assert_eq!(
        loaded.findings[0].message,
        "the snapshot of Counter c-1 at version 100 is of schema version 1, today's is 2, so it is not used"
    );
    // The one that was stored while loading is its own.
    let loaded = later.load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.applied), (Some(Version(100)), 0));
}

#[test]
fn snapshots_of_an_older_state_do_not_stay_for_ever() {
    let (_dir, path) = own();
    count(&path, 9);
    for version in 1..=9 {
        store(&path, version, "Counter@1", Timestamp::UNIX_EPOCH, r#"{"sum":0}"#);
    }
    let mut later = repository::<Later>(&path).with_snapshots(SnapshotPolicy::Off, 3);
    later.snapshot("c-1").unwrap();
    assert_eq!(versions(&path), [8, 9, 9], "three in all, today's among them");
    count(&path, 1);
    later.snapshot("c-1").unwrap();
    count(&path, 1);
    later.snapshot("c-1").unwrap();
    assert_eq!(versions(&path), [9, 10, 11]);
    assert_eq!(later.load("c-1").unwrap().snapshot, Some(Version(11)));
}

#[test]
fn a_snapshot_that_cannot_be_read_is_told_and_an_older_one_used() {
    let (_dir, path) = own();
    count(&path, 9);
    let then = Timestamp::UNIX_EPOCH;
    store(&path, 4, "Counter@1", then, r#"{"sum":4}"#);
    store(&path, 6, "Counter@1", then, r#"{"total":6}"#);
    store(&path, 8, "counter.js", then, r#"{"anything":8}"#);
    let loaded = repository::<Counter>(&path).load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.root.state().sum), (Some(Version(4)), 9));
    assert_eq!(codes(&loaded.findings), [("snapshot-unreadable", Some(Version(6)))]);
}

#[test]
fn snapshots_are_held_against_their_events() {
    let (_dir, path) = own();
    count(&path, 9);
    let then = Timestamp::UNIX_EPOCH;
    store(&path, 2, "Counter@1", then, r#"{ "sum": 2 }"#);
    store(&path, 4, "Counter@1", then, r#"{"sum":5}"#);
    store(&path, 5, "Counter@2", then, r#"{"total":0}"#);
    store(&path, 6, "Counter@1", then, r#"{"total":6}"#);
    store(&path, 7, "Counter@1", then, r#"{"sum":7}"#);
    let found = repository::<Counter>(&path).verify("c-1").unwrap();
    let differs = |version| ("snapshot-differs", Some(Version(version)));
    assert_eq!(codes(&found), [differs(4), differs(6)]);
}

#[test]
fn an_aggregate_is_loaded_also_where_its_snapshot_cannot_be_stored() {
    let (_dir, path) = own();
    count(&path, 100);
    take_no_snapshots(&path);
    let loaded = repository::<Counter>(&path).load("c-1").unwrap();
    assert_eq!(loaded.root.state().sum, 100);
    assert_eq!(codes(&loaded.findings), [("snapshot-not-stored", None)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// By whatever policy: loading comes to what the events say.
    #[test]
    fn with_and_without_snapshots_the_state_is_the_same(
        every in 1..8_u64,
        keep in 1..4_u32,
        saves in prop::collection::vec(prop::collection::vec(-9..9_i64, 1..5), 1..12),
    ) {
        let (_dir, path) = own();
        let mut counters = repository::<Counter>(&path).with_snapshots(SnapshotPolicy::Every(every), keep);
        let mut sum = 0;
        for numbers in saves {
            let mut root = counters.load("c-1").unwrap().root;
            prop_assert_eq!(root.state().sum, sum);
            for number in numbers {
                if number == 0 {
                    root.raise(Cleared {}, chrono::Utc::now());
                    sum = 0;
                } else {
                    root.raise(Added { number }, chrono::Utc::now());
                    sum += number;
                }
            }
            counters.save(&mut root).unwrap();
            prop_assert!(versions(&path).len() <= keep as usize);
        }
        let all = repository::<Counter>(&path).with_snapshots(SnapshotPolicy::Off, 1).load("c-1").unwrap();
        let mut bare = Root::<Counter>::new("c-1");
        bare.load(&writer(&path).reader().unwrap().read(&key(), Version::ZERO, 1_000).unwrap()).unwrap();
        prop_assert_eq!(all.root.state(), bare.state());
        prop_assert_eq!(bare.state().sum, sum);
        prop_assert_eq!(counters.verify("c-1").unwrap(), vec![]);
    }
}

//! Loading a typed aggregate with and without a snapshot, beside the Python library's `repository.get` of the same account.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use foldback::aggregate::{Repository, Root, SnapshotPolicy};
use foldback::model::Version;
use foldback::sample::domain::{Account, Money};
use foldback::store::own::OwnStore;

use crate::measure::{Row, median};
use crate::{python, stores};

/// Events after the snapshot.
const AFTER: u64 = 50;
const ID: &str = "account-1";

pub(crate) fn load() -> Vec<Row> {
    [1_000, 100_000].into_iter().flat_map(of).collect()
}

fn of(events: u64) -> Vec<Row> {
    let plain = account(events, false);
    let theirs = python::ask("load", plain.parent().unwrap(), Some(events));
    let ours = [
        loaded(&plain, events, None),
        loaded(&account(events, true), events, Some(events - AFTER)),
    ];
    let told = ["without a snapshot", "from a snapshot fifty events before the end"];
    let row = |(at, (ours, told)): (usize, (Duration, &str))| {
        let theirs = theirs.as_ref().map(|all| python::time(&all[["whole", "snapshot"][at]]));
        Row {
            what: format!("load an account of {events} events {told}"),
            measured: format!("{ours:.2?}"),
            beside: theirs.map_or(String::new(), |theirs| {
                format!("eventsourcing's repository.get of the same account {theirs:.2?}")
            }),
            ratio: theirs.map(|theirs| theirs.as_secs_f64() / ours.as_secs_f64()),
            budget: "none; the ratio is how many times faster".to_owned(),
        }
    };
    ours.into_iter().zip(told).enumerate().map(row).collect()
}

/// A store with one account of so many events, and perhaps a snapshot of it.
fn account(events: u64, with_snapshot: bool) -> PathBuf {
    let name = if with_snapshot { "account-with-snapshot" } else { "account" };
    stores::made(&format!("{name}-{events}.db"), |path| {
        let mut repository = repository(OwnStore::create(path).unwrap());
        let mut root = Root::<Account>::new(ID);
        root.decide(|account| account.open("ana")).unwrap();
        while root.version() < Version(events) {
            let n = root.version().0.cast_signed();
            let amount = Money::cents((n % 90 + 1) * 100 + n % 100);
            root.decide(|account| account.deposit(amount)).unwrap();
            let is_snapshot = root.version() == Version(events - AFTER);
            if root.version().0.is_multiple_of(1000) || is_snapshot {
                repository.save(&mut root).unwrap();
            }
            if is_snapshot && with_snapshot {
                assert_eq!(repository.snapshot(ID).unwrap(), Some(root.version()));
            }
        }
        repository.save(&mut root).unwrap();
    })
}

fn repository(store: OwnStore) -> Repository<Account> {
    let repository = Repository::new(Box::new(store)).unwrap();
    // What is loaded is what is measured, and not what is stored on the way.
    repository.with_snapshots(SnapshotPolicy::Off, 3)
}

fn loaded(path: &Path, events: u64, snapshot: Option<u64>) -> Duration {
    let mut repository = repository(OwnStore::open(path).unwrap());
    let mut times = Vec::new();
    for _ in 0..9 {
        let started = Instant::now();
        let loaded = repository.load(ID).unwrap();
        times.push(started.elapsed());
        assert_eq!(
            (loaded.root.version(), loaded.snapshot),
            (Version(events), snapshot.map(Version))
        );
    }
    median(&times)
}

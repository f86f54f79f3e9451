//! Stores as a person has them on the disk: opened through the one way in, with their owners at work beside.

mod broken;
mod large;
mod owner;
mod readback;
mod truth;
mod untouched;

use std::path::{Path, PathBuf};

use foldback::model::Event;
use foldback::store::{
    AggregateQuery, AggregateSummary, EventQuery, EventStore, OpenOptions, StoreError, open,
};

/// The stores that were written by the libraries, and how many events and aggregates are in each.
const FIXTURES: [(&str, &str, u64, u64); 4] = [
    ("eventsourcing-py.db", "eventsourcing-py", 399, 30),
    ("eventsourcing-py-zlib.db", "eventsourcing-py", 270, 20),
    ("cqrs-es.db", "cqrs-es", 279, 30),
    ("emmett.db", "emmett", 283, 21),
];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stores")
}

/// A copy of a fixture in a directory of its own.
fn fixture(name: &str) -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join(name);
    std::fs::copy(fixtures().join(name), &to).unwrap();
    (directory, to)
}

fn opened(path: &Path) -> Result<Box<dyn EventStore>, StoreError> {
    open(path.to_str().unwrap(), &OpenOptions::default())
}

fn scanned(store: &mut dyn EventStore) -> Vec<Event> {
    let mut query = EventQuery::default();
    let mut events = Vec::new();
    loop {
        let page = store.scan(&query, 250).unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) => query.after = Some(next),
            None => return events,
        }
    }
}

fn listed(store: &mut dyn EventStore) -> Vec<AggregateSummary> {
    let mut query = AggregateQuery::default();
    let mut rows = Vec::new();
    loop {
        let page = store.aggregates(&query, 50).unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => query.beyond = Some(next),
            None => return rows,
        }
    }
}

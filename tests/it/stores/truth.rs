//! Whole stores, where they are at hand: what is counted must be what their libraries counted.

use std::path::{Path, PathBuf};

use foldback::model::Version;
use serde_json::Value;

use super::{listed, opened, scanned};

fn stores() -> Option<PathBuf> {
    let named = std::env::var_os("FOLDBACK_STORES").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/stores");
    named.into_iter().chain([beside]).find(|path| path.is_dir())
}

#[test]
fn counts_are_those_of_the_libraries() {
    let Some(stores) = stores() else {
        eprintln!("skipped: no whole stores here; FOLDBACK_STORES can name a directory of them");
        return;
    };
    let cases = [
        ("eventsourcing-py/sqlite", "eventsourcing-py"),
        ("eventsourcing-py/sqlite-zlib", "eventsourcing-py"),
        ("eventsourcing-py/sqlite-aes", "eventsourcing-py"),
        ("cqrs-es/sqlite", "cqrs-es"),
        ("emmett/sqlite", "emmett"),
    ];
    for (folder, layout) in cases {
        let folder = stores.join(folder);
        let truth: Value =
            serde_json::from_slice(&std::fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let mut store = opened(&folder.join("store.db")).unwrap();
        assert_eq!(store.info().layout, layout);
        let events = scanned(&mut *store);
        let census = store.census().unwrap();
        let rows = listed(&mut *store);
        let total = |name: &str| truth["totals"][name].as_u64();
        let known = total("events").or(truth["events"].as_u64());
        assert_eq!(census.counts.events, known.unwrap_or(events.len() as u64), "{folder:?}");
        assert_eq!(events.len() as u64, census.counts.events);
        assert_eq!(rows.len() as u64, census.counts.aggregates);
        assert_eq!(store.counts().unwrap(), census.counts);
        let aggregates = total("streams")
            .or_else(|| Some(total("accounts")? + total("orders")?))
            .or(truth["totals"]["aggregates"].as_u64());
        assert_eq!(census.counts.aggregates, aggregates.unwrap_or(rows.len() as u64), "{folder:?}");
        if let Some(head) = total("head").or(total("head_notification_id")) {
            assert_eq!(store.head().unwrap().position.map(|at| at.0 as u64), Some(head));
        }
        for aggregate in truth["aggregates"].as_array().unwrap() {
            let id = aggregate["aggregate_id"].as_str().or(aggregate["stream"].as_str()).unwrap();
            let found = store.find(id).unwrap();
            assert_eq!(found.len(), 1, "{id}");
            let category =
                aggregate["aggregate_type"].as_str().or(aggregate["stream_type"].as_str());
            assert_eq!(Some(found[0].key.category.as_str()), category, "{id}");
            assert_eq!(Some(found[0].events), aggregate["events"].as_u64(), "{id}");
            let read = store.read(&found[0].key, Version::ZERO, 100_000).unwrap();
            assert_eq!(read.len() as u64, found[0].events, "{id}");
        }
        let checkpoints = store.checkpoints().unwrap();
        for (name, position) in truth["checkpoints"].as_object().into_iter().flatten() {
            let found = checkpoints.iter().find(|checkpoint| checkpoint.name == *name).unwrap();
            assert_eq!(found.position.map(|at| at.0), position.as_i64(), "{name}");
        }
    }
}

//! Whole stores, where they are at hand: what is counted must be what their libraries counted.
//!
//! `FOLDBACK_STORES` names a directory with one for each library, and beside it what the library said of it.

use std::path::{Path, PathBuf};

use foldback::model::Version;
use foldback::store::{AggregateSummary, EventStore};
use serde_json::Value;

use super::{listed, opened, scanned};

/// Opens the store in a folder and reads what its library said; `None`, and says so, where there are no stores.
fn told(folder: &str, layout: &str) -> Option<(Box<dyn EventStore>, Value)> {
    let Some(stores) = std::env::var_os("FOLDBACK_STORES").map(PathBuf::from) else {
        println!("skipped: FOLDBACK_STORES does not name a directory of whole stores");
        return None;
    };
    let folder = stores.join(folder);
    let store = opened(&folder.join("store.db")).unwrap();
    assert_eq!(store.info().layout, layout);
    Some((store, read(&folder.join("truth.json"))))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// A number that the library said; one that it did not say is a mistake of the test.
fn number(truth: &Value, name: &str) -> u64 {
    truth[name].as_u64().unwrap_or_else(|| panic!("{name} is not told: {truth}"))
}

/// Counts, events and aggregates against `events` and `aggregates`, and one by one what is told of some aggregates.
fn counts(store: &mut dyn EventStore, truth: &Value, events: u64, aggregates: u64) {
    let census = store.census().unwrap();
    assert_eq!((census.counts.events, census.counts.aggregates), (events, aggregates));
    assert_eq!(store.counts().unwrap(), census.counts);
    assert_eq!(scanned(store).len() as u64, events);
    let rows = listed(store);
    assert_eq!(rows.len() as u64, aggregates);
    assert_eq!(rows.iter().map(|row| row.events).sum::<u64>(), events);
    let told = truth["aggregates"].as_array().unwrap();
    assert!(told.len() > 10);
    for aggregate in told {
        let id = aggregate["aggregate_id"].as_str().or(aggregate["stream"].as_str()).unwrap();
        let found = store.find(id).unwrap();
        let [row] = found.as_slice() else { panic!("{id}: {found:?}") };
        let category = aggregate["aggregate_type"].as_str().or(aggregate["stream_type"].as_str());
        assert_eq!(Some(row.key.category.as_str()), category, "{id}");
        assert_eq!(row.events, number(aggregate, "events"), "{id}");
        let read = store.read(&row.key, Version::ZERO, 100_000).unwrap();
        assert_eq!(read.len() as u64, row.events, "{id}");
    }
}

fn head(store: &mut dyn EventStore, position: u64) {
    assert_eq!(store.head().unwrap().position.map(|at| at.0 as u64), Some(position));
}

#[test]
fn eventsourcing_counts_what_its_library_counted() {
    for folder in ["sqlite", "sqlite-zlib", "sqlite-aes"] {
        let folder = format!("eventsourcing-py/{folder}");
        let Some((mut store, truth)) = told(&folder, "eventsourcing-py") else { return };
        let totals = &truth["totals"];
        let aggregates = number(totals, "accounts") + number(totals, "orders");
        counts(&mut *store, &truth, number(totals, "events"), aggregates);
        head(&mut *store, number(totals, "head_notification_id"));
        let checkpoints = store.checkpoints().unwrap();
        let found: Vec<_> =
            checkpoints.iter().map(|one| (one.name.clone(), one.position.unwrap().0)).collect();
        let mut known: Vec<_> = truth["checkpoints"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, at)| (name.clone(), at.as_i64().unwrap()))
            .collect();
        known.sort();
        assert_eq!(found, known, "{folder}");
    }
}

#[test]
fn emmett_counts_what_its_library_counted() {
    let Some((mut store, truth)) = told("emmett/sqlite", "emmett") else { return };
    let totals = &truth["totals"];
    counts(&mut *store, &truth, number(totals, "events"), number(totals, "streams"));
    head(&mut *store, number(totals, "head"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let mut known: Vec<_> = truth["processors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let position: i64 = text(&one["last_processed_checkpoint"]).parse().unwrap();
            (text(&one["processor_id"]), position, Some(text(&one["status"])))
        })
        .collect();
    known.sort();
    let found = store.checkpoints().unwrap().into_iter();
    let found: Vec<_> = found.map(|one| (one.name, one.position.unwrap().0, one.status)).collect();
    assert_eq!(found, known);
    let archived: Vec<String> = listed(&mut *store)
        .into_iter()
        .filter(|row| row.archived == Some(true))
        .map(|AggregateSummary { key, .. }| key.id.to_string())
        .collect();
    let known: Vec<String> =
        truth["archived_streams"].as_array().unwrap().iter().map(text).collect();
    assert_eq!(archived, known);
}

#[test]
fn cqrs_es_counts_what_its_library_counted() {
    let Some((mut store, truth)) = told("cqrs-es/sqlite", "cqrs-es") else { return };
    let totals = &truth["totals"];
    counts(&mut *store, &truth, number(totals, "events"), number(totals, "aggregates"));
    assert_eq!(store.head().unwrap().position, None, "it records none");
    assert_eq!(store.census().unwrap().snapshots, Some(number(totals, "snapshots")));
    let accounts: Vec<_> = listed(&mut *store)
        .into_iter()
        .filter(|row| row.key.category.as_str() == "account")
        .collect();
    assert_eq!(accounts.len() as u64, number(totals, "account_view"));
    let snapshots = accounts.iter().map(|row| store.snapshots(&row.key).unwrap().len() as u64);
    assert_eq!(
        snapshots.sum::<u64>(),
        number(&truth["snapshot_divergence"], "accounts_with_snapshot")
    );
}

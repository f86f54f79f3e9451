//! A store with many aggregates: a search hands back what it has in time, and a long count can be stopped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use foldback::model::AggregateKey;
use foldback::store::{AggregateQuery, Direction, EventQuery, StoreErrorKind};

use super::opened;

const AGGREGATES: u64 = 45_000;

/// An eventsourcing store with two events in each aggregate.
fn large() -> (tempfile::TempDir, std::path::PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("large.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "CREATE TABLE stored_events (originator_id TEXT, originator_version INTEGER, topic TEXT, state BLOB,
                PRIMARY KEY (originator_id, originator_version));
             WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < {} - 1)
             INSERT INTO stored_events SELECT printf('%08x', n / 2), 1 + n % 2, 'shop:Cart.' || iif(n % 2, 'Closed', 'Opened'),
                CAST('{{\"timestamp\":{{\"_type_\":\"datetime_iso\",\"_data_\":\"2026-01-01T00:00:00+00:00\"}}}}' AS BLOB) FROM n",
            AGGREGATES * 2
        ))
        .unwrap();
    drop(connection);
    (directory, path)
}

#[test]
fn a_search_stops_after_a_bounded_number_of_rows_and_goes_on_from_there() {
    let (_directory, path) = large();
    let mut store = opened(&path).unwrap();
    for direction in [Direction::Forward, Direction::Backward] {
        let matching = Some("0000AFc".to_owned());
        let mut query = AggregateQuery { direction, matching, ..AggregateQuery::default() };
        let (mut found, mut examined, mut pages) = (0, 0, 0);
        loop {
            let page = store.aggregates(&query, 100).unwrap();
            assert!(page.examined <= 20_000);
            found += page.rows.len();
            examined += page.examined;
            pages += 1;
            match page.next {
                Some(next) => query.beyond = Some(next),
                None => break,
            }
        }
        // 0000afc0 to 0000afc7, the last ones there are, and 00000afc.
        assert_eq!((found, examined, pages), (9, AGGREGATES, 3), "{direction:?}");
    }
    let last = AggregateKey::new("Cart", "0000afc7");
    let beyond = AggregateQuery { beyond: Some(last), ..AggregateQuery::default() };
    let page = store.aggregates(&beyond, 100).unwrap();
    assert!(page.rows.is_empty() && page.next.is_none() && page.examined == 0);
}

#[test]
fn a_filtered_scan_is_bounded_too_and_finds_everything() {
    let (_directory, path) = large();
    let mut store = opened(&path).unwrap();
    let mut query = EventQuery { types: vec!["shop:Cart.Closed".into()], ..EventQuery::default() };
    let (mut found, mut pages) = (0, 0);
    loop {
        let page = store.scan(&query, 1_000_000).unwrap();
        assert!(page.examined <= 20_000);
        found += page.events.len() as u64;
        pages += 1;
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!((found, pages), (AGGREGATES, 5));
}

#[test]
fn a_call_is_stopped_from_another_thread_and_the_next_one_is_not() {
    let (_directory, path) = large();
    let mut store = opened(&path).unwrap();
    let interrupter = store.interrupter();
    let finished = Arc::new(AtomicBool::new(false));
    let stopper = std::thread::spawn({
        let finished = Arc::clone(&finished);
        move || {
            while !finished.load(Ordering::Relaxed) {
                interrupter.interrupt();
                std::thread::yield_now();
            }
        }
    });
    let error = store.census().unwrap_err();
    finished.store(true, Ordering::Relaxed);
    stopper.join().unwrap();
    assert_eq!(error.kind, StoreErrorKind::Interrupted, "{error}");
    assert_eq!(store.census().unwrap().counts.events, AGGREGATES * 2);
}

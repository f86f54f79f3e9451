//! What a key asks the store, without a screen: alone, and while another process writes.

use std::time::{Duration, Instant};

use foldback::model::Version;
use foldback::store::{EventStore, OpenOptions, open};

use crate::measure::{Row, median, quantile};
use crate::screen::Writer;
use crate::stores;

/// The head and one event, asked together or each alone; the large aggregate found once more.
pub(crate) fn calls() -> Vec<Row> {
    let path = stores::huge();
    let mut store = open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let quiet = key(&mut *store, true);
    let counted = [count(&mut *store), count(&mut *store)];
    let writer = Writer::start(&path);
    let (alone, at_once) = (key(&mut *store, false), key(&mut *store, true));
    store.busy();
    let kept = key(&mut *store, false);
    store.rest();
    let carried_on = count(&mut *store);
    writer.end();
    let told = |times: &[Duration]| {
        format!("p50 {:.2?}, p99 {:.2?}", median(times), quantile(times, 0.99))
    };
    let row = |what: &str, times: &[Duration]| Row {
        what: format!("the store's head and one event, {what}"),
        measured: told(times),
        beside: format!("while nobody writes {}", told(&quiet)),
        ratio: Some(median(times).as_secs_f64() / median(&quiet).as_secs_f64()),
        budget: "part of the 8 ms from a key to its picture".to_owned(),
    };
    vec![
        row("while another process writes, each asked alone", &alone),
        row("the same, asked together", &at_once),
        row("the same, in a store that was kept at hand", &kept),
        Row {
            what: "an aggregate of a million events found once more".to_owned(),
            measured: format!("{:.2?}, while another process writes {carried_on:.2?}", counted[1]),
            beside: format!("for the first time {:.2?}", counted[0]),
            ratio: Some(counted[1].as_secs_f64() / counted[0].as_secs_f64()),
            budget: "none: the list counts it, and whoever opens it does not".to_owned(),
        },
    ]
}

fn key(store: &mut dyn EventStore, at_once: bool) -> Vec<Duration> {
    let key = stores::key();
    let ask = |version: u64| {
        let started = Instant::now();
        if at_once {
            store.busy();
        }
        store.head().unwrap();
        assert_eq!(store.read(&key, Version(version), 1).unwrap().len(), 1);
        if at_once {
            store.rest();
        }
        let time = started.elapsed();
        std::thread::park_timeout(Duration::from_millis(10));
        time
    };
    (0..300).map(|at| at * 3_571 % stores::LONG).map(ask).collect()
}

fn count(store: &mut dyn EventStore) -> Duration {
    let started = Instant::now();
    assert_eq!(store.find(stores::key().id.as_str()).unwrap()[0].events, stores::LONG);
    started.elapsed()
}

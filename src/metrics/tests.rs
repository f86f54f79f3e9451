use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::model::{AggregateKey, Metric, Payload, Timestamp, Version};
use crate::store::own::{Expected, NewEvent, OwnStore, StoreWriter as _};
use crate::store::{OpenOptions, Sample, open};

fn event() -> NewEvent {
    NewEvent::new("Ticked", Payload::json(&b"{}"[..], Arc::default(), Version(1)))
}

/// Everything that was sampled by now.
fn sampled(path: &std::path::Path, metric: Metric) -> Vec<Sample> {
    let mut store = open(path, &OpenOptions::default()).unwrap();
    let later = chrono::Utc::now() + chrono::TimeDelta::hours(1);
    store.samples(metric.name(), &Timestamp::UNIX_EPOCH, &later).unwrap()
}

#[test]
fn what_many_threads_measure_is_taken_once() {
    let recorder = Recorder::default();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for micros in 1..=250 {
                    recorder.took(Metric::AppendLatency, Duration::from_micros(micros));
                    recorder.failed("list", 1);
                }
            });
        }
    });
    recorder.reached("list", [0.5, 2.0]);
    let now = chrono::Utc::now();
    let samples = recorder.take(now);
    let of = |metric: Metric| samples.iter().find(|one| one.metric == metric.name()).unwrap();
    let appends = of(Metric::AppendLatency);
    assert_eq!(appends.spread.as_ref().map(crate::model::Spread::count), Some(1_000));
    assert!((appends.value - 0.000_247).abs() < 0.000_003, "{}", appends.value);
    assert_eq!(of(Metric::ErrorRate), &Sample::new(Metric::ErrorRate, "list", now, 60_000.0));
    assert_eq!(of(Metric::ProjectionLag).subject, "list");
    assert_eq!(recorder.take(now), []);
}

#[test]
fn a_measured_writer_tells_what_was_done_and_not_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let recorder = Recorder::default();
    let mut writer = Measured::new(Box::new(OwnStore::create(&path).unwrap()), &recorder);
    let key = AggregateKey::new("Clock", "c-1");
    writer.append(&key, &[event()], Expected::Any).unwrap();
    writer.append(&key, &[event()], Expected::Exactly(Version(9))).unwrap_err();
    let mut again = writer.reopen().unwrap();
    again.append(&key, &[event()], Expected::Any).unwrap();
    let now = chrono::Utc::now();
    write_down(&recorder, &mut writer, now).unwrap();
    let appends = sampled(&path, Metric::AppendLatency);
    assert_eq!(appends.len(), 1);
    assert_eq!(appends[0].spread.as_ref().map(crate::model::Spread::count), Some(2));
    assert_eq!(sampled(&path, Metric::StorageSize).len(), 1);
    // Nothing was measured since: nothing is written.
    write_down(&recorder, &mut writer, chrono::Utc::now()).unwrap();
    assert_eq!(sampled(&path, Metric::StorageSize).len(), 1);
}

#[test]
fn it_is_written_down_while_the_engine_runs_and_the_rest_at_its_end() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut writer = OwnStore::create(&path).unwrap();
    let keys = ["c-1", "c-2"].map(|id| AggregateKey::new("Clock", id));
    writer.append(&keys[0], &[event(), event(), event()], Expected::Any).unwrap();
    writer.append(&keys[1], &[event()], Expected::Any).unwrap();
    let recorder = Recorder::default();
    let sampling = Sampling::begin(&recorder, writer.reopen().unwrap()).unwrap();
    recorder.took(Metric::ReplayTime, Duration::from_millis(7));
    let begun = Instant::now();
    while sampled(&path, Metric::ReplayTime).is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30), "nothing was written down");
        std::thread::yield_now();
    }
    let per: Vec<_> = sampled(&path, Metric::EventsPerAggregate)
        .into_iter()
        .map(|sample| (sample.subject, sample.value))
        .collect();
    assert_eq!(per, [("".into(), 2.0), (LARGEST.into(), 3.0)]);
    recorder.took(Metric::ReplayTime, Duration::from_millis(9));
    sampling.end().unwrap();
    let counts: u64 = sampled(&path, Metric::ReplayTime)
        .iter()
        .filter_map(|sample| Some(sample.spread.as_ref()?.count()))
        .sum();
    assert_eq!(counts, 2);
}

#[test]
fn counting_is_carried_on_and_comes_to_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut writer = OwnStore::create(&path).unwrap();
    let mut store = open(&path, &OpenOptions::default()).unwrap();
    let mut counter = Counter::default();
    assert_eq!(counter.sizes(&mut *store).unwrap(), crate::store::Sizes::default());
    for (id, events) in [("a", 3), ("b", 5), ("a", 1), ("c", 1), ("a", 4)] {
        let batch: Vec<NewEvent> = (0..events).map(|_| event()).collect();
        writer.append(&AggregateKey::new("Clock", id), &batch, Expected::Any).unwrap();
        let sizes = counter.sizes(&mut *store).unwrap();
        assert_eq!(sizes, store.sizes().unwrap());
    }
}

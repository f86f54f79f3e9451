//! One suite for every [`StoreWriter`]: what it promises, whatever database it writes to. It knows no database.

mod projections;

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{Appended, Expected, NewEvent, Sample, StoreWriter};
use crate::model::{AggregateKey, EventId, Metric, Payload, Spread, Timestamp, Version};
use crate::store::{EventQuery, Snapshot, StoreErrorKind};

/// Checks a writer; `make` gives a new, empty store each time.
pub(crate) fn writer_conformance(make: impl Fn() -> Box<dyn StoreWriter>) {
    appends(&mut *make());
    appends_again(&mut *make());
    snapshots(&mut *make());
    projections::check(&make);
    samples(&mut *make());
    samples_are_put_together(&mut *make());
    super::history::conformance::history_is_put_together(&mut *make());
}

/// Two writers of one store append to the same aggregate until each has been told `each` times that it was done; each
/// is refused where the other was faster. Every event that was acknowledged stands there once, where it was said to be.
pub(crate) fn two_writers(one: Box<dyn StoreWriter>, two: Box<dyn StoreWriter>, each: u64) {
    let reader = one.reader().unwrap();
    let run = |name: &'static str, mut writer: Box<dyn StoreWriter>| {
        std::thread::spawn(move || append_against_another(name, &mut *writer, each))
    };
    let threads = [run("one", one), run("two", two)];
    let mut acknowledged = BTreeMap::new();
    let mut refused = 0;
    for thread in threads {
        let (done, conflicts) = thread.join().unwrap();
        for (version, id) in done {
            assert!(acknowledged.insert(version, id).is_none(), "{version} was given twice");
        }
        refused += conflicts;
    }
    assert!(refused > 0, "they never met");
    let mut reader = reader;
    let mut versions = 1..;
    let mut after = Version::ZERO;
    loop {
        let page = reader.read(&key("c-1"), after, 1_000).unwrap();
        let Some(last) = page.last() else { break };
        after = last.version;
        for event in page {
            assert_eq!(Some(event.version.0), versions.next());
            assert_eq!(acknowledged.remove(&event.version), event.id, "{}", event.version);
        }
    }
    assert_eq!((acknowledged.len(), after), (0, Version(2 * each)));
}

/// What one of them was told: versions with the ids that it gave them, and how often it was refused.
fn append_against_another(
    name: &str,
    writer: &mut dyn StoreWriter,
    each: u64,
) -> (Vec<(Version, EventId)>, u64) {
    let (mut done, mut refused, mut at) = (Vec::new(), 0, Version::ZERO);
    while (done.len() as u64) < each {
        let event = event(&format!("{name}-{}", done.len()), "{}");
        let id = event.id.clone().unwrap();
        match writer.append(&key("c-1"), &[event], Expected::Exactly(at)) {
            Ok(appended) => {
                at = appended.version;
                done.push((at, id));
            }
            Err(error) => {
                let StoreErrorKind::Conflict { actual, .. } = error.kind else { panic!("{error}") };
                refused += 1;
                at = actual;
            }
        }
    }
    (done, refused)
}

fn json(text: &str) -> Payload {
    Payload::json(text.as_bytes(), Arc::default(), Version::ZERO)
}

fn event(id: &str, data: &str) -> NewEvent {
    NewEvent { id: Some(EventId::new(id)), ..NewEvent::new("Counted", json(data)) }
}

fn key(id: &str) -> AggregateKey {
    AggregateKey::new("Count", id)
}

fn time(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

fn count(writer: &dyn StoreWriter) -> usize {
    let mut reader = writer.reader().unwrap();
    reader.scan(&EventQuery::default(), 1_000).unwrap().events.len()
}

fn appends(writer: &mut dyn StoreWriter) {
    let two = [event("a", "1"), event("b", "{ \"n\": 2.50 }")];
    let appended = writer.append(&key("c-1"), &two, Expected::NoAggregate).unwrap();
    assert_eq!(appended.version, Version(2));
    let error = writer.append(&key("c-1"), &[event("c", "3")], Expected::Exactly(Version(1)));
    let wanted = StoreErrorKind::Conflict {
        aggregate: "c-1".into(),
        expected: Version(1),
        actual: Version(2),
    };
    assert_eq!(error.unwrap_err().kind, wanted);
    let mut other = writer.reopen().unwrap();
    other.append(&key("c-1"), &[event("c", "3")], Expected::Exactly(Version(2))).unwrap();
    let read = writer.reader().unwrap().read(&key("c-1"), Version::ZERO, 10).unwrap();
    let told: Vec<_> = read.iter().map(|event| (event.version.0, event.data.bytes())).collect();
    let bytes = |text: &str| Arc::<[u8]>::from(text.as_bytes());
    assert_eq!(told, [(1, &bytes("1")), (2, &bytes("{ \"n\": 2.50 }")), (3, &bytes("3"))]);
    assert!(read.is_sorted_by(|a, b| a.position < b.position));
}

fn appends_again(writer: &mut dyn StoreWriter) {
    let rejected = |answer: Result<Appended, crate::store::StoreError>| {
        assert_eq!(answer.unwrap_err().kind, StoreErrorKind::Rejected);
    };
    let batch = [event("a", "1"), event("b", "2")];
    let first = writer.append(&key("c-1"), &batch, Expected::NoAggregate).unwrap();
    writer.append(&key("c-1"), &[event("c", "3")], Expected::Any).unwrap();
    // What was not heard is asked again, and answered as it was then.
    assert_eq!(writer.append(&key("c-1"), &batch, Expected::NoAggregate).unwrap(), first);
    assert_eq!(writer.append(&key("c-1"), &batch, Expected::Any).unwrap(), first);
    let second = writer.append(&key("c-1"), &batch[1..], Expected::Any).unwrap();
    assert_eq!(second.version, Version(2));
    // Another order, more than there was, other content, another aggregate: those are other appends.
    let turned = [batch[1].clone(), batch[0].clone()];
    rejected(writer.append(&key("c-1"), &turned, Expected::Any));
    rejected(writer.append(
        &key("c-1"),
        &[event("c", "3"), event("d", "4"), event("a", "1")],
        Expected::Any,
    ));
    let more = [event("b", "2"), event("c", "3"), event("d", "4")];
    rejected(writer.append(&key("c-1"), &more, Expected::Any));
    rejected(writer.append(&key("c-1"), &[event("a", "2")], Expected::Any));
    rejected(writer.append(&key("c-2"), &batch, Expected::Any));
    let timed = NewEvent { time: Some(time(0)), ..event("a", "1") };
    rejected(writer.append(&key("c-1"), &[timed], Expected::Any));
    let metadata = NewEvent { metadata: Some(json("{}")), ..event("a", "1") };
    rejected(writer.append(&key("c-1"), &[metadata], Expected::Any));
    let schema = NewEvent { schema: Some("2".into()), ..event("a", "1") };
    rejected(writer.append(&key("c-1"), &[schema], Expected::Any));
    assert_eq!(count(writer), 3);
}

fn snapshots(writer: &mut dyn StoreWriter) {
    let events: Vec<_> = (0..5).map(|at| event(&format!("e-{at}"), "1")).collect();
    writer.append(&key("c-1"), &events, Expected::Any).unwrap();
    let at = |version, reducer: Option<&str>, state: &str| Snapshot {
        version: Version(version),
        reducer: reducer.map(SmolStr::new),
        time: Some(time(version as i64)),
        state: json(state),
    };
    for version in 1..=4 {
        writer.save_snapshot(&key("c-1"), &at(version, Some("sum"), "{}"), None).unwrap();
    }
    writer.save_snapshot(&key("c-1"), &at(1, Some("other"), "{}"), Some(1)).unwrap();
    writer.save_snapshot(&key("c-1"), &at(5, Some("sum"), "{\"n\":5}"), Some(2)).unwrap();
    writer.save_snapshot(&key("c-1"), &at(5, Some("sum"), "{\"n\":6}"), Some(0)).unwrap();
    let kept = |writer: &dyn StoreWriter| -> Vec<(u64, String, Vec<u8>)> {
        let kept = writer.reader().unwrap().snapshots(&key("c-1")).unwrap();
        let told = |one: Snapshot| {
            (one.version.0, one.reducer.unwrap().to_string(), one.state.bytes().to_vec())
        };
        kept.into_iter().map(told).collect()
    };
    let other = (1, "other".to_owned(), b"{}".to_vec());
    assert_eq!(kept(writer), [other, (5, "sum".to_owned(), b"{\"n\":6}".to_vec())]);
    for bad in [at(6, Some("sum"), "{}"), at(0, Some("sum"), "{}"), at(5, None, "{}")] {
        let error = writer.save_snapshot(&key("c-1"), &bad, None).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    }
    let error = writer.save_snapshot(&key("c-1"), &at(5, Some("sum"), "{"), None).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    assert_eq!(kept(writer).len(), 2);
    // Those of an older state, or behind another chain, are counted and go first.
    for (version, reducer) in [(4, "Sum@1"), (5, "Sum@1"), (5, "Sum@2+1f0c9a2b"), (1, "Sum@2")] {
        writer.save_snapshot(&key("c-1"), &at(version, Some(reducer), "{}"), None).unwrap();
    }
    writer.save_snapshot(&key("c-1"), &at(2, Some("Sum@2"), "{}"), Some(3)).unwrap();
    let of = |(version, name, _): (u64, String, Vec<u8>)| format!("{version} {name}");
    let mut left: Vec<_> = kept(writer).into_iter().map(of).collect();
    left.retain(|one| one.contains("Sum"));
    left.sort();
    assert_eq!(left.len(), 3, "{left:?}");
    assert!(left.starts_with(&["1 Sum@2".to_owned(), "2 Sum@2".to_owned()]), "{left:?}");
}

fn samples(writer: &mut dyn StoreWriter) {
    let sample = |value| Sample::new(Metric::ProjectionLag, "list", time(1), value);
    writer.record(&[sample(1.5), Sample { time: time(2), ..sample(2.5) }]).unwrap();
    writer.record(&[sample(3.0)]).unwrap();
    let error = writer.record(&[sample(1.0), sample(f64::NAN)]).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    writer.record(&[]).unwrap();
    let mut spread = Spread::default();
    for value in [0.001, 0.002, 0.9] {
        spread.add(value);
    }
    let took = Sample::spread(Metric::AppendLatency, "", time(2), spread).unwrap();
    writer.record(std::slice::from_ref(&took)).unwrap();
    let mut reader = writer.reader().unwrap();
    assert!(reader.capabilities().samples);
    let mut between = |metric: &str, after: i64, upto: i64| {
        reader.samples(metric, &time(after), &time(upto)).unwrap()
    };
    let later = Sample { time: time(2), ..sample(2.5) };
    assert_eq!(between("projection_lag", 0, 9), [sample(3.0), later.clone()]);
    assert_eq!(between("projection_lag", 1, 2), [later]);
    assert_eq!(between("projection_lag", 2, 9), []);
    assert_eq!(between("event_append_latency", 0, 2), [took]);
    assert_eq!(reader.newest_sample().unwrap(), Some(time(2)));
}

/// A value every five seconds for more than a day, half an hour at a time: all are counted, and few rows are left.
fn samples_are_put_together(writer: &mut dyn StoreWriter) {
    // Whole minutes of a whole hour.
    let begin = (time(0).timestamp() / 3_600 + 1) * 3_600;
    let at = |second: i64| Timestamp::from_timestamp(begin + second, 0).unwrap();
    let seconds = 26 * 3_600;
    let taken = |second: i64| {
        let mut spread = Spread::default();
        spread.add((second % 100) as f64);
        Sample::spread(Metric::AppendLatency, "", at(second), spread).unwrap()
    };
    for first in (0..seconds).step_by(1_800) {
        let batch: Vec<Sample> = (first..first + 1_800).step_by(5).map(taken).collect();
        writer.record(&batch).unwrap();
    }
    let mut reader = writer.reader().unwrap();
    let samples = reader.samples("event_append_latency", &at(-1), &at(seconds)).unwrap();
    let of = |length: u32| samples.iter().filter(move |sample| sample.seconds == length);
    assert_eq!((of(1).count(), of(60).count(), of(3_600).count()), (3_660 / 5, 24 * 60 - 1, 1));
    assert!(of(60).all(|sample| sample.spread.as_ref().map(Spread::count) == Some(12)));
    let mut merged = Spread::default();
    samples.iter().filter_map(|sample| sample.spread.as_ref()).for_each(|one| merged.merge(one));
    let mut all = Spread::default();
    (0..seconds).step_by(5).for_each(|second| all.add((second % 100) as f64));
    assert_eq!(merged, all, "no value is lost, and none counted twice");
}

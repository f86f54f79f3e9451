//! One suite for every [`StoreWriter`]: what it promises, whatever database it writes to. It knows no database.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{
    Appended, DeadLetter, Expected, NewEvent, ProjectionState, RowChange, Sample, Step, StoreWriter,
};
use crate::model::{AggregateKey, EventId, Metric, Payload, Position, Spread, Timestamp, Version};
use crate::store::{EventQuery, Snapshot, StoreErrorKind};

/// Checks a writer; `make` gives a new, empty store each time.
pub(crate) fn writer_conformance(make: impl Fn() -> Box<dyn StoreWriter>) {
    appends(&mut *make());
    appends_again(&mut *make());
    snapshots(&mut *make());
    registers(&mut *make());
    steps(&mut *make());
    steps_are_whole(&mut *make());
    runners_race(&mut *make());
    pages_rows(&mut *make());
    rebuilds(&mut *make());
    a_rebuild_that_is_behind_waits(&mut *make());
    gives_rebuilds_up(&mut *make());
    holds_what_is_shown(&mut *make());
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

fn registers(writer: &mut dyn StoreWriter) {
    let record = writer.register("list", &time(1)).unwrap();
    assert_eq!((record.position, record.state), (Position(0), ProjectionState::Running));
    assert_eq!((record.rebuild, record.error), (None, None));
    let failed = ProjectionState::Failed;
    writer.set_state("list", failed, Some("it broke"), &time(2)).unwrap();
    let again = writer.register("list", &time(3)).unwrap();
    assert_eq!((again.state, again.error.as_deref()), (failed, Some("it broke")));
    writer.register("a-list", &time(3)).unwrap();
    let names: Vec<_> = writer.projections().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["a-list", "list"]);
    for error in [
        writer.set_state("lost", failed, None, &time(4)).unwrap_err(),
        writer.begin_rebuild("lost", &time(4)).unwrap_err(),
        writer.finish_rebuild("lost", &time(4)).unwrap_err(),
        writer.abandon_rebuild("lost").unwrap_err(),
        writer.register("", &time(4)).unwrap_err(),
    ] {
        assert_eq!(error.kind, StoreErrorKind::Rejected, "{error}");
    }
}

fn change(key: &str, row: Option<&str>) -> RowChange {
    RowChange { key: key.into(), row: row.map(json) }
}

/// A step of `list` with nothing but its place and its rows.
fn step(generation: u64, from: i64, to: i64, changes: &[RowChange]) -> Step<'_> {
    Step {
        name: "list",
        generation,
        from: Position(from),
        to: Position(to),
        changes,
        dead_letters: &[],
        settled: &[],
        time: time(to),
    }
}

fn letter(position: i64) -> DeadLetter {
    DeadLetter { position: Position(position), error: "no".into(), attempts: 3, failed: time(1) }
}

fn rows(writer: &mut dyn StoreWriter, generation: u64) -> Vec<(String, String)> {
    let rows = writer.rows("list", generation, None, 100).unwrap();
    let told = |(key, row): (SmolStr, Payload)| {
        (key.to_string(), String::from_utf8(row.bytes().to_vec()).unwrap())
    };
    rows.into_iter().map(told).collect()
}

fn position(writer: &mut dyn StoreWriter) -> i64 {
    writer.register("list", &time(0)).unwrap().position.0
}

fn overtaken(answer: Result<(), crate::store::StoreError>) {
    assert_eq!(answer.unwrap_err().kind, StoreErrorKind::Overtaken);
}

fn steps(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    let changes = [change("b", Some("{\"n\": 1.0}")), change("a", Some("2")), change("c", None)];
    writer.step(&step(shown, 0, 3, &changes)).unwrap();
    let changes = [change("a", None), change("b", Some("3")), change("é", Some("4"))];
    let letters = [letter(5)];
    writer.step(&Step { dead_letters: &letters, ..step(shown, 3, 7, &changes) }).unwrap();
    assert_eq!(rows(writer, shown), [("b".into(), "3".into()), ("é".into(), "4".into())]);
    assert_eq!(writer.row("list", shown, "b").unwrap().unwrap().bytes().as_ref(), b"3");
    assert!(writer.row("list", shown, "a").unwrap().is_none());
    assert_eq!(writer.dead_letters("list").unwrap(), letters);
    // One of them is dealt with later: its row is there, and the checkpoint stands where it stood.
    let (late, settled) = ([change("late", Some("1"))], [letters[0].position]);
    writer.step(&Step { settled: &settled, ..step(shown, 7, 7, &late) }).unwrap();
    assert_eq!(writer.dead_letters("list").unwrap(), letters[1..]);
    writer
        .step(&Step { dead_letters: &letters[..1], ..step(shown, 7, 7, &[change("late", None)]) })
        .unwrap();
    let mut reader = writer.reader().unwrap();
    assert_eq!(reader.checkpoints().unwrap()[0].position, Some(Position(7)));
    let moves = reader.checkpoint_history("list").unwrap();
    assert_eq!(moves.iter().map(|one| one.position.0).collect::<Vec<_>>(), [0, 3, 7]);
}

fn steps_are_whole(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    let changes = [change("a", Some("1")), change("b", Some("{"))];
    let error = writer.step(&step(shown, 0, 3, &changes)).unwrap_err();
    assert_eq!(error.kind, StoreErrorKind::Rejected);
    let far = DeadLetter { failed: Timestamp::MAX_UTC, ..letter(1) };
    let error = writer.step(&Step { dead_letters: &[far], ..step(shown, 0, 3, &changes[..1]) });
    assert_eq!(error.unwrap_err().kind, StoreErrorKind::Rejected);
    let back = writer.step(&step(shown, 3, 0, &[])).unwrap_err();
    assert_eq!(back.kind, StoreErrorKind::Rejected);
    assert_eq!((rows(writer, shown).len(), position(writer)), (0, 0));
}

fn runners_race(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    writer.step(&step(shown, 0, 3, &[change("a", Some("1"))])).unwrap();
    overtaken(writer.step(&step(shown, 0, 4, &[change("a", Some("2"))])));
    overtaken(writer.step(&step(shown + 1, 3, 4, &[change("a", Some("2"))])));
    writer.set_state("list", ProjectionState::Paused, None, &time(4)).unwrap();
    overtaken(writer.step(&step(shown, 3, 4, &[change("a", Some("2"))])));
    assert_eq!(rows(writer, shown), [("a".into(), "1".into())]);
    writer.set_state("list", ProjectionState::Running, None, &time(5)).unwrap();
    writer.step(&step(shown, 3, 4, &[change("a", Some("2"))])).unwrap();
    assert_eq!((rows(writer, shown)[0].1.as_str(), position(writer)), ("2", 4));
}

fn pages_rows(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    let changes: Vec<_> = ["b", "B", "aa", "a", "ä", "z"].map(|key| change(key, Some("1"))).into();
    writer.step(&step(shown, 0, 1, &changes)).unwrap();
    let (mut seen, mut after) = (Vec::new(), None::<SmolStr>);
    loop {
        let page = writer.rows("list", shown, after.as_deref(), 2).unwrap();
        let Some((last, _)) = page.last() else { break };
        assert!(page.len() <= 2);
        after = Some(last.clone());
        seen.extend(page.into_iter().map(|(key, _)| key));
    }
    assert_eq!(seen, ["B", "a", "aa", "b", "z", "ä"]);
}

fn rebuilds(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    writer
        .step(&Step { dead_letters: &[letter(2)], ..step(shown, 0, 3, &[change("a", Some("1"))]) })
        .unwrap();
    writer.set_state("list", ProjectionState::Failed, Some("it broke"), &time(4)).unwrap();
    let rebuild = writer.begin_rebuild("list", &time(5)).unwrap();
    assert_eq!((rebuild.position, rebuild.started), (Position(0), time(5)));
    assert_ne!(rebuild.generation, shown);
    let made = [change("n", Some("9"))];
    let letters = [letter(1)];
    writer.step(&Step { dead_letters: &letters, ..step(rebuild.generation, 0, 2, &made) }).unwrap();
    // Who comes back goes on where it stood.
    let again = writer.begin_rebuild("list", &time(6)).unwrap();
    assert_eq!(again, super::Rebuild { position: Position(2), ..rebuild.clone() });
    assert_eq!(rows(writer, shown), [("a".into(), "1".into())], "what is shown stays meanwhile");
    assert_eq!(writer.dead_letters("list").unwrap(), [letter(2)]);
    overtaken(writer.step(&step(rebuild.generation, 0, 2, &made)));
    writer.step(&step(rebuild.generation, 2, 3, &[])).unwrap();
    assert!(writer.finish_rebuild("list", &time(7)).unwrap());
    let record = writer.register("list", &time(8)).unwrap();
    assert_eq!((record.generation, record.position), (rebuild.generation, Position(3)));
    assert_eq!((record.state, record.error), (ProjectionState::Running, None));
    assert_eq!(record.rebuild, None);
    assert_eq!(rows(writer, rebuild.generation), [("n".into(), "9".into())]);
    assert_eq!(rows(writer, shown), [], "the rows of before are gone");
    assert_eq!(writer.dead_letters("list").unwrap(), letters);
    overtaken(writer.step(&step(shown, 3, 4, &[])));
    overtaken(writer.finish_rebuild("list", &time(9)).map(|_| ()));
}

fn a_rebuild_that_is_behind_waits(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    let rebuild = writer.begin_rebuild("list", &time(1)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.step(&step(rebuild, 0, 4, &[change("a", Some("2"))])).unwrap();
    assert!(!writer.finish_rebuild("list", &time(2)).unwrap());
    assert_eq!(rows(writer, shown)[0].1, "1");
    // A pause is for what is shown: the rebuild goes on, and what takes its place is paused too.
    writer.set_state("list", ProjectionState::Paused, None, &time(3)).unwrap();
    writer.step(&step(rebuild, 4, 6, &[])).unwrap();
    assert!(writer.finish_rebuild("list", &time(4)).unwrap());
    let record = writer.register("list", &time(5)).unwrap();
    assert_eq!((record.state, record.position), (ProjectionState::Paused, Position(6)));
}

fn holds_what_is_shown(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    overtaken(writer.hold("list", &time(9)));
    let made = writer.begin_rebuild("list", &time(1)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.hold("list", &time(9)).unwrap();
    assert_eq!(
        writer.projections().unwrap()[0].rebuild.as_ref().unwrap().held_until,
        Some(time(9))
    );
    let later = |from, to, at| Step { time: time(at), ..step(shown, from, to, &[]) };
    assert_eq!(writer.step(&later(5, 8, 8)).unwrap_err().kind, StoreErrorKind::Locked);
    // Only what is shown is held, and only so long.
    writer.step(&Step { time: time(8), ..step(made, 0, 4, &[]) }).unwrap();
    writer.step(&later(5, 6, 9)).unwrap();
    // It is over with the rebuild.
    writer.hold("list", &time(99)).unwrap();
    writer.step(&Step { time: time(20), ..step(made, 4, 6, &[]) }).unwrap();
    assert!(writer.finish_rebuild("list", &time(21)).unwrap());
    writer.step(&Step { generation: made, ..later(6, 7, 22) }).unwrap();
    let made = writer.begin_rebuild("list", &time(23)).unwrap();
    assert_eq!(made.held_until, None);
    writer.hold("list", &time(99)).unwrap();
    writer.abandon_rebuild("list").unwrap();
    let shown = writer.register("list", &time(0)).unwrap().generation;
    writer.step(&Step { generation: shown, ..later(7, 8, 24) }).unwrap();
}

fn gives_rebuilds_up(writer: &mut dyn StoreWriter) {
    let shown = writer.register("list", &time(0)).unwrap().generation;
    writer.step(&step(shown, 0, 5, &[change("a", Some("1"))])).unwrap();
    writer.abandon_rebuild("list").unwrap();
    let first = writer.begin_rebuild("list", &time(1)).unwrap().generation;
    let changes = [change("x", Some("1"))];
    writer.step(&Step { dead_letters: &[letter(1)], ..step(first, 0, 2, &changes) }).unwrap();
    writer.abandon_rebuild("list").unwrap();
    assert_eq!((rows(writer, first).len(), rows(writer, shown).len()), (0, 1));
    overtaken(writer.step(&step(first, 2, 3, &[])));
    // No late step of the one that was given up can be taken for one of the next.
    let second = writer.begin_rebuild("list", &time(2)).unwrap();
    assert!(second.generation > first);
    assert_eq!(second.position, Position(0));
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

//! Chains of upcasters in what a session does: how soon it stops, and what is written in today's schemas.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::prelude::*;

use crate::model::{AggregateKey, At, Event, EventType, Value, Version};
use crate::session::{Format, OpenOptions, Schemas, Session, SessionError, Silent, Watch};
use crate::upcast::{self, Schema, Upcaster};

/// A step that counts what it is asked.
struct Counting(Schema, Schema, Arc<AtomicUsize>);

impl Upcaster for Counting {
    fn takes(&self) -> &Schema {
        &self.0
    }

    fn makes(&self) -> &[Schema] {
        std::slice::from_ref(&self.1)
    }

    fn upcast(&self, data: &Value, _event: &Event) -> Result<Vec<Value>, String> {
        self.2.fetch_add(1, Ordering::Relaxed);
        Ok(vec![data.clone()])
    }
}

/// Gives up when it has been asked so often.
struct Impatient(std::cell::Cell<u32>);

impl Watch for Impatient {
    fn progress(&mut self, _done: u64, _of: Option<u64>) {}

    fn cancelled(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left == 0
    }
}

type Ask = fn(&mut Session, &AggregateKey, &mut dyn Watch) -> Result<(), SessionError>;

fn session(events: Vec<Event>, chain: upcast::Chain) -> Session {
    let store = crate::store::MemoryStore::new("x", events);
    let options = OpenOptions { upcast: Some(Arc::new(chain)), ..OpenOptions::default() };
    Session::with_store(Box::new(store), &options)
}

#[test]
fn who_gives_up_is_heard_within_a_few_events_of_a_chain_that_takes_its_time() {
    let asked = Arc::new(AtomicUsize::new(0));
    let step = || {
        let (from, to) = (Schema::new("A", "1"), Schema::new("A", "2"));
        Box::new(Counting(from, to, Arc::clone(&asked)))
    };
    let events: Vec<_> = (1..=3_000).map(|version| event("a-1", version, "A", "1", "{}")).collect();
    let open = || session(events.clone(), upcast::Chain::new("c", vec![step()], &[]).unwrap());
    let key = events[0].key();
    let each: [(&str, Ask); 5] = [
        ("moment", |session, key, watch| session.moment(key, At::Last, watch).map(drop)),
        ("replay", |session, key, watch| session.replay(key, Version(3_000), watch).map(drop)),
        ("walk", |session, key, watch| {
            session.walk(key, Version(3_000), watch, &mut |_| ControlFlow::Continue(()))
        }),
        ("each", |session, _, watch| {
            let chain = Arc::clone(session.upcasters().unwrap());
            session.each_event(watch, &mut |event| drop(chain.upcast(event)))
        }),
        ("export", |session, _, watch| {
            let (mut out, format) = (Vec::new(), Format::Jsonl);
            session.export_into(&mut out, format, Schemas::Newest, watch).map(drop)
        }),
    ];
    for (name, ask) in each {
        asked.store(0, Ordering::Relaxed);
        let told = ask(&mut open(), &key, &mut Impatient(std::cell::Cell::new(3)));
        assert!(told.is_err(), "{name}");
        let asked = asked.load(Ordering::Relaxed);
        assert!((1..=64).contains(&asked), "{name}: {asked} events after somebody gave up");
    }
}

const CHAIN: &str = "steps:
  - {event: A, from: 1, to: 2, do: [rename: {path: .n, to: number}]}
  - event: Both
    from: 1
    into:
      - {event: A, schema: 2}
      - {event: A, schema: 2, do: [compute: {path: .twice, jq: .number * 2}]}
  - {event: Gone, from: 1, drop: true}
";

/// Histories of two aggregates in which events are of any schema.
fn histories() -> impl Strategy<Value = Vec<(bool, usize, i32)>> {
    prop::collection::vec((any::<bool>(), 0..5_usize, -9..9), 1..40)
}

fn told(history: &[(bool, usize, i32)]) -> Vec<Event> {
    let mut versions = [0, 0];
    let one = |(at, (second, kind, number)): (usize, &(bool, usize, i32))| {
        let version = &mut versions[usize::from(*second)];
        *version += 1;
        let (event_type, schema, data) = match kind {
            0 => ("A", "1", format!(r#"{{"n":{number}}}"#)),
            1 => ("A", "2", format!(r#"{{"number":{number}}}"#)),
            2 => ("Both", "1", format!(r#"{{"number":{number}}}"#)),
            3 => ("Gone", "1", "{}".to_owned()),
            _ => ("Other", "7", format!(r#"{{"other":{number}}}"#)),
        };
        let name = if *second { "a-2" } else { "a-1" };
        let mut event = event(name, *version, event_type, schema, &data);
        event.position = Some(crate::model::Position(at as i64 + 1));
        event.id = Some(crate::model::EventId::new(format!("e-{at}")));
        event
    };
    history.iter().enumerate().map(one).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// An export in today's schemas folds, without any chain, to what the recorded events fold to behind it; each version,
    /// each position and each id stands there once.
    #[test]
    fn what_is_exported_in_todays_schemas_is_the_same_history(history in histories()) {
        let chain = || upcast::read("chain.yaml", CHAIN).unwrap();
        let events = told(&history);
        let mut recorded = session(events.clone(), chain());
        let keys: std::collections::BTreeSet<_> =
            events.iter().map(|event| event.aggregate.to_string()).collect();
        for format in [Format::Jsonl, Format::CloudEvents] {
            let mut out = Vec::new();
            let done = recorded.export_into(&mut out, format, Schemas::Newest, &mut Silent).unwrap();
            let renewal = done.renewal.unwrap();
            let of = |wanted: usize| history.iter().filter(|(_, kind, _)| *kind == wanted).count() as u64;
            prop_assert_eq!((renewal.upcasted, renewal.split), (of(0) + of(2), of(2)));
            prop_assert_eq!((renewal.dropped, renewal.failed), (of(3), 0));
            prop_assert_eq!(done.report.events, events.len() as u64 + of(2) - of(3));
            if done.report.events == 0 {
                continue;
            }
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("today.jsonl");
            std::fs::write(&path, &out).unwrap();
            let mut today = Session::open(&path, &OpenOptions::default()).unwrap();
            prop_assert_eq!(&today.store_info().findings, &vec![]);
            let mut positions = Vec::new();
            let mut ids = std::collections::BTreeSet::new();
            let mut read = |event: &Event| {
                positions.push(event.position.unwrap().0);
                ids.insert(event.id.clone());
                assert!(event.schema.as_deref() != Some("1"), "{event:?}");
            };
            today.each_event(&mut Silent, &mut read).unwrap();
            prop_assert!(positions.iter().copied().eq(1..=done.report.events as i64), "{:?}", positions);
            prop_assert_eq!(ids.len() as u64, done.report.events);
            for name in &keys {
                let state = |session: &mut Session| {
                    let key = session.find(name).ok()?.key;
                    let moment = session.moment(&key, At::Last, &mut Silent).unwrap();
                    assert_eq!((moment.events, moment.findings.len()), (moment.last.0, 0));
                    Some(crate::model::json::to_string(moment.state.value()))
                };
                let (was, is) = (state(&mut recorded), state(&mut today));
                // One whose events were all dropped is not there any more.
                prop_assert_eq!(was, Some(is.unwrap_or_else(|| "{}".to_owned())));
            }
        }
    }
}

#[test]
fn what_cannot_be_upcasted_is_written_as_it_was_recorded_and_told() {
    let events = vec![
        event("a-1", 1, "A", "1", r#"{"n":1}"#),
        event("a-1", 2, "A", "1", r#"{"m":1}"#),
        event("a-1", 3, "A", "1", r#"{"m":2}"#),
    ];
    let mut session = session(events, upcast::read("chain.yaml", CHAIN).unwrap());
    let mut out = Vec::new();
    let done = session.export_into(&mut out, Format::Jsonl, Schemas::Newest, &mut Silent).unwrap();
    let renewal = done.renewal.unwrap();
    assert_eq!((renewal.upcasted, renewal.failed, done.report.events), (1, 2, 3));
    let [finding] = &renewal.findings[..] else { panic!("{:?}", renewal.findings) };
    assert!(finding.message.starts_with("2 events could not be upcasted; the first: A v1 cannot"));
    let text = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].contains(r#""schema":2,"data":{"number":1}"#), "{}", lines[0]);
    assert!(lines[1].contains(r#""schema":1,"data":{"m":1}"#), "{}", lines[1]);
    assert!(lines[1].contains("upcast-failed"), "{}", lines[1]);
    // As it was recorded, nothing went through anything.
    let plain = session.export_into(&mut Vec::new(), Format::Jsonl, Schemas::Recorded, &mut Silent);
    assert!(plain.unwrap().renewal.is_none());
}

fn event(name: &str, version: u64, event_type: &str, schema: &str, data: &str) -> Event {
    let version = Version(version);
    Event {
        position: None,
        aggregate: crate::model::AggregateId::new(name),
        category: crate::model::Category::new("A"),
        version,
        event_type: EventType::new(event_type),
        id: None,
        time: None,
        schema: Some(schema.into()),
        data: crate::model::Payload::json(data.as_bytes(), Arc::default(), version),
        metadata: None,
        findings: Vec::new(),
    }
}

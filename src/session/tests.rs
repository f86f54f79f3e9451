use std::cell::Cell;
use std::ops::ControlFlow;
use std::sync::Arc;

use super::*;
use crate::model::{At, Event, Payload, Timestamp, Value, json};
use crate::store::AggregateQuery;
use crate::store::memory::MemoryStore;

fn event(category: &str, id: &str, version: u64, minute: u32, data: &str) -> Event {
    let version = Version(version);
    Event {
        position: None,
        aggregate: id.into(),
        category: category.into(),
        version,
        event_type: if version.0 == 1 { "Opened".into() } else { "Changed".into() },
        id: None,
        time: Timestamp::from_timestamp(i64::from(minute) * 60, 0),
        schema: None,
        data: Payload::json(data.as_bytes(), Arc::default(), version),
        metadata: None,
        findings: Vec::new(),
    }
}

/// `o-1` has versions 1, 2, 3, 7 and 8, a minute apart; `x` is the id of two aggregates.
fn shop() -> Session {
    let mut events: Vec<Event> = [1, 2, 3, 7, 8]
        .iter()
        .zip(1..)
        .map(|(v, minute)| event("Order", "o-1", *v, minute, &format!(r#"{{"n":{v}}}"#)))
        .collect();
    events.push(event("Order", "x", 1, 9, "{}"));
    events.push(event("Account", "x", 1, 10, "{}"));
    Session::with_store(Box::new(MemoryStore::new("shop", events)), &OpenOptions::default())
}

fn order() -> AggregateKey {
    AggregateKey::new("Order", "o-1")
}

fn n(moment: &Moment) -> Option<String> {
    moment.state.value().get("n").map(json::to_string)
}

#[test]
fn every_way_of_saying_when_finds_its_version() {
    let mut shop = shop();
    let minute = |minute: i64| At::Time(Timestamp::from_timestamp(minute * 60 + 30, 0).unwrap());
    let cases = [
        (At::Version(Version(3)), 3),
        (At::Version(Version(5)), 3),
        (At::Version(Version(0)), 0),
        (At::First, 1),
        (At::Last, 8),
        (At::Back(1), 7),
        (At::Back(2), 3),
        (At::Back(5), 0),
        (minute(4), 7),
        (minute(0), 0),
        (minute(400), 8),
    ];
    for (at, expected) in cases {
        let moment = shop.moment(&order(), at, &mut Silent).unwrap();
        assert_eq!(moment.version, Version(expected), "{at:?}");
        let expected = (expected > 0).then(|| expected.to_string());
        assert_eq!(n(&moment), expected, "{at:?}");
        assert_eq!(moment.event.map(|event| event.version), expected.map(|_| moment.version));
    }
}

/// As many events as versions, but v2 is missing and v3 there twice.
#[test]
fn counting_back_from_the_newest_counts_versions_and_not_events() {
    let versions = [1, 3, 3, 4];
    let events = versions.iter().map(|v| event("Order", "o-1", *v, 1, &format!(r#"{{"n":{v}}}"#)));
    let store = Box::new(MemoryStore::new("shop", events.collect()));
    let mut shop = Session::with_store(store, &OpenOptions::default());
    for (back, expected) in [(0, 4), (1, 3), (2, 1), (3, 0)] {
        let moment = shop.moment(&order(), At::Back(back), &mut Silent).unwrap();
        assert_eq!(moment.version, Version(expected), "-{back}");
    }
    let error = shop.moment(&order(), At::Back(4), &mut Silent).unwrap_err();
    assert!(matches!(error, SessionError::NoSuchVersion { .. }), "{error}");
}

#[test]
fn versions_that_are_missing_are_said() {
    let mut shop = shop();
    let moment = shop.moment(&order(), At::Version(Version(5)), &mut Silent).unwrap();
    let findings = shop.findings_to(&moment);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    let said = "there is no v5: v4–v6 are missing, and this is the state after v3";
    assert_eq!((finding.code, finding.message.as_str()), ("no-such-version", said));
    let moment = shop.moment(&order(), At::Last, &mut Silent).unwrap();
    let findings = shop.findings_to(&moment);
    let [finding] = &findings[..] else { panic!("{findings:?}") };
    assert_eq!((finding.code, finding.version), ("versions-missing", Some(Version(7))));
    let mut walked = Vec::new();
    shop.walk(&order(), Version(8), &mut Silent, &mut |step| {
        walked.extend_from_slice(step.findings);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(walked, findings);
}

#[test]
fn a_version_beyond_the_end_is_refused_with_the_end() {
    let mut shop = shop();
    for at in [At::Version(Version(9)), At::Back(6)] {
        let error = shop.moment(&order(), at, &mut Silent).unwrap_err();
        assert!(error.to_string().ends_with("its newest is 8"), "{error}");
    }
}

#[test]
fn steps_go_by_events_not_by_numbers_and_stop_at_the_ends() {
    let steps = [(0, 1, 1), (3, 1, 7), (7, -1, 3), (8, 1, 8), (1, -5, 0), (0, 4, 7), (2, 10, 8)];
    for (from, by, expected) in steps {
        // A new session each time: nothing was walked yet.
        let moment = shop().step(&order(), Version(from), by, &mut Silent).unwrap();
        assert_eq!(moment.version, Version(expected), "from v{from} by {by}");
    }
}

#[test]
fn a_moment_tells_what_its_event_changed() {
    let moment = shop().moment(&order(), At::Version(Version(7)), &mut Silent).unwrap();
    assert_eq!((moment.before_version, moment.last, moment.events), (Version(3), Version(8), 5));
    let [change] = &moment.changes[..] else { panic!("{:?}", moment.changes) };
    assert_eq!(change.before, Some(Value::integer(3)));
    assert_eq!(change.after, Some(Value::integer(7)));
}

#[test]
fn a_walk_shows_every_event_with_the_states_around_it() {
    let mut seen = Vec::new();
    let mut shop = shop();
    shop.walk(&order(), Version(7), &mut Silent, &mut |walked| {
        let n = |state: &crate::fold::State| state.value().get("n").map(json::to_string);
        seen.push((walked.event.version.0, n(walked.before), n(walked.after)));
        ControlFlow::Continue(())
    })
    .unwrap();
    let some = |n: u64| Some(n.to_string());
    let expected =
        [(1, None, some(1)), (2, some(1), some(2)), (3, some(2), some(3)), (7, some(3), some(7))];
    assert_eq!(seen, expected);
}

#[test]
fn names_are_forgiven_or_explained() {
    let mut shop = shop();
    assert_eq!(shop.find("o-1").unwrap().key, order());
    assert_eq!(shop.find("Account/x").unwrap().key, AggregateKey::new("Account", "x"));
    let error = shop.find("x").unwrap_err();
    assert_eq!(error.hint().unwrap(), "say which: Account/x or Order/x");
    let slashes = vec![event("eu/Order", "a/7", 1, 1, "{}"), event("us/Order", "a/7", 1, 1, "{}")];
    let mut regions =
        Session::with_store(Box::new(MemoryStore::new("s", slashes)), &OpenOptions::default());
    let hint = regions.find("a/7").unwrap_err().hint().unwrap();
    assert_eq!(hint, "say which: eu/Order/a/7 or us/Order/a/7");
    assert_eq!(regions.find("us/Order/a/7").unwrap().key, AggregateKey::new("us/Order", "a/7"));
    assert_eq!(shop.find("o-2").unwrap_err().hint().unwrap(), "did you mean o-1?");
    assert_eq!(shop.find("-1").unwrap_err().hint().unwrap(), "did you mean o-1?");
}

#[test]
fn lists_are_sorted_by_what_was_asked() {
    let mut shop = shop();
    let mut ids = |sort| -> Vec<String> {
        let rows = shop.sorted(&AggregateQuery::default(), sort, 2, &mut Silent).unwrap();
        rows.iter().map(|row| row.key.to_string()).collect()
    };
    assert_eq!(ids(Sort::Events), ["Order o-1", "Account x"]);
    assert_eq!(ids(Sort::Recent), ["Account x", "Order x"]);
    assert_eq!(ids(Sort::Id).len(), 2);
}

/// Gives up after some questions.
struct Impatient(Cell<u32>);

impl Watch for Impatient {
    fn progress(&mut self, _done: u64, _of: Option<u64>) {}

    fn cancelled(&self) -> bool {
        self.0.set(self.0.get() + 1);
        self.0.get() > 3
    }
}

fn long(events: u64) -> Session {
    let events = (1..=events)
        .map(|v| event("Order", "o-1", v, v as u32, &format!(r#"{{"n":{v},"m{}":{v}}}"#, v % 9)))
        .collect();
    Session::with_store(Box::new(MemoryStore::new("long", events)), &OpenOptions::default())
}

#[test]
fn a_long_walk_can_be_stopped_and_taken_up_again() {
    let mut session = long(20_000);
    let stopped = session.moment(&order(), At::Last, &mut Impatient(Cell::new(0)));
    assert!(matches!(stopped, Err(SessionError::Cancelled)));
    let walked = session.outline(&order()).unwrap().len();
    assert!((1000..20_000).contains(&walked), "{walked} events were walked");
    assert_eq!(n(&session.moment(&order(), At::Last, &mut Silent).unwrap()).unwrap(), "20000");
}

#[test]
fn a_timeline_can_be_walked_in_parts() {
    let mut session = long(5000);
    let mut parts = 0;
    loop {
        let walk = session.walk_on(&order(), 1500, &mut Silent).unwrap();
        parts += 1;
        if walk.walked == walk.last {
            break;
        }
    }
    assert_eq!(parts, 4);
    assert_eq!(session.outline(&order()).unwrap().len(), 5000);
}

#[test]
fn new_events_are_seen_after_a_refresh() {
    let mut store = MemoryStore::new("shop", vec![event("Order", "o-1", 1, 1, r#"{"n":1}"#)]);
    let shared = store.share();
    let mut session = Session::with_store(Box::new(shared), &OpenOptions::default());
    assert_eq!(session.moment(&order(), At::Last, &mut Silent).unwrap().last, Version(1));
    store.push(event("Order", "o-1", 2, 2, r#"{"n":2}"#));
    assert_eq!(session.refresh(&order()).unwrap(), Version(2));
    assert_eq!(n(&session.moment(&order(), At::Last, &mut Silent).unwrap()).unwrap(), "2");
}

#[test]
fn times_out_of_order_are_said() {
    let events = vec![
        event("Order", "o-1", 1, 10, r#"{"n":1}"#),
        event("Order", "o-1", 2, 5, r#"{"n":2}"#),
        event("Order", "o-1", 3, 12, r#"{"n":3}"#),
    ];
    let mut session =
        Session::with_store(Box::new(MemoryStore::new("shop", events)), &OpenOptions::default());
    let at = At::Time(Timestamp::from_timestamp(11 * 60, 0).unwrap());
    let moment = session.moment(&order(), at, &mut Silent).unwrap();
    assert_eq!((moment.version, moment.findings[0].code), (Version(2), "times-out-of-order"));
}

#[test]
fn only_so_many_timelines_stay_in_memory() {
    let events = (0..40)
        .flat_map(|id| {
            (1..200).map(move |v| {
                event("Order", &format!("o-{id}"), v, v as u32, &format!(r#"{{"n":{v}}}"#))
            })
        })
        .collect();
    let options = OpenOptions { memory: 200_000, ..OpenOptions::default() };
    let mut session = Session::with_store(Box::new(MemoryStore::new("many", events)), &options);
    for id in 0..40 {
        session
            .moment(&AggregateKey::new("Order", format!("o-{id}")), At::Last, &mut Silent)
            .unwrap();
        let bytes: usize = session.opened.iter().map(|opened| opened.timeline.bytes()).sum();
        assert!(bytes <= 200_000, "{bytes} bytes");
    }
}

/// A version that stands twice just where a page ends is neither the end nor applied twice, however it is looked at.
#[test]
fn twins_at_the_end_of_a_page_are_not_the_end() {
    let mut events: Vec<Event> =
        (1..=3000).map(|v| event("Order", "o-1", v, 1, &format!(r#"{{"n":{v}}}"#))).collect();
    events.insert(2000, event("Order", "o-1", 2000, 1, r#"{"n":"twin"}"#));
    let mut session =
        Session::with_store(Box::new(MemoryStore::new("twins", events)), &OpenOptions::default());
    let at = |session: &mut Session, version| {
        n(&session.moment(&order(), At::Version(Version(version)), &mut Silent).unwrap()).unwrap()
    };
    assert_eq!(at(&mut session, 3000), "3000");
    assert_eq!(at(&mut session, 2000), "2000");
    let mut walked = Vec::new();
    let mut told = 0;
    session
        .walk(&order(), Version(3000), &mut Silent, &mut |step| {
            walked.push(step.after.value().get("n").map(json::to_string).unwrap());
            told += step.findings.len();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(
        (walked.len(), walked[1999].as_str(), walked[2000].as_str()),
        (3001, "2000", "2000")
    );
    assert_eq!(walked[3000], "3000");
    assert!(told >= 1);
}

#[test]
fn an_event_without_a_time_does_not_mislead_the_clock() {
    let mut events = vec![
        event("Order", "o-1", 1, 20, r#"{"n":1}"#),
        event("Order", "o-1", 2, 0, r#"{"n":2}"#),
        event("Order", "o-1", 3, 10, r#"{"n":3}"#),
    ];
    events[1].time = None;
    let mut session =
        Session::with_store(Box::new(MemoryStore::new("shop", events)), &OpenOptions::default());
    let at = At::Time(Timestamp::from_timestamp(15 * 60, 0).unwrap());
    let moment = session.moment(&order(), at, &mut Silent).unwrap();
    assert_eq!((moment.version, moment.findings[0].code), (Version(3), "times-out-of-order"));
}

#[test]
fn a_store_that_another_took_the_place_of_is_folded_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("live.jsonl");
    let history = |words: [&str; 2]| {
        let line = |(version, word): (usize, &str)| {
            format!(
                "{{\"aggregate\":\"o-1\",\"category\":\"Order\",\"version\":{},\"type\":\"T\",\"data\":{{\"n\":\"{word}\"}}}}\n",
                version + 1
            )
        };
        words.into_iter().enumerate().map(line).collect::<String>()
    };
    std::fs::write(&path, history(["a", "b"])).unwrap();
    let mut session = Session::open(path.to_str().unwrap(), &OpenOptions::default()).unwrap();
    let last = |session: &mut Session| n(&session.moment(&order(), At::Last, &mut Silent).unwrap());
    assert_eq!(last(&mut session).unwrap(), r#""b""#);
    std::fs::write(&path, history(["other", "story"])).unwrap();
    assert_eq!(last(&mut session).unwrap(), r#""story""#);
    let first = session.step(&order(), Version(2), -1, &mut Silent).unwrap();
    assert_eq!(n(&first).unwrap(), r#""other""#);
}

#[test]
fn a_key_that_stands_twice_in_a_payload_is_said_wherever_its_event_is_folded() {
    let texts = [r#"{"n":1}"#, r#"{"n":2,"lines":[{"n":3,"n":4}]}"#];
    let events = texts.iter().zip(1..).map(|(data, v)| event("Order", "o-1", v, 1, data)).collect();
    let store = MemoryStore::new("shop", events);
    let mut shop = Session::with_store(Box::new(store), &OpenOptions::default());
    let moment = shop.moment(&order(), At::Last, &mut Silent).unwrap();
    assert!(moment.findings.iter().any(|finding| finding.code == "key-twice"));
    assert_eq!(shop.findings_to(&moment).len(), 1);
    let mut said = Vec::new();
    shop.walk(&order(), Version(2), &mut Silent, &mut |walked| {
        said.push(walked.findings.iter().map(|finding| finding.code).collect::<Vec<_>>());
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(said, [vec![], vec!["key-twice"]]);
}

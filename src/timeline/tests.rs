use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::analysis::{blame, diff, patch};
use crate::fold::Merge;
use crate::model::{Path, Payload, Segment, Slot, Value, json};

fn event(version: u64, data: &str) -> Event {
    let version = Version(version);
    Event {
        position: None,
        aggregate: "a".into(),
        category: "".into(),
        version,
        event_type: "Changed".into(),
        id: None,
        time: None,
        schema: None,
        data: Payload::json(data.as_bytes(), Arc::default(), version),
        metadata: None,
        findings: Vec::new(),
    }
}

/// Drives the timeline to `goal` with pages of `page` events; returns how many events it was given.
fn drive(timeline: &mut Timeline, events: &[Event], goal: u64, page: usize, keep: u64) -> usize {
    let mut given = 0;
    let mut next = timeline.seek(Version(goal));
    while let Next::Need { after, .. } = next {
        let rest: Vec<Event> =
            events.iter().filter(|event| event.version > after).take(page).cloned().collect();
        given += rest.len();
        timeline.feed(&rest, rest.len() < page, keep);
        next = timeline.next();
    }
    given
}

fn timeline(memory: usize) -> Timeline {
    Timeline::new(AggregateKey::new("", "a"), Box::new(Merge::new()), memory)
}

/// A fold that knows no timeline.
fn folded(events: &[Event], goal: u64) -> State {
    let mut state = State::empty();
    let mut merge = Merge::new();
    for event in events.iter().filter(|event| event.version.0 <= goal) {
        let _ = merge.apply(&mut state, event);
    }
    state
}

/// Payloads that touch few keys again and again, nested and in arrays, some of them broken.
fn payload() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        (0..4_u8).prop_map(|n| n.to_string()),
        Just("null".to_owned()),
        "[a-c]{0,3}".prop_map(|text| format!("{text:?}")),
    ];
    let value = scalar.prop_recursive(3, 12, 3, |inner| {
        let member = ("[a-c]", inner.clone())
            .prop_map(|(key, value): (String, String)| format!("{key:?}:{value}"));
        let named = (0..4_u8, inner.clone())
            .prop_map(|(id, value): (u8, String)| format!(r#"{{"id":{id},"v":{value}}}"#));
        prop_oneof![
            prop::collection::vec(member, 0..3).prop_map(|all| format!("{{{}}}", all.join(","))),
            prop::collection::vec(named, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
            prop::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(","))),
        ]
    });
    let object = prop::collection::vec(("[a-d]", value), 0..4).prop_map(|members| {
        let members: Vec<_> = members.iter().map(|(k, v)| format!("{k:?}:{v}")).collect();
        format!("{{{}}}", members.join(","))
    });
    prop_oneof![9 => object, 1 => Just("{\"a\":".to_owned())]
}

/// A history whose versions may have holes.
fn history() -> impl Strategy<Value = Vec<Event>> {
    prop::collection::vec((payload(), prop_oneof![9 => Just(1_u64), 1 => 2..4_u64]), 1..60)
        .prop_map(|rows| {
            let mut version = 0;
            rows.iter()
                .map(|(data, step)| {
                    version += step;
                    event(version, data)
                })
                .collect()
        })
}

fn assert_same(found: &State, expected: &State) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.value(), expected.value());
    prop_assert_eq!(blame(found, &Path::root()), blame(expected, &Path::root()));
    prop_assert_eq!(found.root.since, expected.root.since);
    Ok(())
}

proptest! {
    #[test]
    fn a_jump_equals_a_fold_from_nothing(
        events in history(),
        jumps in prop::collection::vec((0..80_u64, 0..20_u64, prop::option::of(0..4000_usize)), 1..12),
        memory in prop_oneof![Just(0_usize), 500..20_000_usize, Just(1 << 20)],
        page in 1..9_usize,
        spacing in 1..9_u64,
    ) {
        let mut timeline = timeline(memory);
        timeline.keyframes.space(spacing);
        for (goal, keep, shrink) in jumps {
            drive(&mut timeline, &events, goal, page, keep);
            let last = events.iter().map(|e| e.version.0).filter(|v| *v <= goal).max().unwrap_or(0);
            prop_assert_eq!(timeline.at(), Version(last));
            assert_same(timeline.state(), &folded(&events, goal))?;
            if let Some(bytes) = shrink {
                timeline.shrink(bytes);
            }
        }
    }

    #[test]
    fn patching_with_the_diff_gives_the_other(a in payload(), b in payload()) {
        let read = |text: &str| json::read(text.as_bytes(), Version::ZERO).unwrap_or(Value::Null);
        let (a, b) = (read(&a), read(&b));
        prop_assert_eq!(patch(&a, &diff(&a, &b)).unwrap(), b);
    }

    /// Blame as the changes of every version tell it, one after the other, against the stamps in the state.
    #[test]
    fn blame_is_what_folding_every_version_says(events in history()) {
        let mut told = Slot::new(Value::object(), Version::ZERO);
        let mut before = State::empty();
        for event in &events {
            let after = folded(&events, event.version.0);
            for change in diff(before.value(), after.value()) {
                told.value = patch(&told.value, std::slice::from_ref(&change)).unwrap();
                stamp_new(&mut told.value, event.version);
                stamp_around(&mut told, change.path.segments(), event.version);
            }
            before = after;
        }
        let expected = State { root: told };
        // By path: a patch adds a member at the end, a reducer may have put it elsewhere.
        let by_path = |state: &State| {
            let mut lines = blame(state, &Path::root());
            lines.sort_by(|a, b| a.path.cmp(&b.path));
            lines
        };
        prop_assert_eq!(by_path(&before), by_path(&expected));
    }
}

/// `patch` puts version 0 on what it adds or replaces; those slots were put there by `version`.
fn stamp_new(value: &mut Value, version: Version) {
    let stamp = |slot: &mut Slot| {
        if slot.since == Version::ZERO {
            slot.since = version;
            restamp(&mut slot.value, version);
        } else {
            stamp_new(&mut slot.value, version);
        }
    };
    each(value, stamp);
}

/// What stands around a change has changed with it.
fn stamp_around(slot: &mut Slot, path: &[Segment], version: Version) {
    let Some((step, rest)) = path.split_first() else { return };
    slot.since = version;
    let inner = match (&mut slot.value, step) {
        (Value::Array(items), Segment::Index(at)) => Arc::make_mut(items).get_mut(*at),
        (Value::Object(map), Segment::Key(key)) => Arc::make_mut(map).get_mut(key),
        _ => None,
    };
    if let Some(inner) = inner {
        stamp_around(inner, rest, version);
    }
}

fn restamp(value: &mut Value, version: Version) {
    each(value, |slot| {
        slot.since = version;
        restamp(&mut slot.value, version);
    });
}

fn each(value: &mut Value, then: impl FnMut(&mut Slot)) {
    match value {
        Value::Array(items) => Arc::make_mut(items).iter_mut().for_each(then),
        Value::Object(map) => Arc::make_mut(map).values_mut().for_each(then),
        _ => {}
    }
}

#[test]
fn stepping_beside_the_playhead_replays_one_event_at_the_most() {
    let events: Vec<Event> =
        (1..=1000).map(|v| event(v, &format!(r#"{{"n":{v},"k{}":1}}"#, v % 7))).collect();
    let mut timeline = timeline(1 << 20);
    drive(&mut timeline, &events, 1000, 100, 0);
    drive(&mut timeline, &events, 500, 100, 64);
    for goal in (440..=500).rev().chain(440..=560) {
        let before = timeline.applied();
        drive(&mut timeline, &events, goal, 1, 64);
        assert!(timeline.applied() - before <= 1, "to v{goal}");
        assert_eq!(timeline.state().value().get("n"), Some(&Value::integer(goal.cast_signed())));
    }
}

#[test]
fn keyframes_keep_a_jump_short_and_the_budget() {
    let events: Vec<Event> =
        (1..=5000).map(|v| event(v, &format!(r#"{{"n":{v},"k{}":"{v}"}}"#, v % 50))).collect();
    let mut roomy = timeline(8 << 20);
    drive(&mut roomy, &events, 5000, 500, 0);
    let before = roomy.applied();
    drive(&mut roomy, &events, 2500, 500, 0);
    assert!(roomy.applied() - before < 128, "{} events replayed", roomy.applied() - before);

    let mut tight = timeline(64 << 10);
    drive(&mut tight, &events, 5000, 500, 0);
    assert!(tight.bytes() <= 64 << 10, "{} bytes", tight.bytes());
}

#[test]
fn a_failing_event_is_a_finding_and_the_fold_goes_on() {
    let events =
        [event(1, r#"{"a":1}"#), event(2, r#"{"a":"#), event(3, "7"), event(4, r#"{"b":2}"#)];
    let mut timeline = timeline(1 << 20);
    drive(&mut timeline, &events, 4, 10, 10);
    assert_eq!(json::to_string(timeline.state().value()), r#"{"a":1,"b":2}"#);
    assert_eq!(timeline.findings(Version(2)).unwrap()[0].code, "payload-unreadable");
    assert_eq!(timeline.findings(Version(3)).unwrap()[0].code, "payload-not-an-object");
    assert!(timeline.outline().get(1).unwrap().failed);
    assert!(!timeline.outline().get(3).unwrap().failed);
}

#[test]
fn a_version_that_stands_twice_is_applied_once_and_said() {
    let events = [event(1, r#"{"a":1}"#), event(1, r#"{"a":2}"#), event(2, r#"{"b":1}"#)];
    let mut timeline = timeline(1 << 20);
    drive(&mut timeline, &events, 2, 10, 0);
    assert_eq!(json::to_string(timeline.state().value()), r#"{"a":1,"b":1}"#);
    assert_eq!(timeline.findings(Version(1)).unwrap()[0].code, "version-twice");
}

#[test]
fn findings_without_end_are_counted_and_not_kept() {
    let events: Vec<Event> = (1..=5000).map(|v| event(v, "7")).collect();
    let mut timeline = timeline(1 << 20);
    drive(&mut timeline, &events, 5000, 500, 0);
    let found = timeline.findings_upto(Version(5000));
    assert_eq!(found.len(), 1001);
    let last = found.last().unwrap();
    assert_eq!(last.message, "from v1001 on, 4000 more events have findings of their own");
    assert!(timeline.findings(Version(1000)).is_some_and(|found| found.len() == 1));
    assert!(timeline.findings(Version(1001)).is_none());
}

#[test]
fn what_could_not_be_applied_is_counted_without_a_walk() {
    let mut outline = Outline::default();
    let fails = |v: u64| v == 3 || v == 5000 || v == 5001 || v == 20_000;
    for v in 1..=20_001 {
        outline.push(&event(v, "{}"), fails(v));
    }
    for v in [0, 2, 3, 4, 4096, 4097, 4999, 5000, 5001, 9000, 16_000, 19_999, 20_000, 20_001] {
        let failed: Vec<u64> = (1..=v).filter(|v| fails(*v)).collect();
        let expected = (failed.len(), failed.last().copied().map(Version));
        assert_eq!(outline.failed_upto(Version(v)), expected, "up to {v}");
    }
}

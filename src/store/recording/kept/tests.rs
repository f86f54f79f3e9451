use std::fs::OpenOptions;
use std::io::Write as _;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Payload, time};
use crate::store::{EventStore, conformance, recording};

const EVENT: &str =
    r#"{"position":1,"aggregate":"a","category":"A","version":1,"type":"T","data":{}}"#;

fn store(text: &str) -> Box<dyn EventStore> {
    recording::held("x", text.as_bytes(), "a test").unwrap()
}

fn snapshot(version: u64, state: &str) -> Snapshot {
    let version = Version(version);
    let state = Payload::json(state.as_bytes(), Arc::default(), version);
    Snapshot { version, reducer: None, time: None, state }
}

/// Everything that a snapshot says.
fn told(snapshot: &Snapshot) -> impl PartialEq + std::fmt::Debug + use<> {
    (
        (snapshot.version, snapshot.reducer.clone(), snapshot.time),
        (snapshot.state.content_type().to_owned(), snapshot.state.bytes().to_vec()),
    )
}

fn moment() -> impl Strategy<Value = Timestamp> {
    (-62_000_000_000_i64..250_000_000_000, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| Timestamp::from_timestamp(seconds, nanos).unwrap())
}

fn snapshots() -> impl Strategy<Value = Vec<Snapshot>> {
    let state = prop_oneof![
        prop::sample::select(&["{}", "null", "{ \"a\": 1.50 }", "{\n}", " 1", "{\"a\":"][..])
            .prop_map(|text| Payload::json(text.as_bytes(), Arc::default(), Version(1))),
        prop::collection::vec(any::<u8>(), 0..9).prop_map(|bytes| Payload::opaque(
            bytes,
            "application/x-marshal",
            "no JSON"
        )),
    ];
    let one = (1_u64..9, prop::option::of(any::<String>()), prop::option::of(moment()), state);
    let one = one.prop_map(|(version, reducer, time, state)| Snapshot {
        version: Version(version),
        reducer: reducer.map(SmolStr::from),
        time,
        state,
    });
    prop::collection::vec(one, 1..6)
}

fn left_out() -> impl Strategy<Value = (u64, u32)> {
    prop_oneof![Just((0, 0)), (1_u64..1_000, Just(60_u32))]
}

proptest! {
    #[test]
    fn what_is_written_of_a_snapshot_is_read(
        mut snapshots in snapshots(),
        category in any::<String>(),
        id in any::<String>(),
    ) {
        let key = AggregateKey::new(&category, &id);
        let mut text = format!("{EVENT}\n");
        for snapshot in &snapshots {
            write_snapshot(&mut text, &key, snapshot);
            text.push('\n');
        }
        let mut store = store(&text);
        prop_assert_eq!(store.info().findings.len(), 0);
        prop_assert_eq!(store.census().unwrap().snapshots, Some(snapshots.len() as u64));
        snapshots.sort_by(|a, b| (a.version, &a.reducer).cmp(&(b.version, &b.reducer)));
        let found: Vec<_> = store.snapshots(&key).unwrap().iter().map(told).collect();
        prop_assert_eq!(found, snapshots.iter().map(told).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_written_of_a_checkpoint_is_read(
        name in any::<String>(),
        position in prop::option::of(any::<i64>().prop_map(Position)),
        status in prop::option::of(any::<String>()),
        updated in prop::option::of(moment()),
        history in prop::collection::vec(((moment(), any::<i64>()), left_out()), 0..6),
    ) {
        let mut history: Vec<Move> = history
            .into_iter()
            .map(|((time, position), (left_out, seconds))| Move {
                left_out,
                seconds,
                ..Move::new(time, Position(position))
            })
            .collect();
        history.sort_unstable();
        history.dedup();
        let checkpoint = Checkpoint {
            name: name.clone(),
            position,
            status,
            updated,
            ..Checkpoint::default()
        };
        let mut text = format!("{EVENT}\n");
        write_checkpoint(&mut text, &checkpoint, &history);
        let mut store = store(&text);
        prop_assert_eq!(store.info().findings.len(), 0);
        prop_assert_eq!(store.checkpoints().unwrap(), [checkpoint]);
        // Where it is now is a place where it has been.
        history.extend(updated.zip(position).map(|(time, position)| Move::new(time, position)));
        history.sort_unstable();
        history.dedup();
        prop_assert_eq!(store.checkpoint_history(&name).unwrap(), history);
    }
}

#[test]
fn such_lines_are_no_events_and_change_nothing_about_them() {
    let text = [
        r#"{"checkpoint":"list","position":1,"time":"2026-03-02T10:00:00Z"}"#,
        EVENT,
        r#"{"snapshot":"a","category":"A","version":1,"state":{"n":1}}"#,
        r#"{"checkpoint":"mail"}"#,
        r#"{"checkpoint":"list","position":2,"status":"running","time":"2026-03-02T11:00:00Z"}"#,
    ]
    .join("\n");
    for text in [text.clone(), format!("[{}]", text.replace('\n', ","))] {
        let mut store = store(&text);
        let events = conformance::scan_all(&mut *store, &crate::store::EventQuery::default(), 10);
        assert_eq!(events.len(), 1);
        conformance::check(&mut *store, &events);
        assert_eq!(store.info().confidence, 100);
        let why = store.info().why.join("; ");
        assert!(why.starts_with("1 of 1 ") && why.contains("beside them 1 snapshot;"), "{why}");
        assert!(why.contains("beside them 3 moves of a projection's checkpoint"), "{why}");
        let names: Vec<_> = store.checkpoints().unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["list", "mail"]);
        let positions = |name: &str| -> Vec<i64> {
            let history = store.checkpoint_history(name).unwrap();
            history.iter().map(|one| one.position.0).collect()
        };
        let mut positions = positions;
        assert_eq!(positions("list"), [1, 2]);
        assert_eq!(positions("mail"), [0; 0]);
        assert_eq!(positions("nobody"), [0; 0]);
    }
}

#[test]
fn a_line_that_is_neither_says_what_it_lacks() {
    let told = |line: &str| {
        let store = store(&format!("{EVENT}\n{line}\n"));
        let [finding] = &store.info().findings[..] else { panic!("{:?}", store.info().findings) };
        finding.message.clone()
    };
    for (line, why) in [
        (r#"{"snapshot":"a","state":{}}"#, "it is a snapshot without a version"),
        (r#"{"snapshot":"a","version":0,"state":{}}"#, "its version is \"0\", which is no version"),
        (r#"{"snapshot":"a","version":3}"#, "it is a snapshot without a state"),
        (r#"{"checkpoint":"a","position":"x"}"#, "its position is \"x\", which is no position"),
        (r#"{"checkpoint":"a","time":"noon"}"#, "its time is \"noon\", which is no RFC 3339 time"),
    ] {
        assert_eq!(told(line), format!("line 2 is left out: {why}"));
    }
}

#[test]
fn they_come_while_a_recording_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.jsonl");
    std::fs::write(&path, format!("{EVENT}\n")).unwrap();
    let mut store = recording::open(&path).unwrap();
    assert!(!store.capabilities().snapshots && store.checkpoints().unwrap().is_empty());
    let mut file = OpenOptions::new().append(true).open(&path).unwrap();
    let mut line = String::new();
    let key = AggregateKey::new("A", "a");
    write_snapshot(&mut line, &key, &snapshot(1, r#"{"n":1}"#));
    let updated = time::parse_recorded("2026-03-02T10:00:00Z");
    let checkpoint = Checkpoint {
        name: "list".into(),
        position: Some(Position(1)),
        updated,
        ..Checkpoint::default()
    };
    line.push('\n');
    write_checkpoint(&mut line, &checkpoint, &[]);
    file.write_all(line.as_bytes()).unwrap();
    assert_eq!(store.checkpoints().unwrap(), [checkpoint]);
    assert_eq!(store.snapshots(&key).unwrap().len(), 1);
    assert!(store.capabilities().snapshots && store.capabilities().checkpoints);
}

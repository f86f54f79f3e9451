//! A projection that is killed at any moment leaves whole steps: its rows are those of its checkpoint, and the next run
//! goes on from there. So does a rebuild, beside what is shown.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use foldback::model::{AggregateKey, Payload, Position, Version};
use foldback::store::EventQuery;
use foldback::store::own::{Expected, NewEvent, StoreWriter, writer};

use crate::support::killed::{Moments, killed};

/// How often a program is killed.
const TIMES: usize = 120;
/// Later than that it is done.
const BEYOND: Duration = Duration::from_millis(160);

type Rows = BTreeMap<String, Vec<i64>>;

/// Each row is the trail of the events that it was made of: one that is lost, doubled or out of turn shows.
const TRAIL: &str = "trail:\n  Counted: {row: '($row // []) + [.position]'}\n";

fn append(store: &mut dyn StoreWriter, events: usize, from: usize) {
    for n in from..from + events {
        let data = Payload::json(format!("{{\"n\":{n}}}").into_bytes(), Arc::default(), Version(1));
        let key = AggregateKey::new("Count", format!("count-{}", n % 23));
        store.append(&key, &[NewEvent::new("Counted", data)], Expected::Any).unwrap();
    }
}

/// The rows as they should be at a position.
fn expected(store: &dyn StoreWriter, upto: Position) -> Rows {
    let mut rows = Rows::new();
    for event in store.reader().unwrap().scan(&EventQuery::default(), 1_000_000).unwrap().events {
        let position = event.position.unwrap();
        if position <= upto {
            rows.entry(event.aggregate.to_string()).or_default().push(position.0);
        }
    }
    rows
}

fn rows(store: &mut dyn StoreWriter, generation: u64) -> Rows {
    let rows = store.rows("trail", generation, None, 1_000).unwrap();
    let read = |row: &Payload| serde_json::from_slice(row.bytes()).unwrap();
    rows.iter().map(|(key, row)| (key.to_string(), read(row))).collect()
}

/// Where what is shown is, and what is rebuilt, both held against their rows.
fn checked(path: &Path) -> (u64, Position, Option<Position>) {
    let mut store = writer(path.as_os_str(), false).unwrap();
    let Some(record) = store.projections().unwrap().into_iter().next() else {
        return (0, Position(0), None);
    };
    let shown = rows(&mut *store, record.generation);
    assert_eq!(shown, expected(&*store, record.position), "at {}", record.position);
    if let Some(rebuild) = &record.rebuild {
        let made = rows(&mut *store, rebuild.generation);
        assert_eq!(made, expected(&*store, rebuild.position), "rebuilt to {}", rebuild.position);
    }
    (record.generation, record.position, record.rebuild.map(|rebuild| rebuild.position))
}

#[test]
fn a_projection_that_was_killed_at_any_moment_is_whole_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let declared = dir.path().join("trail.yaml");
    std::fs::write(&declared, TRAIL).unwrap();
    let mut store = writer(path.as_os_str(), true).unwrap();
    let mut events = 300;
    append(&mut *store, events, 0);
    let command = |what: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foldback"));
        command.args(["projection", what]).arg(&path).args([
            "trail",
            "--batch",
            "7",
            "--projections",
        ]);
        command.arg(&declared);
        command
    };
    let mut moments = Moments::of(0x5eed_0004);
    let (mut torn, mut swapped) = (0, 0);
    let mut before = checked(&path);
    for time in 0..TIMES {
        let what = if time % 2 == 0 { "run" } else { "rebuild" };
        killed(&mut command(what), Vec::new(), moments.next(0, BEYOND));
        let after = checked(&path);
        assert!(after.0 >= before.0 && after.1 >= before.1, "{before:?} {after:?}");
        let head = Position(events as i64);
        // Killed on the way: some of it is done, and some is not.
        torn += usize::from(what == "run" && after.1 > before.1 && after.1 < head);
        torn += usize::from(after.2 != before.2 && after.2.is_some_and(|at| at < head));
        swapped += usize::from(after.0 > before.0);
        before = after;
        append(&mut *store, 25, events);
        events += 25;
    }
    assert!(torn > 0, "only {torn} of {TIMES} were killed on the way");
    for what in ["run", "rebuild"] {
        let ran = command(what).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }
    let (_, position, rebuild) = checked(&path);
    assert_eq!((position, rebuild), (Position(events as i64), None));
    println!("{TIMES} killed, {torn} of them on the way, {swapped} after a swap");
}

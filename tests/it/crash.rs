//! What was acknowledged is there after `kill -9` at any moment, and nothing is half done.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use foldback::model::{AggregateKey, Event, EventId, Version};
use foldback::store::own::verify_chain;
use foldback::store::{EventStore, OpenOptions, open};

use crate::support::killed::{Moment, Moments, killed};

/// How often a program is killed.
const TIMES: u64 = 200;
/// Later than that a program that appends has said its next line.
const BEYOND: Duration = Duration::from_millis(12);
/// A snapshot of a few hundred events takes about so long, from the program's start.
const SNAPSHOT: Duration = Duration::from_millis(40);

/// Every event of an aggregate in the store at `path`; none where there is no store yet.
fn events(path: &Path, id: &str) -> Vec<Event> {
    if !path.exists() {
        return Vec::new();
    }
    let mut store: Box<dyn EventStore> = open(path, &OpenOptions::default()).unwrap();
    store.read(&AggregateKey::new("Order", id), Version::ZERO, 100_000).unwrap()
}

/// JSON lines of the events with the numbers `from` and on.
fn lines(id: &str, from: usize, count: usize) -> Vec<u8> {
    let line = |n| format!("{{\"type\":\"Counted\",\"id\":\"{id}-{n}\",\"data\":{{\"n\":{n}}}}}\n");
    (from..from + count).map(line).collect::<String>().into_bytes()
}

#[test]
fn what_an_append_acknowledged_is_there_after_it_was_killed_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut moments = Moments::of(0x5eed_f01d);
    // One aggregate takes events one by one, the other five at a time.
    let mut acknowledged = [0, 0];
    for time in 0..TIMES {
        let (at, id, together) = if time % 2 == 0 { (0, "order-1", 1) } else { (1, "order-2", 5) };
        let from = acknowledged[at] * together;
        let mut command = Command::new(env!("CARGO_BIN_EXE_foldback"));
        command
            .arg("append")
            .arg(&path)
            .arg(format!("Order/{id}"))
            .args(["-", "--json", "--create"]);
        command.arg("--batch").arg(together.to_string());
        let moment = moments.next(8, BEYOND);
        let said = killed(&mut command, lines(id, from, 20 * together), moment);
        acknowledged[at] += said.len();

        let found = events(&path, id);
        // What it had begun may be there; what comes after that was not even begun.
        let least = acknowledged[at] * together;
        let most = least + together;
        assert!((least..=most).contains(&found.len()), "{least} to {most}, not {}", found.len());
        assert_eq!(found.len() % together, 0, "a batch is there whole or not at all");
        for (n, event) in found.iter().enumerate() {
            let wanted = format!("{id}-{n}");
            assert_eq!(event.id.as_ref().map(EventId::as_str), Some(wanted.as_str()), "{moment:?}");
            assert_eq!(event.version, Version(n as u64 + 1));
        }
    }
    assert!(acknowledged.iter().all(|count| *count > 100), "{acknowledged:?}");
    let verified = verify_chain(&path, dir.path(), &mut |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(verified.findings, []);
}

#[test]
fn a_snapshot_that_was_killed_is_there_whole_or_not_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut moments = Moments::of(0x0dd_ba11);
    let program = |command: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_foldback"));
        program.arg(command).arg(&path).arg("Order/order-1");
        program
    };
    let never = Moment { lines: usize::MAX, beyond: Duration::ZERO };
    let mut append = program("append");
    append.args(["-", "--create", "--batch", "1000"]);
    killed(&mut append, lines("order-1", 0, 400), never);
    let (mut acknowledged, mut cut_off) = (0, 0);
    for time in 0..TIMES as usize {
        let mut append = program("append");
        assert_eq!(killed(append.arg("-"), lines("order-1", 400 + time, 1), never).len(), 1);
        let mut snapshot = program("snapshot");
        let said = killed(snapshot.args(["--keep", "3"]), Vec::new(), moments.next(1, SNAPSHOT));

        let mut store = open(&path, &OpenOptions::default()).unwrap();
        let kept = store.snapshots(&AggregateKey::new("Order", "order-1")).unwrap();
        assert!(kept.len() <= 3, "{} are kept", kept.len());
        for snapshot in &kept {
            let state = String::from_utf8(snapshot.state.bytes().to_vec()).unwrap();
            assert_eq!(state, format!("{{\"n\":{}}}", snapshot.version.0 - 1));
        }
        let newest = kept.last().map(|snapshot| snapshot.version);
        let now = Version(401 + time as u64);
        if said.is_empty() {
            cut_off += 1;
        } else {
            acknowledged += 1;
            assert_eq!(newest, Some(now), "what was acknowledged is there");
        }
    }
    assert!(acknowledged > 20 && cut_off > 4, "{acknowledged} stored, {cut_off} cut off");
}

//! What was acknowledged is there after `kill -9` at any moment, and nothing is half done.

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use foldback::model::{AggregateKey, Event, EventId, Version};
use foldback::store::own::verify_chain;
use foldback::store::{EventStore, OpenOptions, open};

use crate::support::killed::{Moments, killed};

/// How often a program is killed.
const TIMES: u64 = 200;
/// Later than that a program that appends has said its next line.
const BEYOND: Duration = Duration::from_millis(12);

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

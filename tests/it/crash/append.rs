//! What an append acknowledged is there after it was killed at any moment.

use std::ops::ControlFlow;
use std::time::Duration;

use foldback::model::{AggregateKey, Event, EventId, Version};

use crate::support::killed::{Moments, killed, times};
use crate::support::place::Place;

/// Later than that a program that appends has said its next line.
const BEYOND: Duration = Duration::from_millis(12);

/// Every event of an aggregate; none where there is no store yet.
fn events(place: &Place, id: &str) -> Vec<Event> {
    let Some(mut store) = place.reader() else { return Vec::new() };
    store.read(&AggregateKey::new("Order", id), Version::ZERO, 100_000).unwrap()
}

/// JSON lines of the events with the numbers `from` and on.
fn lines(id: &str, from: usize, count: usize) -> Vec<u8> {
    let line = |n| format!("{{\"type\":\"Counted\",\"id\":\"{id}-{n}\",\"data\":{{\"n\":{n}}}}}\n");
    (from..from + count).map(line).collect::<String>().into_bytes()
}

#[test]
fn what_an_append_acknowledged_is_there_after_it_was_killed_at_any_moment() {
    outlives(&Place::new_file(), times(200));
}

#[test]
fn what_an_append_acknowledged_on_a_server_is_there_after_it_was_killed() {
    let Some(place) = Place::new_database() else { return };
    outlives(&place, times(50));
}

fn outlives(place: &Place, times: usize) {
    let mut moments = Moments::of(0x5eed_f01d);
    // One aggregate takes events one by one, the other five at a time.
    let mut acknowledged = [0, 0];
    for time in 0..times {
        let (at, id, together) = if time % 2 == 0 { (0, "order-1", 1) } else { (1, "order-2", 5) };
        let from = acknowledged[at] * together;
        let mut command = place.command(&["append"]);
        command.arg(format!("Order/{id}")).args(["-", "--json", "--create"]);
        command.arg("--batch").arg(together.to_string());
        let moment = moments.next(8, BEYOND);
        let said = killed(&mut command, lines(id, from, 20 * together), moment);
        acknowledged[at] += said.len();

        let found = events(place, id);
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
    assert!(acknowledged.iter().all(|count| *count > times / 2), "{acknowledged:?}");
    let mut store = place.reader().unwrap();
    let verified = store.chain(&mut |_| ControlFlow::Continue(())).unwrap().unwrap();
    assert_eq!(verified.findings, []);
}

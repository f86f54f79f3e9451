//! A snapshot that was killed is there whole or not at all.

use std::time::{Duration, Instant};

use foldback::model::{AggregateKey, Version};

use super::append::lines;
use crate::support::killed::{Moment, Moments, killed, times};
use crate::support::place::Place;

/// Events there are at first.
const EVENTS: usize = 400;

#[test]
fn a_snapshot_that_was_killed_is_there_whole_or_not_at_all() {
    whole_or_not(&Place::new_file(), times(200));
}

#[test]
fn a_snapshot_on_a_server_that_was_killed_is_there_whole_or_not_at_all() {
    let Some(place) = Place::new_database() else { return };
    whole_or_not(&place, times(50));
}

fn whole_or_not(place: &Place, times: usize) {
    let mut moments = Moments::of(0x0dd_ba11);
    let never = Moment { lines: usize::MAX, beyond: Duration::ZERO };
    let append = |from, count| {
        let mut append = place.command(&["append"]);
        append.args(["Order/order-1", "-", "--create", "--batch", "1000"]);
        assert_eq!(killed(&mut append, lines("order-1", from, count), never).len(), 1);
    };
    let snapshot = |moment| {
        let mut snapshot = place.command(&["snapshot"]);
        killed(snapshot.args(["Order/order-1", "--keep", "3"]), Vec::new(), moment)
    };
    append(0, EVENTS);
    // How long one takes that nobody kills: the moments lie around its end, where it writes.
    let mut longest = Duration::ZERO;
    for _ in 0..5 {
        let begun = Instant::now();
        snapshot(never);
        longest = longest.max(begun.elapsed());
    }
    let (mut acknowledged, mut unheard) = (0, 0);
    for time in 0..times {
        append(EVENTS + time, 1);
        let Moment { lines, beyond } = moments.next(1, longest / 2);
        let beyond = if lines == 0 { longest / 2 + beyond } else { beyond };
        let said = snapshot(Moment { lines, beyond });

        let kept =
            place.reader().unwrap().snapshots(&AggregateKey::new("Order", "order-1")).unwrap();
        assert!(kept.len() <= 3, "{} are kept", kept.len());
        for snapshot in &kept {
            let state = String::from_utf8(snapshot.state.bytes().to_vec()).unwrap();
            assert_eq!(state, format!("{{\"n\":{}}}", snapshot.version.0 - 1));
        }
        let newest = kept.last().map(|snapshot| snapshot.version);
        if said.is_empty() {
            unheard += 1;
        } else {
            acknowledged += 1;
            let now = Version((EVENTS + time + 1) as u64);
            assert_eq!(newest, Some(now), "what was acknowledged is there");
        }
    }
    println!("{times} killed, {unheard} of them before they had said what they did");
    assert!(acknowledged > times / 10 && unheard > times / 10, "{acknowledged}, {unheard}");
}

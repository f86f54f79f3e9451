//! A snapshot that was killed is there whole or not at all.

use std::sync::Arc;
use std::time::{Duration, Instant};

use foldback::model::{AggregateKey, Payload, Version};
use foldback::store::own::{Expected, NewEvent};

use crate::support::killed::{Moment, Moments, killed, times};
use crate::support::place::Place;

/// Events there are at first.
const EVENTS: usize = 200;

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
    let key = AggregateKey::new("Order", "order-1");
    let never = Moment { lines: usize::MAX, beyond: Duration::ZERO };
    let mut writer = place.writer();
    let mut append = |from, count| {
        let event = |n| {
            let text = format!("{{\"n\":{n}}}").into_bytes();
            NewEvent::new("Counted", Payload::json(text, Arc::default(), Version::ZERO))
        };
        let batch: Vec<_> = (from..from + count).map(event).collect();
        writer.append(&key, &batch, Expected::Any).unwrap();
    };
    let snapshot = |moment| {
        let mut snapshot = place.command(&["snapshot"]);
        killed(snapshot.args(["Order/order-1", "--keep", "3"]), Vec::new(), moment)
    };
    append(0, EVENTS);
    // How long one takes that nobody kills: most moments lie in that, up to its end, where it writes.
    let mut usual = [(); 5].map(|()| {
        let begun = Instant::now();
        snapshot(never);
        begun.elapsed()
    });
    usual.sort();
    let usual = usual[2];
    let (mut acknowledged, mut unheard) = (0, 0);
    for time in 0..times {
        append(EVENTS + time, 1);
        let Moment { lines, beyond } = moments.next(3, usual);
        let said = snapshot(if lines == 0 {
            Moment { lines: 1, beyond }
        } else {
            Moment { lines: 0, beyond: (usual + 3 * beyond) / 4 }
        });

        let kept = place.reader().unwrap().snapshots(&key).unwrap();
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

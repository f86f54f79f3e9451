//! A projection that is killed at any moment leaves whole steps: its rows and dead letters are those of its checkpoint,
//! and the next run goes on from there. So does a rebuild, beside what is shown.

use std::time::{Duration, Instant};

use crate::support::killed::{Moments, killed_when, times};
use crate::support::place::Place;
use crate::support::tally::{NAME, Stand, Tally};

/// Events that are written down together: few, so that there are many steps to be killed in.
const BATCH: usize = 5;
/// A program is killed after so many steps, at most.
const STEPS: u64 = 12;
/// And so much later, which is longer than a step takes.
const BEYOND: Duration = Duration::from_millis(6);
/// A program that is to be killed before its first step is killed in the first of so much.
const START: Duration = Duration::from_millis(25);
/// Events that there are still to do, at least, when it begins: so many that it does not come to its end by itself before
/// a busy machine gets round to killing it.
const BEFORE_IT: usize = 2000;

#[derive(Clone, Copy, PartialEq)]
enum What {
    Run,
    Rebuild,
}

#[test]
fn a_run_that_was_killed_at_any_moment_is_whole_and_goes_on() {
    goes_on(Place::new_file(), What::Run, times(200));
}

#[test]
fn a_rebuild_that_was_killed_at_any_moment_is_whole_and_goes_on() {
    goes_on(Place::new_file(), What::Rebuild, times(200));
}

#[test]
fn a_run_on_a_server_that_was_killed_is_whole_and_goes_on() {
    let Some(place) = Place::new_database() else { return };
    goes_on(place, What::Run, times(50));
}

#[test]
fn a_rebuild_on_a_server_that_was_killed_is_whole_and_goes_on() {
    let Some(place) = Place::new_database() else { return };
    goes_on(place, What::Rebuild, times(50));
}

fn goes_on(place: Place, what: What, times: usize) {
    let mut tally = Tally::new(place);
    tally.append(BEFORE_IT);
    if what == What::Rebuild {
        assert!(tally.command("run", 1000).output().unwrap().status.success());
    }
    let word = if what == What::Run { "run" } else { "rebuild" };
    let mut moments = Moments::of(0x5eed_0004);
    let (mut torn, mut swapped) = (0, 0);
    let mut before = tally.checked();
    for time in 0..times {
        let ahead = if what == What::Run { tally.head() - before.position } else { usize::MAX };
        tally.append(BEFORE_IT.saturating_sub(ahead).max(2));
        // One that has come near its end has nothing left to be killed in: the next begins anew.
        if before.rebuild.is_some_and(|(_, at)| tally.head() - at < BEFORE_IT / 2) {
            assert!(tally.command(word, 1000).output().unwrap().status.success());
            before = tally.checked();
        }
        let moment = moments.next(STEPS - 1, BEYOND);
        // Most are killed on the way; some before their first step, and some rebuilds where theirs become those shown.
        let (batch, steps) = match time % 16 {
            0 => (BATCH, 0),
            12 if what == What::Rebuild => (20 * BATCH, usize::MAX),
            _ => (BATCH, moment.lines + 1),
        };
        let mut command = tally.command(word, batch);
        if steps == 0 {
            let begun = Instant::now();
            let beyond = START.mul_f64(moment.beyond.as_secs_f64() / BEYOND.as_secs_f64());
            killed_when(&mut command, || begun.elapsed() >= beyond, Duration::ZERO);
        } else {
            let events = steps.saturating_mul(BATCH);
            killed_when(
                &mut command,
                || is_there(what, &before, &mut tally, events),
                moment.beyond,
            );
        }
        let after = tally.checked();
        assert!(
            after.generation >= before.generation && after.position >= before.position,
            "{before:?} {after:?}"
        );
        torn += usize::from(match (what, before.rebuild, after.rebuild) {
            // Some of it is done, and some is not.
            (What::Run, ..) => (before.position + 1..tally.head()).contains(&after.position),
            (What::Rebuild, Some((old, from)), Some((new, to))) if old == new => {
                assert!(to >= from, "{before:?} {after:?}");
                (from + 1..tally.head()).contains(&to)
            }
            (What::Rebuild, _, rebuild) => {
                rebuild.is_some_and(|(_, to)| (1..tally.head()).contains(&to))
            }
        });
        swapped += usize::from(after.generation > before.generation);
        before = after;
    }
    println!("{word}: {times} killed, {torn} of them on the way; shown anew {swapped} times");
    assert!(torn > times / 2, "only {torn} of {times} were killed on the way");
    // Whoever comes next does the rest, and rows that are made anew are the same, row by row.
    let rows = ["run", "rebuild"].map(|word| {
        let ran = tally.command(word, 1000).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let stand = tally.checked();
        assert_eq!(stand.position, tally.head());
        if word == "rebuild" {
            assert_eq!(stand.rebuild, None);
            tally.nothing_is_left_over();
        }
        tally.rows(NAME, stand.generation)
    });
    assert_eq!(rows[0], rows[1]);
}

/// Whether it has come so many events further than it was, to the end of the store, or to the end of a rebuild.
fn is_there(what: What, before: &Stand, tally: &mut Tally, events: usize) -> bool {
    let now = tally.stand();
    if now.generation > before.generation {
        return true;
    }
    let (from, to) = match what {
        What::Run => (before.position, now.position),
        What::Rebuild => {
            let Some((_, to)) = now.rebuild else { return false };
            (before.rebuild.map_or(0, |(_, from)| from), to)
        }
    };
    to >= from.saturating_add(events).min(tally.head())
}

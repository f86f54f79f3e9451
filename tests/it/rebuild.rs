//! Rows that are made anew while events keep coming are those that were kept up all the time, row by row.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::place::Place;
use crate::support::tally::{NAME, TWIN, Tally};

/// How long anything may take that does not take long.
const SOON: Duration = Duration::from_secs(60);

/// How many events a writer is ahead of what is kept up, at most.
const LEAD: usize = 500;

#[test]
fn a_rebuild_in_a_file_equals_the_live_rows_while_events_keep_coming() {
    equals(Place::new_file());
}

#[test]
fn a_rebuild_on_a_server_equals_the_live_rows_while_events_keep_coming() {
    let Some(place) = Place::new_database() else { return };
    equals(place);
}

#[test]
fn a_rebuild_in_a_file_ends_beside_a_writer_that_never_pauses() {
    ends(Place::new_file());
}

#[test]
fn a_rebuild_on_a_server_ends_beside_a_writer_that_never_pauses() {
    let Some(place) = Place::new_database() else { return };
    ends(place);
}

/// A program that runs until nobody needs it any more.
struct Running(Child);

impl Running {
    fn new(command: &mut Command) -> Self {
        let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(silent.spawn().unwrap())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn equals(place: Place) {
    let mut tally = Tally::new(place);
    tally.append(400);
    // Both are kept up as events come; only one of them is made anew.
    let mut live = tally.command("run", 20);
    let _live = Running::new(live.args([TWIN, "--follow"]));
    until("they have begun", || tally.stand().position == tally.head());
    for _ in 0..3 {
        let (begun, before) = (tally.head(), tally.stand().generation);
        let mut rebuild = Running::new(&mut tally.command("rebuild", 40));
        let mut made = None;
        let status = loop {
            if let Some(status) = rebuild.0.try_wait().unwrap() {
                break status;
            }
            // Events come with each of its steps, and fewer than it makes: otherwise it would never have come as far.
            let rebuild = tally.stand().rebuild;
            if rebuild != made {
                tally.append(4);
                made = rebuild;
            }
            std::thread::yield_now();
        };
        assert!(status.success());
        assert!(tally.stand().generation > before, "what was made is shown");
        assert!(tally.head() > begun + 8, "events came while it was made");
    }
    until("all is done", || tally.stand().position == tally.head());
    let stand = tally.checked();
    until("the other is there too", || tally.position(TWIN) == tally.head());
    assert_eq!(tally.rows(NAME, stand.generation), tally.rows(TWIN, 1));
    tally.nothing_is_left_over();
}

/// A rebuild three events at a time, beside both projections being kept up, and events appended without a pause, as fast as
/// they are kept up: who writes faster than that is never caught up with by anybody.
fn ends(place: Place) {
    let mut tally = Tally::new(place);
    tally.append(60);
    let mut live = tally.command("run", 1000);
    let live = Running::new(live.args([TWIN, "--follow"]));
    until("they have begun", || tally.stand().position == tally.head());
    let (before, begun) = (tally.stand().generation, Instant::now());
    let mut rebuild = Running::new(&mut tally.command("rebuild", 3));
    let status = loop {
        if let Some(status) = rebuild.0.try_wait().unwrap() {
            break status;
        }
        assert!(begun.elapsed() < 2 * SOON, "it never ends");
        if tally.head() - tally.position(TWIN) < LEAD {
            tally.append(20);
        }
        std::thread::yield_now();
    };
    println!("ended after {:?}, {} events", begun.elapsed(), tally.head());
    assert!(status.success());
    assert!(tally.stand().generation > before, "what was made is shown");
    assert!(tally.head() > 100, "events came while it was made");
    until("all is done", || tally.stand().position == tally.head());
    until("the other is there too", || tally.position(TWIN) == tally.head());
    drop(live);
    let stand = tally.checked();
    assert_eq!(tally.rows(NAME, stand.generation), tally.rows(TWIN, 1));
    tally.nothing_is_left_over();
}

/// Waits until something is so.
fn until(what: &str, mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < SOON, "{what}");
        std::thread::yield_now();
    }
}

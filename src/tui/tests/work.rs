//! What goes on in the background.
//!
//! - opens a large order → sees `⋯ walking` at the top once it takes long; presses `W` → sees each job in plain words, since
//!   when, how far, and what it costs; what waits; what ended lately;
//! - presses `x` on one → it stops, and the last line says what is missing and which key begins it again;
//! - presses `W` while nothing runs → sees so, what ended, what is kept in memory; no picture is drawn by itself.

use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};

use super::stage::{SIZES, Stage, counter, session};
use crate::session::{OpenOptions, Session};
use crate::task::Spent;
use crate::tui::effect::Slot;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::travel::Walked;
use crate::tui::model::work::{Ended, Far, Outcome, Row, SLOW, Workbook};

fn rows() -> Vec<Row> {
    let ended = |told: &str, outcome, millis, times| {
        let spent =
            Spent { wall: Duration::from_millis(millis), cpu: Duration::from_millis(millis / 2) };
        Row::Ended(Ended { told: told.to_owned(), outcome, spent, times })
    };
    let job = |slot, told: &str, waits, millis, far| Row::Job {
        slot,
        told: told.to_owned(),
        waits,
        since: Duration::from_millis(millis),
        cpu: Duration::from_millis(if waits { 0 } else { millis - 100 }),
        far,
    };
    let far = Far { done: 12_000, of: Some(60_000), what: "versions" };
    vec![
        job(Slot::Walk, "walking through the history of order-4711", false, 3240, Some(far)),
        job(Slot::Count, "counting aggregates and events", true, 800, None),
        Row::Watch { shows: true, took: Some(Duration::from_millis(2)) },
        ended("rebuilding the state of order-4711", Outcome::Done, 4, 12),
        ended("sorting aggregates by number of events", Outcome::Stopped, 2250, 1),
        ended("reading events of the store", Outcome::Failed, 31, 1),
    ]
}

#[test]
fn each_job_is_told_with_what_it_costs() {
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("W");
        let Overlay::Work(book) = &mut stage.app.model.overlay else { panic!("closed") };
        **book = Workbook { rows: rows(), ..Workbook::default() };
        let now = stage.now();
        assert!(now.contains("▶ walking") && now.contains("3.2 s"), "{now}");
        insta::assert_snapshot!(format!("work_{name}"), stage.picture());
    }
}

#[test]
fn the_store_that_is_being_opened_is_said_to_be() {
    let ((release, wait), (begun, begins)) = (sync_channel::<()>(1), sync_channel::<()>(1));
    let mut stage = Stage::unopened("x", (80, 24), move || {
        begun.send(()).unwrap();
        let _ = wait.recv();
        Ok(session(counter("order-1", 3)))
    });
    stage.start();
    begins.recv().unwrap();
    stage.press("W");
    let now = stage.now();
    assert!(now.contains("Work: 1 running") && now.contains("opening the store"), "{now}");
    stage.press("x");
    assert!(stage.now().contains("the store is still being opened"), "{}", stage.now());
    release.send(()).unwrap();
    stage.shows("Work: nothing runs").shows("✓ opening the store");
    stage.shows("✓ counting aggregates and events").shows("memory: ").shows("for 1 timeline");
    stage.keys("x").shows("this has ended already").keys("W").hides("Work");
}

/// On an order whose first walk has begun.
fn walking(size: (u16, u16)) -> Stage {
    Stage::walking(counter("order-1", 60_000), size)
}

/// Moves to the line of a job; `false` where it has ended meanwhile.
fn choose(stage: &mut Stage, slot: Slot) -> bool {
    for _ in 0..20 {
        let Overlay::Work(book) = &stage.app.model.overlay else { panic!("closed") };
        if book.chosen().and_then(Row::slot) == Some(slot) {
            return true;
        }
        stage.press("down");
    }
    false
}

#[test]
fn the_chosen_job_is_stopped_and_what_is_missing_is_told() {
    for (_, size) in SIZES {
        let mut stage = walking(size);
        stage.press("W");
        assert!(stage.now().contains("walking through the"), "{}", stage.now());
        assert!(choose(&mut stage, Slot::Walk), "{}", stage.now());
        stage.press("x");
        let now = stage.now();
        assert!(now.contains("● stopped walking through the"), "{now}");
        let walked = stage.app.model.travel.as_ref().unwrap().walked;
        assert_eq!(walked, Walked::Stopped);
        stage.settle();
        stage.keys("W ! enter").shows("r walks on").keys("esc esc r");
        assert_eq!(stage.app.model.travel.as_ref().unwrap().walked, Walked::Whole);
    }
}

#[test]
fn what_takes_long_is_told_at_the_top_until_it_is_done() {
    for (_, size) in SIZES {
        let mut stage = walking(size);
        assert!(!stage.now().contains('⋯'), "{}", stage.now());
        assert!(stage.app.model.work.see_slow(Instant::now() + SLOW));
        let sign = if size.0 < 60 { "⋯" } else { "⋯ walking" };
        let now = stage.now();
        assert!(now.lines().next().unwrap().contains(sign), "{now}");
        stage.settle();
        let now = stage.now();
        assert!(!now.lines().next().unwrap().contains('⋯'), "{now}");
    }
}

#[test]
fn stopping_each_kind_leaves_a_screen_that_goes_on() {
    for slot in
        [Slot::Moment, Slot::Page, Slot::Count, Slot::Walk, Slot::Trace, Slot::Events, Slot::Tally]
    {
        let mut stage = Stage::shop((160, 45));
        stage.keys("2 1 alt-2 <");
        for key in ["p", "2", "r", "1", "r", "left", "W"] {
            stage.press(key);
        }
        let due = |stage: &Stage| {
            let Overlay::Work(book) = &stage.app.model.overlay else { return false };
            book.rows.iter().any(|row| row.slot() == Some(slot))
        };
        if due(&stage) && choose(&mut stage, slot) {
            stage.press("x");
        }
        stage.settle();
        let model = &mut stage.app.model;
        assert!(!model.counting && model.list.loading.is_none(), "{slot:?}");
        assert!(model.events.loading.is_none() && !model.on_its_way(), "{slot:?}");
        stage.keys("esc r 2 r").shows("CustomerRegistered");
        stage.keys("1").shows("aggregates · ").shows("State at v");
    }
}

#[test]
fn looking_at_it_while_nothing_runs_draws_nothing_by_itself() {
    let mut stage = Stage::shop((160, 45));
    stage.keys("W").shows("● showing what others write as it comes");
    stage.tick();
    stage.settle();
    stage.draw();
    for _ in 0..20 {
        stage.tick();
        stage.settle();
        // How long a look takes is told in steps.
        assert!(!stage.app.model.dirty || stage.now().contains("took less than"));
        stage.draw();
    }
    // What others write is paused there, too.
    choose(&mut stage, Slot::Watch);
    stage.keys("x").shows("● paused").shows("Ctrl-s shows it again").keys("esc").shows("‖ paused");
}

#[test]
fn what_failed_is_told_as_failed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("orders.jsonl");
    std::fs::write(
        &path,
        "{\"aggregate\":\"order-1\",\"version\":1,\"type\":\"Made\",\"data\":{}}\n",
    )
    .unwrap();
    let from = path.clone();
    let mut stage = Stage::open("orders.jsonl", (80, 24), move || {
        let store = crate::store::recording::open(&from)?;
        Ok(Session::with_store(store, &OpenOptions::default()))
    });
    std::fs::remove_file(&path).unwrap();
    stage.keys("r W").shows("✗ reading the list around order-1").shows("failed  ");
    choose_told(&mut stage, "reading the list");
    stage.shows("failed; the messages say why");
}

fn choose_told(stage: &mut Stage, what: &str) {
    for _ in 0..20 {
        let Overlay::Work(book) = &stage.app.model.overlay else { panic!("closed") };
        if matches!(book.chosen(), Some(Row::Ended(ended)) if ended.told.contains(what)) {
            return;
        }
        stage.press("down");
    }
    panic!("{what} is not there");
}

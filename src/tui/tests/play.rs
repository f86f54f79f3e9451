//! Playing: presses Space, sees the playhead move by itself.

use std::time::Duration;

use super::stage::{SIZES, Stage, counter, event};
use crate::tui::input::Input;

/// Lets so many beats pass, each answered.
fn beats(stage: &mut Stage, beats: usize) -> Vec<Duration> {
    let mut waits = Vec::new();
    for _ in 0..beats {
        waits.extend(stage.ring());
        stage.settle();
    }
    waits
}

fn about(wait: Duration, millis: u64) -> bool {
    // The clock has run on since the alarm was set.
    wait <= Duration::from_millis(millis)
        && wait + Duration::from_millis(150) > Duration::from_millis(millis)
}

#[test]
fn space_plays_an_event_at_a_time_and_pauses() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(counter("order-1", 12), size);
        stage.keys("g").text("3").keys("enter alt-2 space").shows("▶ 4×").shows("v4 of 12");
        beats(&mut stage, 2);
        insta::assert_snapshot!(format!("playing_{name}"), stage.shows("v6 of 12").picture());
        stage.keys("space").hides("▶ 4×").shows("v6 of 12");
        assert_eq!(stage.ring(), None, "nothing ticks while nothing plays");
        stage.keys("backspace").shows("◀ 4×");
        beats(&mut stage, 1);
        stage.shows("v4 of 12").keys("esc").hides("◀").shows("v4 of 12");
        assert_eq!(stage.ring(), None);
    }
}

#[test]
fn it_ends_at_the_ends_and_begins_again_from_the_other_one() {
    let mut stage = Stage::on(counter("order-1", 3), (160, 45));
    stage.keys("space").shows("State before everything").shows("▶ 4×");
    beats(&mut stage, 3);
    stage.shows("State at v3").shows("▶ 4×");
    beats(&mut stage, 1);
    stage.hides("▶ 4×").shows("played to the end: the newest event");
    assert_eq!(stage.ring(), None);
    stage.keys("home backspace").shows("State at v3").shows("◀ 4×");
    beats(&mut stage, 4);
    stage.shows("State before everything").shows("played to the end: before everything").hides("◀");
}

#[test]
fn the_speed_doubles_and_halves_also_while_it_plays() {
    let mut stage = Stage::on(counter("order-1", 300), (160, 45));
    stage.keys(".").shows("plays at 8×").keys("home space").shows("▶ 8×");
    let waits = beats(&mut stage, 1);
    assert!(waits.iter().all(|wait| about(*wait, 125)), "{waits:?}");
    stage.keys(". . . .").shows("▶ 64×");
    beats(&mut stage, 1);
    let waits = beats(&mut stage, 20);
    assert!(waits.len() == 20 && waits.iter().all(|wait| about(*wait, 16)), "{waits:?}");
    stage.keys(", , , , , , ,").shows("▶ 1×");
    assert!(about(stage.ring().unwrap(), 1000));
}

#[test]
fn at_their_own_pace_events_keep_their_distance_and_long_gaps_are_compressed() {
    let mut events = Vec::new();
    for (at, seconds) in [0.0, 0.4, 1.0, 7200.0].into_iter().enumerate() {
        let mut made = event("order-1", at as u64 + 1, "Made", 0, "{}");
        made.time =
            made.time.map(|time| time + chrono::Duration::milliseconds((seconds * 1000.0) as i64));
        events.push(made);
    }
    let mut stage = Stage::on(events, (160, 45));
    stage.keys("; , , home space").shows("▶ 1× own pace").shows("State at v1");
    let waits = beats(&mut stage, 3);
    stage.shows("State at v4");
    let [first, second, third] = waits[..] else { panic!("{waits:?}") };
    assert!(about(first, 400) && about(second, 600), "{waits:?}");
    assert!(third > Duration::from_millis(1500) && third < Duration::from_secs(3), "{waits:?}");
    // Backwards the same gaps are passed the other way round.
    stage.keys("backspace");
    let back = beats(&mut stage, 2);
    stage.shows("State at v1");
    assert!(back.len() == 2 && about(back[1], 400) && about(back[0], 600), "{back:?}");
}

#[test]
fn whoever_moves_the_playhead_takes_it_over() {
    for keys in ["left", "right", "home", "shift-right", "g esc", "t"] {
        let mut stage = Stage::on(counter("order-1", 40), (160, 45));
        stage.keys("g").text("9").keys("enter space").shows("▶");
        stage.keys(keys).hides("▶ 4×");
        assert_eq!(stage.ring(), None, "after {keys}");
    }
    let mut stage = Stage::on(counter("order-1", 40), (160, 45));
    stage.keys("home space").shows("▶");
    let (x, y) = stage.find("●");
    stage.input(Input::Click(x + 40, y)).hides("▶ 4×");
    stage.keys("home space").input(Input::Wheel(true, x, y)).hides("▶ 4×");
    // What does not move it does not stop it.
    stage.keys("home space alt-3 down tab alt-2 enter ? esc").shows("▶ 4×");
    beats(&mut stage, 1);
    stage.shows("State at v2");
}

#[test]
fn another_aggregate_ends_it() {
    let mut events = counter("order-1", 40);
    events.extend(counter("order-2", 40));
    let mut stage = Stage::on(events, (160, 45));
    stage.keys("home space").shows("▶ 4×").keys("down").hides("▶ 4×").shows("─ Order order-2 ─");
    assert_eq!(stage.ring(), None);
}

#[test]
fn a_step_that_is_late_is_taken_once_the_one_before_it_is_there() {
    let mut stage = Stage::on(counter("order-1", 40), (160, 45));
    stage.keys("home");
    stage.press("space");
    // Its time comes before the first step is answered: nothing is stepped over and nothing is forgotten.
    stage.ring();
    stage.settle();
    stage.shows("State at v2").shows("▶ 4×");
    beats(&mut stage, 1);
    stage.shows("State at v3");
}

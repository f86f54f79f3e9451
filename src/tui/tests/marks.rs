//! Marks, and what the playhead is compared with: presses m, names a place, goes back there, sees what differs.

use super::stage::{LARGE, SIZES, Stage, counter, event};
use crate::model::{Event, Position};
use crate::tui::input::Input;

fn orders() -> Vec<Event> {
    let mut events = counter("order-1", 20);
    events.extend(counter("order-2", 20));
    for (at, event) in events.iter_mut().enumerate() {
        event.position = Some(Position(at as i64 + 1));
    }
    events
}

/// At a version of the aggregate that is looked at.
fn at(stage: &mut Stage, version: u64) -> &mut Stage {
    stage.keys("g").text(&version.to_string()).keys("enter")
}

fn with_marks(size: (u16, u16)) -> Stage {
    let mut stage = Stage::on(orders(), size);
    at(&mut stage, 5).keys("m").text("before").keys("tab").text("all is well").keys("enter");
    at(&mut stage, 9).keys("m enter");
    stage.keys("alt-1 down enter m").text("the other").keys("enter");
    stage.keys("u").shows("v9 of 20");
    stage
}

#[test]
fn a_place_is_marked_named_and_gone_to() {
    for (name, size) in SIZES {
        let mut stage = with_marks(size);
        stage.keys("m").text("x");
        insta::assert_snapshot!(format!("naming_{name}"), stage.picture());
        stage.keys("esc M").shows("⚑ before").shows("⚑ v9").shows("⚑ the other");
        insta::assert_snapshot!(format!("marks_{name}"), stage.picture());
        stage.keys("enter").shows("v5 of 20").keys("u").shows("v9 of 20");
        // Of another aggregate.
        stage.keys("M end enter").shows("order-2").shows("v20 of 20");
        stage.keys("u").shows("order-1").shows("v9 of 20");
        // By its name, wherever a place is typed.
        stage.keys("g").text("BEFORE").keys("enter").shows("v5 of 20");
    }
}

#[test]
fn a_mark_is_named_anew_taken_away_and_brought_back() {
    let mut stage = with_marks(LARGE);
    stage.keys("M e").shows("before▏").keys("backspace backspace backspace backspace");
    stage.text("st").keys("enter").shows("⚑ best  all is well");
    stage.keys("x").shows("the mark best is gone; u brings it back").hides("⚑ best");
    stage.keys("u").shows("⚑ best  all is well").keys("u").shows("no mark was taken away");
    stage.keys("x x x").shows("no marks yet; m sets one").keys("enter esc");
    stage.keys(":").text("delete-mark").keys("enter").shows("there is no mark here");
}

#[test]
fn the_mouse_chooses_marks() {
    let mut stage = with_marks(LARGE);
    stage.keys("M");
    let (x, y) = stage.find("⚑ the other");
    let y = y - 1;
    stage.input(Input::Click(x, y)).shows("Marks").input(Input::Click(x, y)).hides("─ Marks ─");
    stage.shows("State at v9");
    at(&mut stage, 12).keys("d");
    let (x, y) = stage.find("⚑ v5  before");
    stage.input(Input::Click(x, y)).input(Input::Click(x, y)).shows("Diff v5 → v12");
}

#[test]
fn a_mark_that_a_store_named_reaches_the_terminal_clean() {
    let mut stage = Stage::on(vec![event("evil\u{1b}[2J", 1, "A", 1, "{}")], LARGE);
    stage.keys("m").input(Input::Paste("na\u{202e}me".to_owned())).keys("enter");
    for keys in ["M", "esc d", "esc left d", "down enter"] {
        let screen = stage.keys(keys).text_now();
        let raw = |c: char| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c));
        assert!(!screen.contains(raw), "{screen:?}");
    }
}

#[test]
fn before_the_store_has_anything_nothing_is_marked() {
    let mut stage = Stage::on(Vec::new(), LARGE);
    stage.keys("m").shows("there is nothing to mark yet").keys("d M").shows("no marks yet");
}

#[test]
fn the_playhead_is_compared_with_a_mark_while_it_moves() {
    for (name, size) in SIZES {
        let mut stage = with_marks(size);
        stage.keys("d").shows("this place").shows("⚑ v5  before");
        insta::assert_snapshot!(format!("comparing_{name}"), stage.picture());
        stage.keys("enter").shows("v5 ⚑ before → v9").shows("5 → 9");
        stage.keys("right right").shows("v5 ⚑ before → v11").shows("5 → 11");
        insta::assert_snapshot!(format!("compared_{name}"), stage.picture());
        // Also when the playhead lies before it.
        stage.keys("home right").shows("v5 ⚑ before → v1 ").shows("5 → 1");
        stage.keys("g").text("5").keys("enter").shows("both have the same state");
        stage.keys("right esc").hides("⚑ before →").shows("5 → 6");
    }
}

#[test]
fn what_was_marked_last_is_compared_with_first() {
    let mut stage = with_marks(LARGE);
    at(&mut stage, 12).keys("m").text("late").keys("enter");
    // Right there, nothing is said by comparing it with itself.
    stage.keys("d enter").shows("Diff v5 → v12").keys("esc");
    at(&mut stage, 15).keys("d enter").shows("v12 ⚑ late → v15").keys("esc");
    // Without marks it is the place before the last jump.
    let mut stage = Stage::on(orders(), LARGE);
    stage.keys("d enter").shows("Diff v20 → v20").keys("esc");
    at(&mut stage, 5).keys("d").shows("before the last jump").keys("enter").shows("Diff v20 → v5");
}

#[test]
fn a_version_or_a_time_is_typed_to_compare_with() {
    let mut stage = with_marks(LARGE);
    stage.keys("d").text("2").keys("enter").shows("Diff v2 → v9").shows("2 → 9");
    stage.keys("d").text("-3").keys("enter").shows("Diff v17 → v9");
    stage.keys("d").text("00:07").keys("enter").shows("Diff v7 → v9");
    stage.keys("d").text("before").keys("enter").shows("Diff v5 → v9");
    stage.keys("d").text("0").keys("enter").shows("Diff v0 → v9").shows("+ ");
    stage.keys("d").text("99").keys("enter").shows("there is no version 99").keys("esc");
    stage.keys("d").text("never").keys("enter").shows("`never` names no place").keys("esc");
    stage.shows("Diff v0 → v9").keys("esc").hides("Diff").shows("Change v8 → v9");
}

#[test]
fn from_here_is_the_last_choice_and_another_aggregate_ends_it() {
    let mut stage = with_marks(LARGE);
    stage
        .keys("d up enter")
        .shows("Diff v5 → v9")
        .keys("esc d down down down enter")
        .shows("Diff v9 → v9")
        .shows("both have the same state");
    stage.keys("shift-right").shows("Diff v9 → v19").shows("9 → 19");
    // It stays where the store is read again, and while it plays.
    stage.keys("r space").shows("Diff v9 → v20").shows("▶").keys("esc").shows("Diff v9 → v20");
    stage.keys("alt-1 down").hides("Diff").shows("Change v19 → v20");
    // From the list of marks.
    stage.keys("M d").shows("Diff v20 → v20").keys("M end d").shows("in another aggregate");
}

#[test]
fn steps_faster_than_answers_never_show_a_difference_that_is_not_there() {
    let mut stage = with_marks(LARGE);
    stage.keys("d enter");
    for _ in 0..7 {
        stage.press("right");
    }
    stage.press("d");
    stage.press("esc");
    stage.press("esc");
    stage.settle();
    stage.hides("Diff").shows("Change v15 → v16").shows("15 → 16");
}

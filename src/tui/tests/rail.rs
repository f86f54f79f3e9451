//! The rail: where the playhead stands on it, what the mouse does there, how it grows.

use super::stage::{Stage, counter};
use crate::tui::input::Input;
use crate::tui::layout::Panel;
use crate::tui::model::travel::Walked;

const SIZES: [(u16, u16); 3] = [(160, 45), (80, 24), (40, 12)];

#[test]
fn before_everything_the_playhead_stands_before_the_first_event() {
    for (name, size) in ["large", "usual", "small"].into_iter().zip(SIZES) {
        let mut stage = Stage::on(counter("order-1", 4), size);
        stage.keys("home");
        insta::assert_snapshot!(format!("before_everything_{name}"), stage.picture());
        let before = stage.find("┃");
        let (first, row) = stage.find("●");
        assert_eq!((before.0 + 2, before.1), (first, row));
        assert_eq!(stage.keys("right").find("┃"), (first, row));
        // The mouse finds both places, and what lies between them belongs to the event.
        let version = |stage: &Stage| stage.app.model.travel.as_ref().unwrap().moment.version.0;
        for (column, expected) in [(first - 2, 0), (first, 1), (first - 2, 0), (first - 1, 1)] {
            stage.input(Input::Click(column, row));
            assert_eq!(version(&stage), expected, "{name}: column {column}");
        }
    }
}

#[test]
fn a_click_on_the_frame_of_the_rail_moves_nothing() {
    for size in [(160, 45), (80, 24)] {
        let mut stage = Stage::on(counter("order-1", 42), size);
        let area = stage.app.model.areas.panel(Panel::Rail);
        let (left, right) = (area.x, area.right() - 1);
        let (top, bottom) = (area.y, area.bottom() - 1);
        for (x, y) in [(left + 20, top), (left + 20, bottom), (left, top + 2), (right, top + 2)] {
            stage.input(Input::Click(x, y)).shows("v42 of 42");
            stage.input(Input::Drag(left + 20, top + 2)).shows("v42 of 42");
            assert_eq!(stage.app.model.focus, Panel::Rail, "it has the keys all the same");
        }
        stage.input(Input::Click(left + 20, top + 2)).hides("v42 of 42");
    }
}

#[test]
fn the_rail_of_a_walk_grows_while_a_key_is_held() {
    let mut stage = Stage::walking(counter("order-1", 120_000), (160, 45));
    stage.press("right");
    let (mut drawn, mut steps) = (Vec::new(), 0);
    loop {
        let travel = stage.app.model.travel.as_ref().unwrap();
        if travel.walked == Walked::Whole {
            break;
        }
        if drawn.last() != Some(&travel.picture.events) {
            drawn.push(travel.picture.events);
        }
        // The next key is there before the one before it is answered.
        stage.press(if steps % 2 == 0 { "left" } else { "right" });
        steps += 1;
        stage.one_report();
    }
    assert!(drawn.len() > 1 && drawn.is_sorted(), "drawn after {drawn:?} events, {steps} keys");
    stage.settle();
    stage.shows("of 120,000");
}

#[test]
fn a_version_that_stands_there_twice_leaves_no_unread_rest() {
    let mut events = counter("order-1", 3);
    events.push(super::stage::event("order-1", 3, "Again", 3, "{}"));
    let mut stage = Stage::on(events, (80, 24));
    stage.shows("v3 of 3").hides("╌");
    assert_eq!(stage.find("┃").0, 77);
    stage.keys("left").shows("v2 of 3").hides("reading");
}

#[test]
fn on_a_long_way_the_rail_grows_and_says_where_to() {
    let mut stage = Stage::walking(counter("order-1", 120_000), (160, 45));
    stage.press("g");
    for key in ["-", "2"] {
        stage.press(key);
    }
    stage.press("enter");
    let mut drawn = Vec::new();
    while stage.app.model.on_its_way() {
        stage.one_report();
        let model = &stage.app.model;
        let events = model.travel.as_ref().unwrap().picture.events;
        if model.moving.is_some() && drawn.last() != Some(&events) {
            drawn.push(events);
        }
    }
    assert!(drawn.len() > 2 && drawn.is_sorted(), "{drawn:?}");
    stage.settle();
    stage.shows("v119,998 of 120,000").hides("on the way");
}

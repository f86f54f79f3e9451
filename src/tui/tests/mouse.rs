//! The mouse, wherever something can be done with it.
//!
//! - clicks a key of the last line → what that key does is done; a message there → sees all messages;
//! - clicks the chosen aggregate → looks into it; the head of the column above them → sees them sorted;
//! - clicks `● live` → it pauses; `✗ 2 findings` → reads them; `? help` → sees the keys; a line there → it is done;
//! - clicks outside of what stands over the panels → it closes; turns the wheel over it → it scrolls.

use super::stage::{Stage, counter, event};
use crate::model::Finding;
use crate::tui::input::Input;
use crate::tui::layout::{Panel, Screen};
use crate::tui::model::live::Following;
use crate::tui::model::log::Tone;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Store, list};
use crate::tui::update::log::{fail, tell};

const SIZES: [(u16, u16); 3] = [(160, 45), (80, 24), (40, 12)];

/// Clicks so many cells into a text.
#[track_caller]
fn click(stage: &mut Stage, text: &str, into: u16) {
    let (x, y) = stage.find(text);
    stage.input(Input::Click(x + into, y)).input(Input::Release(x + into, y));
}

#[test]
fn the_keys_of_the_last_line_are_clicked() {
    for size in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("down").shows("v6 of 6");
        stage.keys("alt-2");
        let row = size.1 - 1;
        let at = |stage: &mut Stage, text: &str| {
            let line = stage.text_now().lines().last().unwrap().to_owned();
            line.find(text).map(|at| line[..at].chars().count() as u16)
        };
        if let Some(x) = at(&mut stage, "←→ step") {
            stage.input(Input::Click(x, row)).shows("v5 of 6");
            stage.input(Input::Click(x + 1, row)).shows("v6 of 6");
        }
        if let Some(x) = at(&mut stage, "Home End ends") {
            stage.input(Input::Click(x, row)).shows("v0 of 6");
            if let Some(x) = at(&mut stage, "Home End ends") {
                stage.input(Input::Click(x + 10, row)).shows("v6 of 6");
            }
        }
        if let Some(x) = at(&mut stage, "? help") {
            stage.input(Input::Click(x, row)).shows("─ Keys ").keys("esc");
        }
        stage.keys("?").shows("─ Keys ");
        let x = at(&mut stage, "Esc close").unwrap();
        stage.input(Input::Click(x, row)).hides("─ Keys ");
        // Between two of them stands nothing.
        stage.input(Input::Click(0, row));
        assert!(matches!(stage.app.model.overlay, Overlay::None));
    }
}

#[test]
fn a_message_is_clicked_to_read_it_and_elsewhere_to_let_it_go() {
    for size in SIZES {
        let mut stage = Stage::shop(size);
        tell(&mut stage.app.model, Tone::Note, "look here");
        click(&mut stage, "look here", 2);
        stage.shows("─ Messages").shows("look here").keys("esc");
        tell(&mut stage.app.model, Tone::Note, "look again");
        stage.shows("● look again");
        let (x, y) = stage.find("cust-12");
        stage.input(Input::Click(x, y)).hides("look again");
        // Not so with an error that nobody can have read yet.
        fail(&mut stage.app.model, &crate::session::SessionError::NoTimes { of: "x".to_owned() });
        stage.input(Input::Click(x, y)).shows("✗ x has no recorded");
    }
}

#[test]
fn the_signs_of_the_first_line_lead_to_what_they_tell() {
    for size in SIZES {
        let mut stage = Stage::shop(size);
        click(&mut stage, "● live", 3);
        assert_ne!(stage.app.model.live.following, Following::Live);
        click(&mut stage, "‖ paused", 0);
        assert_eq!(stage.app.model.live.following, Following::Live);
        let Store::Open(facts) = &mut stage.app.model.store else { panic!() };
        facts.findings.push(Finding::warning("gap", "3 positions are missing"));
        facts.findings.push(Finding::warning("odd", "2 events are odd"));
        click(&mut stage, if size.0 > 80 { "▲ 2 findings" } else { "▲ 2" }, 0);
        stage.shows("▌▲ 3 positions are missing").keys("esc");
        stage.app.model.log.unread = 2;
        click(&mut stage, "✗ 2", 0);
        stage.shows("─ Messages").keys("esc").hides("✗ 2");
        if size.0 > 40 {
            click(&mut stage, "? help", 0);
            stage.shows("─ Keys ").keys("esc");
        }
    }
}

#[test]
fn a_click_on_what_is_chosen_is_enter() {
    for size in SIZES {
        let mut stage = Stage::shop(size);
        let (x, y) = stage.find("order-4712");
        stage.input(Input::Click(x, y));
        assert_eq!(stage.app.model.focus, Panel::List);
        if size.0 == 160 {
            stage.shows("─ Order order-4712 ─");
        }
        stage.input(Input::Click(x, y));
        assert_eq!(stage.app.model.focus, Panel::State);
        stage.shows("customer").keys("alt-1 ctrl-home");
        // A list that stands over the panels, too.
        tell(&mut stage.app.model, Tone::Note, "one");
        tell(&mut stage.app.model, Tone::Note, "two");
        stage.keys("!");
        click(&mut stage, "● one", 1);
        stage.shows("─ Messages");
        click(&mut stage, "● one", 1);
        stage.shows("─ Message ─").keys("esc esc");
    }
}

#[test]
fn the_head_of_the_column_sorts_and_the_rest_of_its_line_finds() {
    let mut events = counter("order-2", 3);
    events.extend(counter("order-1", 9));
    for size in SIZES {
        let mut stage = Stage::on(events.clone(), size);
        let (_, y) = stage.find("⌕");
        let line = stage.text_now().lines().nth(usize::from(y)).unwrap().to_owned();
        let x = line[..line.find("events").unwrap()].chars().count() as u16;
        stage.input(Input::Click(x, y)).shows("newest");
        click(&mut stage, "newest", 1);
        stage.shows("events ↓");
        let (x, y) = stage.find("⌕");
        stage.input(Input::Click(x, y));
        assert_eq!(stage.app.model.list.finding, list::Finding::Typing);
    }
}

#[test]
fn the_wheel_scrolls_what_stands_over_the_panels_and_a_click_beside_it_closes() {
    for size in SIZES {
        let mut stage = Stage::shop(size);
        for _ in 0..60 {
            tell(&mut stage.app.model, Tone::Note, "one");
            tell(&mut stage.app.model, Tone::Note, "two");
        }
        let (x, y) = (size.0 / 2, size.1 / 2);
        stage.keys("?").shows("─ 1–").input(Input::Wheel(true, x, y)).shows("─ 4–");
        stage.input(Input::Wheel(false, x, y)).shows("─ 1–");
        stage.keys("esc !").shows("─ 1–").input(Input::Wheel(true, x, y)).shows("─ 4–");
        stage.keys("esc :");
        stage.input(Input::Wheel(true, x, y));
        let Overlay::Palette(palette) = &stage.app.model.overlay else { panic!("closed") };
        assert_eq!(palette.scroll.cursor, 3);
        stage.input(Input::Click(0, 0));
        assert!(matches!(stage.app.model.overlay, Overlay::None));
        assert_eq!(stage.app.model.screen, Screen::Timeline, "nothing behind it was clicked");
    }
}

#[test]
fn a_line_of_the_help_does_what_it_tells_where_that_can_be_done() {
    let mut stage = Stage::shop((160, 45));
    stage.keys("down alt-2 ?").shows("the next value that");
    click(&mut stage, "one event back", 2);
    stage.hides("─ Keys ").shows("v5 of 6");
    // What is of a place that the person did not come from is not done there.
    stage.keys("?");
    for _ in 0..90 {
        if stage.text_now().contains("bring back the one taken away last") {
            break;
        }
        stage.keys("down down down");
    }
    click(&mut stage, "bring back the one taken away last", 1);
    stage.shows("─ Keys ").shows("does something elsewhere");
}

#[test]
fn choices_marks_and_places_to_compare_with_are_clicked() {
    for size in SIZES {
        let mut stage =
            Stage::on(vec![event("a", 1, "Made", 1, "{}"), event("a", 2, "Sold", 2, "{}")], size);
        stage.keys("m").text("first").keys("enter :").text("go-st");
        click(&mut stage, "go-start", 1);
        stage.shows("v0 of 2").keys("M");
        click(&mut stage, "⚑ first", 3);
        stage.shows("v2 of 2").hides("─ Marks ").keys("left d");
        click(&mut stage, "this place", 3);
        if stage.text_now().contains("Compare with") {
            click(&mut stage, "this place", 3);
        }
        assert!(stage.app.model.travel.as_ref().unwrap().base.is_some());
    }
}

//! Messages, the palette, the help, and what goes wrong.

use super::stage::{LARGE, Stage, event};
use crate::session::SessionError;
use crate::store::{StoreError, StoreErrorKind};
use crate::tui::input::Input;
use crate::tui::layout::Panel;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Exit, Tone};

#[test]
fn a_store_that_cannot_be_opened_ends_the_screen_with_its_error() {
    let mut stage = Stage::open("gone.db", LARGE, || {
        Err(SessionError::Store(StoreError::new(StoreErrorKind::NotFound, "there is no gone.db")))
    });
    let Some(Exit::Unopened(error)) = stage.app.model.exit.take() else { panic!("still open") };
    assert_eq!(error.to_string(), "there is no gone.db");
}

#[test]
fn a_panic_while_opening_ends_the_screen_as_a_defect() {
    let mut stage = Stage::unopened("x", LARGE, || panic!("on purpose, in a test"));
    stage.app.take(crate::tui::update::Msg::Started);
    while stage.app.model.exit.is_none() {
        stage.one_report();
    }
    assert!(matches!(stage.app.model.exit, Some(Exit::Lost)));
}

#[test]
fn an_error_stands_in_the_last_line_until_the_next_key_and_can_be_read_in_full() {
    let mut stage = Stage::shop((80, 24));
    let error = SessionError::NoTimes { of: "Customer cust-12".repeat(5) };
    crate::tui::update::fail(&mut stage.app.model, &error);
    stage.shows("✗ Customer cust-12").shows("! in full").shows("order-4711");
    stage.keys("!").shows("give a version instead");
    assert!(matches!(stage.app.model.overlay, Overlay::Log(_)));
    stage.keys("esc").hides("recorded times").shows("look into");
}

#[test]
fn the_palette_runs_anything_by_a_part_of_its_name() {
    let mut stage = Stage::shop(LARGE);
    stage.keys(":").text("foc ev").keys("enter");
    assert_eq!(stage.app.model.focus, Panel::Event);
    stage.keys(":").text("zzz").shows("no action is called that").keys("enter esc");
    assert_eq!(stage.app.model.focus, Panel::List, "back leads to the list");
}

#[test]
fn the_palette_runs_what_is_chosen_and_begins_with_what_is_called_so() {
    let mut stage = Stage::shop(LARGE);
    stage.keys("left :").text("back").keys("enter").shows("State at v1 ");
    stage.keys("5 alt-4 :").text("back").keys("enter");
    assert_eq!(stage.app.model.focus, Panel::List, "`back` itself comes first");
    stage.keys("end :").text("back").keys("down");
    let Overlay::Palette(palette) = &stage.app.model.overlay else { panic!("closed") };
    let chosen = palette.choices.get(palette.scroll.cursor).unwrap().action;
    assert_eq!(palette.action(), Some(chosen));
    assert_ne!(chosen, crate::tui::Action::Back);
}

#[test]
fn a_long_message_is_read_to_its_end_and_no_further() {
    let path = "/a/long/way".repeat(150);
    let mut stage = Stage::shop((80, 24));
    crate::tui::update::tell(&mut stage.app.model, Tone::Bad, &format!("{path}/END"));
    stage.keys("!").hides("/END").keys("enter").shows("1–20 of 23").hides("/END");
    stage.keys("> ").shows("/END");
    for _ in 0..60 {
        stage.keys("down");
    }
    stage.shows("/END").keys("up").hides("/END");
    let Overlay::Message(full) = &stage.app.model.overlay else { panic!("closed") };
    let scroll = full.scroll;
    assert!(scroll.offset < 15, "{scroll:?}");
}

#[test]
fn help_shows_every_binding_of_the_keymap() {
    let mut stage = Stage::shop((160, 240));
    stage.keys("?");
    for text in ["one event back", "step-back", "all keys", "In the state", "keep what was found"] {
        stage.shows(text);
    }
    stage.keys("q").hides("step-back");
    assert!(stage.app.model.exit.is_none(), "q closes the help first");
}

#[test]
fn the_footer_offers_what_does_something_here() {
    let data = r#"{"plain":1,"inside":{"a":1}}"#;
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 0, data)], LARGE);
    stage.keys("alt-2").hides("Enter fold").shows("c next change").shows("v full");
    stage.keys("down").shows("Enter fold");
    stage.keys("home").hides("Enter fold").hides("next change").hides("v full");
    stage.keys("alt-4").hides("v full").keys("right").shows("v full");
    // A payload that is not shown in full is not shown for a reason.
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 0, "{")], LARGE);
    stage.keys("alt-4 v").shows("the payload is no JSON");
}

#[test]
fn a_long_value_is_read_on_as_much_of_the_screen_as_there_is() {
    let data = format!(r#"{{"long":"{}","short":1}}"#, "0123456789".repeat(1000));
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 0, &data)], LARGE);
    stage
        .keys("alt-2 v")
        .shows("45 %")
        .keys(">")
        .shows("100 %")
        .keys("esc down v")
        .shows("─ .short ─");
    let overlay = &stage.app.model.overlay;
    assert_eq!(crate::tui::overlay::area(&stage.app.model.areas, overlay).height, 5);
}

#[test]
fn tab_goes_through_the_panels_and_back() {
    let mut stage = Stage::shop(LARGE);
    let mut focus = |keys: &str| {
        stage.keys(keys);
        stage.app.model.focus
    };
    assert_eq!(focus("tab"), Panel::Rail);
    assert_eq!(focus("tab tab tab"), Panel::Event);
    assert_eq!(focus("tab"), Panel::List);
    assert_eq!(focus("shift-tab"), Panel::Event);
    assert_eq!(focus("alt-2"), Panel::State);
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "on purpose")]
fn the_action_that_panics_is_reached_by_its_exact_name_only() {
    let mut stage = Stage::shop(LARGE);
    stage.keys(":").text("cras").hides("crash");
    stage.text("h").keys("enter");
}

#[test]
fn a_long_value_is_read_to_its_end() {
    let long = format!("{}\\u001b[2J\\nTHE END", "many words ".repeat(300));
    let data = format!(r#"{{"note":"{long}","none":"","many":{{"a":[1,2]}}}}"#);
    let events = || vec![event("order-1", 1, "Made", 1, &data)];
    for size in [(80, 24), (40, 12)] {
        let mut stage = Stage::on(events(), size);
        stage.keys("alt-2 v").shows("─ .note ─").hides("THE END");
        stage.keys("> pageup").hides("THE END").keys("pagedown").shows("THE END");
        stage.shows("\\u{1b}[2J").keys("up v down v").shows("─ .none ─").shows("│ \"\"");
        stage.keys("esc down v").shows("─ .many ─").shows("\"a\"").keys("esc");
        assert!(matches!(stage.app.model.overlay, Overlay::None));
    }
}

#[test]
fn a_time_where_none_is_recorded_stays_in_the_dialog_with_its_reason() {
    let timeless = |id: &str, events: u64| {
        let events = super::stage::counter(id, events).into_iter();
        events.map(|event| crate::model::Event { time: None, ..event }).collect::<Vec<_>>()
    };
    let mut beside = timeless("order-1", 3);
    beside.extend(super::stage::counter("order-2", 3));
    for size in [LARGE, (80, 24), (40, 12)] {
        // No times in the whole store, and none of this aggregate's own events.
        for events in [timeless("order-1", 3), beside.clone()] {
            let mut stage = Stage::on(events, size);
            stage.keys("g").text("2026-01-01").keys("enter").shows("2026-01-01▏");
            stage.shows("has no recorded").shows("Go to").hides("✗");
            stage.keys("ctrl-u").text("2").keys("enter").shows("v2 of 3").hides("Go to");
        }
    }
    insta::assert_snapshot!(
        "goto_without_times",
        Stage::on(beside, (40, 12)).keys("g").text("-2h").keys("enter").picture()
    );
}

#[test]
fn a_place_that_reading_finds_not_to_be_there_comes_back_to_be_mended() {
    let mut events = super::stage::counter("order-1", 60_000);
    for event in &mut events {
        event.time = None;
    }
    events.extend(super::stage::counter("order-2", 3));
    let mut stage = Stage::walking(events, LARGE);
    // It takes the walk to know that none of its events has a time.
    stage.press("g");
    for letter in "2026-01-01".chars() {
        stage.press(&letter.to_string());
    }
    stage.press("enter");
    stage.settle();
    stage.shows("2026-01-01▏").shows("Order order-1 has no recorded times").hides("✗");
    stage.keys("esc").hides("Go to").shows("State at v1 ");
    // An aggregate that is on its way comes at its newest version all the same.
    stage.press("down");
    stage.press("g");
    stage.press("9");
    stage.press("enter");
    stage.settle();
    stage.shows("9▏").shows("there is no version 9: the newest is 3");
    stage.keys("esc").shows("─ Order order-2 ─").shows("State at v3");
}

#[test]
fn a_reason_comes_before_a_long_name() {
    let mut stage = Stage::on(super::stage::counter(&"x".repeat(300), 3), (40, 12));
    stage
        .keys("g")
        .text("9")
        .keys("enter")
        .shows("there is no version 9: the newest is")
        .keys("esc");
    let mut stage = Stage::on(
        super::stage::counter(&"x".repeat(300), 3)
            .into_iter()
            .map(|event| crate::model::Event { time: None, ..event })
            .chain([event("y", 1, "T", 1, "{}")])
            .collect(),
        (40, 12),
    );
    stage.keys("g").text("-2h").keys("enter").shows("has no recorded times");
}

#[test]
fn what_can_follow_a_key_is_told_over_a_message() {
    let mut stage = Stage::shop((80, 24));
    stage.keys("tab p").shows("pinned");
    stage.press("z");
    stage.shows("z …").hides("pinned .");
}

#[test]
fn a_message_that_a_waiting_key_hides_is_not_clicked() {
    let mut stage = Stage::shop((80, 24));
    stage.keys("tab p").shows("pinned");
    stage.press("z");
    stage.input(Input::Click(2, 23));
    assert!(matches!(stage.app.model.overlay, Overlay::None));
}

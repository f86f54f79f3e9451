//! Messages, the palette, the help, and what goes wrong.

use super::stage::{Stage, event};
use crate::session::SessionError;
use crate::store::{StoreError, StoreErrorKind};
use crate::tui::layout::Panel;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Exit, Tone};

const LARGE: (u16, u16) = (160, 45);

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
    assert!(matches!(stage.app.model.overlay, Overlay::Message(_)));
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
    stage.keys("5 4 :").text("back").keys("enter");
    assert_eq!(stage.app.model.focus, Panel::List, "`back` itself comes first");
    stage.keys("end :").text("back").keys("down");
    let Overlay::Palette(palette) = &stage.app.model.overlay else { panic!("closed") };
    let chosen = palette.choices.get(palette.scroll.cursor).unwrap().action;
    assert_eq!(palette.action(), Some(chosen));
    assert_ne!(chosen, crate::tui::Action::Back);
}

#[test]
fn a_long_message_is_read_to_its_end_and_no_further() {
    let path = "/a/long/way".repeat(100);
    let mut stage = Stage::shop((80, 24));
    crate::tui::update::tell(&mut stage.app.model, Tone::Bad, &format!("{path}/END"));
    stage.keys("!").hides("/END").keys("down down down down down down").shows("/END");
    for _ in 0..60 {
        stage.keys("down");
    }
    stage.shows("/END").keys("up").hides("/END");
    let Overlay::Message(scroll) = &stage.app.model.overlay else { panic!("closed") };
    assert!(scroll.offset < 15, "{scroll:?}");
}

#[test]
fn help_shows_every_binding_of_the_keymap() {
    let mut stage = Stage::shop((160, 120));
    stage.keys("?");
    for text in ["one event back", "step-back", "all keys", "In the state", "keep what was found"] {
        stage.shows(text);
    }
    stage.keys("q").hides("step-back");
    assert!(stage.app.model.exit.is_none(), "q closes the help first");
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
    assert_eq!(focus("2"), Panel::State);
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
    for size in [(160, 45), (40, 12)] {
        let mut stage = Stage::on(events(), size);
        stage.keys("2 v").shows("─ .note ─").hides("THE END");
        stage.keys("> pageup").hides("THE END").keys("pagedown").shows("THE END");
        stage.shows("\\u{1b}[2J").keys("up v down v").shows("─ .none ─").shows("│ \"\"");
        stage.keys("esc down v").shows("─ .many ─").shows("\"a\"").keys("esc");
        assert!(matches!(stage.app.model.overlay, Overlay::None));
    }
}

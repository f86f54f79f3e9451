//! What is said, and the list of it.
//!
//! - copies a value → sees in the last line that it was sent; some seconds later, or with the next key, sees the keys there;
//! - is typing while an error comes → sees the error, however fast the next keys are; a second one that comes meanwhile is
//!   counted at the top; `!` → sees both, and the count is gone;
//! - presses `!` → sees every message of this run, the newest opened, with the time of day, and all that is to be said of
//!   the store; `↓` → sees the one before opened; `y` → it is in the clipboard; Enter → reads a long one on.

use super::stage::{SIZES, Stage, counter};
use crate::model::Finding;
use crate::session::SessionError;
use crate::tui::model::log::{KEPT, Tone};
use crate::tui::model::overlay::Overlay;
use crate::tui::model::{Model, Store};
use crate::tui::update::log::{fail, tell};

fn clock() -> crate::model::Timestamp {
    crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap()
}

fn error(of: &str) -> SessionError {
    SessionError::NoTimes { of: of.to_owned() }
}

fn staged(size: (u16, u16)) -> Stage {
    let mut stage = Stage::on(counter("order-1", 3), size);
    stage.app.model.log.clock = clock;
    stage
}

fn facts(model: &mut Model) -> &mut Vec<Finding> {
    let Store::Open(facts) = &mut model.store else { panic!("not open") };
    &mut facts.findings
}

#[test]
fn a_note_goes_by_itself_and_with_the_next_key() {
    let mut stage = staged((80, 24));
    stage.keys("alt-2 y v").shows("● sent .count").hides("Enter");
    assert!(stage.app.model.message.as_ref().unwrap().stands().as_secs() < 10);
    stage.draw();
    stage.stood();
    assert!(stage.app.model.dirty, "one picture without it");
    stage.hides("sent .count");
    stage.stood();
    assert!(!stage.app.model.dirty, "and no other");
    stage.keys("y v").shows("● sent .count").keys("tab").hides("sent .count");
}

#[test]
fn an_error_that_nobody_can_have_read_stays_whatever_is_typed_or_said() {
    let mut stage = staged((80, 24));
    fail(&mut stage.app.model, &error("a"));
    stage.keys("tab tab left right").shows("✗ a has no recorded times");
    tell(&mut stage.app.model, Tone::Note, "something else");
    stage.shows("✗ a has no recorded times").hides("unread");
    fail(&mut stage.app.model, &error("b"));
    stage.shows("✗ a has no recorded times").shows("✗ 1 unread");
    // Three seconds later a key takes it away; what did not stand there is still to be read.
    stage.stood().shows("✗ a has").keys("tab").hides("✗ a has").shows("✗ 1 unread");
    stage.keys("!").hides("unread").shows("b has no recorded times").shows("something else");
    stage.keys("esc").hides("unread").hides("✗");
    // One that stood while nobody looked gives way to the next, and counts.
    fail(&mut stage.app.model, &error("c"));
    stage.stood();
    tell(&mut stage.app.model, Tone::Note, "nothing new");
    stage.shows("✗ c has");
    fail(&mut stage.app.model, &error("d"));
    stage.shows("✗ d has").shows("✗ 1 unread");
}

#[test]
fn all_messages_and_all_findings_are_listed() {
    for (name, size) in SIZES {
        let mut stage = staged(size);
        stage.keys("!").shows("● nothing was said yet");
        let model = &mut stage.app.model;
        tell(model, Tone::Note, "theme light");
        tell(model, Tone::Note, "there is no filter before this one");
        tell(model, Tone::Note, "there is no filter before this one");
        tell(model, Tone::Warn, "a warning");
        fail(model, &error("Customer cust-12"));
        facts(model).push(Finding::warning("gap", "3 positions are missing").hint("look there"));
        facts(model).push(Finding::error("out-of-order", "v3 stands before v2"));
        let hint = if name == "small" { "… Enter reads on" } else { "give a version instead" };
        stage.keys("!").shows("14:34").shows("✗ Customer cust-12").shows(hint);
        insta::assert_snapshot!(format!("log_{name}"), stage.picture());
        stage.keys("down down down").shows("2×").hides(hint);
        stage.keys("end").shows("About the store: 2 findings").shows("v3 stands before v2");
        stage.keys("up").shows("▲ 3 positions are missing").shows("look there");
        insta::assert_snapshot!(format!("log_findings_{name}"), stage.picture());
        stage.keys("y");
        assert_eq!(stage.app.copied.take().as_deref(), Some("3 positions are missing\nlook there"));
        stage.shows("▲ 3 positions are missing").shows("look there");
        stage.keys("esc").hides("14:34");
    }
}

#[test]
fn a_long_one_is_read_on_and_leads_back_to_where_it_was_chosen() {
    for (_, size) in SIZES {
        let mut stage = staged(size);
        tell(&mut stage.app.model, Tone::Bad, &format!("{} END", "many words ".repeat(90)));
        tell(&mut stage.app.model, Tone::Note, "a short one");
        stage.keys("! down");
        if size.1 < 45 {
            stage.shows("… Enter reads on").hides("END");
        }
        stage.keys("enter >").shows("─ Message ─").shows("END").keys("esc");
        let Overlay::Log(book) = stage.app.model.overlay else { panic!("closed") };
        assert_eq!(book.scroll.cursor, 1);
        stage.keys("enter y").shows("sent the message");
    }
}

#[test]
fn what_is_said_while_the_list_is_open_leaves_the_chosen_one_chosen() {
    let mut stage = staged((80, 24));
    tell(&mut stage.app.model, Tone::Note, "the first");
    tell(&mut stage.app.model, Tone::Note, "the second");
    stage.keys("! down").shows("▌14:34:12  ● the first");
    tell(&mut stage.app.model, Tone::Note, "the third");
    tell(&mut stage.app.model, Tone::Note, "the third");
    stage.shows("▌14:34:12  ● the first").shows("● the third");
}

#[test]
fn older_ones_fall_away_and_that_is_told() {
    let mut stage = staged((80, 24));
    for number in 0..KEPT + 12 {
        tell(&mut stage.app.model, Tone::Note, &format!("number {number}"));
    }
    stage
        .keys("!")
        .shows("12 older ones have fallen away")
        .shows("of 1,000")
        .keys("end")
        .shows("● number 12 ");
}

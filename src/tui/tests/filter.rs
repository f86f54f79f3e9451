//! Typing a filter: what is offered for the word, and taking it by keys and by mouse.

use super::events::many;
use super::stage::{SIZES, Stage};
use crate::tui::input::Input;
use crate::tui::layout::Part;

fn line(stage: &Stage) -> &str {
    stage.app.model.events.sieve.line()
}

#[test]
fn how_it_looks() {
    for (name, size) in SIZES {
        let mut stage = Stage::shop(size);
        stage.keys("2 /").text("type:");
        insta::assert_snapshot!(format!("filter_offer_{name}"), stage.picture());
        stage.keys("down down");
        insta::assert_snapshot!(format!("filter_offer_chosen_{name}"), stage.picture());
    }
}

#[test]
fn tab_completes_the_key_and_then_the_type() {
    let mut stage = Stage::on(many(200), (80, 24));
    stage.keys("2 /").text("ty").keys("tab").text("pla").keys("tab enter");
    assert_eq!(line(&stage), "type:OrderPlaced");
}

#[test]
fn enter_takes_a_chosen_word_and_then_the_filter() {
    let mut stage = Stage::on(many(200), (80, 24));
    stage.keys("2 /").text("type:").keys("down down enter");
    assert!(stage.app.model.events.sieve.typing);
    stage.keys("enter");
    assert_eq!(line(&stage), "type:OrderPlaced");
}

#[test]
fn enter_without_a_choice_takes_what_was_typed_and_says_what_is_wrong() {
    let mut stage = Stage::on(many(200), (80, 24));
    stage.keys("2 /").text("type:OrderPlace").keys("enter");
    stage.shows("did you mean `OrderPlaced`?");
    stage.keys("backspace").shows("OrderPlaced").hides("did you mean");
}

#[test]
fn a_click_takes_the_word_under_it() {
    for (_, size) in SIZES {
        let mut stage = Stage::on(many(200), size);
        stage.keys("2 /").text("type:");
        let content = stage.app.model.areas.events.content(Part::List);
        stage.input(Input::Click(content.x + 3, content.y + 1));
        stage.settle();
        stage.keys("enter");
        assert_eq!(line(&stage), "type:OrderPlaced");
    }
}

//! The changes: one is chosen, and shown in full, before and after.

use super::stage::{SIZES, Stage, event};
use crate::model::Event;

fn events() -> Vec<Event> {
    let long = |word: &str| format!("{word} ").repeat(500);
    let all = |word: &str, list: &str| {
        format!(r#"{{"list":[{list}],"n":1,"text":"{}end of {word}"}}"#, long(word))
    };
    vec![
        event(
            "order-1",
            1,
            "Made",
            1,
            &all("old", "1,".repeat(300).replace("1,", "[1],").trim_end_matches(',')),
        ),
        event("order-1", 2, "Changed", 2, &all("new", "")),
    ]
}

#[test]
fn the_chosen_change_is_shown_in_full_before_and_after() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(events(), size);
        stage
            .keys("alt-3 > v")
            .shows("- before")
            .shows("+ after")
            .shows("old old")
            .shows("new new");
        insta::assert_snapshot!(format!("change_{name}"), stage.picture());
        stage.keys(">").shows("end of old").shows("end of new").keys("esc");
        stage
            .keys("y p")
            .shows("sent the path .text")
            .keys("<")
            .keys("y p")
            .hides("the path .text");
    }
}

#[test]
fn what_was_taken_away_is_read_to_its_end() {
    let mut stage = Stage::on(events(), (80, 24));
    stage.keys("alt-3 v").shows(".list[").shows("- before").hides("+ after").keys("esc left");
    stage.keys("v").shows("+ after").hides("- before").shows("[").keys("> y v");
}

#[test]
fn nothing_is_shown_where_nothing_changed() {
    let mut stage = Stage::on(events(), (80, 24));
    stage.keys("alt-3 home").hides("v full").keys("v").hides("- before").keys("y v");
    stage.shows("there is no change to copy").keys("right").shows("v full");
}

#[test]
fn differences_from_another_version_are_shown_in_full_too() {
    let mut stage = Stage::on(events(), (160, 45));
    stage.keys("d").text("1").keys("enter").shows("Diff v1 → v2").keys("> v").shows("new new");
}

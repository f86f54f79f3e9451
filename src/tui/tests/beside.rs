//! Before and after, side by side.

use super::stage::{SIZES, Stage, counter, event};
use crate::model::{Event, Version};
use crate::session::SessionError;
use crate::task::{Report, Running, Said, Spent};
use crate::tui::effect::{Answer, Slot};
use crate::tui::model::aspect::Aspect;
use crate::tui::update::{Msg, update};

fn events() -> Vec<Event> {
    let order = |items: &str, rest: &str| {
        format!(r#"{{"customer":"c-12","items":[{items}],"total":59.97{rest}}}"#)
    };
    let item = |id: &str, count: u32| format!(r#"{{"sku":"{id}","count":{count}}}"#);
    let three = [item("p-1", 1), item("p-2", 2), item("p-3", 3)].join(",");
    let two = [item("p-1", 1), item("p-3", 4)].join(",");
    vec![
        event("order-1", 1, "Placed", 1, &order(&three, r#","status":"open","note":{"a":1}"#)),
        event("order-1", 2, "ItemRemoved", 2, &format!(r#"{{"items":[{two}],"total":19.99}}"#)),
        event("order-1", 3, "Paid", 3, r#"{"status":"paid","by":"ana"}"#),
    ]
}

fn place(stage: &Stage) -> &str {
    &stage.app.model.travel.as_ref().unwrap().tree.place
}

#[test]
fn what_was_and_what_is_stand_side_by_side() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(events(), size);
        stage.keys("alt-2 s left < c c c").shows("59.97").shows("19.99");
        insta::assert_snapshot!(format!("beside_{name}"), stage.picture());
        // It stays while one steps, and the changes are walked.
        stage.keys("right").shows("\"open\"").shows("\"paid\"").keys("< c");
        assert_eq!(place(&stage), ".status");
        stage.keys("s");
        assert_eq!(stage.app.model.aspect, Aspect::Tree);
    }
}

#[test]
fn what_is_gone_has_a_line_of_its_own() {
    let mut stage = Stage::on(events(), (160, 45));
    stage.keys("alt-2 s left").shows("v1 Placed").shows("v2 ItemRemoved");
    // It is folded, and what is behind it has the place that it has now.
    stage.keys("< c").shows("▾ [1]");
    assert_eq!(place(&stage), ".items[1]");
    stage.keys("enter").shows("▸ [1]").keys("y v").shows("sent .items[1], 23 B").keys("c");
    assert_eq!(place(&stage), ".items[1].count");
    stage.keys("y v").shows("sent .items[1].count, 1 B").keys("up up");
    stage.keys("y s").shows("sent .items[1], ");
    stage.keys("esc esc");
    assert_eq!(stage.app.model.aspect, Aspect::Tree);
}

#[test]
fn a_version_that_is_compared_with_is_the_one_before() {
    let mut stage = Stage::on(events(), (80, 24));
    stage.keys("d").text("1").keys("enter alt-2 s").shows("v1 Placed").shows("v3 Paid");
    stage.shows("19.99").shows("\"open\"").shows("\"paid\"").keys("left left");
    stage.shows("v1 Placed").hides("19.99").keys("left").shows("v0 before everything");
}

#[test]
fn pins_and_searches_are_of_the_state_at_the_playhead() {
    let mut stage = Stage::on(events(), (160, 45));
    stage.keys("alt-2 left s /").text("p-3").keys("enter").shows("1 of 1");
    assert_eq!(place(&stage), ".items[1].sku");
    stage.keys("p").shows("◉ .items[1].sku \"p-3\"").keys("right");
    assert_eq!(place(&stage), ".items[1].sku");
}

fn is_beside(stage: &Stage) -> bool {
    stage.app.model.travel.as_ref().unwrap().tree.is_woven()
}

#[test]
fn no_key_waits_for_what_was_beside_what_is() {
    let mut stage = Stage::on(events(), (160, 45));
    stage.keys("alt-2").press("s");
    assert!(!is_beside(&stage), "it is worked out in the background");
    stage.settle();
    assert!(is_beside(&stage));
    // While it plays it comes with the next picture, not with the next step.
    stage.keys("s home space").press("s");
    assert!(!is_beside(&stage));
    stage.settle();
    assert!(is_beside(&stage));
    // What it is compared with is one side of it, until nothing is compared any more.
    stage.keys("end s d").text("1").keys("enter alt-2 s alt-3").shows("│ 59.97").press("esc");
    assert!(!is_beside(&stage));
    stage.settle();
    assert!(is_beside(&stage));
    stage.shows("│ v2 ItemRemoved").hides("59.97");
}

#[test]
fn a_playhead_that_rides_along_is_shown_beside_what_was() {
    let mut stage = Stage::walking(counter("order-1", 120_000), (160, 45));
    stage.press("alt-2");
    stage.press("s");
    let mut seen = Vec::new();
    while stage.app.busy() {
        let travel = stage.app.model.travel.as_ref().unwrap();
        if travel.riding && travel.tree.is_woven() {
            seen.push(travel.moment.version);
        }
        stage.one_report();
    }
    seen.dedup();
    assert!(seen.len() > 1 && seen.is_sorted(), "beside at {seen:?}");
    assert_eq!(stage.app.model.travel.as_ref().unwrap().moment.version, Version(120_000));
    stage.shows("v119,999 Counted").shows("│ 119999").shows("│ 120000");
}

#[test]
fn what_cannot_be_worked_out_is_not_asked_for_again_and_again() {
    let mut stage = Stage::on(events(), (160, 45));
    stage.keys("alt-2").press("s");
    let model = &mut stage.app.model;
    let key = model.travel.as_ref().unwrap().key.clone();
    let generation = model.issue(Slot::Moment, Running::Finish);
    let (name, store) = (key.id.to_string(), "test".to_owned());
    let error = SessionError::NoSuchAggregate { name, store, near: Vec::new() };
    let answer = Answer::Arrived(key, Err(error));
    let said = Said { slot: Slot::Moment, generation, answer, spent: Spent::default() };
    let effects = update(model, Msg::Report(Box::new(Report::Done(said))));
    assert!(!effects.iter().any(|effect| effect.slot() == Some(Slot::Moment)), "{effects:?}");
    // A step asks for its own.
    stage.settle();
    stage.keys("left");
    assert!(is_beside(&stage));
}

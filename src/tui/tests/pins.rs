//! Pins: what is pinned is shown, the rail dims the rest, and `[` and `]` walk along its changes.

use super::stage::{SIZES, Stage, event};
use crate::model::{AggregateKey, Event};
use crate::session::{OpenOptions, Session};
use crate::tui::effect::Source;
use crate::tui::model::pins::Found;

/// `total` changes at v1, v4, v8 …; `count` always; `gone` from v2 to v5; the first of `all` moves at v7.
fn events(count: u64) -> Vec<Event> {
    let data = |version: u64| {
        let mut members = vec![format!("\"count\":{version}")];
        if version == 1 || version.is_multiple_of(4) {
            members.push(format!("\"total\":{version}0"));
        }
        match version {
            2 => members.push("\"gone\":{\"x\":1}".into()),
            3 => members.push("\"all\":[1,2]".into()),
            6 => members.push("\"gone\":7".into()),
            7 => members.push("\"all\":[2]".into()),
            _ => {}
        }
        format!("{{{}}}", members.join(","))
    };
    (1..=count).map(|v| event("order-1", v, "Counted", v, &data(v))).collect()
}

fn version(stage: &Stage) -> u64 {
    stage.app.model.travel.as_ref().unwrap().moment.version.0
}

fn walked(stage: &mut Stage, key: &str) -> Vec<u64> {
    let mut seen = Vec::new();
    loop {
        stage.keys(key);
        let now = version(stage);
        if seen.last() == Some(&now) {
            return seen;
        }
        seen.push(now);
    }
}

#[test]
fn a_pin_is_shown_on_its_line_in_a_line_of_its_own_and_on_the_rail() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(events(21), size);
        stage.keys("alt-2 < down p left left").shows("◉ .total 160").shows("change 5 of 6");
        stage.keys("g").text("10").keys("enter");
        stage.keys("x");
        insta::assert_snapshot!(format!("pinned_{name}"), stage.picture());
    }
}

#[test]
fn a_stored_state_whose_event_changed_nothing_that_is_pinned_steps_back_too() {
    let open = || Session::open("demo:shop", &OpenOptions::default());
    let order = AggregateKey::new("Order", "order-4711");
    let mut stage = Stage::begin(Source::new("demo:shop", open).beginning_with(order), (160, 45));
    let rail = |stage: &mut Stage| {
        let screen = stage.text_now();
        screen.lines().find(|line| line.contains('├')).unwrap_or_default().to_owned()
    };
    assert_eq!(rail(&mut stage).matches('◆').count(), 2);
    stage.keys("alt-2 /").text("delivery").keys("enter p").shows("● pinned .delivery");
    // Where the parcel goes was changed by the event of the first.
    let pinned = rail(&mut stage);
    assert_eq!((pinned.matches('◇').count(), pinned.matches('◆').count()), (1, 1), "{pinned}");
    stage.keys("p");
    assert_eq!(rail(&mut stage).matches('◆').count(), 2);
}

#[test]
fn brackets_walk_only_the_changes_of_what_is_pinned() {
    let mut stage = Stage::on(events(21), (160, 45));
    stage.keys("alt-2 < down p").shows("● pinned .total").keys("home");
    assert_eq!(walked(&mut stage, "]"), [1, 4, 8, 12, 16, 20]);
    stage.shows("no later event changed .total");
    assert_eq!(walked(&mut stage, "["), [16, 12, 8, 4, 1]);
    stage.shows("no earlier event changed .total");
    // One jump, however many steps: back is where it began.
    stage.keys("g").text("10").keys("enter ] ] u");
    assert_eq!(version(&stage), 10);
    // Two pins: whatever changed either.
    stage.keys("g").text("2").keys("enter alt-2 > p");
    let pinned: Vec<String> =
        stage.app.model.pins.of(&"Order".into()).iter().map(ToString::to_string).collect();
    assert_eq!(pinned.len(), 2, "{pinned:?}");
}

#[test]
fn without_pins_they_walk_the_changes_of_what_is_chosen() {
    let mut stage = Stage::on(events(21), (160, 45));
    stage.keys("alt-2 < down home");
    // Nothing is chosen before everything.
    stage.keys("]").shows("the state has no value here");
    stage.keys("end < down [").shows("State at v20").keys("[ [").shows("State at v12");
    stage.hides("◉").keys("up ]").shows("State at v13");
}

#[test]
fn what_comes_goes_and_moves_counts_as_changed() {
    let mut stage = Stage::on(events(9), (160, 45));
    // The member inside `gone` comes at v2 and goes at v6.
    stage.keys("g").text("3").keys("enter alt-2 >");
    for _ in 0..6 {
        if stage.app.model.travel.as_ref().unwrap().tree.place == ".gone.x" {
            break;
        }
        stage.keys("up");
    }
    stage.keys("p home");
    assert_eq!(walked(&mut stage, "]"), [2, 6]);
    stage.shows("◉ .gone.x is not there").keys("P X esc").hides("◉");
    // The first of `all` is another one once the one before it is gone.
    stage.keys("g").text("3").keys("enter alt-2 >");
    while stage.app.model.travel.as_ref().unwrap().tree.place != ".all[0]" {
        stage.keys("up");
    }
    stage.keys("p home");
    assert_eq!(walked(&mut stage, "]"), [3, 7]);
}

#[test]
fn pins_are_taken_off_and_put_back_and_stay_with_their_category() {
    let mut more = events(5);
    more.extend(events(3).into_iter().map(|event| Event { aggregate: "order-2".into(), ..event }));
    let mut stage = Stage::on(more, (80, 24));
    stage.keys("alt-2 < p down p").shows("◉ .count 5").shows(".total 40");
    stage
        .keys("P")
        .shows("Pins of Order")
        .keys("X")
        .shows("took 2 pins off · u undoes it")
        .keys("esc")
        .hides("◉");
    stage.keys("U").shows("◉ .count 5").shows(".total 40").keys("U").hides("◉").keys("U");
    stage.keys("alt-1 down enter").shows("◉ .count 3").shows("change 3 of 3");
    stage.keys("p U p").shows("◉ ");
}

#[test]
fn a_long_history_is_read_in_the_background_and_can_be_stopped() {
    let mut stage = Stage::on(events(60_000), (80, 24));
    stage.keys("alt-2 < down");
    stage.press("p");
    stage.press("[");
    // Keys are answered while it reads.
    stage.press("esc");
    let found = stage.app.model.travel.as_ref().unwrap().trail.as_ref().unwrap().found;
    assert_eq!(found, Found::Stopped);
    stage.settle();
    stage.keys("[").shows("v59,996 of 60,000").shows("change 15,000 of 15,001");
    stage.keys("home ]").shows("v1 of 60,000");
}

#[test]
fn all_pins_are_listed_with_their_values_and_what_changed_them_last() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(events(21), size);
        stage.keys("g").text("3").keys("enter alt-2 > p < p down p").keys("end P");
        stage.shows("Pins of Order").shows("v20").shows("is not there").keys("down");
        insta::assert_snapshot!(format!("pins_{name}"), stage.picture());
    }
}

#[test]
fn the_list_leads_to_what_is_pinned_and_takes_pins_off_and_brings_them_back() {
    let mut stage = Stage::on(events(21), (160, 45));
    stage.keys("alt-2 P").shows("nothing is pinned").shows("p in the state pins").keys("esc");
    stage
        .keys("g")
        .text("3")
        .keys("enter alt-2 < p down p alt-1 : ")
        .text("show-pins")
        .keys("enter");
    stage.keys("down enter");
    assert_eq!(stage.app.model.travel.as_ref().unwrap().tree.place, ".total");
    stage
        .keys("P down x")
        .shows("unpinned .total")
        .shows(".count  3")
        .hides(".total  10")
        .keys("u");
    stage
        .shows(".total  10")
        .keys("X")
        .shows("nothing is pinned")
        .keys("u u u")
        .shows(".total  10");
    // Enter where it is no more goes as near as there is something, and says how to get to it.
    stage.keys("esc alt-2 P X esc >");
    while stage.app.model.travel.as_ref().unwrap().tree.place != ".gone.x" {
        stage.keys("up");
    }
    stage.keys("p end P").shows(".gone.x  is not there at v21").keys("enter");
    stage.shows(".gone.x is not there at this version");
    assert_eq!(stage.app.model.travel.as_ref().unwrap().tree.place, ".gone");
}

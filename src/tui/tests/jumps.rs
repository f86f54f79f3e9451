//! Jumps: where they go, and the way back.

use super::stage::{LARGE, Stage, counter, event};
use crate::model::{Event, Position};

/// Two orders whose events alternate in the store; every third of the first is a payment.
fn orders() -> Vec<Event> {
    let mut events = Vec::new();
    for version in 1..=12_u64 {
        let kind = if version % 3 == 0 { "Paid" } else { "Added" };
        let data = format!("{{\"n\":{version}}}");
        events.push(event("order-1", version, kind, version * 60, &data));
        events.push(event("order-2", version, "Added", version * 60 + 1, &data));
    }
    for (at, event) in events.iter_mut().enumerate() {
        event.position = Some(Position(at as i64 * 10 + 10));
    }
    events
}

fn shop() -> Stage {
    Stage::on(orders(), LARGE)
}

#[test]
fn a_time_of_the_day_is_of_the_day_that_is_looked_at() {
    let mut stage = shop();
    stage.keys("g").text("06:30").keys("enter").shows("State at v6 ");
    stage.keys("g").text("noon").keys("enter").shows("State at v12 ");
    stage.keys("g").text("midnight").keys("enter").shows("State before everything");
    stage.keys("g").text("03:00").keys("enter").shows("State at v3 ");
    stage.keys("g").text("soon").keys("enter").shows("`soon` names no place").keys("esc");
}

#[test]
fn a_position_leads_to_its_event_in_whichever_aggregate_it_is() {
    let mut stage = shop();
    stage.keys("g").text("#50").keys("enter").shows("─ Order order-1 ─").shows("State at v3 ");
    stage.keys("g").text("#80").keys("enter").shows("─ Order order-2 ─").shows("State at v4 ");
    // The cursor of the list is where the panels are.
    assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-2");
    stage.keys("g").text("#85").keys("enter");
    stage.shows("no event has the position 85; the next one has 90").shows("State at v4 ");
    stage
        .keys("esc g")
        .text("#9999")
        .keys("enter")
        .shows("no event has the position 9,999, nor a later one");
    stage.keys("esc u").shows("─ Order order-1 ─").shows("State at v3 ");
}

#[test]
fn a_store_without_positions_says_so() {
    let mut events = counter("order-1", 3);
    for event in &mut events {
        event.position = None;
    }
    let mut stage = Stage::on(events, LARGE);
    stage.keys("g").text("#1").keys("enter").shows("records no positions").shows("v3 of 3");
}

#[test]
fn the_next_and_the_previous_event_of_the_same_type() {
    let mut stage = shop();
    stage.keys("g").text("3").keys("enter t").shows("State at v6 ");
    stage.keys("t t").shows("State at v12 ").keys("t").shows("this is the last Paid");
    stage.keys("T T T").shows("State at v3 ").keys("T").shows("this is the first Paid");
    stage.keys("right t").shows("State at v5 ").keys("home t").shows("no event here");
    // A series of them is one jump.
    let mut stage = shop();
    stage.keys("g").text("3").keys("enter t t t u").shows("State at v3 ");
    stage.keys("ctrl-r").shows("State at v12 ");
}

#[test]
fn the_types_of_a_long_history_are_found_on_both_sides_of_its_chunks() {
    let mut events = counter("order-1", 9000);
    events[2].event_type = "Rare".into();
    events[8500].event_type = "Rare".into();
    let mut stage = Stage::on(events, LARGE);
    stage.keys("g").text("3").keys("enter t").shows("State at v8,501 ");
    stage.keys("t").shows("this is the last Rare").keys("T").shows("State at v3 ");
}

#[test]
fn back_and_forth_through_the_places_of_several_aggregates() {
    let mut stage = shop();
    stage.keys("u").shows("there is no place to go back to");
    stage.keys("g").text("5").keys("enter left left").shows("State at v3 ");
    stage.keys("home end").shows("State at v12 ");
    stage.keys("alt-1 down enter").shows("─ Order order-2 ─").keys("g").text("7").keys("enter");
    // Back: where each jump began.
    stage.keys("u").shows("─ Order order-2 ─").shows("State at v12 ");
    stage.keys("u").shows("─ Order order-1 ─").shows("State at v12 ");
    stage.keys("u").shows("State before everything").keys("u").shows("State at v3 ");
    stage.keys("u").shows("State at v12 ").keys("u").shows("there is no place to go back to");
    for shown in ["State at v3 ", "State before everything", "State at v12 "] {
        stage.keys("ctrl-r").shows("─ Order order-1 ─").shows(shown);
    }
    stage.keys("ctrl-r").shows("─ Order order-2 ─").shows("State at v12 ");
    stage.keys("ctrl-r").shows("State at v7 ").keys("ctrl-r").shows("no place to go forth to");
}

#[test]
fn looking_through_the_list_leaves_no_places() {
    let mut events: Vec<Event> = (1..=6).flat_map(|n| counter(&format!("order-{n}"), 9)).collect();
    for (at, event) in events.iter_mut().enumerate() {
        event.position = Some(Position(at as i64 + 1));
    }
    let mut stage = Stage::on(events, LARGE);
    stage.keys("left down down down down").shows("─ Order order-5 ─");
    stage.keys("u").shows("─ Order order-1 ─").shows("State at v8 ");
    stage
        .keys("u")
        .shows("there is no place to go back to")
        .keys("ctrl-r")
        .shows("─ Order order-5 ─");
}

#[test]
fn a_place_that_a_search_hides_is_shown_all_the_same() {
    let mut stage = shop();
    stage.keys("home / 2 enter").shows("─ Order order-2 ─").shows("State at v12 ");
    stage.keys("u").shows("─ Order order-1 ─").shows("State before everything");
    assert_eq!(stage.app.model.list.chosen().unwrap().key.id.as_str(), "order-1");
    stage.hides("of 2 searched");
}

#[test]
fn the_click_on_the_rail_can_be_taken_back_but_not_each_column_it_is_dragged_over() {
    use crate::tui::input::Input;
    let mut stage = shop();
    let (x, y) = stage.find("├─A");
    let x = x + 2;
    stage.input(Input::Click(x, y)).shows("State at v1 ");
    stage.input(Input::Drag(x + 30, y)).input(Input::Drag(x + 60, y)).hides("State at v1 ");
    stage.keys("u").shows("State at v12 ").keys("u").shows("there is no place to go back to");
}

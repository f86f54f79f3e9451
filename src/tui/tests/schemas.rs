//! The event in its schemas: as it is folded, what upcasting changed, as it was recorded.

use std::sync::Arc;

use super::stage::{SIZES, Stage, event};
use crate::model::Event;
use crate::session::{OpenOptions, Session};
use crate::store::memory::MemoryStore;
use crate::upcast;

const CHAIN: &str = "steps:
  - event: OrderCreatedByTheCustomerInTheShopOnTheWeb
    from: 1
    to: 2
    do:
      - rename: {path: .customer, to: customer_id}
      - default: {path: .channel, value: web}
  - event: OrderCreatedByTheCustomerInTheShopOnTheWeb
    from: 2
    to: 3.0.0-with-a-long-name
    do:
      - compute: {path: .total, jq: .net * 2}
  - {event: Both, from: 1, into: [{event: One, schema: 1}, {event: Two, schema: 1, do: [drop: {path: .a}]}]}
  - {event: Gone, from: 1, drop: true}
  - {event: Odd, from: 1, to: 2, do: [drop: {path: .nothing}]}
";

const LONG: &str = "OrderCreatedByTheCustomerInTheShopOnTheWeb";

fn stage(events: Vec<(&str, &str)>, size: (u16, u16)) -> Stage {
    let events: Vec<Event> = (1..)
        .zip(events)
        .map(|(version, (kind, data))| Event {
            schema: Some("1".into()),
            ..event("order-1", version, kind, version, data)
        })
        .collect();
    Stage::open("test", size, move || {
        let chain = Arc::new(upcast::read("chain.yaml", CHAIN).unwrap());
        let options = OpenOptions { upcast: Some(chain), ..OpenOptions::default() };
        Ok(Session::with_store(Box::new(MemoryStore::new("test", events)), &options))
    })
}

fn created(size: (u16, u16)) -> Stage {
    let mut stage = stage(vec![(LONG, r#"{"customer":"cust-9","net":21.50}"#)], size);
    stage.keys("alt-4");
    stage
}

#[test]
fn the_title_says_which_is_shown() {
    let mut stage = created((160, 45));
    stage.shows("upcasted v1 → v3").shows(r#""customer_id": "cust-9""#).shows(r#""total": 43.0"#);
    stage.keys("s").shows("changed v1 → v3").shows("rename .customer to customer_id");
    stage.shows(r#"- .customer  "cust-9""#).shows(r#"+ .customer_id  "cust-9""#);
    stage.keys("s").shows("recorded v1 → v3").shows(r#""customer": "cust-9""#);
    stage.keys("s").shows("upcasted v1 → v3");
}

#[test]
fn pictures_of_what_upcasting_changed() {
    for (name, size) in SIZES {
        let mut stage = created(size);
        insta::assert_snapshot!(format!("schemas_upcasted_{name}"), stage.picture());
        insta::assert_snapshot!(format!("schemas_changed_{name}"), stage.keys("s").picture());
        insta::assert_snapshot!(format!("schemas_recorded_{name}"), stage.keys("s").picture());
    }
}

#[test]
fn an_event_that_became_several_none_or_cannot_is_said_to() {
    let events = vec![
        ("Both", r#"{"a":1,"b":2}"#),
        ("Gone", r#"{"x":1}"#),
        ("Odd", r#"{"y":1}"#),
        ("Plain", "{}"),
    ];
    let mut stage = stage(events, (160, 45));
    stage.keys("alt-4 home right").shows("upcasted v1 → 2 events").shows("1 of 2: One v1");
    stage
        .keys("right")
        .shows("upcasted v1 → dropped")
        .shows("Gone v1 is dropped: it is not folded");
    stage.keys("right").shows("recorded, not upcasted").shows("Odd v1 cannot become Odd v2");
    stage.shows(r#""y": 1"#).keys("s").shows("this event is folded as it was recorded");
    stage.keys("right").hides("upcasted v1").shows("schema 1");
}

#[test]
fn what_is_shown_is_copied() {
    let mut stage = created((160, 45));
    let mut copied = |keys: &str| {
        stage.keys(keys);
        stage.app.copied.take().unwrap()
    };
    let event = copied("y e");
    assert!(
        event.contains(
            r#""data":{"customer_id":"cust-9","net":21.50,"channel":"web","total":43.0}"#
        ),
        "{event}"
    );
    assert!(copied("y v").contains("\n  \"customer_id\""));
    assert_eq!(copied("y c"), "foldback upcast show test order-1 1 --upcast chain.yaml");
    assert!(copied("s y e").contains(r#""by":"rename .customer to customer_id""#));
    assert!(copied("s y e").contains(r#""data":{"customer":"cust-9","net":21.50}"#));
    stage.keys("s v").shows("customer_id");
}

#[test]
fn the_state_is_that_of_the_newest_schema() {
    created((160, 45)).keys("alt-2").shows("customer_id").shows("channel");
}

fn listed(size: (u16, u16)) -> Stage {
    let events = vec![
        (LONG, r#"{"customer":"cust-9","net":21.50}"#),
        ("Both", r#"{"a":1,"b":2}"#),
        ("Gone", r#"{"x":1}"#),
        ("Odd", r#"{"y":1}"#),
        ("Plain", r#"{"z":1}"#),
    ];
    let mut stage = stage(events, size);
    stage.keys("2 home");
    stage
}

#[test]
fn the_events_screen_shows_what_is_folded_or_what_was_recorded_and_says_which() {
    let mut stage = listed((160, 45));
    stage.shows("upcasted · 5").shows(r#"{"customer_id":"cust-9","ne…"#);
    stage.shows("2 events: One, Two").shows("dropped: it is not folded").shows(r#"✗ {"y":1}"#);
    // The chosen event is shown the same way.
    stage.shows("upcasted v1 → v3").shows(r#""total": 43.0"#).hides(r#""customer": "cust-9""#);
    stage
        .keys("s")
        .shows("upcasted · 5")
        .shows("changed v1 → v3")
        .shows("rename .customer to customer_id");
    stage.keys("s").shows("recorded · 5").shows(r#"{"customer":"cust-9","net":"#);
    stage.shows("recorded v1 → v3").shows(r#""customer": "cust-9""#).hides("2 events: One, Two");
    stage.keys("v").shows(r#""customer""#).keys("esc");
    // It is one choice with the Event panel of the Timeline.
    stage.keys("1 alt-4 home right").shows("recorded v1 → v3").keys("s").shows("upcasted v1 → v3");
    stage.keys("2").shows("upcasted · 5").keys("v").shows("customer_id").keys("esc");
    stage.keys("down down down").shows("not upcasted").shows("Odd v1 cannot become Odd v2");
}

#[test]
fn a_large_event_is_upcasted_where_it_is_read_for_itself() {
    let long = format!(r#"{{"customer":"cust-9","net":1,"note":"{}"}}"#, "x".repeat(6_000));
    let mut stage = stage(vec![(LONG, &long)], (160, 45));
    stage.keys("2").shows("upcasted v1 → v3").shows(r#""customer_id": "cust-9""#);
    stage.keys("s s").shows("recorded v1 → v3").shows(r#""customer": "cust-9""#);
}

#[test]
fn a_filter_says_that_it_asks_what_was_recorded() {
    let mut stage = listed((160, 45));
    stage.keys("/").shows("asked of events as they were recorded");
    // The new name finds nothing, the recorded one does.
    stage.text("where:.data.customer_id").keys("enter").shows("0 found");
    stage.keys("esc /").text("where:.data.customer").keys("enter").shows("1 found");
}

#[test]
fn the_header_says_that_events_go_through_a_chain() {
    for ((_, size), told) in SIZES.into_iter().zip(["upcasted", "upcasted", "upc."]) {
        let mut stage = listed(size);
        let first = stage.now().lines().next().unwrap().to_owned();
        assert!(first.contains(told), "{first}");
    }
    let mut plain = Stage::shop((160, 45));
    plain.hides("upcasted").keys("2").hides("upcasted").hides("recorded ·");
    plain.keys("s").shows("events go through no chain of upcasters: --upcast names one");
}

#[test]
fn pictures_of_the_events_in_both_schemas() {
    for (name, size) in SIZES {
        let mut stage = listed(size);
        insta::assert_snapshot!(format!("schemas_events_{name}"), stage.picture());
        insta::assert_snapshot!(
            format!("schemas_events_recorded_{name}"),
            stage.keys("s s").picture()
        );
    }
}

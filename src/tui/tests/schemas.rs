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
    stage.keys("right").hides("upcasted").shows("schema 1");
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

//! What the read models say of the recorded samples, against what their events say in other ways.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::fold::{Merge, Reducer as _, State};
use crate::model::{Payload, Position, Timestamp, Version};
use crate::projection::{Next, Now, Policy, Runner};
use crate::sample::{shop, warehouse};

static SHOP: LazyLock<Vec<Event>> = LazyLock::new(|| shop().events);

/// The rows that a projection makes of all events, and the positions of those that it put aside.
fn projected(name: &str, events: &[Event]) -> (BTreeMap<String, Value>, Vec<i64>) {
    let known = known().into_iter().find(|known| known.projection.name() == name).unwrap();
    let mut runner = Runner::new(known.projection, Policy::default(), 1, Position(0));
    let mut rows: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut aside = Vec::new();
    let mut elapsed = Duration::ZERO;
    loop {
        let now = Now { elapsed, time: Timestamp::UNIX_EPOCH };
        match runner.next(now) {
            // Positions are 1 and up.
            Next::Read { after, limit } => {
                runner.read(events.iter().skip(after.0 as usize).take(limit).cloned().collect());
            }
            Next::Fetch(key) => {
                let row = rows
                    .get(key.as_str())
                    .map(|row| Payload::json(row.as_slice(), Arc::default(), Version::ZERO));
                runner.fetched(key, row.as_ref());
            }
            Next::Write => {
                let step = runner.step(now);
                for change in step.changes {
                    match &change.row {
                        Some(row) => {
                            rows.insert(change.key.to_string(), row.bytes().to_vec());
                        }
                        None => {
                            rows.remove(change.key.as_str());
                        }
                    }
                }
                aside.extend(step.dead_letters.iter().map(|letter| letter.position.0));
                runner.written(now);
            }
            Next::Wait(until, _) => elapsed = until,
            Next::Rest => break,
            Next::Stopped(poison) => panic!("{poison:?}"),
        }
    }
    let read = |(key, row): (String, Vec<u8>)| (key, serde_json::from_slice(&row).unwrap());
    (rows.into_iter().map(read).collect(), aside)
}

/// The states of a category's aggregates, folded in another way: by merging what their events say.
fn states(category: &str) -> BTreeMap<String, Value> {
    let (mut merge, mut states) = (Merge::new(), BTreeMap::new());
    for event in SHOP.iter().filter(|event| event.category.as_str() == category) {
        let state = states.entry(event.aggregate.to_string()).or_insert_with(State::empty);
        merge.apply(state, event).unwrap();
    }
    let read = |state: &State| {
        serde_json::from_str(&crate::model::json::to_string(state.value())).unwrap()
    };
    states.iter().map(|(id, state)| (id.clone(), read(state))).collect()
}

#[test]
fn the_list_of_orders_says_what_folding_each_order_says() {
    let (rows, aside) = projected("order-list", &SHOP);
    assert_eq!(aside, [0; 0]);
    let orders = states("Order");
    assert_eq!(rows.len(), orders.len());
    for (id, order) in &orders {
        let row = &rows[id];
        assert_eq!((&row["status"], &row["total"]), (&order["status"], &order["total"]), "{id}");
        let lines = order["items"].as_object().unwrap().iter().filter(|(_, line)| !line.is_null());
        assert_eq!(row["lines"].as_object().unwrap().len(), lines.count(), "{id}");
    }
    assert_eq!(rows["order-4711"]["total"].to_string(), "-40.00");
}

#[test]
fn stock_levels_say_what_folding_each_product_says() {
    let (rows, aside) = projected("stock-levels", &SHOP);
    assert_eq!((aside.len(), rows.len()), (0, 20));
    for (id, stock) in states("Stock") {
        for level in ["on_hand", "reserved", "available"] {
            assert_eq!(rows[&id][level], stock[level], "{id} {level}");
        }
    }
    let (alerts, _) = projected("reorder-alerts", &SHOP);
    for (id, alert) in &alerts {
        let low = alert["level"]["available"].as_i64().unwrap() < 10;
        assert_eq!(alert["low"], low, "{id}");
        assert_eq!(alert["level"]["on_hand"], rows[id]["on_hand"], "{id}");
    }
    let (losses, _) = projected("loss-prevention", &SHOP);
    let lost: i64 = losses.values().map(|row| row["lost"].as_i64().unwrap()).sum();
    let said = SHOP.iter().filter(|event| event.event_type.as_str() == "StockAdjusted");
    let said = said.map(|event| {
        let data: Value = serde_json::from_slice(event.data.bytes()).unwrap();
        -data["quantity"].as_i64().unwrap().min(0)
    });
    assert_eq!(lost, said.sum::<i64>());
}

#[test]
fn the_report_of_refunds_has_no_room_for_the_one_that_was_paid_twice() {
    let (rows, aside) = projected("refund-report", &SHOP);
    let [twice] = aside[..] else { panic!("{aside:?}") };
    let event = &SHOP[twice as usize - 1];
    assert_eq!(
        (event.aggregate.as_str(), event.event_type.as_str()),
        ("order-4711", "RefundIssued")
    );
    let refunds = SHOP.iter().filter(|event| event.event_type.as_str() == "RefundIssued").count();
    assert_eq!(rows.len(), refunds - 1);
}

#[test]
fn every_order_is_somebodys_and_every_day_has_its_money_by_currency() {
    let (rows, aside) = projected("customer-orders", &SHOP);
    assert_eq!(aside, [0; 0]);
    let orders = states("Order");
    for (id, order) in &orders {
        let customer = order["customer"].as_str().or(order["customer"]["id"].as_str()).unwrap();
        assert_eq!(rows[&format!("customer/{customer}")]["orders"][id], order["status"], "{id}");
    }
    let (days, aside) = projected("order-analytics", &SHOP);
    assert_eq!(aside, [0; 0]);
    let sum = |rows: &BTreeMap<String, Value>, of: &str, column: &str| {
        let mut sums: BTreeMap<String, Amount> = BTreeMap::new();
        for row in rows.iter().filter(|(key, _)| key.starts_with(of)).map(|(_, row)| row) {
            for (currency, amount) in row[column].as_object().unwrap() {
                *sums.entry(currency.clone()).or_default() += amount.to_string().parse().unwrap();
            }
        }
        sums
    };
    let earned = sum(&days, "day/", "revenue");
    assert!(earned.len() > 1 && earned.contains_key("EUR"), "{earned:?}");
    assert_eq!(earned, sum(&rows, "customer/", "spent"));
    assert_eq!(sum(&days, "day/", "refunded"), sum(&rows, "customer/", "refunded"));
    let created: u64 = days.values().filter_map(|row| row["created"].as_u64()).sum();
    assert_eq!(created, orders.len() as u64);
}

#[test]
fn an_order_is_found_by_what_is_in_it() {
    let (rows, aside) = projected("search-index", &SHOP);
    assert_eq!(aside, [0; 0]);
    let words: Vec<_> =
        rows["order-4711"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert!(words.contains(&"grinder"), "{words:?}");
}

#[test]
fn the_map_of_places_has_each_pallet_where_its_state_says() {
    let events = warehouse().events;
    let (rows, aside) = projected("location-map", &events);
    assert_eq!(aside, [0; 0]);
    let mut expected: BTreeMap<String, Value> = BTreeMap::new();
    let mut bins: BTreeMap<String, String> = BTreeMap::new();
    for event in events.iter().filter(|event| event.category.as_str() == "Pallet") {
        let data: Value = serde_json::from_slice(event.data.bytes()).unwrap();
        match data.get("bin") {
            Some(Value::String(bin)) => drop(bins.insert(event.aggregate.to_string(), bin.clone())),
            Some(_) => drop(bins.remove(event.aggregate.as_str())),
            None => {}
        }
    }
    for (pallet, bin) in bins {
        expected.entry(format!("place/{bin}")).or_insert_with(|| json!({}))[&pallet] = json!(1);
        expected.insert(format!("pallet/{pallet}"), json!(bin));
    }
    assert_eq!(rows, expected);
}

/// The order and the inventory of a program, whose events say what changed rather than what there is.
#[test]
fn events_of_the_typed_aggregates_are_understood_too() {
    let mut events = Vec::new();
    let mut add = |category: &str, id: &str, event_type: &str, data: Value| {
        events.push(Event {
            position: Some(Position(events.len() as i64 + 1)),
            aggregate: id.into(),
            category: category.into(),
            version: Version(1),
            event_type: event_type.into(),
            id: None,
            time: Some(Timestamp::UNIX_EPOCH),
            schema: None,
            data: Payload::json(data.to_string().into_bytes(), Arc::default(), Version(1)),
            metadata: None,
            findings: Vec::new(),
        });
    };
    let item = |product: &str, quantity: i64| json!({"product_id": product, "product_name": product, "quantity": quantity, "unit_price": 19.99});
    add("Order", "o-1", "OrderCreated", json!({"customer_id": "c-1", "order_number": "A-7"}));
    add("Order", "o-1", "ItemAdded", item("p-1", 2));
    add("Order", "o-1", "ItemAdded", item("p-1", 1));
    add("Order", "o-1", "ItemAdded", item("p-2", 1));
    add("Order", "o-1", "ItemRemoved", json!({"product_id": "p-2"}));
    add("Order", "o-1", "OrderSubmitted", json!({"total_amount": 59.97, "item_count": 1}));
    add("Inventory", "i-1", "ItemReceived", json!({"quantity": 10, "location": "A"}));
    add("Inventory", "i-1", "ItemMoved", json!({"quantity": 4, "from": "A", "to": "B"}));
    add("Inventory", "i-1", "ItemSold", json!({"quantity": 3, "location": "B"}));
    add(
        "Inventory",
        "i-1",
        "ItemDamaged",
        json!({"quantity": 1, "location": "B", "reason": "dropped"}),
    );
    let stolen = json!({"quantity": -2, "location": "A", "reason": "theft"});
    add("Inventory", "i-1", "InventoryAdjusted", stolen);
    let (orders, aside) = projected("order-list", &events);
    assert_eq!(aside, [0; 0]);
    let order = &orders["o-1"];
    assert_eq!((&order["status"], &order["number"]), (&json!("SUBMITTED"), &json!("A-7")));
    assert_eq!((&order["total"], &order["lines"]["p-1"]["quantity"]), (&json!(59.97), &json!(3)));
    assert_eq!(order["lines"].as_object().unwrap().len(), 1);
    let (customers, _) = projected("customer-orders", &events);
    assert_eq!(customers["customer/c-1"]["spent"]["unsaid"], json!(59.97));
    assert_eq!(projected("stock-levels", &events).0["i-1"]["on_hand"], 4);
    assert_eq!(projected("reorder-alerts", &events).0["i-1"]["low"], true);
    let losses = json!({"dropped": 1, "theft": 2});
    assert_eq!(projected("loss-prevention", &events).0["i-1"]["reasons"], losses);
    let places = projected("location-map", &events).0;
    assert_eq!((&places["place/A"], places.get("place/B")), (&json!({"i-1": 4}), None));
}

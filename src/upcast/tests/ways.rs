//! From old to new.

use proptest::prelude::*;

use super::*;
use crate::model::diff::patch;
use crate::model::json;
use crate::upcast::{Deed, Schema, Upcaster};

const ORDER: &str = include_str!("../../../assets/upcast/order.yaml");

#[test]
fn an_order_without_a_shipping_address_gets_the_customers() {
    let chain = chain(ORDER);
    let old =
        r#"{ "order":"o-1", "customer_address" : {"street":"Am \u00dcb 1"}, "total": 10.00 }"#;
    assert_eq!(
        made(&chain, &event("OrderCreated", "1", old)),
        [
            r#"OrderCreated v2 {"order":"o-1","customer_address":{"street":"Am \u00dcb 1"},"total":10.00,"shipping_address":{"street":"Am Üb 1"}}"#
        ]
    );
    assert_eq!(
        made(&chain, &event("OrderCreated", "1", "{}")),
        [r#"OrderCreated v2 {"shipping_address":{}}"#]
    );
}

#[test]
fn an_item_without_tax_gets_it() {
    // The document's own sum, in the numbers that jq and the document's language compute with.
    let chain = chain(ORDER);
    let old = r#"{"product_id":"p-1","quantity":2,"unit_price":19.90}"#;
    let old = event("ItemAdded", "1", old);
    assert_eq!(
        made(&chain, &old),
        [
            r#"ItemAdded v2 {"product_id":"p-1","quantity":2,"unit_price":19.90,"tax_rate":0.08,"tax_amount":3.1839999999999997}"#
        ]
    );
    let way = explained(&chain, &old);
    assert_eq!(way.told(), "v1 → v2");
    let [step] = &way.parts[0].steps[..] else { panic!("{way:?}") };
    let did = serde_json::to_string(step).unwrap();
    assert_eq!(
        did,
        r#"{"from":{"type":"ItemAdded","schema":"1"},"to":{"type":"ItemAdded","schema":"2"},"did":[{"by":"default .tax_rate to 0.08","changes":[{"path":"/tax_rate","op":"add","after":0.08}]},{"by":"compute .tax_amount by .unit_price * .quantity * 0.08","changes":[{"path":"/tax_amount","op":"add","after":3.1839999999999997}]}]}"#
    );
}

#[test]
fn what_is_newest_or_of_another_type_stays_as_it_is() {
    let chain = chain(ORDER);
    for (event_type, schema) in [("ItemAdded", "2"), ("ItemAdded", "2.0"), ("ItemRemoved", "1")] {
        assert_eq!(made(&chain, &event(event_type, schema, "{}")), ["as recorded"]);
    }
    // One that records no version is of the first.
    assert_eq!(made(&chain, &event("OrderCreated", "", "{}")).len(), 1);
    let other = read("c", &format!("unversioned: 2\n{ORDER}")).unwrap();
    assert_eq!(made(&other, &event("OrderCreated", "", "{}")), ["as recorded"]);
}

#[test]
fn every_kind_of_work_is_done_in_its_place() {
    let works = |works: &str| chain(&format!("steps: [{{event: E, from: 1, to: 2, do: {works}}}]"));
    let did = |yaml: &str, data: &str| {
        let made = made(&works(yaml), &event("E", "1", data)).concat();
        made.strip_prefix("E v2 ").map(str::to_owned).unwrap_or(made)
    };
    let data = r#"{"a":1.0,"b":{"c":"x y","d":[1]},"e":null}"#;
    assert_eq!(
        did("[rename: {path: .b.c, to: k}]", data),
        r#"{"a":1.0,"b":{"k":"x y","d":[1]},"e":null}"#
    );
    assert_eq!(
        did("[move: {from: .b.d, to: .n.d}]", data),
        r#"{"a":1.0,"b":{"c":"x y"},"e":null,"n":{"d":[1]}}"#
    );
    assert_eq!(
        did("[default: {path: .e, value: 1}, default: {path: .f, value: {g: [1.50, yes, true, null, '7']}}]", data)
            .as_str(),
        // What is `null` is there.
        r#"{"a":1.0,"b":{"c":"x y","d":[1]},"e":null,"f":{"g":[1.50,"yes",true,null,"7"]}}"#
    );
    assert_eq!(
        did(
            r#"[split: {path: .b.c, into: {first: 'split(" ")[0]', last: 'split(" ")[1]'}}]"#,
            data
        ),
        r#"{"a":1.0,"b":{"first":"x","last":"y","d":[1]},"e":null}"#
    );
    assert_eq!(
        did("[drop: {path: .b}, drop: {path: .z, optional: true}]", data),
        r#"{"a":1.0,"e":null}"#
    );
    assert_eq!(
        did("[compute: {path: .e, jq: '[.a, $event.version, $event.aggregate]'}]", data),
        r#"{"a":1.0,"b":{"c":"x y","d":[1]},"e":[1.0,7,"a-1"]}"#
    );
}

#[test]
fn what_cannot_be_done_says_where_and_leaves_the_event() {
    let fails = |work: &str| {
        let chain = chain(&format!(
            "steps:\n  - event: E\n    from: 1\n    to: 2\n    do:\n      - {work}\n"
        ));
        failed(&chain, &event("E", "1", r#"{"a":1,"b":{}}"#))
    };
    assert_eq!(
        fails("rename: {path: .c, to: d}"),
        "E v1 cannot become E v2: line 6, rename .c to d: nothing is at .c"
    );
    assert!(fails("rename: {path: .a, to: b}").ends_with("there is a `b` already beside .a"));
    assert!(fails("move: {from: .a, to: .b}").ends_with("there is something at .b already"));
    assert!(fails("default: {path: .a.x, value: 1}").contains("leads through"));
    assert!(fails("compute: {path: .c, jq: '.b + 1'}").contains("cannot"));
    assert!(fails("compute: {path: .c, jq: 'empty'}").ends_with("it yields nothing"));
    assert!(fails("compute: {path: .c, jq: '1, 2'}").ends_with("it yields more than one value"));
    assert!(fails("compute: {path: .c, jq: 'def f: f; f'}").contains("500 thousand steps"));
    let newer = failed(&chain(ORDER), &event("ItemAdded", "3", "{}"));
    assert_eq!(
        newer,
        "no step takes ItemAdded v3: chain.yaml has steps from v1, and the newest is v2"
    );
}

#[test]
fn an_event_can_become_several_another_or_nothing() {
    let chain = chain(
        "steps:
  - event: OrderPlacedAndPaid
    from: 1
    into:
      - {event: OrderPlaced, schema: 2, do: [drop: {path: .amount}]}
      - {event: Paid, schema: 1, do: [drop: {path: .items}]}
  - {event: Paid, from: 1, to: {event: PaymentReceived, schema: 2}}
  - {event: Heartbeat, from: 1, drop: true}
",
    );
    let both = event("OrderPlacedAndPaid", "1", r#"{"items":[1],"amount":5.00}"#);
    assert_eq!(
        made(&chain, &both),
        [r#"OrderPlaced v2 {"items":[1]}"#, r#"PaymentReceived v2 {"amount":5.00}"#]
    );
    let way = explained(&chain, &both);
    assert_eq!(way.told(), "v1 → 2 events");
    assert!(way.parts.iter().all(|part| part.event.version == both.version));
    let steps: Vec<usize> = way.parts.iter().map(|part| part.steps.len()).collect();
    assert_eq!(steps, [1, 2]);
    assert_eq!(explained(&chain, &event("Paid", "1", "{}")).told(), "v1 → PaymentReceived v2");
    let beat = event("Heartbeat", "1", "{}");
    assert_eq!(made(&chain, &beat), [""; 0]);
    assert_eq!(explained(&chain, &beat).told(), "v1 → dropped");
    assert_eq!(explained(&chain, &beat).dropped, [Schema::new("Heartbeat", "1")]);
}

/// A step as a program writes it.
struct Euros {
    takes: Schema,
    makes: [Schema; 1],
}

impl Upcaster for Euros {
    fn takes(&self) -> &Schema {
        &self.takes
    }

    fn makes(&self) -> &[Schema] {
        &self.makes
    }

    fn upcast(
        &self,
        data: &crate::model::Value,
        event: &Event,
    ) -> Result<Vec<crate::model::Value>, String> {
        if data.get("cents").is_none() {
            return Err("it has no cents".to_owned());
        }
        let mut text = json::to_string(data);
        text.truncate(text.len() - 1);
        text.push_str(r#","currency":"EUR"}"#);
        let made = json::read(text.as_bytes(), event.version).map_err(|error| error.to_string())?;
        Ok(vec![made])
    }
}

#[test]
fn a_step_can_be_written_in_rust() {
    let takes = Schema::new("Paid", "1");
    let step = Euros { takes, makes: [Schema::new("Paid", "2")] };
    let chain = Chain::new("ours", vec![Box::new(step)], &[]).unwrap();
    let paid = event("Paid", "1", r#"{ "cents": 1e2 }"#);
    assert_eq!(made(&chain, &paid), [r#"Paid v2 {"cents":1e2,"currency":"EUR"}"#]);
    let way = explained(&chain, &paid);
    let deed: &Deed = &way.parts[0].steps[0].deeds[0];
    assert_eq!(deed.changes[0].path.to_string(), ".currency");
    assert_eq!(
        failed(&chain, &event("Paid", "1", "{}")),
        "Paid v1 cannot become Paid v2: it has no cents"
    );
}

#[test]
fn the_shops_first_orders_look_like_the_later_ones() {
    let chain = chain(include_str!("../../../assets/upcast/shop.yaml"));
    let first = event(
        "OrderCreated",
        "1",
        r#"{"customer":"cust-58","currency":"EUR","status":"DRAFT","items":{},"total":0}"#,
    );
    assert_eq!(
        made(&chain, &first),
        [
            r#"OrderCreated v2 {"customer":{"id":"cust-58","name":"","email":null},"currency":"EUR","status":"DRAFT","items":{},"total":0,"channel":"web"}"#
        ]
    );
}

/// Objects with names that the works below know, and with others; numbers, strings and nestings as they may be written.
fn data() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[1-9][0-9]{0,24}(\\.[0-9]{1,3}0?)?([eE][+-]?[0-9]{1,2})?",
        "\"([a-z ]|\\\\u00e9|\\\\n|é){0,6}\"",
    ];
    let value = scalar.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|items| format!("[ {} ]", items.join(" , "))),
            prop::collection::vec(("[a-d]", inner), 0..3).prop_map(object),
        ]
    });
    prop::collection::vec(("[a-h]", value), 0..8).prop_map(object)
}

fn object(mut members: Vec<(String, String)>) -> String {
    members.sort_by(|a, b| a.0.cmp(&b.0));
    members.dedup_by(|a, b| a.0 == b.0);
    // Not in the order of the alphabet: an order that is kept has to be another one.
    members.reverse();
    let members: Vec<_> =
        members.iter().map(|(key, value)| format!("\"{key}\" :{value}")).collect();
    format!("{{ {} }}", members.join(",  "))
}

const WORKS: &str = "steps:
  - event: E
    from: 1
    to: 2
    do:
      - rename: {path: .a, to: z, optional: true}
      - default: {path: .b, value: [1.0]}
      - move: {from: .c, to: .y.c, optional: true}
  - event: E
    from: 2
    to: 3
    do:
      - compute: {path: .x, jq: .h}
      - split: {path: .d, into: {d1: ., d2: 'type'}, optional: true}
      - drop: {path: .e, optional: true}
";

proptest! {
    /// What was upcasted once is newest, and stays as it is.
    #[test]
    fn upcasting_is_idempotent(data in data(), schema in "[123]") {
        let chain = chain(WORKS);
        let Upcast::Made(made) = chain.upcast(&event("E", &schema, &data)).unwrap() else {
            prop_assert_eq!(schema, "3");
            return Ok(());
        };
        for event in made {
            prop_assert!(matches!(chain.upcast(&event).unwrap(), Upcast::Recorded));
        }
    }

    /// An explanation is one: applied to what was recorded, it gives what folding sees; and its bytes say the same.
    #[test]
    fn an_explanation_turns_before_into_after(data in data(), schema in "[12]") {
        let (chain, old) = (chain(WORKS), event("E", &schema, &data));
        let way = explained(&chain, &old);
        let Upcast::Made(made) = chain.upcast(&old).unwrap() else { panic!() };
        prop_assert_eq!(way.parts.len(), made.len());
        for (part, made) in way.parts.iter().zip(&made) {
            let changes = part.steps.iter().flat_map(|step| &step.deeds).flat_map(|deed| &deed.changes);
            let changes: Vec<_> = changes.cloned().collect();
            let after = patch(old.data.value().unwrap(), &changes).unwrap();
            prop_assert_eq!(&after, part.event.data.value().unwrap());
            prop_assert_eq!(&after, made.data.value().unwrap());
            prop_assert_eq!(part.event.data.bytes(), made.data.bytes());
            let bytes = json::read(made.data.bytes(), made.version).unwrap();
            prop_assert_eq!(json::to_string(&bytes), json::to_string(made.data.value().unwrap()));
        }
    }

    /// Members that no work touches stand in the new bytes exactly as in the old ones, in the same order.
    #[test]
    fn untouched_members_keep_their_text_and_order(data in data(), schema in "[12]") {
        let (chain, old) = (chain(WORKS), event("E", &schema, &data));
        let Upcast::Made(made) = chain.upcast(&old).unwrap() else { panic!() };
        let untouched = |bytes: &[u8]| {
            let mut found = Vec::new();
            json::raw_members(bytes, |key, text| {
                if ["f", "g", "h"].contains(&&*key) {
                    found.push((key.into_owned(), text.to_owned()));
                }
            })
            .unwrap();
            found
        };
        prop_assert_eq!(untouched(made[0].data.bytes()), untouched(old.data.bytes()));
    }
}

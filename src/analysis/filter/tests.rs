use std::sync::Arc;

use super::*;
use crate::model::{Payload, Position, Version};

fn now() -> Timestamp {
    time::parse_recorded("2026-03-10T12:00:00Z").unwrap()
}

fn event() -> Event {
    let json = |text: &str| Payload::json(text.as_bytes(), Arc::default(), Version(3));
    Event {
        position: Some(Position(9)),
        aggregate: "order-4711".into(),
        category: "Order".into(),
        version: Version(3),
        event_type: "shop:Order.ItemRemoved".into(),
        id: None,
        time: time::parse_recorded("2026-03-02T14:34:12Z"),
        schema: None,
        data: json(r#"{"sku":"Lämp","total":-4.5}"#),
        metadata: Some(json(r#"{"user":"ana","attempt":2}"#)),
        findings: Vec::new(),
    }
}

fn asked(line: &str) -> bool {
    let filter = Filter::parse(line, now()).unwrap();
    Matcher::new(filter).unwrap().matches(&event(), "Order.ItemRemoved").unwrap()
}

#[test]
fn every_part_is_asked_and_all_have_to_agree() {
    for yes in [
        "",
        "type:Order.ItemRemoved",
        "type:shop:Order.ItemRemoved",
        "type:Other type:Order.ItemRemoved category:Order",
        "-type:Other -category:Account -nothing",
        "aggregate:4711 aggregate:ORDER",
        "meta:user=ana meta:attempt=2 meta:user -meta:nobody",
        "from:2026-03-02 to:2026-03-03",
        "from:\"2026-03-02 14:34\" to:-2h",
        "lämp \"-4.5\" REMOVED",
        "where:.data.total < 0 and .metadata.user == \"ana\"",
        "type:Order.ItemRemoved where: .version == 3",
    ] {
        assert!(asked(yes), "{yes}");
    }
    for no in [
        "type:Other",
        "-type:Order.ItemRemoved",
        "type:Order.ItemRemoved category:Account",
        "aggregate:4712",
        "meta:user=bob",
        "meta:nobody",
        "from:2026-03-03",
        "to:2026-03-01",
        "-lämp",
        "lämp nothing",
        "where:.data.total > 0",
    ] {
        assert!(!asked(no), "{no}");
    }
}

#[test]
fn mistakes_say_where_and_what_would_be_right() {
    let told = |line: &str| Filter::parse(line, now()).unwrap_err().to_string();
    assert_eq!(told("a typ:X"), "there is no `typ:` at character 3; did you mean `type:`?");
    assert_eq!(
        told("type: X"),
        "`type:` has nothing behind it at character 1; a name follows it, without a space: `type:ItemRemoved`"
    );
    assert!(
        told("ä from:soon").starts_with("`soon` is no time at character 3; write `2026-03-02`")
    );
    assert_eq!(told("ä \"b"), "a quote is not closed at character 3; end it with `\"`");
    assert!(told("from:-1h to:-2h").contains("later"));
    assert!(told("from:-1h from:-2h").contains("twice"));
    assert!(told("-from:-1h").contains("opposite"));
    assert!(told("where:").contains("jq"));
    assert_eq!(
        told("a type=Or"),
        "`type=` is no part of a filter at character 3; did you mean `type:Or`? in quotes it is searched for"
    );
    assert!(told("ä .data.total > 50").contains("begins at character 3; write `where:` before it"));
    for fine in ["\"type=Or\"", "a=b", ".com", ".data.total", "\".a\" \">\"", "1 > 2"] {
        assert!(Filter::parse(fine, now()).is_ok(), "{fine}");
    }
    let bad = Filter::parse("where:.a >", now()).unwrap();
    assert_eq!(Matcher::new(bad).unwrap_err().at, 5);
}

#[test]
fn words_are_taken_apart_as_they_were_typed() {
    let line = "type:\"Item Removed\"  -x where:.a == \"b c\"";
    assert_eq!(filter_words(line), ["type:\"Item Removed\"", "-x", "where:.a == \"b c\""]);
    assert_eq!(filter_value("Item Removed"), "\"Item Removed\"");
    let filter = Filter::parse(&format!("type:{}", filter_value("Item Removed")), now()).unwrap();
    assert_eq!(filter.types(), ["Item Removed"]);
}

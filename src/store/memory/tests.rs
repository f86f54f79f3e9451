use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{AggregateId, Category, Payload, Position, time};
use crate::store::{Cursor, Direction, StoreErrorKind, conformance};

fn event(position: i64, category: &str, id: &str, version: u64) -> Event {
    let text = format!(r#"{{"n":{position}}}"#);
    Event {
        position: Some(Position(position)),
        aggregate: AggregateId::new(id),
        category: Category::new(category),
        version: Version(version),
        event_type: if version == 1 { "Opened" } else { "Changed" }.into(),
        id: None,
        time: time::parse_recorded(&format!("2026-03-02T14:00:{:02}Z", position % 60)),
        schema: None,
        data: Payload::json(text.into_bytes(), Arc::default(), Version(version)),
        metadata: None,
        findings: Vec::new(),
    }
}

/// Ten orders and two accounts with two events each, in turns.
fn shop() -> MemoryStore {
    let mut events = Vec::new();
    for version in 1..=2 {
        for number in 0..10 {
            events.push(event(
                events.len() as i64 + 1,
                "Order",
                &format!("order-{number}"),
                version,
            ));
        }
        for id in ["acc-1", "order-3"] {
            events.push(event(events.len() as i64 + 1, "Account", id, version));
        }
    }
    MemoryStore::new("shop", events)
}

fn ids(page: &AggregatePage) -> Vec<String> {
    page.rows.iter().map(|row| row.key.to_string()).collect()
}

#[test]
fn what_every_store_promises_holds() {
    let mut store = shop();
    let events = conformance::scan_all(&mut store, &EventQuery::default(), 100);
    conformance::check(&mut store, &events);
    conformance::check(&mut MemoryStore::new("empty", Vec::new()), &[]);
    let unplaced: Vec<Event> =
        events.into_iter().map(|event| Event { position: None, time: None, ..event }).collect();
    conformance::check(&mut MemoryStore::new("unplaced", unplaced.clone()), &unplaced);
}

#[test]
fn aggregates_are_paged_both_ways_and_rise() {
    let mut store = shop();
    let mut query = AggregateQuery::default();
    let mut forward = Vec::new();
    loop {
        let page = store.aggregates(&query, 5).unwrap();
        forward.extend(ids(&page));
        query.beyond = page.next;
        if query.beyond.is_none() {
            break;
        }
    }
    assert_eq!(forward.len(), 12);
    assert_eq!(forward[..3], ["Account acc-1", "Account order-3", "Order order-0"]);

    let mut query = AggregateQuery { direction: Direction::Backward, ..AggregateQuery::default() };
    let mut backward = Vec::new();
    loop {
        let page = store.aggregates(&query, 5).unwrap();
        backward.splice(0..0, ids(&page));
        query.beyond = page.next;
        if query.beyond.is_none() {
            break;
        }
    }
    assert_eq!(backward, forward);
}

#[test]
fn aggregates_are_searched_and_kept_to_a_category() {
    let mut store = shop();
    let matching = AggregateQuery { matching: Some("R-3".into()), ..AggregateQuery::default() };
    assert_eq!(ids(&store.aggregates(&matching, 9).unwrap()), ["Account order-3", "Order order-3"]);
    for direction in [Direction::Forward, Direction::Backward] {
        let category = Some("Account".into());
        let query = AggregateQuery { direction, category, ..AggregateQuery::default() };
        let page = store.aggregates(&query, 9).unwrap();
        assert_eq!((page.rows.len(), page.next), (2, None), "{direction:?}");
    }
    assert_eq!(store.find("order-3").unwrap().len(), 2);
    assert_eq!(store.find("order").unwrap().len(), 0);
}

#[test]
fn scans_filter_and_go_on_where_they_stopped() {
    let mut store = shop();
    let all = |store: &mut MemoryStore, mut query: EventQuery, limit| {
        let mut found = Vec::new();
        loop {
            let page = store.scan(&query, limit).unwrap();
            found.extend(page.events.iter().filter_map(|event| event.position).map(|p| p.0));
            query.after = page.next;
            if query.after.is_none() {
                return found;
            }
        }
    };
    assert_eq!(all(&mut store, EventQuery::default(), 5), (1..=24).collect::<Vec<_>>());
    let by_type = EventQuery { types: vec!["Opened".into()], ..EventQuery::default() };
    assert_eq!(all(&mut store, by_type, 5), (1..=12).collect::<Vec<_>>());
    let by_category = EventQuery { category: Some("Account".into()), ..EventQuery::default() };
    assert_eq!(all(&mut store, by_category, 1), [11, 12, 23, 24]);
    let moment = |text| time::parse_recorded(text);
    let by_time = EventQuery {
        from: moment("2026-03-02T14:00:05Z"),
        to: moment("2026-03-02T14:00:07Z"),
        ..EventQuery::default()
    };
    assert_eq!(all(&mut store, by_time, 2), [5, 6, 7]);
    let after = EventQuery { after_position: Some(Position(22)), ..EventQuery::default() };
    assert_eq!(all(&mut store, after, 9), [23, 24]);
}

#[test]
fn what_comes_later_is_found_from_the_head() {
    let mut store = shop();
    let head = store.head().unwrap();
    assert_eq!((head.cursor, head.position), (Some(Cursor(23)), Some(Position(24))));
    let mut other = store.reopen().unwrap();
    store.push(event(25, "Order", "order-1", 3));
    let query = EventQuery { after: head.cursor, ..EventQuery::default() };
    let page = other.scan(&query, 10).unwrap();
    assert_eq!(page.events.len(), 1);
    assert_ne!(other.head().unwrap(), head);
}

#[test]
fn a_version_that_stands_twice_is_told_and_not_lost() {
    let mut store = shop();
    store.push(event(25, "Order", "order-1", 2));
    let key = AggregateKey::new("Order", "order-1");
    let page = store.read(&key, Version(1), 1).unwrap();
    assert_eq!(page.len(), 2);
    assert_eq!(page[1].findings[0].code, "version-twice");
    assert!(store.read(&key, Version(2), 1).unwrap().is_empty());
}

#[test]
fn a_census_counts_everything() {
    let census = shop().census().unwrap();
    assert_eq!(census.counts, Counts { aggregates: 12, events: 24 });
    assert_eq!(census.types, [("Changed".into(), 12), ("Opened".into(), 12)]);
    let names: Vec<_> =
        census.categories.iter().map(|(name, counts)| (name.as_str(), counts.events)).collect();
    assert_eq!(names, [("Account", 4), ("Order", 20)]);
    assert_eq!(census.first_time, time::parse_recorded("2026-03-02T14:00:01Z"));
}

#[test]
fn positions_that_are_not_recorded_cannot_be_asked_for() {
    let mut lost = event(1, "Order", "order-1", 1);
    lost.position = None;
    let mut store = MemoryStore::new("x", vec![lost]);
    assert!(!store.capabilities().position);
    let query = EventQuery { after_position: Some(Position(0)), ..EventQuery::default() };
    assert_eq!(store.scan(&query, 1).unwrap_err().kind, StoreErrorKind::Unsupported);
}

proptest! {
    #[test]
    fn every_aggregate_reads_back_in_order_whatever_the_order_of_arrival(
        arrivals in prop::collection::vec((0_u8..4, 1_u64..40), 0..80),
        limit in 1_usize..7,
    ) {
        let events = arrivals.iter().enumerate().map(|(at, (id, version))| {
            event(at as i64, "Order", &id.to_string(), *version)
        });
        let mut store = MemoryStore::new("x", events.collect());
        let mut read = 0;
        for id in 0..4_u8 {
            let key = AggregateKey::new("Order", id.to_string());
            let mut after = Version::ZERO;
            loop {
                let page = store.read(&key, after, limit).unwrap();
                let Some(last) = page.last() else { break };
                prop_assert!(page.windows(2).all(|pair| pair[0].version <= pair[1].version));
                prop_assert!(page[0].version > after);
                after = last.version;
                read += page.len();
            }
        }
        prop_assert_eq!(read, arrivals.len());
    }
}

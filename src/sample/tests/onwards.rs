//! The shop after its recording ends.

use super::*;
use crate::model::Timestamp;

fn now(at: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_800_000_000_000 + at * 200).unwrap()
}

#[test]
fn the_story_goes_on_where_the_recording_ends_for_as_long_as_one_likes() {
    const EVENTS: usize = 12_000;
    let mut live = Onwards::after_the_shop(1);
    let mut versions: HashMap<AggregateKey, Version> = HashMap::new();
    let mut ids: HashSet<String> = HashSet::new();
    for event in *SHOP {
        versions.insert(event.key(), event.version);
        ids.insert(event.id.as_ref().unwrap().as_str().to_owned());
    }
    let mut types: HashMap<String, usize> = HashMap::new();
    let mut orders = HashSet::new();
    for at in 0..EVENTS {
        let event = live.next(now(at as i64));
        assert_eq!(event.position.unwrap().0, (SHOP.len() + at + 1) as i64);
        assert_eq!(event.time, Some(now(at as i64)), "it happens when it is asked for");
        let version = versions.entry(event.key()).or_default();
        assert_eq!(event.version, version.next(), "{}", event.key());
        *version = event.version;
        if let Some(cause) = around(&event, "causation") {
            assert!(ids.contains(cause), "{cause}");
        }
        assert!(ids.insert(event.id.as_ref().unwrap().as_str().to_owned()));
        *types.entry(event.event_type.as_str().to_owned()).or_default() += 1;
        if event.category.as_str() == "Order" {
            orders.insert(event.aggregate.clone());
        }
        for level in ["total", "balance", "on_hand", "reserved", "available"] {
            let below = said(&event, level).is_some_and(|value| number(value) < 0.0);
            assert!(!below, "{level} of {} v{}", event.key(), event.version);
        }
    }
    for (name, least) in [("OrderCreated", 80), ("StockPicked", 2_000), ("ParcelDelivered", 50)] {
        assert!(types[name] > least, "{name}: {types:?}");
    }
    assert!(orders.len() > 100);
    // What is not needed any more is forgotten.
    assert!(live.remembers() < 6_000, "{}", live.remembers());
}

#[test]
fn the_same_seed_tells_the_same_story_and_another_another() {
    let told = |seed: u64| {
        let mut live = Onwards::after_the_shop(seed);
        let events = (0..4_000).map(|at| live.next(now(at))).collect();
        recording(&Story { events, ..Story::default() })
    };
    let one = told(1);
    assert!(one == told(1));
    assert!(one != told(2));
    // A parcel is delivered when the event is recorded, not when the story was planned.
    let delivered = one.lines().find(|line| line.contains("ParcelDelivered")).unwrap();
    assert!(delivered.contains("\"delivered\":\"2027-01-15T08:"), "{delivered}");
}

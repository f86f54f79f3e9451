mod kept;
mod onwards;
mod small;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::LazyLock;

use super::*;
use crate::analysis;
use crate::fold::{Merge, Reducer as _, State};
use crate::model::{AggregateKey, Path, Value, Version, json};

/// Set it to write the recording that comes with the program anew.
const REWRITE: &str = "FOLDBACK_WRITE_SAMPLES";

/// Made once for all tests.
static STORY: LazyLock<Story> = LazyLock::new(shop);
static SHOP: LazyLock<&[Event]> = LazyLock::new(|| &STORY.events);

/// Every sample with its name.
fn all() -> [(&'static str, Story); 3] {
    [("shop", STORY.clone()), ("bank", bank()), ("warehouse", warehouse())]
}

fn asset(name: &str) -> PathBuf {
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/demo");
    assets.join(format!("{name}.jsonl.zst"))
}

/// The places of every aggregate's events; no id is used in two categories.
static PLACES: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, event) in SHOP.iter().enumerate() {
        places.entry(event.aggregate.as_str()).or_default().push(at);
    }
    places
});

fn of(id: &str) -> Vec<&'static Event> {
    PLACES[id].iter().map(|at| &SHOP[*at]).collect()
}

fn folded(events: &[&Event]) -> State {
    let mut state = State::empty();
    let mut merge = Merge::new();
    for event in events {
        merge.apply(&mut state, event).unwrap();
    }
    state
}

fn said<'a>(event: &'a Event, name: &str) -> Option<&'a Value> {
    event.data.value().unwrap().get(name)
}

fn around<'a>(event: &'a Event, name: &str) -> Option<&'a str> {
    event.metadata.as_ref()?.value().unwrap().get(name)?.as_str()
}

fn number(value: &Value) -> f64 {
    json::to_string(value).parse().unwrap()
}

#[test]
fn the_recordings_that_come_with_the_program_are_what_the_generator_makes() {
    let mut bytes = 0;
    for (name, story) in all() {
        let made = recording(&story);
        if std::env::var_os(REWRITE).is_some() {
            std::fs::write(asset(name), zstd::encode_all(made.as_bytes(), 19).unwrap()).unwrap();
        }
        let packed = std::fs::read(asset(name)).unwrap();
        bytes += packed.len();
        let kept = String::from_utf8(zstd::decode_all(&packed[..]).unwrap()).unwrap();
        let differs = kept.lines().zip(made.lines()).find(|(kept, made)| kept != made);
        assert_eq!(differs, None, "{name}: set {REWRITE}=1 to write it anew");
        assert!(kept == made, "{name}: one is longer; set {REWRITE}=1 to write it anew");
    }
    assert!(bytes <= 900_000, "{bytes} bytes");
}

#[test]
fn the_same_comes_every_time() {
    for ((name, one), (_, other)) in
        all().into_iter().zip([("shop", shop()), ("bank", bank()), ("warehouse", warehouse())])
    {
        assert!(recording(&one) == recording(&other), "{name}");
    }
}

#[test]
fn versions_positions_times_and_ids_are_whole() {
    for (name, Story { events, .. }) in all() {
        let mut versions: HashMap<AggregateKey, Version> = HashMap::new();
        let mut ids = HashSet::new();
        for (event, position) in events.iter().zip(1..) {
            assert_eq!(event.position.unwrap().0, position);
            let version = versions.entry(event.key()).or_default();
            assert_eq!(event.version, version.next());
            *version = event.version;
            // What caused it came before it.
            if let Some(cause) = around(event, "causation") {
                assert!(ids.contains(cause), "{name}: {cause} of {position}");
            }
            assert!(ids.insert(event.id.as_ref().unwrap().as_str()));
            assert!(around(event, "correlation").is_some() && around(event, "actor").is_some());
        }
        assert!(events.is_sorted_by_key(|event| event.time), "{name}");
    }
    let events = of("stock-p-1").len();
    assert!(events >= 20_000, "the best seller has {events}");
    assert!((25_000..=30_000).contains(&SHOP.len()), "{}", SHOP.len());
}

#[test]
fn bursts_and_one_long_silence_are_in_it() {
    let gaps = SHOP.windows(2).map(|pair| pair[1].time.unwrap() - pair[0].time.unwrap());
    let long = gaps.filter(|gap| gap.num_minutes() > 12 * 60).count();
    assert_eq!(long, 1);
    let mut minutes: BTreeMap<i64, usize> = BTreeMap::new();
    for event in *SHOP {
        *minutes.entry(event.time.unwrap().timestamp() / 60).or_default() += 1;
    }
    let busiest = *minutes.values().max().unwrap();
    assert!(busiest > 100, "{busiest} events in the busiest minute");
}

#[test]
fn the_first_event_of_an_order_has_two_schema_versions() {
    let created: Vec<&Event> =
        SHOP.iter().filter(|event| event.event_type.as_str() == "OrderCreated").collect();
    let (first, second): (Vec<&Event>, Vec<&Event>) =
        created.iter().partition(|event| event.schema.as_deref() == Some("1"));
    assert!(first.len() > 100 && second.len() > 100);
    assert!(first.iter().all(|event| said(event, "customer").unwrap().as_str().is_some()));
    let emails: HashSet<&str> =
        second.iter().map(|e| said(e, "customer").unwrap().get("email").unwrap().kind()).collect();
    assert_eq!(emails, HashSet::from(["string", "null"]));
    assert!(first.iter().all(|one| second.iter().all(|two| one.time < two.time)));
}

#[test]
fn money_has_as_many_decimals_as_its_currency() {
    let mut seen = HashSet::new();
    for event in SHOP.iter().filter(|event| event.event_type.as_str() == "OrderCreated") {
        let currency = said(event, "currency").unwrap().as_str().unwrap();
        let total = folded(&of(event.aggregate.as_str())).root.value;
        let total = json::to_string(total.get("total").unwrap());
        let decimals = total.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        assert_eq!(
            decimals,
            [("EUR", 2), ("JPY", 0), ("KWD", 3)].iter().find(|c| c.0 == currency).unwrap().1
        );
        seen.insert(currency);
    }
    assert_eq!(seen.len(), 3);
}

#[test]
fn one_order_alone_has_a_total_below_zero_and_nothing_else_does() {
    let below = |name: &str| -> HashSet<&str> {
        let event_below = |event: &&Event| said(event, name).is_some_and(|n| number(n) < 0.0);
        SHOP.iter().filter(event_below).map(|event| event.aggregate.as_str()).collect()
    };
    assert_eq!(below("total"), HashSet::from(["order-4711"]));
    assert!(below("balance").is_empty());
    assert!(below("available").is_empty() && below("on_hand").is_empty());
    assert!(below("reserved").is_empty());
}

#[test]
fn blame_leads_from_the_total_to_a_refund_that_was_handled_twice() {
    let events = of("order-4711");
    let state = folded(&events);
    let blamed = analysis::blame(&state, &Path::parse(".total").unwrap());
    let [total] = &blamed[..] else { panic!("{blamed:?}") };
    assert_eq!(json::to_string(&total.value), "-40.00");
    let culprit = events[total.version.0 as usize - 1];
    assert_eq!(culprit.event_type.as_str(), "RefundIssued");
    assert!(culprit.version < state.root.since, "it is not the newest event");

    let before = folded(&events[..culprit.version.0 as usize - 1]);
    assert_eq!(json::to_string(before.value().get("total").unwrap()), "39.95");
    let first = events[culprit.version.0 as usize - 2];
    assert_eq!(first.event_type.as_str(), "RefundIssued");
    let requested = around(culprit, "causation").unwrap();
    assert_eq!(around(first, "causation"), Some(requested));
    let cause = SHOP.iter().find(|event| event.id.as_ref().unwrap().as_str() == requested).unwrap();
    assert_eq!(cause.event_type.as_str(), "RefundRequested");
    assert_eq!(cause.aggregate.as_str(), "order-4711");
    assert_eq!(around(culprit, "actor"), Some("payments-worker"));
    assert_eq!(around(culprit, "redelivered"), Some("no answer within 30 s"));

    // What it touched elsewhere: the money came into the account twice, and went out again.
    let account = of("acc-118");
    let refunds = account.iter().filter(|event| {
        [first, culprit].iter().any(|refund| {
            around(event, "causation") == refund.id.as_ref().map(crate::model::EventId::as_str)
        })
    });
    assert_eq!(refunds.count(), 2);
    assert_eq!(json::to_string(said(account.last().unwrap(), "amount").unwrap()), "159.90");
}

#[test]
fn every_other_refund_is_issued_once() {
    let mut causes: HashMap<&str, usize> = HashMap::new();
    for event in SHOP.iter().filter(|event| event.event_type.as_str() == "RefundIssued") {
        *causes.entry(around(event, "causation").unwrap()).or_default() += 1;
    }
    assert!(causes.len() > 20);
    assert_eq!(causes.values().filter(|count| **count > 1).count(), 1);
}

#[test]
fn what_was_delivered_stays_so() {
    for (id, places) in &*PLACES {
        let mut delivered = false;
        for event in places.iter().map(|at| &SHOP[*at]) {
            let status = said(event, "status").and_then(Value::as_str);
            assert!(!(delivered && status == Some("SHIPPED")), "{id} {}", event.version);
            delivered |= status == Some("DELIVERED");
        }
    }
}

#[test]
fn a_missing_member_and_null_are_two_things() {
    let coupons: Vec<String> = SHOP
        .iter()
        .filter(|event| event.event_type.as_str() == "OrderPlaced")
        .map(|event| {
            let state = folded(&of(event.aggregate.as_str()));
            state.value().get("coupon").map_or("missing", Value::kind).to_owned()
        })
        .collect();
    for kind in ["missing", "null", "object"] {
        assert!(coupons.iter().any(|coupon| coupon == kind), "{kind}");
    }
}

#[test]
fn names_of_all_kinds_and_one_very_long_note_are_in_it() {
    let text = recording(&STORY);
    for part in ["Brückner", "佐藤", "🐈", "👩‍🎨", "Łódź"] {
        assert!(text.contains(part), "{part}");
    }
    let longest = SHOP.iter().max_by_key(|event| event.data.bytes().len()).unwrap();
    assert_eq!(longest.event_type.as_str(), "NoteAdded");
    assert!(longest.data.bytes().len() > 5000, "{}", longest.data.bytes().len());
}

//! Events for tests: generated ones that hold everything an event may hold.

use std::collections::HashMap;
use std::sync::Arc;

use proptest::prelude::*;
use smol_str::SmolStr;

use crate::model::{
    AggregateKey, Event, EventId, EventType, Payload, Position, Timestamp, Version,
};

/// Payloads that are easily lost on the way: spaces, exact numbers, keys that stand twice, several lines, no JSON at all.
const TEXTS: [&str; 12] = [
    "null",
    "{}",
    r#"{ "total": 19.90, "n" : 12345678901234567890.1e+5 }"#,
    r#"{"a":1,"a":2}"#,
    "{\"source\":\"/shop\",\"correlationid\":\"c-1\",\"n\":7}",
    "{\n  \"lines\": 2\n}",
    " {}",
    "[1,\"\\u0041\\ud800\"]",
    "{\"broken\":",
    "",
    "\"\u{202e}\u{1b}[31m\"",
    "{\"correlationId\":\"c\",\"correlation_id\":\"d\",\"nested\":{\"x\":[true]}}",
];

fn payload(version: Version) -> impl Strategy<Value = Payload> {
    prop_oneof![
        4 => prop::sample::select(&TEXTS[..])
            .prop_map(move |text| Payload::json(text.as_bytes(), Arc::default(), version)),
        1 => prop::collection::vec(any::<u8>(), 0..20)
            .prop_map(|bytes| Payload::opaque(bytes, "application/x-thing", "no JSON")),
        1 => any::<String>().prop_map(move |text| {
            let text = serde_json::to_string(&text).unwrap();
            Payload::json(text.into_bytes(), Arc::default(), version)
        }),
    ]
}

fn time() -> impl Strategy<Value = Timestamp> {
    (-62_000_000_000_i64..250_000_000_000, 0_u32..1_000_000_000)
        .prop_map(|(seconds, nanos)| Timestamp::from_timestamp(seconds, nanos).unwrap())
}

fn key() -> impl Strategy<Value = AggregateKey> {
    let ids = prop_oneof!["[a-c]", "order[-/][1-3]", any::<String>()];
    (prop_oneof![Just(String::new()), "[A-B]", any::<String>()], ids).prop_map(|(category, id)| {
        AggregateKey::new(category, if id.is_empty() { "x" } else { &id })
    })
}

/// A store's events in its order: versions rise with gaps, positions rise with gaps or are not there.
pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let one = (key(), 1_u64..3, any::<String>(), any::<bool>(), prop::option::of(time()))
        .prop_flat_map(|(key, step, kind, id, time)| {
            let schema = prop::option::of(prop_oneof!["[0-9]{1,3}", any::<String>()]);
            let bodies = (payload(Version(1)), prop::option::of(payload(Version(1))));
            (Just((key, step, kind, id, time)), schema, bodies)
        });
    (prop::collection::vec(one, 0..40), any::<bool>()).prop_map(|(rows, placed)| {
        let mut versions: HashMap<AggregateKey, u64> = HashMap::new();
        let mut position = -3;
        let mut events = Vec::new();
        for (at, ((key, step, kind, id, time), schema, (data, metadata))) in
            rows.into_iter().enumerate()
        {
            let version = versions.entry(key.clone()).or_default();
            *version += step;
            position += step as i64;
            let version = Version(*version);
            events.push(Event {
                position: placed.then_some(Position(position)),
                aggregate: key.id,
                category: key.category,
                version,
                event_type: EventType::new(if kind.is_empty() { "t" } else { &kind }),
                id: id.then(|| EventId::new(format!("e-{at}"))),
                time,
                schema: schema.map(SmolStr::from),
                data: stamped(&data, version),
                metadata: metadata.map(|metadata| stamped(&metadata, version)),
                findings: Vec::new(),
            });
        }
        events
    })
}

fn stamped(payload: &Payload, version: Version) -> Payload {
    if payload.is_json() {
        Payload::json(Arc::clone(payload.bytes()), Arc::default(), version)
    } else {
        payload.clone()
    }
}

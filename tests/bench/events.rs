//! The histories that benches fold: an order with fifty products whose events each touch three fields.

use std::sync::Arc;

use foldback::model::{Event, Payload, Timestamp, Version};

/// The payload of the event at `version`.
pub(crate) fn payload(version: u64) -> String {
    let product = (version * 7919) % 50;
    let quantity = version % 9 + 1;
    let cents = (version * 31) % 100;
    format!(
        r#"{{"items":{{"product-{product}":{{"name":"Widget number {product}","quantity":{quantity},"unit_price":{quantity}9.{cents:02}}}}},"total":{}.{cents:02},"status":"DRAFT","changed_by":"user-{}@shop.example"}}"#,
        version % 5000,
        version % 40
    )
}

/// The event at `version` of aggregate `id`.
pub(crate) fn event(id: &str, version: u64) -> Event {
    Event {
        position: None,
        aggregate: id.into(),
        category: "Order".into(),
        version: Version(version),
        event_type: ["ItemAdded", "ItemRemoved", "AddressChanged", "TotalChanged"]
            [(version % 4) as usize]
            .into(),
        id: None,
        time: Timestamp::from_timestamp(1_700_000_000 + (version * 37).cast_signed(), 0),
        schema: None,
        data: Payload::json(payload(version).into_bytes(), Arc::default(), Version(version)),
        metadata: None,
        findings: Vec::new(),
    }
}

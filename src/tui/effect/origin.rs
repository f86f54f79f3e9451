//! What tells a store from any other that may stand in its place later: its first event, which never changes.

use crate::model::Event;
use crate::session::Session;
use crate::store::EventQuery;

/// That of a store; `None` where it has no event yet, or the first cannot be read.
pub(super) fn of(session: &mut Session) -> Option<String> {
    let page = session.scan(&EventQuery::default(), 1).ok()?;
    page.events.first().map(digest)
}

/// The event's own id tells enough. Where it has none, the rest has to.
fn digest(event: &Event) -> String {
    let version = event.version.0.to_string();
    let time = event.time.map(|time| time.to_rfc3339()).unwrap_or_default();
    let data: &[u8] = if event.time.is_none() { event.data.bytes() } else { &[] };
    let parts = match &event.id {
        Some(id) => vec![id.as_str().as_bytes()],
        None => vec![
            event.aggregate.as_str().as_bytes(),
            version.as_bytes(),
            event.event_type.as_str().as_bytes(),
            time.as_bytes(),
            data,
        ],
    };
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    hasher.finalize().to_hex().chars().take(16).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{Payload, Version, time};

    #[test]
    fn the_first_event_tells_by_its_id_otherwise_by_all_that_it_says() {
        let event = |aggregate: &str, at: Option<&str>, data: &str| Event {
            position: None,
            aggregate: aggregate.into(),
            category: "Order".into(),
            version: Version(1),
            event_type: "Placed".into(),
            id: None,
            time: at.and_then(time::parse_recorded),
            schema: None,
            data: Payload::json(data.as_bytes(), Arc::default(), Version(1)),
            metadata: None,
            findings: Vec::new(),
        };
        let with = |id: &str, event: Event| Event { id: Some(id.into()), ..event };
        let noon = Some("2026-01-01T12:00:00Z");
        let one = digest(&event("order-1", noon, "{}"));
        assert_eq!(one, digest(&event("order-1", noon, "{}")));
        assert_ne!(one, digest(&event("order-2", noon, "{}")));
        assert_ne!(one, digest(&event("order-1", Some("2026-01-01T12:00:01Z"), "{}")));
        assert_ne!(
            digest(&event("order-1", None, "{}")),
            digest(&event("order-1", None, r#"{"a":1}"#))
        );
        // What a layout makes of the rest does not matter where there is an id.
        let known = digest(&with("c-1", event("order-1", noon, "{}")));
        assert_eq!(known, digest(&with("c-1", event("order-01", None, "{}"))));
        assert_ne!(known, digest(&with("c-2", event("order-1", noon, "{}"))));
    }
}

//! Events one after the other, each at the next position and a minute later.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use crate::model::{AggregateKey, Event, EventId, Payload, Position, Timestamp, Version};

/// The first second of 2026.
const START: i64 = 1_767_225_600;

/// Whoever tells what happened.
#[derive(Debug, Default)]
pub(super) struct Teller {
    /// What was told so far.
    pub(super) events: Vec<Event>,
    versions: HashMap<AggregateKey, Version>,
}

impl Teller {
    /// One more event of an aggregate.
    pub(super) fn tell(&mut self, of: (&str, &str), kind: &str, data: impl Display) -> &mut Event {
        self.bytes(of, kind, data.to_string().into_bytes())
    }

    /// One more event whose payload may be no JSON.
    pub(super) fn bytes(&mut self, of: (&str, &str), kind: &str, data: Vec<u8>) -> &mut Event {
        let key = AggregateKey::new(of.0, of.1);
        let version = self.versions.entry(key.clone()).or_default();
        *version = version.next();
        let version = *version;
        let at = self.events.len();
        let place = at as i64 + 1;
        self.events.push(Event {
            position: Some(Position(place)),
            aggregate: key.id,
            category: key.category,
            version,
            event_type: kind.into(),
            id: Some(EventId::new(format!("e-{place}"))),
            time: Timestamp::from_timestamp(START + 60 * place, 0),
            schema: None,
            data: Payload::json(data, Arc::default(), version),
            metadata: None,
            findings: Vec::new(),
        });
        &mut self.events[at]
    }
}

/// What was recorded around an event.
pub(super) fn around(event: &mut Event, text: impl Display) {
    let text = text.to_string().into_bytes();
    event.metadata = Some(Payload::json(text, Arc::default(), event.version));
}

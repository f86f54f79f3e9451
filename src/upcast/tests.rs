//! The chain as a whole: documents, ways from old to new, and the equations that hold for all of them.

mod mistakes;
mod ways;

use std::sync::Arc;

use super::{Chain, Explanation, Upcast, read};
use crate::model::{AggregateId, Category, Event, EventType, Payload, Version};

/// An event with these data.
pub(crate) fn event(event_type: &str, schema: &str, data: &str) -> Event {
    Event {
        position: None,
        aggregate: AggregateId::new("a-1"),
        category: Category::new("A"),
        version: Version(7),
        event_type: EventType::new(event_type),
        id: None,
        time: None,
        schema: (!schema.is_empty()).then(|| schema.into()),
        data: Payload::json(data.as_bytes(), Arc::default(), Version(7)),
        metadata: None,
        findings: Vec::new(),
    }
}

fn chain(yaml: &str) -> Chain {
    read("chain.yaml", yaml).unwrap_or_else(|mistakes| panic!("{mistakes:?}"))
}

/// What an event becomes: type, version and the bytes of the data.
fn made(chain: &Chain, event: &Event) -> Vec<String> {
    let events = match chain.upcast(event).unwrap() {
        Upcast::Recorded => return vec!["as recorded".to_owned()],
        Upcast::Made(events) => events,
    };
    let line = |event: Event| {
        let data = String::from_utf8(event.data.bytes().to_vec()).unwrap();
        format!("{} v{} {data}", event.event_type, event.schema.unwrap_or_default())
    };
    events.into_iter().map(line).collect()
}

fn explained(chain: &Chain, event: &Event) -> Explanation {
    chain.explain(event).unwrap().unwrap()
}

/// What failing says.
fn failed(chain: &Chain, event: &Event) -> String {
    chain.upcast(event).unwrap_err().message
}

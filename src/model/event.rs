//! One recorded fact.

use smol_str::SmolStr;

use super::finding::Finding;
use super::id::{AggregateId, AggregateKey, Category, EventId, EventType, Position, Version};
use super::payload::Payload;
use super::time::Timestamp;

/// One event as a store holds it. What the layout does not record is `None`, never invented.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its place in the whole store.
    pub position: Option<Position>,
    /// The aggregate it belongs to.
    pub aggregate: AggregateId,
    /// The kind of that aggregate.
    pub category: Category,
    /// Its place in the aggregate, 1 for the first.
    pub version: Version,
    /// Its type as the library wrote it.
    pub event_type: EventType,
    /// Its own identifier.
    pub id: Option<EventId>,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// The schema version of its payload, in the library's own spelling.
    pub schema: Option<SmolStr>,
    /// What happened.
    pub data: Payload,
    /// What was recorded around it: who, why, in which conversation.
    pub metadata: Option<Payload>,
    /// What reading it noticed.
    pub findings: Vec<Finding>,
}

impl Event {
    /// The key of its aggregate.
    pub fn key(&self) -> AggregateKey {
        AggregateKey { category: self.category.clone(), id: self.aggregate.clone() }
    }

    /// The finding, placed on this event.
    pub fn finding(&self, finding: Finding) -> Finding {
        finding.on(&self.aggregate, self.version, self.position)
    }

    /// What reading its data noticed, once somebody has asked for the value or folded it.
    pub fn noticed(&self) -> Option<Finding> {
        self.data.twice().map(|key| self.finding(key_twice("the payload", key)))
    }
}

/// What is to be said of an object that has a key more than once.
pub(super) fn key_twice(of: &str, key: &str) -> Finding {
    let message =
        format!("{of} has the key `{key}` more than once in one object; only the last counts here");
    Finding::warning("key-twice", message)
        .hint("many programs take the last, some the first: find out what the application's does")
}

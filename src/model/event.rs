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
}

//! What became of an event on its way through a chain, step by step.

use serde::Serialize;

use super::schema::Schema;
use crate::model::Event;
use crate::model::diff::Change;

/// Something that a step did, and what that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// What it did: `rename .customer to .customer_id`.
    pub by: String,
    /// What that changed; applied one after the other, in order.
    pub changes: Vec<Change>,
}

/// One step that was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// What the event was before it.
    pub from: Schema,
    /// What it was after it.
    pub to: Schema,
    /// What was done.
    #[serde(rename = "did")]
    pub deeds: Vec<Deed>,
}

/// One of the events that a recorded one became, and how.
#[derive(Clone, Debug)]
pub struct Part {
    /// The event in the newest schema; its version and position are those of the recorded one.
    pub event: Event,
    /// The steps from the recorded event to this one.
    pub steps: Vec<Taken>,
}

/// What became of a recorded event.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// The schema in which it was recorded.
    pub from: Schema,
    /// What it is now, in the order in which it is applied: mostly one.
    pub parts: Vec<Part>,
    /// What a step dropped, with the schema that it had when it was.
    pub dropped: Vec<Schema>,
}

impl Explanation {
    /// `v1 → v2`, or the types and versions where a type changed.
    pub fn told(&self) -> String {
        let same = |part: &Part| part.event.event_type == self.from.event_type;
        match &self.parts[..] {
            [] => format!("v{} → dropped", self.from.version),
            parts if parts.iter().all(same) && parts.len() == 1 => {
                let to = parts.iter().find_map(|part| part.event.schema.as_deref());
                format!("v{} → v{}", self.from.version, to.unwrap_or_default())
            }
            [one] => {
                let to = one.event.schema.as_deref().unwrap_or_default();
                format!("v{} → {} v{to}", self.from.version, one.event.event_type)
            }
            parts => format!("v{} → {} events", self.from.version, parts.len()),
        }
    }

    /// Everything that was done to what became of it first.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let steps = self.parts.first().into_iter().flat_map(|part| &part.steps);
        steps.flat_map(|step| &step.deeds).flat_map(|deed| &deed.changes)
    }
}

//! What is known around an event that was raised: its id, its place, its time, and why it came about.

use std::sync::Arc;

use serde::Serialize;
use smol_str::ToSmolStr as _;

use super::{AggregateError, Facts};
use crate::model::{EventId, EventType, Payload, Timestamp, Version};
use crate::store::own::NewEvent;

/// Why something is done: it stands in the metadata of every event that comes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// The conversation that it belongs to.
    #[serde(rename = "correlation_id", skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The id of the event or the command that it follows from.
    #[serde(rename = "causation_id", skip_serializing_if = "Option::is_none")]
    pub causation: Option<String>,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
}

/// An event that was raised, with what is known around it.
#[derive(Clone, Debug)]
pub struct Envelope<E> {
    /// Its own identifier, a UUID; the same however often it is sent to the store.
    pub id: EventId,
    /// Its place in the aggregate, if nobody else is faster.
    pub version: Version,
    /// When it was raised.
    pub time: Timestamp,
    /// Why.
    pub cause: Cause,
    /// What happened.
    pub event: E,
}

impl<E: Facts> Envelope<E> {
    /// As a store takes it.
    pub(super) fn new_event(&self) -> Result<NewEvent, AggregateError> {
        let json = |text: String| Payload::json(text.into_bytes(), Arc::default(), self.version);
        let unwritable =
            |error| AggregateError::Unwritable { what: self.event.event_type().to_owned(), error };
        let metadata = if self.cause == Cause::default() {
            None
        } else {
            Some(json(serde_json::to_string(&self.cause).map_err(unwritable)?))
        };
        Ok(NewEvent {
            event_type: EventType::new(self.event.event_type()),
            id: Some(self.id.clone()),
            time: Some(self.time),
            schema: Some(self.event.schema().to_smolstr()),
            data: json(self.event.to_json().map_err(unwritable)?),
            metadata,
        })
    }
}

//! How far projections lag: their checkpoints held against the head.

use serde::Serialize;

use super::{Session, SessionError};
use crate::model::{Finding, Position, Timestamp, time};
use crate::store::{Checkpoint, EventQuery, Head};

/// A projection's checkpoint against the head of the store. What the layout does not record is `None`, never zero.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProjectionStatus {
    /// Its name.
    pub name: String,
    /// The last position it handled.
    pub position: Option<Position>,
    /// The newest position of the store.
    pub head: Option<Position>,
    /// Events after its checkpoint.
    pub lag_events: Option<u64>,
    /// Seconds from the event at its checkpoint to the newest event.
    pub lag_seconds: Option<f64>,
    /// The library's own word for what it is doing.
    pub status: Option<String>,
    /// Whether it has stood still while the head moved; one look cannot tell.
    pub stalled: Option<bool>,
    /// Errors it recorded.
    pub errors: Option<u64>,
    /// When its checkpoint last moved.
    #[serde(serialize_with = "time::serialize_maybe")]
    pub updated: Option<Timestamp>,
    /// What is doubtful about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

impl Session {
    /// Every projection that the store keeps a checkpoint of, by name.
    pub fn projections(&mut self) -> Result<Vec<ProjectionStatus>, SessionError> {
        if !self.store.capabilities().checkpoints {
            return Ok(Vec::new());
        }
        let head = self.store.head()?;
        let checkpoints = self.store.checkpoints()?;
        checkpoints.into_iter().map(|checkpoint| self.against(&head, checkpoint)).collect()
    }

    fn against(
        &mut self,
        head: &Head,
        checkpoint: Checkpoint,
    ) -> Result<ProjectionStatus, SessionError> {
        let mut lag_events = None;
        let mut lag_seconds = None;
        let mut findings = Vec::new();
        if let Some(position) = checkpoint.position.filter(|at| head.position < Some(*at)) {
            findings.push(beyond_head(&checkpoint.name, position, head));
        } else if let Some(position) = checkpoint.position {
            lag_events = Some(self.store.count_after(position)?);
            let handled = EventQuery {
                after_position: Some(Position(position.0.saturating_sub(1))),
                ..Default::default()
            };
            let page = self.store.scan(&handled, 1)?;
            let handled = page.events.first().filter(|event| event.position == Some(position));
            if let (Some(then), Some(newest)) = (handled.and_then(|event| event.time), head.time) {
                lag_seconds = Some((newest - then).as_seconds_f64().max(0.0));
            }
        }
        Ok(ProjectionStatus {
            name: checkpoint.name,
            position: checkpoint.position,
            head: head.position,
            lag_events,
            lag_seconds,
            status: checkpoint.status,
            stalled: None,
            errors: None,
            updated: checkpoint.updated,
            findings,
        })
    }
}

/// A position that this store has not come to: it counts something else, or the store lost its end.
fn beyond_head(name: &str, position: Position, head: &Head) -> Finding {
    let newest = head.position.map_or_else(
        || "the store has no events".to_owned(),
        |at| format!("the newest event is {at}"),
    );
    let message = format!(
        "projection {name} has handled position {position}, and {newest}: its lag cannot be told"
    );
    let mut finding = Finding::warning("checkpoint-beyond-head", message);
    finding.position = Some(position);
    finding.hint(
        "it may follow another application, whose positions are counted in a store of its own, or this store was \
         restored from an older copy",
    )
}

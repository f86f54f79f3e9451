//! How far projections lag: their checkpoints held against the head.

use serde::Serialize;

use super::when::Asked;
use super::{Session, SessionError};
use crate::model::{Event, Finding, Position, Timestamp, time};
use crate::store::own::DeadLetter;
use crate::store::{Checkpoint, EventQuery, Head, Move, RebuildMark};
use crate::text::human;
use crate::text::shell::quoted;

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
    /// Whether it has stood still while the head moved on; `None` where what is recorded cannot tell.
    pub stalled: Option<bool>,
    /// Errors it recorded.
    pub errors: Option<u64>,
    /// When its checkpoint last moved.
    #[serde(serialize_with = "time::serialize_maybe")]
    pub updated: Option<Timestamp>,
    /// The rows that are being made anew beside those that are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rebuild: Option<RebuildStatus>,
    /// What is doubtful about it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
}

/// How far the making of new rows has come. It is made of what the store says: whether anybody goes on with it is seen by
/// its moving.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RebuildStatus {
    /// The last position that was handled; 0 before the first.
    pub position: Position,
    /// Events that were handled.
    pub events: u64,
    /// Events that were not.
    pub remaining: u64,
    /// Events a second since somebody began it, or went on with it last; `None` before it moved.
    pub per_second: Option<f64>,
    /// Seconds that the rest takes at that rate; `None` where nobody goes on with it.
    pub seconds_left: Option<f64>,
    /// Seconds since it last moved, where that is a minute or longer: nobody seems to go on with it.
    pub seconds_still: Option<f64>,
    /// When it was begun.
    #[serde(serialize_with = "time::serialize_maybe")]
    pub started: Option<Timestamp>,
    /// When it last moved.
    #[serde(serialize_with = "time::serialize_maybe")]
    pub updated: Option<Timestamp>,
}

impl Session {
    /// What a projection stepped over on the way to the rows that are shown, by position.
    pub fn letters(&mut self, projection: &str) -> Result<Vec<DeadLetter>, SessionError> {
        Ok(self.store.dead_letters(projection)?)
    }

    /// Whether it stands still. One that looks only every ten minutes stands when it has not looked for longer than that:
    /// how long it usually rests is asked of its history, where it seems to stand.
    fn stands(
        &mut self,
        checkpoint: &Checkpoint,
        next: Option<&Event>,
        head: &Head,
    ) -> Result<Option<bool>, SessionError> {
        let stood = stands(checkpoint, next, head, PATIENCE);
        if stood != Some(true) {
            return Ok(stood);
        }
        let upto = checkpoint.updated.unwrap_or(Timestamp::MAX_UTC);
        let moves = self.store.moves_between(&checkpoint.name, None, &upto, RESTS + 1)?;
        Ok(stands(checkpoint, next, head, patience(&moves)))
    }

    fn rebuild(&mut self, mark: RebuildMark, head: &Head) -> Result<RebuildStatus, SessionError> {
        let RebuildMark { position, started, updated, resumed } = mark;
        let events = self.store.count_between(Position(0), position)?;
        let upto = head.position.unwrap_or(position).max(position);
        let remaining = self.store.count_between(position, upto)?;
        // What it did before it was left says nothing of how fast it is now.
        let (since, from) = match resumed {
            Some((time, from)) => (Some(time), from),
            None => (started, Position(0)),
        };
        let handled = self.store.count_between(from, position)?;
        let time = updated.zip(since).map(|(now, then)| (now - then).as_seconds_f64());
        let per_second = time.filter(|time| *time > 0.0 && handled > 0);
        let per_second = per_second.map(|time| handled as f64 / time);
        let still = updated.map(|moved| chrono::Utc::now() - moved);
        let still = still.filter(|time| *time >= PATIENCE).map(chrono::TimeDelta::as_seconds_f64);
        let left = per_second.map(|rate| remaining as f64 / rate);
        Ok(RebuildStatus {
            position,
            events,
            remaining,
            per_second,
            seconds_left: left.filter(|_| still.is_none()),
            seconds_still: still,
            started,
            updated,
        })
    }

    /// Every projection that the store keeps a checkpoint of, by name.
    pub fn projections(&mut self) -> Result<Vec<ProjectionStatus>, SessionError> {
        if !self.store.capabilities().checkpoints {
            return Ok(Vec::new());
        }
        let mut head = self.store.head()?;
        self.when(Asked::Newest, &mut head, std::iter::empty())?;
        let checkpoints = self.store.checkpoints()?;
        checkpoints.into_iter().map(|checkpoint| self.against(&head, checkpoint)).collect()
    }

    /// Every projection that had moved by a moment, as it was then by the history of its checkpoint. What it was doing
    /// then is not recorded.
    pub fn projections_at(
        &mut self,
        at: &Timestamp,
    ) -> Result<Vec<ProjectionStatus>, SessionError> {
        let then = self.projections_then(Some(*at), chrono::TimeDelta::zero(), 0)?;
        let statuses = then.projections.into_iter().map(|one| one.status);
        Ok(statuses.filter(|status| status.position.is_some()).collect())
    }

    /// A checkpoint against a head, which may be that of an earlier moment.
    pub(super) fn against(
        &mut self,
        head: &Head,
        checkpoint: Checkpoint,
    ) -> Result<ProjectionStatus, SessionError> {
        let mut lag_events = None;
        let mut lag_seconds = None;
        let mut stalled = None;
        let mut findings = Vec::new();
        if let Some(error) = &checkpoint.error {
            findings.push(stopped(&checkpoint.name, error, &self.store.info().name));
        }
        let newest = head.position.unwrap_or(Position(0));
        if let Some(position) = checkpoint.position.filter(|at| newest < *at) {
            findings.push(beyond_head(&checkpoint.name, position, head));
        } else if let Some(position) = checkpoint.position {
            let upto = head.position.unwrap_or(position);
            let behind = self.store.count_between(position, upto)?;
            lag_events = Some(behind);
            let handled = EventQuery {
                after_position: Some(Position(position.0.saturating_sub(1))),
                ..Default::default()
            };
            let page = self.store.scan(&handled, 2)?;
            let is_at = |event: &&Event| event.position == Some(position);
            let handled = page.events.first().filter(is_at);
            let next =
                page.events.iter().find(|event| !is_at(event) && event.position <= head.position);
            // Before the first event nothing was handled: all of them wait, the first the longest.
            let since = if position <= Position(0) { next } else { handled };
            if let (Some(then), Some(newest)) = (since.and_then(|event| event.time), head.time) {
                lag_seconds = Some((newest - then).as_seconds_f64().max(0.0));
            }
            // What says itself that it was stopped is believed at once.
            let is_stopped = checkpoint.error.is_some();
            stalled = match behind {
                0 => Some(false),
                _ if is_stopped => Some(true),
                _ => self.stands(&checkpoint, next, head)?,
            };
            if stalled == Some(true) && !is_stopped {
                let store = &self.store.info().name;
                findings.push(standing(&checkpoint, position, behind, next, store));
            }
        }
        let rebuild = checkpoint.rebuild.map(|mark| self.rebuild(mark, head)).transpose()?;
        Ok(ProjectionStatus {
            rebuild,
            name: checkpoint.name,
            position: checkpoint.position,
            head: head.position,
            lag_events,
            lag_seconds,
            status: checkpoint.status,
            stalled,
            errors: checkpoint.errors,
            updated: checkpoint.updated,
            findings,
        })
    }
}

/// How long an event may wait, while others come after it, before the projection that does not take it stands still.
const PATIENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(60);

/// The rests between its last moves that say how long one usually is, the middle one of them.
const RESTS: usize = 9;

/// How long an event may wait for a projection that moved like this.
fn patience(moves: &[Move]) -> chrono::TimeDelta {
    // Between two that do not follow right upon each other there were shorter ones.
    let mut rests: Vec<_> = moves
        .iter()
        .zip(moves.iter().skip(1))
        .filter(|(_, next)| next.left_out == 0)
        .map(|(one, next)| next.time - one.time)
        .collect();
    rests.sort_unstable();
    rests.get(rests.len() / 2).map_or(PATIENCE, |usual| PATIENCE.max(*usual * 2))
}

/// Whether a projection that is behind stands still: the event that is `next` came, the head moved on from there for
/// longer than anybody should wait, and the checkpoint has not moved since. By the store's own times alone, so that a
/// recording says today what it said then.
fn stands(
    checkpoint: &Checkpoint,
    next: Option<&Event>,
    head: &Head,
    patience: chrono::TimeDelta,
) -> Option<bool> {
    let (moved, came, newest) = (checkpoint.updated?, next?.time?, head.time?);
    let waits = newest - moved.max(came);
    match (waits > patience, moved > came) {
        (true, _) => Some(true),
        // It was slow, and moved.
        (false, true) => Some(false),
        (false, false) => None,
    }
}

/// The code of a projection that an event stopped.
pub(super) const STOPPED: &str = "projection-stopped";

/// A projection that an event stopped.
fn stopped(name: &str, error: &str, store: &str) -> Finding {
    Finding::warning(STOPPED, format!("projection {name} was stopped by {error}")).hint(format!(
        "`foldback projection dead-letters {} {}` says what can be done",
        quoted(store),
        quoted(name)
    ))
}

fn standing(
    checkpoint: &Checkpoint,
    position: Position,
    behind: u64,
    next: Option<&Event>,
    store: &str,
) -> Finding {
    let since = checkpoint.updated.as_ref().map(time::rfc3339).unwrap_or_default();
    let status = checkpoint.status.as_ref();
    let status = status.map_or_else(String::new, |one| format!("; its status says {one}"));
    let message = format!(
        "projection {} has stood at position {position} since {since}, while {} came{status}",
        checkpoint.name,
        human::plural(behind, "event"),
    );
    let mut finding = Finding::warning("projection-stalled", message);
    finding.position = Some(position);
    match next {
        Some(event) => finding.hint(format!(
            "the event it did not take is {} of {}, version {}: `foldback events {} --after {position} --limit 1`",
            event.event_type,
            event.key().called(),
            event.version,
            quoted(store)
        )),
        None => finding,
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{AggregateId, Category, EventType, Payload, Version};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_756_800_000 + second, 0).unwrap()
    }

    fn event(second: Option<i64>) -> Event {
        Event {
            position: Some(Position(8)),
            aggregate: AggregateId::new("order-1"),
            category: Category::default(),
            version: Version(3),
            event_type: EventType::new("Paid"),
            id: None,
            time: second.map(at),
            schema: None,
            data: Payload::json(&b"{}"[..], Arc::default(), Version(3)),
            metadata: None,
            findings: Vec::new(),
        }
    }

    /// Whether it stands, where it moved last, the next event came, and the newest did at these seconds.
    fn told(moved: Option<i64>, came: Option<i64>, newest: i64) -> Option<bool> {
        let status = Some("running".to_owned());
        let (name, position, updated) = ("list".into(), Some(Position(7)), moved.map(at));
        let checkpoint = Checkpoint { name, position, status, updated, ..Checkpoint::default() };
        let (position, time) = (Some(Position(20)), Some(at(newest)));
        let head = Head { cursor: None, position, time, generation: 0 };
        stands(&checkpoint, Some(&event(came)), &head, PATIENCE)
    }

    #[test]
    fn who_looks_seldom_is_waited_for_longer() {
        let moves = |seconds: &[i64]| -> Vec<Move> {
            let all = seconds.iter().map(|second| Move::new(at(*second), Position(*second)));
            all.collect()
        };
        assert_eq!(patience(&[]), PATIENCE);
        assert_eq!(patience(&moves(&[0, 1, 2, 3])), PATIENCE);
        // Every ten minutes, but for a night.
        let seldom = moves(&[0, 600, 1_200, 30_000, 30_600, 31_200]);
        assert_eq!(patience(&seldom), chrono::TimeDelta::seconds(1_200));
    }

    #[test]
    fn a_projection_stands_where_an_event_waits_while_others_come() {
        assert_eq!(told(Some(0), Some(1), 90), Some(true));
        // It moved long ago because there was nothing to do.
        assert_eq!(told(Some(0), Some(1_000), 1_001), None);
        assert_eq!(told(Some(0), Some(1_000), 1_061), Some(true));
        // It is late, and has moved since it is.
        assert_eq!(told(Some(1_000), Some(0), 1_005), Some(false));
        assert_eq!(told(Some(1_000), Some(0), 1_100), Some(true));
        // Without times nobody knows.
        assert_eq!(told(None, Some(0), 1_000), None);
        assert_eq!(told(Some(0), None, 1_000), None);
    }
}

//! What a library keeps beside its events: snapshots, and the checkpoints of projections.

use rusqlite::types::ValueRef;

use super::ask::Asked;
use super::decode::{self, text, value};
use super::moment;
use super::payload::{payload, scalar};
use super::statement::{Bound, prepare, start, step};
use crate::model::json;
use crate::model::{AggregateKey, Position};
use crate::store::layout::Field;
use crate::store::{Checkpoint, Move, Snapshot, StoreError};

impl Asked<'_> {
    /// How far each projection is.
    pub(super) fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let (Some(rule), Some(sql)) = (&self.plan.layout.checkpoints, &self.plan.checkpoints)
        else {
            return Ok(Vec::new());
        };
        let mut statement = prepare(self.call, sql)?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        let mut checkpoints = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            checkpoints.push(Checkpoint {
                name: text(value(row, 0)).unwrap_or_default().to_string(),
                position: whole(value(row, 1)),
                status: text(value(row, 2)).map(|status| status.to_string()),
                updated: rule
                    .updated
                    .as_ref()
                    .and_then(|updated| moment::of_column(value(row, 3), updated)),
                errors: whole(value(row, 4)).and_then(|count| count.0.try_into().ok()),
                error: text(value(row, 5)).map(|error| error.to_string()),
                rebuild: None,
            });
        }
        for (name, mark) in self.rebuilds()? {
            let found = checkpoints.iter_mut().find(|one| one.name == name);
            if let Some(one) = found {
                one.rebuild = Some(mark);
            }
        }
        Ok(checkpoints)
    }

    /// The stored states of one aggregate.
    pub(super) fn snapshots(&self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        let (Some(rule), Some(sql)) = (&self.plan.layout.snapshots, &self.plan.snapshots) else {
            return Ok(Vec::new());
        };
        let first_version = self.plan.layout.events.version.1;
        let mut statement = prepare(self.call, sql)?;
        let mut rows = start(self.call, &mut statement, Bound::key(key))?;
        let mut snapshots = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let version = decode::version(value(row, 0), first_version).unwrap_or_default();
            let content_type = text(value(row, 3));
            let (state, _) = payload(value(row, 2), content_type.as_deref(), &rule.data, version);
            let time = rule.time.as_ref().and_then(|time| match &time.at {
                Field::Column(_) => moment::of_column(value(row, 1), time),
                Field::Data(path, _) => {
                    let found = json::first(state.bytes(), path);
                    moment::of_text(&scalar(found?)?, time.offset)
                }
            });
            let reducer = text(value(row, 4));
            snapshots.push(Snapshot { version, reducer, time, state });
        }
        Ok(snapshots)
    }

    /// Where the checkpoint of a projection has been.
    pub(super) fn checkpoint_history(&self, name: &str) -> Result<Vec<Move>, StoreError> {
        let layout = &self.plan.layout;
        let rule = layout.checkpoints.as_ref().and_then(|one| one.history.as_ref());
        let time = rule.and_then(|rule| rule.time.as_ref());
        let (Some(rule), Some(sql)) = (time, &self.plan.checkpoint_history) else {
            return Ok(Vec::new());
        };
        let mut statement = prepare(self.call, sql)?;
        let bound = Bound { id: name.into(), ..Bound::default() };
        let mut rows = start(self.call, &mut statement, bound)?;
        let mut moves = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let time = moment::of_column(value(row, 0), rule);
            if let (Some(time), Some(position)) = (time, whole(value(row, 1))) {
                moves.push(Move::new(time, position));
            }
        }
        moves.sort_unstable();
        Ok(moves)
    }
}

/// A position, whether it is kept as a number or as a text.
fn whole(cell: ValueRef<'_>) -> Option<Position> {
    match cell {
        ValueRef::Integer(position) => Some(Position(position)),
        other => text(other).and_then(|text| text.parse().ok()).map(Position),
    }
}

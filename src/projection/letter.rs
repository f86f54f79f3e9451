//! What becomes of an event that a projection could not handle: it is applied after all, or stepped over.

use super::rows::Ledger;
use super::{Poison, Projector};
use crate::model::{Event, Position, Timestamp};
use crate::store::own::{DeadLetter, ProjectionRecord, ProjectionState, Step, StoreWriter};
use crate::store::{EventQuery, EventStore, StoreError, StoreErrorKind};

/// What came of applying a dead letter once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// Its effect is in the rows, and it is no dead letter any more.
    Applied,
    /// It failed again, and stays one.
    Failed(DeadLetter),
}

/// Applies a dead letter to the rows as they are now, behind events that came after it; refused where another made them.
pub fn retry(
    projector: &Projector,
    writer: &mut dyn StoreWriter,
    position: Position,
    time: &Timestamp,
) -> Result<Retried, StoreError> {
    let name = projector.name();
    loop {
        let record = record(writer, name)?;
        projector.check(&record, writer.name())?;
        let letters = writer.dead_letters(name)?;
        let Some(letter) = letters.iter().find(|letter| letter.position == position) else {
            return Err(rejected(format!("{position} is no dead letter of {name}")));
        };
        let event = event_at(&mut *writer.reader()?, position)?;
        let step = step(&record, record.position, time);
        let mut ledger = Ledger::default();
        let fetch = |key: &str| writer.row(name, record.generation, key);
        let failed = projector.take(&mut ledger, &event, fetch)?;
        let written = if let Some(error) = failed {
            let letter = DeadLetter {
                position,
                error,
                attempts: letter.attempts.saturating_add(1),
                failed: *time,
            };
            let written =
                writer.step(&Step { dead_letters: std::slice::from_ref(&letter), ..step });
            written.map(|()| Retried::Failed(letter))
        } else {
            let changes = ledger.changes();
            let written = writer.step(&Step { changes: &changes, settled: &[position], ..step });
            written.map(|()| Retried::Applied)
        };
        match written {
            // A runner changed the rows meanwhile.
            Err(error) if error.kind == StoreErrorKind::Overtaken => {
                if self::record(writer, name)?.state == ProjectionState::Paused {
                    return Err(error);
                }
            }
            written => return written,
        }
    }
}

/// Makes the event that stopped a projection a dead letter, so that it goes on behind it the next time it is run.
pub fn skip(
    name: &str,
    writer: &mut dyn StoreWriter,
    position: Position,
    time: &Timestamp,
) -> Result<DeadLetter, StoreError> {
    let record = record(writer, name)?;
    let stands = record.position;
    if record.state != ProjectionState::Failed {
        let message = format!("{name} was not stopped by an event, so there is none to step over");
        return Err(rejected(message));
    }
    let query = EventQuery { after_position: Some(stands), ..EventQuery::default() };
    let next = writer.reader()?.scan(&query, 1)?.events.into_iter().next();
    let next = next.and_then(|event| event.position);
    if next != Some(position) {
        let at = next.map_or_else(|| "the end".to_owned(), |next| format!("event {next}"));
        let message = format!("{name} stands before {at}, not before {position}");
        let error = rejected(message);
        return Err(match next {
            Some(next) => {
                error.hint(format!("the event that stopped it is stepped over with --skip {next}"))
            }
            None => error,
        });
    }
    let error = record.error.as_deref().unwrap_or("it was stepped over by hand");
    // What stopped it is this event, or something that somebody else wrote down.
    let poison = Poison::read(error).filter(|poison| poison.position == position);
    let attempts = poison.as_ref().map_or(0, |poison| poison.attempts);
    let error = poison.map_or_else(|| error.to_owned(), |poison| poison.error);
    let letter = DeadLetter { position, error, attempts, failed: *time };
    let letters = std::slice::from_ref(&letter);
    writer.step(&Step { dead_letters: letters, ..step(&record, position, time) })?;
    writer.set_state(name, ProjectionState::Running, None, time)?;
    Ok(letter)
}

/// A step of what is shown that changes nothing yet.
fn step<'a>(record: &'a ProjectionRecord, to: Position, time: &Timestamp) -> Step<'a> {
    Step {
        name: &record.name,
        generation: record.generation,
        from: record.position,
        to,
        changes: &[],
        dead_letters: &[],
        settled: &[],
        time: *time,
    }
}

fn event_at(reader: &mut dyn EventStore, position: Position) -> Result<Event, StoreError> {
    let after_position = Some(Position(position.0.saturating_sub(1)));
    let query = EventQuery { after_position, ..EventQuery::default() };
    let found = reader.scan(&query, 1)?.events.into_iter().next();
    found.filter(|event| event.position == Some(position)).ok_or_else(|| {
        let store = &reader.info().name;
        rejected(format!("{store} has no event at position {position}"))
    })
}

/// The projection as the store has it; an error where it was never run.
fn record(writer: &mut dyn StoreWriter, name: &str) -> Result<ProjectionRecord, StoreError> {
    let found = writer.projections()?.into_iter().find(|record| record.name == name);
    found.ok_or_else(|| rejected(format!("{} has no projection {name}", writer.name())))
}

fn rejected(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, message)
}

//! What would become of a projection that an event stopped if that event were stepped over: those behind it are applied
//! in memory, to rows that are only read, and nothing is written.

use super::Projector;
use super::rows::Ledger;
use crate::model::{Event, Position};
use crate::store::{EventQuery, EventStore, StoreError};

/// Events that are read at a time; between two pages somebody may give up.
const PAGE: usize = 250;

/// How far a projection would come behind the event that is stepped over.
#[derive(Clone, Debug)]
pub struct Ahead {
    /// Events that it would take.
    pub taken: u64,
    /// What comes after them.
    pub then: Beyond,
}

/// What comes after the events that a projection would take.
#[derive(Clone, Debug)]
pub enum Beyond {
    /// Nothing: it would have caught up.
    End,
    /// More events, which were not looked at.
    More,
    /// An event that would stop it too, and why.
    Stop(Box<Event>, String),
}

/// Applies up to `most` events behind `skipped`; `None` where `gives_up` said so.
///
/// # Errors
///
/// Where the store cannot be read. An event that cannot be applied is no error but an answer.
pub fn ahead(
    projector: &Projector,
    store: &mut dyn EventStore,
    skipped: Position,
    most: u64,
    gives_up: impl Fn() -> bool,
) -> Result<Option<Ahead>, StoreError> {
    let (mut ledger, mut after, mut taken) = (Ledger::default(), skipped, 0);
    loop {
        if gives_up() {
            return Ok(None);
        }
        let query = EventQuery { after_position: Some(after), ..EventQuery::default() };
        let events = store.scan(&query, PAGE)?.events;
        let Some(last) = events.last().and_then(|event| event.position) else {
            return Ok(Some(Ahead { taken, then: Beyond::End }));
        };
        for event in events {
            if taken == most {
                return Ok(Some(Ahead { taken, then: Beyond::More }));
            }
            let row = |key: &str| store.row(projector.name(), key);
            if let Some(error) = projector.take(&mut ledger, &event, row)? {
                return Ok(Some(Ahead { taken, then: Beyond::Stop(Box::new(event), error) }));
            }
            taken += 1;
        }
        after = last;
    }
}

//! What would come of an order about a projection, before it is given.

use super::steward::find;
use super::{Finder, Session, SessionError};
use crate::model::Position;
pub use crate::projection::Ahead;
use crate::projection::{self, Beyond, Projector};
use crate::store::{StoreError, StoreErrorKind};
use crate::text::human;
use crate::text::jq::with_room;

/// Events that are looked at, at most: a second's work of a slow projection.
const MOST: u64 = 10_000;

impl Session {
    /// What would become of a projection if the event that stopped it, at that position, were stepped over. Nothing is
    /// written, and up to 10,000 events are looked at. Refused where somebody goes on with it meanwhile. `known` finds
    /// what the projection makes of events; `gives_up` is asked between pages.
    pub fn ahead(
        &mut self,
        projection: &str,
        skipped: Position,
        known: Finder,
        gives_up: &dyn Fn() -> bool,
    ) -> Result<Ahead, SessionError> {
        let name = self.store.info().name.clone();
        let found = find(known, self.options.upcast.as_ref(), &name, projection)?;
        self.ahead_with(&found, skipped, gives_up)
    }

    /// The same, where it is known what the projection makes of events.
    pub fn ahead_with(
        &mut self,
        projector: &Projector,
        skipped: Position,
        gives_up: &dyn Fn() -> bool,
    ) -> Result<Ahead, SessionError> {
        let projection = projector.name();
        let record = self.projection(projection)?;
        projector.check(&record, &self.store.info().name)?;
        let ahead = self.at_once(|session| {
            let store = &mut *session.store;
            Ok(with_room(|| projection::ahead(projector, store, skipped, MOST, gives_up))?)
        });
        let ahead = ahead?.ok_or(SessionError::Cancelled)?;
        // Rows that somebody changed meanwhile are neither those of before nor those of after.
        let now = self.projection(projection)?;
        if (now.generation, now.position) == (record.generation, record.position) {
            return Ok(ahead);
        }
        let message = format!("{projection} went on while it was looked at");
        Err(StoreError::new(StoreErrorKind::Overtaken, message).into())
    }
}

impl Ahead {
    /// The same in a sentence.
    pub fn told(&self) -> String {
        let taken = human::plural(self.taken, "event");
        match &self.then {
            Beyond::End if self.taken == 0 => "nothing waits behind it".to_owned(),
            Beyond::End => {
                format!("all {taken} behind it can be applied, and it would have caught up")
            }
            Beyond::More => format!("the next {taken} can be applied; more were not looked at"),
            Beyond::Stop(event, error) => {
                let at = event.position.map_or_else(String::new, |at| format!(" {at}"));
                let first = match self.taken {
                    0 => String::new(),
                    _ => format!("the next {taken} can be applied, then "),
                };
                format!(
                    "{first}event{at}, {} of {}, would stop it too: {error}",
                    event.event_type,
                    event.key().called()
                )
            }
        }
    }
}

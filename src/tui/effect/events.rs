//! The jobs of the lane of the Events screen.

use super::{Answer, Side, Slot};
use crate::model::{AggregateKey, Event, Version};
use crate::session::SessionError;
use crate::store::EventQuery;
use crate::task::Ticket as AnyTicket;
use crate::tui::model::events::Page;
use crate::tui::model::events::row::Row;

type Ticket<'a> = AnyTicket<'a, Side, Slot, Answer>;

/// A page of the whole store.
pub(super) fn page(
    side: &mut Side,
    ticket: &Ticket<'_>,
    query: &EventQuery,
    limit: usize,
) -> Result<Page, SessionError> {
    let session = super::side::session(side, ticket)?;
    // Another history may have taken the place of the one that was read before.
    session.head()?;
    let found = session.scan(query, limit)?;
    let rows = found.events.into_iter().map(|event| {
        let kind = session.short_type(&event.event_type).to_owned();
        Row::of(event, &kind)
    });
    Ok(Page { rows: rows.collect(), next: found.next, history: session.history() })
}

/// The events that have this version.
pub(super) fn one(
    side: &mut Side,
    ticket: &Ticket<'_>,
    key: &AggregateKey,
    version: Version,
) -> Result<Vec<Event>, SessionError> {
    let session = super::side::session(side, ticket)?;
    let before = Version(version.0.saturating_sub(1));
    let mut events = session.read(key, before, 1)?;
    events.retain(|event| event.version == version);
    // Payloads are read at the first look: not while somebody waits for a key.
    for event in &events {
        let _ = event.data.value();
        let _ = event.metadata.as_ref().map(crate::model::Payload::value);
    }
    Ok(events)
}

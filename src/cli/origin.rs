//! The events behind versions that a state names: their types, times and positions.

use std::collections::BTreeMap;

use super::failure::Outcome;
use crate::model::{AggregateKey, Event, Version};
use crate::session::Session;

/// Some events of one aggregate, by version.
pub(crate) struct Origins(BTreeMap<Version, Event>);

impl Origins {
    /// Reads the events of those versions.
    pub(crate) fn of(
        session: &mut Session,
        key: &AggregateKey,
        versions: impl IntoIterator<Item = Version>,
    ) -> Outcome<Self> {
        let mut events = BTreeMap::new();
        for version in versions {
            if version == Version::ZERO || events.contains_key(&version) {
                continue;
            }
            let read = session.read(key, version.prev(), 1)?;
            events.extend(read.into_iter().map(|event| (event.version, event)));
        }
        Ok(Self(events))
    }

    /// The event of a version; `None` for what stood there before everything.
    pub(crate) fn event(&self, version: Version) -> Option<&Event> {
        self.0.get(&version)
    }

    /// The type of a version's event where there is little room.
    pub(crate) fn short_type<'a>(&'a self, session: &'a Session, version: Version) -> &'a str {
        self.event(version).map_or("", |event| session.short_type(&event.event_type))
    }
}

//! The events behind versions that a state names: their types, times and positions.

use std::collections::{BTreeMap, BTreeSet};

use super::failure::Outcome;
use crate::model::{AggregateKey, Event, Version};
use crate::session::{Session, SessionError, Watch};

/// Events that are read at a time.
const PAGE: u64 = 1000;
/// Versions this near to each other are read together, with what lies between them.
const NEAR: u64 = 32;

/// Some events of one aggregate, by version.
pub(crate) struct Origins(BTreeMap<Version, Event>);

impl Origins {
    /// Reads the events of those versions.
    pub(crate) fn of(
        session: &mut Session,
        key: &AggregateKey,
        versions: impl IntoIterator<Item = Version>,
        watch: &mut dyn Watch,
    ) -> Outcome<Self> {
        let mut wanted: BTreeSet<Version> = versions.into_iter().collect();
        wanted.remove(&Version::ZERO);
        let all = wanted.len() as u64;
        let mut events = BTreeMap::new();
        while let Some((first, last)) = run(&wanted) {
            let read = session.read(key, first.prev(), (last.0 - first.0 + 1) as usize)?;
            // A version that stands twice fills the page before its end, one that is not there leaves it short.
            let reached = read.last().map_or(last, |event| event.version);
            for event in read {
                if wanted.contains(&event.version) {
                    events.entry(event.version).or_insert(event);
                }
            }
            wanted = wanted.split_off(&reached.max(first).next());
            watch.progress(all - wanted.len() as u64, Some(all));
            if watch.cancelled() {
                return Err(SessionError::Cancelled.into());
            }
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

/// The first versions that are near enough to each other to be read together.
fn run(wanted: &BTreeSet<Version>) -> Option<(Version, Version)> {
    let first = *wanted.first()?;
    let mut last = first;
    for version in wanted {
        if version.0 - last.0 > NEAR || version.0 - first.0 >= PAGE {
            break;
        }
        last = *version;
    }
    Some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_near_to_each_other_are_read_together() {
        let runs = |versions: &[u64]| {
            let mut wanted: BTreeSet<Version> = versions.iter().copied().map(Version).collect();
            let mut runs = Vec::new();
            while let Some((first, last)) = run(&wanted) {
                runs.push((first.0, last.0));
                wanted = wanted.split_off(&last.next());
            }
            runs
        };
        assert_eq!(runs(&[]), []);
        assert_eq!(runs(&[1, 2, 9, 500, 501]), [(1, 9), (500, 501)]);
        let many: Vec<u64> = (1..=2500).collect();
        assert_eq!(runs(&many), [(1, 1000), (1001, 2000), (2001, 2500)]);
    }
}

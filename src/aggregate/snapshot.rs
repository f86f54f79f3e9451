//! States that are stored so that a history need not be applied from its beginning, and when that is worth it.

use std::sync::Arc;

use chrono::TimeDelta;
use smol_str::{SmolStr, format_smolstr};

use super::{Aggregate, AggregateError, Root};
use crate::model::{Finding, Payload, Timestamp, Version};
use crate::store::Snapshot;

/// When loading an aggregate stores its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SnapshotPolicy {
    /// Never.
    Off,
    /// When so many events came after the newest snapshot.
    Every(u64),
    /// When the newest snapshot is older than this and events came after it.
    Older(TimeDelta),
}

impl Default for SnapshotPolicy {
    fn default() -> Self {
        Self::Every(100)
    }
}

impl SnapshotPolicy {
    /// Whether a state is to be stored, `events` after the newest snapshot, which was taken at `taken`.
    pub(super) fn is_due(self, events: u64, taken: Option<&Timestamp>, now: &Timestamp) -> bool {
        match self {
            Self::Off => false,
            Self::Every(count) => events >= count.max(1),
            Self::Older(age) => events > 0 && taken.is_none_or(|taken| *now - *taken > age),
        }
    }
}

/// What stands beside a snapshot as its reducer: the kind of aggregate and the schema version of its state.
pub(super) fn reducer<A: Aggregate>() -> SmolStr {
    format_smolstr!("{}@{}", A::CATEGORY, A::SCHEMA)
}

/// Whose state a snapshot is: of this kind of aggregate as it is today, of another day, or none of its business.
enum Whose {
    Today,
    AnotherDay(SmolStr),
    Elsewhere,
}

fn whose<A: Aggregate>(snapshot: &Snapshot) -> Whose {
    let Some((kind, schema)) = snapshot.reducer.as_deref().and_then(|name| name.rsplit_once('@'))
    else {
        return Whose::Elsewhere;
    };
    match (kind == A::CATEGORY, schema.parse::<u32>()) {
        (true, Ok(schema)) if A::SCHEMA == schema => Whose::Today,
        (true, _) => Whose::AnotherDay(SmolStr::new(schema)),
        (false, _) => Whose::Elsewhere,
    }
}

/// Whether a snapshot is of this kind of aggregate and of its state's schema version.
pub(super) fn is_of_today<A: Aggregate>(snapshot: &Snapshot) -> bool {
    matches!(whose::<A>(snapshot), Whose::Today)
}

/// The newest snapshot that can be used, and what was noticed about those that cannot.
pub(super) fn newest<A: Aggregate>(
    snapshots: Vec<Snapshot>,
    root: &Root<A>,
    findings: &mut Vec<Finding>,
) -> Option<(Snapshot, A)> {
    let on = |finding: Finding, version: Version| finding.on(&root.key().id, version, None);
    for snapshot in snapshots.into_iter().rev() {
        let version = snapshot.version;
        match whose::<A>(&snapshot) {
            Whose::Today => match read(&snapshot) {
                Ok(state) => return Some((snapshot, state)),
                Err(error) => {
                    let message = format!(
                        "the snapshot of {} at version {version} cannot be read and is not used: {error}",
                        root.key()
                    );
                    findings.push(on(Finding::warning("snapshot-unreadable", message), version));
                }
            },
            Whose::AnotherDay(schema) => {
                let message = format!(
                    "the snapshot of {} at version {version} is of schema version {schema}, today's is {}, so it is not used",
                    root.key(),
                    A::SCHEMA
                );
                findings.push(on(Finding::note("snapshot-outdated", message), version));
            }
            Whose::Elsewhere => {}
        }
    }
    None
}

pub(super) fn read<A: Aggregate>(snapshot: &Snapshot) -> Result<A, serde_json::Error> {
    serde_json::from_slice(snapshot.state.bytes())
}

/// The state of a root as a snapshot.
pub(super) fn of<A: Aggregate>(root: &Root<A>, now: Timestamp) -> Result<Snapshot, AggregateError> {
    let state = serde_json::to_vec(root.state()).map_err(|error| {
        let what = format!("the state of {} at version {}", root.key(), root.version());
        AggregateError::Unwritable { what, error }
    })?;
    Ok(Snapshot {
        version: root.committed(),
        reducer: Some(reducer::<A>()),
        time: Some(now),
        state: Payload::json(state, Arc::default(), root.committed()),
    })
}

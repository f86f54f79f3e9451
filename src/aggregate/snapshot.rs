//! States that are stored so that a history need not be applied from its beginning, and when that is worth it.

use std::sync::Arc;

use chrono::TimeDelta;
use smol_str::{SmolStr, format_smolstr};

use super::{Aggregate, AggregateError, Root};
use crate::model::{Finding, Payload, Timestamp, Version};
use crate::store::Snapshot;
use crate::upcast::Chain;

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

/// What stands beside a snapshot as its reducer: the kind of aggregate, the schema version of its state, and the chain
/// that its events went through. What comes of the same events by another chain may be another state.
pub(super) fn reducer<A: Aggregate>(chain: Option<&Chain>) -> SmolStr {
    let behind = chain.map_or(String::new(), |chain| format!("+{}", chain.mark()));
    format_smolstr!("{}@{}{behind}", A::CATEGORY, A::SCHEMA)
}

/// Whose state a snapshot is: of this kind of aggregate as it is folded today, as it was on another day, or none of its
/// business.
enum Whose {
    Today,
    AnotherDay(SmolStr),
    Elsewhere,
}

fn whose<A: Aggregate>(snapshot: &Snapshot, chain: Option<&Chain>) -> Whose {
    let Some(name) = snapshot.reducer.as_deref() else { return Whose::Elsewhere };
    if name == reducer::<A>(chain) {
        return Whose::Today;
    }
    let Some(rest) = name.strip_prefix(A::CATEGORY).and_then(|rest| rest.strip_prefix('@')) else {
        return Whose::Elsewhere;
    };
    let (schema, by) = rest.split_once('+').unwrap_or((rest, ""));
    if schema.parse() != Ok(A::SCHEMA) {
        let today = A::SCHEMA;
        return Whose::AnotherDay(format_smolstr!(
            "is of schema version {schema}, today's is {today}"
        ));
    }
    Whose::AnotherDay(match (by, chain) {
        ("", _) => "was made without the chain of upcasters that there is today".into(),
        (_, None) => "was made with a chain of upcasters, and there is none today".into(),
        (_, Some(chain)) => format_smolstr!(
            "was made with another chain of upcasters, {by}; today's is {}",
            chain.mark()
        ),
    })
}

/// Whether a snapshot is of this kind of aggregate and folded as it is folded today.
pub(super) fn is_of_today<A: Aggregate>(snapshot: &Snapshot, chain: Option<&Chain>) -> bool {
    matches!(whose::<A>(snapshot, chain), Whose::Today)
}

/// The newest snapshot that can be used, and what was noticed about those that cannot.
pub(super) fn newest<A: Aggregate>(
    snapshots: Vec<Snapshot>,
    root: &Root<A>,
    chain: Option<&Chain>,
    findings: &mut Vec<Finding>,
) -> Option<(Snapshot, A)> {
    let on = |finding: Finding, version: Version| finding.on(&root.key().id, version, None);
    for snapshot in snapshots.into_iter().rev() {
        let version = snapshot.version;
        match whose::<A>(&snapshot, chain) {
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
            Whose::AnotherDay(why) => {
                let message = format!(
                    "the snapshot of {} at version {version} {why}, so it is not used",
                    root.key()
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
pub(super) fn of<A: Aggregate>(
    root: &Root<A>,
    chain: Option<&Chain>,
    now: Timestamp,
) -> Result<Snapshot, AggregateError> {
    let state = serde_json::to_vec(root.state()).map_err(|error| {
        let what = format!("the state of {} at version {}", root.key(), root.version());
        AggregateError::Unwritable { what, error }
    })?;
    Ok(Snapshot {
        version: root.committed(),
        reducer: Some(reducer::<A>(chain)),
        time: Some(now),
        state: Payload::json(state, Arc::default(), root.committed()),
    })
}

//! The JSON that commands print, as the design's table of shapes has it. What a layout does not record is absent.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

use crate::analysis::{self, Change};
use crate::fold::Tier;
use crate::model::{AggregateKey, Event, Finding, Position, Timestamp, Value, Version, time};
use crate::session::{self, Comparison, Session};
use crate::store::AggregateSummary;

/// A moment as RFC 3339.
#[derive(Clone, Copy)]
pub(crate) struct Moment<'a>(pub(crate) &'a Timestamp);

impl Serialize for Moment<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&time::rfc3339(self.0))
    }
}

/// A row of `aggregates`.
#[derive(Serialize)]
pub(crate) struct Aggregate<'a> {
    #[serde(rename = "aggregate")]
    id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    category: &'a str,
    events: u64,
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_time: Option<Moment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_time: Option<Moment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
}

impl<'a> From<&'a AggregateSummary> for Aggregate<'a> {
    fn from(row: &'a AggregateSummary) -> Self {
        Self {
            id: row.key.id.as_str(),
            category: row.key.category.as_str(),
            events: row.events,
            version: row.version,
            first_time: row.first_time.as_ref().map(Moment),
            last_time: row.last_time.as_ref().map(Moment),
            deleted: row.deleted,
            archived: row.archived,
        }
    }
}

/// The reducer behind a state, and how far that can be trusted: it stands wherever something is told of a state.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Reducer<'a> {
    name: &'a str,
    tier: Tier,
    /// The chain that events went through before.
    #[serde(skip_serializing_if = "Option::is_none")]
    upcast: Option<&'a str>,
}

impl<'a> Reducer<'a> {
    /// The one that a session folds with.
    pub(crate) fn of(session: &'a Session) -> Self {
        let (name, tier) = session.reducer();
        let upcast = session.upcasters().map(|chain| chain.name());
        Self { name, tier, upcast }
    }
}

/// A state.
#[derive(Serialize)]
pub(crate) struct State<'a> {
    pub(crate) aggregate: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) category: &'a str,
    pub(crate) version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<Moment<'a>>,
    pub(crate) reducer: Reducer<'a>,
    #[serde(rename = "state")]
    pub(crate) value: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blame: Option<Vec<Blamed<'a>>>,
    pub(crate) findings: &'a [Finding],
}

/// The changes between two versions.
#[derive(Serialize)]
pub(crate) struct Diff<'a> {
    pub(crate) from: Version,
    pub(crate) to: Version,
    pub(crate) reducer: Reducer<'a>,
    pub(crate) changes: &'a [Change],
    pub(crate) findings: &'a [Finding],
}

/// A row of `log`.
#[derive(Serialize)]
pub(crate) struct Logged<'a> {
    pub(crate) version: Version,
    #[serde(rename = "type")]
    pub(crate) event_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<Moment<'a>>,
    pub(crate) reducer: Reducer<'a>,
    pub(crate) changes: &'a [Change],
    /// What was recorded around the event, where anything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) metadata: Option<&'a Value>,
    pub(crate) findings: &'a [Finding],
}

/// A row of `blame`.
#[derive(Serialize)]
pub(crate) struct Blamed<'a> {
    path: String,
    value: &'a Value,
    version: Version,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    event_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Moment<'a>>,
    /// Absent in a state, which says it once.
    #[serde(skip_serializing_if = "Option::is_none")]
    reducer: Option<Reducer<'a>>,
}

impl<'a> Blamed<'a> {
    /// A value with the event that put it there.
    pub(crate) fn of(
        one: &'a analysis::Blamed,
        event: Option<&'a Event>,
        reducer: Option<Reducer<'a>>,
    ) -> Self {
        Self {
            path: one.path.to_pointer(),
            value: &one.value,
            version: one.version,
            event_type: event.map(|event| event.event_type.as_str()),
            position: event.and_then(|event| event.position),
            time: event.and_then(|event| event.time.as_ref()).map(Moment),
            reducer,
        }
    }
}

/// A row of `history`.
#[derive(Serialize)]
pub(crate) struct Touched<'a> {
    pub(crate) path: String,
    pub(crate) version: Version,
    #[serde(rename = "type")]
    pub(crate) event_type: &'a str,
    pub(crate) op: crate::analysis::Op,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) before: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<&'a Value>,
    pub(crate) reducer: Reducer<'a>,
}

/// An append that was refused, since the aggregate is at another version than was expected.
#[derive(Debug, Serialize)]
pub(crate) struct Refused<'a> {
    /// What was expected, and what is so.
    pub(crate) refused: Conflict<'a>,
}

/// See [`Refused`].
#[derive(Debug, Serialize)]
pub(crate) struct Conflict<'a> {
    /// The aggregate's id.
    pub(crate) aggregate: &'a str,
    /// Its category.
    pub(crate) category: &'a str,
    /// The version that it was expected to be at.
    pub(crate) expected: Version,
    /// The version that it is at.
    pub(crate) actual: Version,
}

/// What one append has recorded.
#[derive(Serialize)]
pub(crate) struct Appended<'a> {
    pub(crate) aggregate: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) category: &'a str,
    pub(crate) version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<Position>,
    pub(crate) ids: Vec<&'a str>,
}

/// What `replay` came to.
#[derive(Serialize)]
pub(crate) struct Replayed<'a> {
    aggregate: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    category: &'a str,
    version: Version,
    events: u64,
    milliseconds: f64,
    reducer: Reducer<'a>,
    snapshots: Vec<Compared<'a>>,
    findings: &'a [Finding],
}

impl<'a> Replayed<'a> {
    /// What it came to for that aggregate.
    pub(crate) fn of(
        key: &'a AggregateKey,
        replayed: &'a session::Replayed,
        reducer: Reducer<'a>,
    ) -> Self {
        Self {
            aggregate: key.id.as_str(),
            category: key.category.as_str(),
            version: replayed.version,
            events: replayed.events,
            milliseconds: (replayed.took.as_secs_f64() * 1e6).round() / 1e3,
            reducer,
            snapshots: replayed.snapshots.iter().map(Compared::from).collect(),
            findings: &replayed.findings,
        }
    }
}

/// A snapshot beside a replay.
#[derive(Serialize)]
pub(crate) struct Compared<'a> {
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    reducer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<Moment<'a>>,
    same: bool,
    /// Whether it cannot be right.
    wrong: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<&'a [Change]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> From<&'a session::Compared> for Compared<'a> {
    fn from(one: &'a session::Compared) -> Self {
        let (changes, reason) = match &one.comparison {
            Comparison::Same => (None, None),
            Comparison::Differs(changes) => (Some(changes.as_slice()), None),
            Comparison::NoEvent => (None, Some("there is no event of that version")),
            Comparison::Unreadable(why) => (None, Some(why.as_str())),
        };
        Self {
            version: one.version,
            reducer: one.reducer.as_deref(),
            time: one.time.as_ref().map(Moment),
            same: one.comparison == Comparison::Same,
            wrong: one.is_wrong(),
            changes,
            reason,
        }
    }
}

/// What `snapshot` has stored.
#[derive(Serialize)]
pub(crate) struct Stored<'a> {
    pub(crate) aggregate: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) category: &'a str,
    pub(crate) version: Version,
    pub(crate) reducer: Reducer<'a>,
    /// What stands beside it in the store: the reducer, and the mark of the chain that events went through.
    #[serde(rename = "stored_as")]
    pub(crate) called: &'a str,
    pub(crate) bytes: u64,
    /// How many there are of the aggregate now.
    pub(crate) kept: u64,
    /// All of them beside a replay, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snapshots: Option<Vec<Compared<'a>>>,
}

/// What `import` has done.
#[derive(Serialize)]
pub(crate) struct Imported<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: Cow<'a, str>,
    pub(crate) aggregates: u64,
    pub(crate) events: u64,
    pub(crate) snapshots: u64,
    pub(crate) checkpoints: u64,
    pub(crate) findings: &'a [Finding],
}

/// What a chain made of the events of an export.
#[derive(Serialize)]
pub(crate) struct Renewal<'a> {
    chain: &'a str,
    upcasted: u64,
    split: u64,
    dropped: u64,
    failed: u64,
}

impl<'a> From<&'a session::Renewal> for Renewal<'a> {
    fn from(renewal: &'a session::Renewal) -> Self {
        let session::Renewal { chain, upcasted, split, dropped, failed, .. } = renewal;
        Self { chain, upcasted: *upcasted, split: *split, dropped: *dropped, failed: *failed }
    }
}

/// What `export` has done.
#[derive(Serialize)]
pub(crate) struct Exported<'a> {
    pub(crate) from: &'a str,
    pub(crate) to: Cow<'a, str>,
    pub(crate) events: u64,
    pub(crate) snapshots: u64,
    pub(crate) checkpoints: u64,
    /// What became of events that were of an older schema, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) upcast: Option<Renewal<'a>>,
    pub(crate) findings: &'a [Finding],
}

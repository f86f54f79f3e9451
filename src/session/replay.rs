//! An aggregate rebuilt from its events alone, timed, and held against the snapshots that are stored of it.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use smol_str::SmolStr;

use super::drive::pages;
use super::{Session, SessionError, Watch};
use crate::analysis::{Change, diff};
use crate::fold::{Folding, State, Stepped};
use crate::model::{AggregateKey, Event, Finding, Severity, Timestamp, Version};
use crate::store::Snapshot;
use crate::timeline;

/// Findings that are kept, where every one of a million events has some.
const FINDINGS: usize = 1_000;

/// What a replay came to.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The newest version.
    pub version: Version,
    /// How many events were applied, or tried.
    pub events: u64,
    /// How many of them could not be read or applied.
    pub failed: u64,
    /// What reading and folding them took.
    pub took: Duration,
    /// The state they come to.
    pub state: State,
    /// Each snapshot that is stored, by version.
    pub snapshots: Vec<Compared>,
    /// What reading and folding noticed.
    pub findings: Vec<Finding>,
}

/// A snapshot beside the replay.
#[derive(Clone, Debug)]
pub struct Compared {
    /// The version it is of.
    pub version: Version,
    /// Who folded it, where that is recorded.
    pub reducer: Option<SmolStr>,
    /// When it was taken.
    pub time: Option<Timestamp>,
    /// Whether the reducer of the replay made it, so that the two must be the same.
    pub is_ours: bool,
    /// How it compares.
    pub comparison: Comparison,
}

/// How a snapshot compares with the replay.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparison {
    /// They say the same.
    Same,
    /// From what is stored to what the events say.
    Differs(Vec<Change>),
    /// There is no event of that version.
    NoEvent,
    /// What is stored cannot be read: why.
    Unreadable(String),
}

impl Compared {
    /// Whether it is wrong for certain: another reducer may well come to something else.
    pub fn is_wrong(&self) -> bool {
        match self.comparison {
            Comparison::Same => false,
            Comparison::Differs(_) => self.is_ours,
            Comparison::NoEvent | Comparison::Unreadable(_) => true,
        }
    }
}

impl Session {
    /// Folds every event of an aggregate anew, and compares with each of its snapshots on the way.
    pub fn replay(
        &mut self,
        key: &AggregateKey,
        upto: Version,
        watch: &mut dyn Watch,
    ) -> Result<Replayed, SessionError> {
        let mut compared = Compare::with(self.store.snapshots(key)?, self.reducer.kept_as());
        let way = self.reads();
        let started = Instant::now();
        let mut fold = Folding::new(self.reducer.fork(), key);
        let (mut events, mut failed, mut findings) = (0, 0, Vec::new());
        pages(self.store.as_mut(), way, key, Version::ZERO, upto, watch, |page, _| {
            for event in page.iter().take_while(|event| event.version <= upto) {
                events += 1;
                let hole = timeline::hole(fold.at(), event);
                let told = noticed(&mut fold, event);
                failed += u64::from(told.iter().any(|one| one.severity == Severity::Error));
                let room = FINDINGS.saturating_sub(findings.len());
                findings.extend(hole.into_iter().chain(told).take(room));
                compared.meet(fold.at(), fold.state());
            }
            ControlFlow::Continue(())
        })?;
        let took = started.elapsed();
        let (version, state) = (fold.at(), fold.state().clone());
        Ok(Replayed { version, events, failed, took, state, snapshots: compared.done(), findings })
    }
}

/// Applies an event; says what that noticed.
fn noticed(fold: &mut Folding, event: &Event) -> Vec<Finding> {
    let mut findings = event.findings.clone();
    if let Stepped::Failed(finding) | Stepped::Twice(finding) = fold.step(event) {
        findings.push(finding);
    }
    findings.extend(event.noticed());
    findings
}

/// Snapshots that wait for their version.
struct Compare {
    ours: SmolStr,
    left: std::iter::Peekable<std::vec::IntoIter<Snapshot>>,
    met: Vec<(Snapshot, Option<State>)>,
}

impl Compare {
    fn with(snapshots: Vec<Snapshot>, ours: SmolStr) -> Self {
        let left = snapshots.into_iter().peekable();
        Self { ours, left, met: Vec::new() }
    }

    /// The replay has come to `version`. The comparing itself comes later, so that it takes no part of the time.
    fn meet(&mut self, version: Version, state: &State) {
        while let Some(snapshot) = self.left.next_if(|snapshot| snapshot.version <= version) {
            let state = (snapshot.version == version).then(|| state.clone());
            self.met.push((snapshot, state));
        }
    }

    fn done(mut self) -> Vec<Compared> {
        self.met.extend(self.left.by_ref().map(|snapshot| (snapshot, None)));
        let compare = |(snapshot, state): (Snapshot, Option<State>)| Compared {
            version: snapshot.version,
            is_ours: snapshot.reducer.as_ref() == Some(&self.ours),
            comparison: compare(&snapshot, state.as_ref()),
            reducer: snapshot.reducer,
            time: snapshot.time,
        };
        self.met.into_iter().map(compare).collect()
    }
}

fn compare(snapshot: &Snapshot, replayed: Option<&State>) -> Comparison {
    match (snapshot.state.value(), replayed) {
        (Err(error), _) => Comparison::Unreadable(error.to_string()),
        (Ok(_), None) => Comparison::NoEvent,
        (Ok(stored), Some(state)) => match diff(stored, state.value()) {
            changes if changes.is_empty() => Comparison::Same,
            changes => Comparison::Differs(changes),
        },
    }
}

//! Aggregates out of a store and into it: loaded by their events or from a snapshot, saved at the version they had.

use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Instant;

use super::snapshot::{self, SnapshotPolicy};
use super::{Aggregate, AggregateError, ChangeError, Root};
use crate::metrics::{Measured, Recorder};
use crate::model::{Finding, Metric, Version};
use crate::store::own::{Appended, Expected, NewEvent, StoreWriter};
use crate::store::{EventStore, StoreError, StoreErrorKind};
use crate::text::jq::with_room;
use crate::upcast::Chain;

/// How many events are read at a time.
const PAGE: usize = 1_000;
/// How often a change is tried where others are faster.
const ATTEMPTS: u32 = 10;
/// How many snapshots of one aggregate are kept.
const KEEP: u32 = 3;

/// An aggregate as it was loaded.
#[derive(Debug)]
pub struct Loaded<A: Aggregate> {
    /// The aggregate; at version 0 where it has no events.
    pub root: Root<A>,
    /// The version of the snapshot that was used.
    pub snapshot: Option<Version>,
    /// How many events were applied after that.
    pub applied: u64,
    /// What was noticed about its snapshots.
    pub findings: Vec<Finding>,
}

/// Loads and saves one kind of aggregate.
pub struct Repository<A: Aggregate> {
    writer: Box<dyn StoreWriter>,
    reader: Box<dyn EventStore>,
    policy: SnapshotPolicy,
    chain: Option<Arc<Chain>>,
    keep: u32,
    attempts: u32,
    recorder: Option<Recorder>,
    kind: PhantomData<fn() -> A>,
}

impl<A: Aggregate> std::fmt::Debug for Repository<A> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repository")
            .field("store", &self.writer.name())
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

impl<A: Aggregate> Repository<A> {
    /// Over a store of foldback's own; a snapshot every hundred events, three of them kept, ten attempts at a change.
    pub fn new(writer: Box<dyn StoreWriter>) -> Result<Self, StoreError> {
        let reader = writer.reader()?;
        let policy = SnapshotPolicy::default();
        let (keep, attempts) = (KEEP, ATTEMPTS);
        let (chain, recorder) = (None, None);
        Ok(Self { writer, reader, policy, chain, keep, attempts, recorder, kind: PhantomData })
    }

    /// Tells a recorder how long loading, appending and storing snapshots take.
    #[must_use]
    pub fn recording(self, recorder: &Recorder) -> Self {
        let writer = Box::new(Measured::new(self.writer, recorder));
        Self { writer, recorder: Some(recorder.clone()), ..self }
    }

    /// Turns events of old schema versions into today's before they are applied. Snapshots that were made without this
    /// chain, or with another, are not used.
    #[must_use]
    pub fn with_upcasts(self, chain: Arc<Chain>) -> Self {
        Self { chain: Some(chain), ..self }
    }

    /// Stores states by another policy, and keeps the newest `keep` of each aggregate: those that are not of today's
    /// schema version or chain are counted too, and go first.
    #[must_use]
    pub fn with_snapshots(self, policy: SnapshotPolicy, keep: u32) -> Self {
        Self { policy, keep, ..self }
    }

    /// Tries a change so often where others are faster.
    #[must_use]
    pub fn with_attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// Loads an aggregate: from its newest snapshot, where there is one that can be used, and the events after that.
    /// Stores a snapshot where the policy asks for one.
    pub fn load(&mut self, id: &str) -> Result<Loaded<A>, AggregateError> {
        let begun = Instant::now();
        let mut root = Root::<A>::new(id);
        let mut findings = Vec::new();
        let (mut taken, mut used) = (None, None);
        let chain = self.chain.clone();
        let snapshots = self.reader.snapshots(root.key())?;
        if let Some((snapshot, state)) =
            snapshot::newest(snapshots, &root, chain.as_deref(), &mut findings)
        {
            root = Root::standing(root.key().clone(), snapshot.version, state);
            (taken, used) = (snapshot.time, Some(snapshot.version));
        }
        let applied = self.replay(&mut root, None)?;
        if let Some(recorder) = &self.recorder {
            recorder.took(Metric::ReplayTime, begun.elapsed());
        }
        let now = chrono::Utc::now();
        if self.policy.is_due(applied, taken.as_ref(), &now) {
            let stored = snapshot::of(&root, chain.as_deref(), now)?;
            // The aggregate is loaded all the same.
            if let Err(error) = self.writer.save_snapshot(root.key(), &stored, Some(self.keep)) {
                let message = format!("no snapshot of {} could be stored: {error}", root.key());
                findings.push(Finding::warning("snapshot-not-stored", message));
            }
        }
        Ok(Loaded { root, snapshot: used, applied, findings })
    }

    /// Stores what an aggregate has raised, where it still is at the version that it was loaded at.
    ///
    /// Fails with [`StoreErrorKind::Conflict`], which names both versions, where somebody else was faster: load it again
    /// and decide again, as [`change`](Self::change) does. Saving the same once more is no second time.
    pub fn save(&mut self, root: &mut Root<A>) -> Result<Option<Appended>, AggregateError> {
        if root.uncommitted().is_empty() {
            return Ok(None);
        }
        let batch: Vec<NewEvent> =
            root.uncommitted().iter().map(super::Envelope::new_event).collect::<Result<_, _>>()?;
        let expected = Expected::Exactly(root.committed());
        let appended = self.writer.append(root.key(), &batch, expected)?;
        root.mark_committed();
        Ok(Some(appended))
    }

    /// Loads an aggregate, lets `decide` raise events, and saves it; begins again where somebody else was faster.
    pub fn change<R>(
        &mut self,
        id: &str,
        mut decide: impl FnMut(&mut Root<A>) -> Result<(), R>,
    ) -> Result<Root<A>, ChangeError<R>> {
        let mut attempt = 1;
        loop {
            let mut root = self.load(id)?.root;
            decide(&mut root).map_err(ChangeError::Refused)?;
            match self.save(&mut root) {
                Ok(_) => return Ok(root),
                Err(error) if attempt < self.attempts && is_conflict(&error) => attempt += 1,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Stores the state of an aggregate as it is now; says of which version. `None` where it has no events.
    pub fn snapshot(&mut self, id: &str) -> Result<Option<Version>, AggregateError> {
        let mut root = Root::<A>::new(id);
        // By its events alone: what is wrong in an older snapshot is not handed on.
        if self.replay(&mut root, None)? == 0 {
            return Ok(None);
        }
        let stored = snapshot::of(&root, self.chain.as_deref(), chrono::Utc::now())?;
        self.writer.save_snapshot(root.key(), &stored, Some(self.keep))?;
        Ok(Some(stored.version))
    }

    /// Holds every snapshot of today's schema version against what its events say: an error for each that differs.
    pub fn verify(&mut self, id: &str) -> Result<Vec<Finding>, AggregateError> {
        let mut root = Root::<A>::new(id);
        let mut findings = Vec::new();
        let snapshots = self.reader.snapshots(root.key())?;
        let chain = self.chain.clone();
        let today = |stored: &_| snapshot::is_of_today::<A>(stored, chain.as_deref());
        for stored in snapshots.into_iter().filter(today) {
            self.replay(&mut root, Some(stored.version))?;
            let on = |finding: Finding| finding.on(&root.key().id, stored.version, None);
            let say = |what: &str| {
                let message =
                    format!("the snapshot of {} at version {} {what}", root.key(), stored.version);
                on(Finding::error("snapshot-differs", message))
                    .hint("the events are what counts: store a new snapshot")
            };
            if root.version() < stored.version {
                findings.push(say("is of a version that the aggregate has not reached"));
                continue;
            }
            let replayed = snapshot::of(&root, chain.as_deref(), chrono::Utc::now())?;
            // Both are read as the state is: what is written otherwise and means the same is the same.
            let same = snapshot::read::<A>(&stored)
                .and_then(|state| serde_json::to_vec(&state))
                .is_ok_and(|state| state == **replayed.state.bytes());
            if !same {
                findings.push(say("is not what its events come to"));
            }
        }
        Ok(findings)
    }

    /// Applies the events after where `root` stands, up to a version; says how many there were.
    fn replay(&mut self, root: &mut Root<A>, upto: Option<Version>) -> Result<u64, AggregateError> {
        let from = root.version();
        loop {
            let left = upto.map_or(PAGE as u64, |upto| upto.0.saturating_sub(root.version().0));
            let limit = PAGE.min(left as usize);
            let page = match limit {
                0 => Vec::new(),
                limit => self.reader.read(root.key(), root.version(), limit)?,
            };
            if page.is_empty() {
                return Ok(root.version().0 - from.0);
            }
            match self.chain.as_deref() {
                None => root.load(&page)?,
                chain => with_room(|| root.load_by(&page, chain))?,
            }
        }
    }
}

fn is_conflict(error: &AggregateError) -> bool {
    matches!(error, AggregateError::Store(error) if matches!(error.kind, StoreErrorKind::Conflict { .. }))
}

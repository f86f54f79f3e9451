//! What can be written to a store of foldback's own, whatever database it is kept in.
//!
//! Every call is one transaction, durable before it returns. Reading is [`EventStore`](crate::store::EventStore)'s part;
//! what stands here besides writing is what only writers ask: a projection's rows, and where it is to go on.

use smol_str::SmolStr;

use super::append::{Appended, Expected, NewEvent};
use super::sample::Sample;
use crate::model::{AggregateKey, Payload, Position, Timestamp};
use crate::store::{Bell, Snapshot, Stop, StoreError, Subscription};

/// What a projection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProjectionState {
    /// It takes events as they come.
    Running,
    /// Somebody stopped it for a while.
    Paused,
    /// Its rows are made anew, beside those that are shown.
    Rebuilding,
    /// An event stopped it.
    Failed,
}

impl ProjectionState {
    /// The word that stands in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Rebuilding => "rebuilding",
            Self::Failed => "failed",
        }
    }

    /// The state that a word in the store means.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Running, Self::Paused, Self::Rebuilding, Self::Failed]
            .into_iter()
            .find(|state| state.as_str() == word)
    }
}

/// A projection as its store has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionRecord {
    /// Its name.
    pub name: String,
    /// What it is doing.
    pub state: ProjectionState,
    /// What stopped it.
    pub error: Option<String>,
    /// The generation of the rows that are shown.
    pub generation: u64,
    /// The last position it handled; 0 before the first.
    pub position: Position,
    /// What the rows that are shown are made by.
    pub made_by: MadeBy,
    /// The rebuild that is under way.
    pub rebuild: Option<Rebuild>,
}

/// What rows are made by. Those that one has made are not carried on by another: they would be half of each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeBy {
    /// What tells the projection's definition from others of its name; `None` where nobody wrote it down, as before schema 5.
    pub definition: Option<SmolStr>,
    /// What tells the chain of upcasters from others that events went through; `None` where they went through none.
    pub chain: Option<SmolStr>,
}

impl ProjectionRecord {
    /// Whether the rows that are shown stand still at a moment.
    pub fn is_held(&self, now: &Timestamp) -> bool {
        let until = self.rebuild.as_ref().and_then(|rebuild| rebuild.held_until);
        until.is_some_and(|until| until > *now)
    }
}

/// A rebuild that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rebuild {
    /// The generation of its rows.
    pub generation: u64,
    /// The last position it handled; 0 before the first.
    pub position: Position,
    /// When it was begun.
    pub started: Timestamp,
    /// What its rows are made by.
    pub made_by: MadeBy,
    /// Until when the rows that are shown stand still, so that it comes as far.
    pub held_until: Option<Timestamp>,
}

/// What happens to one row.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// Which row.
    pub key: SmolStr,
    /// What it becomes, as JSON; gone where `None`.
    pub row: Option<Payload>,
}

/// An event that a projection could not handle and stepped over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// The event's position.
    pub position: Position,
    /// Why.
    pub error: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up.
    pub failed: Timestamp,
}

/// What a projection has done with the events between two positions, to be written down whole or not at all.
#[derive(Clone, Debug)]
pub struct Step<'a> {
    /// Whose.
    pub name: &'a str,
    /// Which rows: of those that are shown, or of a rebuild.
    pub generation: u64,
    /// Where it stood before. A step from elsewhere is refused: another runner was faster.
    pub from: Position,
    /// The last position it has handled now.
    pub to: Position,
    /// Its rows.
    pub changes: &'a [RowChange],
    /// What it stepped over.
    pub dead_letters: &'a [DeadLetter],
    /// What it had stepped over before, and has now dealt with: the positions of these dead letters.
    pub settled: &'a [Position],
    /// When.
    pub time: Timestamp,
}

/// A store of foldback's own, open for writing. Calls block; they belong on a thread of their own.
pub trait StoreWriter: Send {
    /// What a person calls it, without any password.
    fn name(&self) -> &str;

    /// The same store opened once more, for another thread.
    fn reopen(&self) -> Result<Box<dyn StoreWriter>, StoreError>;

    /// The same store, open for reading.
    fn reader(&self) -> Result<Box<dyn crate::store::EventStore>, StoreError>;

    /// What is rung after each commit of events that this process knows of.
    fn bell(&self) -> Bell;

    /// Tells what comes after a position, as it comes, until `stop` is raised.
    fn subscribe(&self, after: Position, stop: &Stop) -> Result<Subscription, StoreError> {
        Ok(Subscription::new(self.reader()?, after, self.bell(), stop))
    }

    /// Appends to one aggregate, whole or not at all, durably before it returns.
    ///
    /// A batch whose event ids stand there already, in this aggregate, one after the other and with the same content, was
    /// appended before: it is answered as it was then, and nothing is written. Otherwise fails with
    /// [`StoreErrorKind::Conflict`](crate::store::StoreErrorKind::Conflict) where the aggregate is not at `expected`, and with
    /// [`StoreErrorKind::Rejected`](crate::store::StoreErrorKind::Rejected) where an event id is taken.
    fn append(
        &mut self,
        key: &AggregateKey,
        batch: &[NewEvent],
        expected: Expected,
    ) -> Result<Appended, StoreError>;

    /// Stores a state, and keeps only `keep` that the same reducer made, at least one: those of another version of it, or
    /// behind another chain of upcasters, are counted too and go first. Refused as
    /// [`StoreErrorKind::Rejected`](crate::store::StoreErrorKind::Rejected) where it does not say who folded it, is no JSON, or
    /// is of a version that the aggregate has not reached.
    fn save_snapshot(
        &mut self,
        key: &AggregateKey,
        snapshot: &Snapshot,
        keep: Option<u32>,
    ) -> Result<(), StoreError>;

    /// Every projection that was ever registered, by name. One whose checkpoint alone was imported is not.
    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError>;

    /// The projection of that name; registered, at position 0, where it is new. Where only its checkpoint is known, as
    /// after an import, it begins at 0 too: its rows are not here. Where nobody wrote down what its rows are made by, it
    /// is this from then on.
    ///
    /// Refused as [`StoreErrorKind::Rejected`](crate::store::StoreErrorKind::Rejected) where they are made by another.
    fn register(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<ProjectionRecord, StoreError>;

    /// Says what a projection is to do from now on, and why where it failed.
    fn set_state(
        &mut self,
        name: &str,
        state: ProjectionState,
        error: Option<&str>,
        time: &Timestamp,
    ) -> Result<(), StoreError>;

    /// Writes down a step: rows, checkpoint and dead letters in one transaction.
    ///
    /// Refused as [`StoreErrorKind::Overtaken`](crate::store::StoreErrorKind::Overtaken) where the checkpoint is not at `from`
    /// any more, where its generation is neither shown nor rebuilt any more, or, for rows that are shown, where the
    /// projection was paused meanwhile; as [`StoreErrorKind::Locked`](crate::store::StoreErrorKind::Locked) where these are
    /// held.
    fn step(&mut self, step: &Step<'_>) -> Result<(), StoreError>;

    /// One row of a projection.
    fn row(
        &mut self,
        name: &str,
        generation: u64,
        key: &str,
    ) -> Result<Option<Payload>, StoreError>;

    /// Up to `limit` rows of a projection after a key, by key in byte order.
    fn rows(
        &mut self,
        name: &str,
        generation: u64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError>;

    /// What a projection stepped over on the way to the rows that are shown, by position.
    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError>;

    /// Begins a rebuild, or goes on with the one that is under way. What the projection is doing stays as it is: the rows
    /// that are shown are kept up while those of the rebuild are made, and those may be made by another.
    ///
    /// Refused as [`StoreErrorKind::Rejected`](crate::store::StoreErrorKind::Rejected) where the one that is under way is
    /// made by another.
    fn begin_rebuild(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<Rebuild, StoreError>;

    /// Lets the rows that are shown stand still until a moment, so that those of the rebuild come as far: their steps are
    /// refused until then, or until the rebuild has ended. Refused as
    /// [`StoreErrorKind::Overtaken`](crate::store::StoreErrorKind::Overtaken) where no rebuild is under way.
    fn hold(&mut self, name: &str, until: &Timestamp) -> Result<(), StoreError>;

    /// Shows what was rebuilt, where it has come at least as far as what was shown; says whether it has. The dead letters
    /// are those of the rebuild from then on, the rows that were shown are gone, and a projection that had failed runs.
    /// Refused as [`StoreErrorKind::Overtaken`](crate::store::StoreErrorKind::Overtaken) where no rebuild is under way.
    fn finish_rebuild(&mut self, name: &str, time: &Timestamp) -> Result<bool, StoreError>;

    /// Gives a rebuild up; what was shown stays. Nothing happens where none is under way.
    fn abandon_rebuild(&mut self, name: &str) -> Result<(), StoreError>;

    /// Writes samples down, and puts together what is an hour older than the newest of them: seconds by the minute, and a day
    /// later by the hour, how their values are spread being merged.
    fn record(&mut self, samples: &[Sample]) -> Result<(), StoreError>;
}

//! What has to be done outside of the model, and what comes back.
//!
//! An effect runs as a job on one of the [`lanes`]: one for the playhead, which owns the timelines; two beside it, for the
//! list of aggregates and counts, and for the Events screen; one for what is kept. Answers come back as messages with the
//! generation of their request.

mod events;
mod find;
mod lanes;
mod origin;
mod play;
mod side;
mod source;
mod told;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use self::lanes::Lanes;
use self::lanes::{Front, Side};
pub use self::source::Source;
use super::model::StoreFacts;
use super::model::base::Against;
use super::model::events::tally::Tally;
use super::model::events::{Asked as EventsAsked, Page as EventsPage, Place as EventsPlace, Whole};
use super::model::had::Had;
use super::model::list::{Place, Sought, Tally as Looked};
use super::model::pins::Traced;
use super::model::rail::View;
use super::model::scrub::Asked as Scrubbed;
use super::model::sight::Sight;
use super::model::sought::{Hits, Needle};
use super::model::travel::{Goal, Known};
use crate::analysis::Filter;
use crate::model::{AggregateKey, At, Finding, Path, Position, Value, Version};
use crate::session::{
    Ahead, Carried, Deed, MetricsThen, Moment, News, Order, ProjectionsThen, SessionError, Sort,
    Steward,
};
use crate::store::own::DeadLetter;
use crate::store::{AggregatePage, AggregateQuery, Counts, Head};
use crate::task::Running;

/// What a job is about; a newer one of the same slot replaces the older.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    /// Opening the store.
    Open,
    /// The playhead.
    Moment,
    /// Walking an aggregate's history for the first time.
    Walk,
    /// The list.
    Page,
    /// How many there are.
    Count,
    /// An event by its position.
    Find,
    /// The snapshots of an aggregate.
    Snapshots,
    /// A page of the Events screen.
    Events,
    /// An event that is too large for its row.
    Event,
    /// The events that changed what is pinned.
    Trace,
    /// The ids of all aggregates.
    Names,
    /// Searching the state.
    Seek,
    /// Counting what the Events screen shows.
    Tally,
    /// How far the projections are.
    Projections,
    /// What was measured.
    Metrics,
    /// The dead letters of one of them.
    Letters,
    /// What would come of an order.
    Ahead,
    /// Something that is written because somebody ordered it.
    Order,
    /// The rows of a projection, made anew.
    Rebuild,
    /// Whether the store has changed.
    Watch,
    /// Letting go of the store for a while.
    Rest,
    /// How the store is left.
    Keep,
}

impl Slot {
    /// How many slots there are.
    pub(crate) const COUNT: usize = Self::Keep as usize + 1;

    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Self; Self::COUNT] = [
        Self::Open,
        Self::Moment,
        Self::Walk,
        Self::Page,
        Self::Count,
        Self::Find,
        Self::Snapshots,
        Self::Events,
        Self::Event,
        Self::Trace,
        Self::Names,
        Self::Seek,
        Self::Tally,
        Self::Projections,
        Self::Metrics,
        Self::Letters,
        Self::Ahead,
        Self::Order,
        Self::Rebuild,
        Self::Watch,
        Self::Rest,
        Self::Keep,
    ];

    /// What its jobs do, in a word.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "opening",
            Self::Moment => "rebuilding",
            Self::Walk => "walking",
            Self::Page => "listing",
            Self::Count | Self::Tally => "counting",
            Self::Find | Self::Seek | Self::Trace => "searching",
            Self::Snapshots
            | Self::Events
            | Self::Event
            | Self::Names
            | Self::Projections
            | Self::Metrics
            | Self::Letters => "reading",
            Self::Ahead => "looking ahead",
            Self::Order => "writing",
            Self::Rebuild => "making anew",
            Self::Watch => "looking",
            Self::Rest => "resting",
            Self::Keep => "keeping",
        }
    }
}

/// Who wants the program to stop for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopping {
    /// The person, by a key: all that the shell started with it stops too, as if the key had been the shell's.
    Person,
    /// The system, by SIGTSTP: who else is to stop was told by whoever sent it.
    System,
}

/// A playhead that goes along with a walk.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ride {
    /// Whether what was is shown beside what is.
    pub(crate) beside: bool,
}

/// What the model asks for.
#[derive(Debug)]
pub(crate) enum Effect {
    /// Open the store.
    OpenStore,
    /// Read a page of the list.
    LoadPage(Place, Box<AggregateQuery>, usize),
    /// Read the first so many of the list in another order than the store's, which looks at all of them.
    SortList(Place, Box<AggregateQuery>, (Sort, usize)),
    /// Find aggregates by some of their letters.
    FindList(Box<Sought>),
    /// Read the ids of all aggregates, so that they are there when something is to be found.
    ReadNames,
    /// Let go of them.
    DropNames,
    /// Read the list again around its chosen aggregate.
    LoadAround(AggregateKey, Box<AggregateQuery>, usize),
    /// Read a page of the whole store.
    LoadEvents(EventsPlace, Box<EventsAsked>),
    /// Count the events that a filter lets through.
    TallyEvents(Arc<Filter>),
    /// Read the event of this version.
    LoadEvent(AggregateKey, Version),
    /// See how far the projections are, or were.
    LoadProjections(Scrubbed),
    /// See what was measured.
    LoadMetrics(Scrubbed),
    /// Read the dead letters of a projection.
    LoadLetters(String),
    /// See what would become of a projection if the event that stopped it were stepped over.
    LookAhead(String, Position),
    /// Write what a person ordered.
    CarryOut(Steward, Order),
    /// Count aggregates and events.
    CountStore,
    /// Go to a place on the timeline of an aggregate.
    LoadMoment {
        /// The aggregate.
        key: AggregateKey,
        /// Where to.
        goal: Goal,
        /// Whether to notice new events first.
        refresh: bool,
        /// What the rail shows.
        rail: View,
        /// What it is compared with.
        against: Option<At>,
        /// Whether both are shown side by side.
        beside: bool,
        /// What happens to an earlier request that runs.
        running: Running,
    },
    /// Walk on through an aggregate's history.
    WalkOn {
        /// The aggregate.
        key: AggregateKey,
        /// How to report the moment that was reached, for a playhead that rides along.
        ride: Option<Ride>,
        /// What the rail shows.
        rail: View,
    },
    /// Search a state.
    SearchState {
        /// The state.
        state: Value,
        /// Its version.
        version: Version,
        /// What for.
        needle: Needle,
    },
    /// Find the events that changed some places of the state.
    TraceOn {
        /// The aggregate.
        key: AggregateKey,
        /// The places.
        paths: Vec<Path>,
        /// How many of the events are known.
        known: usize,
    },
    /// Draw the rail of what was walked so far.
    DrawRail {
        /// The aggregate.
        key: AggregateKey,
        /// What it shows.
        rail: View,
    },
    /// Find the snapshots of an aggregate.
    LoadSnapshots(AggregateKey),
    /// Find the event at a position of the store.
    FindPosition(Position),
    /// See whether the store has changed.
    WatchStore {
        /// Its newest end when it was looked at last.
        since: Head,
        /// The aggregate that is looked at.
        about: Option<AggregateKey>,
        /// Whether an earlier change is not shown yet.
        owed: bool,
    },
    /// Stop the work of a slot.
    Stop(Slot),
    /// Give a text to the terminal's clipboard: the terminal's owner does.
    Copy(String),
    /// Give the terminal back and stop the program until it is woken: the terminal's owner does.
    Suspend(Stopping),
    /// Keep how the store is left.
    Keep {
        /// What was kept, as far as the screen knows.
        known: Box<Had>,
        /// How it is left now.
        had: Box<Had>,
    },
    /// Take the terminal over once more, whatever was done to it: the terminal's owner does.
    Retake,
}

impl Effect {
    /// What happens to an earlier job of the same slot that runs.
    pub(crate) fn running(&self) -> Running {
        match self {
            Self::LoadMoment { running, .. } => *running,
            // What is being written is written.
            Self::Keep { .. } | Self::CarryOut(..) => Running::Finish,
            _ => Running::Cancel,
        }
    }

    /// The slot it belongs to; `None` where no lane does it.
    pub(crate) fn slot(&self) -> Option<Slot> {
        Some(match self {
            Self::OpenStore => Slot::Open,
            Self::LoadPage(..) | Self::SortList(..) | Self::FindList(_) | Self::LoadAround(..) => {
                Slot::Page
            }
            Self::ReadNames | Self::DropNames => Slot::Names,
            Self::CountStore => Slot::Count,
            Self::LoadEvents(..) => Slot::Events,
            Self::LoadEvent(..) => Slot::Event,
            Self::TallyEvents(_) => Slot::Tally,
            Self::LoadProjections(_) => Slot::Projections,
            Self::LoadMetrics(_) => Slot::Metrics,
            Self::LoadLetters(_) => Slot::Letters,
            Self::LookAhead(..) => Slot::Ahead,
            Self::CarryOut(_, Order { deed: Deed::Rebuild, .. }) => Slot::Rebuild,
            Self::CarryOut(..) => Slot::Order,
            Self::LoadMoment { .. } => Slot::Moment,
            Self::WalkOn { .. } | Self::DrawRail { .. } => Slot::Walk,
            Self::FindPosition(_) => Slot::Find,
            Self::TraceOn { .. } => Slot::Trace,
            Self::SearchState { .. } => Slot::Seek,
            Self::WatchStore { .. } => Slot::Watch,
            Self::LoadSnapshots(_) => Slot::Snapshots,
            Self::Stop(slot) => *slot,
            Self::Keep { .. } => Slot::Keep,
            Self::Copy(_) | Self::Suspend(_) | Self::Retake => return None,
        })
    }
}

/// What a moment's request found.
#[derive(Debug)]
pub(crate) struct Arrived {
    /// The moment.
    pub(crate) moment: Box<Moment>,
    /// How it differs from what it is compared with, where it is.
    pub(crate) against: Option<Result<Against, SessionError>>,
    /// What it is seen by.
    pub(crate) sight: Sight,
    /// The events known by then.
    pub(crate) known: Known,
}

/// How a walk goes.
#[derive(Debug)]
pub(crate) struct Walking {
    /// The events known by now.
    pub(crate) known: Known,
    /// Walked up to here.
    pub(crate) walked: Version,
    /// Of so much.
    pub(crate) last: Version,
    /// The moment that was reached, for a playhead that rides along.
    pub(crate) moment: Option<(Box<Moment>, Sight)>,
}

/// What the lanes answer.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The store was opened, or not.
    Opened(Result<Box<StoreFacts>, SessionError>),
    /// Another history has taken the store's place; whether the aggregate that was asked for is not in it.
    Replaced(Box<StoreFacts>, bool),
    /// So many aggregates were looked at to sort them.
    Sorting(u64),
    /// Whether the ids of all aggregates are there.
    Named(Result<bool, SessionError>),
    /// What was found by some letters so far.
    Finding(Place, Result<(AggregatePage, Looked), SessionError>),
    /// A page of the list.
    Page(Place, Result<AggregatePage, SessionError>),
    /// The list around an aggregate: what lies before, the rest.
    Around(AggregateKey, Result<(AggregatePage, AggregatePage), SessionError>),
    /// A page of the whole store.
    Events(EventsPlace, Result<EventsPage, SessionError>),
    /// How far the projections are, or were; how long it took to see it.
    Projections(Scrubbed, Result<ProjectionsThen, SessionError>, Duration),
    /// What was measured; how long it took to see it.
    Metrics(Scrubbed, Result<MetricsThen, SessionError>, Duration),
    /// The dead letters of a projection.
    Letters(String, Result<Vec<DeadLetter>, SessionError>),
    /// What would become of a projection.
    Ahead(String, Position, Result<Ahead, SessionError>),
    /// What a person ordered was done, or not.
    CarriedOut(Order, Result<Carried, SessionError>),
    /// How many events a filter lets through, of which types, when; so far.
    Tallied(Arc<Filter>, Result<Box<Tally>, SessionError>),
    /// The events of a version that was asked for.
    Event(Result<Vec<Whole>, SessionError>),
    /// How many there are; how long it took to count them.
    Counted(Result<(Counts, Vec<Finding>), SessionError>, Duration),
    /// What has become of the store; how long it took to see it.
    Watched(Result<News, SessionError>, Duration),
    /// A moment on the way to a goal; so many events done of so many.
    Moving(u64, Option<u64>),
    /// A moment.
    Arrived(AggregateKey, Result<Box<Arrived>, SessionError>),
    /// A walk has come this far, or was stopped.
    Walked(AggregateKey, Result<Box<Walking>, SessionError>),
    /// The event at a position, or the next one after it: its position, its aggregate, its version.
    Found(Position, Result<Option<(Position, AggregateKey, Version)>, SessionError>),
    /// The state was searched, or nobody wanted it any more.
    Sought(Option<Hits>),
    /// The events that changed some places have been found so far.
    Traced(AggregateKey, Vec<Path>, Result<Traced, SessionError>),
    /// The versions of an aggregate of which the library stored a state.
    Snapshots(AggregateKey, Result<Vec<Version>, SessionError>),
    /// A lane has let go of the store.
    Rested,
    /// What was to be kept, and what is kept now, or why it is not.
    Kept(Box<Had>, Result<Box<Had>, String>),
    /// The rail was drawn; nothing where the aggregate is no longer in memory.
    Drawn(AggregateKey, Option<Known>),
}

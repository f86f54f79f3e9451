//! What has to be done outside of the model, and the lanes that do it.
//!
//! An effect runs as a job on one of three lanes: one for the playhead, which owns the timelines, and two beside it: for
//! the list of aggregates and counts, and for the Events screen. Answers come back as messages with the generation of their request.

mod events;
mod find;
mod play;
mod side;
mod told;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::keep::Keeper;
use super::model::StoreFacts;
use super::model::base::Against;
use super::model::events::tally::Tally;
use super::model::events::{Asked as EventsAsked, Page as EventsPage, Place as EventsPlace};
use super::model::had::Had;
use super::model::list::{Place, Sought, Tally as Looked};
use super::model::pins::Traced;
use super::model::rail::View;
use super::model::sight::{Laid, Sight};
use super::model::sought::{self, Hits, Needle};
use super::model::travel::{Goal, Known};
use crate::analysis::Filter;
use crate::model::{AggregateKey, At, Event, Finding, Path, Position, Value, Version};
use crate::session::{Moment, News, Session, SessionError, Sort, Trace};
use crate::store::{AggregatePage, AggregateQuery, Counts, Head, Interrupter};
use crate::task::{Lane, Report, Rest, Running, Standing};

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
    /// Searching the state.
    Seek,
    /// Counting what the Events screen shows.
    Tally,
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
        Self::Seek,
        Self::Tally,
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
            Self::Snapshots | Self::Events | Self::Event => "reading",
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
    /// Read the list again around its chosen aggregate.
    LoadAround(AggregateKey, Box<AggregateQuery>, usize),
    /// Read a page of the whole store.
    LoadEvents(EventsPlace, Box<EventsAsked>),
    /// Count the events that a filter lets through.
    TallyEvents(Arc<Filter>),
    /// Read the event of this version.
    LoadEvent(AggregateKey, Version),
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
        /// Whether to report the moment that was reached.
        ride: bool,
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
            Self::Keep { .. } => Running::Finish,
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
            Self::CountStore => Slot::Count,
            Self::LoadEvents(..) => Slot::Events,
            Self::LoadEvent(..) => Slot::Event,
            Self::TallyEvents(_) => Slot::Tally,
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
    /// What was found by some letters so far.
    Finding(Place, Result<(AggregatePage, Looked), SessionError>),
    /// A page of the list.
    Page(Place, Result<AggregatePage, SessionError>),
    /// The list around an aggregate: what lies before, the rest.
    Around(AggregateKey, Result<(AggregatePage, AggregatePage), SessionError>),
    /// A page of the whole store.
    Events(EventsPlace, Result<EventsPage, SessionError>),
    /// How many events a filter lets through, of which types, when; so far.
    Tallied(Arc<Filter>, Result<Box<Tally>, SessionError>),
    /// The events of a version that was asked for.
    Event(Result<Vec<(Event, Laid)>, SessionError>),
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

/// What a screen looks at: a store that is opened after the first picture.
pub struct Source {
    name: String,
    open: Box<dyn FnOnce() -> Result<Session, SessionError> + Send>,
    stop: Option<Interrupter>,
    first: Option<AggregateKey>,
}

impl Source {
    /// A store, what the person called it, and how it is opened.
    pub fn new(
        name: impl Into<String>,
        open: impl FnOnce() -> Result<Session, SessionError> + Send + 'static,
    ) -> Self {
        Self { name: name.into(), open: Box::new(open), stop: None, first: None }
    }

    /// The same, and what ends the opening where the person leaves before it is done.
    #[must_use]
    pub fn stopped_by(self, stop: Interrupter) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// The same, and the aggregate to begin with, which the store must have.
    #[must_use]
    pub fn beginning_with(self, first: AggregateKey) -> Self {
        Self { first: Some(first), ..self }
    }

    /// What the person called it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn open(self) -> Result<Session, SessionError> {
        (self.open)()
    }
}

/// The seat of the lane that opens the store.
struct Front {
    source: Option<Source>,
    session: Option<Session>,
    /// The history that the screen was told of.
    told: u64,
    twins: Vec<SyncSender<Session>>,
    pulse: play::Pulse,
    base: play::Compared,
    trace: Option<Trace>,
}

/// The seat of a lane beside it: its session comes from the first one.
struct Side {
    session: Option<Session>,
    twin: Receiver<Session>,
    /// What the Events screen goes on with.
    seat: events::Seat,
    /// What the list goes on with while somebody finds.
    finder: Option<find::Seat>,
}

type PlayLane = Lane<Front, Slot, Answer>;
type SideLane = Lane<Side, Slot, Answer>;

/// The lanes.
pub(crate) struct Lanes {
    play: PlayLane,
    side: SideLane,
    events: SideLane,
    keeper: Lane<Keeper, Slot, Answer>,
}

impl Lanes {
    /// Starts them; every report goes to `sink`.
    pub(crate) fn start(
        source: Source,
        keeper: Keeper,
        sink: impl Fn(Report<Slot, Answer>) + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let sink = Arc::new(sink);
        let ((first, list), (second, all)) = (sync_channel(1), sync_channel(1));
        let pulse = play::Pulse::default();
        let twins = vec![first, second];
        let front = Front {
            source: Some(source),
            session: None,
            told: 0,
            twins,
            pulse,
            base: None,
            trace: None,
        };
        let side = |twin| Side { session: None, twin, seat: events::Seat::default(), finder: None };
        let rest = Rest { after: play::LINGER, with: play::rest };
        let sinks = [Arc::clone(&sink), Arc::clone(&sink), Arc::clone(&sink), sink];
        let [play, beside, events, keeping] = sinks.map(|sink| move |report| sink(report));
        Ok(Self {
            play: Lane::spawn("playhead", front, Some(rest), play)?,
            side: Lane::spawn("list", side(list), None, beside)?,
            events: Lane::spawn("events", side(all), None, events)?,
            keeper: Lane::spawn("keeper", keeper, None, keeping)?,
        })
    }

    /// What each of them is doing.
    pub(crate) fn standing(&self) -> [Standing<Slot>; 3] {
        [self.play.standing(), self.side.standing(), self.events.standing()]
    }

    /// What a lane does until it waits to be let again; see [`crate::task`].
    #[cfg(test)]
    pub(crate) fn let_go(&self, lane: usize, begin: usize, run: usize) {
        match lane {
            0 => self.play.let_go(begin, run),
            1 => self.side.let_go(begin, run),
            2 => self.events.let_go(begin, run),
            _ => self.keeper.let_go(begin, run),
        }
    }

    /// Whether each of them has work, and whether it has come as far as it may.
    #[cfg(test)]
    pub(crate) fn stand(&self) -> [(bool, bool); 4] {
        [
            (self.play.has_work(), self.play.is_still()),
            (self.side.has_work(), self.side.is_still()),
            (self.events.has_work(), self.events.is_still()),
            (self.keeper.has_work(), self.keeper.is_still()),
        ]
    }

    fn keep(&self, generation: u64, known: Box<Had>, had: Box<Had>) -> usize {
        self.keeper.issue(Slot::Keep, generation, Running::Finish, move |keeper, _| {
            let kept = keeper.write(&known, Had::clone(&had)).map(Box::new);
            Answer::Kept(had, kept)
        })
    }

    fn sort(
        &self,
        generation: u64,
        place: Place,
        query: Box<AggregateQuery>,
        (sort, limit): (Sort, usize),
    ) -> usize {
        self.side.issue(Slot::Page, generation, Running::Cancel, move |side, ticket| {
            Answer::Page(place, side::sorted(side, ticket, &query, sort, limit))
        })
    }

    fn page(
        &self,
        generation: u64,
        place: Place,
        query: Box<AggregateQuery>,
        limit: usize,
    ) -> usize {
        self.side.issue(Slot::Page, generation, Running::Cancel, move |side, ticket| {
            Answer::Page(place, side::page(side, ticket, &query, limit))
        })
    }

    fn find(&self, generation: u64, sought: Box<Sought>) -> usize {
        self.side.issue(Slot::Page, generation, Running::Cancel, move |side, ticket| {
            Answer::Finding(sought.place, find::find(side, ticket, &sought))
        })
    }

    /// Lets go of the store once what is running gives way; returns how many answers that makes.
    pub(crate) fn rest(&self, generation: u64) -> usize {
        self.play.issue(Slot::Rest, generation, Running::Finish, |front, _| {
            play::rest(front);
            Answer::Rested
        });
        for lane in [&self.side, &self.events] {
            lane.issue(Slot::Rest, generation, Running::Finish, |side, _| {
                if let Some(session) = &mut side.session {
                    session.rest();
                }
                Answer::Rested
            });
        }
        3
    }

    /// Does what the model asks for; returns by how many the answers that are due grow.
    pub(crate) fn run(&self, effect: Effect, generation: u64) -> isize {
        let Some(slot) = effect.slot() else { return 0 };
        let replaced = match effect {
            Effect::Stop(slot) => {
                let waiting = self.play.cancel(slot) + self.side.cancel(slot);
                return -((waiting + self.events.cancel(slot)) as isize);
            }
            Effect::Copy(_) | Effect::Suspend(_) | Effect::Retake => return 0,
            Effect::Keep { known, had } => self.keep(generation, known, had),
            Effect::OpenStore => self.play.issue(slot, generation, Running::Cancel, play::open),
            Effect::LoadMoment { key, goal, refresh, rail, against, beside, running } => {
                self.play.issue(slot, generation, running, move |front, ticket| {
                    let arrived = play::noticing(front, ticket, |front| {
                        play::moment(front, ticket, &key, goal, (refresh, against, beside), rail)
                    });
                    Answer::Arrived(key, arrived.map(Box::new))
                })
            }
            Effect::WalkOn { key, ride, rail } => {
                self.play.issue(slot, generation, Running::Cancel, move |front, ticket| {
                    let walked = play::noticing(front, ticket, |front| {
                        play::walk(front, ticket, &key, ride, rail)
                    });
                    Answer::Walked(key, walked.map(Box::new))
                })
            }
            Effect::SearchState { state, version, needle } => {
                self.play.issue(slot, generation, Running::Cancel, move |_, ticket| {
                    let cancelled = || ticket.cancelled();
                    Answer::Sought(sought::search(&state, version, &needle, &cancelled))
                })
            }
            Effect::TraceOn { key, paths, known } => {
                self.play.issue(slot, generation, Running::Cancel, move |front, ticket| {
                    let traced = play::noticing(front, ticket, |front| {
                        play::trace(front, ticket, &key, &paths, known)
                    });
                    Answer::Traced(key, paths, traced)
                })
            }
            Effect::DrawRail { key, rail } => {
                self.play.issue(slot, generation, Running::Cancel, move |front, _| {
                    let known = play::rail(front, &key, rail);
                    Answer::Drawn(key, known)
                })
            }
            Effect::FindPosition(position) => {
                self.play.issue(slot, generation, Running::Cancel, move |front, ticket| {
                    let found = play::noticing(front, ticket, |front| play::find(front, position));
                    Answer::Found(position, found)
                })
            }
            Effect::LoadPage(place, query, limit) => self.page(generation, place, query, limit),
            Effect::FindList(sought) => self.find(generation, sought),
            Effect::SortList(place, query, by) => self.sort(generation, place, query, by),
            Effect::LoadAround(key, query, limit) => {
                self.side.issue(slot, generation, Running::Cancel, move |side, ticket| {
                    let around = side::around(side, ticket, &key, &query, limit);
                    Answer::Around(key, around)
                })
            }
            Effect::LoadEvents(place, asked) => {
                self.events.issue(slot, generation, Running::Cancel, move |side, ticket| {
                    Answer::Events(place, events::page(side, ticket, &asked))
                })
            }
            Effect::TallyEvents(filter) => {
                self.events.issue(slot, generation, Running::Cancel, move |side, ticket| {
                    let tally = events::count(side, ticket, &filter).map(Box::new);
                    Answer::Tallied(filter, tally)
                })
            }
            Effect::LoadEvent(key, version) => {
                self.events.issue(slot, generation, Running::Cancel, move |side, ticket| {
                    Answer::Event(events::one(side, ticket, &key, version))
                })
            }
            Effect::WatchStore { since, about, owed } => {
                self.side.issue(slot, generation, Running::Cancel, move |side, ticket| {
                    let (news, took) = side::news(side, ticket, &since, about.as_ref(), owed);
                    Answer::Watched(news, took)
                })
            }
            Effect::LoadSnapshots(key) => {
                self.side.issue(slot, generation, Running::Cancel, |side, ticket| {
                    let found = side::snapshots(side, ticket, &key);
                    Answer::Snapshots(key, found)
                })
            }
            Effect::CountStore => {
                self.side.issue(slot, generation, Running::Cancel, |side, ticket| {
                    let begun = Instant::now();
                    let counts = side::counts(side, ticket);
                    Answer::Counted(counts, begun.elapsed())
                })
            }
        };
        1 - replaced as isize
    }
}

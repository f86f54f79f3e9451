//! The lanes, and which of them does what the model asks for.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use super::source::Source;
use super::{Answer, Effect, Slot, events, find, play, side};
use crate::analysis::Filter;
use crate::model::Position;
use crate::sample::projection::named;
use crate::session::{Deed, Order, Session, Sort, Steward, Trace};
use crate::store::AggregateQuery;
use crate::task::{Halt, Lane, Report, Rest, Running, Standing};
use crate::tui::keep::Keeper;
use crate::tui::model::had::Had;
use crate::tui::model::list::{Place, Sought};
use crate::tui::model::scrub::Asked;
use crate::tui::model::sought;

/// The seat of the lane that opens the store.
pub(super) struct Front {
    pub(super) source: Option<Source>,
    pub(super) session: Option<Session>,
    /// The history that the screen was told of.
    pub(super) told: u64,
    pub(super) twins: Vec<SyncSender<Session>>,
    pub(super) pulse: play::Pulse,
    pub(super) base: play::Compared,
    pub(super) trace: Option<Trace>,
}

/// The seat of a lane beside it: its session comes from the first one.
pub(super) struct Side {
    pub(super) session: Option<Session>,
    pub(super) twin: Receiver<Session>,
    /// What the Events screen goes on with.
    pub(super) seat: events::Seat,
    /// What the list goes on with while somebody finds.
    pub(super) finder: Option<find::Seat>,
}

/// The generation of a job, and what becomes of an earlier one of its slot.
type Issue = (u64, Running);

type PlayLane = Lane<Front, Slot, Answer>;
type SideLane = Lane<Side, Slot, Answer>;

/// The lanes.
pub(crate) struct Lanes {
    play: PlayLane,
    side: SideLane,
    events: SideLane,
    /// Makes rows anew, for as long as it takes.
    rebuild: Lane<(), Slot, Answer>,
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
        // They let go of the store after each job: keeping it at hand between two keys, as the playhead does, was measured
        // on the Projections and Metrics screens and changes nothing that can be seen.
        let side = |twin| Side { session: None, twin, seat: events::Seat::default(), finder: None };
        let rest = Rest { after: play::LINGER, with: play::rest };
        let sinks =
            [Arc::clone(&sink), Arc::clone(&sink), Arc::clone(&sink), Arc::clone(&sink), sink];
        let [play, beside, events, making, keeping] = sinks.map(|sink| move |report| sink(report));
        Ok(Self {
            play: Lane::spawn("playhead", front, Some(rest), play)?,
            side: Lane::spawn("list", side(list), None, beside)?,
            events: Lane::spawn("events", side(all), None, events)?,
            rebuild: Lane::spawn("rebuild", (), None, making)?,
            keeper: Lane::spawn("keeper", keeper, None, keeping)?,
        })
    }

    /// What each of them is doing.
    pub(crate) fn standing(&self) -> [Standing<Slot>; 4] {
        let lanes = [self.play.standing(), self.side.standing(), self.events.standing()];
        let [play, side, events] = lanes;
        [play, side, events, self.rebuild.standing()]
    }

    /// What a lane does until it waits to be let again; see [`crate::task`].
    #[cfg(test)]
    pub(crate) fn let_go(&self, lane: usize, begin: usize, run: usize) {
        match lane {
            0 => self.play.let_go(begin, run),
            1 => self.side.let_go(begin, run),
            2 => self.events.let_go(begin, run),
            3 => self.rebuild.let_go(begin, run),
            _ => self.keeper.let_go(begin, run),
        }
    }

    /// Whether each of them has work, and whether it has come as far as it may.
    #[cfg(test)]
    pub(crate) fn stand(&self) -> [(bool, bool); 5] {
        [
            (self.play.has_work(), self.play.is_still()),
            (self.side.has_work(), self.side.is_still()),
            (self.events.has_work(), self.events.is_still()),
            (self.rebuild.has_work(), self.rebuild.is_still()),
            (self.keeper.has_work(), self.keeper.is_still()),
        ]
    }

    /// How many ids are kept to find among them; `None` where they were let go of. One answer is due for it.
    #[cfg(test)]
    pub(crate) fn names(&self, generation: u64) -> Option<usize> {
        let (send, told) = sync_channel(1);
        self.side.issue(Slot::Rest, generation, Running::Finish, move |side, _| {
            send.send(side.finder.as_ref().map(find::Seat::names)).ok();
            Answer::Rested
        });
        told.recv().unwrap_or_default()
    }

    fn keep(&self, (generation, running): Issue, known: Box<Had>, had: Box<Had>) -> usize {
        self.keeper.issue(Slot::Keep, generation, running, move |keeper, _| {
            let kept = keeper.write(&known, Had::clone(&had)).map(Box::new);
            Answer::Kept(had, kept)
        })
    }

    fn sort(
        &self,
        (generation, running): Issue,
        place: Place,
        query: Box<AggregateQuery>,
        (sort, limit): (Sort, usize),
    ) -> usize {
        self.side.issue(Slot::Page, generation, running, move |side, ticket| {
            Answer::Page(place, side::sorted(side, ticket, &query, sort, limit))
        })
    }

    fn page(
        &self,
        (generation, running): Issue,
        place: Place,
        query: Box<AggregateQuery>,
        limit: usize,
    ) -> usize {
        self.side.issue(Slot::Page, generation, running, move |side, ticket| {
            Answer::Page(place, side::page(side, ticket, &query, limit))
        })
    }

    fn find(&self, (generation, running): Issue, sought: Box<Sought>) -> usize {
        self.side.issue(Slot::Page, generation, running, move |side, ticket| {
            Answer::Finding(sought.place, find::find(side, ticket, &sought))
        })
    }

    fn tally(&self, (generation, running): Issue, filter: Arc<Filter>) -> usize {
        self.events.issue(Slot::Tally, generation, running, move |side, ticket| {
            let tally = events::count(side, ticket, &filter).map(Box::new);
            Answer::Tallied(filter, tally)
        })
    }

    fn projections(&self, (generation, running): Issue, asked: Asked) -> usize {
        self.events.issue(Slot::Projections, generation, running, move |side, ticket| {
            let (then, took) = side::projections(side, ticket, asked);
            Answer::Projections(asked, then, took)
        })
    }

    fn metrics(&self, (generation, running): Issue, asked: Asked) -> usize {
        self.events.issue(Slot::Metrics, generation, running, move |side, ticket| {
            let (then, took) = side::metrics(side, ticket, asked);
            Answer::Metrics(asked, then, took)
        })
    }

    fn letters(&self, (generation, running): Issue, of: String) -> usize {
        self.events.issue(Slot::Letters, generation, running, move |side, ticket| {
            let letters = side::letters(side, ticket, &of);
            Answer::Letters(of, letters)
        })
    }

    fn ahead(&self, (generation, running): Issue, of: String, skipped: Position) -> usize {
        self.events.issue(Slot::Ahead, generation, running, move |side, ticket| {
            let ahead = side::ahead(side, ticket, &of, skipped);
            Answer::Ahead(of, skipped, ahead)
        })
    }

    /// What takes long has a lane of its own: nothing that is ordered meanwhile waits for it.
    fn carry_out(&self, (generation, running): Issue, steward: Steward, order: Order) -> usize {
        if order.deed == Deed::Rebuild {
            return self.rebuild.issue(Slot::Rebuild, generation, running, move |(), ticket| {
                let halt = Halt::default();
                let ends = halt.clone();
                ticket.stop_with(Box::new(move || ends.raise()));
                let carried = steward.carry_out(&order, named, &halt);
                Answer::CarriedOut(order, carried)
            });
        }
        self.keeper.issue(Slot::Order, generation, running, move |_, _| {
            let carried = steward.carry_out(&order, named, &Halt::default());
            Answer::CarriedOut(order, carried)
        })
    }

    fn read_names(&self, (generation, running): Issue) -> usize {
        self.side.issue(Slot::Names, generation, running, |side, ticket| {
            Answer::Named(find::read(side, ticket))
        })
    }

    fn drop_names(&self, (generation, running): Issue) -> usize {
        self.side.issue(Slot::Names, generation, running, |side, _| {
            side.finder = None;
            Answer::Named(Ok(false))
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
        let running = effect.running();
        let issue = (generation, running);
        let replaced = match effect {
            Effect::Stop(slot) => {
                let waiting = self.play.cancel(slot) + self.side.cancel(slot);
                let waiting = waiting + self.events.cancel(slot) + self.rebuild.cancel(slot);
                return -(waiting as isize);
            }
            Effect::Copy(_) | Effect::Suspend(_) | Effect::Retake => return 0,
            Effect::Keep { known, had } => self.keep(issue, known, had),
            Effect::OpenStore => self.play.issue(slot, generation, running, play::open),
            Effect::LoadMoment { key, goal, refresh, rail, against, beside, .. } => {
                self.play.issue(slot, generation, running, move |front, ticket| {
                    let arrived = play::noticing(front, ticket, |front| {
                        play::moment(front, ticket, &key, goal, (refresh, against, beside), rail)
                    });
                    Answer::Arrived(key, arrived.map(Box::new))
                })
            }
            Effect::WalkOn { key, ride, rail } => {
                self.play.issue(slot, generation, running, move |front, ticket| {
                    let walked = play::noticing(front, ticket, |front| {
                        play::walk(front, ticket, &key, ride, rail)
                    });
                    Answer::Walked(key, walked.map(Box::new))
                })
            }
            Effect::SearchState { state, version, needle } => {
                self.play.issue(slot, generation, running, move |_, ticket| {
                    let cancelled = || ticket.cancelled();
                    Answer::Sought(sought::search(&state, version, &needle, &cancelled))
                })
            }
            Effect::TraceOn { key, paths, known } => {
                self.play.issue(slot, generation, running, move |front, ticket| {
                    let traced = play::noticing(front, ticket, |front| {
                        play::trace(front, ticket, &key, &paths, known)
                    });
                    Answer::Traced(key, paths, traced)
                })
            }
            Effect::DrawRail { key, rail } => {
                self.play.issue(slot, generation, running, move |front, _| {
                    let known = play::rail(front, &key, rail);
                    Answer::Drawn(key, known)
                })
            }
            Effect::FindPosition(position) => {
                self.play.issue(slot, generation, running, move |front, ticket| {
                    let found = play::noticing(front, ticket, |front| play::find(front, position));
                    Answer::Found(position, found)
                })
            }
            Effect::LoadPage(place, query, limit) => self.page(issue, place, query, limit),
            Effect::FindList(sought) => self.find(issue, sought),
            Effect::ReadNames => self.read_names(issue),
            Effect::DropNames => self.drop_names(issue),
            Effect::SortList(place, query, by) => self.sort(issue, place, query, by),
            Effect::LoadAround(key, query, limit) => {
                self.side.issue(slot, generation, running, move |side, ticket| {
                    let around = side::around(side, ticket, &key, &query, limit);
                    Answer::Around(key, around)
                })
            }
            Effect::LoadEvents(place, asked) => {
                self.events.issue(slot, generation, running, move |side, ticket| {
                    Answer::Events(place, events::page(side, ticket, &asked))
                })
            }
            Effect::TallyEvents(filter) => self.tally(issue, filter),
            Effect::LoadProjections(asked) => self.projections(issue, asked),
            Effect::LoadMetrics(asked) => self.metrics(issue, asked),
            Effect::LoadLetters(of) => self.letters(issue, of),
            Effect::LookAhead(of, skipped) => self.ahead(issue, of, skipped),
            Effect::CarryOut(steward, order) => self.carry_out(issue, steward, order),
            Effect::LoadEvent(key, version) => {
                self.events.issue(slot, generation, running, move |side, ticket| {
                    Answer::Event(events::one(side, ticket, &key, version))
                })
            }
            Effect::WatchStore { since, about, owed } => {
                self.side.issue(slot, generation, running, move |side, ticket| {
                    let (news, took) = side::news(side, ticket, &since, about.as_ref(), owed);
                    Answer::Watched(news, took)
                })
            }
            Effect::LoadSnapshots(key) => {
                self.side.issue(slot, generation, running, |side, ticket| {
                    let found = side::snapshots(side, ticket, &key);
                    Answer::Snapshots(key, found)
                })
            }
            Effect::CountStore => self.side.issue(slot, generation, running, |side, ticket| {
                let begun = Instant::now();
                let counts = side::counts(side, ticket);
                Answer::Counted(counts, begun.elapsed())
            }),
        };
        1 - replaced as isize
    }
}

//! Everything the screen knows, derived data included. Changed by [`super::update`] only, drawn by [`super::draw`] only.
//!
//! No I/O, no threads, no terminal.

pub(crate) mod alarm;
pub(crate) mod aspect;
pub(crate) mod base;
pub(crate) mod change;
pub(crate) mod copy;
pub(crate) mod destination;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod field;
mod focus;
pub(crate) mod had;
pub(crate) mod kinds;
pub(crate) mod lens;
pub(crate) mod letters;
pub(crate) mod list;
pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod marks;
pub(crate) mod metrics;
pub(crate) mod overlay;
pub(crate) mod palette;
pub(crate) mod pins;
pub(crate) mod play;
pub(crate) mod projections;
pub(crate) mod rail;
pub(crate) mod schemas;
pub(crate) mod scroll;
pub(crate) mod scrub;
pub(crate) mod sheet;
pub(crate) mod sight;
pub(crate) mod sought;
pub(crate) mod tour;
pub(crate) mod travel;
pub(crate) mod tree;
pub(crate) mod visits;
pub(crate) mod work;
pub(crate) mod woven;

use aspect::{Aspect, Raw};
use events::Events;
use had::Keeping;
use list::{Finding, List};
use live::Live;
use log::Log;
pub(crate) use log::{Message, Tone};
use marks::{Mark, Marks};
use overlay::Overlay;
use pins::Pins;
use play::Player;
use projections::Projections;
use schemas::Schemas;
use sought::{Seeking, Sought};
use travel::{Opening, Travel, Without};
use tree::Tree;
use visits::Visits;
use work::Work;

use super::Ending;
use super::action::Action;
use super::effect::Slot;
use super::input::Key;
use super::keymap::{Context, Keymap};
use super::layout::{Areas, Panel, Part, Screen, Shape, View};
use super::remover::Thing;
use super::theme::Theme;
use ratatui::layout::Rect;

use crate::fold::Tier;
use crate::model::{AggregateKey, Timestamp};
use crate::session::Steward;
use crate::store::{Bell, Capabilities, Counts, Head};
use crate::task::Running;

/// What is known of a store once it is open, sanitised.
#[derive(Clone, Debug)]
pub(crate) struct StoreFacts {
    /// What the person called it, without the folders before it.
    pub(crate) name: String,
    /// What a command calls it, as it is.
    pub(crate) source: String,
    /// Which layout on what: `eventsourcing (Python) on SQLite`.
    pub(crate) layout: String,
    /// What tells it from any other store that may stand in its place; `None` while it has no event.
    pub(crate) origin: Option<String>,
    /// Whether it can only be read.
    pub(crate) read_only: bool,
    /// Who writes to it when somebody orders it; `None` where nobody does.
    pub(crate) steward: Option<Steward>,
    /// What it records.
    pub(crate) capabilities: Capabilities,
    /// The reducer's name.
    pub(crate) reducer: String,
    /// How far its states can be trusted.
    pub(crate) tier: Tier,
    /// The chain that its events go through, as a command names it.
    pub(crate) upcast: Option<String>,
    /// What tells by itself that something may have been written, until somebody listens to it.
    pub(crate) bell: Option<Bell>,
    /// The member of the metadata that names the conversation, where its layout says so.
    pub(crate) correlation: Option<String>,
    /// What is wrong or doubtful about it as a whole.
    pub(crate) findings: Vec<crate::model::Finding>,
    /// The aggregate to begin with; the first of the list where `None`.
    pub(crate) first: Option<AggregateKey>,
    /// Its newest end as it was opened; `None` where nothing can be written to it.
    pub(crate) head: Option<Box<Head>>,
}

/// How far opening the store has come.
#[derive(Clone, Debug)]
pub(crate) enum Store {
    /// It is being opened; this is what the person called it.
    Opening(String),
    /// It is open.
    Open(Box<StoreFacts>),
}

/// Why the screen ends.
#[derive(Debug)]
pub(crate) enum Exit {
    /// The person left, or the terminal is gone.
    Quit,
    /// The system asked to.
    Told(Ending),
    /// The store could not be opened.
    Unopened(crate::session::SessionError),
    /// A background lane is gone.
    Lost,
}

/// All of it.
#[derive(Debug)]
pub(crate) struct Model {
    /// The themes that this terminal can show, the current one first.
    pub(crate) themes: Vec<Theme>,
    /// The keys.
    pub(crate) keymap: Keymap,
    /// Where everything stands.
    pub(crate) areas: Areas,
    /// The store.
    pub(crate) store: Store,
    /// How many there are, once counted.
    pub(crate) counts: Option<Counts>,
    /// Whether they are being counted.
    pub(crate) counting: bool,
    /// The screen that is shown.
    pub(crate) screen: Screen,
    /// All events of the store.
    pub(crate) events: Events,
    /// How far the projections are.
    pub(crate) projections: Projections,
    /// What was measured.
    pub(crate) metrics: metrics::Metrics,
    /// Where in time the whole store is looked at.
    pub(crate) scrub: scrub::Scrub,
    /// The screen that going one level back leads to.
    pub(crate) returning: Option<Screen>,
    /// The panel that has the keys on the Timeline screen.
    pub(crate) focus: Panel,
    /// The panel that a small screen shows.
    pub(crate) tab: Panel,
    /// How changes of the store are followed.
    pub(crate) live: Live,
    /// The aggregates.
    pub(crate) list: List,
    /// The aggregate that is looked at.
    pub(crate) travel: Option<Travel>,
    /// The aggregate that is being opened.
    pub(crate) opening: Option<Opening>,
    /// What was typed to send the playhead where it is going.
    pub(crate) asked: Option<String>,
    /// How far the playhead's way is: so many events folded, of so many.
    pub(crate) moving: Option<(u64, Option<u64>)>,
    /// What moves the playhead by itself.
    pub(crate) player: Player,
    /// The places of states that are watched.
    pub(crate) pins: Pins,
    /// What is searched for in the state.
    pub(crate) sought: Sought,
    /// How the state is shown.
    pub(crate) aspect: Aspect,
    /// In which schema the event is shown.
    pub(crate) schemas: Schemas,
    /// It as text.
    pub(crate) raw: Raw,
    /// The places it was sent away from.
    pub(crate) visits: Visits,
    /// The flags that were put on places.
    pub(crate) marks: Marks,
    /// The one that was taken away last.
    pub(crate) last_mark: Option<Mark>,
    /// The guided tour, once it was begun.
    pub(crate) tour: Option<tour::Tour>,
    /// What time it is.
    pub(crate) clock: fn() -> Timestamp,
    /// What stands over the panels.
    pub(crate) overlay: Overlay,
    /// The message in the last line.
    pub(crate) message: Option<Message>,
    /// All that was said.
    pub(crate) log: Log,
    /// What goes on in the background.
    pub(crate) work: Work,
    /// Whether the mouse was pressed on the rail: the playhead follows it until the next press, wherever it goes.
    pub(crate) dragging: bool,
    /// Keys of a chord that is not complete.
    pub(crate) pressed: Vec<Key>,
    /// The newest generation of each slot, and the oldest that is still worth an answer.
    generations: [(u64, u64); Slot::COUNT],
    /// Whether the picture has changed.
    pub(crate) dirty: bool,
    /// What is no longer shown, until the loop lets go of it elsewhere.
    pub(crate) gone: Vec<Thing>,
    /// How the store was left, and is left.
    pub(crate) keeping: Keeping,
    /// Why the screen ends, once it does.
    pub(crate) exit: Option<Exit>,
}

impl Model {
    /// Before the store is open.
    pub(crate) fn new(name: String, themes: Vec<Theme>, keymap: Keymap) -> Self {
        Self {
            themes,
            keymap,
            areas: Areas::default(),
            store: Store::Opening(name),
            counts: None,
            counting: false,
            screen: Screen::default(),
            events: Events::default(),
            projections: Projections::default(),
            metrics: metrics::Metrics::default(),
            scrub: scrub::Scrub::default(),
            returning: None,
            focus: Panel::List,
            tab: Panel::List,
            live: Live::default(),
            list: List::default(),
            travel: None,
            opening: None,
            asked: None,
            moving: None,
            player: Player::default(),
            pins: Pins::default(),
            sought: Sought::default(),
            aspect: Aspect::default(),
            schemas: Schemas::default(),
            raw: Raw::default(),
            visits: Visits::default(),
            marks: Marks::default(),
            last_mark: None,
            tour: None,
            clock: chrono::Utc::now,
            overlay: Overlay::None,
            message: None,
            log: Log::default(),
            work: Work::default(),
            dragging: false,
            pressed: Vec::new(),
            generations: [(0, 0); Slot::COUNT],
            dirty: true,
            gone: Vec::new(),
            keeping: Keeping::default(),
            exit: None,
        }
    }

    /// Whether the playhead, or another aggregate, is on its way to the screen.
    pub(crate) fn on_its_way(&self) -> bool {
        self.opening.is_some() || self.travel.as_ref().is_some_and(|travel| travel.going.is_some())
    }

    /// The generation for a new request.
    pub(crate) fn issue(&mut self, slot: Slot, running: Running) -> u64 {
        let Some((newest, oldest)) = self.generations.get_mut(slot as usize) else { return 0 };
        *newest += 1;
        if running == Running::Cancel {
            *oldest = *newest;
        }
        *newest
    }

    /// Whether an answer of this generation is still worth seeing.
    pub(crate) fn wants(&self, slot: Slot, generation: u64) -> bool {
        self.generations.get(slot as usize).is_some_and(|(_, oldest)| generation >= *oldest)
    }

    /// Whether an answer of this generation answers the newest request.
    pub(crate) fn is_newest(&self, slot: Slot, generation: u64) -> bool {
        self.generations.get(slot as usize).is_some_and(|(newest, _)| generation == *newest)
    }

    /// The colours.
    pub(crate) fn theme(&self) -> &Theme {
        // `themes` is never empty: see `Options`.
        &self.themes[0]
    }

    /// The places whose keys hold now, innermost first.
    pub(crate) fn contexts(&self) -> &'static [Context] {
        use Context::{
            Change, Event, EventList, Events, Everywhere, Facets, Filter, Find, Help, List,
            Palette, Payload, Prompt, Rail, State, Timeline,
        };
        if matches!(self.overlay, Overlay::None) && self.screen == Screen::Events {
            return match self.events.part {
                _ if self.events.sieve.typing => &[Filter],
                Part::Facets => &[Facets, Events, Everywhere],
                Part::List => &[EventList, Events, Everywhere],
                Part::Event => &[Payload, Events, Everywhere],
            };
        }
        if matches!(self.overlay, Overlay::None) && self.screen == Screen::Projections {
            return &[Context::Projections, Everywhere];
        }
        if matches!(self.overlay, Overlay::None) && self.screen == Screen::Metrics {
            return match self.metrics.whole {
                metrics::Whole::Not => &[Context::Metrics, Everywhere],
                metrics::Whole::At(_) => &[Context::Metric, Everywhere],
            };
        }
        match (&self.overlay, self.list.finding, self.focus) {
            (Overlay::GoTo(_), ..) => &[Prompt],
            (Overlay::Mark(_), ..) => &[Context::Mark],
            (Overlay::Marks(_), ..) => &[Context::Marks],
            (Overlay::Pins(_), ..) => &[Context::Pins],
            (Overlay::Letters(_), ..) => &[Context::Letters],
            (Overlay::Order(_), ..) => &[Context::Order],
            (Overlay::Compare(_), ..) => &[Context::Compare],
            (Overlay::Palette(_), ..) => &[Palette],
            (Overlay::Help(_), ..) => &[Help],
            (Overlay::Log(_), ..) => &[Context::Log],
            (Overlay::Work(_), ..) => &[Context::Work],
            (Overlay::Message(_), ..) => &[Context::Message],
            (Overlay::Value(_), ..) => &[Context::Value],
            (Overlay::None, Finding::Typing, _) => &[Find],
            (Overlay::None, _, Panel::List) => &[List, Timeline, Everywhere],
            (Overlay::None, _, Panel::Rail) => &[Rail, Timeline, Everywhere],
            (Overlay::None, _, Panel::State) if self.sought.seeking == Seeking::Typing => {
                &[Context::Seek]
            }
            (Overlay::None, _, Panel::State) if self.aspect == Aspect::Raw => {
                &[Context::Raw, Timeline, Everywhere]
            }
            (Overlay::None, _, Panel::State) => &[State, Timeline, Everywhere],
            (Overlay::None, _, Panel::Change) => &[Change, Timeline, Everywhere],
            (Overlay::None, _, Panel::Event) => &[Event, Timeline, Everywhere],
        }
    }

    /// Whether events go through a chain of upcasters.
    pub(crate) fn is_upcasting(&self) -> bool {
        matches!(&self.store, Store::Open(store) if store.upcast.is_some())
    }

    /// Whether an action would do anything to what is chosen.
    pub(crate) fn can(&self, action: Action) -> bool {
        if action == Action::StartTour {
            return self.has_tour();
        }
        if action == Action::StopWork {
            // Nothing stops what has ended or is paused.
            let Overlay::Work(book) = &self.overlay else { return true };
            return book.chosen().is_some_and(|row| match row {
                work::Row::Watch { shows, .. } => *shows,
                row => row.slot().is_some(),
            });
        }
        let on_tree = |what: fn(&Tree) -> bool| self.travel.as_ref().is_some_and(|t| what(&t.tree));
        if self.screen == Screen::Events {
            let chosen = matches!(action, Action::OpenEvent | Action::ShowValue);
            let facet = action == Action::ToggleFacet;
            if action == Action::SwitchSchema {
                return self.is_upcasting();
            }
            return (!chosen || self.events.chosen().is_some())
                && (!facet || self.events.facets.chosen().is_some());
        }
        if self.screen == Screen::Projections {
            let waits = || self.projections.chosen().is_some_and(|one| one.waiting.is_some());
            let orders = || {
                let has_one = matches!(&self.store, Store::Open(facts) if facts.steward.is_some());
                has_one && self.scrub.at.is_none() && self.projections.chosen().is_some()
            };
            return match action {
                Action::PauseProjection | Action::RebuildProjection => orders(),
                Action::SkipEvent => orders() && self.projections.stopped().is_some(),
                Action::RetryLetter => {
                    orders()
                        && matches!(&self.overlay, Overlay::Letters(of) if of.letter().is_some())
                }
                Action::ShowLetters => {
                    self.projections.chosen().is_some_and(|one| one.status.errors > Some(0))
                        || self.projections.stopped().is_some()
                }
                Action::OpenEvent => waits(),
                Action::Accept => {
                    !matches!(&self.overlay, Overlay::Letters(of) if of.position().is_none())
                }
                Action::GoEnd => self.scrub.at.is_some(),
                _ => true,
            };
        }
        if self.screen == Screen::Metrics {
            return match action {
                Action::GoEnd => self.scrub.at.is_some(),
                Action::GoToAlert => self.metrics.alert().is_some(),
                _ => true,
            };
        }
        match action {
            Action::OpenAggregate => self.list.chosen().is_some(),
            Action::ToggleFold => on_tree(Tree::can_toggle),
            Action::NextMatch | Action::PreviousMatch => self.sought.seeking != Seeking::Off,
            Action::TogglePin | Action::PreviousTouch | Action::NextTouch => {
                on_tree(|tree| tree.len() > 0)
            }
            Action::NextChange => on_tree(Tree::is_touched),
            Action::SwitchSchema => {
                self.travel.as_ref().is_some_and(|travel| schemas::has_ways(&travel.moment))
            }
            Action::ShowValue if self.focus == Panel::Event => {
                self.travel.as_ref().is_some_and(|travel| travel.moment.event.is_some())
            }
            Action::ShowValue if self.focus == Panel::Change => {
                self.travel.as_ref().is_some_and(|travel| travel.chosen_change().is_some())
            }
            Action::ShowValue | Action::CopyValue | Action::CopyPath | Action::CopySubtree => {
                on_tree(|tree| tree.len() > 0)
            }
            Action::StepBack
            | Action::StepForward
            | Action::StepBackTen
            | Action::StepForwardTen
            | Action::GoStart
            | Action::GoEnd
            | Action::GoTo
            | Action::SetMark
            | Action::Compare
            | Action::Play => self.travel.is_some() || self.opening.is_some(),
            _ => true,
        }
    }

    /// The key that does this here, and a word about it, where one does.
    pub(crate) fn hint(&self, action: Action, word: &str) -> Option<String> {
        self.keymap.hint(self.contexts(), action, word)
    }

    /// The lines that a panel shows, or would if it were not behind another tab.
    pub(crate) fn height(&self, panel: Panel) -> usize {
        usize::from(self.inside(panel, self.place_of(panel)).height)
    }

    /// What a panel scrolls in: below the line that says what the state is without, and above the one that says where
    /// the chosen value stands.
    pub(crate) fn inside(&self, panel: Panel, content: Rect) -> Rect {
        let Some(travel) = self.travel.as_ref().filter(|_| panel == Panel::State) else {
            return content;
        };
        let pinned = !self.pins.of(&travel.key.category).is_empty();
        let told = u16::from(travel.without != Without::Nothing) + u16::from(pinned);
        let told = told + u16::from(self.sought.seeking != Seeking::Off);
        let told = told + u16::from(self.aspect == Aspect::Beside);
        let told = told.min(content.height);
        // Elsewhere the frame has room for it.
        let framed = self.areas.shape != Shape::Small;
        let place = u16::from(!framed && (self.aspect == Aspect::Raw || travel.tree.is_deep()))
            .min(content.height - told);
        Rect { y: content.y + told, height: content.height - told - place, ..content }
    }

    /// The columns of a panel, also of one that is behind another tab; of the rail those for events.
    pub(crate) fn width(&self, panel: Panel) -> usize {
        let place = if panel == Panel::Rail { self.areas.track() } else { self.place_of(panel) };
        usize::from(place.width)
    }

    fn place_of(&self, panel: Panel) -> Rect {
        let behind = self.areas.shape != Shape::Wide && panel != Panel::Rail;
        if behind {
            Areas::of(self.areas.whole, View { tab: panel, ..self.view() }).content(panel)
        } else {
            self.areas.content(panel)
        }
    }

    /// From where a search in the state goes on.
    pub(crate) fn spot(&self) -> Option<sought::Spot> {
        if self.aspect == Aspect::Raw {
            return Some(self.raw.spot());
        }
        self.travel.as_ref()?.tree.spot()
    }

    /// What is looked at.
    pub(crate) fn view(&self) -> View {
        View {
            screen: self.screen,
            tab: self.tab,
            part: self.events.part,
            projections: u16::try_from(self.projections.rows().len()).unwrap_or(u16::MAX),
            metrics: self.metrics.extent(),
            tour: self.is_on_tour(),
            beside: self.aspect == Aspect::Beside,
        }
    }

    fn part_of(&self, part: Part) -> Rect {
        Areas::of(self.areas.whole, View { part, ..self.view() }).events.content(part)
    }

    /// The lines that a part of the Events screen shows, or would if it were not behind another tab.
    pub(crate) fn part_height(&self, part: Part) -> usize {
        usize::from(self.part_of(part).height)
    }

    /// The columns of a part of the Events screen, also of one that is behind another tab.
    pub(crate) fn part_width(&self, part: Part) -> usize {
        usize::from(self.part_of(part).width)
    }
}

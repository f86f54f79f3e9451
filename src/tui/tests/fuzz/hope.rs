//! Where the playhead ought to be after each thing that is done: a model of travelling that knows versions, the places
//! that were jumped from, and nothing of how any of it is read, kept or drawn.

use crate::model::AggregateKey;
use crate::tui::Action;
use crate::tui::input::{Input, Key};
use crate::tui::keymap::Meaning;
use crate::tui::layout::{Panel, Screen};
use crate::tui::model::Model;
use crate::tui::model::list::Finding;
use crate::tui::model::overlay::Overlay;
use crate::tui::model::play::Way;
use crate::tui::model::travel::Walked;

use super::deed::Act;
use super::meant::{asks_to_quit, does_at_once, is_of_metrics, meaning, moves_cursor, scrubs};
use super::truth::{History, Truth};
use super::ways::{Spot, Ways};

/// Where the playhead ought to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hope {
    /// There.
    At(Spot),
    /// There, or elsewhere in that aggregate; then the place it left is one to come back to.
    Within(Spot),
    /// There, or at the newest version of the aggregate that the list's cursor came to.
    Listed(Spot),
    /// Nobody knows: several things happened at once, or what was typed leads too far.
    Anywhere,
}

/// What ought to be, step by step.
#[derive(Debug)]
pub(super) struct Oracle<'a> {
    truth: &'a Truth,
    pub(super) hope: Hope,
    /// `None` once something was done of which nobody knows what it led to.
    pub(super) ways: Option<Ways>,
    /// Whether the person asked to leave.
    pub(super) quits: bool,
    /// Whether the place is a jump to be remembered where it turns out that the playhead moved.
    remembers: Remembers,
    /// Whether a position is looked for: only then is it known where the jump goes, and where it began.
    searches: bool,
    /// Where the list's cursor was when everything had been answered last.
    chosen: Option<AggregateKey>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Remembers {
    Nothing,
    Jump,
    Series,
}

impl<'a> Oracle<'a> {
    pub(super) fn new(truth: &'a Truth) -> Self {
        Self {
            truth,
            hope: Hope::Anywhere,
            ways: None,
            quits: false,
            remembers: Remembers::Nothing,
            searches: false,
            chosen: None,
        }
    }

    /// Everything was answered, and this is where the playhead is.
    pub(super) fn settle(
        &mut self,
        here: Option<Spot>,
        chosen: Option<&AggregateKey>,
    ) -> Result<(), String> {
        let wrong =
            |told: String| Err(format!("the playhead ought to be {told}, and is at {here:?}"));
        let remembers = std::mem::replace(&mut self.remembers, Remembers::Nothing);
        match (std::mem::replace(&mut self.hope, Hope::Anywhere), &here) {
            (Hope::Anywhere, _) => self.ways = None,
            (Hope::At(spot), here) if here.as_ref() != Some(&spot) => {
                return wrong(format!("at {spot:?}"));
            }
            (Hope::Within((key, before)), Some((shown, now))) if *shown == key => {
                let (before, there) = ((key, before), (shown.clone(), *now));
                match (&mut self.ways, remembers) {
                    _ if before == there => {}
                    (Some(ways), Remembers::Jump) => ways.leave(&before),
                    (Some(ways), Remembers::Series) => ways.go_on(&before, &there),
                    _ => {}
                }
            }
            (Hope::Within((key, _)), _) => return wrong(format!("in {key}")),
            (Hope::Listed(before), here) => {
                let stays = chosen == self.chosen.as_ref();
                let key = chosen.unwrap_or(&before.0);
                let last = || self.truth.of(key).map_or(0, History::last);
                let spot = if *key == before.0 { before.clone() } else { (key.clone(), last()) };
                // A cursor that stays may stand on what was stopped on its way to the screen.
                let waits = stays && here.as_ref() == Some(&before);
                if here.as_ref() != Some(&spot) && !waits {
                    return wrong(format!("at {spot:?}, where the list's cursor is"));
                }
                let moved = remembers == Remembers::Jump && here.as_ref() != Some(&before);
                if let Some(ways) = self.ways.as_mut().filter(|_| moved) {
                    ways.leave(&before);
                }
            }
            _ => {}
        }
        self.hope = here.map_or(Hope::Anywhere, Hope::At);
        self.chosen = chosen.cloned();
        Ok(())
    }

    /// Something is about to be done; what was done before it is answered, or not.
    pub(super) fn expect(&mut self, model: &Model, act: &Act, answered: bool) {
        let is_searched = std::mem::take(&mut self.searches) && !answered;
        let Some(here) = self.known().filter(|_| !is_searched) else {
            self.hope = Hope::Anywhere;
            self.quits |= asks_to_quit(model, act);
            return;
        };
        self.quits |= asks_to_quit(model, act);
        let next = match act {
            Act::Tick => Hope::At(here),
            Act::Ring => self.ring(model, here),
            Act::Input(Input::Key(key)) => self.key(model, *key, here),
            Act::Input(input) => self.mouse(model, input, here),
        };
        // What is on its way is one thing to be sure of, steps and jumps on from there another.
        self.hope = match next {
            Hope::At(spot) if answered || model.opening.is_none() => Hope::At(spot),
            next if answered => next,
            _ => Hope::Anywhere,
        };
        if self.hope == Hope::Anywhere {
            self.remembers = Remembers::Nothing;
        }
    }

    fn known(&self) -> Option<Spot> {
        match &self.hope {
            Hope::At(spot) => Some(spot.clone()),
            _ => None,
        }
    }

    fn ring(&self, model: &Model, here: Spot) -> Hope {
        match model.player.playing {
            Some(_) if model.on_its_way() => Hope::Anywhere,
            Some(way) => self.step(here, way.step()),
            None => Hope::At(here),
        }
    }

    fn key(&mut self, model: &Model, key: Key, here: Spot) -> Hope {
        match meaning(model, key) {
            Meaning::Run(action) => self.act(model, action, here),
            Meaning::Prefix => Hope::At(here),
            // What is typed into the search of the list finds another aggregate.
            Meaning::Nothing => self.typed(model, here),
        }
    }

    fn typed(&mut self, model: &Model, here: Spot) -> Hope {
        let finds = matches!(model.overlay, Overlay::None) && model.list.finding == Finding::Typing;
        if finds && model.screen == Screen::Timeline {
            self.listed(model, here)
        } else {
            Hope::At(here)
        }
    }

    fn listed(&mut self, model: &Model, here: Spot) -> Hope {
        if model.travel.as_ref().is_some_and(|travel| travel.touched) {
            self.remembers = Remembers::Jump;
        }
        Hope::Listed(here)
    }

    fn mouse(&mut self, model: &Model, input: &Input, here: Spot) -> Hope {
        let bare = matches!(model.overlay, Overlay::None);
        let over = |x: u16, y: u16| {
            model.areas.panel_at(x, y).filter(|_| model.screen == Screen::Timeline)
        };
        match does_at_once(model, input) {
            Some(Meaning::Run(action)) => return self.act(model, action, here),
            Some(_) => return Hope::At(here),
            None => {}
        }
        match input {
            Input::Paste(_) => self.typed(model, here),
            Input::Resize(..) | Input::Release(..) => Hope::At(here),
            Input::Click(..) if !bare => match model.overlay {
                // A line of the help does what it tells of, and the second click on a dead letter opens it.
                Overlay::Palette(_)
                | Overlay::Marks(_)
                | Overlay::Help(_)
                | Overlay::Letters(_) => Hope::Anywhere,
                _ => Hope::At(here),
            },
            Input::Click(..) if model.screen == Screen::Events => Hope::Anywhere,
            Input::Click(..) if matches!(model.screen, Screen::Projections | Screen::Metrics) => {
                Hope::At(here)
            }
            Input::Click(x, y) => match over(*x, *y) {
                Some(Panel::Rail) => {
                    self.remembers = Remembers::Jump;
                    Hope::Within(here)
                }
                _ => self.listed(model, here),
            },
            Input::Drag(..) => Hope::Within(here),
            Input::Wheel(down, x, y) => {
                self.wheel(model, *down, over(*x, *y).filter(|_| bare), here)
            }
            Input::Zoom(_, x, y) if bare && over(*x, *y) == Some(Panel::Rail) => Hope::At(here),
            Input::Zoom(closer, x, y) => {
                self.wheel(model, !closer, over(*x, *y).filter(|_| bare), here)
            }
            Input::Key(key) => self.key(model, *key, here),
        }
    }

    fn wheel(&mut self, model: &Model, down: bool, over: Option<Panel>, here: Spot) -> Hope {
        match over {
            Some(Panel::Rail) => self.step(here, if down { 1 } else { -1 }),
            Some(Panel::List) => self.listed(model, here),
            _ => Hope::At(here),
        }
    }

    fn act(&mut self, model: &Model, action: Action, here: Spot) -> Hope {
        if !matches!(model.overlay, Overlay::None) {
            return match (action, &model.overlay) {
                (Action::Accept, Overlay::GoTo(prompt)) => self.go_to(prompt.field.text(), here),
                (Action::Accept, Overlay::Marks(list)) => match list.chosen() {
                    Some(mark) => {
                        let spot = mark.spot();
                        self.jump(&here, (spot.key, spot.version.0))
                    }
                    None => Hope::At(here),
                },
                (Action::Accept, Overlay::Palette(palette)) => match palette.action() {
                    Some(action) => self.bare(model, action, here),
                    None => Hope::At(here),
                },
                (Action::Accept, Overlay::Letters(of)) => match of.position() {
                    Some(position) => self.at_position(position.0, here),
                    None => Hope::At(here),
                },
                // What is written about projections moves nobody.
                (
                    Action::Accept,
                    Overlay::Mark(_) | Overlay::Compare(_) | Overlay::Help(_) | Overlay::Order(_),
                ) => Hope::At(here),
                (Action::Accept, _) => Hope::Anywhere,
                _ => Hope::At(here),
            };
        }
        self.bare(model, action, here)
    }

    /// Where nothing stands over the panels.
    fn bare(&mut self, model: &Model, action: Action, here: Spot) -> Hope {
        if model.screen == Screen::Projections {
            match action {
                Action::OpenEvent => {
                    let waiting = model.projections.chosen().and_then(|one| one.waiting.as_ref());
                    let Some(event) = waiting.filter(|event| event.version.0 > 0) else {
                        return Hope::At(here);
                    };
                    return self.jump(&here, (event.key(), event.version.0));
                }
                Action::SkipEvent
                | Action::PauseProjection
                | Action::RebuildProjection
                | Action::ShowLetters
                | Action::RetryLetter => return Hope::At(here),
                _ if scrubs(action) || moves_cursor(action) => return Hope::At(here),
                _ => {}
            }
        }
        if model.screen == Screen::Metrics && is_of_metrics(action) {
            return Hope::At(here);
        }
        if model.screen == Screen::Events {
            match action {
                Action::OpenEvent => {
                    let Some(row) = model.events.chosen() else { return Hope::At(here) };
                    let version = row.version.0;
                    return if version == 0 {
                        Hope::At(here)
                    } else {
                        self.jump(&here, (row.key.clone(), version))
                    };
                }
                Action::Accept
                | Action::Back
                | Action::Refresh
                | Action::StopWork
                | Action::FocusNext
                | Action::FocusPrevious
                | Action::ShowValue
                | Action::SwitchSchema => return Hope::At(here),
                _ if moves_cursor(action) => return Hope::At(here),
                _ => {}
            }
        }
        let of = self.truth.of(&here.0);
        match action {
            Action::StepBack => self.step(here, -1),
            Action::StepForward => self.step(here, 1),
            Action::StepBackTen => self.step(here, -10),
            Action::StepForwardTen => self.step(here, 10),
            Action::GoStart => self.jump(&here, (here.0.clone(), 0)),
            Action::GoEnd => self.jump(&here, (here.0.clone(), of.map_or(0, History::last))),
            Action::CursorTop | Action::CursorBottom if model.focus == Panel::Rail => {
                let end = if action == Action::CursorTop { 0 } else { of.map_or(0, History::last) };
                self.jump(&here, (here.0.clone(), end))
            }
            // It is looked for among those that are read by then.
            Action::NextOfType
                if model.travel.as_ref().is_some_and(|travel| travel.walked != Walked::Whole) =>
            {
                self.remembers = Remembers::Series;
                Hope::Within(here)
            }
            Action::NextOfType => self.of_type(here, true),
            Action::PreviousOfType => self.of_type(here, false),
            Action::GoBack | Action::GoForth => self.walk_back(here, action == Action::GoBack),
            Action::Play => self.play(model, here, Way::Forward),
            Action::PlayBack => self.play(model, here, Way::Back),
            Action::NextTouch | Action::PreviousTouch => {
                self.remembers = Remembers::Series;
                Hope::Within(here)
            }
            _ if moves_cursor(action) => match model.focus {
                Panel::List => self.listed(model, here),
                _ => Hope::At(here),
            },
            Action::OpenAggregate
            | Action::Accept
            | Action::SortAggregates
            | Action::Refresh
            | Action::ClearFind
            | Action::Back
            | Action::StopWork => self.listed(model, here),
            _ => Hope::At(here),
        }
    }

    fn step(&self, (key, version): Spot, by: i64) -> Hope {
        let Some(history) = self.truth.of(&key) else { return Hope::Anywhere };
        let place =
            history.place(version).saturating_add_signed(by as isize).min(history.facts.len());
        Hope::At((key, history.version(place)))
    }

    fn jump(&mut self, here: &Spot, there: Spot) -> Hope {
        if let Some(ways) = &mut self.ways {
            ways.leave(here);
        }
        Hope::At(there)
    }

    fn of_type(&mut self, here: Spot, forward: bool) -> Hope {
        let Some(history) = self.truth.of(&here.0) else { return Hope::Anywhere };
        let Some(at) = history.place(here.1).checked_sub(1) else { return Hope::At(here) };
        let kind = &history.facts[at].kind;
        let (before, after) = history.facts.split_at(at);
        let mut after = after.iter().skip(1);
        let is = |fact: &&super::truth::Fact| fact.kind == *kind;
        let found = if forward { after.find(is) } else { before.iter().rev().find(is) };
        let Some(found) = found else { return Hope::At(here) };
        let there = (here.0.clone(), found.version);
        if let Some(ways) = &mut self.ways {
            ways.go_on(&here, &there);
        }
        Hope::At(there)
    }

    fn walk_back(&mut self, here: Spot, back: bool) -> Hope {
        let Some(ways) = &mut self.ways else { return Hope::Anywhere };
        let spot = if back { ways.back(&here) } else { ways.forth(&here) };
        Hope::At(spot.unwrap_or(here))
    }

    fn play(&mut self, model: &Model, here: Spot, way: Way) -> Hope {
        let Some(history) = self.truth.of(&here.0) else { return Hope::Anywhere };
        if model.player.playing == Some(way) && model.screen == Screen::Timeline {
            return Hope::At(here);
        }
        let (end, other) = match way {
            Way::Forward => (history.last(), 0),
            Way::Back => (0, history.last()),
        };
        if here.1 == end {
            return self.jump(&here, (here.0.clone(), other));
        }
        self.step(here, way.step())
    }

    /// The event at a position, where there is one.
    fn at_position(&mut self, position: i64, here: Spot) -> Hope {
        self.searches = true;
        match self.truth.at_position(position) {
            Some(spot) => self.jump(&here, spot),
            None => Hope::At(here),
        }
    }

    /// A version that is typed; of what else can be typed, only that it leads nowhere else.
    fn go_to(&mut self, typed: &str, here: Spot) -> Hope {
        let Some(history) = self.truth.of(&here.0) else { return Hope::Anywhere };
        let typed = typed.trim();
        if typed.is_empty() {
            return Hope::At(here);
        }
        if let Some(position) = typed.strip_prefix('#') {
            return if let Ok(position) = position.trim().parse() {
                self.at_position(position, here)
            } else {
                self.searches = true;
                Hope::At(here)
            };
        }
        let place = match typed.strip_prefix('v').unwrap_or(typed).parse::<u64>() {
            Ok(version) if version > history.last() => return Hope::At(here),
            Ok(version) => history.place(version),
            Err(_) => {
                match (typed, typed.strip_prefix('-').and_then(|back| back.parse::<usize>().ok())) {
                    ("first", _) => history.facts.len().min(1),
                    ("last", _) => history.facts.len(),
                    (_, Some(back)) if back <= history.facts.len() => history.facts.len() - back,
                    (_, Some(_)) => return Hope::At(here),
                    // A time, a mark, or nothing at all.
                    _ => {
                        self.ways = None;
                        return Hope::Anywhere;
                    }
                }
            }
        };
        let there = (here.0.clone(), history.version(place));
        self.jump(&here, there)
    }
}

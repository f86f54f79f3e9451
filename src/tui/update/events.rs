//! The Events screen: its cursor, its pages, the chosen event, the way from it to its aggregate.

pub(super) mod mouse;
pub(super) mod sieve;

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::{Part, Screen, Shape};
use super::super::model::events::{Onward, Page, Place, Whole};
use super::super::model::overlay::{FullValue, Overlay};
use super::super::model::visits::Spot;
use super::super::model::{Model, Store, Tone};
use super::{fail, list, live, tell, travel, visit};
use crate::model::Version;
use crate::session::SessionError;
use crate::text::human;

/// The lines of the list.
pub(super) fn height(model: &Model) -> usize {
    model.part_height(Part::List)
}

/// Reads a page.
pub(super) fn load(model: &mut Model, place: Place) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    model.events.loading = Some(place);
    if model.events.onward == Onward::Halted {
        model.events.onward = Onward::Wanted;
    }
    vec![Effect::LoadEvents(place, Box::new(model.events.asked(place)))]
}

/// The first page, where somebody asked for it before the store was open.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    if model.screen != Screen::Events {
        return Vec::new();
    }
    let mut effects = load(model, Place::End);
    effects.extend(sieve::count_on(model));
    effects
}

/// Reads on where the cursor needs it, and shows the chosen event.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let mut effects = show(model);
    if let Some(place) = model.events.wanted(height(model)) {
        effects.extend(load(model, place));
    }
    effects
}

/// Shows the chosen event; a large one is read first.
pub(super) fn show(model: &mut Model) -> Vec<Effect> {
    let width = model.part_width(Part::Event);
    let correlation = travel::correlation(&model.store);
    if !model.events.show(width, correlation, model.schemas) {
        return Vec::new();
    }
    let chosen = model.events.chosen();
    chosen.map_or_else(Vec::new, |row| vec![Effect::LoadEvent(row.key.clone(), row.version)])
}

/// Takes a page in.
pub(super) fn arrived(
    model: &mut Model,
    place: Place,
    page: Result<Page, SessionError>,
) -> Vec<Effect> {
    let height = height(model);
    match page {
        Ok(page) => {
            if !model.events.take(place, page, height) {
                return load(model, Place::End);
            }
            let mut effects = follow(model);
            if model.events.loading.is_none() && model.events.onward == Onward::Again {
                model.events.onward = Onward::Wanted;
                effects.extend(reread(model));
            }
            effects
        }
        Err(error) => {
            model.events.loading = None;
            fail(model, &error);
            Vec::new()
        }
    }
}

/// Takes in what was read for itself.
pub(super) fn loaded(model: &mut Model, found: Result<Vec<Whole>, SessionError>) -> Vec<Effect> {
    match found {
        Ok(events) => {
            let Some(row) = model.events.chosen() else { return Vec::new() };
            // A version that stands there twice is told apart by the rest.
            if let Some(event) = events.into_iter().find(|one| row.is(&one.event)) {
                model.events.take_event(event);
                return show(model);
            }
            tell(model, Tone::Bad, "this event is not there any more");
        }
        Err(error) => fail(model, &error),
    }
    Vec::new()
}

/// Makes again what depends on the size.
pub(super) fn fit(model: &mut Model) -> Vec<Effect> {
    let height = height(model);
    let len = model.events.rows().len();
    model.events.scroll.settle(len, height);
    if model.screen == Screen::Events && model.events.loaded { follow(model) } else { Vec::new() }
}

/// Gives the keys to a part, and shows it.
pub(super) fn focus(model: &mut Model, part: Part) -> Vec<Effect> {
    model.events.part = part;
    super::resize(model, model.areas.whole)
}

fn focus_by(model: &mut Model, by: isize) -> Vec<Effect> {
    let parts: &[Part] = if model.areas.shape == Shape::Wide { &Part::ALL } else { &Part::TABS };
    let here = parts.iter().position(|part| *part == model.events.part).unwrap_or(0) as isize;
    let next = (here + by).rem_euclid(parts.len() as isize) as usize;
    parts.get(next).map_or_else(Vec::new, |part| focus(model, *part))
}

/// What an action does on this screen; `None` where it is none of its own.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    Some(match action {
        Action::Accept if model.events.sieve.typing && !model.events.sieve.offer.chosen => {
            sieve::accept(model)
        }
        Action::Accept | Action::CompleteFilter if model.events.sieve.typing => {
            model.events.sieve.complete(chrono::Utc::now());
            Vec::new()
        }
        Action::FilterEvents => {
            let effects = focus(model, Part::List);
            model.events.sieve.begin();
            effects
        }
        Action::UndoFilter => sieve::step(model, true),
        Action::RedoFilter => sieve::step(model, false),
        Action::ToggleFacet => sieve::toggle_facet(model),
        Action::StopWork => stop(model),
        Action::Back => back(model),
        Action::FocusNext => focus_by(model, 1),
        Action::FocusPrevious => focus_by(model, -1),
        Action::OpenEvent => open(model),
        Action::SwitchSchema => switch_schema(model),
        Action::ShowValue => {
            match payload(model) {
                Some(value) => model.overlay = Overlay::Value(value),
                None if model.events.event().is_some() => {
                    tell(model, Tone::Note, "the payload is no JSON");
                }
                None => {}
            }
            Vec::new()
        }
        action if super::lines_of(action, 1).is_some() => scroll(model, action),
        Action::Refresh => refresh(model),
        _ => return None,
    })
}

/// One level back: from typing, from another part, from a search, from the filter.
fn back(model: &mut Model) -> Vec<Effect> {
    if model.events.sieve.typing {
        (model.events.sieve.typing, model.events.sieve.mistake) = (false, None);
        return Vec::new();
    }
    if model.events.part != Part::List {
        return focus(model, Part::List);
    }
    if model.events.loading.is_some() || model.events.sieve.is_on() && sieve::is_counting(model) {
        return stop(model);
    }
    if model.events.sieve.is_on() {
        let effects = sieve::put(model, "");
        let undo = model.hint(Action::UndoFilter, "brings the filter back");
        tell(model, Tone::Note, &undo.unwrap_or_else(|| "all events again".to_owned()));
        return effects;
    }
    Vec::new()
}

/// Shows all events in another schema, as the Event panel of the Timeline does: the choice is one.
fn switch_schema(model: &mut Model) -> Vec<Effect> {
    if !model.can(Action::SwitchSchema) {
        tell(model, Tone::Note, "events go through no chain of upcasters: --upcast names one");
        return Vec::new();
    }
    model.schemas = model.schemas.next();
    model.events.turn();
    travel::show_event(model);
    let mut effects = show(model);
    effects.extend(super::resize(model, model.areas.whole));
    effects
}

fn payload(model: &Model) -> Option<FullValue> {
    let row = model.events.chosen()?;
    let event = model.events.event()?;
    let (kind, _) = row.shown(model.schemas);
    let place = format!("Payload of {} v{} {kind}", row.key.id, row.version);
    let Some(way) = model.schemas.shown_of(model.events.upcasted()) else {
        return Some(FullValue::new(&place, event.data.value().ok()?));
    };
    let parts = way.parts.iter().filter_map(|part| part.event.data.value().ok());
    Some(FullValue::of(&place, parts.map(|value| ("", value)).collect()))
}

fn scroll(model: &mut Model, action: Action) -> Vec<Effect> {
    let part = model.events.part;
    let height = model.part_height(part);
    let Some(by) = super::lines_of(action, height) else { return Vec::new() };
    if model.events.sieve.typing {
        model.events.sieve.offer.move_by(by, height);
        return Vec::new();
    }
    if part == Part::Facets {
        model.events.facets.move_by(by, height);
        return Vec::new();
    }
    if part == Part::Event {
        let len = model.events.view.len;
        model.events.view.scroll.slide(by, len, height);
        return Vec::new();
    }
    let end = match action {
        Action::CursorTop => Some(Place::Start),
        Action::CursorBottom => Some(Place::End),
        _ => None,
    };
    if let Some(place) = end.filter(|place| !model.events.reaches(*place)) {
        return load(model, place);
    }
    let len = model.events.rows().len();
    model.events.scroll.move_by(by, len, height);
    follow(model)
}

/// Reads the end again where the cursor stands on it, and what is new after it otherwise.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let mut effects = vec![list::count(model)];
    let sieve = &mut model.events.sieve;
    (sieve.stopped, model.events.onward) = (false, Onward::Wanted);
    effects.extend(reread(model));
    effects.extend(live::reread(model));
    effects
}

/// Reads what may have come; a cursor on the newest event goes on to the newest one there is then.
pub(super) fn reread(model: &mut Model) -> Vec<Effect> {
    // What nobody has looked at yet is read when somebody does.
    if !model.events.loaded {
        return if model.screen == Screen::Events { begin(model) } else { Vec::new() };
    }
    let sieve = &mut model.events.sieve;
    (sieve.whole.done, sieve.wanted.done) = (false, false);
    let mut effects = sieve::count_on(model);
    if model.events.onward == Onward::Halted {
        return effects;
    }
    if model.events.loading.is_some() {
        // What is under way is not begun again, however often somebody writes.
        model.events.onward = Onward::Again;
    } else {
        model.events.reopen();
        effects.extend(load(model, Place::Below));
    }
    effects
}

/// Opens the aggregate of the chosen event at its version, on the Timeline screen.
fn open(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.events.chosen() else { return Vec::new() };
    let (key, version) = (row.key.clone(), row.version);
    if version == Version::ZERO {
        let told = "this event has no version, so there is no state to show at it";
        tell(model, Tone::Note, told);
        return Vec::new();
    }
    let mut effects = super::screen::show(model, Screen::Timeline);
    effects.extend(super::focus(model, super::Panel::State));
    model.returning = Some(Screen::Events);
    effects.extend(visit::jump(model, Spot { key, version }));
    effects
}

/// Stops searching and counting.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let busy = model.events.loading.is_some() || sieve::is_counting(model) && model.events.loaded;
    (model.events.loading, model.events.onward) = (None, Onward::Halted);
    model.events.sieve.stopped = true;
    if busy {
        let tally = model.events.sieve.tally();
        let counted = human::count(tally.examined);
        let mut told = format!("stopped after {counted} events");
        if let Some(hint) = model.hint(Action::Refresh, "goes on") {
            told = format!("{told}; {hint}");
        }
        tell(model, Tone::Note, &told);
    }
    vec![Effect::Stop(Slot::Events), Effect::Stop(Slot::Tally)]
}

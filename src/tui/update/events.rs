//! The Events screen: its cursor, its pages, the chosen event, the way from it to its aggregate.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::{Part, Screen, Shape};
use super::super::model::events::{Page, Place};
use super::super::model::overlay::{FullValue, Overlay};
use super::super::model::visits::Spot;
use super::super::model::{Model, Store, Tone};
use super::{fail, list, live, tell, travel, visit};
use crate::model::{Event, Version};
use crate::session::SessionError;

/// The lines of the list.
pub(super) fn height(model: &Model) -> usize {
    model.part_height(Part::List)
}

/// Shows a screen.
pub(super) fn show_screen(model: &mut Model, screen: Screen) -> Vec<Effect> {
    model.events.returning = false;
    if model.screen == screen {
        return Vec::new();
    }
    model.screen = screen;
    // Nobody sees it play.
    model.player.pause();
    let mut effects = super::resize(model, model.areas.whole);
    if screen == Screen::Events && !model.events.loaded && model.events.loading.is_none() {
        effects.extend(load(model, Place::End));
    }
    effects
}

/// Reads a page.
pub(super) fn load(model: &mut Model, place: Place) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    model.events.loading = Some(place);
    let (query, limit) = (model.events.query(place), model.events.limit(place));
    vec![Effect::LoadEvents(place, Box::new(query), limit)]
}

/// The first page, where somebody asked for it before the store was open.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    if model.screen == Screen::Events { load(model, Place::End) } else { Vec::new() }
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
    if !model.events.show(width, correlation) {
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
            if model.events.take(place, page, height) {
                follow(model)
            } else {
                load(model, Place::End)
            }
        }
        Err(error) => {
            model.events.loading = None;
            fail(model, &error);
            Vec::new()
        }
    }
}

/// Takes in what was read for itself.
pub(super) fn loaded(model: &mut Model, found: Result<Vec<Event>, SessionError>) -> Vec<Effect> {
    match found {
        Ok(events) => {
            let Some(row) = model.events.chosen() else { return Vec::new() };
            // A version that stands there twice is told apart by the rest.
            if let Some(event) = events.into_iter().find(|event| row.is(event)) {
                model.events.take_event(Box::new(event));
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
        Action::Back => back(model),
        Action::FocusNext => focus_by(model, 1),
        Action::FocusPrevious => focus_by(model, -1),
        Action::OpenEvent => open(model),
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
        Action::CursorUp
        | Action::CursorDown
        | Action::PageUp
        | Action::PageDown
        | Action::CursorTop
        | Action::CursorBottom => scroll(model, action),
        Action::Refresh => refresh(model),
        _ => return None,
    })
}

/// One level back.
fn back(model: &mut Model) -> Vec<Effect> {
    if model.events.part == Part::List { Vec::new() } else { focus(model, Part::List) }
}

fn payload(model: &Model) -> Option<FullValue> {
    let row = model.events.chosen()?;
    let event = model.events.event()?;
    let place = format!("Payload of {} v{} {}", row.key.id, row.version, row.kind);
    Some(FullValue::new(&place, event.data.value().ok()?))
}

fn scroll(model: &mut Model, action: Action) -> Vec<Effect> {
    let part = model.events.part;
    let height = model.part_height(part);
    let Some(by) = super::lines_of(action, height) else { return Vec::new() };
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
    effects.extend(reread(model));
    effects.extend(live::reread(model));
    effects
}

/// Reads what may have come; a cursor on the newest event goes on to the newest one there is then.
pub(super) fn reread(model: &mut Model) -> Vec<Effect> {
    let at_end = model.events.scroll.cursor + 1 >= model.events.rows().len();
    let mut effects = Vec::new();
    if at_end && model.events.reaches(Place::End) {
        effects.extend(load(model, Place::End));
    } else {
        effects.extend(load(model, Place::Again));
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
    let mut effects = show_screen(model, Screen::Timeline);
    effects.extend(super::focus(model, super::Panel::State));
    model.events.returning = true;
    effects.extend(visit::jump(model, Spot { key, version }));
    effects
}

pub(super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let places = model.areas.events;
    if model.areas.shape != Shape::Wide && places.tabs.contains((x, y).into()) {
        let tab = super::super::panel::tabs::part_at(&model.areas, x);
        if let Some(part) = tab {
            return focus(model, part);
        }
    }
    let Some(part) = places.part_at(x, y) else { return Vec::new() };
    let had_keys = model.events.part == part;
    let mut effects = focus(model, part);
    let content = model.areas.events.content(part);
    let line = y.checked_sub(content.y).filter(|line| *line < content.height).map(usize::from);
    if let (Part::List, Some(line)) = (part, line) {
        let (line, len) = (line + model.events.scroll.offset, model.events.rows().len());
        if line < len {
            // The second click on a line opens it.
            let again = had_keys && model.events.scroll.cursor == line;
            model.events.scroll.move_to(line, len, usize::from(content.height));
            effects.extend(if again { open(model) } else { follow(model) });
        }
    }
    effects
}

pub(super) fn wheel(model: &mut Model, by: isize, x: u16, y: u16) -> Vec<Effect> {
    let Some(part) = model.areas.events.part_at(x, y) else { return Vec::new() };
    let height = model.part_height(part);
    match part {
        Part::List => {
            let len = model.events.rows().len();
            model.events.scroll.wheel(by, len, height);
            follow(model)
        }
        Part::Event => {
            let len = model.events.view.len;
            model.events.view.scroll.slide(by, len, height);
            Vec::new()
        }
    }
}

/// Stops reading.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    model.events.loading = None;
    vec![Effect::Stop(Slot::Events)]
}

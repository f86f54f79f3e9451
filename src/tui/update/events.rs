//! The Events screen: its cursor, its pages, the chosen event, the way from it to its aggregate.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::{Part, Screen, Shape};
use super::super::model::events::offer::Offer;
use super::super::model::events::tally::Tally;
use super::super::model::events::{Onward, Page, Place};
use super::super::model::overlay::{FullValue, Overlay};
use super::super::model::sight::Laid;
use super::super::model::visits::Spot;
use super::super::model::{Model, Store, Tone};
use super::{fail, list, live, tell, travel, visit};
use crate::analysis::Filter;
use crate::model::{Event, Timestamp, Version};
use crate::session::SessionError;
use crate::text::human;

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
    model.live.unseen = 0;
    // Nobody sees it play.
    model.player.pause();
    let mut effects = super::resize(model, model.areas.whole);
    if screen == Screen::Events && !model.events.loaded && model.events.loading.is_none() {
        effects.extend(load(model, Place::End));
        effects.extend(count_on(model));
    }
    effects
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
    effects.extend(count_on(model));
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

/// Counts what was not counted yet.
pub(super) fn count_on(model: &Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    model.events.sieve.uncounted().map(Effect::TallyEvents).into_iter().collect()
}

/// Takes in what was counted so far.
pub(super) fn tallied(
    model: &mut Model,
    filter: &Filter,
    tally: Result<Box<Tally>, SessionError>,
    done: bool,
) -> Vec<Effect> {
    match tally {
        Ok(tally) => {
            let failed = tally.failed.clone().filter(|_| tally.done);
            if model.events.sieve.take(filter, *tally)
                && let Some((count, first)) = failed
            {
                let of = human::plural(count, "event");
                let told = format!("`where:` fails on {of}, left out; the first says: {first}");
                tell(model, Tone::Note, &told);
            }
            let height = model.part_height(Part::Facets);
            model.events.facets.show(&model.events.sieve, height);
        }
        Err(error) => {
            model.events.sieve.stopped = true;
            fail(model, &error);
        }
    }
    if done { count_on(model) } else { Vec::new() }
}

/// Lets another filter hold, or says why it cannot.
fn filter(model: &mut Model, line: &str) -> Result<Vec<Effect>, String> {
    let was = model.events.sieve.line().to_owned();
    model.events.sieve.set(line, chrono::Utc::now())?;
    if let Store::Open(facts) = &model.store
        && !facts.capabilities.time
        && (model.events.sieve.filter.from().is_some() || model.events.sieve.filter.to().is_some())
    {
        model.events.sieve.go(true, chrono::Utc::now());
        return Err(
            "this store records no times; a time inside the payload can be asked for with `where:`"
                .to_owned(),
        );
    }
    Ok(if model.events.sieve.line() == was { Vec::new() } else { filtered(model) })
}

/// Shows what another filter lets through, and counts it.
fn filtered(model: &mut Model) -> Vec<Effect> {
    let mut effects = vec![Effect::Stop(Slot::Tally)];
    effects.extend(load(model, Place::End));
    effects.extend(count_on(model));
    let height = model.part_height(Part::Facets);
    model.events.facets.show(&model.events.sieve, height);
    effects
}

/// Back to the filter before, or forth again.
fn step_filter(model: &mut Model, back: bool) -> Vec<Effect> {
    let Some(line) = model.events.sieve.go(back, chrono::Utc::now()) else {
        let which = if back { "before this one" } else { "after this one" };
        tell(model, Tone::Note, &format!("there is no filter {which}"));
        return Vec::new();
    };
    let told =
        if line.is_empty() { "all events again".to_owned() } else { format!("filter {line}") };
    tell(model, Tone::Note, &told);
    filtered(model)
}

/// Takes what was typed.
fn accept(model: &mut Model) -> Vec<Effect> {
    let typed = model.events.sieve.field.text().to_owned();
    match filter(model, &typed) {
        Ok(effects) => {
            model.events.sieve.typing = false;
            model.events.sieve.mistake = None;
            effects
        }
        Err(mistake) => {
            let sieve = &mut model.events.sieve;
            (sieve.mistake, sieve.offer) = (Some(mistake), Offer::default());
            Vec::new()
        }
    }
}

fn toggle_facet(model: &mut Model) -> Vec<Effect> {
    let Some((key, name)) = model.events.facets.chosen() else { return Vec::new() };
    let line = model.events.sieve.toggled(key, name);
    filter(model, &line).unwrap_or_else(|mistake| {
        tell(model, Tone::Bad, &mistake);
        Vec::new()
    })
}

/// The column of the chart under the mouse, wherever it went.
fn column(model: &Model, x: u16) -> u16 {
    let track = model.areas.events.track();
    x.clamp(track.x, track.right().saturating_sub(1).max(track.x)) - track.x
}

/// The mouse goes on with its button down.
pub(super) fn drag(model: &mut Model, x: u16) -> Vec<Effect> {
    let column = column(model, x);
    if let Some((_, to)) = &mut model.events.span {
        *to = column;
    }
    Vec::new()
}

/// The mouse's button was let go: what it went over is the span of time to show.
pub(super) fn release(model: &mut Model, x: u16) -> Vec<Effect> {
    drag(model, x);
    let Some((a, b)) = model.events.span.take() else { return Vec::new() };
    let width = usize::from(model.areas.events.track().width);
    let chart = &model.events.sieve.tally().chart;
    let (columns, each) = chart.columns(width);
    let (first, last) = (usize::from(a.min(b)), usize::from(a.max(b)));
    if first >= columns.len() {
        return Vec::new();
    }
    let end = (last + 1).min(columns.len()) * each;
    let moment = Timestamp::from_timestamp_millis;
    let (from, to) = (moment(chart.begins(first * each)), moment(chart.begins(end) - 1));
    let Some((from, to)) = from.zip(to) else { return Vec::new() };
    // Times may be finer than a millisecond.
    let to = to + chrono::Duration::nanoseconds(999_999);
    let line = model.events.sieve.within(&from, &to);
    filter(model, &line).unwrap_or_else(|mistake| {
        tell(model, Tone::Bad, &mistake);
        Vec::new()
    })
}

/// Takes in what was read for itself.
pub(super) fn loaded(
    model: &mut Model,
    found: Result<Vec<(Event, Laid)>, SessionError>,
) -> Vec<Effect> {
    match found {
        Ok(events) => {
            let Some(row) = model.events.chosen() else { return Vec::new() };
            // A version that stands there twice is told apart by the rest.
            if let Some(event) = events.into_iter().find(|(event, _)| row.is(event)) {
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
        Action::Accept if model.events.sieve.typing && !model.events.sieve.offer.chosen => {
            accept(model)
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
        Action::UndoFilter => step_filter(model, true),
        Action::RedoFilter => step_filter(model, false),
        Action::ToggleFacet => toggle_facet(model),
        Action::StopWork => stop(model),
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

/// One level back: from typing, from another part, from a search, from the filter.
fn back(model: &mut Model) -> Vec<Effect> {
    if model.events.sieve.typing {
        (model.events.sieve.typing, model.events.sieve.mistake) = (false, None);
        return Vec::new();
    }
    if model.events.part != Part::List {
        return focus(model, Part::List);
    }
    if model.events.loading.is_some() || model.events.sieve.is_on() && is_counting(model) {
        return stop(model);
    }
    if model.events.sieve.is_on() {
        let effects = filter(model, "").unwrap_or_default();
        let undo = model.hint(Action::UndoFilter, "brings the filter back");
        tell(model, Tone::Note, &undo.unwrap_or_else(|| "all events again".to_owned()));
        return effects;
    }
    Vec::new()
}

pub(super) fn is_counting(model: &Model) -> bool {
    model.events.sieve.uncounted().is_some()
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
    let mut effects = count_on(model);
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
    if places.chart.contains((x, y).into()) {
        let column = column(model, x);
        model.events.span = Some((column, column));
        return Vec::new();
    }
    let Some(part) = places.part_at(x, y) else { return Vec::new() };
    let had_keys = model.events.part == part;
    let mut effects = focus(model, part);
    let content = model.areas.events.content(part);
    let line = y.checked_sub(content.y).filter(|line| *line < content.height).map(usize::from);
    if let (Part::Facets, Some(line)) = (part, line) {
        let line = line + model.events.facets.scroll.offset;
        if line < model.events.facets.lines.len() {
            model.events.facets.scroll.cursor = line;
            effects.extend(toggle_facet(model));
        }
    }
    let above = content.y.saturating_sub(if model.areas.shape == Shape::Small { 1 } else { 2 });
    if part == Part::List && y == above {
        model.events.sieve.begin();
    }
    if part == Part::List && model.events.sieve.typing {
        let offer = &mut model.events.sieve.offer;
        let line = line.map(|line| line + offer.scroll.offset);
        if let Some(line) = line.filter(|line| *line < offer.choices.len()) {
            offer.scroll.cursor = line;
            model.events.sieve.complete(chrono::Utc::now());
        }
        return effects;
    }
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
        Part::Facets => {
            let len = model.events.facets.lines.len();
            model.events.facets.scroll.wheel(by, len, height);
            Vec::new()
        }
    }
}

/// Stops searching and counting.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let busy = model.events.loading.is_some() || is_counting(model) && model.events.loaded;
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

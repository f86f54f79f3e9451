//! The mouse: a click chooses, gives the keys, moves the playhead; the wheel scrolls what is under it.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::keymap::Meaning;
use super::super::layout::{Panel, Screen, Shape};
use super::super::model::aspect::Aspect;
use super::super::model::lens::Lens;
use super::super::model::overlay::Overlay;
use super::super::model::travel::Goal;
use super::super::model::{Model, Tone};
use super::super::panel::header::Sign;
use super::{
    aspect, events, focus, list, log, metrics, overlay, projections, screen, travel, visit,
};
use crate::model::{At, Version};

/// Lines a turn of the wheel.
const TURN: isize = 3;

pub(super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    model.dragging = false;
    let follows = super::super::overlay::waiting::meaning_at(model, &model.areas, x, y);
    if let Some(meaning) = follows {
        model.pressed.clear();
        return if let Meaning::Run(action) = meaning { does(model, action) } else { Vec::new() };
    }
    let in_footer = y == model.areas.footer.y && model.areas.shape != Shape::TooSmall;
    // What the line shows is what is clicked: a key that waits for another shows something else.
    let action = in_footer.then(|| super::super::panel::footer::action_at(model, &model.areas, x));
    model.pressed.clear();
    if let Some(action) = action {
        return action.map_or_else(Vec::new, |action| does(model, action));
    }
    log::dismiss(model);
    if !matches!(model.overlay, Overlay::None) {
        return click_overlay(model, x, y);
    }
    if y == model.areas.header.y
        && let Some(sign) = super::super::panel::header::sign_at(model, &model.areas, x)
    {
        match sign {
            Sign::Does(action) => return does(model, action),
            Sign::Findings => log::open(model, true),
        }
        return Vec::new();
    }
    let screen = super::super::panel::screens::screen_at(model, &model.areas, x, y);
    if let Some(screen) = screen {
        return screen::show(model, screen);
    }
    if model.screen == Screen::Events {
        return events::mouse::click(model, x, y);
    }
    if model.screen == Screen::Projections {
        return projections::click(model, x, y);
    }
    if model.screen == Screen::Metrics {
        return metrics::click(model, x, y);
    }
    if model.areas.shape != Shape::Wide && y == model.areas.tabs.y {
        let tab = super::super::panel::tabs::tab_at(&model.areas, x);
        return tab.map_or_else(Vec::new, |panel| focus(model, panel));
    }
    let Some(panel) = model.areas.panel_at(x, y) else { return Vec::new() };
    let had_keys = model.focus == panel;
    let mut effects = focus(model, panel);
    let content = model.inside(panel, model.areas.content(panel));
    let line = y.checked_sub(content.y).filter(|line| *line < content.height).map(usize::from);
    match (panel, line) {
        (Panel::Rail, _) if model.areas.is_inside(panel, x, y) => {
            model.dragging = true;
            // Wherever it is dragged to, this is where it came from.
            let here = visit::here(model);
            let moved = drag(model, x);
            if let Some(here) = here.filter(|_| !moved.is_empty()) {
                model.visits.leave(here);
            }
            effects.extend(moved);
        }
        (Panel::List, Some(line)) => {
            let height = list::height(model);
            let line = line + model.list.scroll.offset;
            let before = model.list.scroll.cursor;
            model.list.click(line, height);
            let is_row = model.list.scroll.cursor == line;
            effects.extend(list::follow(model));
            if had_keys && before == line && is_row {
                // The second click looks into it.
                effects.extend(super::act(model, Action::OpenAggregate));
            }
        }
        (Panel::List, None) if super::super::panel::aggregates::sorts_at(model, x, y) => {
            effects.extend(super::act(model, Action::SortAggregates));
        }
        (Panel::List, None) if model.areas.search().contains((x, y).into()) => {
            effects.extend(super::act(model, Action::FindAggregate));
        }
        (Panel::State, Some(line)) if model.aspect != Aspect::Raw => {
            let Some(travel) = &mut model.travel else { return effects };
            let line = line + travel.tree.scroll.offset;
            if line < travel.tree.len() {
                // The second click on a line opens or closes it; the first on the panel only gives it the keys.
                let again = had_keys && travel.tree.scroll.cursor == line;
                travel.tree.put(line);
                if again {
                    travel.tree.toggle(usize::from(content.height));
                    travel::fit_state(model);
                }
            }
        }
        (Panel::Change, Some(line)) => {
            if let Some(travel) = &mut model.travel {
                travel.changes.put(line);
            }
        }
        _ => {}
    }
    effects
}

/// Does what a key would do. What a message says is read on however long it stands.
fn does(model: &mut Model, action: Action) -> Vec<Effect> {
    if action == Action::ShowMessages && !matches!(model.overlay, Overlay::None) {
        // What has the keys keeps them: the message goes.
        log::stood(model);
        log::dismiss(model);
        return Vec::new();
    }
    if action != Action::ShowMessages {
        log::dismiss(model);
    }
    super::act(model, action)
}

/// A click while something stands over the panels: outside of it, it closes.
fn click_overlay(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let area = super::super::overlay::area(&model.areas, &model.overlay);
    if !area.contains((x, y).into()) {
        model.overlay = Overlay::None;
        return Vec::new();
    }
    let top = super::super::overlay::palette_top(&model.areas);
    match &mut model.overlay {
        Overlay::Palette(palette) => {
            let line = usize::from(y.saturating_sub(top)) + palette.scroll.offset;
            if y < top || line >= palette.choices.len() || y + 1 >= area.bottom() {
                return Vec::new();
            }
            palette.scroll.cursor = line;
            take(model)
        }
        Overlay::Help(help) => {
            let line = usize::from(y.saturating_sub(area.y + 1)) + help.scroll.offset;
            let is_inside = y > area.y && y + 1 < area.bottom();
            let named = help.action(line).filter(|_| is_inside);
            named.map_or_else(Vec::new, |action| run_from_help(model, action))
        }
        _ => click_list(model, y),
    }
}

/// Does what a line of the help tells of, where it can be done from here.
fn run_from_help(model: &mut Model, action: Action) -> Vec<Effect> {
    let help = std::mem::take(&mut model.overlay);
    let places = model.contexts().iter();
    if places.flat_map(|place| model.keymap.of(*place)).any(|binding| binding.run == action) {
        return super::act(model, action);
    }
    model.overlay = help;
    super::tell(model, Tone::Note, "this key does something elsewhere, not where you came from");
    Vec::new()
}

/// Takes what is chosen, as Enter does.
fn take(model: &mut Model) -> Vec<Effect> {
    overlay::act(model, Action::Accept)
}

/// Chooses a line of a list that stands over the panels, and takes it where it was chosen already.
fn click_list(model: &mut Model, y: u16) -> Vec<Effect> {
    let top = super::super::overlay::list_top(&model.areas, &model.overlay);
    let Some(line) = y.checked_sub(top).map(usize::from) else { return Vec::new() };
    if let Overlay::Log(book) = &model.overlay {
        let is_in_list = line < overlay::overlay_height(model);
        let chosen = log::choose(model, line + book.scroll.offset).filter(|_| is_in_list);
        return chosen.filter(|again| *again).map_or_else(Vec::new, |_| take(model));
    }
    let (scroll, len) = match &mut model.overlay {
        Overlay::Marks(list) => (&mut list.scroll, list.rows.len()),
        Overlay::Pins(list) => (&mut list.scroll, list.rows.len()),
        Overlay::Letters(list) => {
            let len = list.len();
            (&mut list.scroll, len)
        }
        Overlay::Compare(comparing) => (&mut comparing.scroll, comparing.rows.len()),
        Overlay::Work(book) => (&mut book.scroll, book.rows.len()),
        _ => return Vec::new(),
    };
    let line = line + scroll.offset;
    if line >= len {
        return Vec::new();
    }
    let again = scroll.cursor == line;
    scroll.cursor = line;
    if again { overlay::act(model, Action::Accept) } else { Vec::new() }
}

/// Moves the playhead to the event in the column of the mouse, or to the end that it has left behind.
pub(super) fn drag(model: &mut Model, x: u16) -> Vec<Effect> {
    // What is seen there may be about to be replaced by another aggregate.
    let ready = model.opening.is_none()
        && model.screen == Screen::Timeline
        && matches!(model.overlay, Overlay::None);
    if model.screen == Screen::Events {
        return events::mouse::drag(model, x);
    }
    if !model.dragging || !ready {
        return Vec::new();
    }
    let Some(travel) = &model.travel else { return Vec::new() };
    let track = model.areas.track();
    // Left of the line that stands next to the first event, nothing has happened yet.
    let column = (x + 1).checked_sub(track.x).map(|column| column.saturating_sub(1));
    let beyond = column.is_none_or(|column| column >= track.width);
    let shown = &travel.picture.shown;
    let version = match column.map(|column| column.min(track.width.saturating_sub(1))) {
        // Beyond the ends of what is looked at closer there is more.
        _ if beyond && (shown.start > 0 || column.is_some()) && travel.picture.lens.is_some() => {
            let stride = travel.lens.map_or(1, Lens::stride);
            let index = match column {
                None => shown.start.saturating_sub(stride),
                Some(_) => (shown.end - 1 + stride).min(travel.outline.len() - 1),
            };
            travel.outline.get(index).map_or(Version::ZERO, |entry| entry.version)
        }
        None => Version::ZERO,
        Some(column) => {
            let Some(index) = travel.picture.index_at(column) else { return Vec::new() };
            travel.outline.get(index).map_or(Version::ZERO, |entry| entry.version)
        }
    };
    if version == travel.moment.version && travel.going.is_none() {
        return Vec::new();
    }
    travel::go(model, Goal::at(At::Version(version)))
}

/// The wheel with Ctrl held down.
pub(super) fn zoom(model: &mut Model, closer: bool, x: u16, y: u16) -> Vec<Effect> {
    let on_rail = model.areas.panel_at(x, y) == Some(Panel::Rail);
    if !on_rail || !matches!(model.overlay, Overlay::None) {
        return wheel(model, !closer, x, y);
    }
    let action = if closer { Action::ZoomIn } else { Action::ZoomOut };
    super::zoom::act(model, action)
}

pub(super) fn wheel(model: &mut Model, down: bool, x: u16, y: u16) -> Vec<Effect> {
    let by = if down { TURN } else { -TURN };
    if matches!(model.overlay, Overlay::Log(_)) {
        let height = overlay::overlay_height(model);
        log::wheel(model, by, height);
        return Vec::new();
    }
    if !matches!(model.overlay, Overlay::None) {
        let area = super::super::overlay::area(&model.areas, &model.overlay);
        if area.contains((x, y).into()) {
            let action = if down { Action::CursorDown } else { Action::CursorUp };
            for _ in 0..TURN {
                overlay::act(model, action);
            }
        }
        return Vec::new();
    }
    if model.screen == Screen::Events {
        return events::mouse::wheel(model, by, x, y);
    }
    if model.screen == Screen::Projections {
        return projections::wheel(model, by, x, y);
    }
    if model.screen == Screen::Metrics {
        return metrics::wheel(model, by, x, y);
    }
    let Some(panel) = model.areas.panel_at(x, y) else { return Vec::new() };
    let height = model.height(panel);
    match panel {
        Panel::List => {
            // What the cursor is taken along to is opened: it never stands on another aggregate than the panels show.
            model.list.wheel(by, height);
            return list::follow(model);
        }
        Panel::Rail => {
            let action = if down { Action::StepForward } else { Action::StepBack };
            return travel::act(model, action);
        }
        _ => {}
    }
    if panel == Panel::State && aspect::slide(model, by) {
        return Vec::new();
    }
    let Some(travel) = &mut model.travel else { return Vec::new() };
    match panel {
        Panel::State => travel.tree.wheel(by, height),
        Panel::Change => {
            let len = travel.changes.lines.len();
            travel.changes.scroll.wheel(by, len, height);
        }
        _ => travel.slide(panel, by, height),
    }
    Vec::new()
}

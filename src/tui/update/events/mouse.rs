//! The mouse on the Events screen.

use super::{focus, follow, open, sieve};
use crate::model::Timestamp;
use crate::tui::effect::Effect;
use crate::tui::layout::{Part, Shape};
use crate::tui::model::Model;
use crate::tui::panel::tabs;

/// The mouse's button goes down.
pub(in super::super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let places = model.areas.events;
    if model.areas.shape != Shape::Wide && places.tabs.contains((x, y).into()) {
        let tab = tabs::part_at(&model.areas, x);
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
            effects.extend(sieve::toggle_facet(model));
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

/// The wheel moves what is under the mouse.
pub(in super::super) fn wheel(model: &mut Model, by: isize, x: u16, y: u16) -> Vec<Effect> {
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

/// The column of the chart under the mouse, wherever it went.
fn column(model: &Model, x: u16) -> u16 {
    let track = model.areas.events.track();
    x.clamp(track.x, track.right().saturating_sub(1).max(track.x)) - track.x
}

/// The mouse goes on with its button down.
pub(in super::super) fn drag(model: &mut Model, x: u16) -> Vec<Effect> {
    let column = column(model, x);
    if let Some((_, to)) = &mut model.events.span {
        *to = column;
    }
    Vec::new()
}

/// The mouse's button was let go: what it went over is the span of time to show.
pub(in super::super) fn release(model: &mut Model, x: u16) -> Vec<Effect> {
    drag(model, x);
    let Some((a, b)) = model.events.span.take() else { return Vec::new() };
    let width = usize::from(model.areas.events.track().width);
    let chart = &model.events.sieve.tally().chart;
    let Some(columns) = chart.strip(width).columns(a, b) else { return Vec::new() };
    let moment = Timestamp::from_timestamp_millis;
    let (from, to) = (moment(chart.begins(columns.start)), moment(chart.begins(columns.end) - 1));
    let Some((from, to)) = from.zip(to) else { return Vec::new() };
    // Times may be finer than a millisecond.
    let to = to + chrono::Duration::nanoseconds(999_999);
    let line = model.events.sieve.within(&from, &to);
    sieve::put(model, &line)
}

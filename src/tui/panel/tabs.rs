//! The names of the panels that share one place on a small screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::layout::{Areas, Panel, Part, Screen, Shape};
use super::super::model::Model;

/// The line of tabs of the screen that is shown.
fn line(areas: &Areas) -> Rect {
    match areas.screen {
        Screen::Timeline => areas.tabs,
        Screen::Events => areas.events.tabs,
        Screen::Projections | Screen::Metrics => Rect::default(),
    }
}

fn begin(areas: &Areas) -> u16 {
    line(areas).x + if areas.shape == Shape::Tabs { 2 } else { 0 }
}

/// Each name with whether it is shown, and whether it has the keys.
fn names(model: &Model) -> Vec<(&'static str, bool, bool)> {
    let panel = |panel: Panel| (panel.title(), panel == model.tab, model.leads(panel));
    let part = |part: Part| (part.title(), part == model.events.part, model.leads_part(part));
    match model.screen {
        Screen::Timeline => Panel::TABS.into_iter().map(panel).collect(),
        Screen::Events => Part::TABS.into_iter().map(part).collect(),
        // All of it is seen at once.
        Screen::Projections | Screen::Metrics => Vec::new(),
    }
}

/// Draws the names.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let line = line(areas);
    let mut x = begin(areas);
    for (title, shown, has_keys) in names(model) {
        let style = match (shown, has_keys) {
            (true, true) => theme.title.patch(theme.selected),
            (true, false) => theme.title.patch(theme.selected_far),
            _ => theme.on_frame(theme.dim),
        };
        let title = format!(" {title} ");
        let room = line.right().saturating_sub(x);
        let (next, _) = buffer.set_span(x, line.y, &Span::styled(title, style), room);
        x = next + u16::from(areas.shape == Shape::Tabs);
    }
}

fn at<T: Copy>(
    areas: &Areas,
    column: u16,
    all: &[T],
    title: impl Fn(T) -> &'static str,
) -> Option<T> {
    let mut x = begin(areas);
    for one in all {
        let end = x + title(*one).len() as u16 + 2;
        if (x..end).contains(&column) {
            return Some(*one);
        }
        x = end + u16::from(areas.shape == Shape::Tabs);
    }
    None
}

/// The panel whose name stands at a column.
pub(crate) fn tab_at(areas: &Areas, column: u16) -> Option<Panel> {
    at(areas, column, &Panel::TABS, Panel::title)
}

/// The part whose name stands at a column.
pub(crate) fn part_at(areas: &Areas, column: u16) -> Option<Part> {
    at(areas, column, &Part::TABS, Part::title)
}

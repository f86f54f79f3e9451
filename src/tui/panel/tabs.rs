//! The names of the panels that share one place on a small screen.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::layout::{Areas, Panel, Shape};
use super::super::model::Model;

fn begin(areas: &Areas) -> u16 {
    areas.tabs.x + if areas.shape == Shape::Tabs { 2 } else { 0 }
}

/// Draws the names.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let mut x = begin(areas);
    for panel in Panel::TABS {
        let style = match (panel == model.tab, panel == model.focus) {
            (true, true) => theme.title.patch(theme.selected),
            (true, false) => theme.title.patch(theme.selected_far),
            _ => theme.dim,
        };
        let title = format!(" {} ", panel.title());
        let room = areas.tabs.right().saturating_sub(x);
        let (next, _) = buffer.set_span(x, areas.tabs.y, &Span::styled(title, style), room);
        x = next + u16::from(areas.shape == Shape::Tabs);
    }
}

/// The panel whose name stands at a column.
pub(crate) fn tab_at(areas: &Areas, column: u16) -> Option<Panel> {
    let mut x = begin(areas);
    for panel in Panel::TABS {
        let end = x + panel.title().len() as u16 + 2;
        if (x..end).contains(&column) {
            return Some(panel);
        }
        x = end + u16::from(areas.shape == Shape::Tabs);
    }
    None
}

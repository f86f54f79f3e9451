//! The Events screen: the list of events, and the chosen one.

mod chart;
mod facets;
mod list;
mod usage;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::layout::{Areas, Part, Shape};
use super::super::model::Model;
use super::super::widget::{self, line};
use crate::text::{self, human};

/// Draws all parts that have a place.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    chart::draw(model, areas, buffer);
    for part in Part::ALL {
        if areas.events.part(part).is_empty() {
            continue;
        }
        match part {
            Part::List => list::draw(model, areas, buffer),
            Part::Event => draw_event(model, areas, buffer),
            Part::Facets => facets::draw(model, areas, buffer),
        }
    }
}

/// The chosen event.
fn draw_event(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.events.part(Part::Event);
    let content = areas.events.content(Part::Event);
    let row = model.events.chosen();
    let mut content = content;
    if areas.shape == Shape::Small {
        // Without a frame nothing else says which event it is.
        if let (Some(row), Some(first)) = (row, widget::line_of(content, 0)) {
            let version = format!("v{}", human::count(row.version.0));
            let (kind, _) = row.shown(model.schemas);
            let told = Span::styled(format!("{version} {kind}"), theme.title);
            let id = Span::styled(text::sanitize(row.key.id.as_str()), theme.dim);
            line::spread(buffer, first, vec![told], vec![id], 12);
            content = Rect { y: content.y + 1, height: content.height - 1, ..content };
        }
    } else {
        let title = match row {
            Some(row) => {
                let id = text::sanitize(row.key.id.as_str());
                let (kind, _) = row.shown(model.schemas);
                format!("{id} v{} {kind}", human::count(row.version.0))
            }
            None => Part::Event.title().to_owned(),
        };
        let (title, right) = if areas.shape == Shape::Wide {
            (title, Vec::new())
        } else {
            // The tabs stand where a title would.
            let room = usize::from(area.width).saturating_sub(30);
            let title = text::truncate_middle(&title, room).into_owned();
            // Which has its name among them already.
            let right = row.map_or_else(Vec::new, |_| vec![Span::styled(title, theme.dim)]);
            (String::new(), right)
        };
        let focused = model.leads_part(Part::Event);
        widget::frame(buffer, area, theme, focused, &title, right);
    }
    if row.is_none() || model.events.view.len == 0 {
        if let Some(first) = widget::line_of(content, 0) {
            let is_coming = row.is_some() || model.events.loading.is_some();
            let told = if is_coming { "reading…" } else { "no event is chosen" };
            let told = Span::styled(told, theme.dim);
            line::spread(buffer, first, vec![told], Vec::new(), 4);
        }
        return;
    }
    super::event::draw_parts(&model.events.view, theme, content, area, buffer);
}

//! The types and categories, each with how many events have it.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Part, Shape};
use super::super::super::model::Model;
use super::super::super::model::events::facets::Line;
use super::super::super::widget::{self, line};
use crate::text::{self, human};

/// Draws them.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let events = &model.events;
    let area = areas.events.part(Part::Facets);
    let content = areas.events.content(Part::Facets);
    let focused = model.leads_part(Part::Facets);
    let facets = &events.facets;
    let tally = events.sieve.tally();
    if areas.shape != Shape::Small {
        let title = if areas.shape == Shape::Wide { "Types and categories" } else { "" };
        let right = match (tally.done, tally.crowded) {
            (_, true) => "the first 10,000 names".to_owned(),
            (false, _) if tally.examined > 0 => {
                format!("of the first {}", human::plural(tally.examined, "event"))
            }
            _ => String::new(),
        };
        let right =
            if right.is_empty() { Vec::new() } else { vec![Span::styled(right, theme.warn)] };
        widget::frame(buffer, area, theme, focused, title, right);
    }
    let window = facets.scroll.window(facets.lines.len(), usize::from(content.height));
    if areas.shape != Shape::Small {
        let shown = widget::shown_of(&window, facets.lines.len());
        widget::frame_below(buffer, area, theme, "", &shown);
    }
    if facets.lines.is_empty()
        && let Some(first) = widget::line_of(content, 0)
    {
        let told = if tally.done { "no events yet" } else { "counting…" };
        line::spread(buffer, first, vec![Span::styled(told, theme.dim)], Vec::new(), 4);
    }
    for (at, index) in window.enumerate() {
        let (Some(area), Some(row)) = (widget::line_of(content, at), facets.lines.get(index))
        else {
            continue;
        };
        match row {
            Line::Heading(name) => {
                let spans = vec![Span::styled(*name, theme.heading)];
                line::spread(buffer, area, spans, Vec::new(), 4);
            }
            Line::Name { called, shown, all, chosen, .. } => {
                if index == facets.scroll.cursor {
                    widget::choose(buffer, area, theme, focused);
                }
                let (mark, style) = match (chosen, shown) {
                    (true, _) => ("● ", theme.title),
                    (false, 0) => ("  ", theme.faint),
                    (false, _) => ("  ", theme.text()),
                };
                let count = if shown == all {
                    human::count(*all)
                } else {
                    format!("{} of {}", human::count(*shown), human::count(*all))
                };
                let room = usize::from(area.width).saturating_sub(text::width(&count) + 4);
                let called = text::truncate_middle(called, room);
                let left = vec![Span::styled(mark, theme.accent), Span::styled(called, style)];
                line::spread(buffer, area, left, vec![Span::styled(count, theme.dim)], 8);
            }
        }
    }
}

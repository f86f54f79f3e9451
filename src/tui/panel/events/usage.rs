//! What stands below a filter while it is typed: what is wrong with it, what could be meant, what can be typed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Part};
use super::super::super::model::{Model, event};
use super::super::super::widget::{self, line};
use crate::analysis::FILTER_USAGE;
use crate::text::{self, human};

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let inside = areas.events.inside(Part::List);
    // The line that is typed stands above.
    let area = Rect { y: inside.y + 1, height: inside.height.saturating_sub(1), ..inside };
    let width = usize::from(area.width);
    let sieve = &model.events.sieve;
    // A word that is not whole yet is not wrong yet.
    if !sieve.offer.choices.is_empty() {
        draw_offer(model, areas.events.content(Part::List), buffer);
        return;
    }
    let mut lines: Vec<Vec<Span<'_>>> = Vec::new();
    if let Some(mistake) = &sieve.mistake {
        for (at, told) in event::wrap(mistake, width.saturating_sub(2)).into_iter().enumerate() {
            let mark = if at == 0 { "✗ " } else { "  " };
            lines.push(vec![Span::styled(format!("{mark}{told}"), theme.bad)]);
        }
    }
    // A line of air where all of it has room.
    if lines.len() + FILTER_USAGE.len() < usize::from(area.height) {
        lines.push(Vec::new());
    }
    let names = FILTER_USAGE.iter().map(|(form, ..)| text::width(form)).max().unwrap_or(0);
    for (form, meaning, brief) in FILTER_USAGE {
        let (form, meaning) = if width < 60 {
            ((*form).to_owned(), brief)
        } else {
            (text::pad(form, names).into_owned(), meaning)
        };
        lines.push(vec![
            Span::styled(form, theme.key),
            Span::styled(format!("  {meaning}"), theme.dim),
        ]);
    }
    if model.is_upcasting() {
        let told = if width < 60 {
            "asked of events as recorded"
        } else {
            "asked of events as they were recorded, not of what upcasting makes of them"
        };
        lines.push(vec![Span::styled(told, theme.dim)]);
    }
    for (at, spans) in lines.into_iter().enumerate() {
        if let Some(area) = widget::line_of(area, at) {
            line::spread(buffer, area, spans, Vec::new(), 4);
        }
    }
}

fn draw_offer(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let offer = &model.events.sieve.offer;
    let window = offer.scroll.window(offer.choices.len(), usize::from(area.height));
    let names = offer.choices.get(window.clone()).unwrap_or_default();
    let widest = names.iter().map(|choice| text::width(&choice.called)).max().unwrap_or(0);
    let room = widest.min(usize::from(area.width).saturating_sub(14));
    for (at, choice) in names.iter().enumerate() {
        let Some(area) = widget::line_of(area, at) else { break };
        let chosen = offer.chosen && window.start + at == offer.scroll.cursor;
        if chosen {
            widget::choose(buffer, area, theme, true);
        }
        let called = text::truncate_middle(&choice.called, room);
        let name = if chosen { theme.title } else { theme.key };
        let count = choice.count.map_or_else(String::new, human::count);
        let spans = vec![
            Span::raw("  "),
            Span::styled(text::pad(&called, room).into_owned(), name),
            Span::styled(format!("  {count:>9}"), theme.dim),
        ];
        line::spread(buffer, area, spans, Vec::new(), 4);
    }
}

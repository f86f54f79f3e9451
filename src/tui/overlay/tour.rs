//! The box of the tour: a place of its own under the panels.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::keymap::Context;
use super::super::layout::Areas;
use super::super::model::Model;
use super::super::model::tour::Tour;
use super::super::widget::{self, line};

/// Draws the box, where there is one.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let Some(tour) = model.tour.as_ref().filter(|_| !areas.tour.is_empty()) else { return };
    let theme = model.theme();
    let (at, of) = tour.place();
    let small = areas.is_tour_brief();
    let keys = keys(model, tour, small);
    let inside = areas.tour_inside();
    if small {
        let left = vec![
            Span::styled(format!("{at}/{of} "), theme.accent),
            Span::styled(tour.name(), theme.title),
        ];
        let above = ratatui::layout::Rect { height: 1, ..areas.tour };
        let above = above.inner(ratatui::layout::Margin::new(1, 0));
        line::spread(buffer, above, left, keys, 4);
    } else {
        let title = format!("Tour {at} of {of}: {}", tour.name());
        widget::frame(buffer, areas.tour, theme, model.is_uncovered(), &title, keys);
    }
    let Some(words) = tour.said(small) else { return };
    let (mark, style) = match (tour.seen, tour.is_astray()) {
        (true, _) => ("✓ ", theme.good),
        (false, true) => ("▲ ", theme.warn),
        (false, false) => ("▸ ", theme.accent),
    };
    let width = usize::from(inside.width).saturating_sub(2);
    for (row, pieces) in words.lines(width).into_iter().enumerate() {
        let Some(area) = widget::line_of(inside, row) else { break };
        let first = if row == 0 { Span::styled(mark, style) } else { Span::raw("  ") };
        let piece = |(text, key): (String, bool)| {
            Span::styled(text, if key { theme.accent } else { theme.text() })
        };
        let spans = std::iter::once(first).chain(pieces.into_iter().map(piece)).collect();
        line::spread(buffer, area, spans, Vec::new(), 10);
    }
}

/// The tour's own keys, with what they do where there is room.
fn keys<'a>(model: &Model, tour: &Tour, small: bool) -> Vec<Span<'a>> {
    let theme = model.theme();
    let onward = if tour.seen { "next" } else { "skip" };
    let all =
        [(Action::TourPrevious, "back"), (Action::TourNext, onward), (Action::LeaveTour, "leave")];
    let mut spans = Vec::new();
    for (action, word) in all {
        let Some(key) = model.keymap.key(&[Context::Tour], action) else { continue };
        if !spans.is_empty() {
            spans.push(Span::raw(if small { " " } else { "  " }));
        }
        spans.push(Span::styled(key, theme.accent));
        // On a small screen the one that goes on says so alone.
        if !small || action == Action::TourNext {
            spans.push(Span::styled(format!(" {word}"), theme.dim));
        }
    }
    spans
}

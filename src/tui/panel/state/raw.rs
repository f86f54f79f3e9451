//! The state as the JSON it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Panel, Shape};
use super::super::super::model::Model;
use super::super::super::model::travel::Travel;
use super::super::super::widget::{self, line, paper};
use crate::text::human;

/// Draws the text, and below it of which version it is and how far it was read.
pub(super) fn draw(
    model: &Model,
    travel: &Travel,
    areas: &Areas,
    content: Rect,
    buffer: &mut Buffer,
) {
    let (raw, theme) = (&model.raw, model.theme());
    let size = (usize::from(content.width), usize::from(content.height));
    let told = format!("JSON of v{}", human::count(travel.moment.version.0));
    let rows = raw.sheet.rows(size);
    let share = raw.sheet.told(&rows, size.0);
    if areas.shape == Shape::Small {
        let all = areas.content(Panel::State);
        let last = widget::line_of(all, usize::from(all.height).saturating_sub(1));
        if let Some(last) = last {
            let left = vec![Span::styled(told, theme.dim)];
            line::spread(buffer, last, left, vec![Span::styled(share, theme.dim)], 4);
        }
    } else {
        widget::frame_below(buffer, areas.panel(Panel::State), theme, &told, &share);
    }
    let found = raw.found.as_ref();
    let needle = model.sought.needle();
    for (at, row) in rows.iter().enumerate() {
        let Some(area) = widget::line_of(content, at) else { return };
        if found.is_some_and(|spot| row.place == raw.sheet.paper().at(spot)) {
            widget::choose(buffer, area, theme, true);
        }
        let mut spans = paper::spans(row, theme, false);
        if let Some(needle) = &needle {
            spans = spans.into_iter().flat_map(|span| super::lit(span, needle, theme)).collect();
        }
        line::spread(buffer, area, spans, Vec::new(), 4);
    }
}

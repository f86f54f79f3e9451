//! A value of the state in full, or what it was and what it is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::overlay::FullValue;
use super::super::widget::{self, line, paper};

/// Draws the value, broken where a line is full.
pub(crate) fn draw(model: &Model, value: &FullValue, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let mut shown = String::new();
    for ((told, sheet), area) in value.parts.iter().zip(value.areas(area)) {
        let size = FullValue::size(told, area);
        let mut rows = area;
        if let Some(first) = widget::line_of(area, 0).filter(|_| !told.is_empty()) {
            let style = if *told == "before" { theme.remove } else { theme.add };
            let sign = if *told == "before" { "- " } else { "+ " };
            let spans = vec![Span::styled(sign, style), Span::styled(*told, style)];
            line::spread(buffer, first, spans, Vec::new(), 4);
            rows = Rect { y: area.y + 1, height: area.height - 1, ..area };
        }
        let text = sheet.rows(size);
        paper::draw(&text, sheet.paper().is_plain(), theme, rows, buffer);
        let told = sheet.told(&text, size.0);
        shown = [shown, told].into_iter().max_by_key(String::len).unwrap_or_default();
    }
    widget::frame_below(buffer, area.outer(Margin::new(2, 1)), theme, "", &shown);
}

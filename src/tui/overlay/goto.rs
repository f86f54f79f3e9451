//! Typing a version or a time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::event::wrap;
use super::super::model::overlay::GoTo;
use super::super::widget::{self, field, line};

/// Draws what was typed, and what can be.
pub(crate) fn draw(model: &Model, prompt: &GoTo, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let width = usize::from(area.width);
    if let Some(first) = widget::line_of(area, 0) {
        line::spread(buffer, first, field::spans(&prompt.field, theme, width), Vec::new(), 4);
    }
    let (told, style) = match &prompt.mistake {
        Some(mistake) => (mistake.as_str(), theme.bad),
        None => (
            "a version (17), first, last, -3 (three before the last), or a time in UTC: 2026-03-02 14:34, -2h",
            theme.dim,
        ),
    };
    for (at, text) in wrap(told, width).into_iter().enumerate() {
        if let Some(area) = widget::line_of(area, at + 1) {
            line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
        }
    }
}

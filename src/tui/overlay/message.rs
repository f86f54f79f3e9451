//! The last message in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::scroll::Scroll;
use super::super::model::{Model, Tone};
use super::super::widget::{self, line};

/// Draws the message, wrapped, and below it what to do.
pub(crate) fn draw(model: &Model, scroll: &Scroll, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let Some(message) = &model.last_message else { return };
    let style = match message.tone {
        Tone::Note => theme.text(),
        Tone::Bad => theme.bad,
    };
    let lines = message.lines(usize::from(area.width));
    let skip = scroll.offset.min(lines.len().saturating_sub(1));
    for (at, (text, is_said)) in lines.into_iter().skip(skip).enumerate() {
        let style = if is_said { style } else { theme.text() };
        let Some(area) = widget::line_of(area, at) else { break };
        line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
    }
}

//! A message in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::log::Tone;
use super::super::model::overlay::FullMessage;
use super::super::widget::{self, line};

/// Draws the message, wrapped, and below it what to do.
pub(crate) fn draw(model: &Model, full: &FullMessage, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let style = match full.message.tone {
        Tone::Note | Tone::Warn => theme.text(),
        Tone::Bad => theme.bad,
    };
    let lines = full.message.lines(usize::from(area.width));
    let window = full.scroll.window(lines.len(), usize::from(area.height));
    super::say_shown(theme, area, &window, lines.len(), buffer);
    let shown = lines.into_iter().skip(window.start).take(window.len());
    for (at, (text, is_said)) in shown.enumerate() {
        let style = if is_said { style } else { theme.text() };
        let Some(area) = widget::line_of(area, at) else { break };
        line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
    }
}

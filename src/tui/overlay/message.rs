//! The last message in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::event::wrap;
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
    let width = usize::from(area.width);
    let mut lines: Vec<_> =
        wrap(&message.text, width).into_iter().map(|line| (line, style)).collect();
    if let Some(hint) = &message.hint {
        lines.push((String::new(), style));
        lines.extend(wrap(hint, width).into_iter().map(|line| (line, theme.text())));
    }
    let skip = scroll.offset.min(lines.len().saturating_sub(1));
    for (at, (text, style)) in lines.into_iter().skip(skip).enumerate() {
        let Some(area) = widget::line_of(area, at) else { break };
        line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
    }
}

//! Typing a version or a time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::overlay::GoTo;
use super::super::widget::{self, field, line};
use crate::text;

/// Draws what was typed, and what can be.
pub(crate) fn draw(model: &Model, prompt: &GoTo, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let width = usize::from(area.width);
    if let Some(first) = widget::line_of(area, 0) {
        line::spread(buffer, first, field::spans(&prompt.field, theme, width), Vec::new(), 4);
    }
    let style = if prompt.mistake.is_some() { theme.bad } else { theme.dim };
    let lines = prompt.lines(width);
    let room = usize::from(area.height).saturating_sub(1);
    let cut = lines.len() > room;
    for (at, mut text) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at + 1) else { break };
        if cut && at + 1 == room {
            text = text::truncate(&(text + " …"), width).into_owned();
        }
        line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
    }
}

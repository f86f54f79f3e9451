//! A value of the state in full.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::overlay::FullValue;
use super::super::widget::{self, line};

/// Draws the value, broken where a line is full.
pub(crate) fn draw(model: &Model, value: &FullValue, area: Rect, buffer: &mut Buffer) {
    let lines = value.lines();
    let window = value.scroll.window(lines.len(), usize::from(area.height));
    super::say_shown(model.theme(), area, &window, lines.len(), buffer);
    for (at, text) in lines.iter().skip(window.start).take(window.len()).enumerate() {
        let Some(area) = widget::line_of(area, at) else { break };
        line::spread(
            buffer,
            area,
            vec![Span::styled(text.as_str(), model.theme().text())],
            Vec::new(),
            4,
        );
    }
}

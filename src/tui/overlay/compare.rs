//! Choosing what the playhead is compared with.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::base::Comparing;
use super::super::model::event::wrap;
use super::super::widget::{self, field, line};

/// What can be typed.
const USAGE: &str = "a version, a time or the name of a mark; empty takes the chosen line";

/// The lines above the list, in `width` cells: what was typed, and why it cannot be, otherwise what can.
fn lines(comparing: &Comparing, width: usize) -> Vec<String> {
    wrap(comparing.mistake.as_deref().unwrap_or(USAGE), width)
}

/// How many lines everything takes in `width` cells.
pub(crate) fn height(comparing: &Comparing, width: usize) -> usize {
    1 + lines(comparing, width).len() + 1 + comparing.rows.len()
}

/// The lines left for the list.
pub(crate) fn list(comparing: &Comparing, width: usize, height: usize) -> usize {
    height.saturating_sub(2 + lines(comparing, width).len())
}

/// Draws what was typed and the places to choose from.
pub(crate) fn draw(model: &Model, comparing: &Comparing, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let width = usize::from(area.width);
    if let Some(first) = widget::line_of(area, 0) {
        line::spread(buffer, first, field::spans(&comparing.field, theme, width), Vec::new(), 4);
    }
    let told = lines(comparing, width);
    let style = if comparing.mistake.is_some() { theme.bad } else { theme.dim };
    let top = told.len() + 2;
    for (at, text) in told.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at + 1) else { break };
        line::spread(buffer, area, vec![Span::styled(text, style)], Vec::new(), 4);
    }
    let shown = list(comparing, width, usize::from(area.height));
    for (at, index) in comparing.scroll.window(comparing.rows.len(), shown).enumerate() {
        let (Some(area), Some(row)) = (widget::line_of(area, top + at), comparing.rows.get(index))
        else {
            continue;
        };
        if index == comparing.scroll.cursor && comparing.field.is_empty() {
            widget::choose(buffer, area, theme, true);
        }
        let sign = if row.is_mark { Span::styled("⚑ ", theme.accent) } else { Span::raw("  ") };
        let left = vec![sign, Span::styled(row.told.as_str(), theme.text())];
        line::spread(buffer, area, left, vec![Span::styled(row.about, theme.dim)], 8);
    }
}

//! A value as text, in the colours of its pieces.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::model::sheet::Sheet;
use super::super::theme::Theme;
use crate::text::json::Kind;
use crate::text::paper::Row;

/// Draws the rows of the window.
pub(crate) fn draw(sheet: &Sheet, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let size = (usize::from(area.width), usize::from(area.height));
    let plain = sheet.paper().is_plain();
    for (at, row) in sheet.rows(size).iter().enumerate() {
        let Some(area) = super::line_of(area, at) else { return };
        let spans = Line::from(spans(row, theme, plain));
        buffer.set_line(area.x, area.y, &spans, area.width);
    }
}

/// A row of JSON, or of a string as it is.
pub(crate) fn spans<'a>(row: &'a Row<'_>, theme: &Theme, plain: bool) -> Vec<Span<'a>> {
    let style = |kind| if plain && kind == Kind::Plain { theme.text() } else { theme.json(kind) };
    row.spans.iter().map(|span| Span::styled(span.text.as_ref(), style(span.kind))).collect()
}

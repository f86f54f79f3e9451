//! A value as text, in the colours of its pieces.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::theme::Theme;
use crate::text::json::Kind;
use crate::text::paper::Row;

/// Draws the rows of a window, of JSON or of a string as it is.
pub(crate) fn draw(rows: &[Row<'_>], plain: bool, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    for (at, row) in rows.iter().enumerate() {
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

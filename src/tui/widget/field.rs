//! A line that is typed into, with its cursor.

use ratatui::text::Span;

use super::super::model::field::Field;
use super::super::theme::Theme;
use crate::text;

/// What was typed, its end in sight within `limit` cells; like a chosen line where it gives way to what is typed next.
pub(crate) fn spans<'a>(field: &'a Field, theme: &Theme, limit: usize) -> Vec<Span<'a>> {
    let (before, after) = field.halves();
    let (before, after) = (text::sanitize(before), text::sanitize(after));
    let room = limit.saturating_sub(1);
    let shown = tail(&before, room);
    let rest = room.saturating_sub(text::width(&shown));
    let style = if field.gives_way() { theme.title.patch(theme.selected) } else { theme.title };
    vec![
        Span::styled(shown, style),
        Span::styled("▏", theme.accent),
        Span::styled(text::truncate(&after, rest).into_owned(), theme.title),
    ]
}

/// The end of a text in `limit` cells.
fn tail(text: &str, limit: usize) -> String {
    if text::width(text) <= limit {
        return text.to_owned();
    }
    let mut start = text.len();
    for (at, _) in text.char_indices().rev() {
        if text::width(text.get(at..).unwrap_or_default()) + 1 > limit {
            break;
        }
        start = at;
    }
    format!("…{}", text.get(start..).unwrap_or_default())
}

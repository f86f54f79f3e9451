//! All keys, as the keymap has them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::overlay::{Help, HelpLine};
use super::super::widget::{self, line};
use crate::text;

/// Draws the window of the help.
pub(crate) fn draw(model: &Model, help: &Help, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let keys = help.keys(usize::from(area.width));
    let rows = help.rows();
    let window = help.scroll.window(rows.len(), usize::from(area.height));
    super::say_shown(theme, area, &window, rows.len(), buffer);
    for (at, row) in rows.iter().skip(window.start).take(window.len()).enumerate() {
        let (Some(area), Some(shown)) = (widget::line_of(area, at), help.lines.get(row.line))
        else {
            continue;
        };
        let (left, right) = match shown {
            HelpLine::Blank => continue,
            HelpLine::Heading(heading) => (vec![Span::styled(*heading, theme.heading)], Vec::new()),
            HelpLine::Keys(shown, _, action) => {
                let shown = match (row.keys, row.part.is_empty()) {
                    (false, _) => text::pad("", keys),
                    // They have the row for themselves.
                    (true, true) => shown.as_str().into(),
                    (true, false) => text::pad(shown, keys),
                };
                let left = vec![
                    Span::styled(shown.into_owned(), theme.accent),
                    Span::raw("  "),
                    Span::styled(row.part.as_str(), theme.text()),
                ];
                let right = if usize::from(area.width) >= help.whole() {
                    vec![Span::styled(*action, theme.faint)]
                } else {
                    Vec::new()
                };
                (left, right)
            }
        };
        line::spread(buffer, area, left, right, usize::from(area.width));
    }
}

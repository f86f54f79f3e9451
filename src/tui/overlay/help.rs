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
    let keys = help.keys.min(usize::from(area.width) / 3);
    let window = help.scroll.window(help.lines.len(), usize::from(area.height));
    super::say_shown(theme, area, &window, help.lines.len(), buffer);
    for (at, index) in window.enumerate() {
        let (Some(area), Some(shown)) = (widget::line_of(area, at), help.lines.get(index)) else {
            continue;
        };
        let (left, right) = match shown {
            HelpLine::Blank => continue,
            HelpLine::Heading(heading) => (vec![Span::styled(*heading, theme.heading)], Vec::new()),
            HelpLine::Keys(shown, desc, action) => {
                let left = vec![
                    Span::styled(text::pad(shown, keys).into_owned(), theme.accent),
                    Span::raw("  "),
                    Span::styled(desc.as_str(), theme.text()),
                ];
                let right = if area.width > 70 {
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

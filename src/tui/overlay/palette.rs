//! Choosing an action by its name.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::palette::{Choice, Palette};
use super::super::theme::Theme;
use super::super::widget::{self, field, line};

/// How wide the names are.
const NAME: usize = 19;

/// Draws what was typed and what it fits.
pub(crate) fn draw(model: &Model, palette: &Palette, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    if let Some(first) = widget::line_of(area, 0) {
        let mut typed = vec![Span::styled(": ", theme.dim)];
        typed.extend(field::spans(
            &palette.field,
            theme,
            usize::from(area.width).saturating_sub(2),
        ));
        line::spread(buffer, first, typed, Vec::new(), 4);
    }
    if palette.choices.is_empty()
        && let Some(third) = widget::line_of(area, 2)
    {
        let told = vec![Span::styled("no action is called that", theme.dim)];
        line::spread(buffer, third, told, Vec::new(), 4);
    }
    let height = usize::from(area.height).saturating_sub(2);
    let window = palette.scroll.window(palette.choices.len(), height);
    for (at, index) in window.enumerate() {
        let (Some(area), Some(choice)) =
            (widget::line_of(area, at + 2), palette.choices.get(index))
        else {
            continue;
        };
        if index == palette.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        let right = vec![Span::styled(choice.keys.as_str(), theme.accent)];
        let mut left = name(choice, theme);
        if area.width < 60 {
            line::cut(&mut left, NAME);
        }
        line::spread(buffer, area, left, right, NAME);
    }
}

/// Name and title, with the letters that were typed marked.
fn name<'a>(choice: &Choice, theme: &Theme) -> Vec<Span<'a>> {
    let name = choice.action.name();
    let told = Palette::told(choice.action);
    let mut out: Vec<Span<'a>> = Vec::new();
    for (at, letter) in told.chars().enumerate() {
        let plain = if at < name.len() { theme.text() } else { theme.dim };
        let hit = choice.hits.binary_search(&(at as u32)).is_ok();
        let style = if hit { theme.found(plain) } else { plain };
        if at == name.len() {
            out.push(Span::raw(" ".repeat(NAME.saturating_sub(name.len()).max(1))));
            continue;
        }
        match out.last_mut().filter(|span| span.style == style) {
            Some(span) => span.content.to_mut().push(letter),
            None => out.push(Span::styled(letter.to_string(), style)),
        }
    }
    out
}

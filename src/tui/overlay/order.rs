//! What would be written, before it is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::keymap::Context;
use super::super::model::Model;
use super::super::model::letters::Asking;
use super::super::widget::{self, line};
use crate::text;

/// Draws what it writes where, what comes of it, and the two keys.
pub(crate) fn draw(model: &Model, asking: &Asking, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let hint = |action, word| model.keymap.hint(&[Context::Order], action, word);
    let keys = [hint(Action::Accept, "writes it"), hint(Action::Back, "does not")];
    let keys = keys.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let room = usize::from(area.width);
    // The keys are seen, whatever has to be cut: first the air.
    let height = usize::from(area.height).saturating_sub(2);
    let mut told = asking.lines(room);
    if told.len() > height {
        told.retain(|line| !line.is_empty());
    }
    if told.len() > height {
        told.truncate(height);
        if let Some(last) = told.last_mut() {
            *last = text::truncate(&format!("{last} …"), room).into_owned();
        }
    }
    let first = |at| if at == 0 { theme.warn } else { theme.text() };
    let lines = told.into_iter().enumerate().map(|(at, told)| Span::styled(told, first(at)));
    let mut lines: Vec<_> = lines.collect();
    lines.extend([Span::raw(""), Span::styled(keys, theme.accent)]);
    for (at, told) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at) else { return };
        line::spread(buffer, area, vec![told], Vec::new(), 4);
    }
}

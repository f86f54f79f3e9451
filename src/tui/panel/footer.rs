//! The last line: what can follow a key that was pressed, a message as long as it stands, what the keys do here.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::layout::{Areas, Shape};
use super::super::model::Model;
use super::super::widget::line;

/// Draws the line.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    buffer.set_style(areas.footer, theme.bar);
    let room = usize::from(areas.footer.width).saturating_sub(2);
    let mut spans = vec![Span::raw(" ")];
    if !model.pressed.is_empty() {
        let keys: Vec<String> = model.pressed.iter().map(|key| key.label()).collect();
        spans.push(Span::styled(keys.join(" "), theme.accent));
        spans.push(Span::styled(" …", theme.dim));
        // Whoever does not know what comes next reads it here.
        let following = model.keymap.following(model.contexts(), &model.pressed);
        let piece = |(keys, told): (String, String)| {
            vec![Span::styled(keys, theme.accent), Span::styled(format!(" {told}"), theme.dim)]
        };
        let left = room.saturating_sub(line::width(&spans) + 2);
        spans.push(Span::raw("  "));
        spans.extend(line::pieces(following.into_iter().map(piece).collect(), 2, left));
        line::spread(buffer, areas.footer, spans, Vec::new(), 10);
        return;
    }
    if let Some(message) = &model.message {
        let style = message.tone.style(theme);
        spans.push(Span::styled(format!("{} ", message.tone.mark()), style));
        spans.push(Span::styled(message.text.as_str(), style));
        if let Some(hint) = &message.hint {
            spans.push(Span::styled(format!(" · {hint}"), theme.dim));
        }
        let whole = line::width(&spans) <= room;
        let hint = model.hint(Action::ShowMessages, "in full ").filter(|_| !whole);
        let right = hint.map_or_else(Vec::new, |hint| vec![Span::styled(hint, theme.accent)]);
        line::spread(buffer, areas.footer, spans, right, 10);
        return;
    }
    let keys = model.keymap.footer(model.contexts(), |action| model.can(action));
    let piece = |(keys, word): (String, String)| {
        vec![Span::styled(keys, theme.accent), Span::styled(format!(" {word}"), theme.dim)]
    };
    let gap = if room > 100 { 3 } else { 2 };
    // The way to all the others is never the one that has no room.
    let (help, others): (Vec<_>, Vec<_>) =
        keys.into_iter().partition(|(_, word)| areas.shape == Shape::Small && word == "help");
    let right: Vec<_> = help.into_iter().flat_map(piece).collect();
    let room = room.saturating_sub(line::width(&right) + gap);
    spans.extend(line::pieces(others.into_iter().map(piece).collect(), gap, room));
    line::spread(buffer, areas.footer, spans, right, 10);
}

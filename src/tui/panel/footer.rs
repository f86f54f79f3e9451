//! The last line: a key that waits for another, a message as long as it stands, what the keys do here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::keymap::Offer;
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
        // What can follow stands in a box above.
        spans.push(Span::styled(model.keys_so_far(), theme.accent));
        spans.push(Span::styled(" …  ", theme.dim));
        spans.push(Span::styled("Esc", theme.accent));
        spans.push(Span::styled(" lets it go", theme.dim));
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
    for (x, offer) in offers(model, areas) {
        let piece = vec![
            Span::styled(offer.keys.as_str(), theme.accent),
            Span::styled(format!(" {}", offer.word), theme.dim),
        ];
        let area = Rect { x, width: offer.width() as u16, ..areas.footer };
        line::spread(buffer, area, piece, Vec::new(), 4);
    }
}

/// What the keys do here, each with its column.
fn offers(model: &Model, areas: &Areas) -> Vec<(u16, Offer)> {
    let room = usize::from(areas.footer.width).saturating_sub(2);
    let gap = if room > 100 { 3 } else { 2 };
    let offers = model.keymap.footer(model.contexts(), |action| model.can(action));
    // The way to all the others is never the one that has no room.
    let is_last = |offer: &Offer| areas.shape == Shape::Small && offer.word == "help";
    let (help, others): (Vec<_>, Vec<_>) = offers.into_iter().partition(is_last);
    let right: usize = help.iter().map(Offer::width).sum();
    let (room, mut taken) = (room.saturating_sub(right + gap), 0);
    let mut out = Vec::new();
    for offer in others {
        let begins = if taken == 0 { 0 } else { taken + gap };
        if begins + offer.width() <= room {
            taken = begins + offer.width();
            out.push((areas.footer.x + 1 + begins as u16, offer));
        }
    }
    // As far from the edge as the first.
    let mut x = areas.footer.right().saturating_sub(right as u16 + 1);
    for offer in help {
        let width = offer.width() as u16;
        out.push((x, offer));
        x += width;
    }
    out
}

/// What a click on a column of the line does: nothing while a key waits for
/// another, otherwise reading the message that stands there, or what the key there does.
pub(crate) fn action_at(model: &Model, areas: &Areas, x: u16) -> Option<Action> {
    if !model.pressed.is_empty() {
        return None;
    }
    if model.message.is_some() {
        return Some(Action::ShowMessages);
    }
    let offers = offers(model, areas);
    let here =
        |(begins, offer): &&(u16, Offer)| (*begins..*begins + offer.width() as u16).contains(&x);
    let (begins, offer) = offers.iter().find(here)?;
    offer.action_at(usize::from(x - begins))
}

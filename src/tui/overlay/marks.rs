//! The list of marks, and naming one.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::model::Model;
use super::super::model::field::Field;
use super::super::model::marks::{MarkList, Naming};
use super::super::theme::Theme;
use super::super::widget::{self, field, line};
use crate::text;

/// Draws the two lines to type into.
pub(crate) fn draw_naming(model: &Model, naming: &Naming, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let lines = [("name", &naming.name, !naming.in_note), ("note", &naming.note, naming.in_note)];
    for (at, (label, typed, has_keys)) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at) else { return };
        let mut spans = vec![Span::styled(format!("{label}  "), theme.dim)];
        spans.extend(typing(typed, has_keys, theme, usize::from(area.width).saturating_sub(6)));
        line::spread(buffer, area, spans, Vec::new(), 4);
    }
}

fn typing<'a>(typed: &'a Field, has_keys: bool, theme: &Theme, limit: usize) -> Vec<Span<'a>> {
    if has_keys {
        return field::spans(typed, theme, limit);
    }
    let shown = text::truncate(&text::sanitize(typed.text()), limit).into_owned();
    vec![Span::styled(shown, theme.text())]
}

/// Draws the list: what a mark is called, where it stands, what there is to say about it.
pub(crate) fn draw(model: &Model, list: &MarkList, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    if list.rows.is_empty() {
        let hint = model.keymap.keys_of(super::super::action::Action::SetMark);
        let told = format!("no marks yet; {hint} sets one at the playhead");
        return widget::tell(buffer, area, theme, &told);
    }
    let window = list.scroll.window(list.rows.len(), usize::from(area.height));
    super::say_shown(theme, area, &window, list.rows.len(), buffer);
    let here = model.travel.as_ref().map(|travel| &travel.key);
    for (at, index) in window.enumerate() {
        let (Some(area), Some(mark)) = (widget::line_of(area, at), list.rows.get(index)) else {
            continue;
        };
        if index == list.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        let mut left = vec![Span::styled("⚑ ", theme.accent)];
        left.push(Span::styled(mark.label(), theme.title));
        if !mark.note.is_empty() {
            let note = text::sanitize(&mark.note).into_owned();
            left.push(Span::styled(format!("  {note}"), theme.dim));
        }
        let place = if mark.name.is_empty() { String::new() } else { mark.place() };
        let mut right = vec![Span::styled(place, theme.text())];
        if here != Some(&mark.spot().key) {
            let id = text::sanitize(&mark.aggregate);
            let id = text::truncate_middle(&id, usize::from(area.width) / 3).into_owned();
            right.insert(0, Span::styled(format!("{id} "), theme.dim));
        }
        line::spread(buffer, area, left, right, usize::from(area.width) / 2);
    }
}

//! The list of pins.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::model::Model;
use super::super::model::pins::PinList;
use super::super::theme::Theme;
use super::super::widget::{self, line, value};
use crate::model::Path;
use crate::text::{self, human};

/// Draws the list: what is pinned, what stands there, and which event put it there.
pub(crate) fn draw(model: &Model, list: &PinList, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    if list.rows.is_empty() {
        let mut told = vec!["nothing is pinned".to_owned()];
        told.extend(model.hint(Action::UndoPins, "brings back what was"));
        let key = model.keymap.keys_of(Action::TogglePin);
        told.push(format!("{key} in the state pins the chosen value"));
        for (at, told) in told.into_iter().enumerate() {
            let Some(line) = widget::line_of(area, at) else { return };
            line::spread(buffer, line, vec![Span::styled(told, theme.dim)], Vec::new(), 4);
        }
        return;
    }
    let window = list.scroll.window(list.rows.len(), usize::from(area.height));
    super::say_shown(theme, area, &window, list.rows.len(), buffer);
    for (at, index) in window.enumerate() {
        let (Some(area), Some(path)) = (widget::line_of(area, at), list.rows.get(index)) else {
            continue;
        };
        if index == list.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        draw_row(model, path, theme, area, buffer);
    }
}

fn draw_row(model: &Model, path: &Path, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(travel) = &model.travel else { return };
    let all = usize::from(area.width);
    let name = text::sanitize(&path.to_string()).into_owned();
    let name = text::truncate_middle(&name, all / 2).into_owned();
    let mut left = vec![Span::styled("◉ ", theme.accent), Span::styled(name, theme.key)];
    left.push(Span::raw("  "));
    let whole = Some(&travel.moment.state.root);
    let slot = path.segments().iter().fold(whole, |slot, step| slot?.value.child(step));
    let mut right = Vec::new();
    if let Some(slot) = slot {
        let kind = text::truncate_middle(travel.type_of(slot.since), all / 3).into_owned();
        let told = format!("v{} {kind}", human::count(slot.since.0));
        right.push(Span::styled(told.trim_end().to_owned(), theme.dim));
        let room = all.saturating_sub(line::width(&left) + line::width(&right) + 2);
        left.extend(value::spans(&slot.value, theme, room));
    } else {
        let version = human::count(travel.moment.version.0);
        left.push(Span::styled(format!("is not there at v{version}"), theme.warn));
    }
    line::spread(buffer, area, left, right, all / 2);
}

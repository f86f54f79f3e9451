//! The panels of the screens, and the lines around them. They draw what the model holds and decide nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::action::Action;
use super::model::Model;
use super::widget::{self, line};

pub(crate) mod aggregates;
pub(crate) mod change;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod rail;
pub(crate) mod screens;
pub(crate) mod state;
pub(crate) mod tabs;

/// Says that nothing was read of what the cursor is on; nothing where it is on its way, or there is none.
fn unread(model: &Model, content: Rect, buffer: &mut Buffer) {
    if model.opening.is_some() || model.list.chosen().is_none() {
        return;
    }
    let Some(first) = widget::line_of(content, 0) else { return };
    let hint = model.hint(Action::Refresh, "reads it again");
    let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
    let told = Span::styled(format!("nothing was read{hint}"), model.theme().dim);
    line::spread(buffer, first, vec![told], Vec::new(), 4);
}

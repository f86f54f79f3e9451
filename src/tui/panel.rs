//! The panels of the screens, and the lines around them. They draw what the model holds and decide nothing.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::action::Action;
use super::model::Model;
use super::model::live::Following;
use super::widget;

pub(crate) mod aggregates;
pub(crate) mod change;
pub(crate) mod event;
pub(crate) mod events;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod metrics;
mod newest;
pub(crate) mod projections;
pub(crate) mod rail;
pub(crate) mod screens;
pub(crate) mod state;
pub(crate) mod tabs;

/// Says that nothing was read of what the cursor is on; nothing where it is on its way, or there is none.
fn unread(model: &Model, content: Rect, buffer: &mut Buffer) {
    if model.opening.is_some() {
        return;
    }
    if model.list.chosen().is_none() {
        let told = if model.list.loaded { "no aggregate is open" } else { "" };
        return widget::tell(buffer, content, model.theme(), told);
    }
    let hint = model.hint(Action::Refresh, "reads it again");
    let hint = hint.map_or_else(String::new, |hint| format!("; {hint}"));
    widget::tell(buffer, content, model.theme(), &format!("nothing was read{hint}"));
}

/// What to do where nothing is yet: what is written comes by itself, or has to be asked for.
fn awaited(model: &Model, none: &str) -> String {
    let next = match model.live.following {
        Following::Live | Following::Unpausing => {
            Some("what is written comes here by itself".to_owned())
        }
        Following::Pausing | Following::Paused => {
            model.hint(Action::PauseChanges, "shows what is written")
        }
        Following::Fixed => model.hint(Action::Refresh, "reads the store again"),
    };
    next.map_or_else(|| none.to_owned(), |next| format!("{none}; {next}"))
}

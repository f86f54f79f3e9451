//! What inputs mean where the person is.

use crate::tui::Action;
use crate::tui::input::{Input, Key};
use crate::tui::keymap::Meaning;
use crate::tui::layout::Shape;
use crate::tui::model::Model;
use crate::tui::model::overlay::Overlay;
use crate::tui::overlay::waiting;
use crate::tui::panel::footer::action_at;

use super::deed::Act;

/// What a key means where the person is.
pub(super) fn meaning(model: &Model, key: Key) -> Meaning {
    let mut pressed = model.pressed.clone();
    pressed.push(key);
    model.meaning(&pressed)
}

/// What a click on the line of keys means, or on the box of those that can follow; `None` for a click elsewhere.
pub(super) fn does_at_once(model: &Model, input: &Input) -> Option<Meaning> {
    let Input::Click(x, y) = input else { return None };
    let in_footer = *y == model.areas.footer.y && model.areas.shape != Shape::TooSmall;
    let footer = || action_at(model, &model.areas, *x).map_or(Meaning::Nothing, Meaning::Run);
    waiting::meaning_at(model, &model.areas, *x, *y).or_else(|| in_footer.then(footer))
}

/// Whether what is about to be done may be a wish to leave.
pub(super) fn asks_to_quit(model: &Model, act: &Act) -> bool {
    let Act::Input(input) = act else { return false };
    let meant = match input {
        Input::Key(key) => meaning(model, *key),
        Input::Click(..) => does_at_once(model, input).unwrap_or(Meaning::Run(Action::Accept)),
        _ => Meaning::Nothing,
    };
    match meant {
        Meaning::Run(Action::Quit) => true,
        // A click may choose it first.
        Meaning::Run(Action::Accept) => match &model.overlay {
            Overlay::Palette(palette) => {
                let offered = palette.choices.iter().any(|choice| choice.action == Action::Quit);
                offered
                    && (!matches!(input, Input::Key(_)) || palette.action() == Some(Action::Quit))
            }
            Overlay::Help(_) => !matches!(input, Input::Key(_)),
            _ => false,
        },
        _ => false,
    }
}

/// Whether the Metrics screen takes it for itself.
pub(super) fn is_of_metrics(action: Action) -> bool {
    let own = matches!(
        action,
        Action::FocusNext
            | Action::FocusPrevious
            | Action::OpenMetric
            | Action::GoToAlert
            | Action::SwitchHeight
    );
    own || scrubs(action) || moves_cursor(action)
}

/// Whether both screens of the whole store take it: they look at one moment.
pub(super) fn scrubs(action: Action) -> bool {
    matches!(
        action,
        Action::StepBack
            | Action::StepForward
            | Action::StepBackTen
            | Action::StepForwardTen
            | Action::GoEnd
            | Action::ZoomIn
            | Action::ZoomOut
            | Action::Back
            | Action::Refresh
    )
}

/// Whether it moves a cursor over lines.
pub(super) fn moves_cursor(action: Action) -> bool {
    matches!(
        action,
        Action::CursorUp
            | Action::CursorDown
            | Action::PageUp
            | Action::PageDown
            | Action::CursorTop
            | Action::CursorBottom
    )
}

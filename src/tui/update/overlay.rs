//! What stands over the screen: the prompt, the palette, the help, the message.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::overlay::Overlay;
use super::super::model::travel::Goal;
use super::super::model::{Exit, Model};
use super::travel;
use crate::model::At;

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => {
            model.exit = Some(Exit::Quit);
            return Vec::new();
        }
        Action::Back => {
            model.overlay = Overlay::None;
            return Vec::new();
        }
        Action::Accept => return accept(model),
        _ => {}
    }
    let height = overlay_height(model);
    let page = height.saturating_sub(1).max(1) as isize;
    let by = match action {
        Action::CursorUp => -1,
        Action::CursorDown => 1,
        Action::PageUp => -page,
        Action::PageDown => page,
        Action::CursorTop => isize::MIN / 2,
        Action::CursorBottom => isize::MAX / 2,
        _ => return Vec::new(),
    };
    match &mut model.overlay {
        Overlay::Palette(palette) => {
            let len = palette.choices.len();
            palette.scroll.move_by(by, len, height);
        }
        Overlay::Help(help) => help.scroll.slide(by, help.lines.len(), height),
        // Its lines are wrapped when they are drawn; a message is never longer than this.
        Overlay::Message(scroll) => scroll.slide(by, height + 50, height),
        Overlay::GoTo(_) | Overlay::None => {}
    }
    Vec::new()
}

/// The lines that an overlay shows.
pub(super) fn overlay_height(model: &Model) -> usize {
    super::super::overlay::lines(&model.areas, &model.overlay)
}

fn accept(model: &mut Model) -> Vec<Effect> {
    match std::mem::take(&mut model.overlay) {
        Overlay::Palette(palette) => {
            palette.action().map_or_else(Vec::new, |action| super::act(model, action))
        }
        Overlay::GoTo(mut prompt) => {
            let typed = prompt.field.text().trim();
            if typed.is_empty() {
                return Vec::new();
            }
            match At::parse(typed, chrono::Utc::now()) {
                Ok(at) => travel::go(model, Goal::at(at)),
                Err(error) => {
                    prompt.mistake = Some(crate::text::sanitize(&error.to_string()).into_owned());
                    model.overlay = Overlay::GoTo(prompt);
                    Vec::new()
                }
            }
        }
        Overlay::Help(_) | Overlay::Message(_) | Overlay::None => Vec::new(),
    }
}

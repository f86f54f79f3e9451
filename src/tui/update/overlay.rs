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
    let Some(by) = super::lines_of(action, height) else { return Vec::new() };
    let width = super::super::overlay::width(&model.areas, &model.overlay);
    match &mut model.overlay {
        Overlay::Palette(palette) => {
            let len = palette.choices.len();
            palette.scroll.move_by(by, len, height);
        }
        Overlay::Help(help) => help.scroll.slide(by, help.lines.len(), height),
        Overlay::Message(scroll) => {
            let lines = model.last_message.as_ref().map_or(0, |told| told.lines(width).len());
            scroll.slide(by, lines, height);
        }
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

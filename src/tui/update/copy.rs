//! Copying: what was chosen goes to the terminal's clipboard, and it is said what did.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::layout::Panel;
use super::super::model::aspect::Aspect;
use super::super::model::copy;
use super::super::model::{Model, Store, Tone};
use super::{say, tell};

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(travel) = &model.travel else {
        tell(model, Tone::Note, "there is nothing to copy yet");
        return Vec::new();
    };
    let in_event = model.focus == Panel::Event;
    let raw = model.aspect == Aspect::Raw && model.focus == Panel::State;
    let changes = model.focus == Panel::Change;
    let copied = match action {
        Action::CopyValue | Action::CopySubtree if changes => copy::change(travel),
        Action::CopyPath if changes => {
            travel.chosen_change().map(|change| copy::named(&change.path))
        }
        Action::CopyValue | Action::CopySubtree if raw => Some(copy::state(travel)),
        Action::CopyPath if raw => {
            let path = model.raw.sheet.paper().path(&model.raw.spot());
            Some(copy::named(&path))
        }
        Action::CopyValue if in_event => copy::payload(travel, model.schemas),
        Action::CopyValue => copy::value(travel),
        Action::CopyPath => copy::path(travel),
        Action::CopySubtree => copy::subtree(travel),
        Action::CopyEvent => copy::event(travel, model.schemas),
        _ => match &model.store {
            Store::Open(facts) => {
                Some(copy::command(travel, model.focus, &facts.source, facts.upcast.as_deref()))
            }
            Store::Opening(_) => None,
        },
    };
    let Some(copied) = copied else {
        let told = match action {
            Action::CopyEvent => "before the first event there is none to copy",
            _ if changes => "there is no change to copy",
            _ if in_event => "there is no payload that could be copied as text",
            _ => "the state has no value to copy here",
        };
        tell(model, Tone::Note, told);
        return Vec::new();
    };
    let told = copied.told();
    if let Ok(text) = copied.text {
        tell(model, Tone::Note, &told);
        return vec![Effect::Copy(text)];
    }
    let hint = model.hint(Action::CopyCommand, "copies a command that prints it");
    say(model, Tone::Bad, &told, hint.as_deref());
    Vec::new()
}

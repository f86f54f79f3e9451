//! How the state is shown.

use super::super::effect::Effect;
use super::super::layout::Panel;
use super::super::model::Model;
use super::super::model::aspect::Aspect;
use super::{focus, travel};
use crate::model::Path;

/// Shows the state in a way, or as a tree again where it is shown so already.
pub(super) fn toggle(model: &mut Model, aspect: Aspect) -> Vec<Effect> {
    let shown = model.aspect == aspect && model.focus == Panel::State;
    let mut effects = focus(model, Panel::State);
    effects.extend(turn(model, if shown { Aspect::Tree } else { aspect }));
    effects
}

/// As a tree again; `None` where it is shown so already.
pub(super) fn end(model: &mut Model) -> Option<Vec<Effect>> {
    let other = model.focus == Panel::State && model.aspect != Aspect::Tree;
    other.then(|| turn(model, Aspect::Tree))
}

/// Goes to a place of the state, as a tree.
pub(super) fn reveal(model: &mut Model, path: &Path) -> Vec<Effect> {
    let mut effects = focus(model, Panel::State);
    if model.aspect == Aspect::Raw {
        effects.extend(turn(model, Aspect::Tree));
    }
    let height = model.height(Panel::State);
    if let Some(travel) = &mut model.travel {
        travel.tree.reveal(path, height);
    }
    travel::fit_state(model);
    effects
}

fn turn(model: &mut Model, aspect: Aspect) -> Vec<Effect> {
    model.aspect = aspect;
    // Side by side takes more room.
    let mut effects = super::resize(model, model.areas.whole);
    travel::show_state(model);
    effects.extend(travel::complete(model));
    effects
}

/// Shows the state at the playhead in another way than as a tree, where that is wanted.
pub(super) fn show(model: &mut Model) {
    let size = size(model);
    let Some(travel) = model.travel.as_ref().filter(|_| model.aspect == Aspect::Raw) else {
        return;
    };
    model.raw.show(&travel.key, travel.moment.state.value(), size);
}

/// Keeps the window inside after it changed.
pub(super) fn fit(model: &mut Model) {
    if model.aspect == Aspect::Raw {
        let size = size(model);
        model.raw.sheet.slide(0, size);
    }
}

/// Moves the window on the text; whether that is what the panel shows.
pub(super) fn slide(model: &mut Model, by: isize) -> bool {
    let size = size(model);
    let raw = model.aspect == Aspect::Raw;
    if raw {
        model.raw.slide(by, size);
    }
    raw
}

/// The cells and rows of the state.
pub(super) fn size(model: &Model) -> (usize, usize) {
    (model.width(Panel::State), model.height(Panel::State))
}

//! The program is stopped for a while, and comes back.
//!
//! Nothing of a store may be held meanwhile: what reads for long is told to stop, and begins again afterwards.

use super::super::effect::{Effect, Slot, Stopping};
use super::super::model::Model;
use super::super::model::list::Place;
use super::{events, list};

/// Asks to be stopped; nobody sees it play meanwhile.
pub(super) fn stop(model: &mut Model, by: Stopping) -> Vec<Effect> {
    model.player.pause();
    vec![Effect::Suspend(by)]
}

/// Stops what would not give way by itself.
pub(crate) fn rest(model: &Model) -> Vec<Effect> {
    let mut slots = Vec::new();
    slots.extend(model.counting.then_some(Slot::Count));
    slots.extend(model.list.loading.map(|_| Slot::Page));
    slots.extend(model.events.loading.map(|_| Slot::Events));
    slots.extend(events::sieve::is_counting(model).then_some(Slot::Tally));
    slots.into_iter().map(Effect::Stop).collect()
}

/// Begins again what was stopped for it.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    model.dirty = true;
    let mut effects = Vec::new();
    match model.list.loading {
        Some(Place::Around) => effects.extend(list::reread(model)),
        Some(place) => effects.extend(list::load(model, place)),
        None => {}
    }
    if model.counting {
        effects.push(list::count(model));
    }
    if let Some(place) = model.events.loading {
        effects.extend(events::load(model, place));
    }
    if model.events.loaded || model.events.loading.is_some() {
        effects.extend(events::sieve::count_on(model));
    }
    effects
}

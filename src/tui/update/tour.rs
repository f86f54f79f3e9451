//! The tour begins, notices that a step is reached, and is left.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::keymap::Context;
use super::super::model::overlay::Overlay;
use super::super::model::tour::Tour;
use super::super::model::{Model, Tone};
use super::{resize, tell};
use crate::text::human;

/// Does what a person wants of the tour; `None` where that is something else.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::StartTour => Some(start(model)),
        Action::TourNext | Action::TourPrevious | Action::LeaveTour if !model.is_on_tour() => {
            let how = how(model);
            tell(model, Tone::Note, &format!("no tour is on: {how} takes it"));
            Some(Vec::new())
        }
        Action::TourNext => Some(go(model, false)),
        Action::TourPrevious => Some(go(model, true)),
        Action::LeaveTour => Some(leave(model)),
        _ => None,
    }
}

/// Says on the first screen of the demo that there is a tour.
pub(super) fn offer(model: &mut Model) {
    if !model.begins_with_tour() {
        return;
    }
    // What is wrong with it is told to whoever takes it.
    let Ok((_, steps)) = read(model).map(Tour::place) else { return };
    let (how, steps) = (how(model), human::plural(steps as u64, "step"));
    tell(model, Tone::Note, &format!("{how}: a tour to the cause in {steps}"));
}

/// Sees whether the step is reached, or the person is elsewhere.
pub(super) fn look(model: &mut Model) {
    let Some(goal) = model.tour.as_ref().and_then(Tour::awaited) else { return };
    let (reached, astray) = (goal.is_reached(model), goal.astray(model));
    if let Some(tour) = &mut model.tour {
        model.dirty |= tour.look(reached, astray);
    }
}

/// The keys that start it, as a person sees them.
fn how(model: &Model) -> String {
    let key = |place: Context, action| model.keymap.key(&place.around(), action);
    let help = key(Context::Everywhere, Action::ShowHelp);
    match (help, key(Context::Help, Action::StartTour)) {
        (Some(help), Some(start)) => format!("{help} {start}"),
        _ => Action::StartTour.name().to_owned(),
    }
}

fn start(model: &mut Model) -> Vec<Effect> {
    model.overlay = Overlay::None;
    if !model.has_tour() {
        tell(model, Tone::Note, "the tour is of the sample shop: `foldback demo` opens it");
        return Vec::new();
    }
    if let Err(error) = read(model) {
        tell(model, Tone::Bad, &error);
        return Vec::new();
    }
    switch(model, true)
}

/// The tour, read where it is not at hand; fails where its file is wrong.
fn read(model: &mut Model) -> Result<&Tour, String> {
    let tour = match model.tour.take() {
        Some(tour) => tour,
        None => Tour::new(&model.keymap)?,
    };
    Ok(model.tour.insert(tour))
}

fn switch(model: &mut Model, on: bool) -> Vec<Effect> {
    if let Some(tour) = &mut model.tour {
        tour.on = on;
    }
    // What the box takes is taken from the panels: it covers nothing.
    resize(model, model.areas.whole)
}

fn go(model: &mut Model, back: bool) -> Vec<Effect> {
    let ended = model.tour.as_mut().is_some_and(|tour| !tour.go(back));
    if !ended || back {
        return Vec::new();
    }
    let how = how(model);
    tell(model, Tone::Note, &format!("that was the tour: {how} again"));
    switch(model, false)
}

fn leave(model: &mut Model) -> Vec<Effect> {
    let at = model.tour.as_ref().map_or(1, |tour| tour.place().0);
    let how = how(model);
    tell(model, Tone::Note, &format!("left the tour at step {at}: {how} goes on there"));
    switch(model, false)
}

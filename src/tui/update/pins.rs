//! Pins, and the way along the events that changed what is pinned, or chosen.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::model::overlay::Overlay;
use super::super::model::pins::{Found, Lead, PinList, Traced, Trail};
use super::super::model::scroll::Scroll;
use super::super::model::travel::Goal;
use super::super::model::visits::Spot;
use super::super::model::{Model, Tone};
use super::{aspect, fail, say, tell, travel, visit};
use crate::model::{AggregateKey, At, Path};
use crate::session::SessionError;
use crate::text::{self, human};

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::TogglePin => toggle(model),
        Action::ShowPins => {
            show(model);
            Vec::new()
        }
        Action::UnpinAll => clear(model),
        Action::UndoPins => undo(model),
        Action::PreviousTouch => seek(model, false),
        _ => seek(model, true),
    }
}

fn toggle(model: &mut Model) -> Vec<Effect> {
    let Some(travel) = &model.travel else { return Vec::new() };
    let Some((path, _)) = travel.tree.chosen() else {
        tell(model, Tone::Note, "the state has no value to pin here");
        return Vec::new();
    };
    flip(model, path)
}

fn flip(model: &mut Model, path: Path) -> Vec<Effect> {
    let Some(travel) = &model.travel else { return Vec::new() };
    let category = travel.key.category.clone();
    let place = text::sanitize(&path.to_string()).into_owned();
    let place = text::truncate_middle(&place, 60).into_owned();
    if model.pins.toggle(&category, path) {
        let hint = model.hint(Action::NextTouch, "goes to the next event that changed it");
        say(model, Tone::Note, &format!("pinned {place}"), hint.as_deref());
    } else {
        say_undo(model, &format!("unpinned {place}"));
    }
    changed(model)
}

fn clear(model: &mut Model) -> Vec<Effect> {
    let Some(travel) = &model.travel else { return Vec::new() };
    let category = travel.key.category.clone();
    match model.pins.clear(&category) {
        0 => tell(model, Tone::Note, "nothing is pinned"),
        pins => say_undo(model, &format!("took {} off", human::plural(pins as u64, "pin"))),
    }
    changed(model)
}

/// Opens the list, or makes it again, with the cursor where it was.
fn show(model: &mut Model) {
    let Some(travel) = &model.travel else {
        return tell(model, Tone::Note, "there is nothing to pin yet");
    };
    let category = text::sanitize(travel.key.category.as_str());
    let title = if category.is_empty() { "Pins".into() } else { format!("Pins of {category}") };
    let rows = model.pins.of(&travel.key.category).to_vec();
    let mut scroll = match &model.overlay {
        Overlay::Pins(list) => list.scroll,
        _ => Scroll::default(),
    };
    let len = rows.len();
    model.overlay = Overlay::Pins(PinList { title, rows, scroll });
    let height = super::overlay::overlay_height(model);
    scroll.settle(len, height);
    if let Overlay::Pins(list) = &mut model.overlay {
        list.scroll = scroll;
    }
}

/// Does what a person wants of the chosen pin of the list, or of all.
pub(super) fn in_list(model: &mut Model, action: Action) -> Vec<Effect> {
    let Overlay::Pins(list) = &model.overlay else { return Vec::new() };
    let chosen = list.rows.get(list.scroll.cursor).cloned();
    let effects = match (action, chosen) {
        (Action::Accept, Some(path)) => return reveal(model, &path),
        (Action::TogglePin, Some(path)) => flip(model, path),
        (Action::UnpinAll, _) => clear(model),
        (Action::UndoPins, _) => undo(model),
        _ => return Vec::new(),
    };
    show(model);
    effects
}

/// Goes to a pinned place in the state, or to what is left of the way to it.
fn reveal(model: &mut Model, path: &Path) -> Vec<Effect> {
    model.overlay = Overlay::None;
    let effects = aspect::reveal(model, path);
    let gone = model.travel.as_ref().is_some_and(|t| t.moment.state.value().at(path).is_none());
    if gone {
        let place = text::sanitize(&path.to_string()).into_owned();
        let place = text::truncate_middle(&place, 40).into_owned();
        let hint = model.hint(Action::NextTouch, "goes to the next event that changed it");
        say(model, Tone::Note, &format!("{place} is not there at this version"), hint.as_deref());
    }
    effects
}

fn say_undo(model: &mut Model, told: &str) {
    let hint = model.hint(Action::UndoPins, "undoes it");
    say(model, Tone::Note, told, hint.as_deref());
}

fn undo(model: &mut Model) -> Vec<Effect> {
    let Some(category) = model.pins.undo() else {
        tell(model, Tone::Note, "no pin was put or taken off yet");
        return Vec::new();
    };
    let pins = human::plural(model.pins.of(&category).len() as u64, "pin");
    say_undo(model, &format!("the pins are as they were before: {pins}"));
    changed(model)
}

/// The pins are others: so are the events that changed them.
fn changed(model: &mut Model) -> Vec<Effect> {
    travel::fit_state(model);
    follow(model)
}

/// Finds the events that changed what is pinned, where that is not known or new ones came.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let Some(travel) = &mut model.travel else { return Vec::new() };
    let pinned = model.pins.of(&travel.key.category);
    let (key, last) = (travel.key.clone(), travel.moment.last);
    let fits = |trail: &Trail| trail.key == key && (trail.paths == pinned || !trail.pinned);
    match &mut travel.trail {
        Some(trail) if fits(trail) && trail.pinned != pinned.is_empty() => {
            if trail.found != Found::Whole || trail.reaches(last) {
                return Vec::new();
            }
            trail.found = Found::Reading;
        }
        _ if pinned.is_empty() => {
            let had = travel.trail.take().is_some();
            return if had { vec![Effect::Stop(Slot::Trace)] } else { Vec::new() };
        }
        _ => travel.trail = Some(Trail::new(key, pinned.to_vec(), true)),
    }
    read(model)
}

/// Reads on along the trail.
fn read(model: &mut Model) -> Vec<Effect> {
    let Some(trail) = model.travel.as_mut().and_then(|travel| travel.trail.as_mut()) else {
        return Vec::new();
    };
    trail.found = Found::Reading;
    let (key, paths, known) = (trail.key.clone(), trail.paths.clone(), trail.len());
    vec![Effect::TraceOn { key, paths, known }]
}

/// To the next or previous event that changed what is pinned; without pins, what is chosen.
fn seek(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(travel) = model.travel.as_mut().filter(|_| model.opening.is_none()) else {
        return Vec::new();
    };
    let pinned = model.pins.of(&travel.key.category);
    let paths: Vec<Path> = if pinned.is_empty() {
        travel.tree.chosen().map(|(path, _)| path).into_iter().collect()
    } else {
        pinned.to_vec()
    };
    if paths.is_empty() {
        tell(model, Tone::Note, "the state has no value here whose changes could be looked for");
        return Vec::new();
    }
    let (key, pinned, last) = (travel.key.clone(), !pinned.is_empty(), travel.moment.last);
    let known = travel.trail.as_ref().filter(|trail| trail.key == key && trail.paths == paths);
    let Some(trail) = known else {
        let mut trail = Trail::new(key, paths, pinned);
        trail.seeking = Some(forward);
        travel.trail = Some(trail);
        return read(model);
    };
    let more = trail.found == Found::Stopped || trail.found == Found::Whole && !trail.reaches(last);
    let mut effects = if more { read(model) } else { Vec::new() };
    effects.extend(lead(model, forward, true));
    effects
}

/// Goes along the trail, as soon as it is known where to.
fn lead(model: &mut Model, forward: bool, is_asked: bool) -> Vec<Effect> {
    let Some(travel) = &mut model.travel else { return Vec::new() };
    let at = travel.heading();
    let Some(trail) = &mut travel.trail else { return Vec::new() };
    trail.seeking = None;
    match trail.lead(at, forward) {
        Lead::To(version) => {
            let key = trail.key.clone();
            // Through a series of them it is one jump: back is where it began.
            if !model.visits.ends_in(&key, at) {
                visit::leave(model);
            }
            model.visits.series = Some(Spot { key, version });
            travel::go(model, Goal::at(At::Version(version)))
        }
        Lead::End => {
            let told = match (trail.len(), forward) {
                (0, _) => format!("no event changed {}", trail.named(40)),
                (_, true) => format!("no later event changed {}", trail.named(40)),
                (_, false) => format!("no earlier event changed {}", trail.named(40)),
            };
            tell(model, Tone::Note, &told);
            Vec::new()
        }
        Lead::Unknown => {
            trail.seeking = Some(forward);
            // It is said once that it is looked for.
            if !is_asked {
                return Vec::new();
            }
            let told = format!("looking for events that changed {}", trail.named(40));
            let hint = model.hint(Action::Back, "stops");
            say(model, Tone::Note, &told, hint.as_deref());
            Vec::new()
        }
    }
}

fn is_seeking(model: &Model) -> bool {
    let trail = model.travel.as_ref().and_then(|travel| travel.trail.as_ref());
    trail.is_some_and(|trail| trail.seeking.is_some())
}

/// Takes in what was found.
pub(super) fn traced(
    model: &mut Model,
    key: &AggregateKey,
    paths: &[Path],
    traced: Result<Traced, SessionError>,
    done: bool,
) -> Vec<Effect> {
    let travel = model.travel.as_mut();
    let trail = travel.and_then(|travel| travel.trail.as_mut());
    let Some(trail) = trail.filter(|trail| trail.key == *key && trail.paths == paths) else {
        return Vec::new();
    };
    let traced = match traced {
        Ok(traced) => traced,
        Err(error) => {
            (trail.found, trail.seeking) = (Found::Stopped, None);
            fail(model, &error);
            return Vec::new();
        }
    };
    let well = trail.learn(traced);
    let (again, seeking) = (done && (!well || trail.found == Found::Reading), trail.seeking);
    let mut effects = if again { read(model) } else { Vec::new() };
    if let Some(forward) = seeking {
        let said = model.log.said;
        effects.extend(lead(model, forward, false));
        if model.log.said == said && !is_seeking(model) {
            // That it is looked for is no longer so.
            super::log::stood(model);
        }
    }
    effects
}

/// Stops finding; whether it went on.
pub(super) fn stop(model: &mut Model) -> bool {
    let trail = model.travel.as_mut().and_then(|travel| travel.trail.as_mut());
    let Some(trail) = trail.filter(|trail| trail.found == Found::Reading) else { return false };
    (trail.found, trail.seeking) = (Found::Stopped, None);
    true
}

/// Whether it goes on.
pub(super) fn is_busy(model: &Model) -> bool {
    let trail = model.travel.as_ref().and_then(|travel| travel.trail.as_ref());
    trail.is_some_and(|trail| trail.found == Found::Reading)
}

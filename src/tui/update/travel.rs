//! The playhead, and the panels that show what is there.

use std::sync::Arc;

use super::super::action::Action;
use super::super::effect::{Effect, Ride, Slot};
use super::super::layout::{Panel, Shape};
use super::super::model::aspect::Aspect;
use super::super::model::overlay::{FullValue, GoTo, Overlay};
use super::super::model::rail::View;
use super::super::model::schemas::Schemas;
use super::super::model::travel::{Goal, Opening, Travel, Walked};
use super::super::model::tree::AT_ONCE;
use super::super::model::{Model, Store, Tone};
use super::{aspect, base, focus, keep, list, pins, tell, visit};
use crate::model::{At, Version};
use crate::task::Running;
use crate::text::human;

/// From so many events on, an aggregate is shown while it is walked for the first time.
pub(super) const LONG: u64 = 20_000;

/// Shows the moment in all panels.
pub(super) fn show(model: &mut Model) {
    if let Some(travel) = &mut model.travel {
        travel.count_failed();
    }
    show_event(model);
    show_changes(model);
    show_state(model);
}

/// Shows the event under the playhead.
pub(super) fn show_event(model: &mut Model) {
    let width = model.width(Panel::Event);
    let Some(travel) = &mut model.travel else { return };
    let (failed, correlation) = (travel.failed_here(), correlation(&model.store));
    // Without a frame, it is said above the event.
    let told = model.schemas.told(&travel.moment).into_iter().next();
    let told = told.filter(|_| model.areas.shape == Shape::Small);
    let seen = (&*travel.moment, &travel.sight.laid);
    travel.event.show(seen, width, correlation, failed, (model.schemas, told));
}

/// Shows the event in another schema, or what lies between.
pub(super) fn switch_schema(model: &mut Model) -> Vec<Effect> {
    let mut effects = focus(model, Panel::Event);
    if model.can(Action::SwitchSchema) {
        model.schemas = model.schemas.next();
        model.events.turn();
        show_event(model);
    } else {
        tell(model, Tone::Note, "this event is folded as it was recorded");
    }
    effects.extend(super::resize(model, model.areas.whole));
    effects
}

/// Asks for what the moment is to be shown with and is not at hand: what was beside what is, and how it differs from what
/// it is compared with. Both cost as much as the state is large, so that no key waits for them. What is on its way brings
/// its own.
pub(super) fn complete(model: &mut Model) -> Vec<Effect> {
    let Some(travel) = model.travel.as_ref().filter(|_| !model.on_its_way()) else {
        return Vec::new();
    };
    let unwoven = model.aspect == Aspect::Beside && travel.woven().is_none();
    let uncompared = travel.base.is_some() != travel.against.is_some();
    match (travel.riding, unwoven, uncompared) {
        // It begins anew, and brings its own.
        (true, true, _) => walk(model),
        (false, true, _) | (false, _, true) if !model.live.reading => {
            let goal = Goal::at(At::Version(travel.moment.version));
            vec![moment(model, travel, goal, false, Running::Finish)]
        }
        _ => Vec::new(),
    }
}

/// Asks for a place on the timeline of what is shown, with all that it is to be shown with.
fn moment(model: &Model, travel: &Travel, goal: Goal, refresh: bool, running: Running) -> Effect {
    Effect::LoadMoment {
        key: travel.key.clone(),
        goal,
        refresh,
        rail: travel.view(model.width(Panel::Rail)),
        against: travel.base.as_ref().map(|base| base.at),
        beside: model.aspect == Aspect::Beside,
        running,
    }
}

/// Shows the state in the way that is wanted.
pub(super) fn show_state(model: &mut Model) {
    let (state, aspect) = (aspect::size(model), model.aspect);
    let Some(travel) = &mut model.travel else { return };
    let woven = travel.woven().filter(|_| aspect == Aspect::Beside).cloned();
    travel.tree.show(&travel.moment, woven, Arc::clone(&travel.sight.touches), state);
    aspect::show(model);
    fit_state(model);
}

/// Shows what the event under the playhead changed, or how the playhead differs from what it is compared with.
pub(super) fn show_changes(model: &mut Model) {
    let width = model.width(Panel::Change);
    let heading = base::heading(model, width);
    let Some(travel) = &mut model.travel else { return };
    match travel.against.as_ref().zip(heading) {
        Some((against, heading)) => travel.changes.compare(heading, &against.changes, width),
        None => travel.changes.show(&travel.moment, width),
    }
}

/// Shows the moment that is shown already, read again: no window on it moves.
pub(super) fn show_again(model: &mut Model) {
    let windows = model.travel.as_ref().map(|travel| (travel.changes.scroll, travel.event.scroll));
    show(model);
    let heights = (model.height(Panel::Change), model.height(Panel::Event));
    let Some((travel, windows)) = model.travel.as_mut().zip(windows) else { return };
    (travel.changes.scroll, travel.event.scroll) = windows;
    travel.changes.move_by(0, heights.0);
    travel.slide(Panel::Event, 0, heights.1);
}

/// Keeps the chosen line of the state in sight: how many lines there are may depend on what they show.
pub(super) fn fit_state(model: &mut Model) {
    let state = (model.width(Panel::State), model.height(Panel::State));
    if let Some(travel) = &mut model.travel {
        travel.tree.fit(state);
    }
    aspect::fit(model);
}

/// What the layout calls the member of the metadata that names the conversation.
pub(super) fn correlation(store: &Store) -> Option<&str> {
    match store {
        Store::Open(facts) => facts.correlation.as_deref(),
        Store::Opening(_) => None,
    }
}

/// Makes again what depends on widths.
pub(super) fn fit(model: &mut Model) -> Vec<Effect> {
    let (change, event) = (model.width(Panel::Change), model.width(Panel::Event));
    let rail = model.width(Panel::Rail);
    let Some(travel) = &model.travel else { return Vec::new() };
    let (stale_event, stale_changes) = (!travel.event.fits(event), !travel.changes.fits(change));
    if stale_event {
        show_event(model);
    }
    if stale_changes {
        show_changes(model);
    }
    fit_state(model);
    let Some(travel) = &mut model.travel else { return Vec::new() };
    if rail == 0 || usize::from(travel.picture.width) == rail {
        return Vec::new();
    }
    if travel.walked == Walked::Stopped { draw_rail(model) } else { walk(model) }
}

/// Asks for the rail of what was walked, which stays as it is.
pub(super) fn draw_rail(model: &Model) -> Vec<Effect> {
    let width = model.width(Panel::Rail);
    let asked = |travel: &Travel| {
        vec![Effect::DrawRail { key: travel.key.clone(), rail: travel.view(width) }]
    };
    model.travel.as_ref().map_or_else(Vec::new, asked)
}

/// Walks on through the history of the aggregate.
pub(super) fn walk(model: &mut Model) -> Vec<Effect> {
    let width = model.width(Panel::Rail);
    let Some(travel) = &mut model.travel else { return Vec::new() };
    if travel.walked == Walked::Stopped {
        travel.walked = Walked::Walking;
    }
    let (key, rail) = (travel.key.clone(), travel.view(width));
    let ride = travel.riding.then_some(Ride { beside: model.aspect == Aspect::Beside });
    vec![Effect::WalkOn { key, ride, rail }]
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let height = model.height(Panel::State);
    let by = match action {
        Action::StepBack => -1,
        Action::StepForward => 1,
        Action::StepBackTen => -10,
        Action::StepForwardTen => 10,
        Action::GoStart | Action::GoEnd => {
            let at = if action == Action::GoEnd { At::Last } else { At::Version(Version::ZERO) };
            visit::leave(model);
            return go(model, Goal::at(at));
        }
        _ => 0,
    };
    if by != 0 {
        return step(model, by);
    }
    if model.travel.is_none() && action == Action::GoTo {
        tell(model, Tone::Note, "there is nothing to go to yet");
    }
    let Some(travel) = &mut model.travel else { return Vec::new() };
    match action {
        Action::GoTo => {
            model.player.pause();
            model.overlay = Overlay::GoTo(GoTo::default());
        }
        Action::ShowValue => {
            let shown = match model.focus {
                Panel::Event => payload(travel, model.schemas),
                Panel::Change => change(travel),
                _ => chosen(travel),
            };
            match shown {
                Some(shown) => model.overlay = Overlay::Value(shown),
                None if model.can(action) => tell(model, Tone::Note, "the payload is no JSON"),
                None => {}
            }
        }
        Action::ToggleFold => travel.tree.toggle(height),
        Action::FoldAuto => travel.tree.fold_to(None, height),
        Action::FoldDepth1 => return levels(model, 1, height),
        Action::FoldDepth2 => return levels(model, 2, height),
        Action::FoldDepth3 => return levels(model, 3, height),
        Action::FoldDepth4 => return levels(model, 4, height),
        Action::FoldDepth5 => return levels(model, 5, height),
        Action::FoldDepth6 => return levels(model, 6, height),
        Action::FoldDepth7 => return levels(model, 7, height),
        Action::FoldDepth8 => return levels(model, 8, height),
        Action::FoldDepth9 => return levels(model, 9, height),
        Action::UnfoldAll => at_once(model, true, height),
        Action::FoldAll => at_once(model, false, height),
        _ => travel.tree.next_touched(height),
    }
    fit_state(model);
    Vec::new()
}

fn chosen(travel: &Travel) -> Option<FullValue> {
    let (place, value) = travel.tree.chosen()?;
    Some(FullValue::new(&place.to_string(), value))
}

/// What stood and what stands at the place of the chosen change.
fn change(travel: &Travel) -> Option<FullValue> {
    let change = travel.chosen_change()?;
    let sides = [("before", &change.before), ("after", &change.after)];
    let sides = sides.into_iter().filter_map(|(told, value)| Some((told, value.as_ref()?)));
    let root = change.path.is_root();
    let place = if root { "the whole state".into() } else { change.path.to_string() };
    Some(FullValue::of(&place, sides.collect()))
}

fn payload(travel: &Travel, schemas: Schemas) -> Option<FullValue> {
    let event = travel.moment.event.as_ref()?;
    let version = human::count(event.version.0);
    let place = format!("Payload of v{version} {}", travel.type_of(event.version));
    let Some(way) = schemas.shown(&travel.moment) else {
        return Some(FullValue::new(&place, event.data.value().ok()?));
    };
    let parts = way.parts.iter().filter_map(|part| part.event.data.value().ok());
    Some(FullValue::of(&place, parts.map(|value| ("", value)).collect()))
}

/// Opens or closes all in the chosen part of the state, and says where that was too much.
fn at_once(model: &mut Model, open: bool, height: usize) {
    let Some(travel) = &mut model.travel else { return };
    if travel.tree.fold_all(open, height) {
        let done = if open { "opened" } else { "closed" };
        let parts = human::count(AT_ONCE as u64);
        let told = format!("{done} the first {parts} parts of it; the others are as they were");
        tell(model, Tone::Note, &told);
    }
}

/// Shows so many levels of the state, and says where that was too much.
fn levels(model: &mut Model, levels: u16, height: usize) -> Vec<Effect> {
    let Some(travel) = &mut model.travel else { return Vec::new() };
    travel.tree.fold_to(Some(levels), height);
    if travel.tree.is_cut() {
        let parts = human::count(AT_ONCE as u64);
        let told = format!("opened the first {parts} parts of it; the others are closed");
        tell(model, Tone::Note, &told);
    }
    fit_state(model);
    Vec::new()
}

/// Steps on from where the playhead is, or is going; also in an aggregate that is still on its way to the screen.
fn step(model: &mut Model, by: i64) -> Vec<Effect> {
    if let Some(opening) = &model.opening {
        let goal = opening.goal.step(by);
        return go(model, goal);
    }
    let Some(travel) = &mut model.travel else { return Vec::new() };
    let at = travel.moment.version;
    let at_end = by < 0 && at == Version::ZERO || by > 0 && at >= travel.moment.last;
    if travel.going.is_none() && at_end {
        travel.riding = false;
        model.player.pause();
        return Vec::new();
    }
    let goal = travel.step(by);
    go(model, goal)
}

/// Sends the playhead somewhere, because a person wants it there: it no longer plays.
pub(super) fn go(model: &mut Model, goal: Goal) -> Vec<Effect> {
    model.player.pause();
    send(model, goal)
}

/// Sends the playhead somewhere.
pub(super) fn send(model: &mut Model, goal: Goal) -> Vec<Effect> {
    model.asked = None;
    if let Some(opening) = &mut model.opening {
        (opening.goal, opening.ride) = (goal, false);
        return open(model);
    }
    let Some(travel) = &mut model.travel else { return Vec::new() };
    if let Some(trail) = &mut travel.trail {
        trail.seeking = None;
    }
    (travel.riding, travel.touched) = (false, true);
    // A step may be one of many: what the earlier ones found is still worth seeing.
    let running = match travel.going {
        _ if goal.by == 0 => Running::Cancel,
        Some(going) if going.by == 0 => Running::Cancel,
        _ => Running::Finish,
    };
    travel.going = Some(goal);
    let ask = |travel| moment(model, travel, goal, false, running);
    model.travel.as_ref().map(ask).into_iter().collect()
}

/// Asks for the aggregate that is on its way to the screen, with what was written since it was looked at last.
pub(super) fn open(model: &Model) -> Vec<Effect> {
    let width = model.width(Panel::Rail);
    let Some(Opening { key, goal, left, .. }) = model.opening.clone() else { return Vec::new() };
    let against = left.and_then(|left| keep::against(&left)).map(|base| base.at);
    vec![Effect::LoadMoment {
        key,
        goal,
        refresh: true,
        rail: View { events: 0, width: width as u16, lens: None },
        against,
        beside: model.aspect == Aspect::Beside,
        running: Running::Cancel,
    }]
}

/// Notices new events; a playhead at the end goes on to the new end.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    if model.opening.is_some() {
        return open(model);
    }
    let Some(travel) = &model.travel else { return Vec::new() };
    let at_end = travel.moment.version == travel.moment.last;
    let at = if at_end { At::Last } else { At::Version(travel.moment.version) };
    let mut effects = vec![moment(model, travel, Goal::at(at), true, Running::Cancel)];
    model.live.reading = true;
    effects.extend(walk(model));
    effects.extend(find_snapshots(model));
    effects
}

/// Asks which states the library stored of the aggregate, where its layout keeps any.
pub(super) fn find_snapshots(model: &Model) -> Option<Effect> {
    let Store::Open(facts) = &model.store else { return None };
    let travel = model.travel.as_ref().filter(|_| facts.capabilities.snapshots)?;
    Some(Effect::LoadSnapshots(travel.key.clone()))
}

/// Whether something runs that a person may want to stop.
pub(super) fn is_busy(model: &Model) -> bool {
    model.opening.is_some()
        || model.moving.is_some()
        || model.travel.as_ref().is_some_and(|travel| travel.walked == Walked::Walking)
        || pins::is_busy(model)
}

/// Stops what runs for the playhead.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let opened = model.opening.take();
    model.asked = None;
    model.moving = None;
    model.live.reading = false;
    model.player.pause();
    let mut told = None;
    if let Some(travel) = &mut model.travel {
        travel.riding = false;
        travel.going = None;
        if travel.walked == Walked::Walking {
            travel.walked = Walked::Stopped;
            let walked = human::count(travel.outline.len() as u64);
            let events = human::count(travel.moment.events);
            told = Some(format!("stopped after {walked} of {events} events"));
        }
    }
    if let Some(mut told) = told {
        if let Some(hint) = model.hint(Action::Refresh, "reads on") {
            told = format!("{told}; {hint}");
        }
        tell(model, Tone::Note, &told);
    }
    let mut effects =
        vec![Effect::Stop(Slot::Moment), Effect::Stop(Slot::Walk), Effect::Stop(Slot::Find)];
    if pins::stop(model) {
        effects.push(Effect::Stop(Slot::Trace));
    }
    if opened.is_some() {
        effects.extend(list::come_back(model));
    }
    effects
}

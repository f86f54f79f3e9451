//! The playhead that moves by itself.

use std::time::Duration;

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::play::Way;
use super::super::model::travel::{Goal, Travel};
use super::super::model::{Model, Tone};
use super::{tell, travel, visit};
use crate::model::{At, Version};

/// Does what a person wants of the player.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Play => return toggle(model, Way::Forward),
        Action::PlayBack => return toggle(model, Way::Back),
        Action::PlayFaster => model.player.faster(true),
        Action::PlaySlower => model.player.faster(false),
        _ => model.player.switch_pace(),
    }
    if let Some((way, travel)) = model.player.playing.zip(model.travel.as_ref()) {
        // The wait that runs was for the tempo before.
        model.player.wait = Some(pause(model, travel, way, place(travel)));
    } else {
        let tempo = model.player.tempo();
        tell(model, Tone::Note, &format!("plays at {tempo}"));
    }
    Vec::new()
}

fn toggle(model: &mut Model, way: Way) -> Vec<Effect> {
    if model.player.playing == Some(way) {
        model.player.pause();
        return Vec::new();
    }
    let Some(travel) = model.travel.as_ref().filter(|_| model.opening.is_none()) else {
        return Vec::new();
    };
    if is_at_end(travel, way) {
        return begin(model, way);
    }
    let is_known = travel.bound().is_some();
    model.player.playing = Some(way);
    // A key that comes before the last one is answered counts from where that one leads, once that is known.
    if is_known {
        return advance(model, way);
    }
    model.player.begins = true;
    step(model)
}

/// From the other end, as a film that is over.
fn begin(model: &mut Model, way: Way) -> Vec<Effect> {
    let at = match way {
        Way::Back => At::Last,
        Way::Forward => At::Version(Version::ZERO),
    };
    visit::leave(model);
    let effects = travel::go(model, Goal::at(at));
    model.player.playing = Some(way);
    model.player.wait = Some(model.player.pause_after(None));
    effects
}

/// Whether it stands, or is going, where nothing more can be played; not where only reading tells.
fn is_at_end(travel: &Travel, way: Way) -> bool {
    travel.bound().is_some_and(|from| match way {
        Way::Back => from == Version::ZERO,
        Way::Forward => from >= travel.moment.last,
    })
}

/// Takes the next step, now that it is time for it.
pub(super) fn step(model: &mut Model) -> Vec<Effect> {
    let Some(way) = model.player.playing else { return Vec::new() };
    let Some(travel) = model.travel.as_mut().filter(|_| model.opening.is_none()) else {
        model.player.pause();
        return Vec::new();
    };
    if travel.going.is_some() {
        model.player.late = true;
        return Vec::new();
    }
    advance(model, way)
}

fn advance(model: &mut Model, way: Way) -> Vec<Effect> {
    let Some(travel) = model.travel.as_ref() else { return Vec::new() };
    let (version, last) = (travel.heading(), travel.moment.last);
    let over = match way {
        Way::Back => (version == Version::ZERO).then_some("before everything"),
        Way::Forward => (version >= last).then_some("the newest event"),
    };
    model.dirty = true;
    if let Some(end) = over {
        model.player.pause();
        tell(model, Tone::Note, &format!("played to the end: {end}"));
        return Vec::new();
    }
    let goal = travel.step(way.step());
    let next = place(travel) + way.step();
    model.player.wait = model.travel.as_ref().map(|travel| pause(model, travel, way, next));
    travel::send(model, goal)
}

/// What was late is done once the step before it is shown; where there was none to show, nothing plays any more.
pub(super) fn arrived(model: &mut Model, well: bool) -> Vec<Effect> {
    if !well {
        model.player.pause();
    }
    let begins = std::mem::take(&mut model.player.begins);
    if !std::mem::take(&mut model.player.late) {
        return Vec::new();
    }
    let way = model.player.playing.filter(|_| begins && model.opening.is_none());
    let ended = way.zip(model.travel.as_ref()).filter(|(way, travel)| is_at_end(travel, *way));
    match ended.map(|(way, _)| way) {
        Some(way) => begin(model, way),
        None => step(model),
    }
}

/// How long the event at a place stays, before the one after it.
fn pause(model: &Model, travel: &Travel, way: Way, place: i64) -> Duration {
    let time = |place: i64| travel.outline.get(usize::try_from(place).ok()?)?.time;
    let gap = time(place).zip(time(place + way.step()));
    let gap = gap.map(|(here, next)| (next - here).abs().to_std().unwrap_or_default());
    model.player.pause_after(gap)
}

/// Where the playhead stands among the events, or is going; -1 before everything.
fn place(travel: &Travel) -> i64 {
    let version = travel.heading();
    let index = (version > Version::ZERO).then(|| travel.outline.index_of(version)).flatten();
    index.map_or(-1, |index| index as i64)
}

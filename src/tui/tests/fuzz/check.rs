//! What has to hold whenever nothing is on its way: the state is the true one, and the picture says where it is.

use std::sync::Arc;

use ratatui::buffer::Buffer;

use super::truth::{Truth, same};
use super::ways::Spot;
use crate::model::{Value, json};
use crate::text::{self, human};
use crate::tui::layout::{Panel, Screen, Shape};
use crate::tui::model::Model;
use crate::tui::model::overlay::Overlay;

/// The states that were held against the truth last, and where that was: the very same ones need no second look.
pub(super) type Seen = Option<(Spot, [Value; 2])>;

fn is_the_very_same(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Object(one), Value::Object(other)) if Arc::ptr_eq(one, other))
}

/// What is known of the playhead is what is true of the store.
pub(super) fn state(model: &Model, truth: &Truth, seen: &mut Seen) -> Result<(), String> {
    let Some(travel) = &model.travel else { return Ok(()) };
    let (key, moment) = (&travel.key, &travel.moment);
    let version = moment.version.0;
    let here = format!("{key} at v{version}");
    let history = truth.of(key).ok_or_else(|| format!("there is no aggregate {key}"))?;
    if moment.last.0 != history.last() {
        return Err(format!("{here}: the newest version is said to be {}", moment.last));
    }
    let place = history.place(version);
    let fact = place.checked_sub(1).map(|at| &history.facts[at]);
    if fact.map_or(0, |fact| fact.version) != version {
        return Err(format!("{here}: there is no such version"));
    }
    match (&moment.event, fact) {
        (None, None) => {}
        (Some(event), Some(fact))
            if (event.version.0, event.event_type.as_str()) == (fact.version, &fact.kind)
                && event.position.map(|at| at.0) == fact.position => {}
        (event, fact) => return Err(format!("{here}: the event {event:?} ought to be {fact:?}")),
    }
    let spot = (key.clone(), version);
    let states = [moment.state.value(), moment.before.value()];
    if let Some((at, known)) = seen
        && *at == spot
        && known.iter().zip(states).all(|(known, now)| is_the_very_same(known, now))
    {
        return Ok(());
    }
    for (state, place) in [(&moment.state, place), (&moment.before, place.saturating_sub(1))] {
        let document = history.document(place);
        if !same(state.value(), &document) {
            let shown = json::to_string(state.value());
            return Err(format!("{here}: the state {shown}\nought to be {document}"));
        }
    }
    *seen = Some((spot, states.map(Value::clone)));
    Ok(())
}

/// Nothing is on its way that never comes.
pub(super) fn rest(model: &Model, rings: bool) -> Result<(), String> {
    if model.on_its_way() || model.moving.is_some() {
        return Err("the playhead is on its way, and no answer is due".to_owned());
    }
    if model.player.playing.is_some() && !rings {
        return Err("it plays, and nothing wakes it".to_owned());
    }
    if model.list.loading.is_some() {
        return Err("the list is being read, and no answer is due".to_owned());
    }
    if model.events.loading.is_some() {
        return Err("events are being read, and no answer is due".to_owned());
    }
    Ok(())
}

/// The picture holds together: nothing invisible in a cell, and one version wherever one is named.
pub(super) fn picture(model: &Model, buffer: &Buffer) -> Result<(), String> {
    let (whole, shown) = (model.areas.whole, buffer.area);
    if (whole.width, whole.height) != (shown.width, shown.height) {
        return Err(format!("laid out for {whole:?}, drawn on {shown:?}"));
    }
    if let Some(cell) =
        buffer.content().iter().find(|cell| text::sanitize(cell.symbol()) != cell.symbol())
    {
        return Err(format!("a cell holds {:?}", cell.symbol()));
    }
    let bare = matches!(model.overlay, Overlay::None) && model.areas.shape != Shape::TooSmall;
    let Some(travel) = model.travel.as_ref().filter(|_| bare && model.screen == Screen::Timeline)
    else {
        return Ok(());
    };
    let line = |y: u16, from: u16, to: u16| -> String {
        (from..to).filter_map(|x| buffer.cell((x, y))).map(ratatui::buffer::Cell::symbol).collect()
    };
    let version = human::count(travel.moment.version.0);
    let rail = model.areas.content(Panel::Rail);
    let told = line(rail.y, rail.x, rail.right());
    if !rail.is_empty()
        && !told.contains(&format!("v{version} of {}", human::count(travel.moment.last.0)))
    {
        return Err(format!("v{version} is not what the timeline says: {told}"));
    }
    if model.areas.shape != Shape::Wide {
        return Ok(());
    }
    let before = travel.moment.version.0 == 0;
    let state =
        if before { "State before everything".to_owned() } else { format!("State at v{version} ") };
    let event = if before { "Event".to_owned() } else { format!("Event v{version} ") };
    for (panel, title) in [(Panel::State, state), (Panel::Event, event)] {
        let area = model.areas.panel(panel);
        let told = line(area.y, area.x, area.right());
        if !told.contains(&title) {
            return Err(format!("`{title}` is not what stands above the panel: {told}"));
        }
    }
    Ok(())
}

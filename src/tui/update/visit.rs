//! Jumps: to another place of the aggregate or to another aggregate, and back and forth through the places left.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::overlay::{GoTo, Overlay};
use super::super::model::travel::{Goal, Travel, Walked};
use super::super::model::visits::Spot;
use super::super::model::{Model, Tone};
use super::{fail, list, tell, travel};
use crate::model::{AggregateKey, At, Position, Version};
use crate::session::SessionError;
use crate::text::human;

/// Where the playhead is, or is going: a jump from there begins where a person sent it.
pub(super) fn here(model: &Model) -> Option<Spot> {
    let travel = model.travel.as_ref()?;
    Some(Spot { key: travel.key.clone(), version: travel.heading() })
}

/// Notes that a jump begins here.
pub(super) fn leave(model: &mut Model) {
    if let Some(here) = here(model) {
        model.visits.leave(here);
    }
}

/// Goes to a place, in whichever aggregate it is; what is to be gone back to was noted before.
pub(super) fn arrive(model: &mut Model, spot: Spot) -> Vec<Effect> {
    let goal = Goal::at(At::Version(spot.version));
    let is_shown = model.travel.as_ref().is_some_and(|travel| travel.key == spot.key);
    if is_shown && model.opening.is_none() {
        return travel::go(model, goal);
    }
    list::reveal(model, spot.key, goal)
}

/// Jumps to a place.
pub(super) fn jump(model: &mut Model, spot: Spot) -> Vec<Effect> {
    leave(model);
    arrive(model, spot)
}

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let here = here(model);
    let (spot, none) = match action {
        Action::GoBack => (model.visits.back(here), "there is no place to go back to"),
        Action::GoForth => (model.visits.forth(here), "there is no place to go forth to"),
        Action::PreviousOfType => return of_type(model, false),
        _ => return of_type(model, true),
    };
    if let Some(spot) = spot {
        return arrive(model, spot);
    }
    tell(model, Tone::Note, none);
    Vec::new()
}

/// To the next or previous event of the type of the one under the playhead.
fn of_type(model: &mut Model, forward: bool) -> Vec<Effect> {
    let Some(travel) = model.travel.as_ref().filter(|_| model.opening.is_none()) else {
        return Vec::new();
    };
    let heading = travel.heading();
    let place = if heading == Version::ZERO { None } else { travel.outline.index_of(heading) };
    let Some((place, entry)) = place.and_then(|place| Some((place, travel.outline.get(place)?)))
    else {
        tell(model, Tone::Note, "there is no event here whose type could be looked for");
        return Vec::new();
    };
    let Some(version) = travel.outline.same_type(place, forward) else {
        let told = none_of_type(travel, place, forward);
        tell(model, Tone::Note, &told);
        return Vec::new();
    };
    let key = travel.key.clone();
    // Through a series of them it is one jump: back is where it began.
    if !model.visits.ends_in(&key, entry.version) {
        leave(model);
    }
    model.visits.series = Some(Spot { key, version });
    travel::go(model, Goal::at(At::Version(version)))
}

fn none_of_type(travel: &Travel, place: usize, forward: bool) -> String {
    let name = travel.type_at(place);
    if !forward {
        return format!("this is the first {name}");
    }
    if travel.walked == Walked::Whole {
        return format!("this is the last {name}");
    }
    let (walked, events) = (travel.outline.len() as u64, travel.moment.events);
    let [walked, events] = [walked, events].map(human::count);
    format!("no other {name} among the {walked} of {events} events read so far")
}

/// Asks for the event at a position.
pub(super) fn find(model: &mut Model, position: Position) -> Vec<Effect> {
    model.player.pause();
    vec![Effect::FindPosition(position)]
}

/// Goes to the event at a position, or gives the position back to be mended.
pub(super) fn found(
    model: &mut Model,
    position: Position,
    found: Result<Option<(Position, AggregateKey, Version)>, SessionError>,
) -> Vec<Effect> {
    let shown = |position: Position| human::signed(position.0).trim_start_matches('+').to_owned();
    let told = match found {
        Ok(Some((at, key, version))) if at == position => {
            return jump(model, Spot { key, version });
        }
        Ok(Some((at, ..))) => {
            format!("no event has the position {}; the next one has {}", shown(position), shown(at))
        }
        Ok(None) => format!("no event has the position {}, nor a later one", shown(position)),
        Err(error) => {
            fail(model, &error);
            return Vec::new();
        }
    };
    if matches!(model.overlay, Overlay::None) {
        let mut prompt = GoTo::default();
        prompt.field.insert(&format!("#{}", position.0));
        prompt.mistake = Some(told);
        model.overlay = Overlay::GoTo(prompt);
    } else {
        tell(model, Tone::Bad, &told);
    }
    Vec::new()
}

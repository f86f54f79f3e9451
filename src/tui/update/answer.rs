//! What the lanes answer.

use super::super::effect::{Answer, Arrived, Effect, Slot, Walking};
use super::super::model::list::Place;
use super::super::model::travel::{Travel, Walked};
use super::super::model::{Exit, Model, Store};
use super::{fail, list, travel};
use crate::model::AggregateKey;
use crate::session::SessionError;
use crate::task::{Report, Said};

/// Takes a report in; what nobody wants any more is dropped.
pub(super) fn take(model: &mut Model, report: Report<Slot, Answer>) -> Vec<Effect> {
    let (said, done) = match report {
        Report::Lost => {
            model.exit = Some(Exit::Lost);
            return Vec::new();
        }
        Report::Progress(said) => (said, false),
        Report::Done(said) => (said, true),
    };
    if !model.wants(said.slot, said.generation) {
        return Vec::new();
    }
    model.dirty = true;
    let Said { slot, generation, answer } = said;
    match answer {
        Answer::Opened(Ok(facts)) => {
            model.list.group(facts.capabilities.grouped);
            model.store = Store::Open(*facts);
            let mut effects = list::load(model, Place::Start);
            effects.push(Effect::CountStore);
            effects
        }
        Answer::Opened(Err(error)) => {
            model.exit = Some(Exit::Unopened(error));
            Vec::new()
        }
        Answer::Page(place, Ok(page)) => list::arrived(model, place, page),
        Answer::Around(key, Ok((back, fore))) => {
            let height = list::height(model);
            model.list.take_around(&key, back, fore, height);
            list::more(model)
        }
        Answer::Page(_, Err(error)) | Answer::Around(_, Err(error)) => {
            model.list.loading = None;
            model.list.searching = false;
            fail(model, &error);
            Vec::new()
        }
        Answer::Counted(Ok(counts)) => {
            model.counts = Some(counts);
            Vec::new()
        }
        Answer::Counted(Err(error)) => {
            fail(model, &error);
            Vec::new()
        }
        Answer::Moving(done, of) => {
            model.moving = Some((done, of));
            Vec::new()
        }
        Answer::Arrived(key, arrived) => {
            let newest = model.is_newest(slot, generation);
            moment(model, &key, arrived, newest)
        }
        Answer::Walked(key, walked) => walk(model, &key, walked, done),
    }
}

fn moment(
    model: &mut Model,
    key: &AggregateKey,
    arrived: Result<Box<Arrived>, SessionError>,
    newest: bool,
) -> Vec<Effect> {
    if newest {
        model.moving = None;
    }
    let arrived = match arrived {
        Ok(arrived) => *arrived,
        Err(error) => {
            if newest {
                model.opening = None;
                if let Some(travel) = &mut model.travel {
                    travel.going = None;
                }
            }
            fail(model, &error);
            return Vec::new();
        }
    };
    let same = model.travel.as_ref().is_some_and(|travel| travel.key == *key);
    let opening = if newest { model.opening.take() } else { None };
    let whole = arrived.known.outline.len() as u64 >= arrived.moment.events;
    if same {
        if let Some(travel) = &mut model.travel {
            if newest {
                travel.going = None;
            }
            if travel.moment.last != arrived.moment.last {
                travel.walked = Walked::Walking(travel.moment.last);
            }
            travel.moment = arrived.moment;
            travel.learn(arrived.known);
        }
    } else {
        let mut travel = Travel::new(arrived.moment);
        travel.riding = !whole && opening.is_some_and(|opening| opening.ride);
        travel.learn(arrived.known);
        model.travel = Some(travel);
    }
    travel::show(model);
    let width = model.width(super::Panel::Rail);
    let Some(travel) = &mut model.travel else { return Vec::new() };
    if whole {
        travel.walked = Walked::Whole;
    }
    let drawn = usize::from(travel.picture.width) == width;
    // A walk that was under way gives way to a moment and asks again by itself.
    let walking = same && travel.walked != Walked::Whole;
    if walking || whole && drawn { Vec::new() } else { travel::walk(model) }
}

fn walk(
    model: &mut Model,
    key: &AggregateKey,
    walked: Result<Box<Walking>, SessionError>,
    done: bool,
) -> Vec<Effect> {
    let Some(travel) = model.travel.as_mut().filter(|travel| travel.key == *key) else {
        return Vec::new();
    };
    let walking: Walking = match walked {
        Ok(walking) => *walking,
        Err(error) => {
            if let Walked::Walking(version) = travel.walked {
                travel.walked = Walked::Stopped(version);
            }
            fail(model, &error);
            return Vec::new();
        }
    };
    let whole = walking.walked >= walking.last;
    travel.learn(walking.known);
    travel.walked = if whole { Walked::Whole } else { Walked::Walking(walking.walked) };
    if let Some(moment) = walking.moment.filter(|_| travel.riding) {
        travel.moment = moment;
        travel.riding = !whole;
        travel::show(model);
    }
    if done && !whole { travel::walk(model) } else { Vec::new() }
}

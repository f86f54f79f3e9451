//! What the lanes answer.

use super::super::effect::{Answer, Arrived, Effect, Slot, Walking};
use super::super::model::base::Against;
use super::super::model::overlay::{GoTo, Overlay};
use super::super::model::travel::{Goal, Opening, Travel, Walked};
use super::super::model::{Exit, Model, Store, StoreFacts, Tone};
use super::{
    events, fail, keep, list, live, metrics, pins, play, projections, say, seek, steward, tell,
    travel, visit,
};
use crate::model::{AggregateKey, At, Finding};
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
    // That the store was replaced is said only once.
    let once = matches!(said.answer, Answer::Replaced(..));
    if !once && !model.wants(said.slot, said.generation) {
        model.gone.push(Box::new(said));
        return Vec::new();
    }
    let Said { slot, generation, answer, .. } = said;
    if let Answer::Watched(news, took) = answer {
        return live::looked(model, news, took);
    }
    // A look at what moves by itself: it says itself whether anything has.
    model.dirty |= !matches!(answer, Answer::Projections(..) | Answer::Metrics(..));
    let effects = answered(model, slot, generation, answer, done);
    live::settle(model);
    effects
}

/// The list could not be read on.
fn unlisted(model: &mut Model, error: &SessionError) -> Vec<Effect> {
    model.list.loading = None;
    model.list.searching = false;
    fail(model, error);
    Vec::new()
}

fn answered(
    model: &mut Model,
    slot: Slot,
    generation: u64,
    answer: Answer,
    done: bool,
) -> Vec<Effect> {
    let newest = model.is_newest(slot, generation);
    match answer {
        Answer::Opened(Ok(facts)) => opened(model, facts),
        Answer::Projections(asked, then, took) => projections::arrived(model, asked, then, took),
        Answer::Metrics(asked, then, took) => metrics::arrived(model, asked, then, took),
        Answer::Letters(of, read) => {
            steward::read(model, &of, read);
            Vec::new()
        }
        Answer::Ahead(of, skipped, ahead) => {
            steward::foreseen(model, &of, skipped, ahead);
            Vec::new()
        }
        Answer::CarriedOut(order, carried) => steward::carried(model, &order, carried),
        Answer::Events(place, page) => events::arrived(model, place, page),
        Answer::Tallied(filter, tally) => events::sieve::tallied(model, &filter, tally, done),
        Answer::Event(found) => events::loaded(model, found),
        Answer::Opened(Err(error)) => {
            model.exit = Some(Exit::Unopened(error));
            Vec::new()
        }
        Answer::Replaced(facts, gone) => replaced(model, facts, gone),
        Answer::Sorting(examined) => {
            model.list.examined = examined;
            Vec::new()
        }
        Answer::Page(place, Ok(page)) => list::arrived(model, place, page),
        Answer::Around(key, Ok((back, fore))) => {
            let height = list::height(model);
            model.list.take_around(&key, back, fore, height);
            list::more(model)
        }
        Answer::Finding(place, Ok(found)) => list::found(model, place, found, done),
        Answer::Named(read) => list::named(model, newest, read.is_ok_and(|all| all)),
        Answer::Page(_, Err(error))
        | Answer::Around(_, Err(error))
        | Answer::Finding(_, Err(error)) => unlisted(model, &error),
        Answer::Counted(Ok((counts, findings)), took) => {
            model.live.counted(took);
            (model.counts, model.counting) = (Some(counts), false);
            notice(model, findings);
            Vec::new()
        }
        Answer::Counted(Err(error), _) => {
            model.counting = false;
            fail(model, &error);
            Vec::new()
        }
        Answer::Moving(done, of) => {
            model.moving = Some((done, of));
            Vec::new()
        }
        Answer::Arrived(key, arrived) => {
            let well = arrived.is_ok();
            let before = model.travel.as_ref().map(|travel| travel.key.clone());
            let mut effects = moment(model, &key, arrived, newest);
            if model.travel.as_ref().map(|travel| &travel.key) != before.as_ref() {
                effects.extend(travel::find_snapshots(model));
            }
            if newest {
                effects.extend(play::arrived(model, well));
                effects.extend(live::arrived(model));
                // What cannot be had is not asked for again.
                effects.extend(if well { travel::complete(model) } else { Vec::new() });
            }
            effects.extend(pins::follow(model));
            effects.extend(seek::follow(model));
            effects
        }
        Answer::Sought(hits) => seek::found(model, hits),
        Answer::Traced(key, paths, traced) => pins::traced(model, &key, &paths, traced, done),
        Answer::Kept(sent, kept) => {
            keep::kept(model, &sent, kept.map(|kept| *kept), newest);
            Vec::new()
        }
        // The first was taken in above: it asks for no picture.
        Answer::Watched(..) | Answer::Rested => Vec::new(),
        Answer::Snapshots(key, found) => {
            let travel = model.travel.as_mut().filter(|travel| travel.key == key);
            match (travel, found) {
                (Some(travel), Ok(versions)) => travel.know_snapshots(versions),
                (_, Err(error)) => fail(model, &error),
                _ => {}
            }
            Vec::new()
        }
        Answer::Found(position, found) => visit::found(model, position, found),
        Answer::Walked(key, walked) => {
            let mut effects = walk(model, &key, walked, done);
            effects.extend(seek::follow(model));
            effects
        }
        Answer::Drawn(key, known) => {
            let travel = model.travel.as_mut().filter(|travel| travel.key == key);
            if let Some((travel, known)) = travel.zip(known) {
                travel.learn(known);
            }
            Vec::new()
        }
    }
}

/// The store is open.
fn opened(model: &mut Model, mut facts: Box<StoreFacts>) -> Vec<Effect> {
    model.live.begin(facts.head.take().map(|head| *head));
    model.list.group(facts.capabilities.grouped);
    let first = facts.first.clone();
    let findings = std::mem::take(&mut facts.findings);
    model.store = Store::Open(facts);
    super::tour::offer(model);
    notice(model, findings);
    let mut effects = keep::restore(model, first);
    effects.push(list::count(model));
    effects.extend(events::begin(model));
    effects.extend(projections::begin(model));
    effects.extend(metrics::begin(model));
    effects
}

/// Takes in what is to be said of the store as a whole; the gravest that was not said before is said.
fn notice(model: &mut Model, findings: Vec<Finding>) {
    let Store::Open(store) = &mut model.store else { return };
    let news = findings.iter().filter(|finding| !store.findings.contains(finding));
    let gravest = news.rev().max_by_key(|finding| finding.severity).cloned();
    store.findings = findings;
    if let Some(Finding { severity, message, hint, .. }) = gravest {
        say(model, severity.into(), &message, hint.as_deref());
    }
}

/// Another history has taken the store's place.
fn replaced(model: &mut Model, facts: Box<StoreFacts>, gone: bool) -> Vec<Effect> {
    let (noted, kept) = keep::replaced(model, &facts);
    let stay = if noted { "; marks and pins stay with the one before" } else { "" };
    let told =
        format!("{} holds another history now, and is read as {}{stay}", facts.name, facts.layout);
    model.list.group(facts.capabilities.grouped);
    model.store = Store::Open(facts);
    let mut effects = if gone {
        (model.travel, model.opening) = (None, None);
        // What is still asked of the aggregate that is gone is not to be answered with an error.
        let slots = [Slot::Moment, Slot::Walk, Slot::Trace, Slot::Snapshots];
        let mut effects: Vec<Effect> = slots.into_iter().map(Effect::Stop).collect();
        effects.extend(list::begin(model, None));
        effects.push(list::count(model));
        effects
    } else {
        list::refresh(model)
    };
    effects.extend(kept);
    tell(model, Tone::Note, &told);
    effects
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
    let opening = if newest { model.opening.take() } else { None };
    let asked = if newest { model.asked.take() } else { None };
    let arrived = match arrived {
        Ok(arrived) => *arrived,
        Err(error) => {
            if newest && let Some(travel) = &mut model.travel {
                travel.going = None;
            }
            if let Some(typed) = asked.filter(|_| is_misplaced(&error)) {
                return ask_again(model, &typed, &error, opening);
            }
            let mut opening = opening;
            let left = opening.as_mut().and_then(|opening| opening.left.take());
            if let Some(effects) = left.and_then(|left| keep::is_gone(model, &left, &error)) {
                return effects;
            }
            if opening.is_some_and(|opening| opening.key == *key) {
                // The cursor is on it: the panels must not go on showing another one.
                model.travel = None;
            }
            fail(model, &error);
            return Vec::new();
        }
    };
    let whole = arrived.known.reaches(arrived.moment.last);
    let same = model.travel.as_ref().is_some_and(|travel| travel.key == *key);
    let mut stays = false;
    if let Some(travel) = model.travel.as_mut().filter(|_| same) {
        if newest {
            travel.going = None;
        }
        stays = travel.moment.version == arrived.moment.version;
        model.gone.push(Box::new(travel.see(arrived.moment, arrived.sight)));
    } else {
        let before = model.travel.replace(Travel::new(arrived.moment, arrived.sight));
        model.gone.push(Box::new(before));
        if let Some(left) = opening.as_ref().and_then(|opening| opening.left.as_ref()) {
            keep::returned(model, left);
        }
    }
    compared(model, arrived.against);
    let width = model.width(super::Panel::Rail);
    let Some(travel) = &mut model.travel else { return Vec::new() };
    travel.learn(arrived.known);
    travel.follow();
    let ride = opening.as_ref().is_some_and(|opening| opening.ride);
    // Whoever is sent to a place in it comes back to it, too.
    let sent = opening.as_ref().is_some_and(|o| !o.ride && o.goal != Goal::at(At::Last));
    travel.touched |= sent;
    travel.riding |= ride && !whole;
    if whole {
        travel.walked = Walked::Whole;
    } else if travel.walked == Walked::Whole {
        travel.walked = Walked::Walking;
    }
    let (walked, drawn) = (travel.walked, travel.is_drawn(width));
    if stays {
        // The same event read again: whoever reads in it reads on.
        travel::show_again(model);
    } else {
        travel::show(model);
    }
    if ride && whole {
        // It was walked before: there is no first walk to ride along with.
        let mut effects = travel::go(model, Goal::at(At::Last));
        effects.extend(travel::walk(model));
        return effects;
    }
    match walked {
        Walked::Whole | Walked::Stopped if drawn => Vec::new(),
        Walked::Stopped => travel::draw_rail(model),
        // A walk that was under way gives way to a moment and asks again by itself.
        Walked::Walking if same && opening.is_none() => Vec::new(),
        Walked::Walking | Walked::Whole => travel::walk(model),
    }
}

/// Takes in how the playhead differs from what it is compared with.
fn compared(model: &mut Model, against: Option<Result<Against, SessionError>>) {
    let Some(travel) = &mut model.travel else { return };
    model.gone.push(Box::new(travel.against.take()));
    match (against, &mut travel.base) {
        (Some(Ok(against)), Some(base)) => {
            base.at = At::Version(against.version);
            travel.against = Some(against);
        }
        (Some(Err(error)), base) => {
            *base = None;
            fail(model, &error);
        }
        _ => {}
    }
}

/// Whether it was only the place on the timeline that there is not.
fn is_misplaced(error: &SessionError) -> bool {
    matches!(error, SessionError::NoTimes { .. } | SessionError::NoSuchVersion { .. })
}

/// Gives what was typed back to be mended; an aggregate that was on its way to the screen comes as it would have.
fn ask_again(
    model: &mut Model,
    typed: &str,
    error: &SessionError,
    opening: Option<Opening>,
) -> Vec<Effect> {
    if matches!(model.overlay, Overlay::None) {
        model.overlay = Overlay::GoTo(GoTo::refused(typed, error));
    } else {
        fail(model, error);
    }
    model.opening = opening.map(|opening| Opening { goal: Goal::at(At::Last), ..opening });
    travel::open(model)
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
            // What was read is not less because it could not be read anew.
            if travel.walked == Walked::Walking {
                travel.walked = Walked::Stopped;
            }
            fail(model, &error);
            return Vec::new();
        }
    };
    let whole = walking.walked >= walking.last;
    travel.learn(walking.known);
    travel.walked = if whole { Walked::Whole } else { Walked::Walking };
    let mut effects = Vec::new();
    if let Some((moment, sight)) = walking.moment.filter(|_| travel.riding) {
        model.gone.push(Box::new(travel.see(moment, sight)));
        // It was of the moment before; the last one is compared again.
        model.gone.push(Box::new(travel.against.take()));
        travel.riding = !whole;
        travel::show(model);
        effects.extend(travel::complete(model));
    }
    let width = model.width(super::Panel::Rail);
    let drawn = model.travel.as_mut().is_none_or(|travel| {
        travel.follow();
        travel.is_drawn(width)
    });
    effects.extend(match (done, whole) {
        (true, false) => travel::walk(model),
        (true, true) if !drawn => travel::draw_rail(model),
        _ => Vec::new(),
    });
    effects
}

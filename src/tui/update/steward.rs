//! What a person orders about a projection: nothing is written before it was said what, and agreed to.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::{Panel, Screen, Shape};
use super::super::model::letters::{Asking, Letters, Outlook};
use super::super::model::overlay::Overlay;
use super::super::model::projections::Foreseen;
use super::super::model::{Model, Store, Tone};
use super::{fail, projections, say, screen, tell, visit};
use crate::model::Position;
use crate::session::{Ahead, Carried, Deed, Order, ProjectionThen, SessionError, Steward};
use crate::store::own::DeadLetter;
use crate::text::shell::quoted;
use crate::text::{self, human};

/// Asks before something is written, or says why it cannot be.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(chosen) = model.projections.chosen() else {
        tell(model, Tone::Note, "there is no projection to do it with");
        return Vec::new();
    };
    if action == Action::ShowLetters {
        return show(model);
    }
    let (name, store) = match writable(model) {
        Ok((_, store)) => (chosen.status.name.clone(), store),
        Err((told, hint)) => {
            say(model, Tone::Note, &told, Some(&hint));
            return Vec::new();
        }
    };
    match deed(model, chosen, action) {
        Ok(deed) => {
            let told = asked(&name, chosen, deed, &store);
            let (ahead, effects) = match deed {
                Deed::Skip(at) => (Outlook::Looking, vec![Effect::LookAhead(name.clone(), at)]),
                _ => (Outlook::Unasked, Vec::new()),
            };
            let order = Order { projection: name, deed };
            model.overlay = Overlay::Order(Box::new(Asking { order, told, ahead }));
            return effects;
        }
        Err(told) => tell(model, Tone::Note, &told),
    }
    Vec::new()
}

/// Who writes, and what the store is called; otherwise why nobody does, and what to do instead.
fn writable(model: &Model) -> Result<(Steward, String), (String, String)> {
    let Store::Open(facts) = &model.store else {
        return Err(("the store is still being opened".to_owned(), "try again then".to_owned()));
    };
    let source = &facts.source;
    match &facts.steward {
        Some(_) if model.scrub.at.is_some() => {
            let hint = model.hint(Action::GoEnd, "comes back to now").unwrap_or_default();
            Err(("what is past is only looked at".to_owned(), hint))
        }
        Some(steward) => Ok((steward.clone(), source.clone())),
        None if source.starts_with("demo:") => Err((
            format!("{source} is a recording that nobody runs, and is not written to"),
            "foldback demo --live runs one".to_owned(),
        )),
        None => Err((
            format!("foldback did not make {}, and does not write to it", facts.name),
            format!("foldback import {} own.db makes a store of its own", quoted(source)),
        )),
    }
}

/// What an action does with the chosen projection, or why it does nothing.
fn deed(model: &Model, chosen: &ProjectionThen, action: Action) -> Result<Deed, String> {
    let name = &chosen.status.name;
    match action {
        Action::SkipEvent => {
            let stopped = model.projections.stopped().map(Deed::Skip);
            stopped.ok_or_else(|| format!("no event stopped {name}: there is none to step over"))
        }
        Action::RetryLetter => match &model.overlay {
            Overlay::Letters(of) => {
                let letter = of.letter().map(|letter| Deed::Retry(letter.position));
                letter.ok_or_else(|| "this is no dead letter yet".to_owned())
            }
            _ => Err(format!("choose one of the dead letters of {name} first")),
        },
        Action::RebuildProjection => match &model.projections.rebuilding {
            Some(one) if one == name => Ok(Deed::Abandon),
            Some(one) => Err(format!("{one} is made anew from here; one at a time")),
            None => Ok(Deed::Rebuild),
        },
        _ if chosen.is_stopped() || chosen.status.status.as_deref() == Some("paused") => {
            Ok(Deed::Resume)
        }
        _ => Ok(Deed::Pause),
    }
}

/// The cells of a projection's name in a question.
const NAME: usize = 60;

/// What is written where, and what comes of it.
fn asked(name: &str, chosen: &ProjectionThen, deed: Deed, store: &str) -> Vec<String> {
    let place = |at: Position| u64::try_from(at.0).map_or_else(|_| at.to_string(), human::count);
    let runs = format!(
        "Whoever runs it obeys at once; where nobody does: foldback projection run {} {}",
        quoted(store),
        quoted(name)
    );
    // A command is written whole; what is only read is cut before it hides what comes after it.
    let name = text::truncate_middle(name, NAME);
    let (writes, then) = match deed {
        Deed::Pause => (format!("{name} is paused"), runs),
        Deed::Resume => (format!("{name} goes on"), runs),
        Deed::Skip(at) => {
            let of = chosen.waiting.as_ref().map(|event| event.key().called());
            let of = of.map_or_else(String::new, |of| format!(" of {}", text::truncate_middle(&of, NAME)));
            let writes = format!("event {}{of} becomes a dead letter of {name}", place(at));
            (writes, format!("It goes on behind it, and the rows stay as if the event had said nothing. {runs}"))
        }
        Deed::Retry(at) => (
            format!("the rows of {name}, as event {} changes them", place(at)),
            "It is applied behind the events that came after it; where their order matters, make the rows anew instead"
                .to_owned(),
        ),
        Deed::Rebuild => {
            let goes_on = chosen.status.rebuild.as_ref().map(|rebuild| place(rebuild.position));
            let from = goes_on.map_or_else(
                || "from the first event on".to_owned(),
                |at| format!("from event {at} on, where they were left"),
            );
            let then = "What is shown stays until they have come as far. It is done from here, and goes on where it stood \
                        when foldback is left";
            (format!("new rows of {name}, {from}"), then.to_owned())
        }
        Deed::Abandon => (
            format!("the rows of {name} that are being made anew are removed"),
            "What is shown stays".to_owned(),
        ),
    };
    vec![format!("Writes to {store}:"), writes, then]
}

/// Looks at what is behind the event that stopped the chosen one, where there is room to show it and that was not done yet.
pub(super) fn foresee(model: &mut Model) -> Vec<Effect> {
    let Some(skips) = model.projections.stopped() else { return Vec::new() };
    let Some(of) = model.projections.chosen().map(|one| one.status.name.clone()) else {
        return Vec::new();
    };
    let known = model.projections.foreseen.as_ref().is_some_and(|known| known.is_of(&of, skips));
    // A question has the lane for itself.
    let asks = matches!(model.overlay, Overlay::Order(_));
    if known || asks || model.areas.shape != Shape::Wide || writable(model).is_err() {
        return Vec::new();
    }
    model.projections.foreseen =
        Some(Foreseen { of: of.clone(), skips, outlook: Outlook::Looking });
    vec![Effect::LookAhead(of, skips)]
}

/// Takes in what would come of stepping over an event.
pub(super) fn foreseen(
    model: &mut Model,
    of: &str,
    skips: Position,
    ahead: Result<Ahead, SessionError>,
) {
    let told = match ahead {
        Ok(ahead) => ahead.told(),
        Err(SessionError::Cancelled) => return unforeseen(model),
        Err(error) => format!("nobody can tell: {error}"),
    };
    if let Overlay::Order(asking) = &mut model.overlay
        && asking.order.projection == of
        && asking.order.deed == Deed::Skip(skips)
    {
        asking.ahead = Outlook::Told(told.clone());
        model.dirty = true;
    }
    let stopped = model.projections.stopped() == Some(skips);
    if stopped && model.projections.chosen().is_some_and(|one| one.status.name == of) {
        let outlook = Outlook::Told(told);
        model.projections.foreseen = Some(Foreseen { of: of.to_owned(), skips, outlook });
        model.dirty = true;
    }
}

/// Nobody looks ahead any more: whoever wants to know asks anew.
pub(super) fn unforeseen(model: &mut Model) {
    if let Overlay::Order(asking) = &mut model.overlay
        && matches!(asking.ahead, Outlook::Looking)
    {
        asking.ahead = Outlook::Unasked;
    }
    let looks = |one: &Foreseen| matches!(one.outlook, Outlook::Looking);
    if model.projections.foreseen.as_ref().is_some_and(looks) {
        model.projections.foreseen = None;
    }
}

/// The question is answered, or taken back: what was still looked at for it is not wanted any more.
pub(super) fn answered(model: &mut Model, asking: &Asking) -> Vec<Effect> {
    if !matches!(asking.ahead, Outlook::Looking) {
        return Vec::new();
    }
    unforeseen(model);
    vec![Effect::Stop(Slot::Ahead)]
}

/// It was agreed to.
pub(super) fn ordered(model: &mut Model, asking: Asking) -> Vec<Effect> {
    let mut effects = answered(model, &asking);
    let order = asking.order;
    match writable(model) {
        Ok((steward, _)) => {
            if order.deed == Deed::Rebuild {
                model.projections.rebuilding = Some(order.projection.clone());
            }
            effects.push(Effect::CarryOut(steward, order));
        }
        Err((told, hint)) => say(model, Tone::Note, &told, Some(&hint)),
    }
    effects
}

/// It was done, or not.
pub(super) fn carried(
    model: &mut Model,
    order: &Order,
    carried: Result<Carried, SessionError>,
) -> Vec<Effect> {
    if order.deed == Deed::Rebuild {
        model.projections.rebuilding = None;
    }
    model.projections.looks.hurry();
    match carried {
        Ok(carried) => {
            let tone = if carried.well { Tone::Note } else { Tone::Bad };
            say(model, tone, &carried.told, carried.hint.as_deref());
        }
        Err(error) => fail(model, &error),
    }
    if model.screen == Screen::Projections { projections::load(model) } else { Vec::new() }
}

fn show(model: &mut Model) -> Vec<Effect> {
    let Some(chosen) = model.projections.chosen() else { return Vec::new() };
    let name = chosen.status.name.clone();
    let why = chosen.status.findings.iter().find(|_| chosen.is_stopped());
    let stopped = model.projections.stopped().zip(why.map(|why| why.message.clone()));
    let letters = Letters { projection: name.clone(), stopped, ..Letters::default() };
    model.overlay = Overlay::Letters(Box::new(letters));
    vec![Effect::LoadLetters(name)]
}

/// Takes in the dead letters that were read.
pub(super) fn read(model: &mut Model, of: &str, read: Result<Vec<DeadLetter>, SessionError>) {
    let height = super::overlay::overlay_height(model);
    let Overlay::Letters(letters) = &mut model.overlay else { return };
    if letters.projection != of {
        return;
    }
    match read {
        Ok(all) => {
            letters.all = Some(all);
            let len = letters.len();
            letters.scroll.settle(len, height);
        }
        Err(error) => {
            model.overlay = Overlay::None;
            fail(model, &error);
        }
    }
}

/// Opens the aggregate of the chosen event at its version, on the Timeline screen.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Overlay::Letters(letters) = &model.overlay else { return Vec::new() };
    let Some(position) = letters.position() else { return Vec::new() };
    model.overlay = Overlay::None;
    let mut effects = screen::show(model, Screen::Timeline);
    effects.extend(super::focus(model, Panel::State));
    model.returning = Some(Screen::Projections);
    effects.extend(visit::find(model, position));
    effects
}

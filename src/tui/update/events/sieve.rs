//! The filter of the Events screen, and the counting of what it lets through.

use super::super::{fail, tell};
use super::load;
use crate::analysis::Filter;
use crate::session::SessionError;
use crate::text::human;
use crate::tui::effect::{Effect, Slot};
use crate::tui::layout::Part;
use crate::tui::model::events::Place;
use crate::tui::model::events::offer::Offer;
use crate::tui::model::events::tally::Tally;
use crate::tui::model::{Model, Store, Tone};

/// Whether something is still to be counted.
pub(in super::super) fn is_counting(model: &Model) -> bool {
    model.events.sieve.uncounted().is_some()
}

/// Counts what was not counted yet.
pub(in super::super) fn count_on(model: &Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    model.events.sieve.uncounted().map(Effect::TallyEvents).into_iter().collect()
}

/// Takes in what was counted so far.
pub(in super::super) fn tallied(
    model: &mut Model,
    filter: &Filter,
    tally: Result<Box<Tally>, SessionError>,
    done: bool,
) -> Vec<Effect> {
    match tally {
        Ok(tally) => {
            let failed = tally.failed.clone().filter(|_| tally.done);
            if model.events.sieve.take(filter, *tally)
                && let Some((count, first)) = failed
            {
                let of = human::plural(count, "event");
                let told = format!("`where:` fails on {of}, left out; the first says: {first}");
                tell(model, Tone::Note, &told);
            }
            show_facets(model);
        }
        Err(error) => {
            model.events.sieve.stopped = true;
            fail(model, &error);
        }
    }
    if done { count_on(model) } else { Vec::new() }
}

/// Lets a filter hold that was not typed, or says why it cannot.
pub(super) fn put(model: &mut Model, line: &str) -> Vec<Effect> {
    set(model, line).unwrap_or_else(|mistake| {
        tell(model, Tone::Bad, &mistake);
        Vec::new()
    })
}

/// Lets another filter hold, or says why it cannot.
fn set(model: &mut Model, line: &str) -> Result<Vec<Effect>, String> {
    let was = model.events.sieve.line().to_owned();
    model.events.sieve.set(line, chrono::Utc::now())?;
    if let Store::Open(facts) = &model.store
        && !facts.capabilities.time
        && (model.events.sieve.filter.from().is_some() || model.events.sieve.filter.to().is_some())
    {
        model.events.sieve.go(true, chrono::Utc::now());
        return Err(
            "this store records no times; a time inside the payload can be asked for with `where:`"
                .to_owned(),
        );
    }
    Ok(if model.events.sieve.line() == was { Vec::new() } else { filtered(model) })
}

/// Shows what another filter lets through, and counts it.
fn filtered(model: &mut Model) -> Vec<Effect> {
    let mut effects = vec![Effect::Stop(Slot::Tally)];
    effects.extend(load(model, Place::End));
    effects.extend(count_on(model));
    show_facets(model);
    effects
}

/// Makes the types and categories anew; whoever chooses among them finds each where it was.
fn show_facets(model: &mut Model) {
    let height = model.part_height(Part::Facets);
    let steady = model.events.part == Part::Facets;
    model.events.facets.show(&model.events.sieve, height, steady);
}

/// Back to the filter before, or forth again.
pub(super) fn step(model: &mut Model, back: bool) -> Vec<Effect> {
    let Some(line) = model.events.sieve.go(back, chrono::Utc::now()) else {
        let which = if back { "before this one" } else { "after this one" };
        tell(model, Tone::Note, &format!("there is no filter {which}"));
        return Vec::new();
    };
    let told =
        if line.is_empty() { "all events again".to_owned() } else { format!("filter {line}") };
    tell(model, Tone::Note, &told);
    filtered(model)
}

/// Takes what was typed.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    let typed = model.events.sieve.field.text().to_owned();
    match set(model, &typed) {
        Ok(effects) => {
            model.events.sieve.typing = false;
            model.events.sieve.mistake = None;
            effects
        }
        Err(mistake) => {
            let sieve = &mut model.events.sieve;
            (sieve.mistake, sieve.offer) = (Some(mistake), Offer::default());
            Vec::new()
        }
    }
}

pub(super) fn toggle_facet(model: &mut Model) -> Vec<Effect> {
    let Some((key, name)) = model.events.facets.chosen() else { return Vec::new() };
    let line = model.events.sieve.toggled(key, name);
    put(model, &line)
}

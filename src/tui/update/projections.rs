//! The Projections screen: its cursor, the moment that is looked at, and the way to the event that was not handled.

use std::time::Duration;

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::layout::{Panel, Screen};
use super::super::model::scrub::Asked;
use super::super::model::visits::Spot;
use super::super::model::{Model, Store, Tone};
use super::{fail, screen, scrub, steward, tell, visit};
use crate::model::Version;
use crate::session::{ProjectionsThen, SessionError};

fn height(model: &Model) -> usize {
    usize::from(model.areas.projections.rows().height)
}

/// Reads how far they are, as it is looked at now.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    let asked = model.scrub.asked(model.areas.projections.columns());
    if !model.projections.looks.begin() {
        return Vec::new();
    }
    vec![Effect::LoadProjections(asked)]
}

/// Reads them where somebody asked for them before the store was open.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    if model.screen == Screen::Projections { load(model) } else { Vec::new() }
}

/// Reads them again where what is shown is to go with the store.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    let follows = scrub::follows(model, Screen::Projections);
    if follows && model.projections.looks.is_due() { load(model) } else { Vec::new() }
}

/// Takes in how far they are.
pub(super) fn arrived(
    model: &mut Model,
    asked: Asked,
    then: Result<ProjectionsThen, SessionError>,
    took: Duration,
) -> Vec<Effect> {
    let again = model.projections.looks.end(took);
    match then {
        Ok(then) => {
            let height = height(model);
            // Nothing is drawn where nothing has moved.
            model.dirty |= model.projections.then.as_ref() != Some(&then);
            // A moment that somebody has gone on from is shown on the way.
            if then.newest && asked.at == model.scrub.at {
                model.dirty |= model.scrub.at.take().is_some();
            }
            let worst = model.projections.take(then, height);
            if let Some(span) = model.projections.then.as_ref().and_then(|then| then.span) {
                model.scrub.stay(span.to, chrono::Utc::now());
            }
            let better = model.scrub.fit(worst);
            // How many there are says how much room each part has.
            let mut effects = super::resize(model, model.areas.whole);
            if again || better {
                effects.extend(load(model));
            }
            effects.extend(steward::foresee(model));
            effects
        }
        Err(error) => {
            fail(model, &error);
            Vec::new()
        }
    }
}

/// Takes in how many a look at the store found stopped, where it found that out.
pub(super) fn halted(model: &mut Model, found: Option<u64>, changed: bool) {
    let known = &mut model.projections.halted;
    // What a store does not say is as it was read last, until something is written there.
    let next = found.or(known.filter(|_| !changed));
    model.dirty |= *known != next;
    *known = next;
}

/// Makes again what depends on the size.
pub(super) fn fit(model: &mut Model) -> Vec<Effect> {
    let (height, len) = (height(model), model.projections.rows().len());
    model.projections.scroll.settle(len, height);
    let columns = model.areas.projections.columns();
    let shown = model.projections.rows().first().map(|one| one.trend.len());
    let fits = shown.is_none_or(|shown| shown == 0 || shown == columns);
    if model.screen == Screen::Projections && !fits { load(model) } else { Vec::new() }
}

/// What an action does on this screen; `None` where it is none of its own.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    Some(match action {
        Action::OpenEvent => open(model),
        Action::PauseProjection
        | Action::RebuildProjection
        | Action::SkipEvent
        | Action::ShowLetters
        | Action::RetryLetter => steward::act(model, action),
        action => {
            let height = height(model);
            let Some(by) = super::lines_of(action, height) else {
                return scrub::act(model, action);
            };
            let len = model.projections.rows().len();
            model.projections.scroll.move_by(by, len, height);
            steward::foresee(model)
        }
    })
}

/// Opens the aggregate of the event that the chosen one did not handle, at its version, on the Timeline screen.
fn open(model: &mut Model) -> Vec<Effect> {
    let Some(chosen) = model.projections.chosen() else { return Vec::new() };
    let Some(event) = &chosen.waiting else {
        let told = match chosen.status.lag_events {
            Some(0) => "it has handled every event",
            _ => "which event comes next for it is not known",
        };
        tell(model, Tone::Note, told);
        return Vec::new();
    };
    let (key, version) = (event.key(), event.version);
    if version == Version::ZERO {
        let told = "this event has no version, so there is no state to show at it";
        tell(model, Tone::Note, told);
        return Vec::new();
    }
    let mut effects = screen::show(model, Screen::Timeline);
    effects.extend(super::focus(model, Panel::State));
    model.returning = Some(Screen::Projections);
    effects.extend(visit::jump(model, Spot { key, version }));
    effects
}

/// A click: chooses a line, or the moment of a column.
pub(super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let (rows, bars) = (model.areas.projections.rows(), model.areas.projections.bars());
    if rows.contains((x, y).into()) {
        let height = usize::from(rows.height);
        let line = model.projections.scroll.offset + usize::from(y - rows.y);
        let len = model.projections.rows().len();
        if line < len {
            model.projections.scroll.move_to(line, len, height);
        }
        return steward::foresee(model);
    }
    if bars.contains((x, y).into()) {
        return scrub::go(model, i32::from(x - bars.x) + 1 - i32::from(bars.width));
    }
    Vec::new()
}

/// The wheel over the table, or over the time.
pub(super) fn wheel(model: &mut Model, by: isize, x: u16, y: u16) -> Vec<Effect> {
    let rows = model.areas.projections.rows();
    if model.areas.projections.chart.contains((x, y).into()) {
        return scrub::go(model, by as i32);
    }
    let len = model.projections.rows().len();
    model.projections.scroll.wheel(by, len, usize::from(rows.height));
    steward::foresee(model)
}

//! The Metrics screen: which metric is chosen, the moment that is looked at, and the way to the moment of an alert.

use std::time::Duration;

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::layout::{Detail, Screen};
use super::super::model::metrics::{Height, Metrics, Whole};
use super::super::model::scrub::Asked;
use super::super::model::{Model, Store, Tone};
use super::{scrub, tell};
use crate::model::Timestamp;
use crate::session::{MetricsThen, SessionError};

/// How many cards stand one below the other.
const COLUMN: usize = Metrics::COUNT / 2;

fn is_cards(model: &Model) -> bool {
    model.areas.metrics.table.is_empty()
}

/// The lines of metrics that are seen at once.
fn height(model: &Model) -> usize {
    if is_cards(model) { Metrics::COUNT } else { usize::from(model.areas.metrics.rows().height) }
}

/// Reads what was measured, as it is looked at now.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) || !model.metrics.looks.begin() {
        return Vec::new();
    }
    vec![Effect::LoadMetrics(model.scrub.asked(model.areas.metrics.columns()))]
}

/// Reads it where somebody asked for it before the store was open.
pub(super) fn begin(model: &mut Model) -> Vec<Effect> {
    if model.screen == Screen::Metrics { load(model) } else { Vec::new() }
}

/// Reads it again where what is shown is to go with the store.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    let follows = scrub::follows(model, Screen::Metrics);
    if follows && model.metrics.looks.is_due() { load(model) } else { Vec::new() }
}

/// Takes in what was measured.
pub(super) fn arrived(
    model: &mut Model,
    asked: Asked,
    then: Result<MetricsThen, SessionError>,
    took: Duration,
) -> Vec<Effect> {
    let again = model.metrics.looks.end(took);
    let then = match then {
        Ok(then) => then,
        Err(error) => {
            super::fail(model, &error);
            return Vec::new();
        }
    };
    model.metrics.seen.clone_from(&model.live.seen);
    // Nothing is drawn where nothing has changed.
    model.dirty |= model.metrics.then.as_ref() != Some(&then);
    // A moment that somebody has gone on from is shown on the way.
    if then.newest && asked.at == model.scrub.at {
        model.dirty |= model.scrub.at.take().is_some();
    }
    let alert = model.metrics.alert().map(|alert| alert.raised);
    if model.metrics.then.replace(then).is_none() {
        model.metrics.scroll.cursor = model.metrics.notable();
    }
    model.metrics.settle();
    choose_again(model, alert);
    let mut effects = super::resize(model, model.areas.whole);
    settle(model);
    if let Some(span) = model.metrics.then.as_ref().and_then(|then| then.span) {
        model.scrub.stay(span.to, chrono::Utc::now());
    }
    let mut better = model.scrub.fit(model.metrics.reach());
    better |= !better && model.metrics.is_bare() && model.scrub.widen();
    if again || better {
        effects.extend(load(model));
    }
    effects
}

/// An alert that was chosen stays chosen, whatever came before it in the list.
fn choose_again(model: &mut Model, raised: Option<Timestamp>) {
    let found = raised.and_then(|raised| model.metrics.alerts().position(|a| a.raised == raised));
    if let Some(found) = found {
        model.metrics.alerts.cursor = found;
    }
}

/// Brings every cursor back into what there is.
fn settle(model: &mut Model) {
    let height = height(model);
    model.metrics.scroll.settle(Metrics::COUNT, height);
    for detail in Detail::ALL {
        let height = usize::from(model.areas.metrics.lines(detail).height);
        let len = model.metrics.len(detail);
        if let Some(cursor) = model.metrics.cursor(detail) {
            cursor.settle(len, height);
        }
    }
}

/// Makes again what depends on the size.
pub(super) fn fit(model: &mut Model) -> Vec<Effect> {
    settle(model);
    let columns = model.areas.metrics.columns();
    let mut shown = (0..Metrics::COUNT)
        .filter_map(|at| super::super::model::metrics::readings(model.metrics.at(at)?))
        .map(|readings| readings.trend.len());
    let fits = shown.all(|shown| shown == 0 || shown == columns);
    if model.screen == Screen::Metrics && !fits { load(model) } else { Vec::new() }
}

/// What an action does on this screen; `None` where it is none of its own.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    Some(match action {
        Action::SwitchHeight => {
            let height = &mut model.metrics.height;
            *height = match *height {
                Height::Measured => Height::Threshold,
                Height::Threshold => Height::Measured,
            };
            Vec::new()
        }
        Action::OpenMetric => enlarge(model),
        Action::GoToAlert => go_to_alert(model),
        Action::FocusNext => focus_by(model, 1),
        Action::FocusPrevious => focus_by(model, -1),
        Action::Back if model.metrics.whole != Whole::Not => {
            model.metrics.whole = Whole::Not;
            super::resize(model, model.areas.whole)
        }
        action => {
            let Some(by) = super::lines_of(action, page(model)) else {
                return scrub::act(model, action);
            };
            move_by(model, by);
            Vec::new()
        }
    })
}

/// The lines that a page is made of where the keys are.
fn page(model: &Model) -> usize {
    match model.metrics.whole {
        Whole::At(part) => usize::from(model.areas.metrics.lines(part).height),
        // The other column is a page farther.
        Whole::Not if is_cards(model) => COLUMN + 1,
        Whole::Not => height(model),
    }
}

fn move_by(model: &mut Model, by: isize) {
    let Whole::At(part) = model.metrics.whole else {
        let height = height(model);
        model.metrics.scroll.move_by(by, Metrics::COUNT, height);
        return;
    };
    let height = usize::from(model.areas.metrics.lines(part).height);
    let len = model.metrics.len(part);
    if let Some(cursor) = model.metrics.cursor(part) {
        cursor.move_by(by, len, height);
    }
}

/// The next card to the side, or the next part of what is known of the one that has the whole screen.
fn focus_by(model: &mut Model, by: isize) -> Vec<Effect> {
    let Whole::At(part) = model.metrics.whole else {
        let step = if is_cards(model) { COLUMN as isize } else { 1 };
        let here = model.metrics.scroll.cursor as isize + by * step;
        let (count, height) = (Metrics::COUNT as isize, height(model));
        model.metrics.scroll.move_to(here.rem_euclid(count) as usize, Metrics::COUNT, height);
        return Vec::new();
    };
    let extent = model.metrics.extent();
    let there: Vec<Detail> = Detail::ALL.into_iter().filter(|one| extent.has(*one)).collect();
    let here = there.iter().position(|one| *one == part).unwrap_or(0) as isize;
    let next = (here + by).rem_euclid(there.len().max(1) as isize) as usize;
    model.metrics.whole = Whole::At(there.get(next).copied().unwrap_or_default());
    super::resize(model, model.areas.whole)
}

/// Gives the whole screen to the chosen one.
fn enlarge(model: &mut Model) -> Vec<Effect> {
    model.metrics.whole = Whole::At(Detail::Alerts);
    (model.metrics.by, model.metrics.alerts) = Default::default();
    super::resize(model, model.areas.whole)
}

/// Looks at the moment at which the chosen alert was raised.
fn go_to_alert(model: &mut Model) -> Vec<Effect> {
    if model.metrics.whole == Whole::Not {
        return Vec::new();
    }
    let Some(raised) = model.metrics.alert().map(|alert| alert.raised) else {
        let told = match model.metrics.whole {
            Whole::At(Detail::Alerts) => "there was no alert in the time that is shown",
            _ => "the list of alerts leads to their moments",
        };
        tell(model, Tone::Note, told);
        return Vec::new();
    };
    model.scrub.at = Some(raised);
    load(model)
}

/// A click: chooses a metric, opens the one that was chosen, or goes to the moment of a column.
pub(super) fn click(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let here = (x, y).into();
    if let Whole::At(_) = model.metrics.whole {
        return click_whole(model, x, y);
    }
    let wall = model.areas.metrics;
    let chosen = model.metrics.scroll.cursor;
    let rows = wall.rows();
    let line = rows.contains(here).then(|| model.metrics.scroll.offset + usize::from(y - rows.y));
    let place = wall.cards.iter().position(|card| card.contains(here)).or(line);
    if let Some(place) = place.filter(|place| *place != chosen && *place < Metrics::COUNT) {
        let height = height(model);
        model.metrics.scroll.move_to(place, Metrics::COUNT, height);
        return Vec::new();
    }
    if wall.bars(chosen).contains(here) {
        return go_to_column(model, x);
    }
    if place.is_some() || wall.chart.contains(here) { enlarge(model) } else { Vec::new() }
}

fn click_whole(model: &mut Model, x: u16, y: u16) -> Vec<Effect> {
    let wall = model.areas.metrics;
    let here = (x, y).into();
    if wall.bars(model.metrics.scroll.cursor).contains(here) {
        return go_to_column(model, x);
    }
    let Some(part) = Detail::ALL.into_iter().find(|part| wall.detail(*part).contains(here)) else {
        return Vec::new();
    };
    let had_keys = model.metrics.whole == Whole::At(part);
    model.metrics.whole = Whole::At(part);
    let (lines, len) = (wall.lines(part), model.metrics.len(part));
    let Some(cursor) = model.metrics.cursor(part).filter(|_| lines.contains(here)) else {
        return Vec::new();
    };
    let line = cursor.offset + usize::from(y - lines.y);
    if line >= len {
        return Vec::new();
    }
    let again = had_keys && cursor.cursor == line;
    cursor.move_to(line, len, usize::from(lines.height));
    if again && part == Detail::Alerts { go_to_alert(model) } else { Vec::new() }
}

fn go_to_column(model: &mut Model, x: u16) -> Vec<Effect> {
    let bars = model.areas.metrics.bars(model.metrics.scroll.cursor);
    // The last column is the moment that is looked at.
    match i32::from(x - bars.x) + 1 - i32::from(bars.width) {
        0 => Vec::new(),
        by => scrub::go(model, by),
    }
}

/// The wheel: over a list it scrolls, elsewhere it goes through time.
pub(super) fn wheel(model: &mut Model, by: isize, x: u16, y: u16) -> Vec<Effect> {
    let wall = model.areas.metrics;
    let here = (x, y).into();
    if wall.table.contains(here) {
        let height = height(model);
        model.metrics.scroll.move_by(by.signum(), Metrics::COUNT, height);
        return Vec::new();
    }
    if let Some(part) = Detail::ALL.into_iter().find(|part| wall.detail(*part).contains(here)) {
        let (len, height) = (model.metrics.len(part), usize::from(wall.lines(part).height));
        if let Some(cursor) = model.metrics.cursor(part) {
            cursor.wheel(by, len, height);
        }
        return Vec::new();
    }
    scrub::go(model, by as i32)
}

//! Comparing the playhead with another version, for as long as a person wants.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::base::{Base, Comparing};
use super::super::model::destination::{self, Destination};
use super::super::model::overlay::{GoTo, Overlay};
use super::super::model::travel::Goal;
use super::super::model::{Model, Tone};
use super::{overlay, tell, travel};
use crate::model::At;
use crate::text;

/// Asks what to compare with; from the list of marks that is the chosen one.
pub(super) fn act(model: &mut Model) -> Vec<Effect> {
    model.player.pause();
    let Some(travel) = model.travel.as_ref().filter(|_| model.opening.is_none()) else {
        if model.opening.is_none() {
            tell(model, Tone::Note, "there is nothing to compare yet");
        }
        return Vec::new();
    };
    if let Overlay::Marks(list) = &model.overlay {
        let Some(mark) = list.chosen() else { return Vec::new() };
        if mark.spot().key != travel.key {
            tell(model, Tone::Note, "this mark is in another aggregate: go there first");
            return Vec::new();
        }
        let base = Comparing::base(mark);
        return begin(model, base);
    }
    model.overlay = Overlay::Compare(Comparing::of(travel, &model.marks, &model.visits));
    Vec::new()
}

/// Compares with what was typed, otherwise with what is chosen.
pub(super) fn accept(model: &mut Model, mut comparing: Comparing) -> Vec<Effect> {
    let typed = comparing.field.text().trim();
    let chosen = comparing.rows.get(comparing.scroll.cursor).map(|row| row.base.clone());
    let mistake = if typed.is_empty() {
        return chosen.map_or_else(Vec::new, |base| begin(model, base));
    } else if let Some(mark) = named(model, typed) {
        return begin(model, mark);
    } else {
        let now = chrono::Utc::now();
        match Destination::parse(typed, now, overlay::day(model, now)) {
            Some(Destination::At(at)) => match overlay::beyond(model, at) {
                None => return begin(model, Base { at, name: None }),
                Some(error) => GoTo::refused(typed, &error).mistake,
            },
            Some(Destination::Position(_)) => {
                Some("a position may be in another aggregate; write a version".to_owned())
            }
            None => Some(destination::mistake(typed)),
        }
    };
    comparing.mistake = mistake.map(|told| crate::text::sanitize(&told).into_owned());
    model.overlay = Overlay::Compare(comparing);
    Vec::new()
}

/// The mark of the aggregate that is called so.
fn named(model: &Model, name: &str) -> Option<Base> {
    let key = &model.travel.as_ref()?.key;
    let mark = model.marks.named(name, Some(key))?;
    (mark.spot().key == *key).then(|| Comparing::base(&mark))
}

fn begin(model: &mut Model, base: Base) -> Vec<Effect> {
    model.overlay = Overlay::None;
    let Some(travel) = &mut model.travel else { return Vec::new() };
    travel.base = Some(base);
    let goal = travel.going.unwrap_or(Goal::at(At::Version(travel.moment.version)));
    let effects = travel::go(model, goal);
    // What changed is what one looks at now.
    let mut shown = super::focus(model, super::Panel::Change);
    shown.extend(effects);
    shown
}

/// No longer compares; `None` where it did not.
pub(super) fn end(model: &mut Model) -> Option<Vec<Effect>> {
    let travel = model.travel.as_mut()?;
    travel.base.take()?;
    model.gone.push(Box::new(travel.against.take()));
    travel::show_changes(model);
    travel::show_state(model);
    Some(travel::complete(model))
}

/// The line above the changes: what is compared, and how to end it where `width` cells have room for that.
pub(super) fn heading(model: &Model, width: usize) -> Option<String> {
    let hint =
        model.keymap.hint(&[super::super::keymap::Context::Everywhere], Action::Back, "ends it");
    let travel = model.travel.as_ref()?;
    let told = travel.compared(width)?;
    let Some(hint) = hint.map(|hint| format!(" · {hint}")) else { return Some(told) };
    let room = width.saturating_sub(text::width(&hint));
    // A name keeps enough to be known by.
    let short = travel
        .compared(room)
        .filter(|short| text::width(short) <= room && (*short == told || room >= LEAST_NAMED));
    Some(short.map_or(told, |short| short + &hint))
}

/// The cells that show two versions and enough of a name between them.
const LEAST_NAMED: usize = 22;

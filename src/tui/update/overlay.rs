//! What stands over the screen: the prompt, the palette, the help, the message.

use chrono::NaiveDate;

use super::super::action::Action;
use super::super::effect::{Effect, Stopping};
use super::super::model::destination::{self, Destination};
use super::super::model::overlay::{GoTo, Overlay};
use super::super::model::travel::{Goal, Walked};
use super::super::model::{Exit, Model, Store};
use super::{base, log, marks, pins, steward, suspend, travel, visit, work};
use crate::model::{At, Timestamp};
use crate::session::SessionError;

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => {
            model.exit = Some(Exit::Quit);
            return Vec::new();
        }
        Action::Back => {
            match std::mem::take(&mut model.overlay) {
                Overlay::Message(full) => model.overlay = *full.from,
                Overlay::Order(asking) => return steward::answered(model, &asking),
                _ => {}
            }
            return Vec::new();
        }
        Action::Suspend => return suspend::stop(model, Stopping::Person),
        Action::Accept => return accept(model),
        Action::RenameMark | Action::DeleteMark | Action::RestoreMark => {
            return marks::in_list(model, action);
        }
        Action::TogglePin | Action::UnpinAll | Action::UndoPins => {
            return pins::in_list(model, action);
        }
        Action::Compare => return base::act(model),
        Action::CopyMessage => return log::copy(model),
        Action::RetryLetter | Action::SkipEvent => return steward::act(model, action),
        Action::StopWork => return work::stop(model),
        Action::FocusNext => {
            if let Overlay::Mark(naming) = &mut model.overlay {
                naming.in_note = !naming.in_note;
            }
            return Vec::new();
        }
        _ => {}
    }
    let height = overlay_height(model);
    let Some(by) = super::lines_of(action, height) else { return Vec::new() };
    let width = super::super::overlay::width(&model.areas, &model.overlay);
    let area = super::super::overlay::inside(&model.areas, &model.overlay);
    match &mut model.overlay {
        Overlay::Marks(list) => list.scroll.move_by(by, list.rows.len(), height),
        Overlay::Pins(list) => list.scroll.move_by(by, list.rows.len(), height),
        Overlay::Letters(list) => {
            let len = list.len();
            list.scroll.move_by(by, len, height);
        }
        Overlay::Compare(comparing) => {
            comparing.scroll.move_by(by, comparing.rows.len(), height);
        }
        Overlay::Palette(palette) => {
            let len = palette.choices.len();
            palette.scroll.move_by(by, len, height);
        }
        Overlay::Help(help) => {
            help.fit(width);
            let len = help.rows().len();
            help.scroll.slide(by, len, height);
        }
        Overlay::Log(_) => log::settle(model, by, height),
        Overlay::Work(book) => book.scroll.move_by(by, book.rows.len(), height),
        Overlay::Message(full) => {
            let lines = full.message.lines(width).len();
            full.scroll.slide(by, lines, height);
        }
        Overlay::Value(value) => value.slide(by, area),
        Overlay::GoTo(_) | Overlay::Mark(_) | Overlay::Order(_) | Overlay::None => {}
    }
    Vec::new()
}

/// Keeps the window on a value that is shown in full inside it.
pub(super) fn fit(model: &mut Model) {
    let area = super::super::overlay::inside(&model.areas, &model.overlay);
    if let Overlay::Value(value) = &mut model.overlay {
        value.slide(0, area);
    }
    if let Overlay::Help(help) = &mut model.overlay {
        help.fit(usize::from(area.width));
        let len = help.rows().len();
        help.scroll.slide(0, len, usize::from(area.height));
    }
}

/// The lines that an overlay shows.
pub(super) fn overlay_height(model: &Model) -> usize {
    super::super::overlay::lines(&model.areas, &model.overlay)
}

/// Why there is no such place in the aggregate that is looked at; what takes reading to find out is left to the reading.
pub(super) fn beyond(model: &Model, at: At) -> Option<SessionError> {
    if let (At::Time(_), Store::Open(facts)) = (at, &model.store)
        && !facts.capabilities.time
    {
        return Some(SessionError::NoTimes { of: facts.name.clone() });
    }
    let travel = model.travel.as_ref().filter(|_| model.opening.is_none())?;
    let (last, events) = (travel.moment.last, travel.moment.events);
    let asked = match at {
        At::Time(_) if travel.walked == Walked::Whole && !travel.outline.has_times() => {
            return Some(SessionError::NoTimes { of: travel.key.to_string() });
        }
        At::Version(version) if version > last => version.to_string(),
        At::Back(back) if back > events => format!("-{back}"),
        _ => return None,
    };
    Some(SessionError::NoSuchVersion { key: travel.key.clone(), asked, last })
}

/// The day that a time without a date is of: the playhead's, or that of the first event it comes to.
pub(super) fn day(model: &Model, now: Timestamp) -> NaiveDate {
    let travel = model.travel.as_ref();
    let here = travel.and_then(|travel| travel.moment.event.as_ref()?.time);
    let first = || travel.and_then(|travel| travel.outline.get(0)?.time);
    here.or_else(first).unwrap_or(now).date_naive()
}

/// Why nothing can be found by its position, where that is so.
fn without_positions(model: &Model) -> Option<String> {
    let Store::Open(facts) = &model.store else { return None };
    let told = "records no positions in the store; give a version instead";
    (!facts.capabilities.position).then(|| format!("{} {told}", facts.name))
}

fn accept(model: &mut Model) -> Vec<Effect> {
    match &model.overlay {
        Overlay::Marks(_) => return marks::in_list(model, Action::Accept),
        Overlay::Log(_) | Overlay::Work(_) => {
            log::read_on(model);
            return Vec::new();
        }
        Overlay::Pins(_) => return pins::in_list(model, Action::Accept),
        Overlay::Letters(_) => return steward::open(model),
        _ => {}
    }
    match std::mem::take(&mut model.overlay) {
        Overlay::Mark(naming) => {
            marks::named(model, &naming);
            Vec::new()
        }
        Overlay::Compare(comparing) => base::accept(model, comparing),
        Overlay::Palette(palette) => {
            palette.action().map_or_else(Vec::new, |action| super::act(model, action))
        }
        Overlay::GoTo(prompt) => go_to(model, prompt),
        Overlay::Order(asking) => steward::ordered(model, *asking),
        Overlay::Marks(_)
        | Overlay::Pins(_)
        | Overlay::Letters(_)
        | Overlay::Log(_)
        | Overlay::Work(_)
        | Overlay::Help(_)
        | Overlay::Message(_)
        | Overlay::Value(_)
        | Overlay::None => Vec::new(),
    }
}

/// Sends the playhead where it was typed to, or leaves what was typed to be mended.
fn go_to(model: &mut Model, mut prompt: GoTo) -> Vec<Effect> {
    let typed = prompt.field.text().trim();
    if typed.is_empty() {
        return Vec::new();
    }
    let now = chrono::Utc::now();
    let mistake = match Destination::parse(typed, now, day(model, now)) {
        Some(Destination::At(at)) => match beyond(model, at) {
            None => {
                let typed = typed.to_owned();
                visit::leave(model);
                let effects = travel::go(model, Goal::at(at));
                model.asked = Some(typed);
                return effects;
            }
            Some(error) => {
                model.overlay = Overlay::GoTo(GoTo::refused(typed, &error));
                return Vec::new();
            }
        },
        Some(Destination::Position(position)) => match without_positions(model) {
            None => return visit::find(model, position),
            Some(told) => told,
        },
        None => {
            let key = model.travel.as_ref().map(|travel| &travel.key);
            if let Some(mark) = model.marks.named(typed, key) {
                return visit::jump(model, mark.spot());
            }
            destination::mistake(typed)
        }
    };
    prompt.mistake = Some(crate::text::sanitize(&mistake).into_owned());
    model.overlay = Overlay::GoTo(prompt);
    Vec::new()
}

//! What others write to the store while it is open.
//!
//! A look costs next to nothing and asks for no picture; only what it finds is read again: the list, the counts, and the
//! aggregate on the screen where it is the one that grew. A person's own keys come first: what is on its way to the
//! screen is not cancelled for it, the next look makes up for what was left out.

use std::time::Duration;

use super::super::effect::Effect;
use super::super::layout::Screen;
use super::super::model::live::Following;
use super::super::model::{Model, Tone};
use super::{events, fail, list, projections, tell, travel};
use crate::session::{News, SessionError};
use crate::text::human;

/// Takes a look, where it is time for one.
pub(super) fn tick(model: &mut Model) -> Vec<Effect> {
    let mut effects = if model.live.is_due() { look(model) } else { Vec::new() };
    effects.extend(count(model));
    effects
}

/// The store told of something: it is looked at now and not at the next tick, unless that would take too much of the time.
pub(super) fn rang(model: &mut Model) -> Vec<Effect> {
    if model.live.looking {
        model.live.rang = true;
        return Vec::new();
    }
    if model.live.is_rested() { look(model) } else { Vec::new() }
}

fn count(model: &mut Model) -> Option<Effect> {
    if !model.live.shows() || !model.live.may_count() || model.counting {
        return None;
    }
    model.live.uncounted = false;
    Some(list::count(model))
}

fn look(model: &mut Model) -> Vec<Effect> {
    let live = &mut model.live;
    let Some(since) = live.seen.clone().filter(|_| !live.looking) else { return Vec::new() };
    live.looking = true;
    let owed = live.shows() && live.owes();
    let about = model.travel.as_ref().map(|travel| travel.key.clone());
    vec![Effect::WatchStore { since, about, owed }]
}

/// Stops or begins again to show what comes.
pub(super) fn toggle(model: &mut Model) -> Vec<Effect> {
    match model.live.following {
        Following::Fixed => {
            tell(model, Tone::Note, "nothing can be written to this store while it is open");
        }
        Following::Live | Following::Unpausing => {
            model.live.following = Following::Pausing;
            settle(model);
        }
        Following::Pausing | Following::Paused => {
            model.live.following = Following::Unpausing;
            return look(model);
        }
    }
    Vec::new()
}

/// Everything was read again because the person wanted it.
pub(super) fn reread(model: &mut Model) -> Vec<Effect> {
    model.live.reread = true;
    look(model)
}

/// Takes in what a look found.
pub(super) fn looked(
    model: &mut Model,
    news: Result<News, SessionError>,
    took: Duration,
) -> Vec<Effect> {
    model.live.looked(took, news.is_ok());
    let news = match news {
        Ok(news) => news,
        Err(error) => {
            // Said once; the header says it for as long as it is so.
            if !std::mem::replace(&mut model.live.lost, true) {
                model.dirty = true;
                fail(model, &error);
            }
            return Vec::new();
        }
    };
    model.dirty |= std::mem::take(&mut model.live.lost);
    let before = model.live.seen.as_ref();
    let changed = before != Some(&news.head);
    model.live.anew |= before.is_some_and(|before| before.generation != news.head.generation);
    model.live.seen = Some(news.head.clone());
    model.live.uncounted |= changed;
    projections::halted(model, news.stopped, changed);
    if std::mem::take(&mut model.live.reread) {
        model.dirty |= model.live.waiting > 0;
        model.live.waiting = 0;
        model.live.listed.clone_from(&model.live.seen);
        model.live.scanned.clone_from(&model.live.seen);
    } else if !model.live.shows() {
        model.live.waiting += news.arrived;
        model.dirty |= changed;
    }
    if !model.live.shows() {
        return Vec::new();
    }
    came(model, news.arrived);
    let mut effects = Vec::new();
    if model.live.owes() {
        effects = catch_up(model, &news);
    }
    effects.extend(count(model));
    settle(model);
    // It may have been told after this look had begun.
    if std::mem::take(&mut model.live.rang) {
        effects.extend(rang(model));
    }
    effects
}

/// Counts what comes while nobody sees it come.
fn came(model: &mut Model, events: u64) {
    if model.screen != Screen::Events {
        model.live.unseen += events;
        model.dirty |= events > 0;
    }
}

fn catch_up(model: &mut Model, news: &News) -> Vec<Effect> {
    let mut effects = Vec::new();
    if model.live.listed != model.live.seen && model.list.loading.is_none() {
        model.live.listed.clone_from(&model.live.seen);
        effects.extend(list::reread(model));
    }
    if model.live.scanned != model.live.seen && model.events.loading.is_none() {
        model.live.scanned.clone_from(&model.live.seen);
        if model.events.loaded {
            effects.extend(events::reread(model));
        }
    }
    if model.live.compared != model.live.seen && !model.on_its_way() && !model.live.reading {
        effects.extend(compare(model, news));
    }
    effects
}

/// Reads the aggregate on the screen again where it is not any more what is shown of it.
fn compare(model: &mut Model, news: &News) -> Vec<Effect> {
    let Some(travel) = &model.travel else {
        model.live.compared.clone_from(&model.live.seen);
        return Vec::new();
    };
    let Some((_, row)) = news.about.as_ref().filter(|(key, _)| *key == travel.key) else {
        return Vec::new();
    };
    let now = row.as_ref().map(|row| (row.version, row.events));
    let is_same = now == Some((travel.moment.last, travel.moment.events));
    let anew = std::mem::take(&mut model.live.anew);
    if is_same || row.is_none() {
        model.live.compared.clone_from(&model.live.seen);
    }
    if is_same && !anew {
        return Vec::new();
    }
    travel::refresh(model)
}

/// The aggregate on the screen has been read again, or something else instead of it.
pub(super) fn arrived(model: &mut Model) -> Vec<Effect> {
    let was_reading = std::mem::take(&mut model.live.reading);
    let unpausing = was_reading && model.live.following == Following::Unpausing;
    if unpausing { look(model) } else { Vec::new() }
}

/// Is paused, or live again, once nothing is on its way any more.
pub(super) fn settle(model: &mut Model) {
    let live = &model.live;
    if live.reading || model.list.loading.is_some() {
        return;
    }
    let next = match live.following {
        Following::Pausing => Following::Paused,
        Following::Unpausing if !live.looking && !live.owes() => Following::Live,
        _ => return,
    };
    model.dirty = true;
    let waited = std::mem::take(&mut model.live.waiting);
    model.live.following = next;
    if next == Following::Live && waited > 0 {
        came(model, waited);
        let events = human::plural(waited, "event");
        tell(model, Tone::Note, &format!("{events} came while it was paused"));
    }
}

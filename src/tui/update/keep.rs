//! How the store was left comes back, and how it is left now is kept: after a moment in which nobody did anything, and
//! at the end.

use super::super::effect::Effect;
use super::super::keep::Unreadable;
use super::super::layout::Screen;
use super::super::model::base::Base;
use super::super::model::had::{self, Basis, Had, Mode, Open};
use super::super::model::marks::Marks;
use super::super::model::pins::Pins;
use super::super::model::travel::{Goal, Opening};
use super::super::model::{Model, Store, StoreFacts, Tone};
use super::{list, say, tell, travel};
use crate::model::{AggregateKey, At, Path, Version};
use crate::session::SessionError;
use crate::text::{self, human};

/// How often the time passes, after somebody did something, before it is kept.
const STILL: u8 = 2;

/// The person does something.
pub(super) fn touched(model: &mut Model) {
    if model.keeping.mode == Mode::Off {
        return;
    }
    if model.keeping.kept.is_none() {
        model.keeping.kept = Some(gather(model));
    }
    model.keeping.still = Some(0);
}

/// Time has passed.
pub(super) fn tick(model: &mut Model) -> Option<Effect> {
    let still = model.keeping.still?.saturating_add(1);
    model.keeping.still = Some(still);
    // What is being written is taken in first.
    if still < STILL
        || model.keeping.writing
        || model.player.playing.is_some()
        || model.on_its_way()
    {
        return None;
    }
    model.keeping.still = None;
    let now = gather(model);
    let same = model.keeping.kept.as_ref().is_some_and(|kept| now.is_like(kept));
    (!same || model.keeping.failed.is_some()).then(|| write(model, now))
}

/// Keeps what is not kept yet: this is the end, or may be.
pub(crate) fn keep_now(model: &mut Model) -> Option<Effect> {
    model.keeping.kept.as_ref()?;
    model.keeping.still = None;
    let now = gather(model);
    (model.keeping.kept.as_ref() != Some(&now)).then(|| write(model, now))
}

fn write(model: &mut Model, now: Had) -> Effect {
    model.keeping.writing = true;
    model.keeping.kept = Some(now.clone());
    let known = Box::new(model.keeping.known.clone());
    Effect::Keep { known, had: Box::new(now) }
}

/// It is kept, with what others kept meanwhile; or it is not.
pub(super) fn kept(model: &mut Model, sent: &Had, kept: Result<Had, String>, newest: bool) {
    model.keeping.writing &= !newest;
    if had::are_others(sent.origin.as_ref(), origin(model)) {
        // It was kept of a store that is not there any more.
        return;
    }
    match kept {
        Ok(kept) => {
            model.keeping.failed = None;
            let same = kept.marks == sent.marks && kept.pins == sent.pins;
            if model.keeping.mode == Mode::Fresh || same {
                model.keeping.known = sent.clone();
                return;
            }
            // What was changed since it was sent stays changed.
            let now = gather(model).merged(sent, &kept);
            model.marks = now.marks.clone();
            pin(model, &now);
            let known = model.keeping.kept.get_or_insert_default();
            known.marks.clone_from(&kept.marks);
            known.pins.clone_from(&kept.pins);
            model.keeping.known = kept;
            model.dirty = true;
        }
        Err(told) => {
            // Once is enough while it stays so.
            if model.keeping.failed.as_ref() != Some(&told) {
                tell(model, Tone::Bad, &told);
            }
            model.keeping.failed = Some(told);
            // It is tried again with the next change, and at the end.
            model.keeping.kept = Some(Had::default());
        }
    }
}

fn origin(model: &Model) -> Option<&String> {
    match &model.store {
        Store::Open(facts) => facts.origin.as_ref(),
        Store::Opening(_) => None,
    }
}

/// How the store is left, if it is left now.
fn gather(model: &Model) -> Had {
    let (before, origin) = (model.keeping.kept.as_ref(), origin(model).cloned());
    let layout = match &model.store {
        Store::Open(facts) => facts.layout.clone(),
        Store::Opening(_) => String::new(),
    };
    let comes_back = model.opening.as_ref().and_then(|opening| opening.left.clone());
    let open = comes_back.map(|left| *left).or_else(|| open(model));
    let theme = &model.theme().name;
    let theme = (*theme != model.keeping.theme).then(|| theme.clone());
    Had {
        layout,
        origin: origin.or_else(|| before.and_then(|before| before.origin.clone())),
        open: open.or_else(|| before.and_then(|before| before.open.clone())),
        on_events: model.screen == Screen::Events,
        on_projections: model.screen == Screen::Projections,
        on_metrics: model.screen == Screen::Metrics,
        filter: model.events.sieve.line().to_owned(),
        order: had::order_name(model.list.sort).to_owned(),
        theme: theme.or_else(|| model.keeping.hidden_theme.clone()),
        marks: model.marks.clone(),
        pins: model.pins.written(),
    }
}

fn open(model: &Model) -> Option<Open> {
    let travel = model.travel.as_ref()?;
    let base = travel.base.as_ref().and_then(|base| match base.at {
        At::Version(version) => Some(Basis { version: version.0, name: base.name.clone() }),
        _ => None,
    });
    Some(Open {
        category: travel.key.category.to_string(),
        aggregate: travel.key.id.to_string(),
        version: travel.moment.version.0,
        newest: travel.moment.last.0,
        base,
        zoom: travel.lens,
        levels: travel.tree.level(),
    })
}

/// Takes in how the store was left, before it is open.
pub(crate) fn begin(model: &mut Model, fresh: bool, past: Result<Option<Had>, Unreadable>) {
    model.keeping.mode = if fresh { Mode::Fresh } else { Mode::On };
    let past = match past {
        Ok(None) => return,
        Ok(Some(past)) => past,
        Err(Unreadable { told, hint }) => return say(model, Tone::Bad, &told, Some(&hint)),
    };
    match past.theme.clone() {
        Some(theme) if !model.keeping.bound => {
            let at = model.themes.iter().position(|known| known.name == theme);
            model.themes.rotate_left(at.unwrap_or(0));
            model.keeping.hidden_theme = at.is_none().then_some(theme);
        }
        theme => model.keeping.hidden_theme = theme,
    }
    model.marks = past.marks.clone();
    pin(model, &past);
    model.list.sort = had::order(&past.order);
    (model.keeping.kept, model.keeping.known) = (Some(past.clone()), past.clone());
    model.keeping.past = Some(past);
}

fn pin(model: &mut Model, had: &Had) {
    let mut pins = Vec::new();
    for (category, paths) in &had.pins {
        // What reads as no path was written by nobody.
        let paths: Vec<Path> = paths.iter().filter_map(|path| Path::parse(path).ok()).collect();
        pins.push((category.as_str().into(), paths));
    }
    model.pins = Pins::of_all(pins);
}

/// The store is open: what was looked at comes back, otherwise the list begins with `first`.
pub(super) fn restore(model: &mut Model, first: Option<AggregateKey>) -> Vec<Effect> {
    let Some(past) = model.keeping.past.take() else { return list::begin(model, first) };
    if let Store::Open(facts) = &model.store
        && had::are_others(past.origin.as_ref(), facts.origin.as_ref())
    {
        let then = if past.is_noted() {
            "marks and pins of that one are not put on it"
        } else {
            "it begins anew"
        };
        let told = format!("{} is another store than the one that was left: {then}", facts.name);
        tell(model, Tone::Note, &told);
        forget(model);
        return list::begin(model, first);
    }
    if let Store::Open(facts) = &model.store
        && !past.layout.is_empty()
        && past.layout != facts.layout
    {
        let told = format!(
            "{} was read as {} when it was left, and is read as {} now; marks and pins are kept",
            facts.name,
            text::sanitize(&past.layout),
            facts.layout
        );
        tell(model, Tone::Note, &told);
    }
    if let Err(mistake) = model.events.sieve.set(&past.filter, chrono::Utc::now()) {
        let told = format!("the filter that was left cannot be used: {mistake}");
        tell(model, Tone::Note, &told);
    }
    if past.on_events {
        model.screen = Screen::Events;
    } else if past.on_projections {
        model.screen = Screen::Projections;
    } else if past.on_metrics {
        model.screen = Screen::Metrics;
    }
    let Some(open) = past.open else { return list::begin(model, first) };
    let ride = open.is_at_end() && open.newest > travel::LONG;
    let at = match (open.is_at_end(), ride) {
        (true, true) => At::First,
        (true, false) => At::Last,
        (false, _) => At::Version(open.version()),
    };
    let key = open.key();
    let left = Some(Box::new(open));
    model.opening = Some(Opening { key: key.clone(), goal: Goal::at(at), ride, left });
    let mut effects = travel::open(model);
    effects.push(list::around(model, key));
    effects
}

/// Another history stands where the store was: what was put down of that one is kept with it and is not put on this one.
/// Returns whether there was any, and how it is kept.
pub(super) fn replaced(model: &mut Model, facts: &StoreFacts) -> (bool, Option<Effect>) {
    if !had::are_others(origin(model), facts.origin.as_ref()) {
        return (false, None);
    }
    let noted = gather(model).is_noted();
    let write = keep_now(model);
    forget(model);
    (noted, write)
}

/// Begins as if nothing had been put down or kept.
fn forget(model: &mut Model) {
    (model.marks, model.last_mark, model.pins) = (Marks::default(), None, Pins::default());
    (model.keeping.known, model.keeping.kept) = (Had::default(), None);
}

/// What was compared with comes back too.
pub(super) fn against(left: &Open) -> Option<Base> {
    let basis = left.base.as_ref()?;
    let name = basis.name.as_deref().map(|name| text::sanitize(name).into_owned());
    Some(Base { at: At::Version(Version(basis.version)), name })
}

/// The aggregate is there again: so is how it was looked at.
pub(super) fn returned(model: &mut Model, left: &Open) {
    let Some(travel) = model.travel.as_mut().filter(|travel| travel.key == left.key()) else {
        return;
    };
    travel.touched = true;
    travel.base = against(left);
    travel.lens = left.zoom.and_then(|lens| lens.within(travel.moment.events));
    if let Some(levels) = left.levels {
        travel.tree.fold_to(Some(levels), 0);
    }
    let newest = travel.moment.last.0;
    if left.is_at_end() && newest > left.newest {
        let events = human::plural(newest - left.newest, "event");
        let version = human::count(left.version);
        let told = format!("{events} came since this was left, at v{version}");
        tell(model, Tone::Note, &told);
    } else {
        let told = "as it was left; `foldback --fresh` begins anew";
        tell(model, Tone::Note, told);
    }
}

/// What was looked at cannot be any more: what is there instead, and why. `None` where that is not the reason.
pub(super) fn is_gone(model: &mut Model, left: &Open, error: &SessionError) -> Option<Vec<Effect>> {
    let name = text::sanitize(&left.aggregate).into_owned();
    match error {
        SessionError::NoSuchVersion { last, .. } => {
            let [was, is] = [left.version, last.0].map(human::count);
            let told = format!("{name} was left at v{was}, and ends at v{is} now");
            tell(model, Tone::Note, &told);
            let (key, goal) = (left.key(), Goal::at(At::Last));
            model.opening = Some(Opening { key, goal, ride: false, left: None });
            Some(travel::open(model))
        }
        SessionError::NoSuchAggregate { .. } => {
            let told = format!("{name}, which was looked at, is not in this store any more");
            tell(model, Tone::Note, &told);
            model.travel = None;
            Some(list::load(model, super::super::model::list::Place::Start))
        }
        _ => None,
    }
}

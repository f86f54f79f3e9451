//! The list of aggregates: its cursor, its pages, its search.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::Panel;
use super::super::model::field::Field;
use super::super::model::list::{Finding, Names, PAGE, Place, SORTED, Tally};
use super::super::model::travel::{Goal, Opening};
use super::super::model::{Model, Store, Tone};
use super::{tell, travel, visit};
use crate::model::{AggregateKey, At};
use crate::session::Sort;
use crate::store::AggregatePage;

/// The lines of the list.
pub(super) fn height(model: &Model) -> usize {
    model.height(Panel::List)
}

pub(super) fn load(model: &mut Model, place: Place) -> Vec<Effect> {
    model.list.loading = Some(place);
    if model.list.names == Names::Coming {
        model.list.names = Names::Here;
    }
    let query = Box::new(model.list.query(place));
    let sought = model.list.sought(place).map(|sought| Effect::FindList(Box::new(sought)));
    let page = match (model.list.sort, sought) {
        (_, Some(find)) => find,
        (Sort::Id, None) => Effect::LoadPage(place, query, PAGE),
        (sort, None) => Effect::SortList(place, query, (sort, SORTED)),
    };
    before_counting(model, page)
}

/// Reads a page that somebody waits for. Both are done on one lane: counting millions begins again when it is there.
fn before_counting(model: &mut Model, page: Effect) -> Vec<Effect> {
    if model.counting { vec![Effect::Stop(Slot::Count), page, count(model)] } else { vec![page] }
}

/// Begins to read the ids of all aggregates before the first letter is typed.
pub(super) fn name(model: &mut Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) || !model.list.field.is_empty() {
        return Vec::new();
    }
    model.list.names = Names::Coming;
    // Both are done on one lane: counting millions begins again when the ids are there.
    let stop = model.counting.then_some(Effect::Stop(Slot::Count));
    stop.into_iter().chain([Effect::ReadNames]).collect()
}

/// Goes on with the ids of all aggregates after they gave way to something else.
pub(super) fn named(model: &mut Model, newest: bool, complete: bool) -> Vec<Effect> {
    if !newest || model.list.names != Names::Coming {
        return Vec::new();
    }
    if !complete && model.list.finding == Finding::Typing {
        return vec![Effect::ReadNames];
    }
    unname(model).into_iter().collect()
}

/// The ids are not waited for any more: what gave way to them goes on.
pub(super) fn unname(model: &mut Model) -> Option<Effect> {
    if model.list.names != Names::Coming {
        return None;
    }
    model.list.names = Names::Here;
    model.counting.then(|| count(model))
}

/// Lets go of the ids of all aggregates where nobody finds among them any more.
pub(super) fn let_go(model: &mut Model, effects: &mut Vec<Effect>) {
    if effects.iter().any(|effect| matches!(effect, Effect::FindList(_)))
        && model.list.names == Names::Away
    {
        model.list.names = Names::Here;
    }
    if model.list.names != Names::Away && model.list.finding == Finding::Off {
        // Before the store is counted, which takes longer.
        effects.insert(0, Effect::DropNames);
        effects.extend(unname(model));
        model.list.names = Names::Away;
    }
}

/// Counts aggregates and events.
pub(super) fn count(model: &mut Model) -> Effect {
    model.counting = true;
    Effect::CountStore
}

/// The beginning of the list, or the part of it around the aggregate to begin with, which is opened.
pub(super) fn begin(model: &mut Model, first: Option<AggregateKey>) -> Vec<Effect> {
    let Some(key) = first.filter(|_| model.list.field.is_empty()) else {
        return load(model, Place::Start);
    };
    model.opening =
        Some(Opening { key: key.clone(), goal: Goal::at(At::Last), ride: false, left: None });
    let mut effects = travel::open(model);
    effects.push(around(model, key));
    effects
}

/// Reads the list around an aggregate.
pub(super) fn around(model: &mut Model, key: AggregateKey) -> Effect {
    model.list.loading = Some(Place::Around);
    if let Some(sought) = model.list.sought(Place::Around) {
        return Effect::FindList(Box::new(sought));
    }
    if model.list.sort != Sort::Id {
        let query = Box::new(model.list.query(Place::Around));
        return Effect::SortList(Place::Around, query, (model.list.sort, SORTED));
    }
    Effect::LoadAround(key, Box::new(model.list.query(Place::Around)), PAGE)
}

/// The next order.
pub(super) fn sort(model: &mut Model) -> Vec<Effect> {
    model.list.sort = model.list.next_order();
    let told = format!("aggregates by {}", model.list.order());
    tell(model, Tone::Note, &told);
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    if model.list.sort == Sort::Id { by_id(model) } else { load(model, Place::Start) }
}

fn by_id(model: &mut Model) -> Vec<Effect> {
    match again(model) {
        Some(page) => before_counting(model, page),
        None => load(model, Place::Start),
    }
}

/// Whether aggregates are being sorted.
pub(super) fn is_sorting(model: &Model) -> bool {
    model.list.sort != Sort::Id && model.list.loading.is_some()
}

/// Back to the store's own order.
pub(super) fn unsort(model: &mut Model) -> Vec<Effect> {
    model.list.sort = Sort::Id;
    let told = format!("stopped sorting: aggregates by {}", model.list.order());
    tell(model, Tone::Note, &told);
    by_id(model)
}

/// Reads on where the cursor needs it, or a search has room.
pub(super) fn more(model: &mut Model) -> Vec<Effect> {
    if let Some(place) = model.list.wanted(height(model)) {
        return load(model, place);
    }
    model.list.searching = false;
    Vec::new()
}

pub(super) fn arrived(model: &mut Model, place: Place, page: AggregatePage) -> Vec<Effect> {
    let height = height(model);
    // Where somebody went to an end, or searched, what the cursor came to is shown; reading on moves no cursor.
    let went = matches!(place, Place::Start | Place::End) || model.list.rows().is_empty();
    model.list.take(place, page, height);
    let mut effects = if went { open_chosen(model) } else { Vec::new() };
    effects.extend(more(model));
    effects
}

/// Shows what was found so far; `done` where that is all.
pub(super) fn found(
    model: &mut Model,
    place: Place,
    found: (AggregatePage, Tally),
    done: bool,
) -> Vec<Effect> {
    let height = height(model);
    let before = model.list.chosen().map(|row| row.key.clone());
    model.list.take_found(place, found, height);
    let came = model.list.chosen().map(|row| &row.key) != before.as_ref();
    let mut effects = if came || place == Place::Start { open_chosen(model) } else { Vec::new() };
    if done && model.list.leaving {
        effects.extend(clear(model));
    } else if done {
        effects.extend(more(model));
    } else {
        model.list.loading = Some(place);
    }
    effects
}

/// Makes sure that the rows fill the screen after it grew.
pub(super) fn fit(model: &mut Model) -> Vec<Effect> {
    let height = height(model);
    let len = model.list.lines().len();
    model.list.scroll.settle(len, height);
    if model.list.loaded { more(model) } else { Vec::new() }
}

/// Opens the chosen aggregate: at its newest version, or from the first on where the way there is long.
pub(super) fn open_chosen(model: &mut Model) -> Vec<Effect> {
    let Some(row) = model.list.chosen() else { return Vec::new() };
    let shown = model.travel.as_ref().map(|travel| &travel.key);
    if model.opening.as_ref().map(|opening| &opening.key).or(shown) == Some(&row.key) {
        return Vec::new();
    }
    model.asked = None;
    model.player.pause();
    if model.travel.as_ref().is_some_and(|travel| travel.touched) {
        visit::leave(model);
    }
    let Some(row) = model.list.chosen() else { return Vec::new() };
    let ride = row.events > travel::LONG;
    let goal = Goal::at(if ride { At::First } else { At::Last });
    model.opening = Some(Opening { key: row.key.clone(), goal, ride, left: None });
    let mut effects = vec![Effect::Stop(Slot::Walk)];
    effects.extend(travel::open(model));
    effects
}

pub(super) fn scroll(model: &mut Model, action: Action, by: isize) -> Vec<Effect> {
    let height = height(model);
    let end = match action {
        Action::CursorTop => Some(Place::Start),
        Action::CursorBottom => Some(Place::End),
        _ => None,
    };
    if let Some(place) = end.filter(|place| model.list.open_end(*place)) {
        return load(model, place);
    }
    model.list.move_by(by, height);
    follow(model)
}

/// Opens what the cursor came to, and reads on.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let mut effects = open_chosen(model);
    effects.extend(more(model));
    effects
}

/// Searches for what was typed.
pub(super) fn search(model: &mut Model) -> Vec<Effect> {
    model.list.seek();
    load(model, Place::Start)
}

/// Shows all again, at once where it is asked for twice: whoever typed faster than it is found means what they typed.
pub(super) fn leave(model: &mut Model) -> Vec<Effect> {
    if model.list.loading.is_some() && !model.list.leaving {
        model.list.leaving = true;
        return Vec::new();
    }
    clear(model)
}

/// Shows all again, around the aggregate that is looked at.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    let searched = !model.list.field.is_empty();
    model.list.finding = Finding::Off;
    model.list.searching = false;
    model.list.leaving = false;
    model.list.field = Field::default();
    if searched { refresh(model) } else { Vec::new() }
}

/// Puts the cursor on an aggregate, wherever in the list that is, and opens it at a place of its history.
pub(super) fn reveal(model: &mut Model, key: AggregateKey, goal: Goal) -> Vec<Effect> {
    (model.asked, model.list.finding, model.list.searching) = (None, Finding::Off, false);
    model.list.leaving = false;
    model.player.pause();
    let searched = !std::mem::take(&mut model.list.field).is_empty();
    model.opening = Some(Opening { key: key.clone(), goal, ride: false, left: None });
    let mut effects = vec![Effect::Stop(Slot::Walk)];
    effects.extend(travel::open(model));
    let height = height(model);
    if !searched && model.list.choose(&key, height) {
        effects.extend(more(model));
        return effects;
    }
    // It may not be among the first of another order.
    model.list.sort = Sort::Id;
    let page = around(model, key);
    effects.extend(before_counting(model, page));
    effects
}

/// Puts the cursor back on the aggregate that is shown, where the way to another one was stopped.
pub(super) fn come_back(model: &mut Model) -> Vec<Effect> {
    let Some(key) = model.travel.as_ref().map(|travel| travel.key.clone()) else {
        return Vec::new();
    };
    let height = height(model);
    let is_read = model.list.loading == Some(Place::Around);
    if !is_read && model.list.choose(&key, height) || !model.list.field.is_empty() {
        return Vec::new();
    }
    let page = around(model, key);
    before_counting(model, page)
}

/// Reads the list again, around its chosen aggregate, and counts again.
pub(super) fn refresh(model: &mut Model) -> Vec<Effect> {
    let mut effects = reread(model);
    if !effects.is_empty() {
        effects.push(count(model));
    }
    effects
}

/// Reads the list again, around its chosen aggregate.
pub(super) fn reread(model: &mut Model) -> Vec<Effect> {
    if matches!(model.store, Store::Opening(_)) {
        return Vec::new();
    }
    match again(model) {
        Some(page) => vec![page],
        None => load(model, Place::Start),
    }
}

/// The page around what is chosen, otherwise around what is looked at.
fn again(model: &mut Model) -> Option<Effect> {
    let shown = model.travel.as_ref().map(|travel| travel.key.clone());
    let key = model.list.chosen().map(|row| row.key.clone()).or(shown)?;
    Some(around(model, key))
}

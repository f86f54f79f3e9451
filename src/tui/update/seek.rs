//! Searching the state at the playhead.

use super::super::action::Action;
use super::super::effect::{Effect, Slot};
use super::super::layout::Panel;
use super::super::model::aspect::Aspect;
use super::super::model::sought::{self, Hits, Seeking};
use super::super::model::{Model, Tone};
use super::{aspect, tell, travel};

pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::SearchState => {
            let effects = super::focus(model, Panel::State);
            if model.sought.seeking != Seeking::Typing {
                model.sought.field.resume();
            }
            model.sought.seeking = Seeking::Typing;
            travel::fit_state(model);
            effects
        }
        Action::ClearSearch => clear(model),
        Action::NextMatch => step(model, true),
        _ => step(model, false),
    }
}

/// No longer searches.
pub(super) fn clear(model: &mut Model) -> Vec<Effect> {
    model.sought = sought::Sought::default();
    travel::fit_state(model);
    vec![Effect::Stop(Slot::Seek)]
}

/// Keeps what was typed, and gives the keys back to the panel.
pub(super) fn keep(model: &mut Model) -> Vec<Effect> {
    if model.sought.field.is_empty() {
        return clear(model);
    }
    model.sought.seeking = Seeking::Kept;
    Vec::new()
}

/// What is searched for is another text.
pub(super) fn typed(model: &mut Model) -> Vec<Effect> {
    model.sought.of = None;
    model.sought.hits = None;
    if model.sought.field.is_empty() {
        return vec![Effect::Stop(Slot::Seek)];
    }
    follow(model)
}

/// Searches the state that is shown, where it was not searched yet.
pub(super) fn follow(model: &mut Model) -> Vec<Effect> {
    let (Some(needle), Some(travel)) = (model.sought.needle(), &model.travel) else {
        return Vec::new();
    };
    let of = Some((travel.key.clone(), travel.moment.version));
    if model.sought.of == of {
        return Vec::new();
    }
    (model.sought.of, model.sought.hits) = (of, None);
    let (state, version) = (travel.moment.state.value().clone(), travel.moment.version);
    vec![Effect::SearchState { state, version, needle }]
}

/// Takes in what was found; while it is typed, the chosen line goes to the first of it.
pub(super) fn found(model: &mut Model, hits: Option<Hits>) -> Vec<Effect> {
    let Some(hits) = hits else { return Vec::new() };
    let shown = model.travel.as_ref().map(|travel| travel.moment.version);
    if shown != Some(hits.version) {
        return Vec::new();
    }
    model.sought.hits = Some(hits);
    if model.sought.seeking == Seeking::Typing {
        let here = model.spot();
        let spots = model.sought.hits.as_ref().map_or(&[][..], |hits| &hits.spots);
        if here.is_none_or(|here| spots.binary_search(&here).is_err()) {
            go(model, true);
        }
    }
    Vec::new()
}

fn step(model: &mut Model, forward: bool) -> Vec<Effect> {
    let told = match &model.sought.hits {
        _ if model.sought.seeking == Seeking::Off => {
            let hint = model.hint(Action::SearchState, "searches keys and values");
            format!("nothing is searched for; {}", hint.unwrap_or_default())
        }
        None => "still searching".to_owned(),
        Some(hits) if hits.all == 0 => "nothing was found".to_owned(),
        Some(_) => {
            go(model, forward);
            return Vec::new();
        }
    };
    tell(model, Tone::Note, &told);
    Vec::new()
}

/// To the next place, or the previous one, with everything around it open.
fn go(model: &mut Model, forward: bool) {
    let (height, here, size) = (model.height(Panel::State), model.spot(), aspect::size(model));
    let Some(travel) = &mut model.travel else { return };
    let Some(spot) = model.sought.next(here.as_ref(), forward) else { return };
    if model.aspect == Aspect::Raw {
        return model.raw.reveal(spot, size);
    }
    let path = sought::path_of(travel.moment.state.value(), spot);
    travel.tree.reveal(&path, height);
    travel::fit_state(model);
}

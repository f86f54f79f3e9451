//! Looking closer at a part of the history.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::model::lens::Lens;
use super::super::model::travel::Walked;
use super::super::model::{Model, Tone};
use super::{tell, travel};

/// Looks twice as close around the playhead, half as close, or at all of it.
pub(super) fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let Some(travel) = &mut model.travel else { return Vec::new() };
    let (place, count) = (travel.place().unwrap_or(0), travel.outline.len());
    let before = travel.lens;
    travel.lens = match action {
        Action::ZoomIn => Lens::zoomed(before, true, place, count),
        Action::ZoomOut => before.and_then(|lens| Lens::zoomed(Some(lens), false, place, count)),
        _ => None,
    };
    if travel.lens == before {
        let told = match action {
            Action::ZoomIn => "this is as close as it gets",
            _ => "this is the whole history",
        };
        tell(model, Tone::Note, told);
        return Vec::new();
    }
    redraw(model)
}

/// Asks for the rail anew; a walk that goes on draws it itself.
pub(super) fn redraw(model: &mut Model) -> Vec<Effect> {
    let walking = model.travel.as_ref().is_some_and(|travel| travel.walked == Walked::Walking);
    if walking { travel::walk(model) } else { travel::draw_rail(model) }
}

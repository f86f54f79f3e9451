//! What the screens of the whole store have in common: the moment that they look at, and how much of the time before.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::layout::Screen;
use super::super::model::live::Following;
use super::super::model::{Model, Tone};
use super::{metrics, projections, tell};
use crate::session::Span;

/// Columns that a step with Shift goes over.
const FAR: i32 = 10;

/// What is shown of the time on the screen that is looked at.
struct Shown {
    columns: usize,
    /// Whether anything is shown yet.
    is_there: bool,
    span: Option<Span>,
    newest: bool,
}

fn shown(model: &Model) -> Shown {
    let (columns, told) = if model.screen == Screen::Metrics {
        let told = model.metrics.then.as_ref().map(|then| (then.span, then.newest));
        (model.areas.metrics.columns(), told)
    } else {
        let told = model.projections.then.as_ref().map(|then| (then.span, then.newest));
        (model.areas.projections.columns(), told)
    };
    let (span, newest) = told.unwrap_or_default();
    Shown { columns, is_there: told.is_some(), span, newest }
}

/// Reads what the screen shows, as it is looked at now.
fn load(model: &mut Model) -> Vec<Effect> {
    if model.screen == Screen::Metrics { metrics::load(model) } else { projections::load(model) }
}

/// What an action does on both screens alike; `None` where it is none of these.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    Some(match action {
        Action::StepBack => go(model, -1),
        Action::StepForward => go(model, 1),
        Action::StepBackTen => go(model, -FAR),
        Action::StepForwardTen => go(model, FAR),
        Action::GoEnd => {
            model.scrub.at = None;
            load(model)
        }
        Action::ZoomIn | Action::ZoomOut => {
            let moved = model.scrub.zoom(action == Action::ZoomIn);
            if moved { load(model) } else { Vec::new() }
        }
        Action::Refresh => load(model),
        Action::Back => match model.scrub.at.take() {
            Some(_) => load(model),
            None => Vec::new(),
        },
        _ => return None,
    })
}

/// Goes so many columns forward, or back.
pub(super) fn go(model: &mut Model, by: i32) -> Vec<Effect> {
    let Shown { columns, is_there, span, newest } = shown(model);
    if model.scrub.go(by, columns, span, newest) {
        return load(model);
    }
    let told = if is_there && span.is_none() {
        "this store records no times: only what is now is known"
    } else {
        "this is the newest moment there is"
    };
    tell(model, Tone::Note, told);
    Vec::new()
}

/// Whether what a screen shows is to go with the store.
pub(super) fn follows(model: &Model, screen: Screen) -> bool {
    let live = model.live.following != Following::Fixed && model.live.shows();
    live && model.screen == screen && model.scrub.at.is_none()
}

//! Which of the screens is shown.

use super::super::action::Action;
use super::super::effect::Effect;
use super::super::layout::Screen;
use super::super::model::Model;
use super::super::model::events::Place;
use super::{events, metrics, projections};

/// The screen that an action shows.
pub(super) fn of(action: Action) -> Option<Screen> {
    match action {
        Action::ShowTimeline => Some(Screen::Timeline),
        Action::ShowEvents | Action::OpenEvent => Some(Screen::Events),
        Action::ShowMetrics | Action::OpenMetric | Action::GoToAlert | Action::SwitchHeight => {
            Some(Screen::Metrics)
        }
        Action::ShowProjections
        | Action::PauseProjection
        | Action::RebuildProjection
        | Action::SkipEvent
        | Action::ShowLetters
        | Action::RetryLetter => Some(Screen::Projections),
        _ => None,
    }
}

/// What an action does on the screen that is shown; `None` where it is none of its own.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match model.screen {
        Screen::Timeline => None,
        Screen::Events => events::act(model, action),
        Screen::Projections => projections::act(model, action),
        Screen::Metrics => metrics::act(model, action),
    }
}

/// Shows a screen.
pub(super) fn show(model: &mut Model, screen: Screen) -> Vec<Effect> {
    model.returning = None;
    if model.screen == screen {
        return Vec::new();
    }
    model.screen = screen;
    model.live.unseen = 0;
    // Nobody sees it play.
    model.player.pause();
    let mut effects = super::resize(model, model.areas.whole);
    match screen {
        Screen::Events if !model.events.loaded && model.events.loading.is_none() => {
            effects.extend(events::load(model, Place::End));
            effects.extend(events::sieve::count_on(model));
        }
        Screen::Projections => effects.extend(projections::load(model)),
        Screen::Metrics => effects.extend(metrics::load(model)),
        Screen::Events | Screen::Timeline => {}
    }
    effects
}

//! The names of the screens, where there is more than one: in a line of their own, or before the store's name.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::layout::{Areas, Screen, Shape};
use super::super::model::Model;
use crate::text::{self, human};

/// The action that shows a screen.
fn action(screen: Screen) -> Action {
    match screen {
        Screen::Timeline => Action::ShowTimeline,
        Screen::Events => Action::ShowEvents,
        Screen::Projections => Action::ShowProjections,
        Screen::Metrics => Action::ShowMetrics,
    }
}

/// What stands on the tab of a screen: its key, and its name where there is room.
fn label(model: &Model, areas: &Areas, screen: Screen) -> String {
    let key = model.keymap.keys_of(action(screen));
    let key = key.split(' ').next().unwrap_or_default();
    let told = if areas.shape == Shape::Small && screen != model.screen && !key.is_empty() {
        key.to_owned()
    } else {
        let brief = is_brief(areas) && screen != model.screen;
        let title = if brief { screen.short() } else { screen.title() };
        format!("{key} {title}").trim_start().to_owned()
    };
    match model.live.unseen {
        unseen if screen == Screen::Events && screen != model.screen && unseen > 0 => {
            format!("{told} +{}", human::count(unseen))
        }
        _ => told,
    }
}

/// Whether the names share their line with the store's, and there is little room for it.
fn is_brief(areas: &Areas) -> bool {
    areas.shape != Shape::Wide && areas.header.width < 100
}

/// Each screen and the columns of its tab.
fn tabs(model: &Model, areas: &Areas) -> Vec<(Screen, Rect, String)> {
    let mut x = areas.screens.x;
    let is_brief = is_brief(areas);
    let tab = |screen: Screen| {
        let label = label(model, areas, screen);
        // One cell between two names is enough where each counts.
        let end = if is_brief && screen != model.screen { "" } else { " " };
        let label = format!(" {label}{end}");
        let width = (text::width(&label) as u16).min(areas.screens.right().saturating_sub(x));
        let area = Rect { x, width, ..areas.screens };
        x += width;
        (screen, area, label)
    };
    Screen::ALL.into_iter().map(tab).collect()
}

/// The columns they take.
pub(crate) fn width(model: &Model, areas: &Areas) -> u16 {
    tabs(model, areas).iter().map(|(_, area, _)| area.width).sum()
}

/// Draws them.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    for (screen, area, label) in tabs(model, areas) {
        let style = match (screen == model.screen, areas.shape) {
            (true, Shape::Wide) => theme.title.patch(theme.selected),
            (true, _) => theme.badge,
            _ => theme.dim,
        };
        buffer.set_span(area.x, area.y, &Span::styled(label, style), area.width);
    }
}

/// The screen whose name stands at a place.
pub(crate) fn screen_at(model: &Model, areas: &Areas, x: u16, y: u16) -> Option<Screen> {
    let here = |(_, area, _): &(Screen, Rect, String)| area.contains((x, y).into());
    tabs(model, areas).into_iter().find(here).map(|(screen, ..)| screen)
}

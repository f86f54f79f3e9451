//! From the model to a picture. Pure: it changes nothing, asks nobody, and says where it put what.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::layout::{Areas, LEAST, Panel, Screen, Shape};
use super::model::Model;
use super::{overlay, panel};

/// Draws everything; returns the areas it chose.
pub(crate) fn draw(model: &Model, frame: &mut Frame<'_>) -> Areas {
    let areas = Areas::of(frame.area(), model.view());
    let buffer = frame.buffer_mut();
    let theme = model.theme();
    buffer.set_style(areas.whole, theme.base);
    if areas.shape == Shape::TooSmall {
        too_small(model, &areas, buffer);
        return areas;
    }
    panel::header::draw(model, &areas, buffer);
    match areas.screen {
        Screen::Timeline => timeline(model, &areas, buffer),
        Screen::Events => panel::events::draw(model, &areas, buffer),
        Screen::Projections => panel::projections::draw(model, &areas, buffer),
        Screen::Metrics => panel::metrics::draw(model, &areas, buffer),
    }
    if areas.shape != Shape::Wide {
        panel::tabs::draw(model, &areas, buffer);
    }
    panel::footer::draw(model, &areas, buffer);
    overlay::tour::draw(model, &areas, buffer);
    overlay::draw(model, &areas, buffer);
    overlay::waiting::draw(model, &areas, buffer);
    model.theme().level(buffer);
    areas
}

fn timeline(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    for shown in Panel::ALL {
        if areas.panel(shown).is_empty() {
            continue;
        }
        match shown {
            Panel::List => panel::aggregates::draw(model, areas, buffer),
            Panel::Rail => panel::rail::draw(model, areas, buffer),
            Panel::State => panel::state::draw(model, areas, buffer),
            Panel::Change => panel::change::draw(model, areas, buffer),
            Panel::Event => panel::event::draw(model, areas, buffer),
        }
    }
}

fn too_small(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let Rect { width, height, .. } = areas.whole;
    let (columns, rows) = LEAST;
    let told = [format!("{width}×{height} is too small"), format!("{columns}×{rows} is enough")];
    let brief = ["too small".to_owned(), format!("≥ {columns}×{rows}")];
    let fits = told.iter().all(|text| text.chars().count() <= usize::from(width));
    for (at, text) in (if fits { told } else { brief }).into_iter().enumerate() {
        let line = (height / 2).saturating_sub(1) + at as u16;
        if line < height {
            let x = width.saturating_sub(text.chars().count() as u16) / 2;
            let line = (x, areas.whole.y + line);
            let span = Line::from(Span::styled(text, model.theme().warn));
            buffer.set_line(line.0, line.1, &span, width);
        }
    }
}

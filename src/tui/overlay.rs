//! What can stand over the screen: where it stands, and how it looks.

mod compare;
mod goto;
mod help;
mod letters;
mod log;
mod marks;
mod message;
mod order;
mod palette;
mod pins;
pub(crate) mod tour;
mod value;
pub(crate) mod waiting;
pub(crate) mod work;

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget as _};

use super::layout::{Areas, Shape};
use super::model::Model;
use super::model::overlay::Overlay;
use super::theme::Theme;
use super::widget;

/// Where an overlay stands, frame included.
pub(crate) fn area(areas: &Areas, overlay: &Overlay) -> Rect {
    let whole = areas.free();
    let margin = if areas.shape == Shape::Small { 0 } else { 2 };
    let wanted = match overlay {
        Overlay::None => (0, 0),
        Overlay::GoTo(prompt) => {
            let width = 64.min(whole.width);
            let lines = prompt.lines(usize::from(width).saturating_sub(6)).len() as u16;
            (64, 3 + lines.max(3))
        }
        Overlay::Mark(_) => (64, 4),
        Overlay::Marks(list) => (84, list.rows.len().clamp(3, 20) as u16 + 2),
        Overlay::Pins(list) => (84, list.rows.len().clamp(3, 20) as u16 + 2),
        Overlay::Letters(list) => (110, (list.len() * 2).clamp(12, 24) as u16),
        Overlay::Order(asking) => {
            let width = usize::from(72.min(whole.width.saturating_sub(margin))).saturating_sub(4);
            (72, asking.lines(width).len() as u16 + 4)
        }
        Overlay::Compare(comparing) => {
            let width = usize::from(64.min(whole.width)).saturating_sub(6);
            (64, compare::height(comparing, width).min(20) as u16 + 2)
        }
        Overlay::Palette(_) => (84, 20),
        Overlay::Help(help) => (help.whole() as u16 + 4, help.lines.len() as u16 + 2),
        // What is long is read on as much of the screen as there is.
        Overlay::Value(value) if value.rows > 12 => (120, value.rows.min(1000) as u16 + 2),
        Overlay::Log(_) => (120, 30),
        Overlay::Work(_) => (110, 24),
        Overlay::Message(full) => {
            let width = usize::from(100.min(whole.width.saturating_sub(2))).saturating_sub(4);
            (100, full.message.lines(width).len().clamp(3, 40) as u16 + 2)
        }
        // Otherwise it is as high as it has to be.
        Overlay::Value(value) if value.parts.len() == 1 => {
            let width = usize::from(84.min(whole.width.saturating_sub(margin))).saturating_sub(4);
            (84, value.height(width).max(3) as u16 + 2)
        }
        Overlay::Value(_) => (84, 14),
    };
    let width = wanted.0.min(whole.width.saturating_sub(margin));
    let height = wanted.1.min(whole.height.saturating_sub(2));
    let x = whole.x + (whole.width - width) / 2;
    // A little above the middle, where people look first.
    let y = whole.y + (whole.height - height) / 3;
    Rect::new(x, y.max(whole.y + 1), width, height)
}

/// What an overlay has between its frame.
pub(crate) fn inside(areas: &Areas, overlay: &Overlay) -> Rect {
    let area = area(areas, overlay);
    Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(2))
}

/// A list, and below a rule what there is to say of the chosen line.
fn halves(area: Rect) -> (Rect, Rect) {
    let below = (area.height * 2 / 5).max(3).min(area.height);
    let list = area.height.saturating_sub(below + 1);
    let rest = Rect { y: area.bottom() - below, height: below, ..area };
    (Rect { height: list, ..area }, rest)
}

/// Draws the rule below a list.
fn rule(theme: &Theme, list: Rect, buffer: &mut Buffer) {
    let across = Span::styled("─".repeat(usize::from(list.width)), theme.border);
    buffer.set_span(list.x, list.bottom(), &across, list.width);
}

/// Says in the frame around `inside` which lines are shown, where not all are.
fn say_shown(theme: &Theme, inside: Rect, window: &Range<usize>, len: usize, buffer: &mut Buffer) {
    let frame = inside.outer(Margin::new(2, 1));
    widget::frame_below(buffer, frame, theme, "", &widget::shown_of(window, len));
}

/// The lines that an overlay scrolls.
pub(crate) fn lines(areas: &Areas, overlay: &Overlay) -> usize {
    let Rect { width, height, .. } = inside(areas, overlay);
    let (width, inside) = (usize::from(width), usize::from(height));
    match overlay {
        Overlay::Compare(comparing) => compare::list(comparing, width, inside),
        Overlay::Palette(_) => inside.saturating_sub(2),
        Overlay::Log(_) | Overlay::Work(_) | Overlay::Letters(_) => {
            usize::from(halves(self::inside(areas, overlay)).0.height)
        }
        _ => inside,
    }
}

/// The cells of a line of an overlay.
pub(crate) fn width(areas: &Areas, overlay: &Overlay) -> usize {
    usize::from(inside(areas, overlay).width)
}

/// The line of the screen where the list of an overlay begins that has one; the palette's is below what was typed.
pub(crate) fn list_top(areas: &Areas, overlay: &Overlay) -> u16 {
    let inside = inside(areas, overlay);
    match overlay {
        Overlay::Log(_) | Overlay::Work(_) | Overlay::Letters(_) => inside.y,
        _ => inside.y + inside.height.saturating_sub(lines(areas, overlay) as u16),
    }
}

/// The line of the screen where the palette's choices begin.
pub(crate) fn palette_top(areas: &Areas) -> u16 {
    inside(areas, &Overlay::Palette(super::model::palette::Palette::default())).y + 2
}

/// Draws what stands over the panels, if anything does.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let told;
    let (title, focused) = match &model.overlay {
        Overlay::Mark(naming) => {
            let id = crate::text::sanitize(naming.spot.key.id.as_str());
            told = format!("Mark v{} of {id}", crate::text::human::count(naming.spot.version.0));
            (told.as_str(), true)
        }
        Overlay::Marks(_) => ("Marks", true),
        Overlay::Pins(list) => (list.title.as_str(), true),
        Overlay::Letters(list) => {
            told = format!("Dead letters of {}", crate::text::sanitize(&list.projection));
            (told.as_str(), true)
        }
        Overlay::Order(_) => ("Write to the store?", true),
        Overlay::Compare(_) => ("Compare with the playhead", true),
        Overlay::None => return,
        Overlay::GoTo(_) => ("Go to", true),
        Overlay::Palette(_) => ("Run", true),
        Overlay::Help(_) => ("Keys", true),
        Overlay::Work(book) => {
            told = work::title(book);
            (told.as_str(), true)
        }
        Overlay::Log(_) => ("Messages, the newest first · UTC", true),
        Overlay::Message(full) => match *full.from {
            Overlay::Work(_) => ("Work", true),
            _ => ("Message", true),
        },
        Overlay::Value(value) => (value.place.as_str(), true),
    };
    let theme = model.theme();
    let frame = area(areas, &model.overlay);
    Clear.render(frame, buffer);
    buffer.set_style(frame, theme.base);
    widget::frame(buffer, frame, theme, focused, title, Vec::new());
    let inside = inside(areas, &model.overlay);
    match &model.overlay {
        Overlay::None => {}
        Overlay::GoTo(prompt) => goto::draw(model, prompt, inside, buffer),
        Overlay::Mark(naming) => marks::draw_naming(model, naming, inside, buffer),
        Overlay::Marks(list) => marks::draw(model, list, inside, buffer),
        Overlay::Pins(list) => pins::draw(model, list, inside, buffer),
        Overlay::Letters(list) => letters::draw(model, list, inside, buffer),
        Overlay::Order(asking) => order::draw(model, asking, inside, buffer),
        Overlay::Compare(comparing) => compare::draw(model, comparing, inside, buffer),
        Overlay::Palette(palette) => palette::draw(model, palette, inside, buffer),
        Overlay::Help(help) => help::draw(model, help, inside, buffer),
        Overlay::Log(book) => log::draw(model, book, inside, buffer),
        Overlay::Work(book) => work::draw(model, book, inside, buffer),
        Overlay::Message(full) => message::draw(model, full, inside, buffer),
        Overlay::Value(value) => value::draw(model, value, inside, buffer),
    }
}

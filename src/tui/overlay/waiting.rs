//! The keys that can follow those pressed so far: a box above the last line, each line of which can be clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;
use ratatui::widgets::{Clear, Widget as _};

use super::super::keymap::{Meaning, Offer};
use super::super::layout::{Areas, Shape};
use super::super::model::Model;
use super::super::widget::{self, line};
use crate::text;

/// Draws the box, where a key waits for another.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let Some((frame, offers)) = place(model, areas) else { return };
    let theme = model.theme();
    Clear.render(frame, buffer);
    buffer.set_style(frame, theme.base);
    widget::frame(buffer, frame, theme, true, &format!("{} …", model.keys_so_far()), Vec::new());
    let keys = keys_of(&offers);
    let shown = usize::from(frame.height.saturating_sub(2));
    for (row, offer) in (frame.y + 1..).zip(offers.iter().take(shown)) {
        let spans = vec![
            Span::styled(text::pad(&offer.keys, keys).into_owned(), theme.accent),
            Span::raw("  "),
            Span::styled(offer.word.as_str(), theme.text()),
        ];
        let width = frame.width.saturating_sub(4);
        line::spread(buffer, Rect::new(frame.x + 2, row, width, 1), spans, Vec::new(), 0);
    }
    if shown < offers.len() {
        let told = text::human::count((offers.len() - shown) as u64);
        widget::frame_below(buffer, frame, theme, "", &format!("{told} more"));
    }
}

/// What a click on a cell of the box means: the key there, or the last of those that the line names where none stands;
/// nothing on its frame. `None` beside the box, or where nothing waits.
pub(crate) fn meaning_at(model: &Model, areas: &Areas, x: u16, y: u16) -> Option<Meaning> {
    let (frame, offers) = place(model, areas).filter(|(frame, _)| frame.contains((x, y).into()))?;
    let is_inside = y > frame.y && y + 1 < frame.bottom();
    let offer = offers.get(usize::from(y.saturating_sub(frame.y + 1))).filter(|_| is_inside);
    let action =
        offer.and_then(|offer| offer.action_at(usize::from(x.saturating_sub(frame.x + 2))));
    Some(action.map_or(Meaning::Nothing, Meaning::Run))
}

/// Where the box stands, and its lines.
fn place(model: &Model, areas: &Areas) -> Option<(Rect, Vec<Offer>)> {
    if model.pressed.is_empty() || areas.shape == Shape::TooSmall {
        return None;
    }
    let offers = model.following();
    let words = offers.iter().map(|offer| text::width(&offer.word)).max()?;
    let floor = if areas.tour.is_empty() { areas.footer.y } else { areas.tour.y };
    let width = (keys_of(&offers) + 2 + words + 4).min(usize::from(areas.whole.width)) as u16;
    // The first line says which aggregate it is, and stays.
    let room = floor.saturating_sub(areas.whole.y + 1);
    let height = (offers.len() + 2).min(usize::from(room)) as u16;
    Some((Rect::new(areas.whole.x, floor - height, width, height), offers))
}

/// The cells that the keys take.
fn keys_of(offers: &[Offer]) -> usize {
    offers.iter().map(|offer| text::width(&offer.keys)).max().unwrap_or(0)
}

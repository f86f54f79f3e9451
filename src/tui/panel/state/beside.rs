//! The state before and after, beside each other.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::super::model::Model;
use super::super::super::model::travel::Travel;
use super::super::super::model::tree::{Knot, Touch};
use super::super::super::theme::Theme;
use super::super::super::widget::{line, value};
use crate::model::{Value, Version};
use crate::text::{self, human};

/// From so many cells on, both have a column; otherwise they stand one behind the other.
const COLUMNS: u16 = 60;

/// Where the names, what was and what is stand.
fn columns(area: Rect) -> [Rect; 3] {
    let name = (u32::from(area.width) * 36 / 100).min(44) as u16;
    let each = (area.width - name) / 2;
    let at = |x: u16, width: u16| Rect { x: area.x + x, width, ..area };
    [at(0, name), at(name, each), at(name + each, area.width - name - each)]
}

/// Draws the line above them: which versions they are.
pub(super) fn heading(model: &Model, travel: &Travel, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let before = match &travel.against {
        Some(against) => against.version,
        None => travel.moment.before_version,
    };
    let mark = travel.base.as_ref().and_then(|base| base.name.as_ref());
    let mark = mark.map_or_else(String::new, |name| format!(" ⚑ {name}"));
    let told = |version: Version, mark: &str| match version {
        Version::ZERO => "v0 before everything".to_owned(),
        version => {
            format!("v{}{mark} {}", human::count(version.0), travel.type_of(version))
        }
    };
    let (before, after) = (told(before, &mark), told(travel.moment.version, ""));
    if area.width < COLUMNS {
        let left = vec![
            Span::styled(before.split(' ').next().unwrap_or_default().to_owned(), theme.remove),
            Span::styled(" → ", theme.dim),
            Span::styled(after, theme.add),
        ];
        return line::spread(buffer, area, left, Vec::new(), 4);
    }
    let [_, first, second] = columns(area);
    for (place, told, style) in [(first, before, theme.remove), (second, after, theme.add)] {
        let told = text::truncate_middle(&told, usize::from(place.width).saturating_sub(3));
        let spans = vec![Span::styled("│ ", theme.border), Span::styled(told.into_owned(), style)];
        line::spread(buffer, place, spans, Vec::new(), 4);
    }
}

/// Draws both values of a line, behind its name.
pub(super) fn values(
    travel: &Travel,
    index: usize,
    mut name: Vec<Span<'_>>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let Some((row, (before, after))) = travel.tree.row(index).zip(travel.tree.pair(index)) else {
        return;
    };
    let open = row.knot == Knot::Open;
    let side = |value: Option<&Value>, style: Option<Style>, room: usize| -> Vec<Span<'static>> {
        let Some(value) = value else { return Vec::new() };
        let mut spans = match value.len().filter(|len| open && *len > 0) {
            Some(len) => vec![Span::styled(human::count(len as u64), theme.dim)],
            None => value::spans(value, theme, room.max(1)),
        };
        if let Some(style) = style.filter(|_| !open) {
            for span in &mut spans {
                span.style = style;
            }
        }
        spans
    };
    let touched = row.touch != Touch::None;
    let (old, new) = (touched.then_some(theme.remove), touched.then_some(theme.add));
    if area.width < COLUMNS {
        let room = usize::from(area.width).saturating_sub(line::width(&name));
        if touched && !open && before.is_some() && after.is_some() {
            let mut both = side(before, old, room.saturating_sub(3) / 2);
            let left = room.saturating_sub(line::width(&both) + 3);
            both.push(Span::styled(" → ", theme.dim));
            both.extend(side(after, new, left));
            name.extend(both);
        } else {
            let style = if after.is_some() { new } else { old };
            name.extend(side(after.or(before), style, room));
        }
        return line::spread(buffer, area, name, Vec::new(), 4);
    }
    let [first, second, third] = columns(area);
    line::spread(
        buffer,
        Rect { width: first.width.saturating_sub(1), ..first },
        name,
        Vec::new(),
        4,
    );
    for (place, value, style) in [(second, before, old), (third, after, new)] {
        let mut spans = vec![Span::styled("│ ", theme.border)];
        spans.extend(side(value, style, usize::from(place.width).saturating_sub(3)));
        line::spread(
            buffer,
            Rect { width: place.width.saturating_sub(1), ..place },
            spans,
            Vec::new(),
            4,
        );
    }
}

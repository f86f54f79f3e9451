//! What several panels draw with: lines with two ends, frames, the mark of a chosen line, short forms of values.

pub(crate) mod chart;
pub(crate) mod field;
pub(crate) mod line;
pub(crate) mod paper;
pub(crate) mod value;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Widget as _};

use super::theme::Theme;
use crate::text;

/// A cell that is filled from below, in eighths.
pub(crate) const BARS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A frame with a title at its left and one at its right; the left one gives way.
pub(crate) fn frame(
    buffer: &mut Buffer,
    area: Rect,
    theme: &Theme,
    focused: bool,
    title: &str,
    right: Vec<Span<'_>>,
) {
    let border = if focused { theme.accent } else { theme.border };
    frame_in(buffer, area, theme, (border, focused), title, right);
}

/// The same with a border of its own.
pub(crate) fn frame_in(
    buffer: &mut Buffer,
    area: Rect,
    theme: &Theme,
    (border, focused): (Style, bool),
    title: &str,
    right: Vec<Span<'_>>,
) {
    let right_width: usize = right.iter().map(Span::width).sum();
    let room = usize::from(area.width).saturating_sub(right_width + 8);
    let mut block = Block::bordered().border_type(BorderType::Rounded).border_style(border);
    let style = if focused { theme.title } else { theme.dim };
    if !title.is_empty() {
        // Ids and types differ at both ends.
        let title = text::truncate_middle(title, room);
        block = block.title_top(Line::from(vec![
            Span::styled("─ ", border),
            Span::styled(title, theme.on_frame(style)),
            Span::raw(" "),
        ]));
    }
    if right_width > 0 && right_width + 4 < usize::from(area.width) {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(right.into_iter().map(|span| {
            let style = theme.on_frame(span.style);
            span.style(style)
        }));
        spans.push(Span::styled(" ─", border));
        block = block.title_top(Line::from(spans).right_aligned());
    }
    block.render(area, buffer);
}

/// Writes into a frame's lower edge: at its left, which gives way, and at its right.
pub(crate) fn frame_below(buffer: &mut Buffer, area: Rect, theme: &Theme, told: &str, right: &str) {
    let edge = usize::from(area.width).saturating_sub(4);
    if area.height == 0 || edge < 12 {
        return;
    }
    let mut write = |x: usize, told: &str| {
        let told = Span::styled(format!(" {told} "), theme.on_frame(theme.dim));
        buffer.set_span(area.x + 2 + x as u16, area.bottom() - 1, &told, edge as u16);
    };
    let mut room = edge - 2;
    let cells = text::width(right) + 2;
    if cells > 2 && cells < edge {
        write(edge - cells, right);
        room = room.saturating_sub(cells + 1);
    }
    if !told.is_empty() && room > 0 {
        write(0, &text::truncate_middle(told, room));
    }
}

/// Which lines are shown, of how many: `3–20 of 57`; nothing where all are.
pub(crate) fn shown_of(window: &std::ops::Range<usize>, len: usize) -> String {
    if window.len() >= len {
        return String::new();
    }
    let [first, last, len] =
        [window.start + 1, window.end, len].map(|line| text::human::count(line as u64));
    format!("{first}–{last} of {len}")
}

/// Marks a line as the chosen one, from frame to frame.
pub(crate) fn choose(buffer: &mut Buffer, line: Rect, theme: &Theme, focused: bool) {
    let whole = Rect { x: line.x.saturating_sub(1), width: line.width + 2, ..line };
    let whole = whole.intersection(*buffer.area());
    buffer.set_style(whole, if focused { theme.selected } else { theme.selected_far });
    if focused {
        buffer.set_span(whole.x, whole.y, &Span::styled("▌", theme.accent), 1);
    }
}

/// Says something in place of what is not there, in as many lines as it takes.
pub(crate) fn tell(buffer: &mut Buffer, area: Rect, theme: &Theme, told: &str) {
    let lines = super::model::event::wrap(told, usize::from(area.width));
    for (at, told) in lines.into_iter().enumerate() {
        let Some(area) = line_of(area, at) else { return };
        line::spread(buffer, area, vec![Span::styled(told, theme.dim)], Vec::new(), 4);
    }
}

/// One line of an area, counted from its top; `None` beyond its end.
pub(crate) fn line_of(area: Rect, line: usize) -> Option<Rect> {
    let line = u16::try_from(line).ok().filter(|line| *line < area.height)?;
    Some(Rect { y: area.y + line, height: 1, ..area })
}

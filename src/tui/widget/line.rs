//! A line with two ends.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::text;

/// The cells of a line.
pub(crate) fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(|span| text::width(&span.content)).sum()
}

/// Cuts a line to `limit` cells, with `…` where something is missing.
pub(crate) fn cut(spans: &mut Vec<Span<'_>>, limit: usize) {
    let mut left = limit;
    for at in 0..spans.len() {
        let Some(span) = spans.get_mut(at) else { return };
        let cells = text::width(&span.content);
        if cells > left {
            let short = text::truncate(&span.content, left).into_owned();
            span.content = short.into();
            spans.truncate(at + 1);
            return;
        }
        left -= cells;
    }
}

/// Draws `left` from the left and `right` to the right; the left one gives way, but for `least` cells.
pub(crate) fn spread(
    buffer: &mut Buffer,
    area: Rect,
    mut left: Vec<Span<'_>>,
    mut right: Vec<Span<'_>>,
    least: usize,
) {
    let all = usize::from(area.width);
    let needs = width(&left).min(least);
    cut(&mut right, all.saturating_sub(needs + 2));
    let taken = width(&right);
    let gap = if taken == 0 { 0 } else { 2 };
    cut(&mut left, all.saturating_sub(taken + gap));
    buffer.set_line(area.x, area.y, &Line::from(left), area.width);
    let x = area.right().saturating_sub(taken as u16);
    buffer.set_line(x, area.y, &Line::from(right), taken as u16);
}

/// Pieces one after the other, `gap` cells apart, as many as fit.
pub(crate) fn pieces<'a>(pieces: Vec<Vec<Span<'a>>>, gap: usize, limit: usize) -> Vec<Span<'a>> {
    let mut out: Vec<Span<'a>> = Vec::new();
    let mut taken = 0;
    for piece in pieces {
        let between = if out.is_empty() { 0 } else { gap };
        let cells = width(&piece);
        if cells == 0 || taken + between + cells > limit {
            continue;
        }
        if between > 0 {
            out.push(Span::raw(" ".repeat(gap)));
        }
        out.extend(piece);
        taken += between + cells;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(spans: &[Span<'_>]) -> String {
        spans.iter().map(|span| span.content.as_ref()).collect()
    }

    fn spread_in(width: u16, left: &str, right: &str, least: usize) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        let (left, right) = (left.to_owned(), right.to_owned());
        spread(&mut buffer, area, vec![left.into()], vec![right.into()], least);
        buffer.content().iter().map(ratatui::buffer::Cell::symbol).collect()
    }

    #[test]
    fn the_left_gives_way_but_not_wholly() {
        assert_eq!(spread_in(14, "left", "right", 4), "left     right");
        assert_eq!(spread_in(10, "longer left", "right", 2), "lo…  right");
        assert_eq!(spread_in(10, "longer left", "right", 6), "longe…  r…");
        assert_eq!(spread_in(4, "longer", "", 2), "lon…");
    }

    #[test]
    fn pieces_that_do_not_fit_are_left_out() {
        let all = vec![vec!["ab".into()], vec!["cdefgh".into()], vec!["ij".into()]];
        assert_eq!(text(&pieces(all, 2, 7)), "ab  ij");
    }
}

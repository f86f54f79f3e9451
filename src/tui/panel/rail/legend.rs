//! What the shapes and letters of the rail mean, and the flags above it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::super::layout::LEAD;
use super::super::super::model::Model;
use super::super::super::model::travel::Travel;
use super::super::super::theme::Theme;
use super::super::super::widget::line;
use crate::model::Version;
use crate::text::{self, human};

/// The style of a type, beside its letter.
pub(super) fn style(kind: u32, travel: &Travel, theme: &Theme) -> Style {
    if travel.kinds.len() < 2 {
        return theme.mark;
    }
    let styles = [theme.mark, theme.string, theme.heading, theme.key, theme.replace];
    styles.get(kind as usize % styles.len()).copied().unwrap_or(theme.mark)
}

/// The types that are shown: letter, name, how many; the most frequent that fit, and how many others there are.
pub(super) fn types<'a>(travel: &'a Travel, theme: &Theme, room: usize) -> Vec<Span<'a>> {
    let kinds = &travel.picture.kinds;
    let mut out: Vec<Span<'a>> = Vec::new();
    let mut taken = 0;
    for (at, (kind, count)) in kinds.iter().enumerate() {
        let name = text::truncate_middle(travel.kinds.name(*kind), 24);
        let is_last = at + 1 == kinds.len();
        let gap = if is_last { "" } else { "   " };
        let piece = [
            Span::styled(travel.kinds.letter(*kind).to_string(), style(*kind, travel, theme)),
            Span::styled(format!(" {name}"), theme.dim),
            Span::styled(format!(" {}{gap}", human::count(*count as u64)), theme.faint),
        ];
        let others = format!("+{}", human::plural((kinds.len() - at) as u64, "type"));
        let after = if is_last { 0 } else { text::width(&others) };
        let cells = line::width(&piece);
        if taken + cells + after > room {
            out.push(Span::styled(others, theme.faint));
            break;
        }
        taken += cells;
        out.extend(piece);
    }
    out
}

/// The shapes that are shown.
pub(super) fn shapes<'a>(model: &Model, travel: &Travel, theme: &Theme) -> Vec<Vec<Span<'a>>> {
    let dim = |text: &'static str| Span::styled(text, theme.faint);
    let mut out = Vec::new();
    if travel.trail.as_ref().is_some_and(|trail| trail.pinned) {
        out.push(vec![Span::styled("·", theme.faint), dim(" did not change what is pinned")]);
    }
    if travel.picture.marks.iter().any(|mark| mark.kind.is_none()) {
        out.push(vec![Span::styled("•", theme.mark), dim(" several types")]);
    } else if travel.kinds.len() == 1 && !travel.picture.apart {
        out.push(vec![Span::styled("•", theme.mark), dim(" several")]);
    }
    if travel.picture.marks.iter().any(|mark| mark.failed) {
        out.push(vec![Span::styled("✗", theme.bad), dim(" failed to apply")]);
    }
    if !travel.stored.is_empty() {
        out.push(vec![Span::styled("◆", theme.link), dim(" snapshot")]);
    }
    if model.marks.of(&travel.key).next().is_some() {
        out.push(vec![Span::styled("⚑", theme.accent), dim(" mark")]);
    }
    if !travel.picture.gaps.is_empty() {
        out.push(vec![Span::styled("⋯", theme.dim), dim(" a silence, folded")]);
    }
    if travel.picture.levels.is_empty() && travel.picture.walked > 0 {
        out.push(vec![dim("no times recorded: spread by version")]);
    }
    out
}

/// The types as text for a frame, in at most so many cells: those that fit, and how many others there are; nothing where
/// a letter says nothing.
pub(super) fn told(travel: &Travel, room: usize) -> String {
    let kinds = &travel.picture.kinds;
    let mut out = String::new();
    if travel.kinds.len() < 2 {
        return out;
    }
    for (at, (kind, _)) in kinds.iter().enumerate() {
        let name = text::truncate_middle(travel.kinds.name(*kind), 24);
        let piece = format!("{} {name}", travel.kinds.letter(*kind));
        let others = format!("+{}", human::plural((kinds.len() - at) as u64, "type"));
        let after = if at + 1 == kinds.len() { 0 } else { text::width(&others) + 2 };
        if text::width(&out) + text::width(&piece) + after > room {
            return out + &others;
        }
        out.push_str(&piece);
        out.push_str("  ");
    }
    out.trim_end().to_owned()
}

/// How close it is, and which events that are.
pub(super) fn zoom(travel: &Travel) -> Option<String> {
    let shown = &travel.picture.shown;
    let all = travel.outline.len();
    if travel.picture.lens.is_none() || shown.is_empty() {
        return None;
    }
    let [first, last, of] = [shown.start + 1, shown.end, all].map(|at| human::count(at as u64));
    Some(format!("{}× · events {first}–{last} of {of}", (all / shown.len()).max(1)))
}

/// Where the flags stand: the marks of the aggregate, and what the playhead is compared with; with what they are called.
pub(super) fn flags(model: &Model, travel: &Travel) -> Vec<(u16, &'static str, String)> {
    let newest = travel.outline.last().map(|entry| entry.version);
    let column = |version: Version| {
        if version == Version::ZERO {
            return (travel.picture.shown.start == 0).then_some(0);
        }
        let index = travel.outline.index_of(version).filter(|_| Some(version) <= newest)?;
        Some(travel.picture.column_of(index)? + LEAD)
    };
    let marks = model.marks.of(&travel.key);
    let mut out: Vec<_> = marks
        .filter_map(|mark| Some((column(Version(mark.version))?, "⚑", mark.label())))
        .collect();
    let base = travel.against.as_ref().map(|against| against.version);
    let base = base.and_then(|version| Some((column(version)?, version)));
    if let Some((column, version)) = base.filter(|(c, _)| out.iter().all(|(at, ..)| at != c)) {
        out.push((column, "Δ", format!("v{}", human::count(version.0))));
        out.sort_by_key(|(column, ..)| *column);
    }
    out
}

/// Draws the flags in a line of their own, each with as much of its name as there is room for before the next.
pub(super) fn draw_flags(
    flags: &[(u16, &'static str, String)],
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    for (at, (column, sign, name)) in flags.iter().enumerate() {
        let end = flags.get(at + 1).map_or(area.width, |(next, ..)| next.saturating_sub(1));
        let room = usize::from(end.saturating_sub(*column));
        if *column >= area.width || room == 0 {
            continue;
        }
        let mut spans = vec![Span::styled(*sign, theme.accent)];
        // Less than a few letters of a name say nothing.
        if room >= 6 || room >= text::width(name) + 2 {
            spans.push(Span::styled(format!(" {name}"), theme.dim));
        }
        line::cut(&mut spans, room);
        let line = ratatui::text::Line::from(spans);
        buffer.set_line(area.x + column, area.y, &line, room as u16);
    }
}

//! The state at the playhead, with what the event changed and, at the right edge, which event put each value there.

mod beside;
mod raw;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::layout::{Areas, Panel, Shape};
use super::super::model::aspect::Aspect;
use super::super::model::sought::{Needle, Seeking};
use super::super::model::travel::{Travel, Without};
use super::super::model::tree::{Indent, Knot, Touch};
use super::super::model::{Model, Store};
use super::super::theme::Theme;
use super::super::widget::{self, field, line, value};
use crate::model::{Path, Segment, Version};
use crate::text::{self, human};

/// Draws the panel.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.panel(Panel::State);
    let content = areas.content(Panel::State);
    let focused = model.leads(Panel::State);
    let travel = model.travel.as_ref();
    if areas.shape != Shape::Small {
        let title = match (areas.shape, travel) {
            (Shape::Wide, Some(travel)) if travel.moment.version == Version::ZERO => {
                "State before everything".to_owned()
            }
            (Shape::Wide, Some(travel)) => {
                format!("State at v{}", human::count(travel.moment.version.0))
            }
            (Shape::Wide, None) => Panel::State.title().to_owned(),
            _ => String::new(),
        };
        let right = if travel.is_some() { reducer(model, theme) } else { Vec::new() };
        widget::frame(buffer, area, theme, focused, &title, right);
    }
    let Some(travel) = travel else {
        return super::unread(model, content, buffer);
    };
    if let (Some(told), Some(first)) =
        (without(travel, usize::from(content.width)), widget::line_of(content, 0))
    {
        line::spread(buffer, first, vec![Span::styled(told, theme.bad)], Vec::new(), 4);
        if matches!(travel.without, Without::All(_)) && travel.tree.len() == 0 {
            return;
        }
    }
    draw_search(model, content, buffer);
    let needle = model.sought.needle();
    let pinned = model.pins.of(&travel.key.category);
    let below = usize::from(travel.without != Without::Nothing);
    if let Some(area) = widget::line_of(content, below).filter(|_| !pinned.is_empty()) {
        draw_pins(travel, pinned, theme, area, buffer);
    }
    let (all, content) = (content, model.inside(Panel::State, content));
    if travel.tree.len() == 0 {
        if let Some(first) = widget::line_of(content, 0) {
            let told = match travel.moment.version {
                Version::ZERO => "before the first event there is nothing",
                _ => "the state is empty",
            };
            line::spread(buffer, first, vec![Span::styled(told, theme.dim)], Vec::new(), 4);
        }
        return;
    }
    if travel.tree.is_woven() && content.y > all.y {
        let above = Rect { y: content.y - 1, height: 1, ..content };
        beside::heading(model, travel, above, buffer);
    }
    if model.aspect == Aspect::Raw {
        return raw::draw(model, travel, areas, content, buffer);
    }
    let window = travel.tree.scroll.window(travel.tree.len(), usize::from(content.height));
    let beyond = match travel.tree.touched_beyond(&window) {
        (true, true) => "changed ↑↓  ",
        (true, false) => "changed ↑  ",
        (false, true) => "changed ↓  ",
        (false, false) => "",
    };
    let shown = format!("{beyond}{}", widget::shown_of(&window, travel.tree.len()));
    draw_place(travel, theme, areas, &shown, buffer);
    for (at, index) in window.enumerate() {
        let Some(area) = widget::line_of(content, at) else { break };
        if index == travel.tree.scroll.cursor {
            widget::choose(buffer, area, theme, focused);
        }
        draw_row(travel, (index, pinned, needle.as_ref()), theme, area, buffer);
    }
}

/// Where the chosen value stands: in the frame, or below the lines where there is none and they cannot show it.
fn draw_place(travel: &Travel, theme: &Theme, areas: &Areas, shown: &str, buffer: &mut Buffer) {
    let tree = &travel.tree;
    if areas.shape != Shape::Small {
        widget::frame_below(buffer, areas.panel(Panel::State), theme, &tree.place, shown);
    } else if tree.is_deep() {
        let content = areas.content(Panel::State);
        let Some(last) = widget::line_of(content, usize::from(content.height).saturating_sub(1))
        else {
            return;
        };
        let place = text::truncate_middle(&tree.place, usize::from(last.width));
        line::spread(buffer, last, vec![Span::styled(place, theme.dim)], Vec::new(), 4);
    }
}

/// What the state is without, in the most words that fit.
fn without(travel: &Travel, width: usize) -> Option<String> {
    let (short, long) = match travel.without {
        Without::Nothing => return None,
        Without::One(version) => {
            let told = format!("✗ v{} could not be applied", human::count(version.0));
            (told.clone(), format!("{told}; this state is without it"))
        }
        Without::Some(count) => {
            let events = format!("✗ {} events", human::count(count));
            let told = "could not be applied";
            (format!("{events} {told}"), format!("{events} up to here {told}"))
        }
        Without::All(1) => return Some("✗ the only event could not be applied".to_owned()),
        Without::All(count) => {
            let count = human::count(count);
            let told = "could be applied";
            (format!("✗ none of {count} {told}"), format!("✗ none of the {count} events {told}"))
        }
    };
    Some(if text::width(&long) <= width { long } else { short })
}

/// Which reducer made the states, and how far they can be trusted.
pub(crate) fn reducer<'a>(model: &'a Model, theme: &Theme) -> Vec<Span<'a>> {
    let Store::Open(store) = &model.store else { return Vec::new() };
    let (word, style) = super::rail::tier(store.tier, theme);
    vec![Span::styled(format!("{} · ", store.reducer), theme.dim), Span::styled(word, style)]
}

/// What is pinned, with its values, and which of its changes the playhead has come to.
fn draw_pins(travel: &Travel, pinned: &[Path], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let all = usize::from(area.width);
    let trail = travel.trail.as_ref().filter(|trail| trail.pinned);
    let told = trail.map_or_else(String::new, |trail| trail.told(travel.moment.version));
    let right = vec![Span::styled(told, theme.dim)];
    let room = all.saturating_sub(line::width(&right) + 4);
    let most = (room / pinned.len().clamp(1, 3)).max(12);
    let state = travel.moment.state.value();
    let piece = |path: &Path| {
        let name = text::shorten(&path.to_string(), most / 2).into_owned();
        let left = most.saturating_sub(text::width(&name) + 3);
        let mut spans = vec![Span::styled(name, theme.key), Span::raw(" ")];
        match state.at(path) {
            Some(value) => spans.extend(value::spans(value, theme, left)),
            None => spans.push(Span::styled("is not there", theme.dim)),
        }
        spans
    };
    let mut left = vec![Span::styled("◉ ", theme.accent)];
    left.extend(line::pieces(pinned.iter().map(piece).collect(), 2, room));
    line::spread(buffer, area, left, right, all / 2);
}

fn draw_row(
    travel: &Travel,
    (index, pinned, needle): (usize, &[Path], Option<&Needle>),
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let (Some(row), Some((segment, slot))) = (travel.tree.row(index), travel.tree.entry(index))
    else {
        return;
    };
    let (sign, style) = match row.touch {
        Touch::None => (" ", theme.text()),
        Touch::Added => ("+", theme.add),
        Touch::Changed => ("~", theme.replace),
        Touch::Removed => ("-", theme.remove),
    };
    let knot = match row.knot {
        Knot::Leaf => "  ",
        Knot::Closed => "▸ ",
        Knot::Open => "▾ ",
    };
    // What stands outside of the window stands at its edge, and says so.
    let (side, indent) = match travel.tree.indent(row.depth) {
        Indent::Before => ("‹", String::new()),
        Indent::Levels(levels) => (" ", " ".repeat(usize::from(levels) * 2)),
        Indent::Beyond(levels) => (" ", " ".repeat(usize::from(levels) * 2) + "› "),
    };
    let is_pinned = || travel.tree.path_of(index).is_some_and(|path| pinned.contains(&path));
    let side = if side == " " && !pinned.is_empty() && is_pinned() { "◉" } else { side };
    let side = Span::styled(side, if side == "◉" { theme.accent } else { theme.dim });
    let all = usize::from(area.width);
    let name = match &segment {
        Segment::Key(key) => {
            Span::styled(text::shorten(key, (all / 3).max(8)).into_owned(), theme.key)
        }
        Segment::Index(at) => Span::styled(format!("[{at}]"), theme.dim),
    };
    let mut left = vec![
        Span::styled(sign, style),
        side,
        Span::styled(format!("{indent}{knot}"), theme.dim),
        name,
        Span::raw("  "),
    ];
    if travel.tree.is_woven() {
        return beside::values(travel, index, left, theme, area, buffer);
    }
    let right =
        if row.knot == Knot::Open { Vec::new() } else { blame(travel, slot.since, theme, all) };
    let taken = line::width(&left) + line::width(&right) + 2;
    if row.knot == Knot::Open {
        let count = slot.value.len().unwrap_or(0);
        left.push(Span::styled(human::count(count as u64), theme.dim));
    } else {
        left.extend(value::spans(&slot.value, theme, all.saturating_sub(taken)));
    }
    if let Some(needle) = needle {
        // The first two say how the line stands.
        left = left.into_iter().enumerate().fold(Vec::new(), |mut out, (at, span)| {
            if at < 3 {
                out.push(span);
            } else {
                out.extend(lit(span, needle, theme));
            }
            out
        });
    }
    line::spread(buffer, area, left, right, all / 2);
}

/// A piece of a line with what is searched for in it.
fn lit<'a>(span: Span<'a>, needle: &Needle, theme: &Theme) -> Vec<Span<'a>> {
    let mut out = Vec::new();
    let mut rest: &str = &span.content;
    while let Some(hit) = needle.find(rest).filter(|hit| !hit.is_empty()) {
        let hit = text::clusters_around(rest, hit);
        let (Some(before), Some(inside)) = (rest.get(..hit.start), rest.get(hit.clone())) else {
            break;
        };
        out.push(Span::styled(before.to_owned(), span.style));
        out.push(Span::styled(inside.to_owned(), theme.found(span.style)));
        rest = rest.get(hit.end..).unwrap_or_default();
    }
    if out.is_empty() {
        return vec![span];
    }
    out.push(Span::styled(rest.to_owned(), span.style));
    out
}

/// What is searched for, and what was found of it.
fn draw_search(model: &Model, content: Rect, buffer: &mut Buffer) {
    let (sought, theme) = (&model.sought, model.theme());
    if sought.seeking == Seeking::Off {
        return;
    }
    let inside = model.inside(Panel::State, content);
    let heading = u16::from(model.aspect == Aspect::Beside);
    let at = usize::from((inside.y - content.y).saturating_sub(1 + heading));
    let Some(area) = widget::line_of(content, at) else { return };
    let mut left = vec![Span::styled("⌕ ", theme.dim)];
    if sought.seeking == Seeking::Typing {
        left.extend(field::spans(&sought.field, theme, usize::from(area.width / 2)));
    } else {
        let typed = text::sanitize(sought.field.text()).into_owned();
        left.push(Span::styled(typed, theme.title));
    }
    let told = sought.told(model.spot().as_ref());
    line::spread(buffer, area, left, vec![Span::styled(told, theme.dim)], 8);
}

/// `v5 ItemAdded`, or only `v5` where there is little room.
fn blame<'a>(travel: &Travel, since: Version, theme: &Theme, all: usize) -> Vec<Span<'a>> {
    if since == Version::ZERO {
        return Vec::new();
    }
    let now = since == travel.moment.version;
    let style = if now { theme.accent } else { theme.dim };
    let name = travel.type_of(since);
    let version = format!("v{}", human::count(since.0));
    if all < 44 || name.is_empty() {
        return vec![Span::styled(version, style)];
    }
    // The end of a long type says more than its beginning, where modules stand.
    let name = text::truncate_middle(name, (all / 3).max(8));
    vec![Span::styled(format!("{version} {name}"), style)]
}

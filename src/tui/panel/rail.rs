//! The events over time, and the playhead on them.

mod legend;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::super::action::Action;
use super::super::layout::{Areas, LEAD, Panel, Shape};
use super::super::model::Model;
use super::super::model::play::Way;
use super::super::model::rail::Mark;
use super::super::model::travel::{Goal, Travel, Walked};
use super::super::model::visits::Spot;
use super::super::theme::Theme;
use super::super::widget::{self, line};
use crate::fold::Tier;
use crate::model::{At, Version, time};
use crate::text::{self, human};

/// Which lines of the panel are what, from its top.
struct Lines {
    facts: usize,
    flags: Option<usize>,
    levels: Option<usize>,
    track: usize,
    labels: usize,
    more_labels: Option<usize>,
    legend: Option<usize>,
}

impl Lines {
    fn of(height: u16) -> Self {
        let (levels, track, labels) = match height {
            7.. => (Some(2), 3, 4),
            4.. => (Some(1), 2, 3),
            _ => (None, 1, 2),
        };
        Self {
            facts: 0,
            flags: (height >= 7).then_some(1),
            levels,
            track,
            labels,
            more_labels: (height >= 7).then_some(5),
            legend: match height {
                7.. => Some(6),
                5.. => Some(4),
                _ => None,
            },
        }
    }
}

/// Draws the panel.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.panel(Panel::Rail);
    let content = areas.content(Panel::Rail);
    let travel = model.travel.as_ref();
    if areas.shape != Shape::Small {
        let title = travel.map_or("Timeline", |travel| travel.name.as_str());
        let right = travel.map_or_else(Vec::new, |travel| right_title(model, travel, theme));
        widget::frame(buffer, area, theme, model.leads(Panel::Rail), title, right);
    }
    let Some(travel) = travel else {
        if let Some(first) = widget::line_of(content, 0) {
            let told = if model.list.loaded && model.list.rows().is_empty() {
                "nothing to travel through"
            } else {
                "…"
            };
            line::spread(buffer, first, vec![Span::styled(told, theme.dim)], Vec::new(), 4);
        }
        return;
    };
    let lines = Lines::of(content.height);
    if areas.shape != Shape::Small {
        let zoom = legend::zoom(travel).unwrap_or_default();
        let room = usize::from(area.width).saturating_sub(text::width(&zoom) + 11);
        let types = if lines.legend.is_none() { legend::told(travel, room) } else { String::new() };
        widget::frame_below(buffer, area, theme, &types, &zoom);
    }
    if let Some(area) = widget::line_of(content, lines.facts) {
        let right = small_right(model, areas);
        let room = usize::from(area.width).saturating_sub(line::width(&right) + 2);
        // Where the playhead is comes first, whatever else there is to say.
        let least = line::width(&version(travel, theme)).max(8);
        let facts = facts(model, travel, areas.shape == Shape::Small, room.max(least));
        line::spread(buffer, area, facts, right, least);
    }
    let column = |index| travel.picture.column_of(index).map(|column| column + LEAD);
    let is_first = travel.picture.shown.start == 0;
    let playhead = travel.place().map_or(is_first.then_some(0), column);
    let flags = legend::flags(model, travel);
    if let Some(area) = lines.flags.and_then(|at| widget::line_of(content, at)) {
        legend::draw_flags(&flags, theme, area, buffer);
    }
    let track = areas.track();
    let events = |area: Rect| Rect { x: track.x, width: track.width, ..area };
    if let Some(area) = lines.levels.and_then(|at| widget::line_of(content, at)) {
        draw_levels(travel, theme, events(area), buffer);
        put(buffer, area, playhead, "▼", theme);
    }
    if let Some(area) = widget::line_of(content, lines.track) {
        let lead = if is_first { "├─" } else { "‹─" };
        buffer.set_span(area.x, area.y, &Span::styled(lead, theme.border), area.width);
        draw_track(travel, theme, events(area), buffer);
        if travel.picture.lens.is_some() && travel.picture.shown.end < travel.outline.len() {
            // In the column of air before the frame.
            buffer.set_span(area.right(), area.y, &Span::styled("›", theme.border), 1);
        }
        for (column, sign, _) in flags.iter().filter(|_| lines.flags.is_none()) {
            put(buffer, area, Some(*column), sign, theme);
        }
        put(buffer, area, playhead, "┃", theme);
    }
    if let Some(area) = widget::line_of(content, lines.labels) {
        let more = lines.more_labels.and_then(|at| widget::line_of(content, at));
        draw_labels(travel, theme, playhead, (area, more), buffer);
    }
    if let Some(area) = lines.legend.and_then(|at| widget::line_of(content, at)) {
        let width = usize::from(area.width);
        let right = line::pieces(legend::shapes(model, travel, theme), 3, width * 2 / 3);
        let room = width.saturating_sub(line::width(&right) + 3);
        let left = legend::types(travel, theme, room);
        line::spread(buffer, area, left, right, 4);
    }
}

fn put(buffer: &mut Buffer, area: Rect, column: Option<u16>, sign: &str, theme: &Theme) {
    if let Some(column) = column.filter(|column| *column < area.width) {
        buffer.set_span(area.x + column, area.y, &Span::styled(sign, theme.accent), 1);
    }
}

/// Which way it plays and how fast: `▶ 4×`.
pub(crate) fn playing(model: &Model) -> Option<String> {
    let way = model.player.playing?;
    Some(format!("{} {}", way.sign(), model.player.tempo()))
}

/// What goes on, otherwise which reducer made the states.
fn right_title<'a>(model: &'a Model, travel: &Travel, theme: &Theme) -> Vec<Span<'a>> {
    if let Some(playing) = playing(model) {
        let way = match model.player.playing {
            Some(Way::Back) => Action::PlayBack,
            _ => Action::Play,
        };
        return vec![Span::styled(dotted(playing, model.hint(way, "pauses")), theme.accent)];
    }
    let events = human::count(travel.moment.events);
    let walked = human::count(travel.outline.len() as u64);
    if let Some(Goal { at, by: 0 }) = travel.going.filter(|_| model.moving.is_some()) {
        let to = match (at, &model.asked) {
            (At::Version(version), _) => format!("v{}", human::count(version.0)),
            (_, Some(typed)) => text::truncate_middle(&text::sanitize(typed), 24).into_owned(),
            (_, None) => "the newest version".to_owned(),
        };
        let hint = model.hint(Action::Back, "stops");
        return vec![Span::styled(dotted(format!("on the way to {to}"), hint), theme.warn)];
    }
    match travel.walked {
        Walked::Walking if !travel.outline.is_empty() => {
            let hint = model.hint(Action::Back, "stops");
            vec![Span::styled(dotted(format!("reading {walked} of {events}"), hint), theme.warn)]
        }
        Walked::Stopped => {
            let hint = model.hint(Action::Refresh, "reads on");
            vec![Span::styled(dotted(format!("read {walked} of {events}"), hint), theme.warn)]
        }
        _ => super::state::reducer(model, theme),
    }
}

fn dotted(told: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => told + " · " + &hint,
        None => told,
    }
}

/// On the smallest screen nothing else has room to say that a state is guessed.
fn small_right<'a>(model: &'a Model, areas: &Areas) -> Vec<Span<'a>> {
    if areas.shape == Shape::Small {
        let mut right: Vec<_> =
            super::state::reducer(model, model.theme()).into_iter().rev().take(1).collect();
        if let Some(playing) = playing(model) {
            right.insert(0, Span::styled(playing + "  ", model.theme().accent));
        }
        right
    } else {
        Vec::new()
    }
}

fn version<'a>(travel: &Travel, theme: &Theme) -> Vec<Span<'a>> {
    let moment = &travel.moment;
    vec![
        Span::styled(format!("v{}", human::count(moment.version.0)), theme.accent),
        Span::styled(format!(" of {}", human::count(moment.last.0)), theme.text()),
    ]
}

fn facts<'a>(model: &'a Model, travel: &'a Travel, small: bool, limit: usize) -> Vec<Span<'a>> {
    let theme = model.theme();
    let moment = &travel.moment;
    let mut pieces = vec![version(travel, theme)];
    let beside = line::width(pieces.first().map_or(&[], Vec::as_slice)) + 2;
    let left = limit.saturating_sub(beside);
    if small && left >= 4 {
        let name = text::truncate_middle(&travel.name, left);
        pieces.insert(0, vec![Span::styled(name.into_owned(), theme.title)]);
    }
    let spot = Spot { key: travel.key.clone(), version: moment.version };
    if let Some(mark) = model.marks.at(&spot).filter(|mark| !mark.name.is_empty()) {
        let name = text::truncate_middle(&mark.label(), 24).into_owned();
        pieces.push(vec![Span::styled(format!("⚑ {name}"), theme.accent)]);
    }
    let (place, events) = travel.count();
    if moment.last.0 != events && place > 0 {
        let told = format!("event {} of {}", human::count(place), human::count(events));
        pieces.push(vec![Span::styled(told, theme.dim)]);
    }
    let Some(event) = &moment.event else {
        pieces.push(if moment.is_unread() {
            vec![Span::styled("its event cannot be read", theme.bad)]
        } else {
            vec![Span::styled("before the first event", theme.dim)]
        });
        return line::pieces(pieces, if small { 2 } else { 3 }, limit);
    };
    let gap = event.time.and_then(|now| {
        let before = travel.outline.index_of(moment.before_version)?;
        Some(human::gap(&travel.outline.get(before)?.time?, &now))
    });
    if let Some(now) = &event.time {
        pieces.push(vec![Span::styled(time::rfc3339(now).replace('T', " "), theme.text())]);
    }
    if let Some(gap) = gap {
        let told = format!("{gap} after v{}", human::count(moment.before_version.0));
        pieces.push(vec![Span::styled(told, theme.dim)]);
    }
    let mut named = |name: &str, value: &'a Option<String>, style| {
        if let Some(value) = value {
            let value = text::truncate_middle(value, 24);
            pieces.push(vec![
                Span::styled(format!("{name} "), theme.dim),
                Span::styled(value, style),
            ]);
        }
    };
    named("by", &travel.event.actor, theme.text());
    named("correlation", &travel.event.correlation, theme.link);
    if let Some(position) = event.position {
        let position = human::signed(position.0).trim_start_matches('+').to_owned();
        let position = Span::styled(position, theme.text());
        pieces.push(vec![Span::styled("position ", theme.dim), position]);
    }
    line::pieces(pieces, if limit > 100 && !small { 4 } else { 2 }, limit)
}

fn draw_levels(travel: &Travel, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = String::new();
    let levels = travel.picture.levels.iter().take(usize::from(area.width));
    for level in levels {
        spans.push_str(widget::BARS.get(usize::from(*level)).copied().unwrap_or(" "));
    }
    buffer.set_line(area.x, area.y, &Line::from(Span::styled(spans, theme.border)), area.width);
    for gap in &travel.picture.gaps {
        let label = Span::styled(gap.label.as_str(), theme.dim);
        let x = area.x + gap.column;
        buffer.set_span(x, area.y, &label, area.right().saturating_sub(x));
    }
}

fn draw_track(travel: &Travel, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let picture = &travel.picture;
    let walked = usize::from(picture.walked.min(area.width));
    let whole = usize::from(area.width);
    let line = Line::from(vec![
        Span::styled("─".repeat(walked), theme.border),
        Span::styled("╌".repeat(whole - walked), theme.border),
    ]);
    buffer.set_line(area.x, area.y, &line, area.width);
    for gap in &picture.gaps {
        let cells = gap.label.chars().count() + 2;
        let x = area.x + gap.column.saturating_sub(1);
        let blank = Span::styled("╌".repeat(cells), theme.border);
        buffer.set_span(x, area.y, &blank, area.right().saturating_sub(x));
    }
    // What changed nothing that is pinned steps back.
    let is_dim = |mark: &Mark| {
        let trail = travel.trail.as_ref().filter(|trail| trail.pinned);
        let events = mark.first..mark.first + mark.count;
        trail.and_then(|trail| trail.touches(events, &travel.outline)) == Some(false)
    };
    for mark in picture.marks.iter().take_while(|mark| mark.column < area.width) {
        let (sign, style) = match mark.kind {
            _ if mark.failed => ('✗', theme.bad),
            _ if is_dim(mark) => ('·', theme.faint),
            None => ('•', theme.mark),
            Some(_) if mark.count > 1 && travel.kinds.len() == 1 => ('•', theme.mark),
            Some(kind) => (travel.kinds.letter(kind), legend::style(kind, travel, theme)),
        };
        let sign = Span::styled(sign.to_string(), style);
        buffer.set_span(area.x + mark.column, area.y, &sign, 1);
    }
    // A stored state stands in the place of its event, but for one that failed.
    for column in travel.stored.iter().copied().filter(|column| *column < area.width) {
        let at = picture.marks.binary_search_by_key(&column, |mark| mark.column);
        let mark = at.ok().and_then(|at| picture.marks.get(at));
        let (sign, style) = match mark {
            Some(mark) if mark.failed => continue,
            Some(mark) if is_dim(mark) => ("◇", theme.faint),
            _ => ("◆", theme.link),
        };
        buffer.set_span(area.x + column, area.y, &Span::styled(sign, style), 1);
    }
}

/// The playhead's label, the first event's and the newest one's; what would touch another goes a line down or is left out.
fn draw_labels(
    travel: &Travel,
    theme: &Theme,
    playhead: Option<u16>,
    (line, more): (Rect, Option<Rect>),
    buffer: &mut Buffer,
) {
    let version = travel.moment.version;
    let label = |version: Version, name: &str| {
        format!("v{} {name}", human::count(version.0)).trim_end().to_owned()
    };
    let at = match travel.place() {
        Some(_) => label(version, travel.type_of(version)),
        None => "v0 before everything".to_owned(),
    };
    // While the rail is drawn anew, the playhead may stand where it does not reach yet.
    let playhead = playhead.unwrap_or(0);
    let most = (usize::from(line.width) / 2).max(24).min(usize::from(line.width).saturating_sub(2));
    let at = text::truncate_middle(&at, most).into_owned();
    let size = text::width(&at) as u16 + 2;
    let start = playhead.min(line.width.saturating_sub(size));
    let taken = start..start + size;
    let x = line.x + start;
    let told = if start == playhead { format!("▲ {at}") } else { format!("{at} ▲") };
    // A label at the right edge ends under the playhead.
    let x = if start == playhead { x } else { (line.x + playhead + 1).saturating_sub(size) };
    let taken =
        if start == playhead { taken } else { (playhead + 1).saturating_sub(size)..playhead + 1 };
    buffer.set_span(x, line.y, &Span::styled(told, theme.accent), line.right().saturating_sub(x));
    let shown = &travel.picture.shown;
    let ends = [shown.start, shown.end.wrapping_sub(1)];
    let is_whole = travel.walked == Walked::Whole || travel.picture.lens.is_some();
    let free =
        |range: &std::ops::Range<u16>| range.end + 2 <= taken.start || range.start >= taken.end + 2;
    for (at, index) in ends.into_iter().enumerate() {
        let Some(entry) = travel.outline.get(index) else { continue };
        let is_end = at == 1;
        if entry.version == version || is_end && (ends[0] == ends[1] || !is_whole) {
            continue;
        }
        let label = label(entry.version, travel.type_at(index));
        let label = text::truncate_middle(&label, usize::from(line.width) / 3).into_owned();
        let size = text::width(&label) as u16;
        if size > line.width {
            continue;
        }
        let column = travel.picture.column_of(index).unwrap_or(0) + LEAD;
        let start = if is_end { (column + 1).saturating_sub(size) } else { column };
        let range = start..start + size;
        let Some(area) = (if free(&range) { Some(line) } else { more }) else { continue };
        buffer.set_span(area.x + start, area.y, &Span::styled(label, theme.dim), size);
    }
}

/// The word and the style of a tier.
pub(crate) fn tier(tier: Tier, theme: &Theme) -> (&'static str, ratatui::style::Style) {
    let style = match tier {
        Tier::Guessed => theme.warn,
        Tier::Script => theme.text(),
        Tier::Application => theme.good,
    };
    (tier.as_str(), style)
}

//! The events of the store, one in a line.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::action::Action;
use super::super::super::layout::{Areas, Part, Shape};
use super::super::super::model::events::row::Row;
use super::super::super::model::events::{Events, Onward, Place};
use super::super::super::model::schemas::Schemas;
use super::super::super::model::{Model, Store, event};
use super::super::super::theme::Theme;
use super::super::super::widget::{self, field, line};
use super::usage;
use crate::model::{Severity, Timestamp, time};
use crate::text::{self, human};

/// How wide each column is; 0 where it is left out.
#[derive(Clone, Copy, Debug, Default)]
struct Columns {
    position: usize,
    time: usize,
    aggregate: usize,
    version: usize,
    kind: usize,
    data: usize,
}

/// Cells between two columns.
const GAP: usize = 2;

impl Columns {
    /// The widths that show most of these rows in `room` cells.
    fn of(rows: &[Row], schemas: Schemas, room: usize) -> Self {
        let widest = |cells: &dyn Fn(&Row) -> usize, least: usize| {
            rows.iter().map(cells).max().unwrap_or(0).max(least)
        };
        let has_position = rows.iter().any(|row| row.position.is_some());
        let has_time = rows.iter().any(|row| row.time.is_some());
        let position = if has_position { widest(&|row| position(row).len(), 5) } else { 0 };
        let version = widest(&|row| version(row).len(), 2);
        let aggregate = widest(&|row| text::width(&id(row)), 9);
        let kind = widest(&|row| text::width(row.shown(schemas).0), 4);
        let fixed = |cells: usize| if cells == 0 { 0 } else { cells + GAP };
        // The time gives way first, then the position: an event is known by its aggregate, version and type.
        let time = match room {
            _ if !has_time => 0,
            110.. => 23,
            64.. => 14,
            _ => 0,
        };
        let position = if room < 52 { 0 } else { position };
        let left = room.saturating_sub(fixed(position) + fixed(time) + fixed(version));
        let (aggregate, kind) = if room < 64 {
            let kind = kind.min(left * 3 / 5);
            (aggregate.min(left.saturating_sub(kind + GAP)), kind)
        } else {
            (aggregate.min(left * 3 / 10), kind.min(left * 2 / 5))
        };
        let data = left.saturating_sub(fixed(aggregate) + fixed(kind));
        let data = if data < 8 { 0 } else { data };
        Self { position, time, aggregate, version, kind, data }
    }
}

fn position(row: &Row) -> String {
    row.position.map_or_else(String::new, |position| {
        human::signed(position.0).trim_start_matches('+').to_owned()
    })
}

fn version(row: &Row) -> String {
    format!("v{}", human::count(row.version.0))
}

fn id(row: &Row) -> String {
    event::or_quotes(row.key.id.as_str())
}

/// A moment in so many cells: the seconds are what differs from line to line.
fn moment(time: &Timestamp, cells: usize) -> String {
    if cells >= 23 {
        let mut full = time::rfc3339(time).replace('T', " ");
        full.truncate(full.find('Z').unwrap_or(full.len()).min(cells));
        full
    } else {
        time.format("%m-%d %H:%M:%S").to_string()
    }
}

/// Draws the list.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let area = areas.events.part(Part::List);
    let content = areas.events.content(Part::List);
    let events = &model.events;
    let focused = model.leads_part(Part::List);
    let window = events.scroll.window(events.rows().len(), usize::from(content.height));
    if areas.shape != Shape::Small {
        let count = model.counts.map(|counts| human::count(counts.events));
        // Which of both the list shows, where a chain makes something else of what was recorded.
        let schemas = model.is_upcasting().then(|| match model.schemas {
            Schemas::Recorded => "recorded".to_owned(),
            _ => "upcasted".to_owned(),
        });
        let told: Vec<String> = schemas.into_iter().chain(count).collect();
        let right = vec![Span::styled(told.join(" · "), theme.dim)];
        let right = if told.is_empty() { Vec::new() } else { right };
        let title = if areas.shape == Shape::Wide { Part::List.title() } else { "" };
        widget::frame(buffer, area, theme, focused, title, right);
        widget::frame_below(buffer, area, theme, "", ends(events, &window));
    }
    let inside = areas.events.inside(Part::List);
    if let Some(line) = widget::line_of(inside, 0) {
        draw_filter(model, line, buffer);
    }
    if events.sieve.typing {
        usage::draw(model, areas, buffer);
        return;
    }
    if events.rows().is_empty() {
        return widget::tell(buffer, content, theme, &nothing(model));
    }
    let rows = events.rows().get(window.clone()).unwrap_or_default();
    let schemas = model.schemas;
    let columns = Columns::of(rows, schemas, usize::from(content.width));
    if areas.shape != Shape::Small {
        let heading = Rect { y: content.y.saturating_sub(1), height: 1, ..content };
        draw_heading(columns, theme, heading, buffer);
    }
    for (at, row) in rows.iter().enumerate() {
        let Some(area) = widget::line_of(content, at) else { break };
        let chosen = window.start + at == events.scroll.cursor;
        if chosen {
            widget::choose(buffer, area, theme, focused);
        }
        let spans = cells((row, schemas), columns, theme, chosen);
        line::spread(buffer, area, spans, Vec::new(), 4);
    }
}

/// Whether an end of the store is in sight, or is being read on to.
fn ends(events: &Events, window: &std::ops::Range<usize>) -> &'static str {
    let oldest = window.start == 0 && events.reaches(Place::Start);
    let newest = window.end == events.rows().len() && events.reaches(Place::End);
    match (oldest, newest, events.loading) {
        (true, true, _) if window.is_empty() => "",
        (true, true, _) => "all",
        (_, true, _) => "to the newest",
        (true, ..) => "from the oldest",
        (_, _, Some(_)) => "reading…",
        _ => "",
    }
}

fn nothing(model: &Model) -> String {
    let events = &model.events;
    if matches!(model.store, Store::Opening(_)) {
        return "opening…".to_owned();
    }
    if events.loading.is_some() {
        return match events.looked_at {
            0 => "reading…".to_owned(),
            looked_at => format!("searching… {} looked at", human::plural(looked_at, "event")),
        };
    }
    if !events.loaded {
        return "nothing was read".to_owned();
    }
    if !events.sieve.is_on() {
        return super::super::awaited(model, "no events yet");
    }
    let looked_at = human::plural(events.looked_at, "event");
    let so_far = if events.onward == Onward::Halted {
        format!("none in {looked_at} so far")
    } else {
        "no event".to_owned()
    };
    match model.hint(Action::UndoFilter, "goes back to the filter before") {
        Some(hint) => format!("{so_far}; {hint}"),
        None => so_far,
    }
}

/// What is filtered by, and how much was searched for it.
fn draw_filter(model: &Model, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let sieve = &model.events.sieve;
    let mut left = vec![Span::styled("⌕ ", theme.dim)];
    if sieve.typing {
        left.extend(field::spans(&sieve.field, theme, usize::from(area.width).saturating_sub(2)));
        line::spread(buffer, area, left, Vec::new(), 8);
        return;
    }
    if sieve.is_on() {
        left.push(Span::styled(text::sanitize(sieve.line()), theme.title));
    } else {
        let hint = model.hint(Action::FilterEvents, "to filter");
        left.extend(hint.map(|hint| Span::styled(hint, theme.faint)));
    }
    let told = searched(model);
    let least = usize::from(area.width) / 3;
    line::spread(buffer, area, left, vec![Span::styled(told, theme.dim)], least);
}

/// How many events were counted, and how many there are to count: never more than was looked at.
fn searched(model: &Model) -> String {
    let events = &model.events;
    let sieve = &events.sieve;
    let tally = sieve.tally();
    // Whoever came farther is right: what counts, or what searches for rows to show.
    let (listed, looked_at) = events.searched();
    let (found, examined) = (tally.found.max(listed), tally.examined.max(looked_at));
    let all = if tally.done {
        tally.examined
    } else {
        model.counts.map_or(0, |counts| counts.events).max(examined)
    };
    let small = model.areas.shape != Shape::Wide;
    let number = |number: u64| if small { human::compact(number) } else { human::count(number) };
    let (found, examined, all) = (number(found), number(examined), number(all));
    // A filter may let events be passed over without a look at each: the store has looked at them.
    match (sieve.is_on(), tally.done) {
        (true, _) if small => format!("{found} · {examined} of {all}"),
        (true, _) => format!("{found} found · searched {examined} of {all}"),
        (false, true) => String::new(),
        (false, false) if sieve.stopped => format!("counted {examined} of {all}, stopped"),
        (false, false) => format!("counting {examined} of {all}"),
    }
}

fn draw_heading(columns: Columns, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let mut spans = Vec::new();
    let mut heading = |name: &str, cells: usize, right: bool| {
        if cells > 0 {
            let name = text::truncate(name, cells);
            let padded =
                if right { text::pad_start(&name, cells) } else { text::pad(&name, cells) };
            spans.push(Span::styled(padded.into_owned(), theme.dim));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
    };
    heading(if columns.position < 8 { "pos" } else { "position" }, columns.position, true);
    heading("time", columns.time, false);
    heading("aggregate", columns.aggregate, false);
    // What stands below says what it is: `v17`.
    heading("", columns.version, true);
    heading("type", columns.kind, false);
    heading("data", columns.data, false);
    line::spread(buffer, area, spans, Vec::new(), 4);
}

fn cells<'a>(
    (row, schemas): (&'a Row, Schemas),
    columns: Columns,
    theme: &Theme,
    chosen: bool,
) -> Vec<Span<'a>> {
    let (kind, data) = row.shown(schemas);
    let mut spans: Vec<Span<'a>> = Vec::new();
    let mut cell = |told: String, cells: usize, right: bool, style| {
        if cells > 0 {
            let padded =
                if right { text::pad_start(&told, cells) } else { text::pad(&told, cells) };
            spans.push(Span::styled(padded.into_owned(), style));
            spans.push(Span::raw(" ".repeat(GAP)));
        }
    };
    let name = if chosen { theme.title } else { theme.text() };
    cell(position(row), columns.position, true, theme.dim);
    let when = row.time.as_ref().map_or_else(String::new, |time| moment(time, columns.time));
    cell(when, columns.time, false, theme.dim);
    let id = text::truncate_middle(&id(row), columns.aggregate).into_owned();
    cell(id, columns.aggregate, false, name);
    cell(version(row), columns.version, true, theme.dim);
    let kind = text::truncate_middle(kind, columns.kind).into_owned();
    cell(kind, columns.kind, false, theme.key);
    let mut room = columns.data;
    if let Some(severity) = row.odd.filter(|_| room > 2) {
        let style = if severity == Severity::Error { theme.bad } else { theme.warn };
        spans.push(Span::styled(format!("{} ", event::mark(severity)), style));
        room -= 2;
    }
    if room > 0 {
        let (told, style) = match data {
            Ok(data) => (data, theme.text()),
            Err(reason) => (reason, theme.bad),
        };
        spans.push(Span::styled(text::truncate(told, room), style));
    }
    spans
}

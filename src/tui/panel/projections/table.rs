//! A line for each projection.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Shape};
use super::super::super::model::{Model, Store};
use super::super::super::theme::Theme;
use super::super::super::widget::chart::most;
use super::super::super::widget::{self, line};
use super::super::newest::Moment;
use super::chart::Lags;
use super::{Mood, UNKNOWN, place, rate, seconds, status};
use crate::session::{CatchUp, ProjectionThen};
use crate::text::{self, human};

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let board = &areas.projections;
    if areas.shape != Shape::Small {
        let room = usize::from(board.table.width).saturating_sub(20);
        let right = vec![Span::styled(moment(model, room), theme.dim)];
        widget::frame(buffer, board.table, theme, true, "Projections", right);
    }
    let rows = board.rows();
    let list = &model.projections;
    if list.rows().is_empty() {
        return widget::tell(buffer, rows, theme, nothing(model));
    }
    let columns = Columns::of(rows.width);
    draw_line(&columns.heading(), theme.dim, board.heading(), buffer);
    let window = list.scroll.window(list.rows().len(), usize::from(rows.height));
    for (at, index) in window.enumerate() {
        let (Some(area), Some(one)) = (widget::line_of(rows, at), list.rows().get(index)) else {
            continue;
        };
        let chosen = index == list.scroll.cursor;
        if chosen {
            widget::choose(buffer, area, theme, true);
        }
        draw_row(one, &columns, chosen, theme, area, buffer);
    }
}

/// When it is, in so many columns.
fn moment(model: &Model, room: usize) -> String {
    let Some(then) = &model.projections.then else { return String::new() };
    let head = then.head.map_or_else(String::new, |head| format!("head {}", place(head)));
    let Some(at) = then.span.map(|span| span.to) else { return head };
    let moment = Moment { at, said: super::moment(at), is_newest: then.newest, ahead: then.ahead };
    let when = moment.told(model, room.saturating_sub(head.len() + 3));
    let both = if head.is_empty() { when.clone() } else { format!("{when} · {head}") };
    if text::width(&both) <= room { both } else { when }
}

fn nothing(model: &Model) -> &'static str {
    match (&model.store, &model.projections.then) {
        (Store::Opening(_), _) => "opening…",
        (_, None) => "reading…",
        (Store::Open(facts), _) if !facts.capabilities.checkpoints => {
            "this layout records no checkpoints of projections"
        }
        _ => "no projection has left a checkpoint in this store",
    }
}

/// The columns that there is room for, each with its width; those to the right of the name from the right.
struct Columns {
    name: usize,
    checkpoint: usize,
    events: usize,
    lag: usize,
    trend: usize,
    rate: usize,
    errors: usize,
    status: usize,
    catch_up: usize,
}

const GAP: usize = 2;

impl Columns {
    fn of(width: u16) -> Self {
        let mut left = usize::from(width);
        let mut take = |cells: usize, least: usize| {
            let fits = left >= cells + GAP + least;
            if fits {
                left -= cells + GAP;
            }
            if fits { cells } else { 0 }
        };
        // What is dropped first is asked for last.
        let events = take(10, 10);
        let status = take(12, 10);
        let lag = take(11, 10);
        let trend = take(16, 14);
        let checkpoint = take(12, 14);
        let rate = take(9, 16);
        let catch_up = take(14, 16);
        let errors = take(8, 16);
        let (trend, left) =
            if trend > 0 && left > 40 { (trend + 12, left - 12) } else { (trend, left) };
        let status = status + usize::from(left > 36) * 6;
        let name = left.saturating_sub(usize::from(left > 36) * 6);
        Self { name, checkpoint, events, lag, trend, rate, errors, status, catch_up }
    }

    fn heading(&self) -> Vec<Span<'static>> {
        let right = |name: &str, cells: usize| text::pad_start(name, cells).into_owned();
        let mut cells = vec![(text::pad("name", self.name).into_owned(), self.name)];
        cells.push((right("checkpoint", self.checkpoint), self.checkpoint));
        cells.push((right("lag events", self.events), self.events));
        cells.push((right("lag", self.lag), self.lag));
        cells.push((text::pad("trend", self.trend).into_owned(), self.trend));
        cells.push((right("rate", self.rate), self.rate));
        cells.push((right("errors", self.errors), self.errors));
        cells.push((right("status", self.status), self.status));
        cells.push((right("caught up in", self.catch_up), self.catch_up));
        spaced(cells.into_iter().map(|(text, width)| (vec![Span::raw(text)], width)))
    }
}

/// Cells with a gap between, without those that have no room.
fn spaced<'a>(cells: impl Iterator<Item = (Vec<Span<'a>>, usize)>) -> Vec<Span<'a>> {
    let mut out: Vec<Span<'a>> = Vec::new();
    for (spans, width) in cells {
        if width == 0 {
            continue;
        }
        if !out.is_empty() {
            out.push(Span::raw(" ".repeat(GAP)));
        }
        out.extend(spans);
    }
    out
}

fn draw_line(spans: &[Span<'_>], style: ratatui::style::Style, area: Rect, buffer: &mut Buffer) {
    let spans = spans.iter().map(|span| span.clone().style(style)).collect();
    line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
}

fn draw_row(
    one: &ProjectionThen,
    columns: &Columns,
    chosen: bool,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let mood = Mood::of(one);
    let style = mood.style(theme);
    let plain = theme.text();
    let unknown = |told: Option<String>| told.unwrap_or_else(|| UNKNOWN.to_owned());
    let right = |told: String, cells: usize, style| {
        (vec![Span::styled(text::pad_start(&told, cells).into_owned(), style)], cells)
    };
    let telling = if mood == Mood::Well { plain } else { style };
    let name = text::shorten(&one.status.name, columns.name);
    let name_style = if chosen { theme.title } else { plain };
    let catch_up = one.catch_up.map(|catch_up| match catch_up {
        CatchUp::Done => UNKNOWN.to_owned(),
        CatchUp::In(left) => seconds(left),
        CatchUp::Never => "never".to_owned(),
    });
    // What is made anew is what there is to wait for.
    let rebuild = one.status.rebuild.as_ref();
    let anew = |told: Option<f64>, as_told: fn(f64) -> String| {
        rebuild
            .map(|_| told.map_or_else(|| UNKNOWN.to_owned(), |told| format!("↻ {}", as_told(told))))
    };
    let moving = rebuild.filter(|of| of.seconds_still.is_none());
    let speed = anew(moving.and_then(|of| of.per_second), rate);
    let left = anew(rebuild.and_then(|of| of.seconds_left), seconds);
    let errors = one.status.errors;
    let error_style = if errors > Some(0) { theme.bad } else { theme.dim };
    let name = Span::styled(text::pad(&name, columns.name).into_owned(), name_style);
    let lags = Lags::of(one);
    let trend = lags.chart(one, theme, most(&lags.values).unwrap_or_default());
    let cells = vec![
        (vec![name], columns.name),
        right(unknown(one.status.position.map(place)), columns.checkpoint, theme.dim),
        right(unknown(one.status.lag_events.map(human::count)), columns.events, telling),
        right(unknown(one.status.lag_seconds.map(seconds)), columns.lag, telling),
        (trend.line(columns.trend), columns.trend),
        right(speed.unwrap_or_else(|| unknown(one.rate.map(rate))), columns.rate, plain),
        right(unknown(errors.map(human::count)), columns.errors, error_style),
        right(status(one, mood), columns.status, style),
        right(left.unwrap_or_else(|| unknown(catch_up)), columns.catch_up, plain),
    ];
    let spans = spaced(cells.into_iter());
    line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
}

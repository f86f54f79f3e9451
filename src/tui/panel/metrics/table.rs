//! A line for each metric, where cards have no room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Shape};
use super::super::super::model::Model;
use super::super::super::model::metrics::{Metrics, limit};
use super::super::super::widget::{self, line};
use super::chart::chart_of;
use super::{known, moment, mood, numbers, unknown, waiting};
use crate::session::{Known, MetricThen};
use crate::text;
use crate::text::measure::{self, UNKNOWN};

/// The longest name of a metric.
const NAME: usize = 22;
/// A number with its unit.
const NUMBER: usize = 9;
/// What is said of how it does.
const STATE: usize = 5;
/// A threshold.
const LIMIT: usize = 12;

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let wall = &areas.metrics;
    if wall.table.is_empty() {
        return;
    }
    let theme = model.theme();
    let rows = wall.rows();
    if areas.shape != Shape::Small {
        let room = usize::from(wall.table.width).saturating_sub(20);
        let right = vec![Span::styled(moment(model, room), theme.dim)];
        widget::frame(buffer, wall.table, theme, true, "Metrics", right);
    }
    if let Some(told) = waiting(model) {
        return widget::tell(buffer, rows, theme, told);
    }
    let columns = Columns::of(rows.width);
    let heading = wall.columns_of_table();
    if !heading.is_empty() {
        let names = ["name", "now/mean", "p99 / max", "trend", "alert", "state"];
        let spans = columns.row(names.map(|name| vec![Span::styled(name, theme.dim)]));
        line::spread(buffer, heading, spans, Vec::new(), usize::from(heading.width));
    }
    let window = model.metrics.scroll.window(Metrics::COUNT, usize::from(rows.height));
    for (at, place) in window.enumerate() {
        let (Some(area), Some(one)) = (widget::line_of(rows, at), model.metrics.at(place)) else {
            continue;
        };
        let chosen = place == model.metrics.scroll.cursor;
        if chosen {
            widget::choose(buffer, area, theme, true);
        }
        draw_row(model, one, (chosen, &columns), area, buffer);
    }
}

/// The widths of the columns; those without room have none.
struct Columns {
    middle: usize,
    end: usize,
    trend: usize,
    limit: usize,
    gap: usize,
}

impl Columns {
    fn of(width: u16) -> Self {
        let gap = if width < 50 { 1 } else { 2 };
        let mut left = usize::from(width).saturating_sub(NAME + STATE + gap);
        let mut take = |cells: usize| {
            let fits = left >= cells + gap;
            left -= if fits { cells + gap } else { 0 };
            if fits { cells } else { 0 }
        };
        // What is dropped first is asked for last.
        let (end, limit, middle) = (take(NUMBER), take(LIMIT), take(NUMBER));
        let trend = left.saturating_sub(gap);
        Self { middle, end, trend: if trend < 4 { 0 } else { trend }, limit, gap }
    }

    /// A line of name, middle, end, trend, limit and state.
    fn row(&self, cells: [Vec<Span<'static>>; 6]) -> Vec<Span<'static>> {
        let widths = [NAME, self.middle, self.end, self.trend, self.limit, STATE];
        let mut out = Vec::new();
        for (at, (mut spans, width)) in cells.into_iter().zip(widths).enumerate() {
            if width == 0 {
                continue;
            }
            line::cut(&mut spans, width);
            let pad = Span::raw(" ".repeat(width.saturating_sub(line::width(&spans))));
            if at > 0 {
                out.push(Span::raw(" ".repeat(self.gap)));
            }
            // Numbers stand below each other.
            if at == 1 || at == 2 {
                out.push(pad);
                out.extend(spans);
            } else {
                out.extend(spans);
                out.push(pad);
            }
        }
        out
    }
}

fn draw_row(
    model: &Model,
    one: &MetricThen,
    (chosen, columns): (bool, &Columns),
    area: Rect,
    buffer: &mut Buffer,
) {
    let (theme, style) = (model.theme(), mood(one, model.theme()));
    let name_style = if chosen { theme.title } else { theme.text() };
    let name = vec![Span::styled(one.metric.name(), name_style)];
    let Some(readings) = known(one) else {
        let told = match &one.known {
            Known::NothingYet if area.width < 60 => "nothing yet".to_owned(),
            _ => unknown(model, one).unwrap_or_default(),
        };
        let gap = Span::raw(" ".repeat(NAME + columns.gap - one.metric.name().len()));
        let spans = [name, vec![gap, Span::styled(told, theme.dim)]].concat();
        return line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
    };
    let mut cells = numbers(one, readings).into_iter().map(|number| {
        // The part alone: what it is a part of stands in the chart.
        let told = number.told.split(" of ").next().unwrap_or(UNKNOWN);
        let style = if number.counts { style } else { theme.text() };
        vec![Span::styled(text::truncate(told, NUMBER).into_owned(), style)]
    });
    let (middle, end) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
    let trend = chart_of(model, one, readings);
    let trend = trend.map_or_else(Vec::new, |chart| chart.line(columns.trend));
    let (held, limit) = (limit(one), measure::threshold(one.metric, one.threshold));
    let state = match one.raised() {
        Some(_) => "ALERT",
        None if held.is_none() => UNKNOWN,
        None => "ok",
    };
    // Where there is room for one number, it is the one that is held against the threshold.
    let is_first = numbers(one, readings).first().is_some_and(|number| number.counts);
    let (middle, end) = if columns.middle == 0 && is_first { (end, middle) } else { (middle, end) };
    let limit = vec![Span::styled(limit, theme.dim)];
    let state = vec![Span::styled(state, style)];
    let spans = columns.row([name, middle, end, trend, limit, state]);
    line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
}

//! One metric in a card, or in the chart of the chosen one: its numbers, and how they went.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Shape, Split};
use super::super::super::model::Model;
use super::super::super::model::event::wrap;
use super::super::super::model::metrics::{Height, Whole, limit};
use super::super::super::widget::chart::{self, Chart};
use super::super::super::widget::{self, line};
use super::{count, frame, known, moment, mood, numbers, state, unknown};
use crate::session::{MetricThen, Readings};
use crate::text::measure;

/// Where the threshold stands in a chart that is drawn up to it.
const ROOM: f64 = 1.15;

/// Draws the metric of a place in an area, frame included; nothing where that is none.
pub(super) fn draw(
    model: &Model,
    areas: &Areas,
    (place, area): (usize, Rect),
    buffer: &mut Buffer,
) {
    let Some(one) = model.metrics.at(place).filter(|_| !area.is_empty()) else { return };
    let theme = model.theme();
    let is_chart = area == areas.metrics.chart;
    let whole = model.metrics.whole != Whole::Not;
    let chosen = if is_chart { false } else { place == model.metrics.scroll.cursor };
    frame(model, areas, (one, area), chosen, buffer);
    let split = areas.metrics.split(area);
    if areas.shape == Shape::Small {
        title(model, one, whole, area, buffer);
    }
    let Some(readings) = known(one) else {
        let left = split.numbers;
        let inside = if left.width > 0 { left } else { split.bars };
        let inside = Rect { width: split.bars.right() - inside.x, ..inside };
        let told = unknown(model, one).unwrap_or_default();
        widget::tell(buffer, inside, theme, &told);
        let taken = wrap(&told, usize::from(inside.width)).len() as u16 + 1;
        if inside.height > taken {
            let (y, height) = (inside.y + taken, inside.height - taken);
            widget::tell(buffer, Rect { y, height, ..inside }, theme, one.metric.meaning());
        }
        return;
    };
    tell(model, one, readings, (split.numbers, whole), buffer);
    bars(model, one, readings, split, buffer);
}

/// Without a frame, what it would say.
fn title(model: &Model, one: &MetricThen, whole: bool, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let line = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let limit = measure::threshold(one.metric, one.threshold);
    let raised = one.raised().is_some();
    let alert = if raised { ("ALERT ", theme.bad) } else { ("alert ", theme.dim) };
    if !whole {
        let left = vec![Span::styled(alert.0, alert.1), Span::styled(limit, theme.dim)];
        let at = model.metrics.then.as_ref().and_then(|then| then.span);
        let at = at
            .map_or_else(|| moment(model, 0), |span| span.to.format("%m-%d %H:%M:%S").to_string());
        return line::spread(buffer, line, left, vec![Span::styled(at, theme.accent)], 20);
    }
    let mut left = vec![Span::styled(one.metric.name(), theme.title)];
    if raised {
        left.push(Span::styled(" ALERT", theme.bad));
    }
    let counts = known(one).map(|readings| numbers(one, readings)).into_iter().flatten();
    let right = counts
        .filter(|number| number.counts)
        .map(|number| Span::styled(format!("{} {}", number.name, number.told), mood(one, theme)));
    line::spread(buffer, line, left, right.collect(), 24);
}

/// The numbers, what they stand on, and the last alert.
fn tell(
    model: &Model,
    one: &MetricThen,
    readings: &Readings,
    (area, whole): (Rect, bool),
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
    let roomy = area.height > 5;
    let shown = if roomy { usize::MAX } else { 2 };
    for number in numbers(one, readings).into_iter().take(shown) {
        let style = if number.counts { mood(one, theme) } else { theme.text() };
        let mut spans = vec![
            Span::styled(format!("{:<5}", number.name), theme.dim),
            Span::styled(number.told, style),
        ];
        // What a number is of, where it is not of the moment.
        if one.metric.is_spread() && !number.counts {
            spans.push(Span::styled(format!(" · {}", model.scrub.span_name()), theme.dim));
        }
        lines.push(spans);
    }
    if roomy {
        lines.extend(count(one, readings).map(|told| vec![Span::styled(told, theme.dim)]));
        lines.push(Vec::new());
    }
    match state(model, one, readings) {
        Some([first, second]) => {
            lines.push(vec![Span::styled(first, mood(one, theme))]);
            lines.push(vec![Span::styled(second, theme.dim)]);
        }
        None if limit(one).is_none() => {
            lines.push(vec![Span::styled("capacity not set", theme.dim)]);
        }
        None if whole || roomy => lines.push(vec![Span::styled("no alert", theme.dim)]),
        None => {}
    }
    if whole && roomy {
        lines.push(Vec::new());
        for told in wrap(one.metric.meaning(), usize::from(area.width)) {
            lines.push(vec![Span::styled(told, theme.dim)]);
        }
    }
    for (at, spans) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at) else { return };
        line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
    }
}

fn bars(model: &Model, one: &MetricThen, readings: &Readings, split: Split, buffer: &mut Buffer) {
    let (theme, bars) = (model.theme(), split.bars);
    if bars.is_empty() {
        return;
    }
    let limit = limit(one);
    let Some(chart) = chart_of(model, one, readings) else {
        return widget::tell(buffer, bars, theme, "how it went is not recorded");
    };
    chart.draw(bars, buffer);
    if let Some(limit) = limit.filter(|_| bars.height > 1) {
        let told = measure::threshold(one.metric, one.threshold);
        chart.threshold(limit, &told, theme.warn, bars, buffer);
    }
    let told = |value: f64| measure::brief(one.metric.unit(), value);
    chart.scale(theme, told, (split.scale(), bars), buffer);
    let span = model.metrics.then.as_ref().and_then(|then| then.span);
    if let Some(span) = span.filter(|_| split.timed) {
        chart::times(span, theme, bars, buffer);
    }
}

/// How a metric went; `None` where that is not known.
pub(super) fn chart_of<'a>(
    model: &Model,
    one: &MetricThen,
    readings: &'a Readings,
) -> Option<Chart<'a>> {
    let theme = model.theme();
    let most = chart::most(&readings.trend)?.max(0.0);
    let limit = limit(one);
    let near = |limit: &f64| model.metrics.height == Height::Threshold || most * 2.0 >= *limit;
    let room = limit.filter(near).map_or(0.0, |limit| limit * ROOM);
    let top = match most.max(room) {
        0.0 => limit.unwrap_or(1.0),
        top => top,
    };
    let (values, styles) = (readings.trend.as_slice(), (theme.good, theme.bad));
    Some(Chart { values, top, above: limit, styles })
}

//! The lag of the chosen projection over time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::Areas;
use super::super::super::model::Model;
use super::super::super::model::projections::BEHIND;
use super::super::super::widget::{self, BARS};
use super::{Mood, brief};
use crate::session::{Lag, ProjectionThen, Span as Time};
use crate::text::{self, human};

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let area = areas.projections.chart;
    if area.is_empty() {
        return;
    }
    let theme = model.theme();
    let chosen = model.projections.chosen();
    let in_seconds = chosen.is_some_and(is_timed);
    let right = chosen.map_or_else(Vec::new, |one| {
        let unit = if in_seconds { "time" } else { "events" };
        let span = model.projections.span_name();
        let room = usize::from(area.width).saturating_sub(44);
        let name = text::shorten(&one.status.name, room.max(8));
        let told = if room < 8 { span.to_owned() } else { format!("{name} · {unit} · {span}") };
        vec![Span::styled(told, theme.dim)]
    });
    widget::frame(buffer, area, theme, false, "Lag over time", right);
    let bars = areas.projections.bars();
    let Some(one) = chosen.filter(|_| !bars.is_empty()) else { return };
    let values: Vec<Option<f64>> =
        one.trend.iter().map(|lag| lag.map(|lag| value(&lag, in_seconds))).collect();
    let Some(span) = model.projections.then.as_ref().and_then(|then| then.span) else {
        let inside = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..bars };
        return widget::tell(
            buffer,
            inside,
            theme,
            "without times and positions there is no way that it came",
        );
    };
    if values.iter().all(Option::is_none) {
        let inside = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..bars };
        return widget::tell(buffer, inside, theme, "it had not moved yet");
    }
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    let chart =
        Chart { values: &values, top: most.max(if in_seconds { BEHIND * 1.5 } else { 1.0 }) };
    let style = Mood::of(one).style(theme);
    chart.draw(style, bars, buffer);
    let scale = |told: String, y: u16, buffer: &mut Buffer| {
        let width = bars.x.saturating_sub(area.x + 3);
        let told = text::pad_start(&told, usize::from(width)).into_owned();
        buffer.set_span(area.x + 2, y, &Span::styled(told, theme.dim), width);
    };
    let told = |value: f64| {
        if in_seconds { brief(value) } else { human::compact(value.round() as u64) }
    };
    scale(told(chart.top), bars.y, buffer);
    if bars.height > 4 {
        scale(told(chart.top / 2.0), bars.y + bars.height / 2, buffer);
    }
    scale("0".to_owned(), bars.bottom() - 1, buffer);
    if in_seconds && chart.top <= BEHIND * 20.0 {
        chart.threshold(theme.warn, bars, buffer);
    }
    times(span, model, bars, buffer);
}

/// Whether its lag is known as time.
fn is_timed(one: &ProjectionThen) -> bool {
    one.trend.iter().flatten().any(|lag| lag.seconds.is_some())
}

fn value(lag: &Lag, in_seconds: bool) -> f64 {
    if in_seconds { lag.seconds.unwrap_or_default() } else { lag.events as f64 }
}

struct Chart<'a> {
    values: &'a [Option<f64>],
    top: f64,
}

impl Chart<'_> {
    fn draw(&self, style: ratatui::style::Style, area: Rect, buffer: &mut Buffer) {
        let rows = usize::from(area.height);
        for (column, x) in (area.x..area.right()).enumerate() {
            let width = usize::from(area.width);
            let at = column * self.values.len() / width.max(1);
            let Some(value) = self.values.get(at).copied().flatten() else { continue };
            let level = (value / self.top * (rows * 8) as f64).ceil() as usize;
            for (y, above) in (area.y..area.bottom()).zip((0..rows).rev()) {
                let mut filled = level.saturating_sub(above * 8).min(8);
                // Nothing left to do is seen, too.
                if above == 0 {
                    filled = filled.max(1);
                }
                let bar = BARS.get(filled).copied().unwrap_or(" ");
                if bar != " " {
                    buffer.set_span(x, y, &Span::styled(bar, style), 1);
                }
            }
        }
    }

    /// A line where the alert begins, behind the bars.
    fn threshold(&self, style: ratatui::style::Style, area: Rect, buffer: &mut Buffer) {
        let up = (BEHIND / self.top * f64::from(area.height)).floor() as u16;
        let y = area.bottom().saturating_sub(1 + up).max(area.y);
        for x in (area.x..area.right()).step_by(2) {
            if buffer.cell((x, y)).is_some_and(|cell| cell.symbol() == " ") {
                buffer.set_span(x, y, &Span::styled("╌", style), 1);
            }
        }
        let told = " alert: 10 s ";
        if area.width > 40 && buffer.cell((area.x + 2, y)).is_some_and(|cell| cell.symbol() == "╌")
        {
            buffer.set_span(area.x + 2, y, &Span::styled(told, style), 13);
        }
    }
}

/// When it begins and ends; the end is the moment that is looked at.
fn times(span: Time, model: &Model, bars: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let y = bars.bottom();
    let short = bars.width < 44;
    let form = if short { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    let [from, to] = [span.from, span.to].map(|time| time.format(form).to_string());
    let told = format!("{to} ▲");
    let width = (text::width(&told) as u16).min(bars.width);
    buffer.set_span(bars.right() - width, y, &Span::styled(told, theme.accent), width);
    if usize::from(bars.width) >= from.len() + usize::from(width) + 2 {
        buffer.set_span(bars.x, y, &Span::styled(from, theme.dim), bars.width);
    }
}

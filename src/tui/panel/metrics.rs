//! The Metrics screen: what was measured, held against its thresholds: all of it, or one metric on the whole screen.

mod chart;
mod detail;
mod table;

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::layout::{Areas, Shape};
use super::super::model::metrics::{limit, readings};
use super::super::model::{Model, Store};
use super::super::theme::Theme;
use super::super::widget::{self, line};
use super::newest::Moment;
use crate::model::{Measure, Metric, Timestamp};
use crate::session::{Alert, Known, MetricThen, Reading, Readings};
use crate::text::measure::{self, UNKNOWN};
use crate::text::{self, human};

/// Draws all parts that have a place.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    heading(model, areas, buffer);
    table::draw(model, areas, buffer);
    for (place, card) in areas.metrics.cards.into_iter().enumerate() {
        chart::draw(model, areas, (place, card), buffer);
    }
    chart::draw(model, areas, (model.metrics.scroll.cursor, areas.metrics.chart), buffer);
    detail::draw(model, areas, buffer);
}

/// When it is, how much of the time before is shown, and what is above its threshold.
fn heading(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let area = areas.metrics.heading;
    if area.is_empty() {
        return;
    }
    let theme = model.theme();
    let told = match waiting(model) {
        Some(told) => told.to_owned(),
        None if is_timeless(model) => moment(model, 0),
        None => {
            let room = usize::from(area.width).saturating_sub(60);
            format!("{} · the {} before", moment(model, room), model.scrub.span_name())
        }
    };
    let left = vec![Span::raw("  "), Span::styled(told, theme.dim)];
    let mut right = alerts(model);
    right.push(Span::raw("  "));
    line::spread(buffer, area, left, right, 40);
}

/// What is above its threshold, by name.
fn alerts(model: &Model) -> Vec<Span<'static>> {
    let theme = model.theme();
    if model.metrics.then.is_none() {
        return Vec::new();
    }
    let names: Vec<&str> = model.metrics.raised().map(|one| one.metric.name()).collect();
    if names.is_empty() {
        return vec![Span::styled("no alert", theme.good)];
    }
    let count = human::plural(names.len() as u64, "alert");
    vec![
        Span::styled(format!("● {count}"), theme.bad),
        Span::styled(format!("  {}", names.join(", ")), theme.dim),
    ]
}

/// Why nothing is shown yet.
fn waiting(model: &Model) -> Option<&'static str> {
    match (&model.store, &model.metrics.then) {
        (Store::Opening(_), _) => Some("opening…"),
        (_, None) => Some("reading…"),
        _ => None,
    }
}

/// Whether the store records no times.
fn is_timeless(model: &Model) -> bool {
    model.metrics.then.as_ref().is_some_and(|then| then.span.is_none())
}

/// A moment, as far as a person tells one from another.
const SECOND: &str = "%Y-%m-%dT%H:%M:%SZ";

/// When it is, in so many columns.
fn moment(model: &Model, room: usize) -> String {
    let Some(then) = &model.metrics.then else { return String::new() };
    let Some(at) = then.span.map(|span| span.to) else {
        return "now: this store records no times".to_owned();
    };
    let said = at.format(SECOND).to_string();
    Moment { at, said, is_newest: then.newest, ahead: then.ahead }.told(model, room)
}

/// What is said of a metric of which nothing is known; `None` where something is.
fn unknown(model: &Model, one: &MetricThen) -> Option<String> {
    match &one.known {
        Known::Readings(_) => None,
        Known::NotRecorded(why) => Some(text::sanitize(why).into_owned()),
        Known::NothingYet => {
            let span = model.scrub.span_name();
            Some(format!("nothing in the {span} before; {}", comes(one.metric)))
        }
    }
}

/// When a metric is measured.
fn comes(metric: Metric) -> &'static str {
    match metric {
        Metric::AppendLatency => "measured as events are appended",
        Metric::ReplayTime => "measured as aggregates are loaded",
        Metric::SnapshotTime => "measured as snapshots are stored",
        Metric::ProjectionLag | Metric::ErrorRate => "measured as projections run",
        Metric::StorageSize | Metric::EventsPerAggregate | Metric::EventsPerSecond => {
            "measured as events are recorded"
        }
    }
}

/// The number that is held against the threshold: the newest, by which an alert is raised and cleared.
fn held(one: &MetricThen, reading: &Reading) -> Option<f64> {
    reading.newest.or(match one.threshold.measure {
        Measure::P99 => None,
        Measure::Value | Measure::Share => reading.middle,
        Measure::Max => reading.end,
    })
}

/// How a metric is doing.
fn mood(one: &MetricThen, theme: &Theme) -> Style {
    match (&one.known, one.raised()) {
        (Known::Readings(_), Some(_)) => theme.bad,
        // What is held against nothing is neither well nor not.
        (Known::Readings(readings), None) => match (limit(one), held(one, &readings.now)) {
            (None, _) => theme.text(),
            // It was above in the time that is looked at, and is not any more.
            (Some(limit), Some(value)) if value > limit => theme.warn,
            _ => theme.good,
        },
        _ => theme.dim,
    }
}

/// A number of a metric, with what it is called and whether it is the one that is held against the threshold.
struct Number {
    name: &'static str,
    told: String,
    counts: bool,
}

/// The numbers of a metric, at least two, from the one that is looked at first. Of a spread the newest is held against the
/// threshold; the others are of all the time that is shown.
fn numbers(one: &MetricThen, readings: &Readings) -> Vec<Number> {
    let unit = one.metric.unit();
    let told = |value: Option<f64>| {
        value.map_or_else(|| UNKNOWN.to_owned(), |value| measure::value(unit, value))
    };
    let (middle, end) = (told(readings.now.middle), told(readings.now.end));
    let whole = readings.now.middle.zip(readings.capacity).filter(|(_, whole)| *whole > 0.0);
    if one.metric.is_spread() {
        let now = told(held(one, &readings.now));
        let all = [("now", now, true), ("p99", end, false), ("p50", middle, false)];
        return all.map(|(name, told, counts)| Number { name, told, counts }).into();
    }
    let (first, second, end) = match (one.metric, whole) {
        (Metric::EventsPerAggregate, _) => ("mean", "max", end),
        (Metric::StorageSize, Some((now, whole))) => {
            let of = measure::value(unit, whole);
            ("now", "full", format!("{} of {of}", measure::share(now / whole)))
        }
        _ => ("now", "max", end),
    };
    let is_first = one.threshold.measure == Measure::Value;
    let middle = if is_first { told(held(one, &readings.now)) } else { middle };
    vec![
        Number { name: first, told: middle, counts: is_first },
        Number { name: second, told: end, counts: !is_first },
    ]
}

/// How many values the numbers stand on; `None` where that is not known.
fn count(one: &MetricThen, readings: &Readings) -> Option<String> {
    let noun = match one.metric {
        metric if metric.is_spread() => "value",
        Metric::ErrorRate => "error",
        Metric::EventsPerSecond => "event",
        Metric::EventsPerAggregate => "aggregate",
        _ => return None,
    };
    let count = readings.now.count;
    (count > 0).then(|| human::plural(count, noun))
}

/// The time of day, and the day where it is another one than that of the moment.
fn clock(at: Timestamp, moment: Timestamp) -> String {
    let form = if at.date_naive() == moment.date_naive() { "%H:%M:%S" } else { "%m-%d %H:%M" };
    at.format(form).to_string()
}

/// How long it is from one moment to another.
fn between(from: Timestamp, to: Timestamp) -> String {
    measure::seconds((to - from).as_seconds_f64().max(0.0).trunc())
}

/// What its last alert came to, in two lines.
fn state(model: &Model, one: &MetricThen, readings: &Readings) -> Option<[String; 2]> {
    let moment = model.metrics.then.as_ref()?.span?.to;
    let Alert { raised, before, cleared, worst } = *readings.alerts.last()?;
    let (word, more) = if before { ("before", "more than ") } else { ("raised", "") };
    Some(match cleared {
        None => [
            format!("● {word} {}", clock(raised, moment)),
            format!("  {more}{} ago", between(raised, moment)),
        ],
        Some(cleared) => [
            format!("○ cleared {}", clock(cleared, moment)),
            format!("  worst {}", measure::value(one.metric.unit(), worst)),
        ],
    })
}

/// The frame of a metric: its name, above what it is an alert, and whether it is one.
fn frame(
    model: &Model,
    areas: &Areas,
    (one, area): (&MetricThen, ratatui::layout::Rect),
    chosen: bool,
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    if areas.shape == Shape::Small {
        return;
    }
    let limit = measure::threshold(one.metric, one.threshold);
    let raised = one.raised().is_some();
    let right = if raised {
        vec![Span::styled("ALERT", theme.bad), Span::styled(format!(" {limit}"), theme.dim)]
    } else {
        vec![Span::styled(format!("alert {limit}"), theme.dim)]
    };
    let mark =
        if chosen && !areas.metrics.cards.iter().all(|card| card.is_empty()) { "▸ " } else { "" };
    let title = format!("{mark}{}", one.metric.name());
    let border = match (chosen, raised) {
        (true, _) => theme.accent,
        (false, true) => theme.bad,
        (false, false) => theme.border,
    };
    widget::frame_in(buffer, area, theme, (border, chosen), &title, right);
}

/// What is known of a metric, where anything is.
fn known(one: &MetricThen) -> Option<&Readings> {
    readings(one)
}

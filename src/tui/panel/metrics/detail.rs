//! What else is known of the metric that has the whole screen: its spread, what it is measured on, its alerts.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::action::Action;
use super::super::super::layout::{Areas, Detail, Shape};
use super::super::super::model::Model;
use super::super::super::model::metrics::{Whole, limit};
use super::super::super::widget::{self, line};
use super::{between, clock, held, known, numbers};
use crate::session::{Bucket, MetricThen, Reading, Readings};
use crate::text::{self, human, measure};

/// Columns of a bucket's least value.
const LABEL: usize = 7;
/// Columns of how many there are in it.
const COUNT: usize = 5;
/// Columns of a number, and of one in a few letters.
const NUMBER: (usize, usize) = (9, 7);
/// A list of fewer columns tells the same in fewer words.
const WORDS: u16 = 40;

/// Draws all parts that have a place.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let Some(one) = model.metrics.chosen() else { return };
    for detail in Detail::ALL {
        let area = areas.metrics.detail(detail);
        if area.is_empty() {
            continue;
        }
        let has_keys = model.metrics.whole == Whole::At(detail);
        title(model, areas, (detail, has_keys), area, buffer);
        let lines = areas.metrics.lines(detail);
        let told = match (detail, known(one)) {
            (Detail::Alerts, _) => alerts(model, one, (lines, has_keys), buffer),
            (Detail::Spread, Some(readings)) => spread(model, one, readings, lines, buffer),
            (Detail::By, Some(readings)) => by(model, one, readings, (lines, has_keys), buffer),
            (_, None) => None,
        };
        if let Some(told) = told {
            widget::tell(buffer, lines, model.theme(), &told);
        }
    }
}

fn title(
    model: &Model,
    areas: &Areas,
    (detail, has_keys): (Detail, bool),
    area: Rect,
    buffer: &mut Buffer,
) {
    let theme = model.theme();
    let len = model.metrics.len(detail);
    let name = match detail {
        Detail::Alerts => "Alerts",
        Detail::By => "Measured on",
        Detail::Spread => "Spread",
    };
    let count = if len > 0 { human::count(len as u64) } else { String::new() };
    if areas.shape != Shape::Small {
        let right =
            if count.is_empty() { Vec::new() } else { vec![Span::styled(count, theme.dim)] };
        return widget::frame(buffer, area, theme, has_keys, name, right);
    }
    let told = format!("{name} {count}");
    let line = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
    let hint = model.hint(Action::FocusNext, "the next part").unwrap_or_default();
    let others = Detail::ALL.into_iter().filter(|one| model.metrics.extent().has(*one)).count();
    let hint = if others > 1 { vec![Span::styled(hint, theme.dim)] } else { Vec::new() };
    line::spread(buffer, line, vec![Span::styled(told, theme.title)], hint, 12);
}

/// The alerts, from new to old; what is said where there is none.
fn alerts(
    model: &Model,
    one: &MetricThen,
    (lines, has_keys): (Rect, bool),
    buffer: &mut Buffer,
) -> Option<String> {
    let theme = model.theme();
    let all = model.metrics.alerts();
    let len = all.len();
    let span = model.metrics.then.as_ref().and_then(|then| then.span)?;
    if len == 0 {
        let told = match (known(one), limit(one)) {
            (Some(_), None) => "without a capacity there is nothing to be above",
            _ => return Some(format!("no alert in the {} before", model.scrub.span_name())),
        };
        return Some(told.to_owned());
    }
    let scroll = &model.metrics.alerts;
    let window = scroll.window(len, usize::from(lines.height));
    for ((at, place), alert) in window.clone().enumerate().zip(all.skip(window.start)) {
        let Some(area) = widget::line_of(lines, at) else { break };
        if place == scroll.cursor {
            widget::choose(buffer, area, theme, has_keys);
        }
        let (mark, style, lasted) = match alert.cleared {
            None => ("●", theme.bad, between(alert.raised, span.to)),
            Some(cleared) => ("○", theme.text(), between(alert.raised, cleared)),
        };
        let lasted = match alert.cleared {
            _ if area.width < WORDS => lasted,
            None => format!("for {lasted} so far"),
            Some(_) => format!("for {lasted}"),
        };
        let raised = clock(alert.raised, span.to);
        let raised = if alert.before { format!("before {raised}") } else { raised };
        let worst = format!("worst {}", measure::value(one.metric.unit(), alert.worst));
        let pieces = vec![
            vec![Span::styled(format!("{mark} {raised}"), style)],
            vec![Span::styled(lasted, theme.text())],
            vec![Span::styled(worst, theme.dim)],
        ];
        let spans = line::pieces(pieces, 2, usize::from(area.width));
        line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
    }
    None
}

/// How many values lie between each two, with where the middle and the end of all of them is.
fn spread(
    model: &Model,
    one: &MetricThen,
    readings: &Readings,
    lines: Rect,
    buffer: &mut Buffer,
) -> Option<String> {
    let (theme, width) = (model.theme(), usize::from(lines.width));
    let buckets = gathered(&readings.spread, usize::from(lines.height));
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or_default().max(1);
    let marks = |bucket: &Bucket| -> String {
        let Reading { middle, end, .. } = readings.now;
        let is_in = |value: f64| {
            value > bucket.from && value <= bucket.to || value <= 0.0 && bucket.from <= 0.0
        };
        let told = match (middle.is_some_and(is_in), end.is_some_and(is_in)) {
            (true, true) => " ◂ p50 99",
            (true, false) => " ◂ p50",
            (false, true) => " ◂ p99",
            (false, false) => "",
        };
        told.to_owned()
    };
    let marked = buckets.iter().map(|bucket| text::width(&marks(bucket))).max().unwrap_or(0);
    let room = width.saturating_sub(LABEL + COUNT + 2 + marked).max(2);
    for (at, bucket) in buckets.iter().enumerate() {
        let Some(area) = widget::line_of(lines, at) else { break };
        let cells = (bucket.count as f64 / most as f64 * room as f64).ceil() as usize;
        let above = limit(one).is_some_and(|limit| bucket.from >= limit);
        let style = if above { theme.bad } else { theme.good };
        let numbered = if bucket.count > 0 { theme.text() } else { theme.dim };
        let label = measure::brief(one.metric.unit(), bucket.from);
        let count = human::compact(bucket.count);
        let spans = vec![
            Span::styled(text::pad_start(&label, LABEL).into_owned(), theme.dim),
            Span::styled(format!(" {}", "▄".repeat(cells)), style),
            Span::raw(" ".repeat(room.saturating_sub(cells))),
            Span::styled(format!(" {}", text::pad_start(&count, COUNT)), numbered),
            Span::styled(marks(bucket), theme.accent),
        ];
        line::spread(buffer, area, spans, Vec::new(), width);
    }
    None
}

/// As many neighbours together as it takes to have a line each.
fn gathered(buckets: &[Bucket], lines: usize) -> Vec<Bucket> {
    let each = buckets.len().div_ceil(lines.max(1)).max(1);
    let gather = |some: &[Bucket]| {
        let (first, last) = some.first().zip(some.last())?;
        let count = some.iter().map(|bucket| bucket.count).sum();
        Some(Bucket { from: first.from, to: last.to, count })
    };
    buckets.chunks(each).filter_map(gather).collect()
}

/// The same for each that it is measured on.
fn by(
    model: &Model,
    one: &MetricThen,
    readings: &Readings,
    (lines, has_keys): (Rect, bool),
    buffer: &mut Buffer,
) -> Option<String> {
    let theme = model.theme();
    let width = usize::from(lines.width);
    let scroll = &model.metrics.by;
    let window = scroll.window(readings.by.len(), usize::from(lines.height));
    let both = lines.width >= WORDS;
    let cells = if both { NUMBER.0 } else { NUMBER.1 };
    let name_width = width.saturating_sub((cells + 1) * (1 + usize::from(both)));
    for (at, place) in window.enumerate() {
        let (Some(area), Some((name, reading))) =
            (widget::line_of(lines, at), readings.by.get(place))
        else {
            break;
        };
        if place == scroll.cursor && has_keys {
            widget::choose(buffer, area, theme, true);
        }
        let of = Readings { now: *reading, ..Readings::default() };
        let held = held(one, reading);
        let above = held.zip(limit(one)).is_some_and(|(value, limit)| value > limit);
        let name = text::shorten(name, name_width.saturating_sub(2));
        let mark = if above { Span::styled("● ", theme.bad) } else { Span::raw("  ") };
        let mut spans = vec![
            mark,
            Span::styled(text::pad(&name, name_width.saturating_sub(2)).into_owned(), theme.text()),
        ];
        for number in numbers(one, &of).into_iter().take(2).filter(|number| both || number.counts) {
            let style = match (number.counts, above) {
                (true, true) => theme.bad,
                (true, false) => theme.good,
                (false, _) => theme.text(),
            };
            let unit = one.metric.unit();
            let told = match held.filter(|_| !both) {
                Some(value) => measure::brief(unit, value),
                None => number.told,
            };
            let told = text::pad_start(&told, cells).into_owned();
            spans.push(Span::styled(format!(" {told}"), style));
        }
        line::spread(buffer, area, spans, Vec::new(), width);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_is_lost_where_there_are_fewer_lines_than_buckets() {
        let buckets: Vec<Bucket> = (0..25)
            .map(|at| Bucket { from: f64::from(at), to: f64::from(at + 1), count: at as u64 })
            .collect();
        for lines in 0..40 {
            let told = gathered(&buckets, lines);
            assert!(told.len() <= lines.max(1));
            assert_eq!(told.iter().map(|bucket| bucket.count).sum::<u64>(), 300);
            assert!(told.windows(2).all(|two| two[0].to.total_cmp(&two[1].from).is_eq()));
        }
        assert_eq!(gathered(&buckets, 30), buckets);
        assert_eq!(gathered(&[], 3), []);
    }
}

//! The events over time; the mouse is dragged over what is to be shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Shape};
use super::super::super::model::Model;
use super::super::super::model::events::chart::{Chart, Strip};
use super::super::super::theme::Theme;
use super::super::super::widget;
use crate::model::Timestamp;
use crate::text::{self, human};

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let theme = model.theme();
    let (area, track) = (areas.events.chart, areas.events.track());
    if area.is_empty() {
        return;
    }
    let tally = model.events.sieve.tally();
    let strip = tally.chart.strip(usize::from(track.width));
    let title = if areas.shape == Shape::Wide { "Events over time" } else { "" };
    let each = chrono::Duration::milliseconds(tally.chart.width.saturating_mul(strip.each as i64));
    let right = match each.to_std() {
        Ok(each) if !strip.cells.is_empty() => {
            let most = human::count(strip.most().into());
            format!("a column is {} · at most {most}", human::duration(each))
        }
        _ => String::new(),
    };
    let right = if right.is_empty() { Vec::new() } else { vec![Span::styled(right, theme.dim)] };
    widget::frame(buffer, area, theme, false, title, right);
    if strip.cells.is_empty() {
        let told = match (tally.done, tally.found) {
            (false, _) => "counting…",
            (true, 0) => "no events",
            (true, _) => "no times are recorded",
        };
        buffer.set_span(track.x, track.y, &Span::styled(told, theme.dim), track.width);
        return;
    }
    let bars = Rect { height: track.height.saturating_sub(1), ..track };
    let below = Rect { y: bars.bottom(), height: 1, ..track };
    if bars.is_empty() {
        return;
    }
    draw_bars(&strip, theme, bars, buffer);
    let Some((a, b)) = model.events.span else {
        return draw_times(&tally.chart, &strip, theme, below, buffer);
    };
    // What the mouse goes over.
    let over = Rect { x: bars.x + a.min(b), width: a.abs_diff(b) + 1, ..bars };
    buffer.set_style(over.intersection(bars), theme.selected.patch(theme.accent));
    if let Some(columns) = strip.columns(a, b) {
        let [first, last] = [columns.start, columns.end].map(|at| moment(&tally.chart, at, FULL));
        let told = Span::styled(format!("{first} – {last}"), theme.accent);
        buffer.set_span(below.x, below.y, &told, below.width);
    }
}

fn draw_bars(strip: &Strip, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let (most, rows) = (f64::from(strip.most().max(1)), usize::from(area.height));
    for (x, cell) in (area.x..area.right()).zip(&strip.cells) {
        let Some(count) = cell.count else { continue };
        // What is there is seen, however little it is beside the rest.
        let level = (f64::from(count) / most * rows as f64 * 8.0).ceil() as usize;
        for (y, above) in (area.y..area.bottom()).zip((0..rows).rev()) {
            let filled = level.saturating_sub(above * 8).min(8);
            let bar = widget::BARS.get(filled).copied().unwrap_or(" ");
            buffer.set_span(x, y, &Span::styled(bar, theme.mark), 1);
        }
    }
    for gap in &strip.gaps {
        let x = area.x + gap.column;
        let label = Span::styled(gap.label.as_str(), theme.dim);
        buffer.set_span(x, area.bottom() - 1, &label, area.right().saturating_sub(x));
    }
}

/// When it begins and ends, and when something happened again after a silence, where there is room.
fn draw_times(chart: &Chart, strip: &Strip, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let [first, last] = [0, chart.counts.len()].map(|at| moment(chart, at, FULL));
    let room = (text::width(&first) + text::width(&last) + 3) as u16;
    if room > area.width {
        return;
    }
    let mut write = |x: u16, told: &str| {
        let told = Span::styled(told.to_owned(), theme.dim);
        buffer.set_span(area.x + x, area.y, &told, area.width.saturating_sub(x));
    };
    let end = (strip.cells.len() as u16).max(room).min(area.width) - text::width(&last) as u16;
    write(0, &first);
    write(end, &last);
    let mut free = text::width(&first) as u16;
    for begin in &strip.begins {
        let Some(columns) = strip.columns(*begin, *begin) else { continue };
        let told = moment(chart, columns.start, SHORT);
        let after = *begin + text::width(&told) as u16;
        if *begin >= free + 2 && after + 2 <= end {
            write(*begin, &told);
            free = after;
        }
    }
}

const FULL: &str = "%Y-%m-%d %H:%M:%S";
const SHORT: &str = "%m-%d %H:%M";

fn moment(chart: &Chart, at: usize, form: &str) -> String {
    let time = Timestamp::from_timestamp_millis(chart.begins(at));
    time.map_or_else(String::new, |time| time.format(form).to_string())
}

//! The events over time; the mouse is dragged over what is to be shown.

use ratatui::buffer::Buffer;
use ratatui::text::Span;

use super::super::super::layout::{Areas, Shape};
use super::super::super::model::Model;
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
    let (columns, each) = tally.chart.columns(usize::from(track.width));
    let title = if areas.shape == Shape::Wide { "Events over time" } else { "" };
    let each_is = chrono::Duration::milliseconds(tally.chart.width.saturating_mul(each as i64));
    let right = match each_is.to_std() {
        Ok(each_is) if !columns.is_empty() => {
            let most = human::count(columns.iter().copied().max().unwrap_or(0).into());
            format!("a column is {} · at most {most}", human::duration(each_is))
        }
        _ => String::new(),
    };
    let right = if right.is_empty() { Vec::new() } else { vec![Span::styled(right, theme.dim)] };
    widget::frame(buffer, area, theme, false, title, right);
    let Some(bottom) = track.height.checked_sub(2) else { return };
    if columns.is_empty() {
        let told = match (tally.done, tally.found) {
            (false, _) => "counting…",
            (true, 0) => "no events",
            (true, _) => "no times are recorded",
        };
        buffer.set_span(track.x, track.y, &Span::styled(told, theme.dim), track.width);
        return;
    }
    let most = f64::from(columns.iter().copied().max().unwrap_or(1).max(1));
    let rows = f64::from(bottom + 1);
    for (at, count) in columns.iter().enumerate() {
        let x = track.x + at as u16;
        // What is there is seen, however little it is beside the rest.
        let level = (f64::from(*count) / most * rows * 8.0).ceil() as usize;
        for row in 0..=bottom {
            let filled = level.saturating_sub(usize::from(bottom - row) * 8).min(8);
            let bar = widget::BARS.get(filled).copied().unwrap_or(" ");
            buffer.set_span(x, track.y + row, &Span::styled(bar, theme.mark), 1);
        }
    }
    // What the mouse goes over.
    let span = model.events.span.map(|(a, b)| (a.min(b), a.max(b)));
    if let Some((from, to)) = span {
        for x in from..=to {
            for row in 0..=bottom {
                if let Some(cell) = buffer.cell_mut((track.x + x, track.y + row)) {
                    cell.set_style(theme.selected.patch(theme.accent));
                }
            }
        }
    }
    let chart = &tally.chart;
    let (from, to) = span.map_or((0, columns.len()), |(from, to)| {
        (usize::from(from), (usize::from(to) + 1).min(columns.len()))
    });
    let label = |at: usize| moment(chart.begins(at * each));
    let (first, last) = (label(from), label(to));
    let style = if span.is_some() { theme.accent } else { theme.dim };
    let y = track.y + bottom + 1;
    let room = text::width(&first) + text::width(&last) + 3;
    if room > usize::from(track.width) {
        return;
    }
    let mut write = |x: u16, told: &str| {
        buffer.set_span(x, y, &Span::styled(told.to_owned(), style), track.width);
    };
    if span.is_some() {
        write(track.x, &format!("{first} – {last}"));
    } else {
        write(track.x, &first);
        let end = track.x + (columns.len() as u16).max(room as u16).min(track.width);
        write(end - text::width(&last) as u16, &last);
    }
}

fn moment(millis: i64) -> String {
    let time = Timestamp::from_timestamp_millis(millis);
    time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

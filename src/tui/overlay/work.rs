//! What goes on in the background, and below it what the chosen job costs and what stopping it means.

use std::fmt::Write as _;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Rect};
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::action::Action;
use super::super::keymap::Context;
use super::super::model::Model;
use super::super::model::event::wrap;
use super::super::model::work::{Ended, Far, Outcome, Row, Workbook};
use super::super::update::work::without;
use super::super::widget::{self, line};
use crate::text::human;

/// What the frame is called: how many jobs run and wait.
pub(crate) fn title(book: &Workbook) -> String {
    let count = |wanted: bool| {
        let is = |row: &&Row| matches!(row, Row::Job { waits, .. } if *waits == wanted);
        book.rows.iter().filter(is).count()
    };
    match (count(false), count(true)) {
        (0, 0) => "Work: nothing runs".to_owned(),
        (running, 0) => format!("Work: {running} running"),
        (running, waiting) => format!("Work: {running} running, {waiting} waiting"),
    }
}

/// What the timelines keep.
fn memory(model: &Model, is_narrow: bool) -> String {
    let Some(kept) = model.work.kept() else { return String::new() };
    let timelines = human::plural(kept.timelines as u64, "timeline");
    let [bytes, budget] = [kept.bytes, kept.budget].map(|bytes| human::bytes(bytes as u64));
    if is_narrow {
        // The edge has the place in the list beside it.
        return format!("memory {bytes}");
    }
    format!("memory: {bytes} of {budget} for {timelines}")
}

/// Draws the list and what there is to say of the chosen line.
pub(crate) fn draw(model: &Model, book: &Workbook, area: Rect, buffer: &mut Buffer) {
    let theme = model.theme();
    let (place, below) = super::halves(area);
    let window = book.scroll.window(book.rows.len(), usize::from(place.height));
    let frame = area.outer(Margin::new(2, 1));
    let shown = widget::shown_of(&window, book.rows.len());
    widget::frame_below(buffer, frame, theme, &memory(model, area.width < 60), &shown);
    for (at, index) in window.enumerate() {
        let (Some(area), Some(row)) = (widget::line_of(place, at), book.rows.get(index)) else {
            break;
        };
        if index == book.scroll.cursor {
            widget::choose(buffer, area, theme, true);
        }
        let (mark, style) = mark(model, row);
        let (told, text) = match row {
            Row::Job { told, .. } => (told.as_str(), theme.text()),
            Row::Watch { shows: true, .. } => {
                ("showing what others write as it comes", theme.text())
            }
            Row::Watch { .. } => ("counting what others write", theme.text()),
            Row::Ended(ended) => (ended.told.as_str(), theme.dim),
        };
        let left = vec![Span::styled(format!("{mark} "), style), Span::styled(told, text)];
        let right = Span::styled(right(row, area.width < 60), theme.dim);
        line::spread(buffer, area, left, vec![right], 18);
    }
    super::rule(theme, place, buffer);
    if let Some(row) = book.chosen() {
        draw_chosen(model, row, below, buffer);
    }
}

fn mark(model: &Model, row: &Row) -> (&'static str, Style) {
    let theme = model.theme();
    match row {
        Row::Job { waits: false, .. } => ("▶", theme.accent),
        Row::Job { .. } => ("…", theme.dim),
        Row::Watch { shows: true, .. } => ("●", theme.good),
        Row::Watch { .. } => ("‖", theme.warn),
        Row::Ended(Ended { outcome: Outcome::Done, .. }) => ("✓", theme.good),
        Row::Ended(Ended { outcome: Outcome::Stopped, .. }) => ("■", theme.dim),
        Row::Ended(Ended { outcome: Outcome::Failed, .. }) => ("✗", theme.bad),
    }
}

/// Seconds with one figure behind the point: a picture need not follow each thousandth.
fn seconds(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        human::duration(Duration::from_secs(time.as_secs()))
    }
}

fn how_far(far: Far) -> String {
    match far.of {
        Some(of) => format!("{} of {} {}", human::count(far.done), human::count(of), far.what),
        None => format!("{} {}", human::count(far.done), far.what),
    }
}

fn right(row: &Row, is_narrow: bool) -> String {
    match row {
        Row::Job { waits, since, far, .. } => {
            let far = far.filter(|_| !waits).map(|far| match far.of.filter(|of| *of > 0) {
                Some(of) if is_narrow => format!("{} %  ", far.done.min(of) * 100 / of),
                _ if is_narrow => String::new(),
                _ => how_far(far) + "  ",
            });
            let waits = if *waits && !is_narrow { "waits  " } else { "" };
            far.unwrap_or_default() + waits + &seconds(*since)
        }
        Row::Watch { .. } => String::new(),
        Row::Ended(ended) => {
            let times = if ended.times > 1 {
                format!("{}×  ", human::count(ended.times))
            } else {
                String::new()
            };
            let how = match ended.outcome {
                _ if is_narrow => "",
                Outcome::Done => "",
                Outcome::Stopped => "stopped  ",
                Outcome::Failed => "failed  ",
            };
            times + how + &human::duration(ended.spent.wall)
        }
    }
}

/// What a line says in full.
pub(crate) fn told(model: &Model, row: &Row) -> Vec<String> {
    // Also where it is read on a screen of its own.
    let hint = |word| model.keymap.hint(&[Context::Work], Action::StopWork, word);
    let stops = || hint("stops it").unwrap_or_default();
    match row {
        Row::Job { slot, told, waits, since, cpu, far } => {
            let mut cost = match (waits, far) {
                (true, _) => format!("waits for another job, for {}", seconds(*since)),
                (false, Some(far)) => format!("{}, for {}", how_far(*far), seconds(*since)),
                (false, None) => format!("for {}", seconds(*since)),
            };
            if !cpu.is_zero() {
                let _ = write!(cost, ", of which a processor worked {}", human::duration(*cpu));
            }
            vec![format!("{told}: {cost}"), format!("{}: {}", stops(), without(model, *slot))]
        }
        Row::Watch { shows, took } => {
            let took = took.map_or_else(String::new, |took| {
                format!("; the last one took less than {}", human::duration(took))
            });
            let looks = format!(
                "the store is looked at twice a second, less often where that takes long{took}"
            );
            let pauses = hint("pauses it").filter(|_| *shows);
            let slot = super::super::effect::Slot::Watch;
            let told = without(model, slot);
            let told = match pauses {
                Some(pauses) => format!("{pauses}: {told}"),
                None if *shows => told,
                None => told.replacen("is then counted", "is counted", 1),
            };
            vec![looks, told]
        }
        Row::Ended(ended) => {
            let how = match ended.outcome {
                Outcome::Done => "done",
                Outcome::Stopped => "stopped, or given up for something newer",
                Outcome::Failed => "failed; the messages say why",
            };
            let [wall, cpu] = [ended.spent.wall, ended.spent.cpu].map(human::duration);
            let mut told =
                format!("{}: {how} after {wall}, of which a processor worked {cpu}", ended.told);
            if ended.times > 1 {
                let times = human::count(ended.times);
                let _ = write!(told, "; {times} times in a row, this is the last");
            }
            vec![told]
        }
    }
}

fn draw_chosen(model: &Model, row: &Row, area: Rect, buffer: &mut Buffer) {
    let width = usize::from(area.width);
    let room = usize::from(area.height);
    let told = told(model, row);
    let mut lines: Vec<String> = told.iter().flat_map(|told| wrap(told, width)).collect();
    let is_cut = lines.len() > room;
    if is_cut {
        // What it costs stands in the line above, in short.
        lines = told.iter().rev().flat_map(|told| wrap(told, width)).collect();
    }
    for (at, text) in lines.into_iter().enumerate() {
        let Some(area) = widget::line_of(area, at) else { break };
        let hint = model.hint(Action::Accept, "more").filter(|_| is_cut && at + 1 == room);
        let right = hint.map_or_else(Vec::new, |hint| {
            vec![Span::styled(format!("… {hint}"), model.theme().accent)]
        });
        line::spread(buffer, area, vec![Span::styled(text, model.theme().text())], right, 4);
    }
}

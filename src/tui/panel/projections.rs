//! The Projections screen: how far each projection is, the lag of the chosen one over time, and why.

mod chart;
mod detail;
mod table;

use chrono::SubsecRound as _;
use ratatui::buffer::Buffer;

use super::super::layout::Areas;
use super::super::model::Model;
use super::super::model::projections::BEHIND;
use super::super::theme::Theme;
use crate::model::{Position, Timestamp, time};
use crate::session::{ProjectionThen, RebuildStatus};
use crate::text::{self, human};

/// Draws all parts that have a place.
pub(crate) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    table::draw(model, areas, buffer);
    chart::draw(model, areas, buffer);
    detail::draw(model, areas, buffer);
}

/// What is not known; never zero.
const UNKNOWN: &str = "-";

/// How a projection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Well,
    Behind,
    Stalled,
    /// It says itself that an event stopped it.
    Stopped,
    /// It is known too little of it.
    Unknown,
}

impl Mood {
    fn of(one: &ProjectionThen) -> Self {
        let status = &one.status;
        match (status.stalled, status.lag_events, status.lag_seconds) {
            _ if one.is_stopped() => Self::Stopped,
            (Some(true), ..) => Self::Stalled,
            (_, None, _) => Self::Unknown,
            (_, Some(0), _) => Self::Well,
            (_, _, Some(seconds)) if seconds > BEHIND => Self::Behind,
            _ => Self::Well,
        }
    }

    fn style(self, theme: &Theme) -> ratatui::style::Style {
        match self {
            Self::Well => theme.good,
            Self::Behind => theme.warn,
            Self::Stalled | Self::Stopped => theme.bad,
            Self::Unknown => theme.dim,
        }
    }

    /// What is said of it beside the library's own word.
    fn word(self) -> &'static str {
        match self {
            Self::Stalled => "STALLED",
            Self::Stopped => "STOPPED",
            Self::Behind => "behind ▲",
            Self::Well => "caught up",
            Self::Unknown => UNKNOWN,
        }
    }
}

/// What a projection says of itself, and what is seen of it.
fn status(one: &ProjectionThen, mood: Mood) -> String {
    if let Some(rebuild) = one.status.rebuild.as_ref().filter(|_| mood != Mood::Stopped) {
        return format!("rebuild {}", share(rebuild));
    }
    match (&one.status.status, mood) {
        (_, Mood::Stalled | Mood::Stopped) | (None, _) => mood.word().to_owned(),
        (Some(word), Mood::Behind) => format!("{} ▲", text::shorten(word, 14)),
        (Some(word), _) => text::shorten(word, 16).into_owned(),
    }
}

/// How much of the rows is made anew.
fn share(of: &RebuildStatus) -> String {
    let all = (of.events + of.remaining).max(1);
    format!("{} %", of.events * 100 / all)
}

/// A position as people read it.
fn place(at: Position) -> String {
    u64::try_from(at.0).map_or_else(|_| human::signed(at.0), human::count)
}

/// A moment, as far as a person tells one from another.
fn moment(at: Timestamp) -> String {
    time::rfc3339(&at.trunc_subsecs(3))
}

/// The greatest unit of a stretch of time alone.
fn brief(of: f64) -> String {
    let told = seconds(of);
    let mut words = told.split(' ');
    let both = words.next().zip(words.next());
    both.map_or_else(|| told.clone(), |(number, unit)| format!("{number} {unit}"))
}

/// Seconds as people say them.
fn seconds(seconds: f64) -> String {
    if seconds <= 0.0 {
        return "0 s".to_owned();
    }
    std::time::Duration::try_from_secs_f64(seconds)
        .map_or_else(|_| UNKNOWN.to_owned(), human::duration)
}

/// A rate, a second.
fn rate(per_second: f64) -> String {
    match per_second {
        0.0 => "0/s".to_owned(),
        rate if rate < 0.0017 => format!("{:.1}/h", rate * 3600.0),
        rate if rate < 0.1 => format!("{:.1}/min", rate * 60.0),
        rate if rate < 10.0 => format!("{rate:.1}/s"),
        rate => format!("{}/s", human::compact(rate.round() as u64)),
    }
}

//! What the first line says of projections that are stopped and metrics that are above their thresholds.

use ratatui::text::Span;

use super::super::super::action::Action;
use super::super::super::layout::{Screen, Shape};
use super::super::super::model::Model;
use super::super::super::model::alarm::Alarm;
use crate::text::human;

/// A sign, and what a click on it does.
pub(super) type Signs<'a> = Vec<(Span<'a>, Action)>;

/// How much is said.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Words {
    Whole,
    Brief,
    None,
}

/// What gives way to them, and how much of each is said then: what is wrong is left out last.
const WAYS: [(Spared, Words, Words); 5] = [
    (Spared::Nothing, Words::Whole, Words::Whole),
    (Spared::Help, Words::Whole, Words::Whole),
    (Spared::Help, Words::Brief, Words::Brief),
    (Spared::Well, Words::Brief, Words::Brief),
    (Spared::Well, Words::Brief, Words::None),
];

/// What is left out for them, where that is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Spared {
    Nothing,
    /// The key of the help, which the last line says too.
    Help,
    /// That all is well, too.
    Well,
}

/// The signs that there is room for, where `room` says how much there is beside what is not spared.
pub(super) fn signs<'a>(
    model: &Model,
    shape: Shape,
    room: impl Fn(Spared) -> usize,
) -> (Signs<'a>, Spared) {
    // Where there is next to no room, what the screen says itself is not said twice.
    let elsewhere = |screen: Screen| shape != Shape::Small || model.screen != screen;
    let stops = model.stops().filter(|_| elsewhere(Screen::Projections));
    let alerts = model.alerts().filter(|_| elsewhere(Screen::Metrics));
    if stops.is_none() && alerts.is_none() {
        return (Vec::new(), Spared::Nothing);
    }
    for (spared, of_stops, of_alerts) in WAYS {
        let told: Vec<_> = [stopped(model, stops, of_stops), alerted(model, alerts, of_alerts)]
            .into_iter()
            .flatten()
            .collect();
        let cells: usize = told.iter().map(|(span, _)| crate::text::width(&span.content)).sum();
        if cells <= room(spared) {
            return (told, spared);
        }
    }
    (Vec::new(), Spared::Nothing)
}

fn stopped<'a>(model: &Model, of: Option<Alarm>, words: Words) -> Option<(Span<'a>, Action)> {
    let count = human::count(of?.count);
    let told = match words {
        Words::Whole => format!("  ■ {count} stopped{}", when(model, None, words)),
        Words::Brief => format!("  ■ {count} st.{}", when(model, None, words)),
        Words::None => return None,
    };
    Some((Span::styled(told, model.theme().bad), Action::ShowProjections))
}

fn alerted<'a>(model: &Model, of: Option<Alarm>, words: Words) -> Option<(Span<'a>, Action)> {
    let of = of?;
    let told = match words {
        Words::Whole => {
            format!("  ▲ {}{}", human::plural(of.count, "alert"), when(model, of.at, words))
        }
        Words::Brief => {
            format!("  ▲ {} al.{}", human::count(of.count), when(model, of.at, words))
        }
        Words::None => return None,
    };
    Some((Span::styled(told, model.theme().bad), Action::ShowMetrics))
}

/// Of which moment it is said: of now, unless something else says so.
fn when(model: &Model, at: Option<crate::model::Timestamp>, words: Words) -> String {
    let newest = model.live.seen.as_ref().and_then(|head| head.time).map(|time| time.date_naive());
    match (at, words) {
        // Where another moment is looked at, now has to be said.
        (None, _) if model.scrub.at.is_some() => " now".to_owned(),
        (None, _) => String::new(),
        (Some(at), _) if newest.is_some_and(|newest| newest != at.date_naive()) => {
            format!(" at {}", at.format("%m-%d %H:%M"))
        }
        (Some(at), Words::Whole) => format!(" at {}", at.format("%H:%M:%S")),
        (Some(at), _) => format!(" at {}", at.format("%H:%M")),
    }
}

//! What is known of the chosen projection: where it stands, what comes next for it, and why it does not go on.

use ratatui::buffer::Buffer;
use ratatui::style::Style;
use ratatui::text::Span;

use super::super::super::action::Action;
use super::super::super::layout::{Areas, Shape};
use super::super::super::model::Model;
use super::super::super::model::event::wrap;
use super::super::super::theme::Theme;
use super::super::super::widget::{self, line};
use super::{Mood, UNKNOWN, moment, place, rate, seconds, status};
use crate::session::{CatchUp, ProjectionThen};
use crate::text::{self, human};

/// Columns of what a value is called.
const NAME: usize = 12;

/// Draws it.
pub(super) fn draw(model: &Model, areas: &Areas, buffer: &mut Buffer) {
    let area = areas.projections.detail;
    if area.is_empty() {
        return;
    }
    let theme = model.theme();
    let chosen = model.projections.chosen();
    if areas.shape != Shape::Small {
        let room = usize::from(area.width).saturating_sub(8);
        let title = chosen.map_or_else(
            || "Projection".to_owned(),
            |one| text::shorten(&one.status.name, room).into_owned(),
        );
        widget::frame(buffer, area, theme, false, &title, Vec::new());
    }
    let Some(one) = chosen else { return };
    let told = areas.projections.told();
    let mut lines = Lines { width: usize::from(told.width), theme, all: Vec::new() };
    if areas.shape == Shape::Small {
        lines.why(model, one);
        lines.next(model, one);
    } else {
        lines.standing(model, one);
        lines.rebuild(one);
        lines.next(model, one);
        lines.why(model, one);
        lines.keys(model, one);
    }
    for (at, spans) in lines.all.into_iter().enumerate() {
        let Some(area) = widget::line_of(told, at) else { return };
        line::spread(buffer, area, spans, Vec::new(), usize::from(area.width));
    }
}

struct Lines<'a> {
    width: usize,
    theme: &'a Theme,
    all: Vec<Vec<Span<'static>>>,
}

impl Lines<'_> {
    fn pair(&mut self, name: &str, value: String, style: Style) {
        let name = Span::styled(text::pad(name, NAME).into_owned(), self.theme.dim);
        self.all.push(vec![name, Span::styled(value, style)]);
    }

    fn text(&mut self, told: &str, style: Style) {
        for told in wrap(told, self.width) {
            self.all.push(vec![Span::styled(told, style)]);
        }
    }

    fn standing(&mut self, model: &Model, one: &ProjectionThen) {
        let plain = self.theme.text();
        let mood = Mood::of(one);
        let unknown = |told: Option<String>| told.unwrap_or_else(|| UNKNOWN.to_owned());
        self.pair("status", status(one, mood), mood.style(self.theme));
        let head = model.projections.then.as_ref().and_then(|then| then.head);
        let [at, head] = [one.status.position, head].map(|at| unknown(at.map(place)));
        self.pair("checkpoint", format!("{at} of {head}"), plain);
        let events = unknown(one.status.lag_events.map(human::count));
        let lag = unknown(one.status.lag_seconds.map(seconds));
        self.pair("lag", format!("{events} events · {lag}"), plain);
        let moved = unknown(one.status.updated.map(moment));
        self.pair("moved last", moved, plain);
        let pace = match one.catch_up {
            Some(CatchUp::In(left)) => format!(" · caught up in {}", seconds(left)),
            Some(CatchUp::Never) => " · not caught up at this rate".to_owned(),
            _ => String::new(),
        };
        self.pair("rate", format!("{}{pace}", unknown(one.rate.map(rate))), plain);
    }

    /// How far the rows are that are made anew.
    fn rebuild(&mut self, one: &ProjectionThen) {
        let Some(of) = &one.status.rebuild else { return };
        let all = human::count(of.events + of.remaining);
        let mut told = format!("{} of {all} events", human::count(of.events));
        if let Some(still) = of.seconds_still {
            self.pair("rebuild", told, self.theme.text());
            // It may be months: in a line of its own it is seen where there is little room.
            return self.pair("", format!("not moved for {}", seconds(still)), self.theme.warn);
        }
        if let Some(speed) = of.per_second {
            told = format!("{told} · {}", rate(speed));
        }
        if let Some(left) = of.seconds_left {
            told = format!("{told} · {} left", seconds(left));
        }
        self.pair("rebuild", told, self.theme.text());
    }

    /// What can be done about what stopped it.
    fn keys(&mut self, model: &Model, one: &ProjectionThen) {
        if !one.is_stopped() {
            return;
        }
        let blocked = one.status.lag_events.unwrap_or_default().saturating_sub(1);
        self.pair(
            "blocked",
            format!("{} behind it", human::plural(blocked, "event")),
            self.theme.warn,
        );
        let foreseen = model.projections.foreseen.as_ref();
        let skips = one.waiting.as_ref().and_then(|event| event.position);
        let foreseen = foreseen
            .filter(|foreseen| skips.is_some_and(|at| foreseen.is_of(&one.status.name, at)))
            .and_then(|foreseen| foreseen.outlook.sentence());
        if let Some(told) = foreseen {
            self.text(&text::sanitize(&told), self.theme.text());
        }
        let offers = [
            (Action::SkipEvent, "skips it to the dead letters and goes on"),
            (Action::PauseProjection, "tries it again"),
            (Action::ShowLetters, "lists the dead letters"),
        ];
        for (action, told) in offers {
            if let Some(hint) = model.hint(action, told).filter(|_| model.can(action)) {
                self.all.push(vec![Span::styled(hint, self.theme.accent)]);
            }
        }
    }

    fn next(&mut self, model: &Model, one: &ProjectionThen) {
        let Some(event) = &one.waiting else { return };
        let plain = self.theme.text();
        let kind = text::shorten(event.event_type.as_str(), self.width.saturating_sub(NAME + 10));
        let at = event.position.map_or_else(String::new, place);
        self.pair("next event", format!("{at} {kind}"), plain);
        let of = text::shorten(event.aggregate.as_str(), self.width.saturating_sub(NAME + 12));
        let version = human::count(event.version.0);
        let hint = model.hint(Action::OpenEvent, "opens it").filter(|_| self.width > 50);
        let hint = hint.map_or_else(String::new, |hint| format!(" · {hint}"));
        self.pair("", format!("{of} v{version}{hint}"), self.theme.link);
        if let Some(time) = event.time {
            self.pair("", moment(time), self.theme.dim);
        }
    }

    fn why(&mut self, model: &Model, one: &ProjectionThen) {
        for finding in &one.status.findings {
            if !self.all.is_empty() {
                self.all.push(Vec::new());
            }
            let said = text::sanitize(&finding.message).into_owned();
            self.text(&format!("● {said}"), Mood::of(one).style(self.theme));
            if let Some(hint) = finding.hint.as_ref().filter(|_| model.areas.shape == Shape::Wide) {
                self.text(&text::sanitize(hint), self.theme.dim);
            }
        }
    }
}

//! The lag of the chosen projection over time.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Span;

use super::super::super::layout::Areas;
use super::super::super::model::Model;
use super::super::super::model::projections::BEHIND;
use super::super::super::theme::Theme;
use super::super::super::widget;
use super::super::super::widget::chart::{self, Chart};
use super::{Mood, brief};
use crate::session::{Lag, ProjectionThen};
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
        let span = model.scrub.span_name();
        let room = usize::from(area.width).saturating_sub(44);
        let name = text::shorten(&one.status.name, room.max(8));
        let told = if room < 8 { span.to_owned() } else { format!("{name} · {unit} · {span}") };
        vec![Span::styled(told, theme.dim)]
    });
    widget::frame(buffer, area, theme, false, "Lag over time", right);
    let bars = areas.projections.bars();
    let Some(one) = chosen.filter(|_| !bars.is_empty()) else { return };
    let Some(span) = model.projections.then.as_ref().and_then(|then| then.span) else {
        let inside = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..bars };
        return widget::tell(
            buffer,
            inside,
            theme,
            "without times and positions there is no way that it came",
        );
    };
    let lags = Lags::of(one);
    let Some(most) = chart::most(&lags.values) else {
        let inside = Rect { x: area.x + 2, width: area.width.saturating_sub(4), ..bars };
        return widget::tell(buffer, inside, theme, "it had not moved yet");
    };
    let chart = lags.chart(one, theme, most.max(if in_seconds { BEHIND * 1.5 } else { 1.0 }));
    chart.draw(bars, buffer);
    let told = |value: f64| {
        if in_seconds { brief(value) } else { human::compact(value.round() as u64) }
    };
    chart.scale(theme, told, (bars.x.saturating_sub(area.x + 3), bars), buffer);
    if in_seconds && chart.top <= BEHIND * 20.0 {
        chart.threshold(BEHIND, "alert: 10 s", theme.warn, bars, buffer);
    }
    chart::times(span, theme, bars, buffer);
}

/// Whether its lag is known as time.
fn is_timed(one: &ProjectionThen) -> bool {
    one.trend.iter().flatten().any(|lag| lag.seconds.is_some())
}

/// The lag of a projection in the columns of the time before: as time where that is known, otherwise in events.
pub(super) struct Lags {
    /// How much each is.
    pub(super) values: Vec<Option<f64>>,
    in_seconds: bool,
}

impl Lags {
    /// Those of a projection.
    pub(super) fn of(one: &ProjectionThen) -> Self {
        let in_seconds = is_timed(one);
        let value = |lag: &Lag| {
            if in_seconds { lag.seconds.unwrap_or_default() } else { lag.events as f64 }
        };
        let values = one.trend.iter().map(|lag| lag.as_ref().map(value)).collect();
        Self { values, in_seconds }
    }

    /// Each in the colour of its own time: what was well then is not wrong because of what came later.
    pub(super) fn chart(&self, one: &ProjectionThen, theme: &Theme, top: f64) -> Chart<'_> {
        let behind = match Mood::of(one) {
            Mood::Well | Mood::Unknown if self.in_seconds => Mood::Behind,
            mood => mood,
        };
        // Without times any event that is not handled is what the colour of now is about.
        let above = if self.in_seconds { BEHIND } else { 0.0 };
        let styles = (Mood::Well.style(theme), behind.style(theme));
        Chart { values: &self.values, top, above: Some(above), styles }
    }
}

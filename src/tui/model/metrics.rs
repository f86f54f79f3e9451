//! The Metrics screen: each metric at the moment that is looked at, and how it came there.

use super::scroll::Scroll;
use super::scrub::Looks;
use crate::model::{Measure, Metric};
use crate::session::{Alert, Known, MetricThen, MetricsThen, Readings};
use crate::store::Head;
use crate::tui::layout::{Detail, Extent};

/// How high a chart is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Height {
    /// As high as what was measured, and as the threshold where that is near.
    #[default]
    Measured,
    /// As high as the threshold at least.
    Threshold,
}

/// Fewer events than these are no time worth looking at.
const FEW: u64 = 3;

/// What the screen knows.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// What was read last.
    pub(crate) then: Option<MetricsThen>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
    /// Whether it has the whole screen.
    pub(crate) whole: Whole,
    /// How high charts are.
    pub(crate) height: Height,
    /// The chosen one of what it is measured on.
    pub(crate) by: Scroll,
    /// The chosen alert, counted from the newest.
    pub(crate) alerts: Scroll,
    /// When it is read.
    pub(crate) looks: Looks,
    /// The store's newest end as it was known when it was read last.
    pub(crate) seen: Option<Head>,
}

/// Whether one metric has the whole screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Whole {
    /// All of them share it.
    #[default]
    Not,
    /// It has; this part has the keys.
    At(Detail),
}

impl Metrics {
    /// How many there are.
    pub(crate) const COUNT: usize = Metric::ALL.len();

    /// One of them, by its place.
    pub(crate) fn at(&self, place: usize) -> Option<&MetricThen> {
        self.then.as_ref()?.metrics.get(place)
    }

    /// The chosen one.
    pub(crate) fn chosen(&self) -> Option<&MetricThen> {
        self.at(self.scroll.cursor)
    }

    /// What was measured of the chosen one.
    pub(crate) fn readings(&self) -> Option<&Readings> {
        readings(self.chosen()?)
    }

    /// The alerts of the chosen one, from new to old.
    pub(crate) fn alerts(&self) -> impl ExactSizeIterator<Item = &Alert> {
        self.readings().map_or(&[][..], |readings| readings.alerts.as_slice()).iter().rev()
    }

    /// The alert that is chosen.
    pub(crate) fn alert(&self) -> Option<&Alert> {
        let listed = self.whole == Whole::At(Detail::Alerts);
        self.alerts().nth(self.alerts.cursor).filter(|_| listed)
    }

    /// The metrics that are above their thresholds at the moment.
    pub(crate) fn raised(&self) -> impl Iterator<Item = &MetricThen> {
        let metrics = self.then.as_ref().map_or(&[][..], |then| then.metrics.as_slice());
        metrics.iter().filter(|one| one.raised().is_some())
    }

    /// The place of what is worth a look: an alert, or else the first of which anything is known.
    pub(crate) fn notable(&self) -> usize {
        let metrics = self.then.as_ref().map_or(&[][..], |then| then.metrics.as_slice());
        let raised = metrics.iter().position(|one| one.raised().is_some());
        raised.or_else(|| metrics.iter().position(|one| readings(one).is_some())).unwrap_or(0)
    }

    /// How many seconds back the way of what waits longest began.
    pub(crate) fn reach(&self) -> f64 {
        let metrics = self.then.iter().flat_map(|then| &then.metrics);
        let waits = metrics.filter(|one| one.metric == Metric::ProjectionLag);
        waits.filter_map(|one| readings(one)?.now.end).fold(0.0, f64::max)
    }

    /// Whether so few events came in the time that is shown that there is nothing to be seen of how they did.
    pub(crate) fn is_bare(&self) -> bool {
        let metrics = self.then.iter().flat_map(|then| &then.metrics);
        let mut events = metrics.filter(|one| one.metric == Metric::EventsPerSecond);
        events.next().and_then(readings).is_some_and(|readings| readings.now.count < FEW)
    }

    /// What is looked at.
    pub(crate) fn extent(&self) -> Extent {
        let Whole::At(part) = self.whole else { return Extent::All };
        let readings = self.readings();
        let spread = readings.is_some_and(|readings| !readings.spread.is_empty());
        let by = readings.is_some_and(|readings| !readings.by.is_empty());
        Extent::One { part, spread, by }
    }

    /// How many lines a part of the chosen one has.
    pub(crate) fn len(&self, detail: Detail) -> usize {
        match detail {
            Detail::Alerts => self.alerts().len(),
            Detail::By => self.readings().map_or(0, |readings| readings.by.len()),
            Detail::Spread => 0,
        }
    }

    /// The cursor of a part.
    pub(crate) fn cursor(&mut self, detail: Detail) -> Option<&mut Scroll> {
        match detail {
            Detail::Alerts => Some(&mut self.alerts),
            Detail::By => Some(&mut self.by),
            Detail::Spread => None,
        }
    }

    /// Begins with the parts of another metric, or gives the keys to a part that is there.
    pub(crate) fn settle(&mut self) {
        if let Whole::At(part) = self.whole
            && !self.extent().has(part)
        {
            self.whole = Whole::At(Detail::Alerts);
        }
    }
}

/// What was measured of a metric, where anything was.
pub(crate) fn readings(one: &MetricThen) -> Option<&Readings> {
    match &one.known {
        Known::Readings(readings) => Some(readings),
        Known::NotRecorded(_) | Known::NothingYet => None,
    }
}

/// The value above which a metric is an alert, in its unit; `None` where that is a part of what nobody has set.
pub(crate) fn limit(one: &MetricThen) -> Option<f64> {
    let above = one.threshold.above;
    match one.threshold.measure {
        Measure::Share => readings(one)?.capacity.map(|whole| whole * above),
        _ => Some(above),
    }
}

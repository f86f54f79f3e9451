//! What was measured at any moment and on the way to it: from the samples that the engine wrote down, and from what the
//! events and checkpoints themselves tell.

mod alert;
mod sizes;
mod told;
mod values;

use std::collections::BTreeMap;

use chrono::TimeDelta;

pub(super) use self::sizes::Counted;
use self::told::Told;
use super::lag::Track;
use super::past::{Past, Span};
use super::{Session, SessionError};
use crate::model::{Metric, Threshold, Timestamp};

/// The metrics at a moment, and in the columns of the time before.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsThen {
    /// The time that is told about; it ends at the moment. `None` where the store records no times.
    pub span: Option<Span>,
    /// Whether the moment is the newest there is.
    pub newest: bool,
    /// One each, in the order of [`Metric::ALL`].
    pub metrics: Vec<MetricThen>,
}

/// One metric at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricThen {
    /// Which.
    pub metric: Metric,
    /// Above what it is an alert here.
    pub threshold: Threshold,
    /// What is known of it.
    pub known: Known,
}

/// What is known of a metric.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// Nothing, and there never will be: why, in a few words, such as "not recorded by this layout".
    NotRecorded(String),
    /// Nothing in the time that is looked at, though it is recorded where the engine runs.
    NothingYet,
    /// What was measured.
    Readings(Box<Readings>),
}

/// What was measured of a metric.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Readings {
    /// At the moment, over all that it is measured on.
    pub now: Reading,
    /// The same for each that it is measured on, such as each projection, by name; empty where it is the whole store.
    pub by: Vec<(String, Reading)>,
    /// For each column of the span the number that the threshold is about (of a share: the value itself); `None` where
    /// nothing was measured.
    pub trend: Vec<Option<f64>>,
    /// How the values of the span are spread, from small to large; empty where the metric is no spread.
    pub spread: Vec<Bucket>,
    /// What the whole is of which the value is a part, where that is known: the configured capacity.
    pub capacity: Option<f64>,
    /// The alerts that touch the span, from old to new; one that is still there has not been cleared.
    pub alerts: Vec<Alert>,
}

/// A metric's numbers at a moment. `None` is "not known", never 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The middle: the median of a spread, the mean of events per aggregate, the newest value of the others.
    pub middle: Option<f64>,
    /// The end: p99 of a spread, the largest in the span of the others.
    pub end: Option<f64>,
    /// How many values it stands on; 0 where that is not known.
    pub count: u64,
}

/// How many values lie between two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// From.
    pub from: f64,
    /// Up to.
    pub to: f64,
    /// How many.
    pub count: u64,
}

/// A time in which a metric was above its threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Alert {
    /// When it rose above it; where it was above as far back as was looked, which is as long again as the span, that moment.
    pub raised: Timestamp,
    /// When it came back; `None` where it has not by the moment.
    pub cleared: Option<Timestamp>,
    /// The most it reached.
    pub worst: f64,
}

impl MetricThen {
    /// The alert that is raised at the moment.
    pub fn raised(&self) -> Option<&Alert> {
        let Known::Readings(readings) = &self.known else { return None };
        readings.alerts.last().filter(|alert| alert.cleared.is_none())
    }
}

/// What is said of a metric that the layout keeps nothing of.
const NOT_RECORDED: &str = "not recorded by this layout";

impl Known {
    fn not_recorded() -> Self {
        Self::NotRecorded(NOT_RECORDED.to_owned())
    }

    /// Nothing was measured: of a store of foldback's own, where it will be, or of another, where it never is.
    fn nothing(is_own: bool) -> Self {
        if is_own { Self::NothingYet } else { Self::not_recorded() }
    }
}

impl Session {
    /// Every metric as it was at `at`, or as it is now, and in the columns of the time before.
    pub fn metrics_then(
        &mut self,
        at: Option<Timestamp>,
        before: TimeDelta,
        columns: usize,
    ) -> Result<MetricsThen, SessionError> {
        self.at_once(|session| session.measured_then(at, before, columns))
    }

    fn measured_then(
        &mut self,
        at: Option<Timestamp>,
        before: TimeDelta,
        columns: usize,
    ) -> Result<MetricsThen, SessionError> {
        let head = self.follow()?;
        let capabilities = self.store.capabilities();
        let tracks = if capabilities.checkpoints { self.paths()? } else { Vec::new() };
        let moved = tracks.iter().filter_map(|track| track.moves.last().map(|one| one.time)).max();
        let newest = head.time.max(moved);
        let past = at.filter(|at| newest.is_some_and(|newest| *at < newest));
        let is_newest = past.is_none();
        let span = past.or(newest).map(|to| Span::before(to, before));
        let mut known = BTreeMap::new();
        if let Some(span) = span {
            let past = Past::new(self, head, is_newest.then_some(span.to));
            Told::new(past, span, columns).tell(&tracks, &mut known)?;
        }
        if is_newest {
            let (sizes, storage) = self.sizes_now(columns)?;
            known.insert(Metric::EventsPerAggregate, sizes);
            known.extend(storage.map(|storage| (Metric::StorageSize, storage)));
        }
        let metrics = Metric::ALL.into_iter().map(|metric| MetricThen {
            metric,
            threshold: metric.threshold(),
            known: known.remove(&metric).unwrap_or_else(|| Known::nothing(capabilities.samples)),
        });
        Ok(MetricsThen { span, newest: is_newest, metrics: metrics.collect() })
    }
}

#[cfg(test)]
mod tests;

//! What was measured at any moment and on the way to it: from the samples that the engine wrote down, and from what the
//! events and checkpoints themselves tell.

mod alert;
mod sampled;
mod sizes;
mod told;
mod values;
mod waits;

use std::collections::BTreeMap;

use chrono::TimeDelta;

use self::told::Told;
use super::past::{Past, Span};
use super::track::Track;
use super::when::Asked;
use super::{Session, SessionError};
use crate::model::{Limits, Metric, Spread, Threshold, Timestamp};

/// The metrics at a moment, and in the columns of the time before.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsThen {
    /// The time that is told about; it ends at the moment. `None` where the store records no times.
    pub span: Option<Span>,
    /// Whether the moment is the newest there is.
    pub newest: bool,
    /// The newest of the times that lie after the clock, which count as none.
    pub ahead: Option<Timestamp>,
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
    /// The newest, which is held against the threshold: by it an alert is raised and cleared. Of a spread p99 of what was
    /// measured last, within a minute; of lag how long an event waits at the moment.
    pub newest: Option<f64>,
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
    /// When it rose above it.
    pub raised: Timestamp,
    /// Whether it was above it before that: `raised` is as far back as was looked.
    pub before: bool,
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

    /// What samples say, with the numbers of now.
    fn with_now(self, now: Self) -> Self {
        match (self, now) {
            (Self::Readings(then), Self::Readings(now)) => {
                let Readings { now, by, alerts, .. } = *now;
                // Since when the largest is too large is told by its own events, where it can be.
                let alerts = if alerts.is_empty() { then.alerts.clone() } else { alerts };
                Self::Readings(Box::new(Readings { now, by, alerts, ..*then }))
            }
            (then, _) => then,
        }
    }

    /// What is known of now alone, in the last of the columns.
    fn known_since_now(self, columns: usize, of: impl Fn(&Reading) -> Option<f64>) -> Self {
        let Self::Readings(mut readings) = self else { return self };
        readings.trend = vec![None; columns];
        if let Some(last) = readings.trend.last_mut() {
            *last = of(&readings.now);
        }
        Self::Readings(readings)
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
        self.at_once(|session| session.measured_then(at.into(), before, columns))
    }

    /// Every metric as it is by the clock, also where nothing was recorded for a long time: for a scraper, who takes what it
    /// is told for what is so when it asks.
    pub fn metrics_now(
        &mut self,
        before: TimeDelta,
        columns: usize,
    ) -> Result<MetricsThen, SessionError> {
        self.at_once(|session| session.measured_then(Asked::Clock, before, columns))
    }

    /// Everything that was ever measured of a metric that many values are measured of, up to a moment: by what it was
    /// measured on. It only grows.
    pub fn measured(
        &mut self,
        metric: Metric,
        upto: Option<Timestamp>,
    ) -> Result<Vec<(String, Spread)>, SessionError> {
        let mut all: BTreeMap<String, Spread> = BTreeMap::new();
        let upto = upto.unwrap_or_else(chrono::Utc::now);
        for sample in self.store.samples(metric.name(), &Timestamp::UNIX_EPOCH, &upto)? {
            if let Some(spread) = &sample.spread {
                all.entry(sample.subject.to_string()).or_default().merge(spread);
            }
        }
        Ok(all.into_iter().collect())
    }

    fn measured_then(
        &mut self,
        asked: Asked,
        before: TimeDelta,
        columns: usize,
    ) -> Result<MetricsThen, SessionError> {
        let mut head = self.follow()?;
        let limits = self.options.limits.clone();
        let capabilities = self.store.capabilities();
        let tracks = if capabilities.checkpoints { self.tracks()? } else { Vec::new() };
        let moved = tracks.iter().filter_map(|track| track.newest.map(|one| one.time));
        let sampled = self.store.newest_sample()?;
        let when = self.when(asked, &mut head, moved.chain(sampled))?;
        let is_newest = when.is_newest;
        let span = when.to.map(|to| Span::before(to, before));
        let mut known = BTreeMap::new();
        if let Some(span) = span {
            let past = Past::new(self, head, is_newest.then_some(span.to), when.latest);
            Told::new(past, span, columns, &limits).tell(&tracks, &mut known)?;
        }
        if is_newest {
            self.now(columns, span.map(|span| span.to), &limits, &mut known)?;
        }
        let metrics = Metric::ALL.into_iter().map(|metric| MetricThen {
            metric,
            threshold: limits.threshold(metric),
            known: known.remove(&metric).unwrap_or_else(|| Known::nothing(capabilities.samples)),
        });
        let ahead = when.ahead;
        Ok(MetricsThen { span, newest: is_newest, ahead, metrics: metrics.collect() })
    }

    /// What is so now, with what samples say of how it was.
    fn now(
        &mut self,
        columns: usize,
        to: Option<Timestamp>,
        limits: &Limits,
        known: &mut BTreeMap<Metric, Known>,
    ) -> Result<(), SessionError> {
        let above = limits.threshold(Metric::EventsPerAggregate).above;
        let sizes = self.sizes_now(above)?;
        let sizes = match known.remove(&Metric::EventsPerAggregate) {
            Some(then) => then.with_now(sizes),
            None => sizes.known_since_now(columns, |now| now.end),
        };
        known.insert(Metric::EventsPerAggregate, sizes);
        let Some(now) = self.storage_now()? else { return Ok(()) };
        let capacity = limits.capacity;
        let storage = Known::Readings(Box::new(Readings { now, capacity, ..Readings::default() }));
        let mut storage = match known.remove(&Metric::StorageSize) {
            Some(then) => then.with_now(storage),
            None => storage.known_since_now(columns, |now| now.middle),
        };
        let above = capacity.map(|all| all * limits.threshold(Metric::StorageSize).above);
        if let (Known::Readings(readings), Some(worst)) = (&mut storage, now.middle)
            && above.is_some_and(|above| worst > above)
            && readings.alerts.last().is_none_or(|alert| alert.cleared.is_some())
            && let Some(raised) = to
        {
            // Nothing was sampled on the way: it is known since now.
            readings.alerts.push(Alert { raised, before: true, cleared: None, worst });
        }
        known.insert(Metric::StorageSize, storage);
        Ok(())
    }
}

#[cfg(test)]
mod tests;

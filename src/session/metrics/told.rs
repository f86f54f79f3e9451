//! What events, checkpoints and dead letters tell of themselves, without anything that was measured: of any store that
//! has positions and times, at any moment.

mod lag;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::alert::{CLEARED_AT, Measured, alerts};
use super::sampled::{Sampled, failures};
use super::{Known, Reading, Readings, Span, Track};
use crate::model::{Limits, Metric, Timestamp};
use crate::session::past::{Came, Past};
use crate::session::{Session, SessionError};
use crate::store::Sample;

/// The time that a rate is taken over where one moment is asked about.
const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// How many times it is looked back for where an alert was raised, each time four times as far.
const BACK: usize = 6;
/// How many moments of a span are looked at for alerts.
const MOMENTS: i64 = 120;
/// How far apart these may be, in seconds: whole ones, so that an alert is raised at the same moment whichever span it
/// is looked for in.
const STEPS: [i64; 17] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400];

/// What a store tells of a span.
pub(super) struct Told<'a> {
    past: Past<'a>,
    span: Span,
    /// The ends of the columns, with the beginning of the first.
    columns: Vec<Timestamp>,
    /// Where alerts are looked for: over the span and as long before it.
    moments: Vec<Timestamp>,
    /// How far apart these are.
    step: TimeDelta,
    limits: &'a Limits,
    /// What had come by each of them, and how many that were since the first.
    came: BTreeMap<Timestamp, (Came, u64)>,
}

impl<'a> Told<'a> {
    pub(super) fn new(past: Past<'a>, span: Span, columns: usize, limits: &'a Limits) -> Self {
        let mut ends = vec![span.from];
        ends.extend(span.ends(columns));
        let (step, moments) = moments(span);
        Self { past, span, columns: ends, moments, step, limits, came: BTreeMap::new() }
    }

    /// Puts what it tells into `known`.
    pub(super) fn tell(
        mut self,
        tracks: &[Track],
        known: &mut BTreeMap<Metric, Known>,
    ) -> Result<(), SessionError> {
        let capabilities = self.past.session.store.capabilities();
        let mut tell = |metric, readings: Option<Readings>| {
            if let Some(readings) = readings {
                known.insert(metric, Known::Readings(Box::new(readings)));
            }
        };
        for metric in [Metric::AppendLatency, Metric::ReplayTime, Metric::SnapshotTime] {
            tell(metric, self.sampled(metric)?.spread());
        }
        tell(Metric::EventsPerAggregate, self.sampled(Metric::EventsPerAggregate)?.sizes());
        let capacity = self.limits.capacity;
        tell(Metric::StorageSize, self.sampled(Metric::StorageSize)?.storage(capacity));
        let errors = self.errors(tracks)?;
        tell(Metric::ErrorRate, errors);
        if !capabilities.position || !capabilities.time {
            known.insert(Metric::EventsPerSecond, Known::not_recorded());
            return Ok(());
        }
        self.come()?;
        // Before the first event there was nothing that could have come.
        let has_begun =
            self.came.get(&self.span.to).is_some_and(|(came, _)| came.position.is_some());
        tell(Metric::EventsPerSecond, has_begun.then(|| self.events()));
        let lag = self.lag(tracks)?;
        tell(Metric::ProjectionLag, lag);
        known.entry(Metric::EventsPerSecond).or_insert(Known::NothingYet);
        if capabilities.checkpoints {
            // Of a projection that is there, another library's layout may record too little for ever.
            let nothing = Known::nothing(capabilities.samples || tracks.is_empty());
            known.entry(Metric::ProjectionLag).or_insert(nothing);
        }
        Ok(())
    }

    /// What was measured of a metric and written down: over the span and as long before it, and further back where an alert
    /// was raised by then.
    fn sampled(&mut self, metric: Metric) -> Result<Sampled<'_>, SessionError> {
        let (mut from, to) = (self.looked_from(), self.span.to);
        let store = &mut *self.past.session.store;
        let mut samples = store.samples(metric.name(), &from, &to)?;
        let above = self.limits.threshold(metric).above;
        let limit = match metric {
            Metric::StorageSize => self.limits.capacity.map(|whole| whole * above),
            Metric::ErrorRate => None,
            _ => Some(above),
        };
        let is_high = |samples: &[Sample]| {
            let first = samples.first().zip(limit);
            first.is_some_and(|(first, limit)| first.value > limit * CLEARED_AT)
        };
        let mut reach = (to - self.span.from).max(MINUTE);
        for _ in 0..BACK {
            if !is_high(&samples) {
                break;
            }
            reach = reach * 4;
            let earlier = from.checked_sub_signed(reach).unwrap_or(Timestamp::MIN_UTC);
            let mut before = store.samples(metric.name(), &earlier, &from)?;
            let is_begin = before.is_empty();
            before.append(&mut samples);
            (samples, from) = (before, earlier);
            if is_begin {
                break;
            }
        }
        let goes_back = is_high(&samples)
            && !store.samples(metric.name(), &Timestamp::UNIX_EPOCH, &from)?.is_empty();
        Ok(Sampled { samples, span: self.span, columns: &self.columns, above, goes_back })
    }

    /// Finds what had come by every moment that is looked at.
    fn come(&mut self) -> Result<(), SessionError> {
        let mut all: BTreeSet<Timestamp> =
            self.columns.iter().chain(&self.moments).copied().collect();
        all.insert(self.minute_before());
        let all: Vec<Timestamp> = all.into_iter().collect();
        let (mut before, mut count) = (None, 0);
        for (moment, came) in all.iter().zip(self.past.came_by(&all)?) {
            if let Some(before) = before {
                count += self.past.between(before, came)?;
            }
            before = Some(came);
            self.came.insert(*moment, (came, count));
        }
        Ok(())
    }

    fn minute_before(&self) -> Timestamp {
        self.span.to.checked_sub_signed(MINUTE).unwrap_or(self.span.to)
    }

    /// How many events came in between, and how many that is in a second.
    fn rate(&self, from: Timestamp, to: Timestamp) -> Option<(u64, f64)> {
        let ((_, before), (_, now)) = (self.came.get(&from)?, self.came.get(&to)?);
        let seconds = (to - from).as_seconds_f64();
        let count = now.saturating_sub(*before);
        (seconds > 0.0).then_some((count, count as f64 / seconds))
    }

    fn events(&self) -> Readings {
        let pairs = |moments: &[Timestamp]| -> Vec<(Timestamp, Timestamp)> {
            moments.windows(2).filter_map(|two| Some((*two.first()?, *two.last()?))).collect()
        };
        let per_second = |from, to| self.rate(from, to).map(|(_, rate)| rate);
        let trend = pairs(&self.columns).into_iter().map(|(from, to)| per_second(from, to));
        let looked: Vec<_> =
            pairs(&self.moments).into_iter().map(|(from, to)| (to, per_second(from, to))).collect();
        let now = self.rate(self.minute_before(), self.span.to);
        let end =
            highest(looked.iter().filter(|(time, _)| *time > self.span.from).map(|one| one.1));
        let above = self.limits.threshold(Metric::EventsPerSecond).above;
        let newest = looked.last().and_then(|(_, rate)| *rate);
        let measured = looked.into_iter().filter_map(|(time, rate)| self.measured(time, rate));
        let alerts = alerts(measured, above, self.span, true);
        Readings {
            now: Reading {
                newest,
                middle: now.map(|(_, rate)| rate),
                end,
                count: self.rate(self.span.from, self.span.to).map_or(0, |(count, _)| count),
            },
            trend: trend.collect(),
            alerts,
            ..Readings::default()
        }
    }

    fn measured(&self, time: Timestamp, value: Option<f64>) -> Option<Measured> {
        value.map(|value| Measured { time, value, lasts: self.step })
    }

    /// How many events projections gave up, in a minute.
    fn errors(&mut self, tracks: &[Track]) -> Result<Option<Readings>, SessionError> {
        let mut all = Vec::new();
        let mut by = Vec::new();
        let samples = self.sampled(Metric::ErrorRate)?.samples;
        for track in tracks {
            let name = &track.checkpoint.name;
            let Some(given_up) = self.past.session.store.failures(name)? else { continue };
            let Past { session, .. } = &mut self.past;
            let Session { store, found, .. } = &mut **session;
            let there = track.at(&mut **store, &mut found.trails, &[self.span.to])?;
            let was_there = there.iter().any(Option::is_some);
            let (mut failed, known) = failures(&samples, name);
            // What was sampled is not counted twice; what was given up before anything was, is.
            let is_known = |time: &Timestamp| {
                known.iter().any(|known| known.from < *time && *time <= known.to)
            };
            failed.extend(given_up.into_iter().filter(|time| !is_known(time)));
            failed.sort_unstable();
            // Before it first moved it was not there, and none of nothing is no number.
            if was_there || failed.first().is_some_and(|first| *first <= self.span.to) {
                by.push((name.clone(), self.failed(&failed)));
                all.extend(failed);
            }
        }
        all.sort_unstable();
        let columns = self.columns.windows(2);
        let trend = columns.map(|two| two.first().zip(two.last())).map(|ends| {
            let (from, to) = ends?;
            Some(most_in(&all, *from, *to))
        });
        let above = self.limits.threshold(Metric::ErrorRate).above;
        let mut from = self.looked_from();
        while a_minute(&all, from) > above * CLEARED_AT {
            from -= MINUTE;
        }
        // It rises where one is given up, and falls a minute later.
        let turns: BTreeSet<Timestamp> = all
            .iter()
            .flat_map(|time| [Some(*time), time.checked_add_signed(MINUTE)])
            .flatten()
            .filter(|time| *time >= from)
            .collect();
        let values = turns.into_iter().map(|time| Measured {
            time,
            value: a_minute(&all, time),
            lasts: MINUTE,
        });
        Ok((!by.is_empty()).then(|| Readings {
            now: self.failed(&all),
            trend: trend.collect(),
            alerts: alerts(values, above, self.span, false),
            by,
            ..Readings::default()
        }))
    }

    fn looked_from(&self) -> Timestamp {
        self.moments.first().copied().unwrap_or(self.span.from)
    }

    fn failed(&self, times: &[Timestamp]) -> Reading {
        Reading {
            newest: Some(a_minute(times, self.span.to)),
            middle: Some(a_minute(times, self.span.to)),
            end: Some(most_in(times, self.span.from, self.span.to)),
            count: between(times, self.span.from, self.span.to).len() as u64,
        }
    }
}

/// The whole steps over a span and as long before it, with its end; how long they are.
fn moments(span: Span) -> (TimeDelta, Vec<Timestamp>) {
    let seconds = (span.to - span.from).num_seconds();
    let step = STEPS.into_iter().find(|step| seconds <= step * MOMENTS);
    let step = step.unwrap_or_else(|| (seconds / MOMENTS / 86_400 + 1) * 86_400);
    let first = span.from.timestamp().saturating_sub(seconds).div_euclid(step).saturating_mul(step);
    let mut moments: Vec<Timestamp> = (0..)
        .map_while(|at| Timestamp::from_timestamp(first.checked_add(step.checked_mul(at)?)?, 0))
        .take_while(|moment| *moment < span.to)
        .collect();
    // The last step is not a shorter one: a rate over a moment is none.
    let step_before = span.to.checked_sub_signed(TimeDelta::seconds(step)).unwrap_or(span.to);
    moments.retain(|moment| *moment <= step_before);
    moments.push(span.to);
    (TimeDelta::seconds(step), moments)
}

/// The times after one and up to another.
fn between(times: &[Timestamp], from: Timestamp, to: Timestamp) -> &[Timestamp] {
    let first = times.partition_point(|time| *time <= from);
    let last = times.partition_point(|time| *time <= to).max(first);
    times.get(first..last).unwrap_or_default()
}

/// How many there were in the minute before.
fn a_minute(times: &[Timestamp], to: Timestamp) -> f64 {
    let from = to.checked_sub_signed(MINUTE).unwrap_or(to);
    between(times, from, to).len() as f64
}

/// The most that there were in any minute that ends in between, or where that begins.
fn most_in(times: &[Timestamp], from: Timestamp, to: Timestamp) -> f64 {
    let there = between(times, from, to).iter().chain([&from, &to]);
    there.map(|time| a_minute(times, *time)).fold(0.0, f64::max)
}

/// The highest of what is known.
fn highest(values: impl IntoIterator<Item = Option<f64>>) -> Option<f64> {
    values.into_iter().flatten().reduce(f64::max)
}

//! What was measured and written down, over a span.

use chrono::TimeDelta;

use super::alert::{Measured, alerts};
use super::values::Values;
use super::{Reading, Readings, Span};
use crate::metrics::LARGEST;
use crate::model::{Metric, Spread, Timestamp};
use crate::store::Sample;

/// The samples of one metric, over a span and as long before it.
pub(super) struct Sampled<'a> {
    pub(super) samples: Vec<Sample>,
    pub(super) span: Span,
    /// The ends of the columns, with the beginning of the first.
    pub(super) columns: &'a [Timestamp],
    /// Above what it is an alert.
    pub(super) above: f64,
    /// Whether it was above that where the samples begin, and there are others before them.
    pub(super) goes_back: bool,
}

impl Sampled<'_> {
    fn between(&self, from: Timestamp, to: Timestamp) -> impl Iterator<Item = &Sample> {
        self.samples.iter().filter(move |sample| from < sample.time && sample.time <= to)
    }

    /// For each column what `of` makes of its samples.
    fn by_column(
        &self,
        of: impl Fn(&mut dyn Iterator<Item = &Sample>) -> Option<f64>,
    ) -> Vec<Option<f64>> {
        let columns = self.columns.windows(2).filter_map(|two| two.first().zip(two.last()));
        columns.map(|(from, to)| of(&mut self.between(*from, *to))).collect()
    }

    /// Of a metric that many values were measured of; `None` where none were in the span.
    pub(super) fn spread(&self) -> Option<Readings> {
        let values = values(&merged(self.between(self.span.from, self.span.to))?);
        let measured = self.samples.iter().map(|sample| Measured {
            time: sample.time,
            value: sample.value,
            lasts: TimeDelta::seconds(sample.seconds.into()),
        });
        Some(Readings {
            now: Reading { newest: self.newest(), ..values.reading() },
            trend: self.by_column(|samples| merged(samples)?.quantile(0.99)),
            spread: values.spread(),
            alerts: alerts(measured, self.above, self.span, self.goes_back),
            ..Readings::default()
        })
    }

    /// The value that an alert would be raised by at the moment; `None` where it is forgotten.
    fn newest(&self) -> Option<f64> {
        let last = self.samples.last()?;
        let lasts = TimeDelta::seconds(last.seconds.into());
        let last = Measured { time: last.time, value: last.value, lasts };
        (last.ends() > self.span.to).then_some(last.value)
    }

    /// The same of one that is measured on several, for each of them.
    pub(super) fn spread_by(&self) -> Vec<(String, Values)> {
        let mut subjects: Vec<&str> =
            self.samples.iter().map(|sample| sample.subject.as_str()).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let of = |subject: &str| {
            let there = self.between(self.span.from, self.span.to);
            merged(there.filter(|sample| sample.subject == subject))
        };
        let told = subjects.into_iter().filter_map(|subject| Some((subject, of(subject)?)));
        told.map(|(subject, spread)| (subject.to_owned(), values(&spread))).collect()
    }

    /// The highest p99 of any subject in each column.
    pub(super) fn trend(&self) -> Vec<Option<f64>> {
        self.by_column(|samples| samples.map(|sample| sample.value).reduce(f64::max))
    }

    /// The room that the store takes: the threshold is a part of the capacity, and there is none where that is not known.
    pub(super) fn storage(&self, capacity: Option<f64>) -> Option<Readings> {
        let storage = self.size("", capacity.map(|whole| whole * self.above))?;
        Some(Readings { capacity, ..storage })
    }

    /// Of a size, which stays as it is until another is written: the one of the moment.
    fn size(&self, subject: &str, above: Option<f64>) -> Option<Readings> {
        let of = |sample: &&Sample| sample.subject == subject;
        let last = self.samples.iter().rfind(of)?;
        let columns = self.columns.iter().skip(1);
        let at = |time: &Timestamp| {
            let there = self.samples.iter().filter(of).take_while(|sample| sample.time <= *time);
            there.last().map(|sample| sample.value)
        };
        let most = self.between(self.span.from, self.span.to).filter(of);
        let end = most.map(|sample| sample.value).fold(last.value, f64::max);
        let held = self.samples.iter().filter(of).map(|sample| Measured {
            time: sample.time,
            value: sample.value,
            lasts: TimeDelta::MAX,
        });
        Some(Readings {
            now: Reading {
                newest: Some(last.value),
                middle: Some(last.value),
                end: Some(end),
                count: 1,
            },
            trend: columns.map(at).collect(),
            alerts: above
                .map_or_else(Vec::new, |above| alerts(held, above, self.span, self.goes_back)),
            ..Readings::default()
        })
    }

    /// Events per aggregate: the mean, and the largest, which the threshold is about.
    pub(super) fn sizes(&self) -> Option<Readings> {
        let largest = self.size(LARGEST, Some(self.above))?;
        let mean = self.size("", None).and_then(|mean| mean.now.middle);
        let newest = largest.now.newest;
        let now = Reading { newest, middle: mean, end: newest, count: 0 };
        Some(Readings { now, ..largest })
    }
}

fn merged<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<Spread> {
    let mut all: Option<Spread> = None;
    for spread in samples.filter_map(|sample| sample.spread.as_ref()) {
        all.get_or_insert_default().merge(spread);
    }
    all
}

fn values(spread: &Spread) -> Values {
    spread.values().collect()
}

/// When a projection failed at events, by the samples that say how often in a minute that was: spread evenly over the
/// time that each stands for. With it, the times for which that is known.
pub(super) fn failures(samples: &[Sample], projection: &str) -> (Vec<Timestamp>, Vec<Span>) {
    let (mut times, mut spans) = (Vec::new(), Vec::new());
    for sample in samples
        .iter()
        .filter(|sample| sample.metric == Metric::ErrorRate.name() && sample.subject == projection)
    {
        let count = (sample.value * f64::from(sample.seconds) / 60.0).round().max(0.0);
        let length = f64::from(sample.seconds);
        let ago = |part: f64| TimeDelta::microseconds((length * part * 1e6) as i64);
        // No more of them than anybody could count.
        times.extend(
            (0..(count as u32).min(100_000))
                .map(|number| sample.time - ago(f64::from(number) / count)),
        );
        // It is given up a moment before that is recorded, and sampled within a second or two after.
        spans.push(Span { from: sample.time - ago(1.0) - TimeDelta::seconds(2), to: sample.time });
    }
    times.sort_unstable();
    (times, spans)
}

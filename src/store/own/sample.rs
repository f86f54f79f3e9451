//! Samples of what was measured: put together as they grow old, so that they take no more room than they are worth.
//!
//! What was sampled each second is kept for an hour, then put together by the minute for a day, then by the hour. How
//! values are spread is merged, so that parts of them are as right as they were.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::row::nine_digits;
use crate::model::{Metric, Spread, Timestamp, Unit};

/// A value of a metric at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The metric's name.
    pub metric: SmolStr,
    /// What it was measured on; empty for the whole store.
    pub subject: SmolStr,
    /// When: the end of the time that it stands for.
    pub time: Timestamp,
    /// The value, in the metric's own unit: what 99 of 100 did not exceed where many were measured.
    pub value: f64,
    /// How many seconds it stands for.
    pub seconds: u32,
    /// How the values were spread, where many were measured.
    pub spread: Option<Spread>,
}

impl Sample {
    /// A value of one second.
    pub fn new(metric: Metric, subject: &str, time: Timestamp, value: f64) -> Self {
        let (metric, subject) = (SmolStr::new_static(metric.name()), SmolStr::new(subject));
        Self { metric, subject, time, value, seconds: 1, spread: None }
    }

    /// Values of one second; `None` where there are none.
    pub fn spread(metric: Metric, subject: &str, time: Timestamp, spread: Spread) -> Option<Self> {
        let value = spread.quantile(0.99)?;
        Some(Self { spread: Some(spread), ..Self::new(metric, subject, time, value) })
    }
}

/// One step of putting together: what stands for `from` seconds and is older than `age` comes to stand for `to`.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Thinning {
    pub(in crate::store) from: u32,
    pub(in crate::store) to: u32,
    age: i64,
}

impl Thinning {
    /// What stands for `from` seconds and is older than `age` comes to stand for `to`.
    pub(super) const fn new(from: u32, to: u32, age: i64) -> Self {
        Self { from, to, age }
    }
}

/// Seconds by the minute after an hour, these by the hour after a day.
pub(in crate::store) const THINNING: [Thinning; 2] =
    [Thinning::new(1, 60, 3_600), Thinning::new(60, 3_600, 86_400)];

impl Thinning {
    /// Before when samples are put together, written as the store has times: whole minutes or hours alone, so that each
    /// is put together once.
    pub(in crate::store) fn before(self, now: &Timestamp) -> Option<String> {
        let step = i64::from(self.to);
        let second = (now.timestamp() - self.age).div_euclid(step) * step;
        Timestamp::from_timestamp(second, 0).as_ref().and_then(nine_digits)
    }

    /// The samples put together, each of one metric on one subject in one whole minute or hour.
    pub(in crate::store) fn thinned(self, samples: Vec<Sample>) -> Vec<Sample> {
        let mut together: BTreeMap<(SmolStr, SmolStr, i64), Sample> = BTreeMap::new();
        for sample in samples {
            let at = sample.time.timestamp().div_euclid(self.to.into());
            let key = (sample.metric.clone(), sample.subject.clone(), at);
            let sample = Sample { value: share(&sample, self.to), seconds: self.to, ..sample };
            match together.entry(key) {
                std::collections::btree_map::Entry::Vacant(slot) => drop(slot.insert(sample)),
                std::collections::btree_map::Entry::Occupied(mut slot) => {
                    join(slot.get_mut(), sample);
                }
            }
        }
        together.into_values().collect()
    }
}

/// Whether a value is how often something was in a time: of these the mean is kept, of others the largest.
fn is_rate(sample: &Sample) -> bool {
    let unit = Metric::from_name(&sample.metric).map(Metric::unit);
    matches!(unit, Some(Unit::PerMinute | Unit::PerSecond))
}

/// What a value comes to in a longer time, in the rest of which there was nothing.
fn share(sample: &Sample, seconds: u32) -> f64 {
    if is_rate(sample) {
        sample.value * f64::from(sample.seconds) / f64::from(seconds)
    } else {
        sample.value
    }
}

fn join(one: &mut Sample, other: Sample) {
    one.time = one.time.max(other.time);
    one.value = if is_rate(one) { one.value + other.value } else { one.value.max(other.value) };
    match (&mut one.spread, other.spread) {
        (Some(spread), Some(more)) => spread.merge(&more),
        (None, more) => one.spread = more,
        (Some(_), None) => {}
    }
    if let Some(end) = one.spread.as_ref().and_then(|spread| spread.quantile(0.99)) {
        one.value = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn took(second: i64, values: &[f64]) -> Sample {
        let mut spread = Spread::default();
        for value in values {
            spread.add(*value);
        }
        Sample::spread(Metric::AppendLatency, "", at(second), spread).unwrap()
    }

    #[test]
    fn spreads_are_merged_and_not_averaged() {
        // 1,800,000,000 is the beginning of a minute, and of an hour.
        let many = took(3, &[0.001; 990]);
        let few = took(59, &[1.0; 30]);
        let next = took(60, &[2.0]);
        let thinned = THINNING[0].thinned(vec![many, few, next.clone()]);
        assert_eq!(thinned.len(), 2);
        assert_eq!((thinned[0].time, thinned[0].seconds), (at(59), 60));
        let spread = thinned[0].spread.as_ref().unwrap();
        assert_eq!(spread.count(), 1_020);
        assert!((thinned[0].value - 1.0).abs() < 0.01, "30 of 1,020 are more than one of 100");
        assert!(spread.quantile(0.5).unwrap() < 0.002);
        assert_eq!(thinned[1], Sample { seconds: 60, ..next });
    }

    #[test]
    fn a_rate_stays_a_rate_and_a_size_the_largest() {
        let failed = |second, value| Sample::new(Metric::ErrorRate, "list", at(second), value);
        // Two in one second and one in another are three in a minute.
        let thinned = THINNING[0].thinned(vec![failed(1, 120.0), failed(7, 60.0)]);
        assert_eq!(thinned, [Sample { seconds: 60, ..failed(7, 3.0) }]);
        let hour = THINNING[1]
            .thinned(vec![thinned[0].clone(), Sample { time: at(120), ..thinned[0].clone() }]);
        assert!(
            (hour[0].value - 0.1).abs() < 1e-9,
            "six in an hour are a tenth of one in a minute"
        );
        let size = |second, value| Sample::new(Metric::StorageSize, "", at(second), value);
        let thinned = THINNING[0].thinned(vec![size(1, 5.0), size(2, 9.0), size(3, 7.0)]);
        assert_eq!(thinned, [Sample { seconds: 60, ..size(3, 9.0) }]);
    }

    #[test]
    fn only_whole_minutes_are_put_together() {
        assert_eq!(
            THINNING[0].before(&at(3_600 + 59)).as_deref(),
            Some("2027-01-15T08:00:00.000000000Z")
        );
        assert_eq!(
            THINNING[0].before(&at(3_600 + 60)).as_deref(),
            Some("2027-01-15T08:01:00.000000000Z")
        );
    }
}

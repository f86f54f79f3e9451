//! Numbers over many values: what part of them does not exceed, and how they are spread.

use super::{Bucket, Reading};

/// Values, each with how often it was measured.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(Vec<(f64, u64)>);

impl FromIterator<(f64, u64)> for Values {
    fn from_iter<T: IntoIterator<Item = (f64, u64)>>(values: T) -> Self {
        let mut values: Vec<_> = values.into_iter().filter(|(_, count)| *count > 0).collect();
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self(values)
    }
}

impl FromIterator<Values> for Values {
    fn from_iter<T: IntoIterator<Item = Values>>(all: T) -> Self {
        all.into_iter().flat_map(|values| values.0).collect()
    }
}

impl Values {
    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.0.iter().map(|(_, count)| count).sum()
    }

    /// The smallest value that this part of all does not exceed.
    pub(super) fn quantile(&self, part: f64) -> Option<f64> {
        let wanted = (self.count() as f64 * part).ceil().max(1.0) as u64;
        let mut seen = 0;
        let reached = |(_, count): &&(f64, u64)| {
            seen += count;
            seen >= wanted
        };
        self.0.iter().find(reached).map(|(value, _)| *value)
    }

    /// The middle, the end and the number of them.
    pub(super) fn reading(&self) -> Reading {
        let (middle, end) = (self.quantile(0.5), self.quantile(0.99));
        Reading { newest: None, middle, end, count: self.count() }
    }

    /// How many lie between each two of 0, …, 0.1, 0.2, 0.5, 1, 2, 5, …: from the first that has some to the last.
    pub(super) fn spread(&self) -> Vec<Bucket> {
        let mut buckets: Vec<Bucket> = Vec::new();
        for (value, count) in &self.0 {
            while buckets.last().is_none_or(|bucket| *value > bucket.to) {
                let from = buckets.last().map_or_else(|| step_below(*value), |bucket| bucket.to);
                buckets.push(Bucket { from, to: step_above(from), count: 0 });
            }
            if let Some(bucket) = buckets.last_mut() {
                bucket.count += count;
            }
        }
        buckets
    }
}

/// What nobody looks more closely at than: a tenth of a millisecond.
const LEAST: f64 = 0.0001;
/// Powers of ten above [`LEAST`] that there are steps for.
const DECADES: i32 = 24;

/// The steps, with 0 below the least of them.
fn steps() -> impl Iterator<Item = f64> {
    let decade = |power: i32| [1.0, 2.0, 5.0].map(|step| LEAST * step * 10_f64.powi(power));
    std::iter::once(0.0).chain((0..DECADES).flat_map(decade))
}

fn step_below(value: f64) -> f64 {
    steps().take_while(|step| *step < value).last().unwrap_or(0.0)
}

fn step_above(value: f64) -> f64 {
    // Half as much again: a step is the next one's own neighbour, however its digits were rounded.
    steps().find(|step| *step > value * 1.5).unwrap_or(f64::INFINITY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[(f64, u64)]) -> Values {
        values.iter().copied().collect()
    }

    #[test]
    fn parts_are_of_all_that_was_measured() {
        assert_eq!(of(&[]).reading(), Reading::default());
        let values = of(&[(3.0, 98), (1.0, 1), (9.0, 1)]);
        let (middle, end) = (Some(3.0), Some(3.0));
        assert_eq!(values.reading(), Reading { newest: None, middle, end, count: 100 });
        assert_eq!(values.quantile(1.0), Some(9.0));
        assert_eq!(values.quantile(0.0), Some(1.0));
    }

    #[test]
    fn every_value_lies_in_one_bucket() {
        let values = of(&[(0.0, 4), (0.000_03, 1), (0.1, 2), (0.15, 1), (0.2, 1), (3.0, 7)]);
        let spread = values.spread();
        assert_eq!(spread.iter().map(|bucket| bucket.count).sum::<u64>(), 16);
        assert!(spread.windows(2).all(|two| two[0].to.total_cmp(&two[1].from).is_eq()));
        let first = spread.first().unwrap();
        assert_eq!((first.from, first.to, first.count), (0.0, LEAST, 5));
        let last = spread.last().unwrap();
        assert_eq!(((last.from * 10.0).round(), (last.to * 10.0).round()), (20.0, 50.0));
        let tenth = spread.iter().find(|bucket| (bucket.to - 0.2).abs() < 1e-9).unwrap();
        assert_eq!(tenth.count, 2, "{spread:?}");
        assert_eq!(of(&[]).spread(), []);
        // What nobody would measure ends the steps, and hangs nothing.
        assert_eq!(of(&[(1e300, 1)]).spread().last().unwrap().count, 1);
    }
}

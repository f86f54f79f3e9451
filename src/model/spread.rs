//! How the values that were measured in some time are spread: a histogram that is merged with others, so that what 99 of
//! 100 values did not exceed can be told of any time, which no average of such numbers can.
//!
//! It is an HDR histogram (<http://hdrhistogram.org>) of two significant digits: a value is told within one percent.

use std::fmt;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2Serializer};

/// The digits of a value that are kept.
const DIGITS: u8 = 2;
/// How many parts of the unit are told apart: millionths.
const PARTS: f64 = 1e6;
/// The largest value: more than a century of seconds.
const MOST: u64 = 1 << 52;

/// Values, without their order.
#[derive(Clone, PartialEq)]
pub struct Spread(Histogram<u64>);

impl fmt::Debug for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values()).finish()
    }
}

impl Default for Spread {
    fn default() -> Self {
        Self(Histogram::new(DIGITS).expect("a histogram may have two digits"))
    }
}

impl Spread {
    /// Adds a value, such as a number of seconds; what is less than 0 is 0.
    pub fn add(&mut self, value: f64) {
        let parts = ((value * PARTS).round().max(0.0) as u64).min(MOST);
        // It grows by itself, and refuses nothing.
        let _ = self.0.record(parts);
    }

    /// Adds all values of another.
    pub fn merge(&mut self, other: &Self) {
        // It grows by itself, and refuses nothing.
        let _ = self.0.add(&other.0);
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.0.len()
    }

    /// The value that this part of all does not exceed; `None` where there are none.
    pub fn quantile(&self, part: f64) -> Option<f64> {
        (!self.0.is_empty())
            .then(|| self.0.value_at_quantile(part).min(self.0.max()) as f64 / PARTS)
    }

    /// Each value with how often it was measured, from small to large.
    pub fn values(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let recorded = self.0.iter_recorded();
        recorded.map(|step| (step.value_iterated_to() as f64 / PARTS, step.count_at_value()))
    }

    /// As bytes, in the second version of the encoding that HDR histograms have everywhere.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // It fails only where the writer does, and memory does not.
        let _ = V2Serializer::new().serialize(&self.0, &mut bytes);
        bytes
    }

    /// What was written as such bytes; `None` where they are something else.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let mut rest = bytes;
        let read: Histogram<u64> = Deserializer::new().deserialize(&mut rest).ok()?;
        if read.sigfig() != DIGITS || !rest.is_empty() {
            return None;
        }
        let mut spread = Self::default();
        spread.0.add(&read).ok()?;
        Some(spread)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[f64]) -> Spread {
        let mut spread = Spread::default();
        for value in values {
            spread.add(*value);
        }
        spread
    }

    #[test]
    fn parts_of_it_are_told_within_a_percent() {
        assert_eq!(Spread::default().quantile(0.99), None);
        let values: Vec<f64> = (1..=1000).map(|value| f64::from(value) / 1000.0).collect();
        let spread = of(&values);
        for (part, value) in [(0.5, 0.5), (0.99, 0.99), (1.0, 1.0)] {
            let told = spread.quantile(part).unwrap();
            assert!((told - value).abs() <= value * 0.01, "{part}: {told}");
        }
        assert_eq!(of(&[-1.0, 0.0]).quantile(1.0), Some(0.0));
        assert!(of(&[f64::MAX]).quantile(1.0).unwrap() > 4e9);
    }

    #[test]
    fn bytes_of_something_else_are_none() {
        assert_eq!(Spread::from_bytes(b""), None);
        assert_eq!(
            Spread::from_bytes(b"no histogram at all, but longer than its header is, surely"),
            None
        );
        let mut bytes = of(&[1.0]).to_bytes();
        bytes.push(0);
        assert_eq!(Spread::from_bytes(&bytes), None);
        assert!(bytes.len() < 100, "{} bytes for one value", bytes.len());
    }

    proptest! {
        /// The histograms of many seconds come to the histogram of all of them, also when they were written and read.
        #[test]
        fn merged_is_the_same_as_measured_at_once(
            seconds in prop::collection::vec(prop::collection::vec(0.0..5_000.0_f64, 0..40), 0..20)
        ) {
            let mut merged = Spread::default();
            for second in &seconds {
                let spread = of(second);
                let read = Spread::from_bytes(&spread.to_bytes());
                prop_assert_eq!(read.as_ref(), Some(&spread));
                merged.merge(&spread);
            }
            let all: Vec<f64> = seconds.into_iter().flatten().collect();
            prop_assert_eq!(&merged, &of(&all));
            prop_assert_eq!(merged.count(), all.len() as u64);
            for part in [0.5, 0.9, 0.99, 1.0] {
                prop_assert_eq!(merged.quantile(part), of(&all).quantile(part));
            }
        }
    }
}

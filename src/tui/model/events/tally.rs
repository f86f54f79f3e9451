//! What a pass over the events counts: how many there are, of which types and categories, and when.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::model::{Event, Timestamp};

/// Columns of time that are counted apart, at most.
const MOST: usize = 8192;
/// Names that are counted apart, at most: a store may have a type for each event.
const NAMES: usize = 10_000;

/// Events over time in columns of equal width, which doubles where there is no room for more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chart {
    /// Milliseconds of one column.
    pub(crate) width: i64,
    /// The first column, counted in widths from 1970.
    first: i64,
    /// Events of each column.
    pub(crate) counts: Vec<u32>,
}

impl Default for Chart {
    fn default() -> Self {
        Self { width: 1, first: 0, counts: Vec::new() }
    }
}

impl Chart {
    fn add(&mut self, time: &Timestamp) {
        let millis = time.timestamp_millis();
        if self.counts.is_empty() {
            (self.first, self.counts) = (millis.div_euclid(self.width), vec![0]);
        }
        loop {
            let at = millis.div_euclid(self.width);
            let last = self.first + self.counts.len() as i64 - 1;
            let span = last.max(at) - self.first.min(at) + 1;
            if span <= MOST as i64 {
                if at < self.first {
                    let before = (self.first - at) as usize;
                    self.counts.splice(..0, std::iter::repeat_n(0, before));
                    self.first = at;
                }
                let index = (at - self.first) as usize;
                if index >= self.counts.len() {
                    self.counts.resize(index + 1, 0);
                }
                if let Some(count) = self.counts.get_mut(index) {
                    *count += 1;
                }
                return;
            }
            self.widen();
        }
    }

    fn widen(&mut self) {
        let first = self.first.div_euclid(2);
        let last = (self.first + self.counts.len() as i64 - 1).div_euclid(2);
        let mut counts = vec![0_u32; (last - first + 1) as usize];
        for (at, count) in self.counts.iter().enumerate() {
            let index = (self.first + at as i64).div_euclid(2) - first;
            if let Some(sum) = counts.get_mut(index as usize) {
                *sum += count;
            }
        }
        (self.width, self.first, self.counts) = (self.width * 2, first, counts);
    }

    /// The counts in at most `columns`, and how many of its own columns stand in each.
    pub(crate) fn columns(&self, columns: usize) -> (Vec<u32>, usize) {
        let each = self.counts.len().div_ceil(columns.max(1)).max(1);
        (self.counts.chunks(each).map(|counts| counts.iter().sum()).collect(), each)
    }

    /// When its own column `at` begins, in milliseconds from 1970.
    pub(crate) fn begins(&self, at: usize) -> i64 {
        (self.first + at as i64).saturating_mul(self.width)
    }
}

/// A name and how many events have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facet {
    /// As the store has it.
    pub(crate) name: SmolStr,
    /// What to call it, not sanitised.
    pub(crate) short: SmolStr,
    /// How many events.
    pub(crate) count: u64,
}

/// What was counted so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Events looked at.
    pub(crate) examined: u64,
    /// Events that are wanted.
    pub(crate) found: u64,
    /// Whether everything was looked at.
    pub(crate) done: bool,
    /// Types, the most frequent first.
    pub(crate) types: Vec<Facet>,
    /// Categories, the most frequent first.
    pub(crate) categories: Vec<Facet>,
    /// Whether there were more names than are counted.
    pub(crate) crowded: bool,
    /// When.
    pub(crate) chart: Chart,
    /// On how many events the expression failed, and how on the first.
    pub(crate) failed: Option<(u64, String)>,
}

/// The counting itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counting {
    types: HashMap<SmolStr, (SmolStr, u64)>,
    categories: HashMap<SmolStr, u64>,
    tally: Tally,
}

impl Counting {
    /// Looked at so many.
    pub(crate) fn examined(&mut self, events: u64) {
        self.tally.examined += events;
    }

    /// Takes one that is wanted, whose type is called `short`.
    pub(crate) fn add(&mut self, event: &Event, short: &str) {
        let Self { types, categories, tally } = self;
        tally.found += 1;
        if let Some(time) = &event.time {
            tally.chart.add(time);
        }
        let (name, category) = (event.event_type.as_str(), event.category.as_str());
        if let Some((_, count)) = types.get_mut(name) {
            *count += 1;
        } else if types.len() < NAMES {
            types.insert(SmolStr::new(name), (SmolStr::new(short), 1));
        } else {
            tally.crowded = true;
        }
        if let Some(count) = categories.get_mut(category) {
            *count += 1;
        } else if categories.len() < NAMES {
            categories.insert(SmolStr::new(category), 1);
        } else {
            tally.crowded = true;
        }
    }

    /// Takes one that the expression failed on.
    pub(crate) fn fail(&mut self, failures: u64, first: Option<String>) {
        if let Some((count, _)) = &mut self.tally.failed {
            *count += failures;
        } else if let Some(first) = first {
            self.tally.failed = Some((failures, first));
        }
    }

    /// What was counted so far.
    pub(crate) fn tally(&self, done: bool) -> Tally {
        let sorted = |mut facets: Vec<Facet>| {
            facets.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.name.cmp(&b.name)));
            facets
        };
        let types = self.types.iter().map(|(name, (short, count))| Facet {
            name: name.clone(),
            short: short.clone(),
            count: *count,
        });
        let categories = self.categories.iter().map(|(name, count)| Facet {
            name: name.clone(),
            short: name.clone(),
            count: *count,
        });
        Tally {
            done,
            types: sorted(types.collect()),
            categories: sorted(categories.collect()),
            ..self.tally.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_double_their_width_and_lose_nobody() {
        let mut chart = Chart::default();
        let times = [5_000, 0, 1_000_000, -70_000, 3, 86_400_000 * 400, 86_400_000];
        for millis in times {
            chart.add(&Timestamp::from_timestamp_millis(millis).unwrap());
        }
        assert_eq!(chart.counts.iter().sum::<u32>(), times.len() as u32);
        assert!(chart.counts.len() <= MOST, "{}", chart.counts.len());
        assert!(chart.counts.len() > MOST / 4, "{}", chart.counts.len());
        assert!(chart.begins(0) <= -70_000 && chart.begins(1) > -70_000);
        let (columns, each) = chart.columns(100);
        assert!(columns.len() <= 100 && columns.len() * each >= chart.counts.len());
        assert_eq!(columns.iter().sum::<u32>(), times.len() as u32);
    }
}

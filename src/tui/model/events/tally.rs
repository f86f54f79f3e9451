//! What a pass over the events counts: how many there are, of which types and categories, and when.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::chart::Chart;
use crate::model::Event;

/// Names that are counted apart, at most: a store may have a type for each event.
const NAMES: usize = 10_000;

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

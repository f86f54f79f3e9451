//! The list of aggregates, read off the index.

use super::{Index, KeyRef};
use crate::model::{AggregateKey, Category, Version};
use crate::store::{AggregatePage, AggregateQuery, AggregateSummary, Direction, KeyPage};

/// How many aggregates a search looks at before it answers with what it has.
const SEARCH_STEP: u64 = 65_536;

impl Index {
    /// Takes aggregates that are new into the order of the list.
    pub(super) fn sort(&mut self) {
        let Self { aggregates, order, .. } = self;
        let key = |number: u32| aggregates.get_index(number as usize).map(|(key, _)| key);
        let new = order.len() as u32..aggregates.len() as u32;
        if new.len() < 16 {
            for number in new {
                let at = order.partition_point(|other| key(*other) < key(number));
                order.insert(at, number);
            }
        } else {
            order.extend(new);
            order.sort_by(|a, b| key(*a).cmp(&key(*b)));
        }
    }

    fn key(&self, number: u32) -> &AggregateKey {
        let found = self.aggregates.get_index(number as usize);
        found.expect("every number in the order has a key").0
    }

    fn summary(&self, number: u32) -> AggregateSummary {
        let rows = &self.aggregates[number as usize];
        let first = rows.first().map(|number| self.rows[*number as usize]);
        let last = rows.last().map(|number| self.rows[*number as usize]);
        AggregateSummary {
            key: self.key(number).clone(),
            events: rows.len() as u64,
            version: last.map_or(Version::ZERO, |row| row.version),
            first_time: first.and_then(|row| row.time),
            last_time: last.and_then(|row| row.time),
            deleted: None,
            archived: None,
        }
    }

    /// Up to `limit` aggregates, by category and id.
    pub(crate) fn aggregates(&self, query: &AggregateQuery, limit: usize) -> AggregatePage {
        let first = |before: &dyn Fn(&AggregateKey) -> bool| {
            self.order.partition_point(|number| before(self.key(*number)))
        };
        let (mut from, mut to) = match &query.category {
            Some(category) => {
                (first(&|key| key.category < *category), first(&|key| key.category <= *category))
            }
            None => (0, self.order.len()),
        };
        match (&query.beyond, query.direction) {
            (Some(beyond), Direction::Forward) => from = from.max(first(&|key| key <= beyond)),
            (Some(beyond), Direction::Backward) => to = to.min(first(&|key| key < beyond)),
            (None, _) => {}
        }
        let span = self.order.get(from..to).unwrap_or_default();
        match query.direction {
            Direction::Forward => self.page(span.iter(), query, limit),
            Direction::Backward => {
                let mut page = self.page(span.iter().rev(), query, limit);
                page.rows.reverse();
                page
            }
        }
    }

    fn page<'a>(
        &self,
        mut numbers: impl ExactSizeIterator<Item = &'a u32>,
        query: &AggregateQuery,
        limit: usize,
    ) -> AggregatePage {
        let wanted = query.matching.as_deref().map(str::to_lowercase);
        let matches = |key: &AggregateKey| {
            wanted.as_ref().is_none_or(|wanted| {
                key.id.as_str().to_lowercase().contains(wanted)
                    || key.category.as_str().to_lowercase().contains(wanted)
            })
        };
        let mut page = AggregatePage::default();
        let mut last = None;
        while page.rows.len() < limit && page.examined < SEARCH_STEP {
            let Some(number) = numbers.next() else { break };
            page.examined += 1;
            let key = self.key(*number);
            if matches(key) {
                page.rows.push(self.summary(*number));
            }
            last = Some(key);
        }
        if numbers.len() > 0 {
            page.next = last.cloned();
        }
        page
    }

    /// The names of up to `limit` aggregates beyond one.
    pub(crate) fn keys(&self, beyond: Option<&AggregateKey>, limit: usize) -> KeyPage {
        let after = |beyond| self.order.partition_point(|number| self.key(*number) <= beyond);
        let rest = self.order.get(beyond.map_or(0, after)..).unwrap_or_default();
        let (page, left) = rest.split_at_checked(limit).unwrap_or((rest, &[]));
        let keys: Vec<AggregateKey> = page.iter().map(|number| self.key(*number).clone()).collect();
        let next = keys.last().filter(|_| !left.is_empty()).cloned();
        KeyPage { keys, next }
    }

    /// The aggregates with exactly this id, by category.
    pub(crate) fn find(&self, id: &str) -> Vec<AggregateSummary> {
        let mut categories: Vec<&Category> = self.categories.keys().collect();
        categories.sort();
        let number = |category: &Category| {
            self.aggregates.get_index_of(&KeyRef { category: category.as_str(), id })
        };
        categories.into_iter().filter_map(number).map(|at| self.summary(at as u32)).collect()
    }
}

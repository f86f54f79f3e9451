//! The events and the index over them: each event is held once, the index holds numbers.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;

use super::Stop;
use crate::model::{AggregateId, AggregateKey, Category, Event, EventType, Finding, Version};
use crate::store::{
    AggregatePage, AggregateQuery, AggregateSummary, Census, Counts, Cursor, Direction, EventPage,
    EventQuery, Head, StoreError, StoreErrorKind,
};

/// How many aggregates a search looks at before it answers with what it has.
const SEARCH_STEP: u64 = 65_536;

/// Events in the store's order, found by aggregate.
#[derive(Default)]
pub(crate) struct Events {
    all: Vec<Event>,
    /// For each aggregate its events by version.
    by_key: BTreeMap<AggregateKey, Vec<u32>>,
    by_category: BTreeMap<Category, Counts>,
    without_position: usize,
    without_time: usize,
    /// Whether some position is not above the one before it.
    positions_jump_back: bool,
}

impl FromIterator<Event> for Events {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        let mut held = Self::default();
        for event in events {
            held.push(event);
        }
        held
    }
}

impl Events {
    /// The newest version of an aggregate; 0 where it has no event.
    pub(crate) fn version(&self, key: &AggregateKey) -> Version {
        let newest = self.by_key.get(key).and_then(|numbers| numbers.last());
        newest.and_then(|number| self.event(*number)).map_or(Version::ZERO, |event| event.version)
    }

    pub(crate) fn push(&mut self, mut event: Event) {
        let number = self.all.len() as u32;
        let key = event.key();
        let counts = if let Some(counts) = self.by_category.get_mut(&key.category) {
            counts
        } else {
            self.by_category.entry(key.category.clone()).or_default()
        };
        counts.events += 1;
        let all = &self.all;
        let version_of =
            |number: &u32| all.get(*number as usize).map_or(Version::ZERO, |event| event.version);
        if let Some(numbers) = self.by_key.get_mut(&key) {
            // Nearly always the end; a recording that was put together by hand may say otherwise.
            let at = if numbers.last().is_some_and(|last| version_of(last) < event.version) {
                numbers.len()
            } else {
                numbers.partition_point(|number| version_of(number) <= event.version)
            };
            let before = at.checked_sub(1).and_then(|at| numbers.get(at)).map(version_of);
            if before == Some(event.version) {
                let message =
                    format!("version {} of {key} is recorded more than once", event.version);
                event.findings.push(event.finding(Finding::error("version-twice", message)));
            }
            numbers.insert(at, number);
        } else {
            counts.aggregates += 1;
            self.by_key.insert(key, vec![number]);
        }
        self.without_time += usize::from(event.time.is_none());
        match event.position {
            None => self.without_position += 1,
            Some(position) => {
                let before = self.all.last().and_then(|event| event.position);
                self.positions_jump_back |= before.is_some_and(|before| before >= position);
            }
        }
        self.all.push(event);
    }

    pub(super) fn has_positions(&self) -> bool {
        !self.all.is_empty() && self.without_position == 0
    }

    pub(super) fn has_times(&self) -> bool {
        self.without_time < self.all.len()
    }

    fn event(&self, number: u32) -> Option<&Event> {
        self.all.get(number as usize)
    }

    pub(super) fn head(&self) -> Head {
        let newest = self.all.last();
        Head {
            cursor: self.all.len().checked_sub(1).map(|number| Cursor(number as i64)),
            position: newest.and_then(|event| event.position),
            time: newest.and_then(|event| event.time),
        }
    }

    fn summary(&self, key: &AggregateKey, numbers: &[u32]) -> AggregateSummary {
        let first = numbers.first().and_then(|number| self.event(*number));
        let last = numbers.last().and_then(|number| self.event(*number));
        AggregateSummary {
            key: key.clone(),
            events: numbers.len() as u64,
            version: last.map_or(Version::ZERO, |event| event.version),
            first_time: first.and_then(|event| event.time),
            last_time: last.and_then(|event| event.time),
            deleted: None,
            archived: None,
        }
    }

    pub(super) fn aggregates(&self, query: &AggregateQuery, limit: usize) -> AggregatePage {
        let beyond = query.beyond.clone();
        let smallest = query
            .category
            .clone()
            .map(|category| AggregateKey { category, id: AggregateId::default() });
        match query.direction {
            Direction::Forward => {
                let start = match (beyond, smallest) {
                    (Some(beyond), Some(smallest)) if beyond < smallest => {
                        Bound::Included(smallest)
                    }
                    (Some(beyond), _) => Bound::Excluded(beyond),
                    (None, Some(smallest)) => Bound::Included(smallest),
                    (None, None) => Bound::Unbounded,
                };
                self.page(self.by_key.range((start, Bound::Unbounded)), query, limit)
            }
            Direction::Backward => {
                let end = beyond.map_or(Bound::Unbounded, Bound::Excluded);
                let rows = self.by_key.range((Bound::Unbounded, end)).rev();
                let above = |key: &AggregateKey| {
                    query.category.as_ref().is_some_and(|category| key.category > *category)
                };
                let mut page = self.page(rows.skip_while(|(key, _)| above(key)), query, limit);
                page.rows.reverse();
                page
            }
        }
    }

    fn page<'a>(
        &self,
        rows: impl Iterator<Item = (&'a AggregateKey, &'a Vec<u32>)>,
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
        let inside = |key: &AggregateKey| {
            query.category.as_ref().is_none_or(|category| key.category == *category)
        };
        let mut page = AggregatePage::default();
        let mut rows = rows.take_while(|(key, _)| inside(key)).peekable();
        let mut last = None;
        while page.rows.len() < limit && page.examined < SEARCH_STEP {
            let Some((key, numbers)) = rows.next() else { break };
            page.examined += 1;
            if matches(key) {
                page.rows.push(self.summary(key, numbers));
            }
            last = Some(key);
        }
        if rows.peek().is_some() {
            page.next = last.cloned();
        }
        page
    }

    pub(super) fn find(&self, id: &str) -> Vec<AggregateSummary> {
        let id = AggregateId::new(id);
        let keys = self
            .by_category
            .keys()
            .map(|category| AggregateKey { category: category.clone(), id: id.clone() });
        keys.filter_map(|key| self.by_key.get(&key).map(|numbers| self.summary(&key, numbers)))
            .collect()
    }

    pub(super) fn read(&self, key: &AggregateKey, after: Version, limit: usize) -> Vec<Event> {
        let Some(numbers) = self.by_key.get(key) else { return Vec::new() };
        let version_of = |number: &u32| self.event(*number).map_or(Version::ZERO, |e| e.version);
        let from = numbers.partition_point(|number| version_of(number) <= after);
        let rest = numbers.get(from..).unwrap_or_default();
        let mut end = limit.min(rest.len());
        // A version that stands twice is not torn apart: the page after this one would begin behind both.
        while end > 0
            && end < rest.len()
            && rest.get(end).map(version_of) == rest.get(end - 1).map(version_of)
        {
            end += 1;
        }
        rest.iter().take(end).filter_map(|number| self.event(*number).cloned()).collect()
    }

    pub(super) fn scan(
        &self,
        query: &EventQuery,
        limit: usize,
        stop: &Stop,
    ) -> Result<EventPage, StoreError> {
        let mut from = query.after.map_or(0, |cursor| usize::try_from(cursor.0 + 1).unwrap_or(0));
        if let Some(after) = query.after_position {
            if !self.has_positions() {
                let message = "events are asked for by position, and not all of them have one";
                return Err(StoreError::new(StoreErrorKind::Unsupported, message)
                    .hint("ask by time, or by aggregate and version"));
            }
            if !self.positions_jump_back {
                let first =
                    self.all.partition_point(|event| event.position.is_some_and(|p| p <= after));
                from = from.max(first);
            }
        }
        let mut page = EventPage::default();
        let mut number = from;
        while let Some(event) = self.all.get(number) {
            if page.events.len() >= limit {
                page.next = number.checked_sub(1).map(|before| Cursor(before as i64));
                break;
            }
            if page.examined.is_multiple_of(1024) {
                stop.check()?;
            }
            page.examined += 1;
            number += 1;
            if wanted(event, query) {
                page.events.push(event.clone());
            }
        }
        Ok(page)
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { aggregates: self.by_key.len() as u64, events: self.all.len() as u64 }
    }

    pub(super) fn census(&self, stop: &Stop) -> Result<Census, StoreError> {
        let mut types: HashMap<&EventType, u64> = HashMap::new();
        let (mut first, mut last) = (None, None);
        for (number, event) in self.all.iter().enumerate() {
            if number % 1024 == 0 {
                stop.check()?;
            }
            *types.entry(&event.event_type).or_default() += 1;
            if let Some(time) = event.time {
                first = Some(first.map_or(time, |first| time.min(first)));
                last = Some(last.map_or(time, |last| time.max(last)));
            }
        }
        let mut types: Vec<_> =
            types.into_iter().map(|(event_type, events)| (event_type.clone(), events)).collect();
        types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(Census {
            counts: self.counts(),
            types,
            categories: self
                .by_category
                .iter()
                .map(|(name, counts)| (name.clone(), *counts))
                .collect(),
            first_time: first,
            last_time: last,
            snapshots: None,
        })
    }
}

fn wanted(event: &Event, query: &EventQuery) -> bool {
    query.after_position.is_none_or(|after| event.position.is_some_and(|at| at > after))
        && query.from.is_none_or(|from| event.time.is_some_and(|time| time >= from))
        && query.to.is_none_or(|to| event.time.is_some_and(|time| time <= to))
        && (query.types.is_empty() || query.types.contains(&event.event_type))
        && query.category.as_ref().is_none_or(|category| event.category == *category)
}

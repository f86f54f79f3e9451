//! Questions that the store answers, with names made forgiving and lists sorted.

use std::ops::ControlFlow;

use super::{Session, SessionError, Watch};
use crate::model::{AggregateKey, Event, Version};
use crate::store::{
    AggregatePage, AggregateQuery, AggregateSummary, Census, Counts, EventPage, EventQuery, Head,
    Snapshot, Verified,
};
use crate::text;

/// In which order aggregates are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As the store's own index has them: by id, in some layouts by category first.
    #[default]
    Id,
    /// The newest last event first.
    Recent,
    /// The most events first.
    Events,
    /// By category, and by id in each.
    Category,
}

/// Aggregates that are looked through for a name like the one that was not found.
const NEAR: u64 = 100_000;

impl Session {
    /// The newest end of the store.
    pub fn head(&mut self) -> Result<Head, SessionError> {
        self.follow()
    }

    /// How many aggregates and events there are.
    pub fn counts(&mut self) -> Result<Counts, SessionError> {
        Ok(self.store.counts()?)
    }

    /// Everything a full pass can count.
    pub fn census(&mut self) -> Result<Census, SessionError> {
        Ok(self.store.census()?)
    }

    /// Checks that no event was changed, removed or put in; `None` where the store has no chain of hashes.
    pub fn chain(&mut self, watch: &mut dyn Watch) -> Result<Option<Verified>, SessionError> {
        let chain = self.store.chain(&mut |events| {
            watch.progress(events, None);
            if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        Ok(chain?)
    }

    /// Up to `limit` aggregates in the order of the store's index.
    pub fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, SessionError> {
        Ok(self.store.aggregates(query, limit)?)
    }

    /// Up to `limit` events of the whole store.
    pub fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, SessionError> {
        Ok(self.store.scan(query, limit)?)
    }

    /// Up to `limit` events of one aggregate above `after`.
    pub fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, SessionError> {
        Ok(self.store.read(key, after, limit)?)
    }

    /// The snapshots that the library stored of one aggregate.
    pub fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, SessionError> {
        Ok(self.store.snapshots(key)?)
    }

    /// The first `limit` aggregates in the order of `sort`. Any order but the store's own looks at all of them.
    pub fn sorted(
        &mut self,
        query: &AggregateQuery,
        sort: Sort,
        limit: usize,
        watch: &mut dyn Watch,
    ) -> Result<Vec<AggregateSummary>, SessionError> {
        self.at_once(|session| session.sort(query, sort, limit, watch))
    }

    fn sort(
        &mut self,
        query: &AggregateQuery,
        sort: Sort,
        limit: usize,
        watch: &mut dyn Watch,
    ) -> Result<Vec<AggregateSummary>, SessionError> {
        let mut rows = Vec::new();
        let mut query = query.clone();
        let mut examined = 0;
        let page_size = if sort == Sort::Id { limit.clamp(1, 1000) } else { 1000 };
        loop {
            let page = self.store.aggregates(&query, page_size)?;
            examined += page.examined;
            rows.extend(page.rows);
            if sort != Sort::Id && rows.len() > limit.saturating_mul(2).saturating_add(10_000) {
                best(&mut rows, sort, limit);
            }
            watch.progress(examined, None);
            if watch.cancelled() {
                return Err(SessionError::Cancelled);
            }
            query.beyond = page.next;
            if query.beyond.is_none() || (sort == Sort::Id && rows.len() >= limit) {
                best(&mut rows, sort, limit);
                return Ok(rows);
            }
        }
    }

    /// The aggregate that a person calls `name`: its id, or `Category/id` where one id is used in several categories.
    pub fn find(&mut self, name: &str) -> Result<AggregateSummary, SessionError> {
        self.at_once(|session| session.find_called(name))
    }

    fn find_called(&mut self, name: &str) -> Result<AggregateSummary, SessionError> {
        let mut found = self.store.find(name)?;
        if found.is_empty() {
            // A category or an id may have slashes of its own.
            for (at, _) in name.match_indices('/') {
                let (category, id) = (&name[..at], &name[at + 1..]);
                let rows = self.store.find(id)?;
                found.extend(rows.into_iter().filter(|row| row.key.category.as_str() == category));
            }
        }
        match found.len() {
            1 => found.pop().ok_or(SessionError::Cancelled),
            0 => Err(SessionError::NoSuchAggregate {
                name: name.to_owned(),
                store: self.store.info().name.clone(),
                near: self.near(name)?,
            }),
            _ => Err(SessionError::Ambiguous {
                name: name.to_owned(),
                keys: found.into_iter().map(|row| row.key).collect(),
            }),
        }
    }

    /// Ids that contain `name`, or failing that the one that is spelt most like it, among the first many.
    fn near(&mut self, name: &str) -> Result<Vec<String>, SessionError> {
        let matching = AggregateQuery { matching: Some(name.to_owned()), ..Default::default() };
        let page = self.store.aggregates(&matching, 3)?;
        if !page.rows.is_empty() {
            return Ok(page.rows.into_iter().map(|row| row.key.id.to_string()).collect());
        }
        let mut query = AggregateQuery::default();
        let mut examined = 0;
        let mut best: Option<String> = None;
        loop {
            let page = self.store.aggregates(&query, 1000)?;
            examined += page.examined;
            let ids = page.rows.iter().map(|row| row.key.id.as_str());
            best = text::nearest(name, ids.chain(best.as_deref())).map(str::to_owned);
            query.beyond = page.next;
            if query.beyond.is_none() || examined >= NEAR {
                return Ok(best.into_iter().collect());
            }
        }
    }
}

fn best(rows: &mut Vec<AggregateSummary>, sort: Sort, limit: usize) {
    match sort {
        Sort::Id => {}
        Sort::Recent => rows.sort_by(|a, b| b.last_time.cmp(&a.last_time).then(a.key.cmp(&b.key))),
        Sort::Events => rows.sort_by(|a, b| b.events.cmp(&a.events).then(a.key.cmp(&b.key))),
        Sort::Category => rows.sort_by(|a, b| a.key.cmp(&b.key)),
    }
    rows.truncate(limit);
}

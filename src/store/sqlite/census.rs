//! What only a pass over the whole store can count. It may take seconds, and can be stopped at every row.

use std::collections::HashMap;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use smol_str::SmolStr;

use super::super::layout::{CategoryRule, Field, TimeRule};
use super::super::{Census, Counts, Sizes, StoreError};
use super::ask::Asked;
use super::decode::{text, value};
use super::moment;
use super::payload::{payload, scalar};
use super::statement::{Bound, first, prepare, start, step};
use crate::model::json;
use crate::model::{Category, EventType, Finding, Timestamp, Version};

impl Asked<'_> {
    /// How many aggregates and events there are.
    pub(super) fn counts(&self) -> Result<Counts, StoreError> {
        let mut aggregates = 0;
        let mut statement = prepare(self.call, &self.plan.count_groups())?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        if let Some(row) = step(self.call, &mut rows)? {
            aggregates = number(row, 0);
        }
        Ok(Counts {
            aggregates,
            events: self.number_of(&self.plan.count_events(), Bound::default())?,
        })
    }

    /// How many events the aggregates have.
    pub(super) fn sizes(&mut self) -> Result<Sizes, StoreError> {
        let mut statement = prepare(self.call, &self.plan.sizes())?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        let Some(row) = step(self.call, &mut rows)? else { return Ok(Sizes::default()) };
        let mut sizes = Sizes { aggregates: number(row, 0), events: number(row, 1), largest: None };
        let most = number(row, 2);
        if let Some(id) = text(value(row, 4)) {
            // The category may take another look at the store; where it is part of the name, it stands here.
            let found = self.plan.keyed.then(|| text(value(row, 3)).unwrap_or_default());
            let mut rows = self.find(&id)?;
            let at = rows.iter().position(|row| {
                found.as_ref().is_none_or(|category| row.key.category.as_str() == category)
            });
            sizes.largest = at.map(|at| (rows.swap_remove(at).key, most));
        }
        Ok(sizes)
    }

    /// The number that a statement counts.
    pub(super) fn number_of(&self, sql: &str, bound: Bound<'_>) -> Result<u64, StoreError> {
        let count = first(self.call, sql, bound, |row| Ok(number(row, 0)))?;
        Ok(count.unwrap_or_default())
    }

    /// Everything that can be counted.
    pub(super) fn census(&mut self) -> Result<Census, StoreError> {
        let mut census = Census::default();
        let mut categories: HashMap<SmolStr, Counts> = HashMap::new();
        let mut statement = prepare(self.call, &self.plan.groups())?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        while let Some(row) = step(self.call, &mut rows)? {
            let events = number(row, 2);
            let counts = categories.entry(self.category_in(row)).or_default();
            counts.aggregates += 1;
            counts.events += events;
            census.counts.aggregates += 1;
        }
        census.categories =
            categories.into_iter().map(|(name, counts)| (Category::new(name), counts)).collect();
        census.categories.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        self.types_and_times(&mut census)?;
        if let Some(sql) = self.plan.count_snapshots() {
            census.snapshots = Some(self.number_of(&sql, Bound::default())?);
        }
        Ok(census)
    }

    fn category_in(&self, row: &Row<'_>) -> SmolStr {
        let found = text(value(row, 0)).unwrap_or_default();
        match &self.plan.layout.events.category {
            CategoryRule::None => SmolStr::default(),
            CategoryRule::Key(_) | CategoryRule::Column(_) => found,
            CategoryRule::FirstType(cut) => cut.of(&found).map(SmolStr::new).unwrap_or_default(),
            CategoryRule::Id(cut) => {
                let id = text(value(row, 1)).unwrap_or_default();
                cut.of(&id).map(SmolStr::new).unwrap_or_default()
            }
        }
    }

    fn types_and_times(&mut self, census: &mut Census) -> Result<(), StoreError> {
        let mut types: HashMap<SmolStr, u64> = HashMap::new();
        let mut span = Span::default();
        let mut statement = prepare(self.call, &self.plan.types_and_times())?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        while let Some(row) = step(self.call, &mut rows)? {
            census.counts.events += 1;
            let name = value(row, 0);
            let known = name.as_str().ok().and_then(|name| types.get_mut(name));
            match known {
                Some(count) => *count += 1,
                None => *types.entry(text(name).unwrap_or_default()).or_default() += 1,
            }
            self.span(&mut span, row);
        }
        (census.first_time, census.last_time) = (span.first, span.last);
        self.noticed.extend(span.finding());
        census.types = types.into_iter().map(|(name, n)| (EventType::new(name), n)).collect();
        census.types.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(())
    }

    fn span(&self, span: &mut Span, row: &Row<'_>) {
        let events = &self.plan.layout.events;
        let Some(rule) = &events.time else { return };
        match &rule.at {
            Field::Column(_) => {
                span.see(value(row, 1), rule);
            }
            Field::Data(path, _) => {
                let (data, _) = payload(value(row, 2), None, &events.data, Version::ZERO);
                let found = json::first(data.bytes(), path).and_then(scalar);
                if let Some(written) = found {
                    span.see(ValueRef::Text(written.as_bytes()), rule);
                }
            }
        }
    }
}

fn number(row: &Row<'_>, at: usize) -> u64 {
    match value(row, at) {
        ValueRef::Integer(number) => number.max(0) as u64,
        _ => 0,
    }
}

/// The earliest and latest of many times.
#[derive(Default)]
struct Span {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    unreadable: u64,
    /// The first text that was none.
    example: Option<SmolStr>,
}

impl Span {
    fn see(&mut self, written: ValueRef<'_>, rule: &TimeRule) {
        match moment::of_column(written, rule) {
            Some(time) => {
                self.first = Some(self.first.map_or(time, |first| first.min(time)));
                self.last = Some(self.last.map_or(time, |last| last.max(time)));
            }
            None if written == ValueRef::Null => {}
            None => {
                self.unreadable += 1;
                self.example.get_or_insert_with(|| text(written).unwrap_or_default());
            }
        }
    }

    fn finding(&self) -> Option<Finding> {
        let example = self.example.as_ref()?;
        let what = match self.unreadable {
            1 => "1 event has a time that cannot be read".to_owned(),
            many => format!("{many} events have a time that cannot be read"),
        };
        let message =
            format!("{what}, such as `{example}`; first and last are those of the others");
        Some(Finding::warning("time-unreadable", message))
    }
}

//! What only a pass over the whole store can count. It may take seconds, and can be stopped at every row.

use std::collections::HashMap;

use rusqlite::Row;
use rusqlite::types::ValueRef;
use smol_str::SmolStr;

use super::super::layout::{CategoryRule, Field, TimeFormat};
use super::super::{Census, Counts, StoreError};
use super::ask::{Asked, Bound, first, prepare, start, step};
use super::decode::{text, value};
use super::moment;
use super::payload::{payload, pick, scalar};
use crate::model::{Category, EventType, Timestamp, Version};

impl Asked<'_> {
    /// How many aggregates and events there are.
    pub(super) fn counts(&self) -> Result<Counts, StoreError> {
        let mut aggregates = 0;
        let mut statement = prepare(self.call, &self.plan.count_groups())?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        if let Some(row) = step(self.call, &mut rows)? {
            aggregates = number(row, 0);
        }
        Ok(Counts { aggregates, events: self.number_of(&self.plan.count_events())? })
    }

    fn number_of(&self, sql: &str) -> Result<u64, StoreError> {
        let count = first(self.call, sql, Bound::default(), |row| Ok(number(row, 0)))?;
        Ok(count.unwrap_or_default())
    }

    /// Everything that can be counted.
    pub(super) fn census(&self) -> Result<Census, StoreError> {
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
            census.snapshots = Some(self.number_of(&sql)?);
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

    fn types_and_times(&self, census: &mut Census) -> Result<(), StoreError> {
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
        (census.first_time, census.last_time) = self.ends(span);
        census.types = types.into_iter().map(|(name, n)| (EventType::new(name), n)).collect();
        census.types.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Ok(())
    }

    fn span(&self, span: &mut Span, row: &Row<'_>) {
        let events = &self.plan.layout.events;
        let Some(rule) = &events.time else { return };
        match &rule.at {
            Field::Column(_) => {
                let written = value(row, 1);
                // Texts of one length in UTC are ordered as the times are: only the ends need reading.
                if let (ValueRef::Text(text), TimeFormat::Text) = (written, rule.format)
                    && is_utc(text)
                {
                    span.see_text(text);
                } else if let Some(time) = moment::of_column(written, rule) {
                    span.see(time);
                }
            }
            Field::Data(path, _) => {
                let (data, _) = payload(value(row, 2), None, &events.data, Version::ZERO);
                let found = pick(data.bytes(), [path]).ok().and_then(|[found]| scalar(found?));
                if let Some(written) = found
                    && let Some(time) = moment::of_column(ValueRef::Text(written.as_bytes()), rule)
                {
                    span.see(time);
                }
            }
        }
    }

    fn ends(&self, mut span: Span) -> (Option<Timestamp>, Option<Timestamp>) {
        if let Some(rule) = &self.plan.layout.events.time {
            for (least, most) in std::mem::take(&mut span.texts).into_values() {
                for text in [least, most] {
                    if let Some(time) = moment::of_column(ValueRef::Text(&text), rule) {
                        span.see(time);
                    }
                }
            }
        }
        (span.first, span.last)
    }
}

fn number(row: &Row<'_>, at: usize) -> u64 {
    match value(row, at) {
        ValueRef::Integer(number) => number.max(0) as u64,
        _ => 0,
    }
}

/// Whether the text is a time whose bytes are in the order of time among others of its length.
fn is_utc(text: &[u8]) -> bool {
    let digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    match text.split_last() {
        Some((b'Z', _)) => text.len() >= 20 && digit(0),
        Some((last, rest)) => {
            last.is_ascii_digit()
                && text.len() >= 19
                && digit(0)
                && !rest.iter().skip(11).any(|b| matches!(b, b'+' | b'-'))
        }
        None => false,
    }
}

/// The earliest and latest of many times.
#[derive(Default)]
struct Span {
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    /// By length and last byte, the least and greatest text.
    texts: HashMap<(usize, u8), (Vec<u8>, Vec<u8>)>,
}

impl Span {
    fn see(&mut self, time: Timestamp) {
        self.first = Some(self.first.map_or(time, |first| first.min(time)));
        self.last = Some(self.last.map_or(time, |last| last.max(time)));
    }

    fn see_text(&mut self, text: &[u8]) {
        let zoned = text.last().copied().filter(|last| *last == b'Z').unwrap_or_default();
        match self.texts.get_mut(&(text.len(), zoned)) {
            Some((least, _)) if text < least.as_slice() => *least = text.to_vec(),
            Some((_, most)) if text > most.as_slice() => *most = text.to_vec(),
            Some(_) => {}
            None => drop(self.texts.insert((text.len(), zoned), (text.to_vec(), text.to_vec()))),
        }
    }
}

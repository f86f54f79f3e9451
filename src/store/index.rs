//! An index over events that lie somewhere else: which there are, in what order, of which aggregate and when.
//!
//! It takes 48 bytes an event and four more for its place in its aggregate, and answers lists, counts and filters
//! alone. It knows neither what an event says nor what its place means.

mod list;
mod numbering;

use std::collections::HashSet;

use indexmap::{Equivalent, IndexMap};

use super::{
    Census, Counts, Cursor, Direction, EventQuery, Head, Stop, StoreError, StoreErrorKind,
};
use crate::model::{
    AggregateKey, Category, Event, EventType, Finding, Position, Timestamp, Version,
};

pub(crate) use numbering::{Claim, Numbering};

type Map<K, V> = IndexMap<K, V, foldhash::fast::RandomState>;

/// What the index has to know of an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) category: &'a str,
    pub(crate) aggregate: &'a str,
    pub(crate) event_type: &'a str,
    pub(crate) position: Option<Position>,
    pub(crate) time: Option<Timestamp>,
    pub(crate) claim: Claim,
}

/// One event in the index.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// Where the event is, in the words of whoever holds it.
    pub(crate) place: u64,
    /// Its version; what it claims until that is settled.
    pub(crate) version: Version,
    position: i64,
    time: Option<Timestamp>,
    /// How much stands at its place.
    pub(crate) length: u32,
    aggregate: u32,
    /// The number of its type, and the marks.
    kind: u32,
}

impl Row {
    const PLACED: u32 = 1 << 31;
    const TWICE: u32 = 1 << 30;
    const SEQUENCE: u32 = 1 << 29;
    const NOTHING: u32 = 1 << 28;
    const MARKS: u32 = Self::PLACED | Self::TWICE | Self::SEQUENCE | Self::NOTHING;

    fn position(&self) -> Option<Position> {
        (self.kind & Self::PLACED != 0).then_some(Position(self.position))
    }

    fn claim(&self) -> Claim {
        match self.kind & (Self::SEQUENCE | Self::NOTHING) {
            Self::SEQUENCE => Claim::Sequence(self.version.0),
            Self::NOTHING => Claim::Nothing,
            _ => Claim::Version(self.version.0),
        }
    }

    fn settle(&mut self, version: Version, twice: bool) {
        self.version = version;
        self.kind &= !(Self::SEQUENCE | Self::NOTHING);
        self.kind |= if twice { Self::TWICE } else { 0 };
    }

    /// What is to be said of its event.
    pub(crate) fn finding(&self, event: &Event) -> Option<Finding> {
        (self.kind & Self::TWICE != 0).then(|| {
            let message =
                format!("version {} of {} is recorded more than once", event.version, event.key());
            event.finding(Finding::error("version-twice", message))
        })
    }
}

/// What a scan has found.
pub(crate) struct Found {
    pub(crate) rows: Vec<Row>,
    pub(crate) next: Option<Cursor>,
    pub(crate) examined: u64,
}

/// Events in the store's order, found by aggregate.
#[derive(Default)]
pub(crate) struct Index {
    rows: Vec<Row>,
    /// Rows before this one have their version and are found.
    settled: usize,
    /// Each aggregate's rows by version.
    aggregates: Map<AggregateKey, Vec<u32>>,
    /// The aggregates by key.
    order: Vec<u32>,
    types: Map<EventType, u64>,
    categories: Map<Category, Counts>,
    without_position: usize,
    times: Option<(Timestamp, Timestamp)>,
    /// Whether some position is not above the one before it.
    positions_jump_back: bool,
}

/// A key that is only looked for; hashes as [`AggregateKey`] does.
#[derive(Hash)]
struct KeyRef<'a> {
    category: &'a str,
    id: &'a str,
}

impl Equivalent<AggregateKey> for KeyRef<'_> {
    fn equivalent(&self, key: &AggregateKey) -> bool {
        self.id == key.id.as_str() && self.category == key.category.as_str()
    }
}

/// A text that is only looked for; hashes as the newtypes over text do.
#[derive(Hash)]
struct TextRef<'a>(&'a str);

impl Equivalent<EventType> for TextRef<'_> {
    fn equivalent(&self, event_type: &EventType) -> bool {
        self.0 == event_type.as_str()
    }
}

impl Equivalent<Category> for TextRef<'_> {
    fn equivalent(&self, category: &Category) -> bool {
        self.0 == category.as_str()
    }
}

impl Index {
    /// Adds an event at the end. It is found once it was settled.
    pub(crate) fn add(&mut self, facts: &Facts<'_>, place: u64, length: u32) {
        let aggregate = self.aggregate(facts.category, facts.aggregate);
        if let Some(counts) = self.categories.get_mut(&TextRef(facts.category)) {
            counts.events += 1;
        }
        let kind = self.kind(facts.event_type);
        let (version, claim) = match facts.claim {
            Claim::Version(version) => (version, 0),
            Claim::Sequence(number) => (number, Row::SEQUENCE),
            Claim::Nothing => (0, Row::NOTHING),
        };
        let placed = if facts.position.is_some() { Row::PLACED } else { 0 };
        match facts.position {
            None => self.without_position += 1,
            Some(position) => {
                let before = self.rows.last().and_then(Row::position);
                self.positions_jump_back |= before.is_some_and(|before| before >= position);
            }
        }
        if let Some(time) = facts.time {
            let (first, last) = self.times.unwrap_or((time, time));
            self.times = Some((first.min(time), last.max(time)));
        }
        self.rows.push(Row {
            place,
            version: Version(version),
            position: facts.position.map_or(0, |position| position.0),
            time: facts.time,
            length,
            aggregate,
            kind: kind | placed | claim,
        });
    }

    fn aggregate(&mut self, category: &str, id: &str) -> u32 {
        if let Some(number) = self.aggregates.get_index_of(&KeyRef { category, id }) {
            return number as u32;
        }
        if let Some(counts) = self.categories.get_mut(&TextRef(category)) {
            counts.aggregates += 1;
        } else {
            let counts = Counts { aggregates: 1, events: 0 };
            self.categories.insert(Category::new(category), counts);
        }
        self.aggregates.insert_full(AggregateKey::new(category, id), Vec::new()).0 as u32
    }

    fn kind(&mut self, event_type: &str) -> u32 {
        if let Some((number, _, count)) = self.types.get_full_mut(&TextRef(event_type)) {
            *count += 1;
            return number as u32 & !Row::MARKS;
        }
        self.types.insert_full(EventType::new(event_type), 1).0 as u32 & !Row::MARKS
    }

    fn unsettled(&self) -> &[Row] {
        self.rows.get(self.settled..).unwrap_or_default()
    }

    /// The newest row.
    pub(crate) fn last(&self) -> Option<&Row> {
        self.rows.last()
    }

    /// How many events there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn has_positions(&self) -> bool {
        !self.rows.is_empty() && self.without_position == 0
    }

    pub(crate) fn has_times(&self) -> bool {
        self.times.is_some()
    }

    pub(crate) fn head(&self) -> Head {
        let newest = self.rows.last();
        Head {
            cursor: self.rows.len().checked_sub(1).map(|number| Cursor(number as i64)),
            position: newest.and_then(Row::position),
            time: newest.and_then(|row| row.time),
            generation: 0,
        }
    }

    /// Up to `limit` events of one aggregate above a version.
    pub(crate) fn read(&self, key: &AggregateKey, after: Version, limit: usize) -> Vec<Row> {
        let Some(numbers) = self.aggregates.get(key) else { return Vec::new() };
        let version_of = |number: &u32| self.rows[*number as usize].version;
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
        rest.iter().take(end).map(|number| self.rows[*number as usize]).collect()
    }

    /// Up to `limit` events of all.
    pub(crate) fn scan(
        &self,
        query: &EventQuery,
        limit: usize,
        stop: &Stop,
    ) -> Result<Found, StoreError> {
        let number = |cursor: Cursor| usize::try_from(cursor.0.saturating_add(1)).unwrap_or(0);
        let mut from = query.after.map_or(0, number);
        let mut to = query.upto.map_or(self.rows.len(), number).min(self.rows.len());
        if let Some(after) = query.after_position {
            from = from.max(self.beyond(after)?);
        }
        let backward = query.direction == Direction::Backward;
        let filter = Filter::new(self, query);
        let mut found = Found { rows: Vec::new(), next: None, examined: 0 };
        while from < to {
            if found.rows.len() >= limit {
                let next = if backward { to.checked_sub(1) } else { from.checked_sub(1) };
                found.next = next.map(|before| Cursor(before as i64));
                break;
            }
            if found.examined.is_multiple_of(4096) {
                stop.check()?;
            }
            let at = if backward { to - 1 } else { from };
            (from, to) = if backward { (from, at) } else { (at + 1, to) };
            found.examined += 1;
            found.rows.extend(self.rows.get(at).filter(|row| filter.passes(self, row)));
        }
        if backward {
            found.rows.reverse();
        }
        Ok(found)
    }

    /// Before which row no position is above `position`.
    fn beyond(&self, position: Position) -> Result<usize, StoreError> {
        if !self.has_positions() {
            let message = "events are asked for by position, and not all of them have one";
            return Err(StoreError::new(StoreErrorKind::Unsupported, message)
                .hint("ask by time, or by aggregate and version"));
        }
        if self.positions_jump_back {
            return Ok(0);
        }
        Ok(self.rows.partition_point(|row| row.position().is_some_and(|at| at <= position)))
    }

    /// How many events have a position above `position`.
    pub(crate) fn count_after(&self, position: Position) -> Result<u64, StoreError> {
        let rest = self.rows.get(self.beyond(position)?..).unwrap_or_default();
        let above = rest.iter().filter(|row| row.position().is_some_and(|at| at > position));
        Ok(above.count() as u64)
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts { aggregates: self.aggregates.len() as u64, events: self.rows.len() as u64 }
    }

    pub(crate) fn census(&self) -> Census {
        let mut types: Vec<_> =
            self.types.iter().map(|(event_type, events)| (event_type.clone(), *events)).collect();
        types.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let mut categories: Vec<_> =
            self.categories.iter().map(|(name, counts)| (name.clone(), *counts)).collect();
        categories.sort_by(|a, b| a.0.cmp(&b.0));
        Census {
            counts: self.counts(),
            types,
            categories,
            first_time: self.times.map(|(first, _)| first),
            last_time: self.times.map(|(_, last)| last),
            snapshots: None,
        }
    }
}

/// A query in the index's own numbers.
struct Filter<'a> {
    query: &'a EventQuery,
    kinds: Option<HashSet<u32>>,
}

impl<'a> Filter<'a> {
    fn new(index: &Index, query: &'a EventQuery) -> Self {
        let number = |event_type: &EventType| index.types.get_index_of(event_type);
        let kinds = || query.types.iter().filter_map(number).map(|number| number as u32).collect();
        Self { query, kinds: (!query.types.is_empty()).then(kinds) }
    }

    fn passes(&self, index: &Index, row: &Row) -> bool {
        let Self { query, kinds } = self;
        let category =
            || index.aggregates.get_index(row.aggregate as usize).map(|(key, _)| &key.category);
        query.after_position.is_none_or(|after| row.position().is_some_and(|at| at > after))
            && query.from.is_none_or(|from| row.time.is_some_and(|time| time >= from))
            && query.to.is_none_or(|to| row.time.is_some_and(|time| time <= to))
            && kinds.as_ref().is_none_or(|kinds| kinds.contains(&(row.kind & !Row::MARKS)))
            && query.category.as_ref().is_none_or(|wanted| category() == Some(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_no_more_than_is_said() {
        assert_eq!(size_of::<Row>(), 48);
    }
}

//! The questions about one aggregate and about the whole store, each a few statements inside one call.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::super::{
    AggregateSummary, Cursor, Direction, EventPage, EventQuery, Head, StoreError, StoreErrorKind,
};
use super::decode::{self, Decoder, Detail, text, value};
use super::link::Call;
use super::plan::{Plan, column};
use super::statement::{Bound, first, prepare, start, step};
use super::tally::Tallies;
use crate::model::{
    AggregateId, AggregateKey, Category, Event, Finding, Position, Timestamp, Version,
};

/// How many rows one call looks at before it hands back what it has, so that a search can be watched and stopped.
pub(super) const BOUND: u64 = 20_000;

/// A store in the middle of a call.
pub(super) struct Asked<'a> {
    pub(super) call: &'a Call<'a>,
    pub(super) plan: &'a Plan,
    pub(super) decoder: &'a mut Decoder,
    pub(super) tallies: &'a Tallies,
    /// What is to be said of the whole store.
    pub(super) noticed: Vec<Finding>,
}

/// The newest event of a store, to be known again: it never changes, so where it did the history is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Newest {
    place: i64,
    digest: blake3::Hash,
}

impl Newest {
    fn of(plan: &Plan, row: &Row<'_>) -> Result<Self, StoreError> {
        let mut hasher = blake3::Hasher::new();
        for at in [column::AGGREGATE, column::VERSION, column::TYPE, column::DATA] {
            let cell = value(row, at);
            let text = text(cell).unwrap_or_default();
            let bytes = cell.as_bytes().unwrap_or(text.as_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        }
        Ok(Self { place: place(plan, row)?, digest: hasher.finalize() })
    }
}

impl Asked<'_> {
    /// The category of the aggregate that `row` belongs to.
    pub(super) fn category(&mut self, id: &str, row: &Row<'_>) -> Result<Category, StoreError> {
        let Self { call, plan, decoder, .. } = self;
        decoder.category(plan, id, value(row, column::CATEGORY), || {
            let first_version = plan.layout.events.version.1;
            if value(row, column::VERSION) == ValueRef::Integer(first_version) {
                return Ok(text(value(row, column::TYPE)));
            }
            let bound = Bound { id: id.into(), ..Bound::default() };
            Ok(first(call, &plan.first_type(), bound, |row| Ok(text(value(row, 0))))?.flatten())
        })
    }

    /// The library's number for the version after which to read.
    fn number(&self, version: Version) -> i64 {
        let version = i64::try_from(version.0).unwrap_or(i64::MAX);
        version.saturating_add(self.plan.layout.events.version.1 - 1)
    }

    /// The events of one aggregate after a version. Where the store has a version twice, a page ends only after all
    /// of them, or the next one would begin beyond the rest.
    pub(super) fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
        detail: Detail,
    ) -> Result<Vec<Event>, StoreError> {
        let mut statement = prepare(self.call, &self.plan.read(detail))?;
        let bound = Bound { above: self.number(after), ..Bound::key(key) };
        let mut rows = start(self.call, &mut statement, bound)?;
        let mut events: Vec<Event> = Vec::with_capacity(limit.min(1000));
        let mut category = None;
        let mut odd = None;
        if limit == 0 {
            return Ok(events);
        }
        let mut unnumbered: Vec<Finding> = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let number =
                decode::version(value(row, column::VERSION), self.plan.layout.events.version.1);
            let number = match number {
                Ok(number) => number,
                // It stands between two others, and has no version to be asked for.
                Err(finding) => {
                    unnumbered.push(finding);
                    continue;
                }
            };
            if events.len() >= limit && events.last().is_none_or(|last| last.version != number) {
                // The next page comes past them again.
                unnumbered.clear();
                break;
            }
            let category = if let Some(known) = &category {
                Category::clone(known)
            } else {
                odd = decode::odd_aggregate(value(row, column::AGGREGATE));
                category.insert(self.category(key.id.as_str(), row)?).clone()
            };
            let mut event =
                decode::event(self.plan, self.decoder, row, detail, key.id.clone(), category);
            event.findings.extend(odd.clone().map(|odd| event.finding(odd)));
            if events.last().is_some_and(|before| before.version == event.version) {
                let twice = Finding::error("version-twice", "its aggregate has this version twice");
                event.findings.push(event.finding(twice));
            }
            for finding in unnumbered.drain(..) {
                event.findings.push(event.finding(not_shown(finding)));
            }
            events.push(event);
        }
        if let Some(last) = events.last_mut() {
            for finding in unnumbered {
                last.findings.push(last.finding(not_shown(finding)));
            }
        }
        if after == Version::ZERO
            && let Some(first) = events.first_mut()
            && let Some(finding) = self.too_low(key)?
        {
            first.findings.push(finding);
        }
        Ok(events)
    }

    /// What is to be said of events that are numbered below the first version.
    fn too_low(&self, key: &AggregateKey) -> Result<Option<Finding>, StoreError> {
        let bound = Bound { above: self.number(Version::ZERO), ..Bound::key(key) };
        let mut count = 0;
        for sql in self.plan.count_others() {
            count += self.number_of(&sql, bound)?;
        }
        let (column, least) = &self.plan.layout.events.version;
        Ok((count > 0).then(|| {
            let what = if count == 1 { "1 event is" } else { &format!("{count} events are") };
            let message = format!(
                "{what} numbered below {least}, the first version of this layout, or by no whole number, and not part of what is shown of {key}"
            );
            let mut finding = Finding::error("version-below-first", message).hint(format!(
                "`events` shows them; if the application counts from another number, a layout file of your own can say \
                 `version: {{column: {column}, first: 0}}`"
            ));
            finding.aggregate = Some(key.id.clone());
            finding
        }))
    }

    /// One row of the list; `None` where the aggregate has no events.
    pub(super) fn summary(
        &mut self,
        key: &AggregateKey,
    ) -> Result<Option<AggregateSummary>, StoreError> {
        let bound = Bound::key(key);
        let (call, plan) = (self.call, self.plan);
        let begin = first(call, &plan.edge(false), bound, |row| {
            let category = self.category(key.id.as_str(), row)?;
            // As it is written: a column of numbers takes `05` for 5.
            let id = AggregateId::new(text(value(row, column::AGGREGATE)).unwrap_or_default());
            Ok((category, id, decode::time(plan, row)))
        })?;
        let Some((category, id, first_time)) = begin else { return Ok(None) };
        let newest = first(call, &plan.edge(true), bound, |row| {
            let version =
                decode::version(value(row, column::VERSION), plan.layout.events.version.1);
            let marks = decode::marks(plan, row);
            Ok((version.unwrap_or_default(), decode::time(plan, row), marks))
        })?;
        // Where no event has a number, the list shows that there are some.
        let (version, last_time, (deleted, archived)) =
            newest.unwrap_or((Version::ZERO, first_time, (None, None)));
        let key = AggregateKey { category, id };
        let events = self.events_of(&key, self.number(Version::ZERO))?;
        self.noticed.extend(self.too_low(&key)?);
        Ok(Some(AggregateSummary {
            key,
            events,
            version,
            first_time,
            last_time,
            deleted,
            archived,
        }))
    }

    /// The aggregates with this id.
    pub(super) fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        let mut found = Vec::new();
        let mut key = AggregateKey { category: Category::default(), id: AggregateId::new(id) };
        let Some(next_category) = self.plan.next_category() else {
            found.extend(self.summary(&key)?);
            return Ok(found);
        };
        loop {
            found.extend(self.summary(&key)?);
            let category = key.category.as_str().into();
            let bound = Bound { category, ..Bound::default() };
            let next = first(self.call, &next_category, bound, |row| Ok(text(value(row, 0))))?;
            match next.flatten() {
                Some(category) => key.category = Category::new(category),
                None => return Ok(found),
            }
        }
    }

    /// The newest end, its event, and whether `before`, which was the newest once, is still there.
    pub(super) fn head(
        &self,
        before: Option<&Newest>,
    ) -> Result<(Head, Option<Newest>, bool), StoreError> {
        let (plan, generation) = (self.plan, self.call.generation);
        let head = first(self.call, &plan.head(), Bound::default(), |row| {
            let time = decode::time(plan, row);
            let newest = Newest::of(plan, row)?;
            let position = plan.layout.events.position.then_some(Position(newest.place));
            Ok((Head { cursor: Some(Cursor(newest.place)), position, time, generation }, newest))
        })?;
        let Some((head, newest)) = head else {
            let head = Head { cursor: None, position: None, time: None, generation };
            return Ok((head, None, before.is_none()));
        };
        let is_there = match before {
            Some(before) if before.place != newest.place => {
                let bound = Bound { above: before.place, limit: 1, ..Bound::default() };
                first(self.call, &plan.scan(false), bound, |row| {
                    Ok(Newest::of(plan, row)? == *before)
                })?
                .unwrap_or_default()
            }
            Some(before) => *before == newest,
            None => true,
        };
        Ok((head, Some(newest), is_there))
    }

    /// Events of the whole store.
    pub(super) fn scan(
        &mut self,
        query: &EventQuery,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let (call, plan) = (self.call, self.plan);
        if query.after_position.is_some() && !plan.layout.events.position {
            return Err(self.no_positions());
        }
        let beyond = query.after.map(|cursor| cursor.0).max(query.after_position.map(|at| at.0));
        let from = match beyond.map(|place| place.checked_add(1)) {
            Some(Some(next)) => next,
            Some(None) => return Ok(EventPage::default()),
            None => i64::MIN,
        };
        let to = query.upto.map_or(i64::MAX, |cursor| cursor.0);
        let backward = query.direction == Direction::Backward;
        let mut statement = prepare(call, &plan.scan(backward))?;
        // One more than asked for tells whether there is more.
        let most = if is_filtered(query) { BOUND } else { limit as u64 };
        let above = if backward { to } else { from };
        let bound = Bound { above, limit: most.saturating_add(1), ..Bound::default() };
        let mut rows = start(call, &mut statement, bound)?;
        let is_timed = query.from.is_some() || query.to.is_some();
        let mut page = EventPage::default();
        let mut last = None;
        while let Some(row) = step(call, &mut rows)? {
            let here = place(plan, row)?;
            if !(from..=to).contains(&here) {
                break;
            }
            if page.events.len() >= limit || page.examined >= most {
                page.next = if backward { Some(Cursor(here)) } else { last.map(Cursor) };
                break;
            }
            page.examined += 1;
            last = Some(here);
            if !has_type(query, value(row, column::TYPE)) {
                continue;
            }
            // Looked at before anything is made of the row: most are left out.
            if is_timed && !spans(query, decode::time(plan, row)) {
                continue;
            }
            let id = AggregateId::new(text(value(row, column::AGGREGATE)).unwrap_or_default());
            let category = self.category(id.as_str(), row)?;
            if query.category.as_ref().is_some_and(|wanted| *wanted != category) {
                continue;
            }
            let mut event = decode::event(plan, self.decoder, row, Detail::Whole, id, category);
            let odd = decode::odd_aggregate(value(row, column::AGGREGATE));
            event.findings.extend(odd.map(|odd| event.finding(odd)));
            page.events.push(event);
        }
        if backward {
            page.events.reverse();
        }
        Ok(page)
    }

    /// How many events have a position above this one.
    pub(super) fn count_after(&self, position: Position) -> Result<u64, StoreError> {
        if !self.plan.layout.events.position {
            return Err(self.no_positions());
        }
        let bound = Bound { above: position.0, ..Bound::default() };
        self.number_of(&self.plan.count_after(), bound)
    }

    /// How many events have a position above one and up to another.
    pub(super) fn count_between(&self, after: Position, upto: Position) -> Result<u64, StoreError> {
        if !self.plan.layout.events.position {
            return Err(self.no_positions());
        }
        // What is up to a place below the first is nothing.
        let Ok(limit) = u64::try_from(upto.0) else { return Ok(0) };
        let bound = Bound { above: after.0, limit, ..Bound::default() };
        self.number_of(&self.plan.count_between(), bound)
    }

    fn no_positions(&self) -> StoreError {
        let message = format!("{} stores record no position of events", self.plan.layout.title);
        StoreError::new(StoreErrorKind::Unsupported, message)
            .hint("read on from a time, or name an aggregate and a version")
    }
}

/// What is said, on the event beside it, of one that has no version.
fn not_shown(mut finding: Finding) -> Finding {
    finding.message =
        format!("an event beside it is not part of what is shown: {}", finding.message);
    finding.hint = Some("`events` without an aggregate shows it".to_owned());
    finding
}

/// Whether some events may be left out, so that a page may take many rows.
fn is_filtered(query: &EventQuery) -> bool {
    !query.types.is_empty()
        || query.category.is_some()
        || query.from.is_some()
        || query.to.is_some()
}

/// Whether an event of this time is asked for; one without a time never is where a time is.
fn spans(query: &EventQuery, time: Option<Timestamp>) -> bool {
    query.from.is_none_or(|from| time.is_some_and(|time| time >= from))
        && query.to.is_none_or(|to| time.is_some_and(|time| time <= to))
}

/// The place of a row in the store's order.
fn place(plan: &Plan, row: &Row<'_>) -> Result<i64, StoreError> {
    let found = match value(row, column::ORDER) {
        ValueRef::Integer(place) => return Ok(place),
        ValueRef::Null => "NULL".into(),
        other => text(other).unwrap_or_default(),
    };
    let said = |at: usize| text(value(row, at)).unwrap_or_default();
    let message = format!(
        "the events cannot be put in order: column {} should hold a whole number and is `{found}` in the row of aggregate \
         {}, version {}",
        plan.order_column,
        said(column::AGGREGATE),
        said(column::VERSION)
    );
    Err(StoreError::new(StoreErrorKind::Failed, message)
        .hint("a layout file of your own can name another column as `order`: --layout FILE"))
}

fn has_type(query: &EventQuery, found: ValueRef<'_>) -> bool {
    query.types.is_empty()
        || match found {
            ValueRef::Text(bytes) => {
                query.types.iter().any(|wanted| wanted.as_str().as_bytes() == bytes)
            }
            other => text(other)
                .is_some_and(|found| query.types.iter().any(|wanted| wanted.as_str() == found)),
        }
}

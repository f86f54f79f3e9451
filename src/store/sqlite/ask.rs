//! The questions about one aggregate and about the whole store, each a few statements inside one call.

use rusqlite::types::ValueRef;
use rusqlite::{CachedStatement, Row, Rows};

use super::super::layout::Field;
use super::super::{
    AggregateSummary, Checkpoint, Cursor, EventPage, EventQuery, Head, Snapshot, StoreError,
    StoreErrorKind,
};
use super::decode::{self, Dated, Decoder, text, value};
use super::link::Call;
use super::moment;
use super::payload::{payload, pick, scalar};
use super::plan::{Plan, column};
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
}

/// The newest event of a store, to be known again: it never changes, so where it did the history is another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Newest {
    place: i64,
    digest: blake3::Hash,
}

impl Newest {
    fn of(row: &Row<'_>) -> Self {
        let mut hasher = blake3::Hasher::new();
        for at in [column::AGGREGATE, column::VERSION, column::TYPE, column::DATA] {
            let cell = value(row, at);
            let text = text(cell).unwrap_or_default();
            let bytes = cell.as_bytes().unwrap_or(text.as_bytes());
            hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
        }
        Self { place: place(row), digest: hasher.finalize() }
    }
}

/// The values of a statement's parameters; those that it does not have are left out.
#[derive(Clone, Copy, Default)]
pub(super) struct Bound<'a> {
    pub(super) id: &'a str,
    pub(super) above: i64,
    pub(super) limit: u64,
    pub(super) category: &'a str,
}

impl<'a> Bound<'a> {
    pub(super) fn key(key: &'a AggregateKey) -> Self {
        Self { id: key.id.as_str(), category: key.category.as_str(), ..Self::default() }
    }
}

/// Binds and starts a statement.
pub(super) fn start<'s>(
    call: &Call<'_>,
    statement: &'s mut CachedStatement<'_>,
    bound: Bound<'_>,
) -> Result<Rows<'s>, StoreError> {
    let limit = i64::try_from(bound.limit).unwrap_or(i64::MAX);
    for at in 1..=statement.parameter_count() {
        match at {
            1 => statement.raw_bind_parameter(at, bound.id),
            2 => statement.raw_bind_parameter(at, bound.above),
            3 => statement.raw_bind_parameter(at, limit),
            _ => statement.raw_bind_parameter(at, bound.category),
        }
        .map_err(|error| call.failed(error))?;
    }
    Ok(statement.raw_query())
}

/// The next row.
pub(super) fn step<'r>(
    call: &Call<'_>,
    rows: &'r mut Rows<'_>,
) -> Result<Option<&'r Row<'r>>, StoreError> {
    rows.next().map_err(|error| call.failed(error))
}

/// A prepared statement from the connection's own cache.
pub(super) fn prepare<'c>(call: &Call<'c>, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    call.connection.prepare_cached(sql).map_err(|error| call.failed(error))
}

/// Runs a statement for its first row.
pub(super) fn first<T>(
    call: &Call<'_>,
    sql: &str,
    bound: Bound<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = prepare(call, sql)?;
    let mut rows = start(call, &mut statement, bound)?;
    step(call, &mut rows)?.map(read).transpose()
}

impl Asked<'_> {
    /// The category of the aggregate that `row` belongs to.
    pub(super) fn category(&mut self, id: &str, row: &Row<'_>) -> Result<Category, StoreError> {
        let Self { call, plan, decoder } = self;
        decoder.category(plan, id, value(row, column::CATEGORY), || {
            let first_version = plan.layout.events.version.1;
            if value(row, column::VERSION) == ValueRef::Integer(first_version) {
                return Ok(text(value(row, column::TYPE)));
            }
            let bound = Bound { id, ..Bound::default() };
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
    ) -> Result<Vec<Event>, StoreError> {
        let mut statement = prepare(self.call, &self.plan.read())?;
        let bound = Bound { above: self.number(after), ..Bound::key(key) };
        let mut rows = start(self.call, &mut statement, bound)?;
        let mut events: Vec<Event> = Vec::new();
        let mut category = None;
        if limit == 0 {
            return Ok(events);
        }
        while let Some(row) = step(self.call, &mut rows)? {
            if events.len() >= limit {
                let number =
                    decode::version(value(row, column::VERSION), self.plan.layout.events.version.1);
                if number.ok() != events.last().map(|event| event.version) {
                    break;
                }
            }
            let category = match &category {
                Some(known) => Category::clone(known),
                None => category.insert(self.category(key.id.as_str(), row)?).clone(),
            };
            let mut event = decode::event(self.plan, self.decoder, row, key.id.clone(), category);
            if events.last().is_some_and(|before| before.version == event.version) {
                let twice = Finding::error("version-twice", "its aggregate has this version twice");
                event.findings.push(event.finding(twice));
            }
            events.push(event);
        }
        Ok(events)
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
            Ok((category, decode::dated(plan, row, Version::ZERO).time))
        })?;
        let Some((category, first_time)) = begin else { return Ok(None) };
        let newest = first(call, &plan.edge(true), bound, |row| {
            let version =
                decode::version(value(row, column::VERSION), plan.layout.events.version.1);
            let Dated { time, .. } = decode::dated(plan, row, Version::ZERO);
            Ok((version.unwrap_or_default(), time, decode::marks(plan, row)))
        })?;
        let Some((version, last_time, (deleted, archived))) = newest else { return Ok(None) };
        let above = i64::MIN;
        let events = first(call, &plan.count_above(), Bound { above, ..bound }, |row| {
            row.get::<_, i64>(0).map_err(|error| call.failed(error))
        })?;
        Ok(Some(AggregateSummary {
            key: AggregateKey { category, id: key.id.clone() },
            events: events.unwrap_or_default().max(0) as u64,
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
            let bound = Bound { category: key.category.as_str(), ..Bound::default() };
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
            let time = decode::dated(plan, row, Version::ZERO).time;
            let newest = Newest::of(row);
            let position = plan.layout.events.position.then_some(Position(newest.place));
            Ok((Head { cursor: Some(Cursor(newest.place)), position, time, generation }, newest))
        })?;
        let Some((head, newest)) = head else {
            let head = Head { cursor: None, position: None, time: None, generation };
            return Ok((head, None, before.is_none()));
        };
        let is_there = match before {
            Some(before) if before.place != newest.place => {
                let above = before.place.saturating_sub(1);
                let bound = Bound { above, limit: 1, ..Bound::default() };
                first(self.call, &plan.scan(), bound, |row| Ok(Newest::of(row) == *before))?
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
        let after = match (query.after, query.after_position) {
            (after, None) => after.map_or(i64::MIN, |cursor| cursor.0),
            (after, Some(position)) if plan.layout.events.position => {
                after.map_or(position.0, |cursor| cursor.0.max(position.0))
            }
            (_, Some(_)) => {
                let message = format!("{} stores record no position of events", plan.layout.title);
                return Err(StoreError::new(StoreErrorKind::Unsupported, message)
                    .hint("read on from a time, or name an aggregate and a version"));
            }
        };
        let mut statement = prepare(call, &plan.scan())?;
        // One more than asked for tells whether there is more.
        let most = if is_filtered(query) { BOUND } else { limit as u64 };
        let bound = Bound { above: after, limit: most.saturating_add(1), ..Bound::default() };
        let mut rows = start(call, &mut statement, bound)?;
        let mut page = EventPage::default();
        let mut last = None;
        while let Some(row) = step(call, &mut rows)? {
            if page.events.len() >= limit || page.examined >= most {
                page.next = last.map(Cursor);
                break;
            }
            page.examined += 1;
            last = Some(place(row));
            if !has_type(query, value(row, column::TYPE)) {
                continue;
            }
            let id = AggregateId::new(text(value(row, column::AGGREGATE)).unwrap_or_default());
            let category = self.category(id.as_str(), row)?;
            if query.category.as_ref().is_some_and(|wanted| *wanted != category) {
                continue;
            }
            let event = decode::event(plan, self.decoder, row, id, category);
            if spans(query, event.time) {
                page.events.push(event);
            }
        }
        Ok(page)
    }

    /// How far each projection is.
    pub(super) fn checkpoints(&self) -> Result<Vec<Checkpoint>, StoreError> {
        let (Some(rule), Some(sql)) = (&self.plan.layout.checkpoints, &self.plan.checkpoints)
        else {
            return Ok(Vec::new());
        };
        let mut statement = prepare(self.call, sql)?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        let mut checkpoints = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            checkpoints.push(Checkpoint {
                name: text(value(row, 0)).unwrap_or_default().to_string(),
                position: match value(row, 1) {
                    ValueRef::Integer(position) => Some(Position(position)),
                    other => text(other).and_then(|text| text.parse().ok()).map(Position),
                },
                status: text(value(row, 2)).map(|status| status.to_string()),
                updated: rule
                    .updated
                    .as_ref()
                    .and_then(|updated| moment::of_column(value(row, 3), updated)),
            });
        }
        Ok(checkpoints)
    }

    /// The stored states of one aggregate.
    pub(super) fn snapshots(&self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        let (Some(rule), Some(sql)) = (&self.plan.layout.snapshots, &self.plan.snapshots) else {
            return Ok(Vec::new());
        };
        let first_version = self.plan.layout.events.version.1;
        let mut statement = prepare(self.call, sql)?;
        let mut rows = start(self.call, &mut statement, Bound::key(key))?;
        let mut snapshots = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let version = decode::version(value(row, 0), first_version).unwrap_or_default();
            let content_type = text(value(row, 3));
            let (state, _) = payload(value(row, 2), content_type.as_deref(), &rule.data, version);
            let time = rule.time.as_ref().and_then(|time| match &time.at {
                Field::Column(_) => moment::of_column(value(row, 1), time),
                Field::Data(path, _) => {
                    let [found] = pick(state.bytes(), [path]).ok()?;
                    moment::of_text(&scalar(found?)?, time.offset)
                }
            });
            snapshots.push(Snapshot { version, time, state });
        }
        Ok(snapshots)
    }
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
fn place(row: &Row<'_>) -> i64 {
    match value(row, column::ORDER) {
        ValueRef::Integer(place) => place,
        _ => i64::MIN,
    }
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

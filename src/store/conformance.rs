//! One suite for every store: what [`EventStore`] promises, checked against the events that are known to be in it.
//!
//! It knows no backend. Whoever opens a store in a test calls [`check`] with the events in the store's order.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{
    AggregateQuery, AggregateSummary, Counts, Cursor, Direction, EventQuery, EventStore,
    StoreErrorKind,
};
use crate::model::{AggregateKey, Category, Event, EventType, Payload, Position, Version};

/// Checks everything that can be checked on a store that holds exactly `expected`, and leaves the store usable.
pub(crate) fn check(store: &mut dyn EventStore, expected: &[Event]) {
    same_events(&scan_all(store, &EventQuery::default(), 1_000), expected, "a scan");
    head(store, expected);
    paging(store, expected);
    filters(store, expected);
    aggregates(store, expected);
    searches(store, expected);
    finds(store, expected);
    reads(store, expected);
    totals(store, expected);
    interrupts(store, expected);
    let mut again = store.reopen().unwrap();
    same_events(&scan_all(&mut *again, &EventQuery::default(), 13), expected, "opened once more");
    for key in grouped(expected).keys() {
        let snapshots = store.snapshots(key).unwrap();
        assert!(snapshots.is_sorted_by_key(|snapshot| snapshot.version), "snapshots of {key}");
    }
    assert!(store.checkpoints().unwrap().is_sorted_by(|a, b| a.name <= b.name), "checkpoints");
}

/// Every event that a scan finds, in pages of `limit`.
pub(crate) fn scan_all(store: &mut dyn EventStore, query: &EventQuery, limit: usize) -> Vec<Event> {
    let mut query = query.clone();
    let mut events = Vec::new();
    loop {
        let page = store.scan(&query, limit).unwrap();
        assert!(page.events.len() <= limit, "a page of {} for {limit}", page.events.len());
        assert!(page.examined >= page.events.len() as u64, "examined less than it found");
        events.extend(page.events);
        match page.next {
            Some(next) => {
                assert!(query.after.is_none_or(|before| before < next), "the scan stands still");
                query.after = Some(next);
                query.after_position = None;
            }
            None => return events,
        }
    }
}

/// The same, read from the other end.
fn scan_back(store: &mut dyn EventStore, query: &EventQuery, limit: usize) -> Vec<Event> {
    let mut query = EventQuery { direction: Direction::Backward, ..query.clone() };
    let mut events = Vec::new();
    loop {
        let mut page = store.scan(&query, limit).unwrap();
        assert!(page.events.len() <= limit, "a page of {} for {limit}", page.events.len());
        page.events.append(&mut events);
        events = page.events;
        let Some(next) = page.next else { return events };
        assert!(query.upto.is_none_or(|before| before > next), "the scan stands still");
        query.upto = Some(next);
    }
}

/// Every event of one aggregate, in pages of `limit`.
pub(crate) fn read_all(store: &mut dyn EventStore, key: &AggregateKey, limit: usize) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(Version::ZERO, |event| event.version);
        let page = store.read(key, after, limit).unwrap();
        if page.is_empty() {
            return events;
        }
        assert!(page.len() <= limit, "a page of {} for {limit}", page.len());
        events.extend(page);
    }
}

/// Every aggregate of the list, in pages of `limit`, in rising order.
pub(crate) fn list_all(
    store: &mut dyn EventStore,
    query: &AggregateQuery,
    limit: usize,
) -> Vec<AggregateSummary> {
    let mut query = query.clone();
    let mut pages = Vec::new();
    loop {
        let page = store.aggregates(&query, limit).unwrap();
        assert!(page.rows.len() <= limit, "a page of {} for {limit}", page.rows.len());
        assert!(page.examined >= page.rows.len() as u64, "examined less than it found");
        pages.push(page.rows);
        match page.next {
            Some(next) => {
                assert_ne!(query.beyond.as_ref(), Some(&next), "the list stands still");
                query.beyond = Some(next);
            }
            None => break,
        }
    }
    if query.direction == Direction::Backward {
        pages.reverse();
    }
    pages.concat()
}

/// Every name beyond one, in pages of `limit`.
fn keys_all(
    store: &mut dyn EventStore,
    mut beyond: Option<AggregateKey>,
    limit: usize,
) -> Vec<AggregateKey> {
    let mut keys = Vec::new();
    loop {
        let page = store.keys(beyond.as_ref(), limit).unwrap();
        assert!(page.keys.len() <= limit, "a page of {} for {limit}", page.keys.len());
        keys.extend(page.keys);
        if page.next.is_none() {
            return keys;
        }
        assert_ne!(beyond, page.next, "the names stand still");
        beyond = page.next;
    }
}

fn sizes(count: usize) -> BTreeSet<usize> {
    [1, 2, 3, 7, count.saturating_sub(1).max(1), count.max(1), count + 1, 1_000].into()
}

fn grouped(events: &[Event]) -> IndexMap<AggregateKey, Vec<Event>> {
    let mut groups: IndexMap<AggregateKey, Vec<Event>> = IndexMap::new();
    for event in events {
        groups.entry(event.key()).or_default().push(event.clone());
    }
    for group in groups.values_mut() {
        group.sort_by_key(|event| event.version);
    }
    groups
}

/// Asserts that two lists hold the same events in the same order, payloads byte for byte.
pub(crate) fn same_events(found: &[Event], expected: &[Event], what: &str) {
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        assert_eq!(told(found), told(expected), "{what}: event {at}");
    }
    assert_eq!(found.len(), expected.len(), "{what}: how many events");
}

fn told(event: &Event) -> impl PartialEq + std::fmt::Debug {
    let bytes = |payload: &Payload| {
        let text = String::from_utf8_lossy(payload.bytes()).into_owned();
        (payload.content_type().to_owned(), text, payload.value().cloned().ok())
    };
    (
        (event.position, event.key(), event.version, event.event_type.clone()),
        (event.id.clone(), event.time, event.schema.clone()),
        bytes(&event.data),
        event.metadata.as_ref().map(bytes),
    )
}

fn head(store: &mut dyn EventStore, expected: &[Event]) {
    let head = store.head().unwrap();
    let last = expected.last();
    assert_eq!(head.position, last.and_then(|event| event.position), "the head's position");
    assert_eq!(head.time, last.and_then(|event| event.time), "the head's time");
    assert_eq!(head.cursor.is_none(), expected.is_empty(), "the head's cursor");
    let query = EventQuery { after: head.cursor, ..EventQuery::default() };
    if head.cursor.is_some() {
        let page = store.scan(&query, 10).unwrap();
        assert!(page.events.is_empty() && page.next.is_none(), "something stands beyond the head");
    }
}

fn paging(store: &mut dyn EventStore, expected: &[Event]) {
    for size in sizes(expected.len()) {
        let found = scan_all(store, &EventQuery::default(), size);
        same_events(&found, expected, &format!("a scan in pages of {size}"));
    }
    for size in sizes(expected.len()) {
        let found = scan_back(store, &EventQuery::default(), size);
        same_events(&found, expected, &format!("a scan back in pages of {size}"));
    }
    let mut cursors: Vec<Cursor> = Vec::new();
    while let Some(next) = store
        .scan(&EventQuery { after: cursors.last().copied(), ..EventQuery::default() }, 1)
        .unwrap()
        .next
    {
        cursors.push(next);
    }
    let positions = store.capabilities().position;
    for (at, cursor) in cursors.iter().enumerate().step_by(expected.len() / 20 + 1) {
        let rest = expected.get(at + 1..).unwrap();
        let query = EventQuery { after: Some(*cursor), ..EventQuery::default() };
        same_events(&scan_all(store, &query, 1_000), rest, "a scan from a cursor");
        same_events(&scan_back(store, &query, 3), rest, "a scan back to a cursor");
        let query = EventQuery { upto: Some(*cursor), ..EventQuery::default() };
        let before = expected.get(..=at).unwrap();
        same_events(&scan_all(store, &query, 3), before, "a scan up to a cursor");
        same_events(&scan_back(store, &query, 1_000), before, "a scan back from a cursor");
        if positions {
            let after_position = expected.get(at).and_then(|event| event.position);
            let query = EventQuery { after_position, ..EventQuery::default() };
            same_events(&scan_all(store, &query, 1_000), rest, "a scan from a position");
            let position = after_position.unwrap();
            let above = expected.iter().filter(|event| event.position > after_position).count();
            assert_eq!(store.count_after(position).unwrap(), above as u64, "after {position}");
            for upto in expected.iter().filter_map(|event| event.position).step_by(7) {
                let between = expected.iter().filter_map(|event| event.position);
                let between = between.filter(|at| (position..=upto).contains(at) && *at > position);
                let counted = store.count_between(position, upto).unwrap();
                assert_eq!(counted, between.count() as u64, "after {position} up to {upto}");
            }
        }
    }
    if !positions {
        let query = EventQuery { after_position: Some(Position(0)), ..EventQuery::default() };
        let error = store.scan(&query, 1).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Unsupported, "{error}");
        let error = store.count_after(Position(0)).unwrap_err();
        assert_eq!(error.kind, StoreErrorKind::Unsupported, "{error}");
    }
}

fn filters(store: &mut dyn EventStore, expected: &[Event]) {
    let mut check = |query: EventQuery, keep: &dyn Fn(&Event) -> bool, what: &str| {
        let kept: Vec<Event> = expected.iter().filter(|event| keep(event)).cloned().collect();
        for size in [1, 3, 1_000] {
            same_events(&scan_all(store, &query, size), &kept, what);
            same_events(&scan_back(store, &query, size), &kept, what);
        }
    };
    let types: BTreeSet<EventType> = expected.iter().map(|e| e.event_type.clone()).collect();
    for event_type in &types {
        let query = EventQuery { types: vec![event_type.clone()], ..EventQuery::default() };
        check(query, &|event| event.event_type == *event_type, "one type");
    }
    let two: Vec<EventType> = types.iter().take(2).cloned().collect();
    if two.len() == 2 {
        let query = EventQuery { types: two.clone(), ..EventQuery::default() };
        check(query, &|event| two.contains(&event.event_type), "two types");
    }
    let none = EventQuery { types: vec!["no such type".into()], ..EventQuery::default() };
    check(none, &|_| false, "a type that is not there");
    for category in expected.iter().map(|event| event.category.clone()).collect::<BTreeSet<_>>() {
        let query = EventQuery { category: Some(category.clone()), ..EventQuery::default() };
        check(query, &|event| event.category == category, "one category");
    }
    let mut times: Vec<_> = expected.iter().filter_map(|event| event.time).collect();
    times.sort_unstable();
    if let (Some(from), Some(to)) = (times.get(times.len() / 3), times.get(times.len() * 2 / 3)) {
        let query = EventQuery { from: Some(*from), to: Some(*to), ..EventQuery::default() };
        let within = |event: &Event| event.time.is_some_and(|time| *from <= time && time <= *to);
        check(query, &within, "a span of time");
    }
}

fn summary_is_right(row: &AggregateSummary, events: &[Event]) {
    assert_eq!(row.events, events.len() as u64, "events of {}", row.key);
    assert_eq!(row.version, events.last().unwrap().version, "version of {}", row.key);
    assert_eq!(row.first_time, events.first().unwrap().time, "first time of {}", row.key);
    assert_eq!(row.last_time, events.last().unwrap().time, "last time of {}", row.key);
}

fn aggregates(store: &mut dyn EventStore, expected: &[Event]) {
    let groups = grouped(expected);
    let all = list_all(store, &AggregateQuery::default(), 1_000);
    let listed: BTreeSet<&AggregateKey> = all.iter().map(|row| &row.key).collect();
    assert_eq!(listed.len(), all.len(), "an aggregate is listed twice");
    assert_eq!(listed, groups.keys().collect(), "which aggregates are listed");
    for row in &all {
        summary_is_right(row, &groups[&row.key]);
    }
    if store.capabilities().grouped {
        let mut categories: Vec<&Category> = all.iter().map(|row| &row.key.category).collect();
        categories.dedup();
        let distinct = categories.iter().collect::<BTreeSet<_>>().len();
        assert_eq!(categories.len(), distinct, "categories come in one piece each");
    }
    for size in sizes(all.len()) {
        for direction in [Direction::Forward, Direction::Backward] {
            let query = AggregateQuery { direction, ..AggregateQuery::default() };
            assert_eq!(list_all(store, &query, size), all, "{direction:?} in pages of {size}");
        }
    }
    let keys: Vec<AggregateKey> = all.iter().map(|row| row.key.clone()).collect();
    for size in sizes(all.len()) {
        assert_eq!(keys_all(store, None, size), keys, "names in pages of {size}");
    }
    for (at, row) in all.iter().enumerate().step_by(all.len() / 20 + 1) {
        let beyond = Some(row.key.clone());
        let rest = keys_all(store, beyond.clone(), 1_000);
        assert_eq!(rest, keys.get(at + 1..).unwrap(), "names beyond");
        let forward = AggregateQuery { beyond: beyond.clone(), ..AggregateQuery::default() };
        assert_eq!(list_all(store, &forward, 1_000), all.get(at + 1..).unwrap(), "beyond");
        let direction = Direction::Backward;
        let backward = AggregateQuery { beyond, direction, ..AggregateQuery::default() };
        assert_eq!(list_all(store, &backward, 1_000), all.get(..at).unwrap(), "before");
    }
}

fn searches(store: &mut dyn EventStore, expected: &[Event]) {
    let all = list_all(store, &AggregateQuery::default(), 1_000);
    let mut words: BTreeSet<String> = BTreeSet::from(["no such aggregate".to_owned()]);
    for row in all.iter().step_by(all.len() / 4 + 1) {
        let id: Vec<char> = row.key.id.as_str().chars().collect();
        words.insert(id.iter().skip(id.len() / 2).collect::<String>().to_uppercase());
        words.insert(row.key.category.as_str().to_lowercase());
    }
    for word in words {
        let low = word.to_lowercase();
        let kept: Vec<AggregateSummary> = all
            .iter()
            .filter(|row| {
                row.key.id.as_str().to_lowercase().contains(&low)
                    || row.key.category.as_str().to_lowercase().contains(&low)
            })
            .cloned()
            .collect();
        for (size, direction) in [(1, Direction::Forward), (1_000, Direction::Backward)] {
            let matching = Some(word.clone());
            let query = AggregateQuery { direction, matching, ..AggregateQuery::default() };
            assert_eq!(list_all(store, &query, size), kept, "aggregates that match {word:?}");
        }
    }
    for category in expected.iter().map(|event| event.category.clone()).collect::<BTreeSet<_>>() {
        let kept: Vec<_> = all.iter().filter(|row| row.key.category == category).cloned().collect();
        for (size, direction) in [(2, Direction::Forward), (3, Direction::Backward)] {
            let category = Some(category.clone());
            let query = AggregateQuery { direction, category, ..AggregateQuery::default() };
            assert_eq!(list_all(store, &query, size), kept, "aggregates of one category");
        }
    }
}

fn finds(store: &mut dyn EventStore, expected: &[Event]) {
    let groups = grouped(expected);
    for key in groups.keys() {
        let found = store.find(key.id.as_str()).unwrap();
        let same_id = groups.keys().filter(|other| other.id == key.id).count();
        assert_eq!(found.len(), same_id, "how many are called {}", key.id);
        for row in &found {
            summary_is_right(row, &groups[&row.key]);
        }
    }
    assert!(store.find("no such aggregate").unwrap().is_empty());
}

fn reads(store: &mut dyn EventStore, expected: &[Event]) {
    for (key, events) in &grouped(expected) {
        for size in sizes(events.len().min(9)) {
            same_events(&read_all(store, key, size), events, &format!("{key} by {size}"));
        }
        for after in 0..=events.last().unwrap().version.0 {
            let rest: Vec<Event> =
                events.iter().filter(|event| event.version.0 > after).take(2).cloned().collect();
            let found = store.read(key, Version(after), 2).unwrap();
            same_events(&found, &rest, &format!("{key} after {after}"));
        }
        let folded = store.read_to_fold(key, Version::ZERO, events.len() + 1).unwrap();
        let bare = |events: &[Event]| -> Vec<Event> {
            let bare =
                |event: &Event| Event { id: None, schema: None, metadata: None, ..event.clone() };
            events.iter().map(bare).collect()
        };
        same_events(&bare(&folded), &bare(events), &format!("{key} to fold"));
        let beyond = store.read(key, Version(u64::MAX), 2).unwrap();
        assert!(beyond.is_empty(), "{key} has nothing after the last version there can be");
    }
    let nobody = AggregateKey::new("No", "no such aggregate");
    assert!(store.read(&nobody, Version::ZERO, 10).unwrap().is_empty());
    assert!(store.snapshots(&nobody).unwrap().is_empty());
}

fn totals(store: &mut dyn EventStore, expected: &[Event]) {
    let groups = grouped(expected);
    let counts = Counts { aggregates: groups.len() as u64, events: expected.len() as u64 };
    assert_eq!(store.counts().unwrap(), counts);
    let sizes = store.sizes().unwrap();
    assert_eq!((sizes.aggregates, sizes.events), (counts.aggregates, counts.events));
    let most = groups.values().map(|events| events.len() as u64).max();
    assert_eq!(sizes.largest.as_ref().map(|(_, events)| *events), most);
    assert!(sizes.largest.is_none_or(|(key, events)| groups[&key].len() as u64 == events));
    let census = store.census().unwrap();
    assert_eq!(census.counts, counts);
    assert!(census.types.is_sorted_by(|a, b| a.1 >= b.1), "the most frequent type comes first");
    let mut types: IndexMap<EventType, u64> = IndexMap::new();
    for event in expected {
        *types.entry(event.event_type.clone()).or_default() += 1;
    }
    assert_eq!(census.types.iter().cloned().collect::<IndexMap<_, _>>(), types);
    assert!(census.categories.is_sorted_by(|a, b| a.0 < b.0), "categories come by name");
    let mut categories: IndexMap<Category, Counts> = IndexMap::new();
    for (key, events) in &groups {
        let entry = categories.entry(key.category.clone()).or_default();
        entry.aggregates += 1;
        entry.events += events.len() as u64;
    }
    assert_eq!(census.categories.iter().cloned().collect::<IndexMap<_, _>>(), categories);
    let times = || expected.iter().filter_map(|event| event.time);
    assert_eq!((census.first_time, census.last_time), (times().min(), times().max()));
    assert_eq!(census.snapshots.is_some(), store.capabilities().snapshots);
}

/// A call that nobody runs cannot be stopped, and the next one is not stopped in its place.
fn interrupts(store: &mut dyn EventStore, expected: &[Event]) {
    let interrupter = store.interrupter();
    interrupter.interrupt();
    same_events(&scan_all(store, &EventQuery::default(), 100), expected, "after an interrupt");
}

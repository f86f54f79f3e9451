//! How many events aggregates have: counted once, and carried on with what is new.

use crate::model::Version;
use crate::store::{Direction, EventQuery, EventStore, Head, Sizes, StoreError};

/// Up to this many events all of them are counted, by an index: a fraction of a second. Of more, the newest are looked at.
const MOST: i64 = 3_000_000;
/// How many events are looked at for what is new, or to know something of a store that is too large to be counted.
const LOOK: usize = 20_000;

/// Counts a store's events, and knows what it counted last.
#[derive(Clone, Debug, Default)]
pub struct Counter(Option<(Head, Sizes)>);

impl Counter {
    /// How many events the aggregates have now. Of a store that is too large to be counted, the largest of those that the
    /// newest events are of; it is then said to have no aggregates.
    pub fn sizes(&mut self, store: &mut dyn EventStore) -> Result<Sizes, StoreError> {
        let head = store.head()?;
        let known = self.0.take().filter(|(then, _)| then.generation == head.generation);
        let carried = match known {
            Some((then, sizes)) if sizes.aggregates > 0 => carried_on(store, &then, sizes, &head)?,
            _ => None,
        };
        let sizes = match carried {
            Some(sizes) => sizes,
            None if head.cursor.is_some_and(|cursor| cursor.0 > MOST) => newest(store)?,
            None => store.sizes()?,
        };
        self.0 = Some((head, sizes.clone()));
        Ok(sizes)
    }
}

/// With what came since; `None` where that is too much.
fn carried_on(
    store: &mut dyn EventStore,
    then: &Head,
    mut sizes: Sizes,
    head: &Head,
) -> Result<Option<Sizes>, StoreError> {
    if then.cursor == head.cursor {
        return Ok(Some(sizes));
    }
    let query = EventQuery { after: then.cursor, upto: head.cursor, ..EventQuery::default() };
    let page = store.scan(&query, LOOK)?;
    if then.cursor.is_none() || page.next.is_some() {
        return Ok(None);
    }
    for event in page.events {
        sizes.events += 1;
        sizes.aggregates += u64::from(event.version == Version(1));
        let largest = sizes.largest.as_ref().map_or(0, |(_, events)| *events);
        if event.version.0 > largest {
            sizes.largest = Some((event.key(), event.version.0));
        }
    }
    Ok(Some(sizes))
}

/// The largest of those that the newest events are of; how many there are in all is not known.
fn newest(store: &mut dyn EventStore) -> Result<Sizes, StoreError> {
    let query = EventQuery { direction: Direction::Backward, ..EventQuery::default() };
    let page = store.scan(&query, LOOK)?;
    let largest = page.events.iter().max_by_key(|event| event.version);
    let largest = largest.map(|event| (event.key(), event.version.0));
    Ok(Sizes { aggregates: 0, events: 0, largest })
}

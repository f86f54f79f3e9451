//! How large a store is now, and how many events its aggregates have: counted once, and carried on with what is new.

use super::{Alert, Known, Reading, Readings};
use crate::model::{AggregateKey, Metric, Version};
use crate::session::{Session, SessionError};
use crate::store::{Direction, EventQuery, Head, Sizes};

/// Up to this many events all of them are counted, by an index: a fraction of a second. Of more, the newest are looked at.
const MOST: i64 = 3_000_000;
/// How many events are looked at for what is new, or to know something of a store that is too large to be counted.
const LOOK: usize = 20_000;

/// What was counted, and up to where.
#[derive(Clone, Debug)]
pub(in crate::session) struct Counted {
    head: Head,
    sizes: Sizes,
}

impl Session {
    /// Events per aggregate, and the room that the store takes where it can be told.
    pub(super) fn sizes_now(
        &mut self,
        columns: usize,
    ) -> Result<(Known, Option<Known>), SessionError> {
        let storage = self.store.storage()?.map(|bytes| {
            let mut trend = vec![None; columns];
            if let Some(last) = trend.last_mut() {
                *last = Some(bytes as f64);
            }
            let value = Some(bytes as f64);
            let now = Reading { middle: value, end: value, count: 1 };
            Known::Readings(Box::new(Readings { now, trend, ..Readings::default() }))
        });
        let sizes = self.sizes()?;
        let Some((key, largest)) = &sizes.largest else { return Ok((Known::NothingYet, storage)) };
        let mean = (sizes.events > 0).then(|| sizes.events as f64 / sizes.aggregates.max(1) as f64);
        let end = Some(*largest as f64);
        let mut trend = vec![None; columns];
        if let Some(last) = trend.last_mut() {
            *last = end;
        }
        let now = Reading { middle: mean, end, count: sizes.aggregates };
        let by = vec![(key.called(), Reading { middle: end, end, count: *largest })];
        let alerts = self.outgrown(key, *largest)?.into_iter().collect();
        let readings = Readings { now, by, trend, alerts, ..Readings::default() };
        Ok((Known::Readings(Box::new(readings)), storage))
    }

    /// Since when the largest aggregate has more events than it should.
    fn outgrown(
        &mut self,
        key: &AggregateKey,
        largest: u64,
    ) -> Result<Option<Alert>, SessionError> {
        let above = Metric::EventsPerAggregate.threshold().above;
        if largest as f64 <= above {
            return Ok(None);
        }
        let events = self.store.read(key, Version(above as u64), 1)?;
        let raised = events.first().and_then(|event| event.time);
        Ok(raised.map(|raised| Alert { raised, cleared: None, worst: largest as f64 }))
    }

    fn sizes(&mut self) -> Result<Sizes, SessionError> {
        let head = self.follow()?;
        let known = self.counted.take().filter(|known| known.head.generation == head.generation);
        let carried = match known {
            Some(known) if known.sizes.aggregates > 0 => self.carried_on(known, &head)?,
            _ => None,
        };
        let sizes = match carried {
            Some(sizes) => sizes,
            None if head.cursor.is_some_and(|cursor| cursor.0 > MOST) => self.newest_sizes()?,
            None => self.store.sizes()?,
        };
        self.counted = Some(Counted { head, sizes: sizes.clone() });
        Ok(sizes)
    }

    /// With what came since; `None` where that is too much.
    fn carried_on(&mut self, known: Counted, head: &Head) -> Result<Option<Sizes>, SessionError> {
        let mut sizes = known.sizes;
        if known.head.cursor == head.cursor {
            return Ok(Some(sizes));
        }
        let query =
            EventQuery { after: known.head.cursor, upto: head.cursor, ..EventQuery::default() };
        let page = self.store.scan(&query, LOOK)?;
        if known.head.cursor.is_none() || page.next.is_some() {
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
    fn newest_sizes(&mut self) -> Result<Sizes, SessionError> {
        let query = EventQuery { direction: Direction::Backward, ..EventQuery::default() };
        let page = self.store.scan(&query, LOOK)?;
        let largest = page.events.iter().max_by_key(|event| event.version);
        let largest = largest.map(|event| (event.key(), event.version.0));
        Ok(Sizes { aggregates: 0, events: 0, largest })
    }
}

//! Where events are read from.
//!
//! A store answers in pages, holds no lock between two calls and is never written to through this trait. What folds,
//! diffs or shows events knows only what stands here; which database or file it is, and which library wrote it, is
//! settled by [`open`] and the layouts.

mod bell;
#[cfg(test)]
pub(crate) mod conformance;
pub mod demo;
mod error;
pub mod export;
mod fleeting;
mod held;
pub(crate) mod index;
pub(crate) mod kept;
pub mod layout;
pub mod memory;
mod moves;
mod open;
pub mod own;
pub(crate) mod pass;
pub mod postgres;
pub mod recording;
#[cfg(test)]
pub(crate) mod sample_events;
pub(crate) mod scratch;
pub(crate) mod sniff;
pub mod sqlite;
mod stop;
mod subscription;

pub use bell::Bell;
pub use error::{StoreError, StoreErrorKind};
pub use fleeting::remove_all as remove_leftovers;
pub use memory::MemoryStore;
pub use moves::{Around, Move};
pub use open::{OpenOptions, open};
pub(crate) use recording::is_piped;
pub use stop::Stop;
pub use subscription::Subscription;

pub use own::{Sample, Verified};

use std::ops::ControlFlow;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::model::{
    AggregateKey, Category, Event, EventType, Payload, Position, Timestamp, Version,
};

/// What is known about a store as soon as it is open.
#[derive(Clone, Debug)]
pub struct StoreInfo {
    /// What the person called it: a path or an address, without any password.
    pub name: String,
    /// The layout's name, such as `eventsourcing-py`.
    pub layout: String,
    /// The layout's title for people, such as `eventsourcing (Python)`.
    pub title: String,
    /// Why it was recognised as that: one phrase for each proof.
    pub why: Vec<String>,
    /// How certain that is, 0 to 100.
    pub confidence: u8,
    /// Where it lives: `SQLite`, `recording`, `memory`.
    pub backend: &'static str,
    /// Whether it can only be read; foldback's own stores can be written by commands that say so.
    pub read_only: bool,
    /// What opening it noticed.
    pub findings: Vec<crate::model::Finding>,
}

/// What a store's layout records, so that nobody asks for what cannot be there.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own about a layout")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities {
    /// Events have a position.
    pub position: bool,
    /// Events have a time.
    pub time: bool,
    /// Aggregates come out of [`EventStore::aggregates`] grouped by category.
    pub grouped: bool,
    /// The store keeps snapshots.
    pub snapshots: bool,
    /// The store keeps checkpoints of projections.
    pub checkpoints: bool,
    /// The store keeps samples of what was measured.
    pub samples: bool,
}

/// What a store's layout calls the members of the metadata that tie events together, where it says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MetadataKeys<'a> {
    /// The one that names the conversation.
    pub correlation: Option<&'a str>,
    /// The one that names the cause.
    pub causation: Option<&'a str>,
}

/// The newest end of a store, cheap to ask for again and again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where reading on from would find only what is new.
    pub cursor: Option<Cursor>,
    /// The newest event's position, where the layout has one.
    pub position: Option<Position>,
    /// The newest event's time, where the layout has one.
    pub time: Option<Timestamp>,
    /// Grows, within one handle, when what was read before may not be there any more: another file has taken the
    /// store's place, or its history was written anew. Events that are added leave it as it is.
    pub generation: u64,
}

/// A place in the store's own order of events; only the store that gave it can read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor(pub i64);

/// Which events of the whole store, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Only what comes after this place.
    pub after: Option<Cursor>,
    /// Only what comes up to this place, itself included.
    pub upto: Option<Cursor>,
    /// From which end to read; events come in the store's order all the same.
    pub direction: Direction,
    /// Only what comes after this position; an error where the layout has none.
    pub after_position: Option<Position>,
    /// Only events at or after this moment.
    pub from: Option<Timestamp>,
    /// Only events at or before this moment.
    pub to: Option<Timestamp>,
    /// Only these types; all where empty.
    pub types: Vec<EventType>,
    /// Only this category.
    pub category: Option<Category>,
}

/// A page of events and where the next begins.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    /// The events, in the store's order.
    pub events: Vec<Event>,
    /// Where to read on, as `after` where it was read forward and as `upto` where backward; `None` at the end of what is
    /// there now.
    pub next: Option<Cursor>,
    /// How many events were looked at to find these.
    pub examined: u64,
}

/// Which way a list is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// From smaller keys to larger.
    #[default]
    Forward,
    /// From larger keys to smaller; rows still come in rising order.
    Backward,
}

/// Which aggregates, in the order of the store's own index.
#[derive(Clone, Debug, Default)]
pub struct AggregateQuery {
    /// Start beyond this aggregate, itself left out; from the end that `direction` starts at where `None`.
    pub beyond: Option<AggregateKey>,
    /// Which way to read.
    pub direction: Direction,
    /// Only ids (or categories) that contain this, without regard to case.
    pub matching: Option<String>,
    /// Only this category.
    pub category: Option<Category>,
}

/// One row of the list of aggregates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateSummary {
    /// Which aggregate.
    pub key: AggregateKey,
    /// How many events it has in the store.
    pub events: u64,
    /// The version of its newest event.
    pub version: Version,
    /// The time of its first event.
    pub first_time: Option<Timestamp>,
    /// The time of its newest event.
    pub last_time: Option<Timestamp>,
    /// Whether the library marked it as deleted; `None` where the layout has no such mark.
    pub deleted: Option<bool>,
    /// Whether the library marked it as archived; `None` where the layout has no such mark.
    pub archived: Option<bool>,
}

/// A page of aggregates.
#[derive(Clone, Debug, Default)]
pub struct AggregatePage {
    /// The rows, rising, whatever the direction.
    pub rows: Vec<AggregateSummary>,
    /// Where to read on in the same direction; `None` where there is nothing beyond. A page may be short, or even
    /// empty, and still have one: a search stops after a bounded number of rows so that it can be cancelled.
    pub next: Option<AggregateKey>,
    /// How many aggregates were looked at to find these.
    pub examined: u64,
}

/// A page of names.
#[derive(Clone, Debug, Default)]
pub struct KeyPage {
    /// The names, rising.
    pub keys: Vec<AggregateKey>,
    /// Where to read on; `None` where there is nothing beyond.
    pub next: Option<AggregateKey>,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Aggregates with at least one event.
    pub aggregates: u64,
    /// Events.
    pub events: u64,
}

/// How many events the aggregates have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// Aggregates with at least one event.
    pub aggregates: u64,
    /// Events of them.
    pub events: u64,
    /// The one with the most events, and how many these are.
    pub largest: Option<(AggregateKey, u64)>,
}

/// What a whole pass over a store's index finds out; may take seconds on millions of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Totals.
    pub counts: Counts,
    /// Every event type with its number of events, most frequent first.
    pub types: Vec<(EventType, u64)>,
    /// Every category with its aggregates and events, by name.
    pub categories: Vec<(Category, Counts)>,
    /// The earliest time recorded.
    pub first_time: Option<Timestamp>,
    /// The latest time recorded.
    pub last_time: Option<Timestamp>,
    /// How many snapshots are stored; `None` where the layout has none.
    pub snapshots: Option<u64>,
}

/// A state that the library stored. Never trusted: it can be compared with what replay says.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The version it is a state of.
    pub version: Version,
    /// Who folded it, where that is recorded.
    pub reducer: Option<SmolStr>,
    /// When it was taken.
    pub time: Option<Timestamp>,
    /// The stored state.
    pub state: Payload,
}

/// How far a projection says it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The projection's name.
    pub name: String,
    /// The last position it handled; `None` where what is stored is no position.
    pub position: Option<Position>,
    /// The library's own word for what it is doing.
    pub status: Option<String>,
    /// When the checkpoint last moved.
    pub updated: Option<Timestamp>,
    /// How many events it could not handle; `None` where that is not recorded.
    pub errors: Option<u64>,
    /// What stopped it, where something did.
    pub error: Option<String>,
    /// The rows that are being made anew beside those that are shown.
    pub rebuild: Option<RebuildMark>,
}

/// How far the making of new rows has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildMark {
    /// The last position that was handled; 0 before the first.
    pub position: Position,
    /// When it was begun.
    pub started: Option<Timestamp>,
    /// When it last moved.
    pub updated: Option<Timestamp>,
    /// When somebody went on with it last, and where it stood then; `None` where nobody did.
    pub resumed: Option<(Timestamp, Position)>,
}

/// Stops a running call of one store from another thread; the call then fails with [`StoreErrorKind::Interrupted`].
#[derive(Clone)]
pub struct Interrupter(Arc<dyn Fn() + Send + Sync>);

impl Interrupter {
    /// An interrupter that runs `stop`.
    pub fn new(stop: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(stop))
    }

    /// Stops the call that is running now, if any.
    pub fn interrupt(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for Interrupter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Interrupter")
    }
}

/// A store that is open for reading. Calls block; they belong on a thread of their own.
pub trait EventStore: Send {
    /// What is known about it.
    fn info(&self) -> &StoreInfo;

    /// What its layout records.
    fn capabilities(&self) -> Capabilities;

    /// The same store opened once more, for another thread.
    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError>;

    /// What stops a running call.
    fn interrupter(&self) -> Interrupter;

    /// What is rung after every commit of events, whoever commits, and whenever one may have been missed, as long as the
    /// store is open; `None` where it cannot tell and has to be looked at.
    fn bell(&self) -> Option<Bell> {
        None
    }

    /// What to show of an event's type where there is little room: never empty, always part of it.
    fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        event_type.as_str()
    }

    /// Whether anything can be written to it while it is open.
    fn can_change(&self) -> bool {
        true
    }

    /// What its layout calls the members of the metadata that tie events together.
    fn metadata_keys(&self) -> MetadataKeys<'_> {
        MetadataKeys::default()
    }

    /// More calls follow at once: what the first of them opens may stay open between them, until [`Self::rest`].
    fn busy(&mut self) {}

    /// No call follows for a while: nothing stays open that would keep the store's owner from anything.
    fn rest(&mut self) {}

    /// The newest end.
    fn head(&mut self) -> Result<Head, StoreError>;

    /// Up to `limit` aggregates.
    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError>;

    /// The names of up to `limit` aggregates beyond one, rising as in the list.
    /// A backend reads them without looking at any aggregate's events, where it can.
    fn keys(&mut self, beyond: Option<&AggregateKey>, limit: usize) -> Result<KeyPage, StoreError> {
        let query = AggregateQuery { beyond: beyond.cloned(), ..AggregateQuery::default() };
        let page = self.aggregates(&query, limit)?;
        let keys = page.rows.into_iter().map(|row| row.key).collect();
        Ok(KeyPage { keys, next: page.next })
    }

    /// The aggregates with exactly this id: none, one, or one for each category that uses it.
    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError>;

    /// Up to `limit` events of one aggregate with a version above `after`, rising.
    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// The same for folding them: a backend may leave out ids, schema versions and metadata, which a fold does not
    /// look at and which take as long to read as the rest.
    fn read_to_fold(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.read(key, after, limit)
    }

    /// Up to `limit` events of the whole store.
    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError>;

    /// How many events have a position above `position`; an error where the layout has none.
    fn count_after(&mut self, position: Position) -> Result<u64, StoreError>;

    /// How many events have a position above `after` and up to `upto`; an error where the layout has none.
    fn count_between(&mut self, after: Position, upto: Position) -> Result<u64, StoreError> {
        let above = self.count_after(after)?;
        Ok(above.saturating_sub(self.count_after(upto)?))
    }

    /// How many aggregates and events there are now.
    fn counts(&mut self) -> Result<Counts, StoreError>;

    /// How many events the aggregates have, by one pass over an index where there is one.
    fn sizes(&mut self) -> Result<Sizes, StoreError> {
        let mut sizes = Sizes::default();
        let mut query = AggregateQuery::default();
        loop {
            let page = self.aggregates(&query, 1_000)?;
            for row in page.rows {
                sizes.aggregates += 1;
                sizes.events += row.events;
                if sizes.largest.as_ref().is_none_or(|(_, most)| row.events > *most) {
                    sizes.largest = Some((row.key, row.events));
                }
            }
            query.beyond = page.next;
            if query.beyond.is_none() {
                return Ok(sizes);
            }
        }
    }

    /// How many bytes the store takes where it is kept; `None` where it is kept in memory.
    fn storage(&mut self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Everything a full pass can count.
    fn census(&mut self) -> Result<Census, StoreError>;

    /// The snapshots of one aggregate, by version.
    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError>;

    /// The checkpoints of all projections, by name.
    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError>;

    /// Where one projection's checkpoint has been, the oldest first; empty where the layout keeps no history of it.
    fn checkpoint_history(&mut self, _name: &str) -> Result<Vec<Move>, StoreError> {
        Ok(Vec::new())
    }

    /// Of the same the moves about each of some moments: what that takes does not grow with the history, where a backend
    /// can look them up.
    fn moves_around(
        &mut self,
        name: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        moves::around(self, name, moments)
    }

    /// The newest `most` of them after one moment and up to another, rising.
    fn moves_between(
        &mut self,
        name: &str,
        after: Option<&Timestamp>,
        upto: &Timestamp,
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        moves::between(self, name, (after, upto), most)
    }

    /// When the first event after each of these positions was recorded; `None` where there is none.
    fn times_after(
        &mut self,
        positions: &[Position],
    ) -> Result<Vec<Option<Timestamp>>, StoreError> {
        moves::times_after(self, positions)
    }

    /// Every projection whose rows are kept here, by name; only foldback's own store keeps any.
    fn projections(&mut self) -> Result<Vec<own::ProjectionRecord>, StoreError> {
        Ok(Vec::new())
    }

    /// One of the rows that a projection shows.
    fn row(&mut self, _name: &str, _key: &str) -> Result<Option<Payload>, StoreError> {
        Ok(None)
    }

    /// Up to `limit` of the rows that a projection shows now, after a key, by key in byte order. Each page is of the rows
    /// that are shown when it is read: where they are made anew between two, the next key follows all the same.
    fn rows(
        &mut self,
        _name: &str,
        _after: Option<&str>,
        _limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        Ok(Vec::new())
    }

    /// What a projection stepped over on the way to the rows that are shown, by position; only foldback's own store knows.
    fn dead_letters(&mut self, _name: &str) -> Result<Vec<own::DeadLetter>, StoreError> {
        Ok(Vec::new())
    }

    /// When events were given up by a projection, rising; `None` where that is not recorded.
    fn failures(&mut self, _name: &str) -> Result<Option<Vec<Timestamp>>, StoreError> {
        Ok(None)
    }

    /// What was measured of a metric after one moment and up to another, rising; nothing where the layout keeps no samples.
    fn samples(
        &mut self,
        _metric: &str,
        _after: &Timestamp,
        _upto: &Timestamp,
    ) -> Result<Vec<Sample>, StoreError> {
        Ok(Vec::new())
    }

    /// When anything was measured last.
    fn newest_sample(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(None)
    }

    /// Checks the chain of hashes that ties every event to the one before it; `None` where the store has none.
    /// `progress` is told how many events were looked at, and may end it.
    fn chain(
        &mut self,
        _progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<Verified>, StoreError> {
        Ok(None)
    }
}

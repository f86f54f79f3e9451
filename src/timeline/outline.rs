//! One line about each event of an aggregate: enough to draw a rail of a million of them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::model::{Event, EventType, Timestamp, Version};

/// Entries a chunk: a clone of the whole copies one pointer for each, a push at most one chunk.
const CHUNK: usize = 4096;

/// What is known of one event without its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its version.
    pub version: Version,
    /// Its type, for [`Outline::type_name`].
    pub event_type: u32,
    /// When it was recorded.
    pub time: Option<Timestamp>,
    /// Whether the reducer could not apply it.
    pub failed: bool,
}

/// The events of an aggregate that have been walked so far, by version. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    chunks: Vec<Arc<Vec<Entry>>>,
    len: usize,
    /// How many failed before each chunk, and how many in all.
    failed_before: Vec<usize>,
    failed: usize,
    types: Arc<Types>,
    /// The latest time so far, and whether every event has one that is not before it.
    newest: Option<Timestamp>,
    out_of_order: bool,
}

#[derive(Clone, Debug, Default)]
struct Types {
    names: Vec<EventType>,
    numbers: HashMap<EventType, u32, foldhash::fast::FixedState>,
}

impl Outline {
    /// How many events.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The entry at `index`, from 0.
    pub fn get(&self, index: usize) -> Option<Entry> {
        self.chunks.get(index / CHUNK)?.get(index % CHUNK).copied()
    }

    /// The newest entry.
    pub fn last(&self) -> Option<Entry> {
        self.get(self.len.checked_sub(1)?)
    }

    /// The entries of a range of indices.
    pub fn iter(&self, range: Range<usize>) -> impl Iterator<Item = Entry> + '_ {
        let range = range.start..range.end.min(self.len);
        let first = range.start / CHUNK;
        self.chunks
            .iter()
            .skip(first)
            .flat_map(|chunk| chunk.iter().copied())
            .skip(range.start - first * CHUNK)
            .take(range.len())
    }

    /// How many of the events up to and with `version` could not be applied, and the last of them. Looks through the
    /// entries of two chunks at most.
    pub fn failed_upto(&self, version: Version) -> (usize, Option<Version>) {
        let Some(index) = self.index_of(version) else { return (0, None) };
        let chunk = index / CHUNK;
        let before = self.failed_before.get(chunk).copied().unwrap_or(0);
        let failed = |entry: &Entry| entry.failed.then_some(entry.version);
        let here = self.iter(chunk * CHUNK..index + 1).filter(|entry| entry.failed);
        let (count, last) = here.fold((0, None), |(count, _), entry| (count + 1, failed(&entry)));
        if last.is_some() || before == 0 {
            return (before + count, last);
        }
        // The last chunk that begins with fewer than there are by now has the last of them.
        let last = self.failed_before.partition_point(|count| *count < before).checked_sub(1);
        let entries = last.and_then(|chunk| self.chunks.get(chunk));
        (before, entries.and_then(|entries| entries.iter().rev().find_map(failed)))
    }

    /// The index of the last event at or before `version`.
    pub fn index_of(&self, version: Version) -> Option<usize> {
        self.partition(|entry| entry.version <= version)
    }

    /// The index of the last event recorded at or before `time`.
    pub fn at_time(&self, time: &Timestamp) -> Option<usize> {
        let by_then = |entry: &Entry| entry.time.is_some_and(|at| at <= *time);
        if self.out_of_order {
            return (0..self.len).rev().find(|index| self.get(*index).is_some_and(|e| by_then(&e)));
        }
        self.partition(by_then)
    }

    /// The version of the nearest event after the one at `index`, or before it, that has the same type.
    pub fn same_type(&self, index: usize, forward: bool) -> Option<Version> {
        let wanted = self.get(index)?.event_type;
        let version = |entry: &Entry| (entry.event_type == wanted).then_some(entry.version);
        if forward {
            return self.iter(index + 1..self.len).find_map(|entry| version(&entry));
        }
        let (chunk, inside) = (index / CHUNK, index % CHUNK);
        let here = self.chunks.get(chunk)?.get(..inside)?.iter().rev().find_map(version);
        let before = || {
            self.chunks.get(..chunk)?.iter().rev().flat_map(|c| c.iter().rev()).find_map(version)
        };
        here.or_else(before)
    }

    /// Whether any event has a time.
    pub fn has_times(&self) -> bool {
        self.newest.is_some()
    }

    /// Whether some event has no time, or an earlier one than an event before it.
    pub fn out_of_order(&self) -> bool {
        self.out_of_order
    }

    /// The type behind [`Entry::event_type`].
    pub fn type_name(&self, number: u32) -> Option<&EventType> {
        self.types.names.get(number as usize)
    }

    /// Every type seen, in the order of first sight.
    pub fn types(&self) -> &[EventType] {
        &self.types.names
    }

    fn partition(&self, holds: impl Fn(&Entry) -> bool) -> Option<usize> {
        let chunk = self
            .chunks
            .partition_point(|chunk| chunk.first().is_some_and(&holds))
            .checked_sub(1)?;
        let inside = self.chunks.get(chunk)?.partition_point(holds).checked_sub(1)?;
        Some(chunk * CHUNK + inside)
    }

    pub(super) fn push(&mut self, event: &Event, failed: bool) {
        let event_type = self.number(&event.event_type);
        self.out_of_order |= event.time.is_none() || event.time < self.newest;
        self.newest = self.newest.max(event.time);
        let entry = Entry { version: event.version, event_type, time: event.time, failed };
        if self.len.is_multiple_of(CHUNK) {
            self.failed_before.push(self.failed);
            self.chunks.push(Arc::new(Vec::with_capacity(if self.len == 0 { 16 } else { CHUNK })));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            Arc::make_mut(chunk).push(entry);
            self.len += 1;
            self.failed += usize::from(failed);
        }
    }

    fn number(&mut self, name: &EventType) -> u32 {
        if let Some(number) = self.types.numbers.get(name) {
            return *number;
        }
        let types = Arc::make_mut(&mut self.types);
        let number = types.names.len() as u32;
        types.names.push(name.clone());
        types.numbers.insert(name.clone(), number);
        number
    }
}

//! Recordings: events in a file of JSON lines, in our own shape or as CloudEvents 1.0.
//!
//! A recording is read once, into memory; a plain file is read on where it grows. A line that cannot be read is a
//! finding and the rest is still there. Knows no query: the events answer those themselves.

mod cloudevents;
mod draft;
mod file;
mod gather;
mod members;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) use cloudevents::{EXTENSION, MADE_UP_ID, MADE_UP_SOURCE, PLACED};
use file::{Packing, Seen};
use gather::{Gather, Numbering, Shape};

use super::memory::{Events, ShortType};
use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Capabilities, Census, Checkpoint, Counts,
    EventPage, EventQuery, EventStore, Head, Interrupter, MemoryStore, Snapshot, StoreError,
    StoreErrorKind, StoreInfo,
};
use crate::model::{AggregateKey, Event, EventType, Finding, Version};

/// Opens a recording: `.jsonl` or `.jsonl.zst` by what is inside, in our own shape, as CloudEvents or as an array of either.
pub fn open(path: &Path) -> Result<Box<dyn EventStore>, StoreError> {
    let (tail, events) = Tail::load(path)?;
    let memory = MemoryStore::with(tail.info(), events, tail.short_type());
    Ok(Box::new(Recording { memory, tail: Arc::new(Mutex::new(tail)) }))
}

/// Opens a recording whose `bytes` are at hand already, as they would stand in a file, under the name `name`.
pub(crate) fn held(name: &str, bytes: &[u8]) -> Result<MemoryStore, StoreError> {
    let (tail, events) = Tail::read(Path::new(name), bytes, Seen::default())?;
    Ok(MemoryStore::with(tail.info(), events, tail.short_type()))
}

/// A recording that is open. All handles on it share its events.
struct Recording {
    memory: MemoryStore,
    tail: Arc<Mutex<Tail>>,
}

/// How far a file has been read.
struct Tail {
    path: PathBuf,
    seen: Seen,
    packing: Packing,
    /// Where the first unread byte is, and how many lines lie before it.
    read: (u64, u64),
    /// The bytes just before that place.
    remembered: Vec<u8>,
    numbering: Numbering,
    shape: Shape,
    why: Vec<String>,
    confidence: u8,
    findings: Vec<Finding>,
    unfinished: Option<Finding>,
    counted: u64,
}

impl Tail {
    fn load(path: &Path) -> Result<(Self, Events), StoreError> {
        let (file, seen) = file::open(path)?;
        let again = file.try_clone();
        let (mut tail, events) = Self::read(path, file, seen)?;
        if tail.packing == Packing::Lines {
            let mut file = again.map_err(|error| file::failed(path, error))?;
            tail.remembered = file::remember(path, &mut file, tail.read.0)?;
        }
        Ok((tail, events))
    }

    fn read(path: &Path, bytes: impl io::Read, seen: Seen) -> Result<(Self, Events), StoreError> {
        let mut gather = Gather::default();
        let read = file::read(path, bytes, &mut |number, line| {
            gather.take(&place(number), line);
        })?;
        let mut tail = Self {
            path: path.to_owned(),
            seen,
            packing: read.packing,
            read: (0, 0),
            remembered: Vec::new(),
            numbering: Numbering::default(),
            shape: Shape::Own,
            why: Vec::new(),
            confidence: 0,
            findings: Vec::new(),
            unfinished: None,
            counted: 0,
        };
        tail.ended(&read, &mut gather);
        if gather.drafts.is_empty() {
            return Err(nothing_readable(path, &gather));
        }
        tail.numbering = gather.numbering();
        tail.shape = gather.shape();
        tail.recognised(&gather, read.lines);
        let sequences = gather.drafts.iter().any(|draft| draft.sequence.is_some());
        let mut events = Events::default();
        let total = gather.drafts.len();
        tail.counted = gather.settle(tail.numbering, &mut events);
        tail.numbered(total as u64, sequences);
        Ok((tail, events))
    }

    fn short_type(&self) -> ShortType {
        match self.shape {
            Shape::Own => EventType::as_str,
            Shape::CloudEvents => cloudevents::short_type,
        }
    }

    /// Takes over where reading ended, and what was noticed.
    fn ended(&mut self, read: &file::Read, gather: &mut Gather) {
        self.read = (self.read.0 + read.bytes, read.lines);
        self.unfinished = None;
        let waits = self.packing == Packing::Lines && read.broken.is_none();
        if !read.rest.trim_ascii().is_empty() {
            let mut last = Gather::default();
            let number = read.lines + 1;
            if last.take(&place(number), &read.rest) {
                // The line's end may still come; it is counted then.
                self.read.0 += read.rest.len() as u64;
                gather.take(&place(number), &read.rest);
            } else if waits {
                let message = format!("line {number}, the last, ends in the middle");
                let finding = Finding::note("line-unfinished", message);
                self.unfinished = Some(
                    finding.hint("it is read as soon as whoever writes the file has finished it"),
                );
                gather.first_look = gather.first_look.take().or(last.first_look);
            } else {
                gather.take(&place(number), &read.rest);
            }
        }
        self.findings.append(&mut gather.take_troubles());
        if let Some(why) = &read.broken {
            let what = match self.packing {
                Packing::Lines => "it cannot be read further",
                Packing::CompressedLines => "the compressed data ends early or is damaged",
                Packing::Array => "the JSON array ends early or is damaged",
            };
            let message = format!(
                "only the first {} events of {} were read: {what} ({why})",
                gather.drafts.len(),
                self.path.display()
            );
            let finding = Finding::error("recording-truncated", message);
            self.findings.push(finding.hint("copy the file again from where it came from"));
        }
    }

    fn recognised(&mut self, gather: &Gather, lines: u64) {
        let (own, cloud) = (gather.own, gather.cloud_events);
        let packed = if self.packing == Packing::CompressedLines { "zstd-compressed " } else { "" };
        let unit =
            if self.packing == Packing::Array { "elements of a JSON array" } else { "lines" };
        let lines = lines.max(own + cloud);
        if cloud > 0 {
            self.why.push(format!(
                "{cloud} of {lines} {packed}{unit} have specversion 1.x, id, source and type"
            ));
        }
        if own > 0 {
            self.why.push(format!("{own} of {lines} {packed}{unit} have aggregate and type"));
        }
        let versions = gather.drafts.iter().filter(|draft| draft.version.is_some()).count() as u64;
        let certain = if self.shape == Shape::CloudEvents { cloud } else { versions };
        self.confidence = 60 + (certain * 40 / (own + cloud).max(1)) as u8;
    }

    fn numbered(&mut self, total: u64, sequences: bool) {
        let counted = self.counted;
        if counted == 0 {
            return;
        }
        let message = if sequences {
            format!(
                "`sequence` does not count each aggregate's events from 0 or 1, so {counted} of {total} events are \
                 numbered in the order of the file"
            )
        } else {
            format!(
                "{counted} of {total} events have no version and are numbered in the order of the file"
            )
        };
        self.findings.push(Finding::note("versions-counted", message));
    }

    fn info(&self) -> StoreInfo {
        let (layout, title) = match self.shape {
            Shape::Own => ("recording", "recording of foldback"),
            Shape::CloudEvents => ("cloudevents", "CloudEvents 1.0"),
        };
        StoreInfo {
            name: self.path.display().to_string(),
            layout: layout.to_owned(),
            title: title.to_owned(),
            why: self.why.clone(),
            confidence: self.confidence,
            backend: "recording",
            read_only: true,
            findings: self.findings.iter().chain(&self.unfinished).cloned().collect(),
        }
    }

    /// Reads what has come since, if anything.
    fn follow(&mut self, memory: &MemoryStore) -> Result<(), StoreError> {
        let path = self.path.clone();
        let metadata = std::fs::metadata(&path).map_err(|error| file::failed(&path, error))?;
        if Seen::of(&metadata) == self.seen {
            return Ok(());
        }
        let (file, seen) = file::open(&path)?;
        if self.packing == Packing::Lines && seen.grown_from(&self.seen) {
            let mut again = file.try_clone().map_err(|error| file::failed(&path, error))?;
            let mut gather = Gather::default();
            let each = &mut |number: u64, line: &[u8]| {
                gather.take(&place(number), line);
            };
            if let Some(read) = file::read_on(&path, file, self.read, &self.remembered, each)? {
                self.ended(&read, &mut gather);
                self.counted += gather.settle(self.numbering, &mut memory.change());
                self.remembered = file::remember(&path, &mut again, self.read.0)?;
                self.seen = seen;
                return Ok(());
            }
        }
        let (mut tail, events) = Self::load(&path)?;
        let message = format!(
            "{} was written anew while it was open and has been read again",
            path.display()
        );
        tail.findings.push(Finding::warning("recording-rewritten", message));
        *memory.change() = events;
        *self = tail;
        Ok(())
    }
}

fn place(number: u64) -> String {
    format!("line {number}")
}

fn nothing_readable(path: &Path, gather: &Gather) -> StoreError {
    let name = path.display();
    let message = match &gather.first_look {
        Some(look) => {
            format!("{name} holds no event that can be read: its first line looks like {look}")
        }
        None => format!("{name} holds nothing but blank lines"),
    };
    StoreError::new(StoreErrorKind::NotAStore, message).hint(
        "a recording has one JSON object a line with aggregate, version, type and data, or CloudEvents 1.0 with \
         specversion, id, source and type",
    )
}

impl EventStore for Recording {
    fn info(&self) -> &StoreInfo {
        self.memory.info()
    }

    fn capabilities(&self) -> Capabilities {
        self.memory.capabilities()
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(Self { memory: self.memory.share(), tail: Arc::clone(&self.tail) }))
    }

    fn interrupter(&self) -> Interrupter {
        self.memory.interrupter()
    }

    fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        self.memory.short_type(event_type)
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        tail.follow(&self.memory)?;
        *self.memory.info_mut() = tail.info();
        drop(tail);
        self.memory.head()
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        self.memory.aggregates(query, limit)
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        self.memory.find(id)
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.memory.read(key, after, limit)
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        self.memory.scan(query, limit)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.memory.counts()
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        self.memory.census()
    }

    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        self.memory.snapshots(key)
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        self.memory.checkpoints()
    }
}

#[cfg(test)]
mod tests;

//! A recording as it was read last: its index, what was noticed, and how far it reaches.

mod follow;
mod told;

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::bytes::Bytes;
use super::draft::{self, Shape};
use super::file::{self, Counted, Seen, Tee, ZSTD};
use super::gather::{self, Gather, brief, trimmed};
use super::kept::{self, Kept};
use super::lines::{self, End, Reached};
use super::piped::{Piped, is_piped};
use crate::model::{AggregateKey, Event, Finding};
use crate::store::index::{Index, Numbering, Row};
use crate::store::scratch::ScratchFile;
use crate::store::sqlite::look;
use crate::store::{Snapshot, Stop, StoreError, StoreErrorKind};

/// How much of a file is read at once while it is indexed.
const BUFFER: usize = 1 << 18;
/// What to do about a file that ends early.
const COPY_AGAIN: &str = "copy the file again from where it came from";

/// How the events stand in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Packing {
    compressed: bool,
    array: bool,
}

impl Packing {
    /// Whether what is added to the file is read where it was read to.
    fn grows(self) -> bool {
        self == Self::default()
    }

    fn unit(self) -> &'static str {
        if self.array { "element" } else { "line" }
    }
}

/// Where a recording is.
struct Watched {
    path: PathBuf,
    seen: Seen,
}

/// What is known of a recording.
pub(super) struct State {
    name: String,
    /// The file; `None` where the bytes were given.
    watched: Option<Watched>,
    bytes: Bytes,
    pub(super) index: Index,
    /// What is no event.
    pub(super) kept: Kept,
    packing: Packing,
    reached: Reached,
    /// The bytes just before that place.
    remembered: Vec<u8>,
    numbering: Numbering,
    pub(super) shape: Shape,
    why: Vec<String>,
    confidence: u8,
    findings: Vec<Finding>,
    unfinished: Option<Finding>,
    /// Grows with everything that is noticed.
    pub(super) generation: u64,
    /// How often the file was written anew.
    pub(super) rewritten: u64,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("name", &self.name).finish_non_exhaustive()
    }
}

impl State {
    /// How many bytes the file had when it was looked at last.
    pub(super) fn storage(&self) -> Option<u64> {
        self.watched.as_ref().map(|watched| watched.seen.length())
    }

    /// Indexes a file; what it unpacks to is kept in `scratch`.
    pub(super) fn load(path: &Path, scratch: &Path, stop: &Stop) -> Result<Self, StoreError> {
        if is_piped(path) {
            return Self::piped(path, scratch, stop);
        }
        let (opened, seen) = file::open(path)?;
        let name = path.display().to_string();
        let failed = |error| file::failed(path, error);
        stop.expects(seen.length());
        let counted = Counted { from: &opened, stop };
        let mut plain = BufReader::with_capacity(BUFFER, counted);
        let start = plain.fill_buf().map_err(failed)?;
        file::check_is_utf8(&name, start)?;
        let compressed = start.starts_with(&ZSTD);
        let mut state = Self::new(name, compressed);
        state.watched = Some(Watched { path: path.to_owned(), seen });
        if compressed {
            let from = zstd::stream::read::Decoder::with_buffer(plain).map_err(failed)?;
            state.keep(from, path, scratch, stop)?;
        } else {
            state.first(&mut plain, stop)?;
            state.bytes = Bytes::File(opened);
        }
        state.remember().map_err(failed)?;
        Ok(state)
    }

    /// Indexes what is piped in, and keeps it in `scratch`: it cannot be read twice.
    fn piped(path: &Path, scratch: &Path, stop: &Stop) -> Result<Self, StoreError> {
        let name = path.display().to_string();
        let failed = |error| file::failed(path, error);
        let piped = Piped::open(path, stop).map_err(failed)?;
        let mut plain = BufReader::with_capacity(BUFFER, piped);
        let read = plain.fill_buf().map(<[u8]>::to_vec);
        stop.check()?;
        let start = read.map_err(failed)?;
        file::check_is_utf8(&name, &start)?;
        if start.starts_with(look::MAGIC) {
            let message = format!("{name} is a pipe with a SQLite database in it");
            return Err(StoreError::new(StoreErrorKind::NotAStore, message)
                .hint("a database is read from its file: write it to one, and name that"));
        }
        let compressed = start.starts_with(&ZSTD);
        let first = lines::first_byte(&mut &start[..]);
        if !compressed && !matches!(first, Some(b'{' | b'[')) {
            return Err(look::stranger(path, &start, start.len() as u64));
        }
        let mut state = Self::new(name, compressed);
        if compressed {
            let from = zstd::stream::read::Decoder::with_buffer(plain).map_err(failed)?;
            state.keep(from, path, scratch, stop)?;
        } else {
            state.keep(plain, path, scratch, stop)?;
        }
        let message = format!("{} is a pipe: what came through it is shown", state.name);
        state.findings.push(Finding::note("recording-piped", message));
        state.remember().map_err(failed)?;
        Ok(state)
    }

    /// Indexes a text while all of it is kept in `scratch`.
    fn keep(
        &mut self,
        from: impl Read,
        path: &Path,
        scratch: &Path,
        stop: &Stop,
    ) -> Result<(), StoreError> {
        let full = |state: &Self, error| match &state.watched {
            Some(_) => file::no_room(path, scratch, error),
            None => file::no_place(path, scratch, error),
        };
        let mut kept = ScratchFile::fresh(scratch).map_err(|error| full(self, error))?;
        let tee = Tee { from, to: &mut kept.file, failed: None };
        let mut input = BufReader::with_capacity(BUFFER, tee);
        let indexed = self.first(&mut input, stop);
        stop.check()?;
        if let Some(error) = input.into_inner().failed {
            return Err(full(self, error));
        }
        indexed?;
        self.bytes = Bytes::Unpacked(kept);
        Ok(())
    }

    /// Indexes the bytes of a recording that comes with the program, under the name `name`.
    pub(super) fn held(name: &str, bytes: &[u8], why: &str) -> Result<Self, StoreError> {
        let compressed = bytes.starts_with(&ZSTD);
        let bytes = if compressed {
            zstd::decode_all(bytes).map_err(|error| file::failed(Path::new(name), error))?
        } else {
            bytes.to_vec()
        };
        let mut state = Self::new(name.to_owned(), compressed);
        state.first(&mut &bytes[..], &Stop::default())?;
        state.why.push(why.to_owned());
        state.bytes = Bytes::Held(bytes);
        Ok(state)
    }

    fn new(name: String, compressed: bool) -> Self {
        Self {
            name,
            watched: None,
            bytes: Bytes::Held(Vec::new()),
            index: Index::default(),
            kept: Kept::default(),
            packing: Packing { compressed, array: false },
            reached: Reached::default(),
            remembered: Vec::new(),
            numbering: Numbering::default(),
            shape: Shape::Own,
            why: Vec::new(),
            confidence: 0,
            findings: Vec::new(),
            unfinished: None,
            generation: 0,
            rewritten: 0,
        }
    }

    /// Indexes a whole text.
    fn first(&mut self, input: &mut dyn BufRead, stop: &Stop) -> Result<(), StoreError> {
        self.packing.array = lines::first_byte(input) == Some(b'[');
        let (mut index, mut kept) = (Index::default(), Kept::default());
        let mut gather = Gather::into(&mut index, &mut kept, self.packing.unit());
        let each = &mut |number: u64, offset: u64, line: &[u8]| gather.take(number, offset, line);
        let end = if self.packing.array {
            lines::read_array(input, &mut self.reached, stop, each)?
        } else {
            lines::read_lines(input, &mut self.reached, stop, each)?
        };
        self.ended(&end, &mut gather);
        if gather.index.len() == 0 && gather.kept.is_empty() {
            return Err(self.nothing_readable(gather.first_look.as_deref(), &end));
        }
        self.recognised(&gather);
        let sequences = gather.sequences;
        self.numbering = index.numbering();
        let counted = index.settle(self.numbering);
        (self.index, self.kept) = (index, kept);
        self.numbered(counted, sequences);
        Ok(())
    }

    /// Takes in where reading ended, and what was noticed.
    fn ended(&mut self, end: &End, gather: &mut Gather<'_>) {
        self.unfinished = None;
        let (number, offset) = (self.reached.lines + 1, self.reached.offset);
        let (_, rest) = trimmed(&end.rest);
        if !rest.is_empty() {
            if brief(rest).is_ok() {
                // The line's end may still come; it is counted then.
                gather.take(number, offset, &end.rest);
                self.reached.offset += end.rest.len() as u64;
            } else if self.packing.grows() && end.broken.is_none() {
                let message = format!("line {number}, the last, ends in the middle");
                let finding = Finding::note("line-unfinished", message);
                self.unfinished = Some(
                    finding.hint("it is read as soon as whoever writes the file has finished it"),
                );
                gather.first_look.get_or_insert_with(|| gather::look(rest));
            } else {
                gather.take(number, offset, &end.rest);
            }
        }
        self.findings.append(&mut gather.take_troubles());
        if let Some(why) = self.ends_early(end) {
            let events = gather.index.len();
            let message =
                format!("only the first {events} events of {} were read: {why}", self.name);
            let finding = Finding::error("recording-truncated", message);
            self.findings.push(finding.hint(COPY_AGAIN));
        }
    }

    /// The events of some rows; `None` where the file was written anew before they were read.
    pub(super) fn events(
        &self,
        rows: &[Row],
        stop: &Stop,
    ) -> Result<Option<Vec<Event>>, StoreError> {
        let mut events = Vec::with_capacity(rows.len());
        let mut stopped = Ok(());
        let read = self.bytes.lines(rows, |row, line| {
            if events.len() % 1024 == 1023 {
                stopped = stop.check();
            }
            let Some(mut event) = draft::event(line, row.version, self.numbering) else {
                return false;
            };
            event.findings.extend(row.finding(&event));
            events.push(event);
            stopped.is_ok()
        });
        stopped?;
        if !self.is_same()? {
            return Ok(None);
        }
        let failed = |why: io::Error| file::failed(Path::new(&self.name), why);
        read.map_err(failed)?;
        if events.len() < rows.len() {
            return Err(self.says_otherwise());
        }
        Ok(Some(events))
    }

    /// The snapshots of an aggregate, by version; `None` where the file was written anew before they were read.
    pub(super) fn snapshots(
        &self,
        key: &AggregateKey,
        stop: &Stop,
    ) -> Result<Option<Vec<Snapshot>>, StoreError> {
        let mut snapshots = Vec::new();
        let mut buffer = Vec::new();
        for place in self.kept.places(key) {
            stop.check()?;
            let end = place.offset + u64::from(place.length);
            let read = self.bytes.piece(place.offset, end, &mut buffer);
            if !self.is_same()? {
                return Ok(None);
            }
            let line = read.map_err(|error| file::failed(Path::new(&self.name), error))?;
            let snapshot = kept::read_snapshot(line, &place);
            snapshots.push(snapshot.ok_or_else(|| self.says_otherwise())?);
        }
        Ok(Some(snapshots))
    }

    fn says_otherwise(&self) -> StoreError {
        let message = format!("{} no longer says what it said when it was indexed", self.name);
        StoreError::new(StoreErrorKind::Failed, message).hint("open it again")
    }
}

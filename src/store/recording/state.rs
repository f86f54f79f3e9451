//! A recording as it was read last: its index, what was noticed, and how far it reaches.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
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
use crate::store::{Snapshot, Stop, StoreError, StoreErrorKind, StoreInfo};
use crate::text::human;

/// How many bytes before the end of what was read are compared to notice that a file was written anew.
const REMEMBERED: u64 = 256;
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

    /// Why it could not be read to its end.
    fn ends_early(&self, end: &End) -> Option<String> {
        let why = end.broken.as_ref()?;
        let what = match self.packing {
            Packing { compressed: true, .. } => "the compressed data ends early or is damaged",
            Packing { array: true, .. } => "the JSON array ends early or is damaged",
            Packing { .. } => "it cannot be read further",
        };
        Some(format!("{what} ({why})"))
    }

    fn recognised(&mut self, gather: &Gather<'_>) {
        self.shape = gather.shape();
        let (own, cloud) = (gather.own, gather.cloud_events);
        let packed = if self.packing.compressed { "zstd-compressed " } else { "" };
        let unit = if self.packing.array { "elements of a JSON array" } else { "lines" };
        let beside = gather.kept.lines();
        let lines = self.reached.lines.saturating_sub(beside).max(own + cloud);
        if cloud > 0 {
            self.why.push(format!(
                "{cloud} of {lines} {packed}{unit} have specversion 1.x, id, source and type"
            ));
        }
        if own > 0 {
            self.why.push(format!("{own} of {lines} {packed}{unit} have aggregate and type"));
        }
        for (count, what, of) in [
            (gather.kept.snapshots, "snapshot", ""),
            (gather.kept.moves, "move", " of a projection's checkpoint"),
        ] {
            if count > 0 {
                self.why.push(format!("beside them {}{of}", human::plural(count, what)));
            }
        }
        let certain = if self.shape == Shape::CloudEvents { cloud } else { gather.versions };
        self.confidence = 60 + (certain * 40 / (own + cloud).max(1)) as u8;
    }

    fn numbered(&mut self, counted: u64, sequences: bool) {
        if counted == 0 {
            return;
        }
        let total = self.index.len();
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

    /// What is to be said of the store.
    pub(super) fn info(&self) -> StoreInfo {
        let (layout, title) = match self.shape {
            Shape::Own => ("recording", "recording of foldback"),
            Shape::CloudEvents => ("cloudevents", "CloudEvents 1.0"),
        };
        StoreInfo {
            name: self.name.clone(),
            layout: layout.to_owned(),
            title: title.to_owned(),
            why: self.why.clone(),
            confidence: self.confidence,
            backend: "recording",
            read_only: true,
            findings: self.findings.iter().chain(&self.unfinished).cloned().collect(),
        }
    }

    /// Whether it is a file, which can change.
    pub(super) fn is_watched(&self) -> bool {
        self.watched.is_some()
    }

    /// Whether the file is as it was when it was indexed.
    pub(super) fn is_current(&self) -> Result<bool, StoreError> {
        let Some(watched) = &self.watched else { return Ok(true) };
        Ok(Seen::now(&watched.path)? == watched.seen)
    }

    /// Indexes what has come since, if anything. What was indexed when it is stopped stays so.
    pub(super) fn follow(&mut self, scratch: &Path, stop: &Stop) -> Result<(), StoreError> {
        if self.is_current()? {
            return Ok(());
        }
        let Some(watched) = &self.watched else { return Ok(()) };
        let path = watched.path.clone();
        let (opened, seen) = file::open(&path)?;
        if self.packing.grows() && seen.grown_from(&watched.seen) && self.remembers()? {
            self.grow(opened, stop)?;
            self.watched = Some(Watched { path, seen });
            return Ok(());
        }
        let mut anew = Self::load(&path, scratch, stop)?;
        let message =
            format!("{} was written anew while it was open and has been read again", self.name);
        anew.findings.push(Finding::warning("recording-rewritten", message));
        anew.generation = self.generation + 1;
        anew.rewritten = self.rewritten + 1;
        *self = anew;
        Ok(())
    }

    fn grow(&mut self, mut opened: File, stop: &Stop) -> Result<(), StoreError> {
        let failed = |name: &str, error| file::failed(Path::new(name), error);
        opened
            .seek(SeekFrom::Start(self.reached.offset))
            .map_err(|error| failed(&self.name, error))?;
        let mut input = BufReader::with_capacity(BUFFER, opened);
        let mut index = std::mem::take(&mut self.index);
        let mut kept = std::mem::take(&mut self.kept);
        let mut gather = Gather::into(&mut index, &mut kept, self.packing.unit());
        let each = &mut |number: u64, offset: u64, line: &[u8]| gather.take(number, offset, line);
        let end = lines::read_lines(&mut input, &mut self.reached, stop, each);
        let end = match end {
            Ok(end) => {
                self.ended(&end, &mut gather);
                Ok(())
            }
            Err(error) => {
                self.findings.append(&mut gather.take_troubles());
                Err(error)
            }
        };
        index.settle(self.numbering);
        (self.index, self.kept) = (index, kept);
        self.generation += 1;
        self.remember().map_err(|error| failed(&self.name, error))?;
        end
    }

    fn remember(&mut self) -> io::Result<()> {
        let mut buffer = Vec::new();
        let (from, to) = self.remembered_span();
        self.remembered = self.bytes.piece(from, to, &mut buffer)?.to_vec();
        Ok(())
    }

    /// Whether the file still says what it said where reading ended.
    fn remembers(&self) -> Result<bool, StoreError> {
        let (from, to) = self.remembered_span();
        let mut buffer = Vec::new();
        match self.bytes.piece(from, to, &mut buffer) {
            Ok(bytes) => Ok(bytes == self.remembered),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(file::failed(Path::new(&self.name), error)),
        }
    }

    fn remembered_span(&self) -> (u64, u64) {
        let to = self.reached.offset;
        (to.saturating_sub(REMEMBERED), to)
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

    /// Whether the text that was indexed is still there, though more may have come.
    fn is_same(&self) -> Result<bool, StoreError> {
        let Some(watched) = self.watched.as_ref().filter(|_| !self.packing.compressed) else {
            return Ok(true);
        };
        let now = Seen::now(&watched.path)?;
        Ok(now == watched.seen
            || (self.packing.grows() && now.grown_from(&watched.seen) && self.remembers()?))
    }

    /// The error for a text without one event.
    fn nothing_readable(&self, first_look: Option<&str>, end: &End) -> StoreError {
        let name = &self.name;
        let no_event = format!("{name} holds no event that can be read");
        if let Some(why) = self.ends_early(end)
            && (self.packing.compressed || first_look.is_none())
        {
            let message = format!("{no_event}: {why}");
            return StoreError::new(StoreErrorKind::NotAStore, message).hint(COPY_AGAIN);
        }
        let message = match first_look {
            Some(look) => format!("{no_event}: its first line looks like {look}"),
            None if self.packing.array => format!("{name} is a JSON array without an element"),
            None => format!("{name} holds nothing but blank lines"),
        };
        StoreError::new(StoreErrorKind::NotAStore, message).hint(
            "a recording has one JSON object a line with aggregate, version, type and data, or CloudEvents 1.0 with \
             specversion, id, source and type",
        )
    }
}

//! How a recording is followed while somebody goes on writing to it, and noticed to be another one.

use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use std::path::Path;

use super::{BUFFER, State, Watched};
use crate::model::Finding;
use crate::store::recording::file::{self, Seen};
use crate::store::recording::gather::Gather;
use crate::store::recording::lines;
use crate::store::{Stop, StoreError};

/// How many bytes before the end of what was read are compared to notice that a file was written anew.
const REMEMBERED: u64 = 256;

impl State {
    /// Whether it is a file, which can change.
    pub(in super::super) fn is_watched(&self) -> bool {
        self.watched.is_some()
    }

    /// Whether the file is as it was when it was indexed.
    pub(in super::super) fn is_current(&self) -> Result<bool, StoreError> {
        let Some(watched) = &self.watched else { return Ok(true) };
        Ok(Seen::now(&watched.path)? == watched.seen)
    }

    /// Indexes what has come since, if anything. What was indexed when it is stopped stays so.
    pub(in super::super) fn follow(
        &mut self,
        scratch: &Path,
        stop: &Stop,
    ) -> Result<(), StoreError> {
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

    pub(super) fn remember(&mut self) -> io::Result<()> {
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

    /// Whether the text that was indexed is still there, though more may have come.
    pub(super) fn is_same(&self) -> Result<bool, StoreError> {
        let Some(watched) = self.watched.as_ref().filter(|_| !self.packing.compressed) else {
            return Ok(true);
        };
        let now = Seen::now(&watched.path)?;
        Ok(now == watched.seen
            || (self.packing.grows() && now.grown_from(&watched.seen) && self.remembers()?))
    }
}

//! Where the lines of a recording are, for reading some of them again.

use std::fs::File;
use std::io;

use crate::store::index::Row;
use crate::store::scratch::ScratchFile;

/// How much is read at once, unless one line is longer.
const PIECE: u64 = 1 << 20;
/// Lines with no more than this between them are read at once.
const GAP: u64 = 4 << 10;

/// The text that an index points into.
#[derive(Debug)]
pub(super) enum Bytes {
    /// The recording itself.
    File(File),
    /// What it unpacks to.
    Unpacked(ScratchFile),
    /// In memory.
    Held(Vec<u8>),
}

impl Bytes {
    /// Gives the line of each row to `take`, in their order, until it says `false`.
    pub(super) fn lines(
        &self,
        rows: &[Row],
        mut take: impl FnMut(&Row, &[u8]) -> bool,
    ) -> io::Result<()> {
        let end = |row: &Row| row.place + u64::from(row.length);
        let mut buffer = Vec::new();
        let mut rest = rows;
        while let Some(first) = rest.first() {
            let mut count = 1;
            let mut last = first;
            while let Some(row) = rest.get(count)
                && row.place >= end(last)
                && row.place - end(last) <= GAP
                && end(row) - first.place <= PIECE
            {
                last = row;
                count += 1;
            }
            let piece = self.piece(first.place, end(last), &mut buffer)?;
            let (run, later) = rest.split_at(count);
            for row in run {
                let from = (row.place - first.place) as usize;
                let line = piece.get(from..from + row.length as usize).unwrap_or_default();
                if !take(row, line) {
                    return Ok(());
                }
            }
            rest = later;
        }
        Ok(())
    }

    /// The bytes from one place to another.
    pub(super) fn piece<'a>(
        &'a self,
        from: u64,
        to: u64,
        buffer: &'a mut Vec<u8>,
    ) -> io::Result<&'a [u8]> {
        let file = match self {
            Self::File(file) | Self::Unpacked(ScratchFile { file, .. }) => file,
            Self::Held(bytes) => {
                return Ok(bytes.get(from as usize..to as usize).unwrap_or_default());
            }
        };
        buffer.resize((to - from) as usize, 0);
        read_at(file, buffer, from)?;
        Ok(buffer)
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, at)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut at: u64) -> io::Result<()> {
    use std::os::windows::fs::FileExt;
    while !buffer.is_empty() {
        let read = file.seek_read(buffer, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        buffer = buffer.get_mut(read..).unwrap_or_default();
        at += read as u64;
    }
    Ok(())
}

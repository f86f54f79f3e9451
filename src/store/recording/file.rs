//! The bytes of a recording: lines of a plain or compressed file, or the elements of one JSON array.
//!
//! Opens files for reading alone and leaves nothing beside them.

use std::fmt;
use std::fs::{File, Metadata};
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde::de::{DeserializeSeed as _, Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::store::{StoreError, StoreErrorKind};

const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// How many bytes before the end of what was read are compared to notice that a file was written anew.
const REMEMBERED: u64 = 256;

/// How the events stand in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Lines,
    CompressedLines,
    Array,
}

/// What is left when a file has been read to its end.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) packing: Packing,
    /// How many lines (or elements) were read.
    pub(super) lines: u64,
    /// How many bytes of the file, or of what it unpacks to, were read in whole lines.
    pub(super) bytes: u64,
    /// The text after the last line's end.
    pub(super) rest: Vec<u8>,
    /// Why reading stopped before the end.
    pub(super) broken: Option<String>,
}

/// What tells one state of a file from another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) length: u64,
    modified: Option<std::time::SystemTime>,
    number: u64,
}

impl Seen {
    pub(super) fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let number = 0;
        Self { length: metadata.len(), modified: metadata.modified().ok(), number }
    }

    /// Whether it is the same file with more in it.
    pub(super) fn grown_from(&self, before: &Self) -> bool {
        self.number == before.number && self.length > before.length
    }
}

/// Opens a recording for reading.
pub(super) fn open(path: &Path) -> Result<(File, Seen), StoreError> {
    let file = File::open(path).map_err(|error| failed(path, error))?;
    let metadata = file.metadata().map_err(|error| failed(path, error))?;
    if metadata.is_dir() {
        let message = format!("{} is a directory, not a recording", path.display());
        return Err(
            StoreError::new(StoreErrorKind::NotAStore, message).hint("name the file inside it")
        );
    }
    if metadata.len() == 0 && metadata.is_file() {
        let message = format!("{} is empty", path.display());
        return Err(StoreError::new(StoreErrorKind::NotAStore, message));
    }
    Ok((file, Seen::of(&metadata)))
}

/// The error for a file that cannot be read.
pub(super) fn failed(path: &Path, error: io::Error) -> StoreError {
    let name = path.display();
    match error.kind() {
        io::ErrorKind::NotFound => {
            StoreError::new(StoreErrorKind::NotFound, format!("there is no file {name}"))
                .hint("check the spelling of the path")
        }
        io::ErrorKind::PermissionDenied => {
            StoreError::new(StoreErrorKind::Denied, format!("{name} may not be read"))
                .hint("ask its owner for the permission to read it")
        }
        _ => StoreError::new(StoreErrorKind::Failed, format!("{name} cannot be read: {error}"))
            .because(error),
    }
}

/// Reads the whole of a file and gives each line to `each`, with its number from 1.
pub(super) fn read(
    path: &Path,
    file: impl io::Read,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<Read, StoreError> {
    let mut plain = BufReader::with_capacity(1 << 16, file);
    let start = plain.fill_buf().map_err(|error| failed(path, error))?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        let message = format!("{} is UTF-16 text, and recordings are UTF-8", path.display());
        return Err(StoreError::new(StoreErrorKind::NotAStore, message)
            .hint("convert it: `iconv -f UTF-16 -t UTF-8`"));
    }
    if start.starts_with(&ZSTD) {
        let decoder =
            zstd::stream::read::Decoder::with_buffer(plain).map_err(|error| failed(path, error))?;
        let mut unpacked = BufReader::with_capacity(1 << 17, decoder);
        if first_byte(&mut unpacked) == Some(b'[') {
            return Ok(read_array(&mut unpacked, Packing::CompressedLines, each));
        }
        return Ok(read_lines(&mut unpacked, Packing::CompressedLines, 0, each));
    }
    if first_byte(&mut plain) == Some(b'[') {
        return Ok(read_array(&mut plain, Packing::Array, each));
    }
    Ok(read_lines(&mut plain, Packing::Lines, 0, each))
}

/// Reads on from `offset`, where `lines` lines lie before it. `before` is what was remembered of the text there; `None`
/// where the file says something else now.
pub(super) fn read_on(
    path: &Path,
    mut file: File,
    (offset, lines): (u64, u64),
    before: &[u8],
    each: &mut dyn FnMut(u64, &[u8]),
) -> Result<Option<Read>, StoreError> {
    let mut start = vec![0; before.len()];
    file.seek(SeekFrom::Start(offset - before.len() as u64))
        .and_then(|_| file.read_exact(&mut start))
        .map_err(|error| failed(path, error))?;
    if start != before {
        return Ok(None);
    }
    let mut input = BufReader::with_capacity(1 << 16, file);
    Ok(Some(read_lines(&mut input, Packing::Lines, lines, each)))
}

/// The last bytes before `offset`.
pub(super) fn remember(path: &Path, file: &mut File, offset: u64) -> Result<Vec<u8>, StoreError> {
    let length = offset.min(REMEMBERED);
    let mut bytes = vec![0; length as usize];
    file.seek(SeekFrom::Start(offset - length))
        .and_then(|_| file.read_exact(&mut bytes))
        .map_err(|error| failed(path, error))?;
    Ok(bytes)
}

fn first_byte(input: &mut dyn BufRead) -> Option<u8> {
    let start = input.fill_buf().ok()?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    start.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

fn read_lines(
    input: &mut dyn BufRead,
    packing: Packing,
    before: u64,
    each: &mut dyn FnMut(u64, &[u8]),
) -> Read {
    let mut read = Read { packing, lines: before, bytes: 0, rest: Vec::new(), broken: None };
    let mut line = Vec::new();
    loop {
        line.clear();
        let end = input.read_until(b'\n', &mut line);
        if line.ends_with(b"\n") {
            read.lines += 1;
            read.bytes += line.len() as u64;
            each(read.lines, &line);
        } else {
            read.broken = end.err().map(|error| error.to_string());
            read.rest = line;
            return read;
        }
    }
}

fn read_array(input: &mut dyn BufRead, packing: Packing, each: &mut dyn FnMut(u64, &[u8])) -> Read {
    let mut text = Vec::new();
    let end = input.read_to_end(&mut text);
    let bytes = text.len() as u64;
    let mut read = Read { packing, lines: 0, bytes, rest: Vec::new(), broken: None };
    let start = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    let mut broken = None;
    let elements = Elements { lines: &mut read.lines, broken: &mut broken, each };
    let mut json = serde_json::Deserializer::from_slice(start);
    let whole = elements.deserialize(&mut json).and_then(|()| json.end());
    read.broken = broken
        .or_else(|| whole.err().map(|error| error.to_string()))
        .or_else(|| end.err().map(|error| error.to_string()));
    read
}

/// Gives each element of an array away as soon as it is read, so that a broken end costs no beginning.
struct Elements<'a> {
    lines: &'a mut u64,
    broken: &'a mut Option<String>,
    each: &'a mut dyn FnMut(u64, &[u8]),
}

impl<'de> serde::de::DeserializeSeed<'de> for Elements<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        loop {
            match array.next_element::<&RawValue>() {
                Ok(Some(raw)) => {
                    *self.lines += 1;
                    (self.each)(*self.lines, raw.get().as_bytes());
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    *self.broken = Some(error.to_string());
                    return Err(error);
                }
            }
        }
    }
}

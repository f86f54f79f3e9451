//! The file that a recording is in: opened for reading alone, and looked at to notice that it has changed.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::SystemTime;

use crate::store::{Stop, StoreError, StoreErrorKind};

/// What compressed data begins with.
pub(super) const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// What tells one state of a file from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    identity: (u64, u64),
    length: u64,
    modified: Option<SystemTime>,
}

impl Seen {
    /// The file that has this name now.
    pub(super) fn now(path: &Path) -> Result<Self, StoreError> {
        fs::metadata(path).map(|metadata| Self::of(&metadata)).map_err(|error| failed(path, error))
    }

    fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let identity = (0, 0);
        Self { identity, length: metadata.len(), modified: metadata.modified().ok() }
    }

    /// Its length.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Whether it is the same file with more in it.
    pub(super) fn grown_from(&self, before: &Self) -> bool {
        self.identity == before.identity && self.length > before.length
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
        return Err(StoreError::new(StoreErrorKind::NotAStore, message)
            .hint("the program that writes it may not have written anything yet"));
    }
    Ok((file, Seen::of(&metadata)))
}

/// The error for a file that cannot be read.
pub(super) fn failed(path: &Path, error: io::Error) -> StoreError {
    StoreError::reading(path.display(), error)
}

/// The error for a file whose first bytes say that it is no UTF-8.
pub(super) fn check_is_utf8(name: &str, start: &[u8]) -> Result<(), StoreError> {
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        let message = format!("{name} is UTF-16 text, and recordings are UTF-8");
        return Err(StoreError::new(StoreErrorKind::NotAStore, message)
            .hint("convert it: `iconv -f UTF-16 -t UTF-8`"));
    }
    Ok(())
}

/// The error for a place where nothing that comes through a pipe can be kept.
pub(super) fn no_place(path: &Path, scratch: &Path, error: io::Error) -> StoreError {
    let (name, scratch) = (path.display(), scratch.display());
    let message = format!("what comes from {name} cannot be kept in {scratch}: {error}");
    StoreError::new(StoreErrorKind::Failed, message)
        .because(error)
        .hint(format!("make room in {scratch} or name another place with TMPDIR"))
}

/// The error for a place where nothing can be unpacked.
pub(super) fn no_room(path: &Path, scratch: &Path, error: io::Error) -> StoreError {
    let (name, scratch) = (path.display(), scratch.display());
    let message = format!("{name} cannot be unpacked into {scratch}: {error}");
    StoreError::new(StoreErrorKind::Failed, message).because(error).hint(format!(
        "make room in {scratch} or name another place with TMPDIR; or unpack it yourself (`zstd -d {name}`) and open the \
         result"
    ))
}

/// Tells how much has been read.
pub(super) struct Counted<'a, R> {
    pub(super) from: R,
    pub(super) stop: &'a Stop,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        self.stop.advances(read as u64);
        Ok(read)
    }
}

/// Keeps all that is read from one side on the other.
pub(super) struct Tee<'a, R, W> {
    pub(super) from: R,
    pub(super) to: &'a mut W,
    /// Why it could not be kept.
    pub(super) failed: Option<io::Error>,
}

impl<R: Read, W: Write> Read for Tee<'_, R, W> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(buffer)?;
        if let Err(error) = self.to.write_all(buffer.get(..read).unwrap_or_default()) {
            let kind = error.kind();
            self.failed = Some(error);
            // Any but `Interrupted`, after which readers go on.
            return Err(if kind == io::ErrorKind::Interrupted {
                io::ErrorKind::Other
            } else {
                kind
            }
            .into());
        }
        Ok(read)
    }
}

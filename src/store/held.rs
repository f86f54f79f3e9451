//! Database files that stay open as long as somebody in this process reads them through SQLite.
//!
//! POSIX takes all locks of a process on a file away as soon as the process closes any of its handles on it
//! (<https://www.sqlite.org/howtocorrupt.html>, section 2.2). So nobody here opens a database for a look of their own:
//! there is one handle on each file, shared, and closed when the last who needs it has gone. It knows no SQLite.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Which file it is, whatever it is called: device and number.
type Identity = (u64, u64);

#[derive(Debug, Default)]
struct Entry {
    /// One, and those that were opened while another thread opened it.
    files: Vec<Arc<File>>,
    holders: usize,
}

static OPEN: Mutex<BTreeMap<Identity, Entry>> = Mutex::new(BTreeMap::new());

/// A hold on a file. It has to live longer than any connection to it.
#[derive(Debug)]
pub(crate) struct Held {
    identity: Option<Identity>,
    /// Always there; taken out only to be closed at the right time.
    file: Option<Arc<File>>,
}

impl Held {
    /// Holds the file at `path`.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let known = fs::metadata(path).ok().and_then(|meta| identity(&meta));
        if let Some(held) = known.and_then(|identity| Self::again(&mut entries(), identity)) {
            return Ok(held);
        }
        let file = File::open(path)?;
        let identity = file.metadata().map(|meta| identity(&meta));
        let mut open = entries();
        let file = Arc::new(file);
        let Some(identity) = identity? else {
            return Ok(Self { identity: None, file: Some(file) });
        };
        let entry = open.entry(identity).or_default();
        entry.files.push(Arc::clone(&file));
        entry.holders += 1;
        Ok(Self { identity: Some(identity), file: Some(file) })
    }

    fn again(open: &mut BTreeMap<Identity, Entry>, identity: Identity) -> Option<Self> {
        let entry = open.get_mut(&identity)?;
        let file = entry.files.first().map(Arc::clone)?;
        entry.holders += 1;
        Some(Self { identity: Some(identity), file: Some(file) })
    }

    fn file(&self) -> io::Result<&File> {
        self.file.as_deref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// How long it is, and what kind of file.
    pub(crate) fn metadata(&self) -> io::Result<Metadata> {
        self.file()?.metadata()
    }

    /// Up to `most` bytes from its beginning.
    pub(crate) fn beginning(&self, most: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; most];
        let mut read = 0;
        while let Some(rest) = bytes.get_mut(read..).filter(|rest| !rest.is_empty()) {
            match read_at(self.file()?, rest, read as u64) {
                Ok(0) => break,
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(read);
        Ok(bytes)
    }

    /// Copies it into a new file at `to`; `on` is told of every piece, and may end it.
    pub(crate) fn copy(
        &self,
        to: &Path,
        on: &mut dyn FnMut(u64) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut to = File::create_new(to)?;
        let mut buffer = vec![0; 1 << 20];
        let mut place = 0;
        loop {
            let read = match read_at(self.file()?, &mut buffer, place) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            to.write_all(buffer.get(..read).unwrap_or_default())?;
            place += read as u64;
            on(read as u64)?;
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut open = entries();
        // Closed before anybody can open it again: a lock that is taken then is not lost.
        drop(self.file.take());
        if let Some(identity) = self.identity
            && let Some(entry) = open.get_mut(&identity)
        {
            entry.holders -= 1;
            if entry.holders == 0 {
                open.remove(&identity);
            }
        }
    }
}

fn entries() -> MutexGuard<'static, BTreeMap<Identity, Entry>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such numbers")]
fn identity(meta: &Metadata) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt as _;
    Some((meta.dev(), meta.ino()))
}

/// Where locks belong to handles, each holder may have one of its own.
#[cfg(not(unix))]
fn identity(_: &Metadata) -> Option<Identity> {
    None
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, place)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], place: u64) -> io::Result<usize> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(place))?;
    io::Read::read(&mut file, buffer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_file_is_open_once_however_many_hold_it() {
        let directory = tempfile::tempdir().unwrap();
        let (path, link) = (directory.path().join("a"), directory.path().join("b"));
        fs::write(&path, "held").unwrap();
        fs::hard_link(&path, &link).unwrap();
        let first = Held::of(&path).unwrap();
        let second = Held::of(&link).unwrap();
        let identity = first.identity.unwrap();
        let known = |what: fn(&Entry) -> usize| entries().get(&identity).map(what);
        assert_eq!(known(|entry| entry.files.len()), Some(1));
        assert_eq!(known(|entry| entry.holders), Some(2));
        drop(first);
        assert_eq!(second.beginning(3).unwrap(), b"hel");
        assert_eq!(second.beginning(9).unwrap(), b"held");
        drop(second);
        assert_eq!(known(|entry| entry.holders), None);
    }
}

//! The file that says how a store was left: read before the first picture, written on a lane of its own.
//!
//! It stands in a directory that the front end names, never in the store's own, and is called by a hash of where the
//! store is. It is replaced as a whole, under a lock, after what somebody else wrote meanwhile was taken in. A file that
//! cannot be read is never written over, nor is one with what was put down of another store that stood there before:
//! both are put aside.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::model::had::{Had, are_others};
use crate::text;

/// The version of what is written.
const VERSION: u64 = 1;
/// A larger file is none of ours.
const LARGEST: u64 = 16 << 20;
/// How long another foldback may take to write.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where it is kept how a store was left.
#[derive(Clone, Debug)]
pub struct Keep {
    /// The directory of all of them; it is made where it is not there.
    pub directory: PathBuf,
    /// The store, as the person names it.
    pub store: OsString,
    /// Whether to begin without what was kept.
    pub fresh: bool,
}

/// Why what was kept cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    /// What is wrong.
    pub(crate) told: String,
    /// Where, and what becomes of it.
    pub(crate) hint: String,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    /// For people: the name of the file does not tell.
    store: &'a str,
    left: &'a Had,
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
struct Found {
    left: Had,
}

impl Keep {
    /// Where the store is, whatever it was called on the way there.
    fn place(&self) -> PathBuf {
        fs::canonicalize(&self.store).unwrap_or_else(|_| PathBuf::from(&self.store))
    }

    fn file(&self, place: &Path) -> PathBuf {
        let hash = blake3::hash(place.as_os_str().as_encoded_bytes()).to_hex();
        self.directory.join(hash.get(..32).unwrap_or_default()).with_extension("json")
    }

    /// How the store was left; `None` where nothing was kept.
    pub(crate) fn read(&self) -> Result<Option<Had>, Unreadable> {
        read(&self.file(&self.place()))
    }
}

fn read(path: &Path) -> Result<Option<Had>, Unreadable> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_string(&mut text));
    let wrong = |told: String| {
        let hint = format!(
            "{}: it is left as it is, and put aside as soon as something new is kept",
            path.display()
        );
        Err(Unreadable { told, hint })
    };
    match read {
        Ok(length) if length as u64 > LARGEST => {
            return wrong("how this store was left cannot be read: it is too large".to_owned());
        }
        Ok(_) => {}
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return wrong(format!("how this store was left cannot be read: {error}")),
    }
    match serde_json::from_str::<Versioned>(&text) {
        Ok(Versioned { version }) if version > VERSION => {
            return wrong(format!(
                "a newer foldback kept how this store was left, in version {version}; this one reads {VERSION}"
            ));
        }
        Ok(_) => {}
        Err(error) => return wrong(format!("how this store was left cannot be read: {error}")),
    }
    match serde_json::from_str::<Found>(&text) {
        Ok(found) => Ok(Some(found.left)),
        Err(error) => wrong(format!("how this store was left cannot be read: {error}")),
    }
}

/// The seat of the lane that writes.
#[derive(Debug)]
pub(crate) struct Keeper(pub(crate) Option<Keep>);

impl Keeper {
    /// Keeps it where the file was known to be so; returns what is kept now, which has what others kept meanwhile.
    pub(crate) fn write(&self, known: &Had, had: Had) -> Result<Had, String> {
        let Some(keep) = &self.0 else { return Ok(had) };
        let place = keep.place();
        let path = keep.file(&place);
        let told = |what: &str, at: &Path, error: &dyn std::fmt::Display| {
            let at = at.display().to_string();
            format!(
                "how this store is left cannot be kept: {what} {}: {error}",
                text::sanitize(&at)
            )
        };
        if place.parent() == Some(&keep.directory) {
            return Err(told("the store itself is in", &keep.directory, &"name another directory"));
        }
        make(&keep.directory).map_err(|error| told("cannot make", &keep.directory, &error))?;
        let _held = hold(&path.with_extension("lock"))
            .map_err(|error| told("cannot lock", &path, &error))?;
        let (theirs, aside) = match read(&path) {
            // What was put down of another store, which stood here, may be wanted again.
            Ok(Some(theirs)) if are_others(theirs.origin.as_ref(), had.origin.as_ref()) => {
                (Had::default(), theirs.is_noted())
            }
            Ok(theirs) => (theirs.unwrap_or_default(), false),
            Err(_) => (Had::default(), true),
        };
        if aside {
            put_aside(&path).map_err(|error| told("cannot put aside", &path, &error))?;
        }
        let merged = had.merged(known, &theirs);
        let store = place.to_string_lossy();
        let written = Written { version: VERSION, store: &store, left: &merged };
        let text = serde_json::to_vec_pretty(&written)
            .map_err(|error| told("cannot write", &path, &error))?;
        replace(&path, &text).map_err(|error| told("cannot write", &path, &error))?;
        Ok(merged)
    }
}

/// What a person looked at and wrote down is theirs alone.
fn make(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Keeps others from writing until it is dropped. Where files cannot be locked, nobody is kept from it.
fn hold(path: &Path) -> std::io::Result<File> {
    let file = private().truncate(false).open(path)?;
    let end = Instant::now() + PATIENCE;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < end => {
                std::thread::park_timeout(Duration::from_millis(10));
            }
            Err(TryLockError::WouldBlock) => {
                return Err(std::io::Error::other("another foldback holds it"));
            }
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

/// Gives a file that cannot be read a name where nobody writes over it.
fn put_aside(path: &Path) -> std::io::Result<()> {
    let mut number = 1;
    loop {
        let aside = path.with_extension(format!("{number}.aside.json"));
        if !aside.exists() {
            return fs::rename(path, aside);
        }
        number += 1;
    }
}

/// Replaces a file as a whole; whoever reads it meanwhile reads the one before.
fn replace(path: &Path, text: &[u8]) -> std::io::Result<()> {
    let new = path.with_extension("new");
    let mut file = private().truncate(true).open(&new)?;
    file.write_all(text)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)
}

#[cfg(test)]
mod tests;

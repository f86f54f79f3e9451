//! foldback's own store, the side that writes: one SQLite file, WAL, events immutable by trigger, every event chained
//! to the one before it by hash. The tables stand in `own/schema.sql`.
//!
//! How a reader finds what an event needs in table `events`:
//! - `recorded_at` is TEXT: RFC 3339 in UTC with exactly nine digits of a second, `2026-03-02T14:34:12.201000000Z`. Nothing
//!   is lost, byte order is time order, the index on it serves ranges. NULL where an import had no time.
//! - `data` is TEXT for JSON, byte for byte as it was recorded. Anything else is BLOB with its media type in
//!   `content_type`, which is NULL for JSON. `metadata` likewise, NULL where there is none.
//! - `(category, aggregate_id)` names an aggregate, as everywhere; `(category, aggregate_id, version)` is its index.
//!
//! Reading is left to the SQLite store and the layout `foldback`; nothing here knows a query, a fold or a command.

mod again;
mod append;
mod chain;
mod checkpoint;
#[cfg(test)]
pub(crate) mod conformance;
mod first;
mod fresh;
mod history;
mod import;
mod keep;
mod place;
pub(super) mod projection;
mod rebuild;
mod refuse;
mod row;
mod sample;
mod samples;
mod snapshot;
mod transaction;
mod upgrade;
mod write;
mod writer;

use std::path::{Path, PathBuf};

pub use append::{Appended, Expected, NewEvent};
pub(super) use append::{End, conflict, row as row_of};
pub(super) use chain::{Links, Page, check as check_chain};
pub use chain::{Verified, verify_chain};
pub use first::check_first;
pub use fresh::fresh_id;
pub(super) use history::{Due, MOST as MOST_PLACES, Place, THINNING as OF_HISTORY};
pub(super) use import::{Copy, Keeps, Kept, PAGE};
pub use import::{ImportReport, import, import_later};
pub(crate) use import::{Partial, id_for};
pub(super) use keep::too_many;
pub use place::{existing, writer};
pub use refuse::made_anew;
pub(super) use refuse::{
    check_batch, check_direction, check_name, check_reached, check_snapshot, check_step,
    check_value, id_is_taken, id_stands_twice, json_text, not_registered, not_under_way, rejected,
    time_text,
};
pub(super) use row::{Hash, Row, Stored, nine_digits, nine_digits_or_first, nine_digits_or_last};
pub use sample::Sample;
pub(super) use sample::THINNING;
pub use writer::{
    DeadLetter, MadeBy, ProjectionRecord, ProjectionState, Rebuild, RowChange, Step, StoreWriter,
};

use rusqlite::{Connection, OpenFlags};

use super::held::Held;
use super::{Bell, StoreError, StoreErrorKind};

/// The number in a file's header that says whose it is: "fold".
pub const APPLICATION_ID: i32 = 0x666f_6c64;
/// The schema that this program writes.
pub const SCHEMA_VERSION: i32 = 5;
/// The oldest schema that this program brings up to date when it opens a store for writing, and reads.
const OLDEST_SCHEMA: i32 = 1;

const SCHEMA: &str = include_str!("own/schema.sql");

/// foldback's own store, open for appending.
#[derive(Debug)]
pub struct OwnStore {
    connection: Connection,
    path: PathBuf,
    name: String,
    bell: Bell,
    /// When the history of each projection is to be put together.
    due: Due,
    // Dropped after the connection, whose locks would go with it.
    _held: Held,
}

impl OwnStore {
    /// Makes a new, empty store. Whatever stands at `path` already is left alone and refused.
    pub fn create(path: &Path) -> Result<Self, StoreError> {
        let store = Self::create_bare(path, path)?;
        let laid_out = store
            .connection
            // The tables first and WAL after, so that the file's own header, and not only its log, says whose it is.
            .execute_batch(&format!("BEGIN;\n{SCHEMA}\nCOMMIT;\nPRAGMA journal_mode = WAL;"))
            .map_err(|error| failed(path, "cannot be laid out as a store", error));
        match laid_out {
            Ok(()) => Ok(store),
            Err(error) => {
                drop(store);
                let _ = std::fs::remove_file(path);
                Err(error)
            }
        }
    }

    /// Makes a new file, without tables, that a person knows by another name.
    fn create_bare(path: &Path, called: &Path) -> Result<Self, StoreError> {
        std::fs::File::create_new(path)
            .map_err(|error| StoreError::making(called.display(), error))?;
        Self::connect(path)
    }

    /// Opens a store that foldback made, and brings it up to date where an earlier foldback made it. Any other file is
    /// refused before a byte of it could change.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let _held = check_is_ours(path)?;
        let mut store = Self::connect(path)?;
        store.upgrade()?;
        Ok(store)
    }

    /// Waits for the disk no more: for a store that is thrown away with the program. What other processes read is whole
    /// all the same.
    pub(crate) fn is_fleeting(&self) -> Result<(), StoreError> {
        let failed = |error| failed(&self.path, "cannot be opened for writing", error);
        self.connection.pragma_update(None, "synchronous", "OFF").map_err(failed)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn connect(path: &Path) -> Result<Self, StoreError> {
        let failed = |error| failed(path, "cannot be opened for writing", error);
        let held = hold(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(failed)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
        // Index pages that are written to stay in memory, and the log is taken over every 32 MiB: with SQLite's own
        // 2 and 4 MiB a store of a million events takes a tenth of the events a second.
        connection.pragma_update(None, "cache_size", -65_536).map_err(failed)?;
        connection.pragma_update(None, "wal_autocheckpoint", 8_192).map_err(failed)?;
        let name = path.display().to_string();
        let bell = Bell::of(path);
        let due = Due::default();
        Ok(Self { connection, path: path.to_owned(), name, bell, due, _held: held })
    }
}

/// Reads the header alone: opening a database with SQLite may already change what lies beside it.
fn check_is_ours(path: &Path) -> Result<Held, StoreError> {
    let held = hold(path)?;
    let name = path.display();
    let header = held.beginning(100).map_err(|error| StoreError::reading(&name, error))?;
    if header.len() < 100 {
        return Err(not_ours(path));
    }
    let number = |at: usize| {
        header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_be_bytes)
    };
    if !header.starts_with(b"SQLite format 3\0") || number(68) != Some(APPLICATION_ID) {
        return Err(not_ours(path));
    }
    match number(60) {
        Some(OLDEST_SCHEMA..=SCHEMA_VERSION) => Ok(held),
        version => Err(StoreError::new(
            StoreErrorKind::ReadOnly,
            format!(
                "{name} has schema {} of foldback's own store, and this program writes schema {SCHEMA_VERSION}",
                version.unwrap_or_default()
            ),
        )
        .hint("use the version of foldback that made it, or export it and import it again")),
    }
}

fn hold(path: &Path) -> Result<Held, StoreError> {
    Held::of(path).map_err(|error| StoreError::reading(path.display(), error))
}

/// The error for a name that is taken.
pub(crate) fn occupied(path: &Path) -> StoreError {
    StoreError::making(path.display(), std::io::ErrorKind::AlreadyExists.into())
}

fn not_ours(path: &Path) -> StoreError {
    StoreError::new(
        StoreErrorKind::ReadOnly,
        format!("{} was not made by foldback, so foldback does not write to it", path.display()),
    )
    .hint("`foldback import` copies its events into a store of foldback's own")
}

fn failed(path: &Path, what: &str, error: rusqlite::Error) -> StoreError {
    let code = error.sqlite_error_code();
    let kind = match code {
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => {
            StoreErrorKind::Locked
        }
        // SQLite names it by its number alone where the log beside the file is what may not be written.
        Some(rusqlite::ErrorCode::ReadOnly | rusqlite::ErrorCode::PermissionDenied) => {
            let message =
                format!("{} {what}: it may be read by this user, and not written", path.display());
            return StoreError::new(StoreErrorKind::ReadOnly, message)
                .because(error)
                .hint("the file, its -wal and its directory have to be writable by this user");
        }
        Some(rusqlite::ErrorCode::OperationInterrupted) => StoreErrorKind::Interrupted,
        _ => StoreErrorKind::Unwritable,
    };
    StoreError::new(kind, format!("{} {what}: {error}", path.display())).because(error)
}

#[cfg(test)]
mod tests;

//! A connection that reads a database as it is now, changes none of its bytes, leaves nothing beside it and holds no
//! lock between two calls. It knows files and SQLite; what is asked over it is somebody else's business.
//!
//! SQLite has no one way of opening that does all this, so the way is chosen by what stands on the disk, and chosen
//! again when that changes:
//!
//! | database | way | why |
//! |---|---|---|
//! | rollback journal | [`Way::Locked`]: `mode=ro` | locks only while it reads, creates nothing |
//! | WAL, `-wal` and `-shm` there | [`Way::Shared`]: `mode=ro`, the `-shm` read-only, closed after the last of a few calls that belong together | an open connection keeps its owner from cleaning up when it closes |
//! | WAL, a `-wal` with content and no `-shm` | [`Way::Copied`]: a private copy | SQLite would have to create a `-shm` beside the store |
//! | WAL, nothing in a `-wal` | [`Way::Still`]: `immutable=1` | SQLite would create both |
//!
//! An immutable connection does not see changes and takes no locks. So the files are looked at before and after each
//! call; where anything moved, what was read is thrown away and read again.
//!
//! To open a shared one anew takes ten times what reading a few events takes: most of it SQLite reading the schema. So
//! somebody who is [busy](Link::busy) with several calls may keep it until they [rest](Link::rest). Between the calls
//! it is in no transaction: its owner can write, and start its log anew. What SQLite holds for as long as a shared
//! database is open is its sign that somebody has it open: for that long its owner cannot give the log up.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, InterruptHandle, OpenFlags};

use super::super::held::Held;
use super::super::{Interrupter, StoreError, StoreErrorKind};
use super::fail::{failed, needs_writing};
use super::look::{self, beside, unreadable};
use super::scratch::Scratch;

/// How long to wait for an owner that is in the middle of a commit.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often a call is begun anew because the files changed under it.
const ATTEMPTS: usize = 20;

/// How the database is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Read-only, with SQLite's own locks.
    Locked,
    /// Read-only beside a write-ahead log, with its index.
    Shared,
    /// A copy of our own.
    Copied,
    /// As a file that nobody writes, watched.
    Still,
}

/// One file as the system sees it; two equal ones have not been written between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    identity: Identity,
    length: u64,
    modified: Option<SystemTime>,
}

/// The database and what stands beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Files {
    database: Stamp,
    wal: Option<Stamp>,
    shm: Option<Identity>,
    journal: Option<Stamp>,
}

struct Open {
    connection: Connection,
    way: Way,
    files: Files,
    // Dropped after the connection that reads in it.
    _scratch: Option<Scratch>,
}

#[derive(Default)]
struct Stop {
    running: AtomicBool,
    asked: AtomicBool,
    handle: Mutex<Option<InterruptHandle>>,
}

/// What a call works with.
pub(in crate::store) struct Call<'a> {
    /// Inside a read transaction that ends with the call.
    pub(in crate::store) connection: &'a Connection,
    stop: &'a Stop,
    name: &'a str,
    /// That of the link.
    pub(super) generation: u64,
    /// Which file it is.
    pub(super) file: Identity,
}

/// Which file it is, whatever it is called: device and number.
pub(super) type Identity = (u64, u64);

impl Call<'_> {
    /// An error of SQLite in our words.
    pub(in crate::store) fn failed(&self, error: rusqlite::Error) -> StoreError {
        failed(self.name, error)
    }

    /// Fails where somebody asked to stop; long loops ask between two statements.
    pub(in crate::store) fn checkpoint(&self) -> Result<(), StoreError> {
        if self.stop.asked.load(Ordering::Relaxed) {
            let message = format!("reading {} was stopped", self.name);
            return Err(StoreError::new(StoreErrorKind::Interrupted, message));
        }
        Ok(())
    }
}

/// A database that is read in calls.
pub(in crate::store) struct Link {
    path: PathBuf,
    /// What a person called it.
    given: PathBuf,
    name: String,
    scratch: PathBuf,
    stop: Arc<Stop>,
    /// Told how far a copy is.
    told: super::super::Stop,
    open: Option<Open>,
    // Dropped after the connection, whose locks would go with it.
    held: Option<Held>,
    /// Which file was read last.
    identity: Option<Identity>,
    generation: u64,
    /// Whether more calls follow at once.
    busy: bool,
}

impl Link {
    /// A link to the file that a person calls `path`, with `scratch` for a private copy; nothing is opened yet.
    pub(in crate::store) fn new(
        path: impl AsRef<Path>,
        scratch: &Path,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref();
        // SQLite puts its companions beside what a symbolic link points at.
        let real = fs::canonicalize(path).map_err(|error| unreadable(path, error))?;
        let mut link = Self {
            path: real,
            given: path.to_owned(),
            name: path.to_string_lossy().into_owned(),
            scratch: scratch.to_owned(),
            stop: Arc::default(),
            told: super::super::Stop::default(),
            open: None,
            held: None,
            identity: None,
            generation: 0,
            busy: false,
        };
        // In the middle of a commit a header may not fit its file.
        for attempt in 1.. {
            let before = link.files()?;
            match look::header(&link.path, &link.given) {
                Ok((_, held)) => link.held = Some(held),
                Err(_) if attempt < ATTEMPTS && link.files()? != before => continue,
                Err(error) => return Err(error),
            }
            break;
        }
        Ok(link)
    }

    /// Tells how far copying is.
    pub(super) fn telling(self, told: super::super::Stop) -> Self {
        Self { told, ..self }
    }

    /// Another link to what has that name now.
    pub(super) fn again(&self) -> Result<Self, StoreError> {
        Self::new(&self.given, &self.scratch)
    }

    /// How it was open at the last call.
    pub(super) fn way(&self) -> Option<Way> {
        self.open.as_ref().map(|open| open.way)
    }

    /// Grows when another file has taken the place of the one that was read before.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Notes that the file holds another history than before.
    pub(super) fn is_rewritten(&mut self) {
        self.generation += 1;
    }

    /// More calls follow at once: a shared database may stay open between them.
    pub(super) fn busy(&mut self) {
        self.busy = true;
    }

    /// No call follows for a while: nothing keeps the owner of a shared database from cleaning up.
    pub(super) fn rest(&mut self) {
        self.busy = false;
        self.close_shared();
    }

    fn close_shared(&mut self) {
        if self.way() == Some(Way::Shared) {
            self.close();
        }
    }

    /// Stops the call that runs.
    pub(super) fn interrupter(&self) -> Interrupter {
        let stop = Arc::clone(&self.stop);
        Interrupter::new(move || {
            if stop.running.load(Ordering::Acquire) {
                stop.asked.store(true, Ordering::Release);
                let handle = stop.handle.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(handle) = &*handle {
                    handle.interrupt();
                }
            }
        })
    }

    /// Runs `work` on one unchanging picture of the database. It may run more than once, so it must not keep anything
    /// of a run that fails.
    pub(in crate::store) fn call<T>(
        &mut self,
        mut work: impl FnMut(&Call<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.stop.asked.store(false, Ordering::Release);
        self.stop.running.store(true, Ordering::Release);
        let answer = self.attempts(&mut work);
        self.stop.running.store(false, Ordering::Release);
        if !self.busy {
            self.close_shared();
        }
        answer
    }

    fn attempts<T>(
        &mut self,
        work: &mut dyn FnMut(&Call<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut last = None;
        for _ in 0..ATTEMPTS {
            let before = self.files()?;
            let identity = Some(before.database.identity);
            if self.identity != identity {
                self.generation += u64::from(self.identity.is_some());
                self.identity = identity;
            }
            if self.open.as_ref().is_some_and(|open| !open.serves(&before)) {
                self.close();
            }
            let kept = self.open.is_some();
            if !kept && let Err(error) = self.connect(before) {
                if error.is_interrupted() || self.files()? == before {
                    return Err(error);
                }
                last = Some(error);
                continue;
            }
            let Some(open) = &self.open else { continue };
            if open.way == Way::Copied && open.files == before && self.files()? != before {
                self.close();
                continue;
            }
            let answer = run(open, &self.stop, &self.name, self.generation, work);
            let doubtful = match open.way {
                // What was opened for an earlier call may have been taken away under it.
                Way::Shared => kept && answer.is_err(),
                Way::Still => self.files()? != before,
                Way::Locked | Way::Copied => false,
            };
            if !doubtful {
                return answer;
            }
            self.close_shared();
            if let Err(error) = answer {
                if error.is_interrupted() {
                    return Err(error);
                }
                last = Some(error);
            }
        }
        let moving = StoreError::new(
            StoreErrorKind::Locked,
            format!("{} changes faster than it can be read", self.name),
        )
        .hint("try again in a moment");
        Err(last.unwrap_or(moving))
    }

    fn close(&mut self) {
        *self.stop.handle.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.open = None;
    }

    /// How many bytes the database takes with what stands beside it.
    pub(super) fn storage(&self) -> Result<u64, StoreError> {
        let files = self.files()?;
        let beside = [files.wal, files.journal].into_iter().flatten();
        Ok(files.database.length + beside.map(|file| file.length).sum::<u64>())
    }

    fn files(&self) -> Result<Files, StoreError> {
        let stamp = |path: &Path| match fs::metadata(path) {
            Ok(meta) => Ok(Some(Stamp::of(&meta))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(unreadable(path, error)),
        };
        let missing = || unreadable(&self.given, std::io::ErrorKind::NotFound.into());
        Ok(Files {
            database: stamp(&self.path)?.ok_or_else(missing)?,
            wal: stamp(&beside(&self.path, "-wal"))?,
            shm: stamp(&beside(&self.path, "-shm"))?.map(|shm| shm.identity),
            journal: stamp(&beside(&self.path, "-journal"))?,
        })
    }

    fn connect(&mut self, files: Files) -> Result<(), StoreError> {
        let (header, held) = look::header(&self.path, &self.given)?;
        let written = |file: Option<Stamp>| file.is_some_and(|file| file.length > 0);
        let way = match (header.wal, files.wal.is_some(), files.shm.is_some()) {
            (false, ..) => Way::Locked,
            (true, true, true) => Way::Shared,
            (true, true, false) if written(files.wal) => Way::Copied,
            (true, ..) => Way::Still,
        };
        let mut scratch = None;
        if way == Way::Copied {
            scratch = Some(self.copy(&held)?);
        }
        let open = match self.attach(way, scratch, files) {
            // A journal or log that its owner left behind wants to be played back, which only a copy allows.
            Err(error) if needs_writing(&error) && matches!(way, Way::Locked | Way::Shared) => {
                let scratch = Some(self.copy(&held)?);
                self.attach(Way::Copied, scratch, files)
            }
            other => other,
        }
        .map_err(|error| failed(&self.name, error))?;
        let handle = open.connection.get_interrupt_handle();
        *self.stop.handle.lock().unwrap_or_else(PoisonError::into_inner) = Some(handle);
        (self.open, self.held) = (Some(open), Some(held));
        Ok(())
    }

    /// A private copy; somebody may not want to wait for it.
    fn copy(&self, held: &Held) -> Result<Scratch, StoreError> {
        let stopped = || self.stop.asked.load(Ordering::Relaxed);
        Scratch::copy(held, &self.path, &self.scratch, &self.told, &stopped).map_err(|error| {
            let (name, scratch) = (&self.name, self.scratch.display());
            if stopped() {
                let message = format!("copying {name} was stopped");
                return StoreError::new(StoreErrorKind::Interrupted, message);
            }
            let message = format!(
                "{name} has a log that only a private copy can be read with, and none can be made in {scratch}: {error}"
            );
            StoreError::new(StoreErrorKind::Failed, message).because(error).hint(format!(
                "make room in {scratch} or name another place with TMPDIR; or open {name} once with its own program, \
                 which takes the log over"
            ))
        })
    }

    fn attach(
        &self,
        way: Way,
        scratch: Option<Scratch>,
        files: Files,
    ) -> Result<Open, rusqlite::Error> {
        let plain = OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let read_only = plain | OpenFlags::SQLITE_OPEN_READ_ONLY;
        let connection = match (&scratch, way) {
            (Some(scratch), _) => {
                let writable = plain | OpenFlags::SQLITE_OPEN_READ_WRITE;
                Connection::open_with_flags(uri(&scratch.database(), "mode=rw"), writable)?
            }
            (None, Way::Still) => {
                Connection::open_with_flags(uri(&self.path, "mode=ro&immutable=1"), read_only)?
            }
            (None, _) => {
                Connection::open_with_flags(uri(&self.path, "mode=ro&readonly_shm=1"), read_only)?
            }
        };
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(64);
        // SQLite opens lazily; this reads the header and the schema, and fails where they cannot be.
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        Ok(Open { connection, way, files, _scratch: scratch })
    }
}

impl Open {
    /// Whether it shows what the files hold now.
    fn serves(&self, now: &Files) -> bool {
        match self.way {
            // SQLite itself sees what changes in the file, but not that it began to keep a log.
            Way::Locked => self.files.database == now.database && now.wal.is_none(),
            // SQLite sees everything that its owner does, but not that the files are others.
            Way::Shared => {
                let identity = |wal: Option<Stamp>| wal.map(|wal| wal.identity);
                self.files.database.identity == now.database.identity
                    && identity(self.files.wal) == identity(now.wal)
                    && self.files.shm == now.shm
                    && now.journal.is_none()
            }
            Way::Copied | Way::Still => self.files == *now,
        }
    }
}

impl Stamp {
    fn of(meta: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            (meta.dev(), meta.ino())
        };
        #[cfg(not(unix))]
        let identity = (0, 0);
        Self { identity, length: meta.len(), modified: meta.modified().ok() }
    }
}

/// How often a rollback that was interrupted is tried again.
const ROLLBACKS: usize = 1_000;

fn run<T>(
    open: &Open,
    stop: &Stop,
    name: &str,
    generation: u64,
    work: &mut dyn FnMut(&Call<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let transaction =
        open.connection.unchecked_transaction().map_err(|error| failed(name, error))?;
    let file = open.files.database.identity;
    let answer = work(&Call { connection: &open.connection, stop, name, generation, file });
    // Nothing was written; dropping it gives the lock back.
    drop(transaction);
    // An interrupt that comes this late hits the rollback, and the lock would be held until the next call.
    for _ in 0..ROLLBACKS {
        if open.connection.is_autocommit() {
            break;
        }
        let _ = open.connection.execute_batch("ROLLBACK");
    }
    answer
}

/// A file as a URI: everything that means something there is escaped.
fn uri(path: &Path, parameters: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::from("file:");
    #[cfg(windows)]
    uri.push('/');
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' | b'~' | b':' => uri.push(char::from(*byte)),
            b'\\' if cfg!(windows) => uri.push('/'),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(*byte)),
            // Writing to a string cannot fail.
            byte => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri + "?" + parameters
}

//! One way in for every kind of store: what a file is, its first bytes say, never its name.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::held::Held;
use super::postgres::{self, PostgresStore};
use super::sqlite::{SqliteStore, look};
use super::{EventStore, Stop, StoreError, StoreErrorKind, demo, layout, recording};

/// What a person said about a store besides where it is.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// A layout file of their own.
    pub layout: Option<PathBuf>,
    /// The directory for private copies of stores that cannot be read in place and for what compressed ones unpack to; the system's usual one where `None`.
    pub scratch: Option<PathBuf>,
    /// Ends the opening: a large recording is read through for its index.
    pub stop: Stop,
}

/// Where the system keeps what is not kept. The front ends know better: they may read the environment.
pub(super) const USUAL_SCRATCH: &str = if cfg!(windows) { r"C:\Windows\Temp" } else { "/tmp" };

/// Opens the store at `source`, a path or `demo:` and the name of a sample, for reading.
pub fn open(
    source: impl AsRef<OsStr>,
    options: &OpenOptions,
) -> Result<Box<dyn EventStore>, StoreError> {
    let path = Path::new(source.as_ref());
    let source = &*path.to_string_lossy();
    if postgres::is_address(source) {
        if let Some(layout) = &options.layout {
            return Err(not_for_a_server(&layout.display().to_string(), source));
        }
        return Ok(Box::new(PostgresStore::open(source, &options.stop)?));
    }
    if let Some((scheme, _)) = source.split_once("://") {
        return Err(StoreError::new(
            StoreErrorKind::Unsupported,
            format!("foldback cannot read {scheme} stores"),
        )
        .hint(
            "a store is the path of a SQLite file or of a recording (.jsonl, .jsonl.zst), or \
             postgres://user:password@host/database",
        ));
    }
    if let Some(name) = source.strip_prefix(demo::PREFIX) {
        if let Some(layout) = &options.layout {
            return Err(no_database(&layout.display().to_string(), source));
        }
        return demo::open(name);
    }
    let layout = options.layout.as_deref().map(layout::from_file).transpose()?;
    let piped = recording::is_piped(path);
    if let (Some(layout), false) = (&layout, !piped && is_sqlite(path)) {
        // A file that is neither gets its own answer from the recordings below.
        if piped || path.is_file() {
            return Err(no_database(&layout.name, source));
        }
    }
    let scratch = options.scratch.as_deref().unwrap_or(Path::new(USUAL_SCRATCH));
    if piped {
        return recording::open_with(path, scratch, &options.stop);
    }
    if is_sqlite(path) {
        let store = SqliteStore::open_with(path, layout.as_ref(), scratch, &options.stop)?;
        return Ok(Box::new(store));
    }
    let bytes = beginning(path)?;
    if looks_like_a_recording(path, &bytes) {
        return recording::open_with(path, scratch, &options.stop);
    }
    let length = path.metadata().map_or(0, |meta| meta.len());
    Err(look::stranger(path, &bytes, length))
}

fn not_for_a_server(layout: &str, source: &str) -> StoreError {
    let message = format!(
        "the layout {layout} describes tables in SQLite, and {} is on PostgreSQL",
        postgres::without_password(source)
    );
    StoreError::new(StoreErrorKind::BadLayout, message)
        .hint("leave --layout away: on PostgreSQL foldback reads its own stores")
}

fn no_database(layout: &str, source: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::BadLayout,
        format!("the layout {layout} describes tables, and {source} is no database"),
    )
    .hint("leave --layout away: a recording says itself how it is laid out")
}

fn beginning(path: &Path) -> Result<Vec<u8>, StoreError> {
    if path.is_dir() {
        return Err(look::directory(path));
    }
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(4_096).read_to_end(&mut bytes))
        .map_err(|error| look::unreadable(path, error))?;
    Ok(bytes)
}

fn is_sqlite(path: &Path) -> bool {
    let magic = Held::of(path).and_then(|held| held.beginning(look::MAGIC.len()));
    magic.is_ok_and(|magic| magic == look::MAGIC)
}

/// JSON lines, an array of events, either compressed, or an empty file that says by its name that it will be one.
fn looks_like_a_recording(path: &Path, bytes: &[u8]) -> bool {
    const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let named = || {
        let name = path.to_string_lossy().to_ascii_lowercase();
        [".jsonl", ".ndjson"].iter().any(|end| name.ends_with(end))
    };
    bytes.starts_with(ZSTD) || matches!(first, Some(b'{' | b'[')) || (first.is_none() && named())
}

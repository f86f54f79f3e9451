//! What a file is before SQLite is asked: every way of not being a SQLite store gets an answer of its own.
//!
//! It reads a few hundred bytes and knows no tables.

use std::io;
use std::path::{Path, PathBuf};

use super::super::held::Held;
use super::super::sniff;
use super::super::{StoreError, StoreErrorKind};
use crate::text;

/// What every SQLite database starts with.
pub(crate) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What the header of a database says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// New pages go to a write-ahead log first.
    pub(super) wal: bool,
    /// How long the file should be; `None` where the header does not say.
    length: Option<u64>,
}

/// The path of the same file with something after its name: `shop.db` and `-wal`.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// The error for a file that cannot be opened or read.
pub(crate) fn unreadable(path: &Path, error: io::Error) -> StoreError {
    let failure = StoreError::reading(path.display(), error);
    if failure.kind != StoreErrorKind::NotFound {
        return failure;
    }
    failure.hint(near(path).unwrap_or_else(|| {
        "a store is a SQLite file or a recording (.jsonl, .jsonl.zst); check the path".to_owned()
    }))
}

/// Files that could have been meant, where nothing stands at `path`.
fn near(path: &Path) -> Option<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let entries = std::fs::read_dir(parent.unwrap_or(Path::new("."))).ok()?;
    let known = |name: &str| {
        [".db", ".sqlite", ".sqlite3", ".jsonl", ".jsonl.zst"].iter().any(|end| name.ends_with(end))
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| known(name))
        .take(200)
        .collect();
    names.sort_unstable();
    let typed = path.file_name().unwrap_or_default().to_string_lossy();
    if let Some(name) = text::nearest(&typed, names.iter().map(String::as_str)) {
        return Some(format!("did you mean {}?", path.with_file_name(name).display()));
    }
    names.truncate(5);
    (!names.is_empty()).then(|| format!("in that directory there are {}", names.join(", ")))
}

/// Reads and judges the header, and holds the file; an error says what the file, `given` so, is instead.
pub(super) fn header(path: &Path, given: &Path) -> Result<(Header, Held), StoreError> {
    let read = Held::of(path).and_then(|held| {
        let (meta, bytes) = (held.metadata()?, held.beginning(4_096)?);
        Ok((held, meta, bytes))
    });
    let (held, meta, bytes) = match read {
        Ok(read) => read,
        Err(error) if path.is_dir() => {
            return Err(directory(given).because(error));
        }
        Err(error) => return Err(unreadable(given, error)),
    };
    if meta.is_dir() {
        return Err(directory(given));
    }
    if !bytes.starts_with(MAGIC) {
        return Err(stranger(given, &bytes, meta.len()));
    }
    let header = parse(&bytes).ok_or_else(|| {
        truncated(given, &format!("its header of 100 bytes ends after {}", bytes.len()))
    })?;
    let unfinished = |suffix| beside(path, suffix).metadata().is_ok_and(|meta| meta.len() > 0);
    match header.length {
        // What is missing may stand in the log.
        Some(length) if meta.len() < length && !unfinished("-wal") && !unfinished("-journal") => {
            Err(truncated(
                given,
                &format!("its header says {length} bytes and there are {}", meta.len()),
            ))
        }
        _ => Ok((header, held)),
    }
}

/// Follows <https://www.sqlite.org/fileformat2.html#the_database_header>.
fn parse(bytes: &[u8]) -> Option<Header> {
    let header: &[u8; 100] = bytes.get(..100)?.try_into().ok()?;
    let word = |at: usize| -> Option<u32> {
        Some(u32::from_be_bytes(header.get(at..at + 4)?.try_into().ok()?))
    };
    let size = u16::from_be_bytes([*header.get(16)?, *header.get(17)?]);
    let page = if size == 1 { 65_536 } else { u64::from(size) };
    let pages = u64::from(word(28)?);
    let valid = pages > 0 && word(24)? == word(92)?;
    Some(Header { wal: header.get(19)? == &2, length: valid.then_some(page * pages) })
}

pub(crate) fn directory(path: &Path) -> StoreError {
    let name = path.display();
    StoreError::new(StoreErrorKind::NotAStore, format!("{name} is a directory, not a store"))
        .hint(near(&path.join("x")).unwrap_or_else(|| "name a file in it".to_owned()))
}

fn truncated(path: &Path, how: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::NotAStore,
        format!("{} is a SQLite database that is cut short: {how}", path.display()),
    )
    .hint("copy it again from where it came, or take what is left with `sqlite3 FILE .recover`")
}

/// The error for a file that is no SQLite database at all.
pub(crate) fn stranger(path: &Path, bytes: &[u8], length: u64) -> StoreError {
    let name = path.display();
    let not = |what: String| {
        StoreError::new(StoreErrorKind::NotAStore, format!("{name} is not a store: {what}"))
    };
    if bytes.is_empty() {
        return not("it is empty".to_owned())
            .hint("the program that writes it may not have written anything yet");
    }
    if bytes.len() < MAGIC.len() && MAGIC.starts_with(bytes) {
        return truncated(path, &format!("it ends after {} bytes", bytes.len()));
    }
    if let Some(kind) = sniff::known_kind(bytes) {
        let hint = match kind {
            "a SQLite write-ahead log" | "a SQLite rollback journal" => {
                "open the database it belongs to: the file of the same name without -wal or -journal"
            }
            "gzip-compressed data"
            | "xz-compressed data"
            | "bzip2-compressed data"
            | "a ZIP archive" => "unpack it and open what is inside",
            "a PostgreSQL dump in its own format" => "load it into a database with pg_restore",
            _ => "a store is a SQLite file or a recording (.jsonl, .jsonl.zst)",
        };
        return not(format!("it is {kind}")).hint(hint);
    }
    if let Some(line) = sniff::first_line(bytes) {
        let start = line.trim_start().to_ascii_uppercase();
        let sql = ["--", "PRAGMA", "BEGIN", "CREATE", "INSERT", "SET ", "/*"];
        if sql.iter().any(|word| start.starts_with(word)) {
            return not(format!("it is SQL text that begins `{line}`"))
                .hint("load it into a database first: sqlite3 NEW.db < FILE, or psql");
        }
        return not(format!("it is text that begins `{line}`"))
            .hint("a store is a SQLite file, or a recording with one JSON object a line (.jsonl, .jsonl.zst)");
    }
    // SQLCipher and its like encrypt whole pages, so the length is a number of pages.
    if length >= 1_024 && length.is_multiple_of(512) && sniff::looks_random(bytes) {
        return StoreError::new(
            StoreErrorKind::Encrypted,
            format!(
                "{name} looks encrypted as a whole, as SQLCipher does it: it has no readable header"
            ),
        )
        .hint("decrypt it into a copy with the program that has the key: sqlcipher_export()");
    }
    let first: Vec<String> = bytes.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    not(format!("it is neither a SQLite database nor JSON lines; it begins {}", first.join(" ")))
        .hint("a store is a SQLite file or a recording (.jsonl, .jsonl.zst)")
}

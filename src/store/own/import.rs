//! Copying any store into a new one of our own: every event once, in order, with what was recorded of it.

mod kept;
mod tables;

use std::borrow::Cow;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use chrono::TimeDelta;
use rusqlite::{Connection, Statement};

use super::append::{End, INSERT, holder};
use super::row::{Row, Stored, made_up_id, nine_digits};
use super::{OwnStore, SCHEMA, failed, occupied};
pub(in crate::store) use kept::{Keeps, Kept};

use crate::model::{AggregateKey, Event, Finding, Version};
use crate::store::fleeting::Fleeting;
use crate::store::pass::Pass;
use crate::store::{EventQuery, EventStore, StoreError, StoreErrorKind};

/// How many events are read, and written, at a time.
pub(in crate::store) const PAGE: usize = 2_000;

/// What an import has done.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// How many events were copied.
    pub events: u64,
    /// How many aggregates they belong to.
    pub aggregates: u64,
    /// How many snapshots came along.
    pub snapshots: u64,
    /// How many checkpoints came along.
    pub checkpoints: u64,
    /// What our own store needs and the other did not have, and what else was noticed.
    pub findings: Vec<Finding>,
}

/// Makes a store of our own at `to` with every event of `from`, in its order.
///
/// Positions, times, ids, versions and exact payload bytes are kept; where a library wraps its payloads, the wrapping
/// is taken off. Snapshots and checkpoints come along where the other store keeps them. What is made up because the
/// tables need it, and what stays behind, is in the report. Nothing stands at `to` until all of it
/// does: a stopped or failed import leaves nothing behind, and a file that is there already is refused.
pub fn import(
    from: &mut dyn EventStore,
    to: &Path,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ImportReport, StoreError> {
    import_later(from, to, TimeDelta::zero(), progress)
}

/// The same as [`import`], with everything as if it had happened `later`: for a story that is told as if it were now.
/// What payloads say of times stays as it is.
pub fn import_later(
    from: &mut dyn EventStore,
    to: &Path,
    later: TimeDelta,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ImportReport, StoreError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(occupied(to));
    }
    let partial = Partial::beside(to)?;
    let store = OwnStore::create_bare(partial.path(), to)?;
    let failed = |error| failed(to, "could not be written", error);
    // Until it is whole nobody else sees the file, and a file that is not whole is thrown away.
    store
        .connection
        .execute_batch(
            "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; PRAGMA cache_size = -65536;",
        )
        .map_err(failed)?;
    store.connection.execute_batch(&format!("BEGIN;\n{SCHEMA}\nCOMMIT;")).map_err(failed)?;
    let mut copy = Copy { later, ..Copy::of(from) };
    let mut end = End::of(&store.connection).map_err(failed)?;
    let mut pass = Pass::new(from, &EventQuery::default())?;
    while let Some(page) = pass.next(from, PAGE)? {
        let transaction = store.connection.unchecked_transaction().map_err(failed)?;
        let mut insert = transaction.prepare_cached(INSERT).map_err(failed)?;
        for event in &page.events {
            copy.event(&transaction, &mut insert, &mut end, event, to)?;
        }
        drop(insert);
        transaction.commit().map_err(failed)?;
        copy.go_on(&to.display(), progress)?;
    }
    let transaction = store.connection.unchecked_transaction().map_err(failed)?;
    let mut tables = tables::Tables::new(&transaction, to);
    let go_on = &mut || copy.go_on(&to.display(), progress);
    let kept = Kept::later(later).copy(from, &mut tables, copy.same_positions(), go_on)?;
    transaction.commit().map_err(failed)?;
    let count = "SELECT count(*) FROM (SELECT DISTINCT category, aggregate_id FROM events)";
    let aggregates: i64 =
        store.connection.query_row(count, [], |row| row.get(0)).map_err(failed)?;
    store.connection.execute_batch("PRAGMA journal_mode = WAL;").map_err(failed)?;
    store.connection.close().map_err(|(_, error)| failed(error))?;
    partial.becomes(to)?;
    let unfinished = unfinished(to);
    Ok(ImportReport {
        events: copy.events,
        aggregates: aggregates as u64,
        snapshots: kept.snapshots,
        checkpoints: kept.checkpoints,
        findings: copy.findings().into_iter().chain(kept.findings()).chain(unfinished).collect(),
    })
}

/// Files of imports to the same name that were killed before they could take them away. Whose they are cannot be told,
/// so that they are only named.
fn unfinished(to: &Path) -> Option<Finding> {
    let beginning = format!(".{}.", to.file_name()?.to_str()?);
    let directory = to.parent().filter(|parent| !parent.as_os_str().is_empty());
    let mut names: Vec<String> = fs::read_dir(directory.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.starts_with(&beginning) && name.contains(".partial"))
        .collect();
    names.sort_unstable();
    let message =
        format!("an earlier import did not come to its end and left {}", names.join(", "));
    (!names.is_empty()).then(|| {
        Finding::note("import-leftovers", message)
            .hint("unless another import to that name is running, it can be removed")
    })
}

/// What was copied and what had to be made up for it.
#[derive(Debug, Default)]
pub(in crate::store) struct Copy {
    from: String,
    /// How much later everything happens.
    later: TimeDelta,
    events: u64,
    positions: u64,
    positions_changed: u64,
    ids: u64,
    ids_changed: u64,
    times: u64,
    times_lost: u64,
    unwrapped: u64,
    keys_left: u64,
}

impl Copy {
    /// Begins with what `from` is called.
    pub(in crate::store) fn of(from: &dyn EventStore) -> Self {
        Self { from: from.info().name.clone(), ..Self::default() }
    }

    /// How many events were copied.
    pub(in crate::store) fn events(&self) -> u64 {
        self.events
    }

    /// Whether every event has the position it had.
    pub(in crate::store) fn same_positions(&self) -> bool {
        self.positions + self.positions_changed == 0
    }

    /// Tells how far it is; fails where that is enough.
    pub(in crate::store) fn go_on(
        &self,
        to: &dyn std::fmt::Display,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        if progress(self.events).is_continue() {
            return Ok(());
        }
        let message = format!(
            "the import was stopped after {} events; nothing was left at {to}",
            self.events
        );
        Err(StoreError::new(StoreErrorKind::Interrupted, message))
    }

    fn event(
        &mut self,
        connection: &Connection,
        insert: &mut Statement<'_>,
        end: &mut End,
        event: &Event,
        to: &Path,
    ) -> Result<(), StoreError> {
        let mut row = self.row(event, end)?;
        if end.insert(insert, &row).is_ok() {
            self.events += 1;
            return Ok(());
        }
        let failed = |error| failed(to, "could not be written", error);
        if let Some((key, version)) = holder(connection, &row.event_id).map_err(failed)? {
            self.other_id(&mut row, event, &key, version)?;
        } else if has_version(connection, &row).map_err(failed)? {
            return Err(self.twice(event));
        }
        end.insert(insert, &row).map_err(failed)?;
        self.events += 1;
        Ok(())
    }

    /// Gives a row an id of its own where another event, that version of `key`, has it.
    pub(in crate::store) fn other_id(
        &mut self,
        row: &mut Row<'_>,
        event: &Event,
        key: &AggregateKey,
        version: Version,
    ) -> Result<(), StoreError> {
        if *key == event.key() && version == event.version {
            return Err(self.twice(event));
        }
        // Some libraries put one event into several streams; our table takes an id once.
        self.ids_changed += 1;
        row.event_id = Cow::Owned(id_for(event));
        Ok(())
    }

    /// Notes that so many more are written.
    pub(in crate::store) fn wrote(&mut self, events: usize) {
        self.events += events as u64;
    }

    /// The version as our table takes it.
    fn version(&self, event: &Event) -> Result<i64, StoreError> {
        if let Some(version) = i64::try_from(event.version.0).ok().filter(|version| *version > 0) {
            return Ok(version);
        }
        let place = event.position.map_or_else(String::new, |at| format!(" at position {at}"));
        let reason = event
            .findings
            .iter()
            .find(|finding| finding.code.starts_with("version-"))
            .map_or_else(|| format!("its version is {}", event.version), |one| one.message.clone());
        let message = format!(
            "{} holds an event of {}{place} that a store of our own cannot take: {reason}",
            self.from,
            event.key()
        );
        Err(StoreError::new(StoreErrorKind::Rejected, message).hint(
            "versions begin with 1; where the application counts from 0, a layout file of your own says so \
             (`first: 0`), or export the events, mend that line and import the result",
        ))
    }

    /// The row that copies an event behind `end`.
    pub(in crate::store) fn row<'a>(
        &mut self,
        event: &'a Event,
        end: &End,
    ) -> Result<Row<'a>, StoreError> {
        let version = self.version(event)?;
        let position = match event.position {
            Some(position) if end.position.is_none_or(|last| position.0 > last) => position.0,
            other => {
                self.positions += u64::from(other.is_none());
                self.positions_changed += u64::from(other.is_some());
                end.next()
            }
        };
        self.ids += u64::from(event.id.is_none());
        let time = event.time.and_then(|time| time.checked_add_signed(self.later));
        let recorded_at = time.as_ref().and_then(nine_digits);
        self.times += u64::from(event.time.is_none());
        self.times_lost += u64::from(event.time.is_some() && recorded_at.is_none());
        self.unwrapped += u64::from(!event.data.is_plain() && event.data.value().is_ok());
        let (data, content_type) = Stored::of(&event.data);
        self.keys_left += u64::from(!event.data.is_plain() && event.data.twice().is_some());
        Ok(Row {
            position,
            aggregate: event.aggregate.as_str(),
            category: event.category.as_str(),
            version,
            event_id: match &event.id {
                Some(id) => Cow::Borrowed(id.as_str()),
                None => Cow::Owned(id_for(event)),
            },
            event_type: event.event_type.as_str(),
            schema: event.schema.as_deref(),
            data,
            content_type,
            metadata: event.metadata.as_ref().map(|metadata| Stored::of(metadata).0),
            recorded_at,
        })
    }

    /// The error for a version that stands there already.
    pub(in crate::store) fn twice(&self, event: &Event) -> StoreError {
        let message = format!(
            "{} holds {} version {} more than once, and a store of our own takes each version once",
            self.from,
            event.key(),
            event.version
        );
        StoreError::new(StoreErrorKind::Rejected, message)
            .hint("export it, keep one of the lines with that version, and import the result")
    }

    /// What was made up and what was lost.
    pub(in crate::store) fn findings(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut note = |code: &'static str, count: u64, what: &str| {
            if count > 0 {
                let message = format!("{count} of {} events {what}", self.events);
                findings.push(Finding::note(code, message));
            }
        };
        note(
            "positions-counted",
            self.positions,
            "had no position and are numbered in their order",
        );
        note(
            "positions-changed",
            self.positions_changed,
            "had a position that does not rise and have the next one instead",
        );
        note(
            "ids-made-up",
            self.ids,
            "had no id and have one made of category, aggregate and version",
        );
        note(
            "ids-changed",
            self.ids_changed,
            "had an id that another event has too and have one made of category, aggregate and version",
        );
        note("times-missing", self.times, "have no time");
        note(
            "wrapping-removed",
            self.unwrapped,
            "had their library's wrapping taken off the payload",
        );
        if self.keys_left > 0 {
            let message = format!(
                "{} events had a key more than once in one object, and only the last was taken over",
                self.keys_left
            );
            findings.push(Finding::warning("keys-left", message));
        }
        if self.times_lost > 0 {
            let message = format!(
                "{} events had a time outside the years 0 to 9999 and have none now",
                self.times_lost
            );
            findings.push(Finding::warning("times-lost", message));
        }
        findings
    }
}

/// The same id for the same event whenever it is imported.
pub(crate) fn id_for(event: &Event) -> String {
    let AggregateKey { category, id } = event.key();
    made_up_id(&[
        category.as_str().as_bytes(),
        id.as_str().as_bytes(),
        &event.version.0.to_le_bytes(),
    ])
}

fn has_version(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<bool> {
    let text = "SELECT EXISTS (SELECT 1 FROM events WHERE category = ?1 AND aggregate_id = ?2 AND version = ?3)";
    connection
        .prepare_cached(text)?
        .query_row(rusqlite::params![row.category, row.aggregate, row.version], |row| row.get(0))
}

/// A file that is still being written; removed unless it becomes what it should be.
#[derive(Debug)]
pub(crate) struct Partial(Fleeting);

impl Partial {
    /// A free name beside `to`, so that it can be renamed.
    pub(crate) fn beside(to: &Path) -> Result<Self, StoreError> {
        let Some(name) = to.file_name() else {
            let message = format!("{} names no file", to.display());
            return Err(StoreError::new(StoreErrorKind::Rejected, message));
        };
        let mut partial = std::ffi::OsString::from(".");
        partial.push(name);
        partial.push(format!(".{}.partial", std::process::id()));
        // Whoever writes makes the file itself, and says why where that fails.
        Ok(Self(Fleeting::at(to.with_file_name(partial))))
    }

    /// Where it is written.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Gives the file its name, once its bytes are on the disk. Never takes the place of another file.
    pub(crate) fn becomes(self, to: &Path) -> Result<(), StoreError> {
        let failed = |error: std::io::Error| {
            let message = format!("{} could not be finished: {error}", to.display());
            StoreError::new(StoreErrorKind::Unwritable, message).because(error)
        };
        fs::File::open(self.path()).and_then(|file| file.sync_all()).map_err(failed)?;
        match fs::hard_link(self.path(), to) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Err(occupied(to)),
            // A file system without links: the name was free when we began.
            Err(_) if fs::symlink_metadata(to).is_err() => {
                fs::rename(self.path(), to).map_err(failed)
            }
            Err(error) => Err(failed(error)),
        }
    }
}

#[cfg(test)]
mod tests;

//! Writing events out: as a recording of our own, plain or compressed, or as CloudEvents 1.0.
//!
//! Payloads are written byte for byte, but for a library's wrapping, which is taken off. Knows no store's layout.

mod cloudevents;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use super::own::{Partial, occupied};
use super::pass::Pass;
use super::{EventQuery, EventStore, StoreError, StoreErrorKind};
use crate::model::shape::{Form, write_event};

/// How many events are read at a time.
const PAGE: usize = 1_000;

/// What an export looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON lines in our own shape.
    Jsonl,
    /// The same, compressed with zstd.
    JsonlZst,
    /// CloudEvents 1.0 as JSON lines.
    CloudEvents,
    /// The same, compressed with zstd.
    CloudEventsZst,
}

impl Format {
    /// What a file's name asks for: `.cloudevents.jsonl` is CloudEvents, anything else our own lines; either is
    /// compressed with `.zst` behind it.
    pub fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let plain = name.strip_suffix(".zst");
        let mut parts = plain.unwrap_or(&name).rsplit('.');
        let kind = parts.find(|part| *part != "jsonl" && *part != "json");
        match (kind, plain) {
            (Some("cloudevents"), None) => Self::CloudEvents,
            (Some("cloudevents"), Some(_)) => Self::CloudEventsZst,
            (_, None) => Self::Jsonl,
            (_, Some(_)) => Self::JsonlZst,
        }
    }
}

/// Writes the events of a query, in the store's order; returns how many. `progress` is told that number as it grows.
pub fn export(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<u64, StoreError> {
    if matches!(format, Format::JsonlZst | Format::CloudEventsZst) {
        let mut packed = zstd::stream::write::Encoder::new(to, 3).map_err(failed)?;
        let events = lines(from, query, &mut packed, format, progress)?;
        packed.finish().and_then(Write::flush).map_err(failed)?;
        return Ok(events);
    }
    let events = lines(from, query, to, format, progress)?;
    to.flush().map_err(failed)?;
    Ok(events)
}

/// Exports into a new file, which is there when all of it is written and not before; a file that is there is refused.
pub fn export_file(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &Path,
    format: Format,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<u64, StoreError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(occupied(to));
    }
    let partial = Partial::beside(to)?;
    let file = fs::File::create_new(partial.path())
        .map_err(|error| StoreError::making(to.display(), error))?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    let events = export(from, query, &mut file, format, progress)?;
    drop(file);
    partial.becomes(to)?;
    Ok(events)
}

fn lines(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<u64, StoreError> {
    let mut pass = Pass::new(from, query)?;
    let mut text = String::new();
    let mut events = 0;
    while let Some(page) = pass.next(from, PAGE)? {
        for event in &page.events {
            text.clear();
            match format {
                Format::CloudEvents | Format::CloudEventsZst => {
                    cloudevents::write(&mut text, event);
                }
                Format::Jsonl | Format::JsonlZst => write_event(&mut text, event, Form::Exact),
            }
            text.push('\n');
            to.write_all(text.as_bytes()).map_err(failed)?;
        }
        events += page.events.len() as u64;
        if progress(events).is_break() {
            let message = format!("the export was stopped after {events} events");
            return Err(StoreError::new(StoreErrorKind::Interrupted, message));
        }
    }
    Ok(events)
}

fn failed(error: io::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Unwritable, format!("the export cannot be written: {error}"))
        .because(error)
}

#[cfg(test)]
mod tests;

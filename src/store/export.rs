//! Writing a store out: as a recording of our own, plain or compressed, or as CloudEvents 1.0, which has no place for
//! anything but events.
//!
//! Payloads are written byte for byte, but for a library's wrapping, which is taken off. Knows no store's layout.

mod cloudevents;

use std::fs;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

use super::own::{Partial, occupied};
use super::pass::Pass;
use super::recording::{write_checkpoint, write_snapshot};
use super::{EventQuery, EventStore, StoreError, StoreErrorKind, kept};
use crate::model::shape::{Form, write_event};
use crate::model::{Event, Finding};
use crate::text::human;

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

    fn is_cloud_events(self) -> bool {
        matches!(self, Self::CloudEvents | Self::CloudEventsZst)
    }
}

/// What becomes of a page of events before it is written.
pub type Make<'a> = dyn FnMut(Vec<Event>) -> Vec<Event> + 'a;

/// What an export has done.
#[derive(Clone, Debug, Default)]
pub struct ExportReport {
    /// How many events were written.
    pub events: u64,
    /// How many snapshots.
    pub snapshots: u64,
    /// How many projections' checkpoints.
    pub checkpoints: u64,
    /// What stayed behind.
    pub findings: Vec<Finding>,
}

/// Writes the events of a query, in the store's order, and behind all of them what the store keeps besides. `progress`
/// is told how many events were written.
pub fn export(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ExportReport, StoreError> {
    export_made(from, query, to, format, None, progress)
}

/// The same with what `make` makes of the events. What the store keeps besides is about those that were recorded, and
/// stays behind.
pub fn export_made(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    make: Option<&mut Make<'_>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ExportReport, StoreError> {
    if matches!(format, Format::JsonlZst | Format::CloudEventsZst) {
        let mut packed = zstd::stream::write::Encoder::new(to, 3).map_err(failed)?;
        let report = all(from, query, &mut packed, format, make, progress)?;
        packed.finish().and_then(Write::flush).map_err(failed)?;
        return Ok(report);
    }
    let report = all(from, query, to, format, make, progress)?;
    to.flush().map_err(failed)?;
    Ok(report)
}

/// Exports into a new file, which is there when all of it is written and not before; a file that is there is refused.
pub fn export_file(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &Path,
    format: Format,
    make: Option<&mut Make<'_>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ExportReport, StoreError> {
    if fs::symlink_metadata(to).is_ok() {
        return Err(occupied(to));
    }
    let partial = Partial::beside(to)?;
    let file = fs::File::create_new(partial.path())
        .map_err(|error| StoreError::making(to.display(), error))?;
    let mut file = BufWriter::with_capacity(1 << 16, file);
    let report = export_made(from, query, &mut file, format, make, progress)?;
    drop(file);
    partial.becomes(to)?;
    Ok(report)
}

fn all(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    make: Option<&mut Make<'_>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ExportReport, StoreError> {
    let is_made = make.is_some();
    let events = events(from, query, to, format, make, progress)?;
    let mut report = ExportReport { events, ..ExportReport::default() };
    if is_made {
        leave(from, "it is about the events as they were recorded", &mut report)?;
        return Ok(report);
    }
    // Whoever chooses events wants these events alone.
    if *query == EventQuery::default() {
        beside(from, to, format, &mut report, progress)?;
    }
    Ok(report)
}

fn events(
    from: &mut dyn EventStore,
    query: &EventQuery,
    to: &mut dyn Write,
    format: Format,
    mut make: Option<&mut Make<'_>>,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<u64, StoreError> {
    let mut pass = Pass::new(from, query)?;
    let mut text = String::new();
    let mut events = 0;
    while let Some(page) = pass.next(from, PAGE)? {
        let page = match &mut make {
            Some(make) => make(page.events),
            None => page.events,
        };
        for event in &page {
            text.clear();
            if format.is_cloud_events() {
                cloudevents::write(&mut text, event);
            } else {
                write_event(&mut text, event, Form::Exact);
            }
            text.push('\n');
            to.write_all(text.as_bytes()).map_err(failed)?;
        }
        events += page.len() as u64;
        go_on(events, progress)?;
    }
    Ok(events)
}

fn go_on(events: u64, progress: &mut dyn FnMut(u64) -> ControlFlow<()>) -> Result<(), StoreError> {
    if progress(events).is_continue() {
        return Ok(());
    }
    let message = format!("the export was stopped after {events} events");
    Err(StoreError::new(StoreErrorKind::Interrupted, message))
}

/// Writes what a store keeps besides its events, or says that it stays behind.
fn beside(
    from: &mut dyn EventStore,
    to: &mut dyn Write,
    format: Format,
    report: &mut ExportReport,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    if format.is_cloud_events() {
        return leave(from, "CloudEvents has no place for it", report);
    }
    let events = report.events;
    let mut text = String::new();
    let mut snapshots = 0;
    let orphans = kept::snapshots(from, &mut || go_on(events, progress), &mut |key, snapshot| {
        text.clear();
        write_snapshot(&mut text, key, snapshot);
        text.push('\n');
        snapshots += 1;
        to.write_all(text.as_bytes()).map_err(failed)
    })?;
    left(report, "snapshots-left", orphans, "snapshot", "the aggregate has no events");
    report.snapshots = snapshots;
    for (checkpoint, history) in kept::checkpoints(from)? {
        text.clear();
        write_checkpoint(&mut text, &checkpoint, &history);
        to.write_all(text.as_bytes()).map_err(failed)?;
        report.checkpoints += 1;
    }
    Ok(())
}

/// Says what stays behind, and why.
fn leave(
    from: &mut dyn EventStore,
    why: &str,
    report: &mut ExportReport,
) -> Result<(), StoreError> {
    let has = from.capabilities();
    let snapshots = if has.snapshots { from.census()?.snapshots } else { None };
    left(report, "snapshots-left", snapshots.unwrap_or_default(), "snapshot", why);
    let checkpoints = if has.checkpoints { from.checkpoints()?.len() } else { 0 };
    left(report, "checkpoints-left", checkpoints as u64, "checkpoint", why);
    Ok(())
}

fn left(report: &mut ExportReport, code: &'static str, count: u64, noun: &str, why: &str) {
    if count > 0 {
        let message = format!("{} left behind: {why}", human::plural(count, noun));
        report.findings.push(Finding::warning(code, message));
    }
}

fn failed(error: io::Error) -> StoreError {
    StoreError::new(StoreErrorKind::Unwritable, format!("the export cannot be written: {error}"))
        .because(error)
}

#[cfg(test)]
mod tests;

//! What is said of a recording: how it was recognised, what was noticed, why it cannot be read.

use super::{COPY_AGAIN, Packing, State};
use crate::model::Finding;
use crate::store::recording::draft::Shape;
use crate::store::recording::gather::Gather;
use crate::store::recording::lines::End;
use crate::store::{StoreError, StoreErrorKind, StoreInfo};
use crate::text::human;

impl State {
    /// Why it could not be read to its end.
    pub(super) fn ends_early(&self, end: &End) -> Option<String> {
        let why = end.broken.as_ref()?;
        let what = match self.packing {
            Packing { compressed: true, .. } => "the compressed data ends early or is damaged",
            Packing { array: true, .. } => "the JSON array ends early or is damaged",
            Packing { .. } => "it cannot be read further",
        };
        Some(format!("{what} ({why})"))
    }

    pub(super) fn recognised(&mut self, gather: &Gather<'_>) {
        self.shape = gather.shape();
        let (own, cloud) = (gather.own, gather.cloud_events);
        let packed = if self.packing.compressed { "zstd-compressed " } else { "" };
        let unit = if self.packing.array { "elements of a JSON array" } else { "lines" };
        let beside = gather.kept.lines();
        let lines = self.reached.lines.saturating_sub(beside).max(own + cloud);
        if cloud > 0 {
            self.why.push(format!(
                "{cloud} of {lines} {packed}{unit} have specversion 1.x, id, source and type"
            ));
        }
        if own > 0 {
            self.why.push(format!("{own} of {lines} {packed}{unit} have aggregate and type"));
        }
        for (count, what, of) in [
            (gather.kept.snapshots, "snapshot", ""),
            (gather.kept.moves, "move", " of a projection's checkpoint"),
        ] {
            if count > 0 {
                self.why.push(format!("beside them {}{of}", human::plural(count, what)));
            }
        }
        let certain = if self.shape == Shape::CloudEvents { cloud } else { gather.versions };
        self.confidence = 60 + (certain * 40 / (own + cloud).max(1)) as u8;
    }

    pub(super) fn numbered(&mut self, counted: u64, sequences: bool) {
        if counted == 0 {
            return;
        }
        let total = self.index.len();
        let message = if sequences {
            format!(
                "`sequence` does not count each aggregate's events from 0 or 1, so {counted} of {total} events are \
                 numbered in the order of the file"
            )
        } else {
            format!(
                "{counted} of {total} events have no version and are numbered in the order of the file"
            )
        };
        self.findings.push(Finding::note("versions-counted", message));
    }

    /// What is to be said of the store.
    pub(in super::super) fn info(&self) -> StoreInfo {
        let (layout, title) = match self.shape {
            Shape::Own => ("recording", "recording of foldback"),
            Shape::CloudEvents => ("cloudevents", "CloudEvents 1.0"),
        };
        StoreInfo {
            name: self.name.clone(),
            layout: layout.to_owned(),
            title: title.to_owned(),
            why: self.why.clone(),
            confidence: self.confidence,
            backend: "recording",
            read_only: true,
            findings: self.findings.iter().chain(&self.unfinished).cloned().collect(),
        }
    }

    /// The error for a text without one event.
    pub(super) fn nothing_readable(&self, first_look: Option<&str>, end: &End) -> StoreError {
        let name = &self.name;
        let no_event = format!("{name} holds no event that can be read");
        if let Some(why) = self.ends_early(end)
            && (self.packing.compressed || first_look.is_none())
        {
            let message = format!("{no_event}: {why}");
            return StoreError::new(StoreErrorKind::NotAStore, message).hint(COPY_AGAIN);
        }
        let message = match first_look {
            Some(look) => format!("{no_event}: its first line looks like {look}"),
            None if self.packing.array => format!("{name} is a JSON array without an element"),
            None => format!("{name} holds nothing but blank lines"),
        };
        StoreError::new(StoreErrorKind::NotAStore, message).hint(
            "a recording has one JSON object a line with aggregate, version, type and data, or CloudEvents 1.0 with \
             specversion, id, source and type",
        )
    }
}

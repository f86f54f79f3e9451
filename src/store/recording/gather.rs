//! From lines to events: which shape they have, which versions, and what could not be read.

use std::collections::HashMap;

use super::cloudevents;
use super::draft::{Draft, is_own, read_own};
use super::members::Members;
use crate::model::{AggregateKey, Finding, Version};
use crate::store::memory::Events;

/// How many unreadable lines are told one by one.
const TOLD: usize = 20;

/// How the events of a file are numbered within their aggregates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Numbering {
    /// By the version of the line, and by the order of the file where a line has none.
    #[default]
    Recorded,
    /// By the CloudEvents attribute `sequence`, whose first number in an aggregate is this.
    Sequence { first: u64 },
}

/// The shape of most lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Own,
    CloudEvents,
}

/// Lines as they are read.
#[derive(Debug, Default)]
pub(super) struct Gather {
    pub(super) drafts: Vec<Draft>,
    pub(super) own: u64,
    pub(super) cloud_events: u64,
    troubles: Vec<Finding>,
    untold: u64,
    /// What the first line that is not blank looks like, for the person who gave the wrong file.
    pub(super) first_look: Option<String>,
}

impl Gather {
    /// Takes one line (or one element of an array) and says whether it was an event.
    pub(super) fn take(&mut self, place: &str, line: &[u8]) -> bool {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii();
        if line.is_empty() {
            return true;
        }
        match self.draft(line) {
            Ok(draft) => {
                self.drafts.push(draft);
                true
            }
            Err(why) => {
                let look = look(line);
                let hint = format!("the rest of the file is read; the line begins {look}");
                self.first_look.get_or_insert(look);
                self.trouble(format!("{place} is left out: {why}"), &hint);
                false
            }
        }
    }

    fn trouble(&mut self, message: String, hint: &str) {
        if self.troubles.len() < TOLD {
            self.troubles.push(Finding::error("line-unreadable", message).hint(hint));
        } else {
            self.untold += 1;
        }
    }

    fn draft(&mut self, line: &[u8]) -> Result<Draft, String> {
        let text = std::str::from_utf8(line)
            .map_err(|error| format!("it is not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
        let members = Members::read(text)?;
        let draft = if cloudevents::is_cloud_event(&members) {
            self.cloud_events += 1;
            cloudevents::read(&members)
        } else if is_own(&members) {
            self.own += 1;
            read_own(&members)
        } else {
            None
        };
        draft.ok_or_else(|| {
            let names: Vec<&str> = members.iter().map(|(name, _)| name).take(8).collect();
            format!(
                "it is a JSON object with {}, and neither an event (`aggregate`, `type`) nor a CloudEvent 1.0 \
                 (`specversion`, `id`, `source`, `type`)",
                if names.is_empty() { "no members".to_owned() } else { names.join(", ") }
            )
        })
    }

    pub(super) fn shape(&self) -> Shape {
        if self.cloud_events > self.own { Shape::CloudEvents } else { Shape::Own }
    }

    /// What could not be read, so far.
    pub(super) fn take_troubles(&mut self) -> Vec<Finding> {
        let mut troubles = std::mem::take(&mut self.troubles);
        if self.untold > 0 {
            let message = format!("{} more lines are left out", std::mem::take(&mut self.untold));
            troubles.push(Finding::error("line-unreadable", message));
        }
        troubles
    }

    /// How these events are numbered.
    ///
    /// A `sequence` counts per aggregate where no number stands twice in one and most aggregates begin with the same
    /// 0 or 1; a number for the whole source does neither.
    pub(super) fn numbering(&self) -> Numbering {
        let mut first: HashMap<AggregateKey, u64> = HashMap::new();
        let mut last: HashMap<AggregateKey, u64> = HashMap::new();
        for draft in self.drafts.iter().filter(|draft| draft.version.is_none()) {
            let Some((number, _)) = draft.sequence else { return Numbering::Recorded };
            let key = draft.event.key();
            if last.insert(key.clone(), number).is_some_and(|before| before >= number) {
                return Numbering::Recorded;
            }
            first.entry(key).or_insert(number);
        }
        let Some(smallest) = first.values().min().copied() else { return Numbering::Recorded };
        let begin = first.values().filter(|number| **number == smallest).count();
        if smallest <= 1 && begin * 2 > first.len() {
            Numbering::Sequence { first: smallest }
        } else {
            Numbering::Recorded
        }
    }

    /// Moves what was gathered into `events`; returns how many versions had to be counted.
    pub(super) fn settle(&mut self, numbering: Numbering, events: &mut Events) -> u64 {
        let mut counted = 0;
        for mut draft in self.drafts.drain(..) {
            let version = match (draft.version, &draft.sequence, numbering) {
                (Some(version), _, _) => Version(version),
                (None, Some((number, _)), Numbering::Sequence { first }) => {
                    Version((number + 1).saturating_sub(first).max(1))
                }
                (None, sequence, _) => {
                    counted += 1;
                    if let Some((_, raw)) = sequence {
                        let metadata = draft.event.metadata.as_ref();
                        draft.event.metadata = Some(cloudevents::with_sequence(metadata, raw));
                    }
                    events.version(&draft.event.key()).next()
                }
            };
            events.push(draft.settled(version));
        }
        counted
    }
}

/// The beginning of a line, for an error message.
fn look(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.get(..line.len().min(240)).unwrap_or_default());
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    shown = shown.replace("\\\"", "\"");
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{shown}`")
}

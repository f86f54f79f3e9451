//! From lines to the index: which shape they have, and what could not be read.

use super::draft::{Brief, Shape};
use super::kept::{Beside, Kept};
use super::members::Members;
use crate::model::Finding;
use crate::store::index::Index;

/// How many unreadable lines are told one by one.
const TOLD: usize = 20;

/// Lines on their way into an index.
pub(super) struct Gather<'a> {
    pub(super) index: &'a mut Index,
    pub(super) kept: &'a mut Kept,
    /// What a line is called: `line`, or `element` of an array.
    unit: &'static str,
    pub(super) own: u64,
    pub(super) cloud_events: u64,
    /// How many lines state a version.
    pub(super) versions: u64,
    /// Whether some line has a `sequence`.
    pub(super) sequences: bool,
    troubles: Vec<Finding>,
    untold: u64,
    /// What the first line that is no event looks like, for the person who gave the wrong file.
    pub(super) first_look: Option<String>,
}

impl<'a> Gather<'a> {
    pub(super) fn into(index: &'a mut Index, kept: &'a mut Kept, unit: &'static str) -> Self {
        Self {
            index,
            kept,
            unit,
            own: 0,
            cloud_events: 0,
            versions: 0,
            sequences: false,
            troubles: Vec::new(),
            untold: 0,
            first_look: None,
        }
    }

    /// Takes one line (or one element of an array), its number and where it begins.
    pub(super) fn take(&mut self, number: u64, offset: u64, line: &[u8]) {
        let (skipped, line) = trimmed(line);
        if line.is_empty() {
            return;
        }
        let length = u32::try_from(line.len()).map_err(|_| "it is longer than 4 GiB".to_owned());
        match length.and_then(|length| Ok((length, brief(line)?))) {
            Ok((length, Line::Beside(beside))) => {
                self.kept.add(beside, offset + skipped as u64, length);
            }
            Ok((length, Line::Event(shape, brief))) => {
                match shape {
                    Shape::Own => self.own += 1,
                    Shape::CloudEvents => self.cloud_events += 1,
                }
                self.versions += u64::from(brief.version.is_some());
                self.sequences |= brief.sequence.is_some();
                self.index.add(&brief.facts(), offset + skipped as u64, length);
            }
            Err(why) => {
                let look = look(line);
                let hint = format!("the rest of the file is read; the line begins {look}");
                self.first_look.get_or_insert(look);
                self.trouble(format!("{} {number} is left out: {why}", self.unit), &hint);
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

    pub(super) fn shape(&self) -> Shape {
        if self.cloud_events > self.own { Shape::CloudEvents } else { Shape::Own }
    }

    /// What could not be read, so far.
    pub(super) fn take_troubles(&mut self) -> Vec<Finding> {
        let mut troubles = std::mem::take(&mut self.troubles);
        if self.untold > 0 {
            let untold = std::mem::take(&mut self.untold);
            let message = format!("{untold} more {}s are left out", self.unit);
            troubles.push(Finding::error("line-unreadable", message));
        }
        troubles
    }
}

/// A line without what stands around it, and how much stands before it.
pub(super) fn trimmed(line: &[u8]) -> (usize, &[u8]) {
    let text = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_start();
    (line.len() - text.len(), text.trim_ascii_end())
}

/// What a line can be.
pub(super) enum Line<'a> {
    Event(Shape, Brief<'a>),
    Beside(Beside),
}

/// What a trimmed line says; or why it cannot be used.
pub(super) fn brief(line: &[u8]) -> Result<Line<'_>, String> {
    let text = std::str::from_utf8(line)
        .map_err(|error| format!("it is not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    let members = Members::read(text)?;
    if let Some(shape) = Shape::of(&members)
        && let Some(brief) = Brief::read(shape, &members)
    {
        return Ok(Line::Event(shape, brief));
    }
    if let Some(beside) = Beside::read(&members) {
        return beside.map(Line::Beside);
    }
    let names: Vec<&str> = members.iter().map(|(name, _)| name).take(8).collect();
    Err(format!(
        "it is a JSON object with {}, and neither an event (`aggregate`, `type`) nor a CloudEvent 1.0 (`specversion`, \
         `id`, `source`, `type`)",
        if names.is_empty() { "no members".to_owned() } else { names.join(", ") }
    ))
}

/// The beginning of a line, for an error message.
pub(super) fn look(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line.get(..line.len().min(240)).unwrap_or_default());
    let mut shown: String = text.chars().take(60).flat_map(char::escape_debug).collect();
    shown = shown.replace("\\\"", "\"");
    if text.chars().count() > 60 {
        shown.push('…');
    }
    format!("`{shown}`")
}

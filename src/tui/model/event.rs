//! The event under the playhead, as lines: payload, metadata, what is recorded about it, what was noticed.

use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::analysis::Op;
use crate::model::{Event, Finding, Payload, PayloadError, Severity, Value, json, time};
use crate::session::{Moment, Upcasted};
use crate::text::{self, human, json::Pretty};
use crate::upcast::Explanation;

use super::schemas::{self, Schemas};
use super::scroll::Scroll;
use super::sight::Laid;

/// A part of the panel.
#[derive(Debug)]
pub(crate) enum Part {
    /// JSON, coloured by what its pieces are.
    Json(Arc<Pretty>),
    /// A name and what is recorded under it.
    Fact(&'static str, String),
    /// What a step of a chain of upcasters changed.
    Change(Op, String),
    /// A name of the metadata's own and its value.
    Meta(String, String),
    /// Something that was noticed: its sentence, or one line of it.
    Finding(Severity, String),
    /// What to do about it.
    Hint(String),
    /// A heading.
    Heading(&'static str),
    /// Plain text.
    Text(String),
    /// Between two parts.
    Blank,
}

impl Part {
    /// How many lines it takes.
    pub(crate) fn lines(&self) -> usize {
        match self {
            Self::Json(pretty) => pretty.line_count(),
            _ => 1,
        }
    }
}

/// The parts and the window on them.
#[derive(Debug, Default)]
pub(crate) struct EventView {
    /// The parts, from the top.
    pub(crate) parts: Vec<Part>,
    /// How many lines they take.
    pub(crate) len: usize,
    /// Who did it, where the metadata says so.
    pub(crate) actor: Option<String>,
    /// Which conversation it belongs to, where the metadata says so.
    pub(crate) correlation: Option<String>,
    width: usize,
    /// The window.
    pub(crate) scroll: Scroll,
}

impl EventView {
    /// Shows another event, sentences wrapped to `width` cells. `correlation` is what the layout calls the member that
    /// names the conversation; usual names are tried where it does not say. `failed` says that the event could not be
    /// applied: what was noticed last is why. `told` stands above all of it, where there is no frame to say it in.
    pub(crate) fn show(
        &mut self,
        (moment, laid): (&Moment, &Laid),
        width: usize,
        correlation: Option<&str>,
        failed: bool,
        (schemas, told): (Schemas, Option<String>),
    ) {
        if let Some(event) = &moment.event {
            let way = schemas.shown(moment).map(|way| (schemas, way));
            self.fill((event, laid), way, &moment.findings, width, correlation, failed);
            if let Some(told) = told {
                self.parts.insert(0, Part::Hint(told));
                self.len += 1;
            }
            return;
        }
        *self = Self { width, ..Self::default() };
        for (severity, message, hint) in &told_once(&moment.findings) {
            self.finding(*severity, message, *hint);
        }
        self.len = self.parts.iter().map(Part::lines).sum();
    }

    /// Shows an event as it was read, applied to nothing, or what a chain made of it: which of both stands above it.
    pub(crate) fn show_event(
        &mut self,
        (event, laid): (&Event, &Laid),
        width: usize,
        correlation: Option<&str>,
        (schemas, upcasted): (Schemas, Option<&Upcasted>),
    ) {
        let failed = upcasted.and_then(|upcasted| upcasted.as_ref().err());
        let findings = event.findings.iter().cloned().chain(event.noticed());
        let findings: Vec<Finding> = findings.chain(failed.cloned()).collect();
        let way = schemas.shown_of(upcasted).map(|way| (schemas, way));
        self.fill((event, laid), way, &findings, width, correlation, false);
        if let Some(told) =
            schemas.told_of(upcasted).into_iter().find(|told| text::width(told) <= width)
        {
            self.parts.insert(0, Part::Hint(told));
            self.len += 1;
        }
    }

    fn fill(
        &mut self,
        (event, laid): (&Event, &Laid),
        way: Option<(Schemas, &Explanation)>,
        findings: &[Finding],
        width: usize,
        correlation: Option<&str>,
        failed: bool,
    ) {
        *self = Self { width, ..Self::default() };
        let why = findings.last().filter(|_| failed).map(|finding| finding.message.as_str());
        let findings = told_once(findings);
        for (severity, message, hint) in &findings {
            if why == Some(*message) {
                self.finding(*severity, &format!("could not be applied: {message}"), *hint);
            } else {
                self.finding(*severity, message, *hint);
            }
        }
        if !findings.is_empty() {
            self.parts.push(Part::Blank);
        }
        match way {
            None => self.payload(&event.data, laid, &findings),
            Some((Schemas::Steps, way)) => self.parts.extend(schemas::steps(way, width)),
            Some((_, way)) => self.upcasted(way, laid),
        }
        self.facts(event, way.map(|(_, way)| way.told()));
        self.metadata(event, laid, correlation);
        self.len = self.parts.iter().map(Part::lines).sum();
    }

    /// Whether the lines were made for another width.
    pub(crate) fn fits(&self, width: usize) -> bool {
        self.width == width
    }

    fn finding(&mut self, severity: Severity, message: &str, hint: Option<&str>) {
        let room = self.width.saturating_sub(2).max(8);
        let lines = wrap(&text::sanitize(message), room);
        self.parts.extend(lines.into_iter().enumerate().map(|(at, line)| {
            let mark = if at == 0 { mark(severity) } else { " " };
            Part::Finding(severity, format!("{mark} {line}"))
        }));
        if let Some(hint) = hint {
            let lines = wrap(&text::sanitize(hint), room);
            self.parts.extend(lines.into_iter().map(|line| Part::Hint(format!("  {line}"))));
        }
    }

    fn payload(&mut self, payload: &Payload, laid: &Laid, told: &[Told<'_>]) {
        match payload.value() {
            Ok(_) => self.parts.extend(laid.data.clone().map(Part::Json)),
            Err(error) => {
                let bytes = human::bytes(payload.bytes().len() as u64);
                let kind = text::sanitize(payload.content_type()).into_owned();
                self.parts.push(Part::Text(format!("{bytes} of {kind}")));
                let error = error.to_string();
                if told.iter().all(|(_, message, _)| *message != error) {
                    let lines = wrap(&text::sanitize(&error), self.width.max(8));
                    self.parts.extend(lines.into_iter().map(Part::Hint));
                }
                self.bytes(payload.bytes());
            }
        }
    }

    /// What became of it; where that is more than one event or none, it is said which.
    fn upcasted(&mut self, way: &Explanation, laid: &Laid) {
        for schema in &way.dropped {
            let told = format!("{schema} is dropped: it is not folded");
            let lines = wrap(&text::sanitize(&told), self.width.max(8));
            self.parts.extend(lines.into_iter().map(Part::Hint));
        }
        for (at, (part, laid)) in way.parts.iter().zip(&laid.upcasted).enumerate() {
            if way.parts.len() > 1 {
                let version = part.event.schema.as_deref().unwrap_or_default();
                let told = format!(
                    "{} of {}: {} v{version}",
                    at + 1,
                    way.parts.len(),
                    part.event.event_type
                );
                let lines = wrap(&text::sanitize(&told), self.width.max(8));
                self.parts.extend(lines.into_iter().map(Part::Text));
            }
            self.parts.push(Part::Json(Arc::clone(laid)));
        }
    }

    /// What stands there instead of a value: as text where it is some, in hexadecimal where not.
    fn bytes(&mut self, bytes: &[u8]) {
        let shown = bytes.get(..BYTES).unwrap_or(bytes);
        self.parts.push(Part::Blank);
        let lines = match readable(shown, bytes.len()) {
            Some(text) => {
                let width = self.width.max(8);
                text.lines().flat_map(|line| broken(&text::sanitize(line), width)).collect()
            }
            None => hexadecimal(shown, self.width),
        };
        self.parts.extend(lines.into_iter().map(Part::Text));
        let more = bytes.len() - shown.len();
        if more > 0 {
            self.parts.push(Part::Hint(format!("… {} more", human::bytes(more as u64))));
        }
    }

    fn facts(&mut self, event: &Event, upcasted: Option<String>) {
        self.parts.push(Part::Blank);
        let room = self.width.saturating_sub(FACT + 2).max(8);
        let mut fact = |name, value: Option<String>| {
            let Some(value) = value else { return };
            for (at, line) in broken(&or_quotes(&value), room).into_iter().enumerate() {
                self.parts.push(Part::Fact(if at == 0 { name } else { "" }, line));
            }
        };
        fact("type", Some(event.event_type.to_string()));
        fact("event id", event.id.as_ref().map(ToString::to_string));
        fact("schema", upcasted.or_else(|| event.schema.as_ref().map(ToString::to_string)));
        // A date and a time are not cut anywhere but between them.
        let when = event.time.as_ref().map(time::rfc3339).unwrap_or_default();
        match when.split_once('T').filter(|_| text::width(&when) > room) {
            Some((date, time)) => {
                fact("recorded", Some(date.to_owned()));
                fact("", Some(time.to_owned()));
            }
            None => fact("recorded", event.time.as_ref().map(|_| when)),
        }
        fact(
            "position",
            event
                .position
                .map(|position| human::signed(position.0).trim_start_matches('+').to_owned()),
        );
    }

    /// A member of the metadata, its value in full: what does not fit beside its name goes on below it.
    fn meta(&mut self, name: &str, value: &str) {
        // A long name leaves its value some room.
        let name = text::truncate_middle(name, (self.width / 2).max(8)).into_owned();
        let before = text::width(&name);
        let room = self.width.saturating_sub(before + 2).max(8);
        for (at, line) in broken(value, room).into_iter().enumerate() {
            let name = if at == 0 { name.clone() } else { " ".repeat(before) };
            self.parts.push(Part::Meta(name, line));
        }
    }

    fn metadata(&mut self, event: &Event, laid: &Laid, correlation: Option<&str>) {
        let Some(metadata) = &event.metadata else { return };
        let value = match metadata.value() {
            Ok(Value::Object(map)) if map.is_empty() => return,
            Ok(Value::Null) => return,
            Ok(value) => value,
            Err(error) => {
                self.parts.push(Part::Blank);
                self.parts.push(Part::Heading("metadata"));
                // What it is about stands above it.
                let told = match error {
                    PayloadError::NotJson(error) => format!("cannot be read as JSON: {error}"),
                    error => error.to_string(),
                };
                self.finding(Severity::Warning, &told, None);
                return;
            }
        };
        self.actor = ACTOR.iter().find_map(|name| named(value, usual(name)));
        self.correlation = match correlation {
            Some(name) => named(value, |key| key == name),
            None => CORRELATION.iter().find_map(|name| named(value, usual(name))),
        };
        self.parts.push(Part::Blank);
        self.parts.push(Part::Heading("metadata"));
        let scalars = |map: &crate::model::Map| {
            map.len() <= LISTED && map.values().all(|slot| slot.value.len().is_none())
        };
        match value {
            Value::Object(map) if scalars(map) => {
                let names = map.keys().map(|key| text::width(&text::sanitize(key)));
                let widest = names.filter(|width| *width <= 20).max().unwrap_or(0);
                for (key, slot) in map.iter() {
                    let name = text::sanitize(key);
                    let name = if text::width(&name) > widest {
                        name.into_owned()
                    } else {
                        text::pad(&name, widest).into_owned()
                    };
                    self.meta(&name, &plain(&slot.value));
                }
            }
            _ => self.parts.extend(laid.metadata.clone().map(Part::Json)),
        }
    }
}

/// The cells of the names of facts.
pub(crate) const FACT: usize = 8;

/// Members of the metadata that stand in a list; more are JSON.
const LISTED: usize = 200;

/// Bytes of a payload that cannot be read as a value are shown up to here.
const BYTES: usize = 16 * 1024;

/// The text that `shown`, the beginning of `all` bytes, is; `None` where it is none.
fn readable(shown: &[u8], all: usize) -> Option<&str> {
    let text = match std::str::from_utf8(shown) {
        Ok(text) => text,
        // The cut went through a character.
        Err(error) if error.error_len().is_none() && shown.len() < all => {
            std::str::from_utf8(shown.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let odd = |c: char| c.is_control() && !c.is_ascii_whitespace() && c != '\u{1b}';
    (!text.is_empty() && !text.contains(odd)).then_some(text)
}

/// Bytes in hexadecimal, at most 16 in a line of `width` cells.
fn hexadecimal(bytes: &[u8], width: usize) -> Vec<String> {
    let fit = (width + 1) / 3;
    let in_line = if fit >= 16 { 16 } else { (fit / 4 * 4).max(4) };
    let line =
        |line: &[u8]| line.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    bytes.chunks(in_line).map(line).collect()
}

/// How grave, what is so, what to do.
type Told<'a> = (Severity, &'a str, Option<&'a str>);

/// Reading and folding may notice the same: it is told once, by the graver of the two.
fn told_once(findings: &[Finding]) -> Vec<Told<'_>> {
    let mut told: Vec<Told<'_>> = Vec::new();
    for finding in findings {
        let hint = finding.hint.as_deref();
        match told.iter_mut().find(|(_, message, _)| *message == finding.message) {
            Some((severity, _, known)) => {
                *severity = finding.severity.max(*severity);
                *known = known.or(hint);
            }
            None => told.push((finding.severity, &finding.message, hint)),
        }
    }
    told
}

const ACTOR: &[&str] =
    &["actor", "user", "username", "user_id", "userid", "principal", "by", "issuer", "$user"];
const CORRELATION: &[&str] =
    &["correlation_id", "correlationid", "$correlationid", "correlation", "trace_id", "traceid"];

/// Whether a member has this name, without regard to case or `-`.
fn usual(name: &str) -> impl Fn(&str) -> bool {
    move |key| key.to_lowercase().replace('-', "_") == name
}

/// The value of the first member with such a name.
fn named(metadata: &Value, name: impl Fn(&str) -> bool) -> Option<String> {
    let Value::Object(map) = metadata else { return None };
    let (_, slot) = map.iter().find(|(key, _)| name(key))?;
    matches!(slot.value, Value::String(_) | Value::Number(_)).then(|| plain(&slot.value))
}

/// What stands where a name or a value is empty, so that it is not drawn as nothing.
pub(crate) const EMPTY: &str = "\"\"";

/// A text, sanitised; in quotes where nothing could be seen of it, [`EMPTY`] where it is empty.
pub(crate) fn or_quotes(text: &str) -> String {
    let clean = text::sanitize(text);
    if clean.trim().is_empty() { format!("\"{clean}\"") } else { clean.into_owned() }
}

/// A scalar without quotes, sanitised.
fn plain(value: &Value) -> String {
    match value {
        Value::String(string) => or_quotes(&text::truncate(string, 500)),
        value => text::sanitize(&json::to_string(value)).into_owned(),
    }
}

/// The sign of a severity.
pub(crate) fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "✗",
        Severity::Warning => "▲",
        Severity::Note => "·",
    }
}

/// Breaks a sentence at spaces into lines of `width` cells, and a word that is longer where it must be.
pub(crate) fn wrap(sentence: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in sentence.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        let gap = usize::from(!line.is_empty());
        if text::width(line) + gap + text::width(word) <= width {
            line.push_str(if gap > 0 { " " } else { "" });
            line.push_str(word);
            continue;
        }
        let mut parts = broken(word, width);
        if gap == 0 {
            // The empty line that everything begins with.
            lines.clear();
        }
        lines.append(&mut parts);
    }
    lines
}

/// A word in parts of at most `width` cells.
pub(crate) fn broken(word: &str, width: usize) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut taken = 0;
    for cluster in word.graphemes(true) {
        let cells = text::width(cluster);
        if taken > 0 && taken + cells > width {
            parts.push(String::new());
            taken = 0;
        }
        taken += cells;
        if let Some(part) = parts.last_mut() {
            part.push_str(cluster);
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_text_where_they_are_some_and_hexadecimal_where_not() {
        assert_eq!(readable(b"{\"n\":", 5), Some("{\"n\":"));
        assert_eq!(readable("ä".as_bytes(), 2), Some("ä"));
        assert_eq!(readable(b"a\xc3", 9), Some("a"), "cut inside a character");
        assert_eq!(readable(b"a\xc3", 2), None);
        assert_eq!(readable(b"a\0b", 3), None);
        assert_eq!(hexadecimal(&[0, 1, 255, 16, 7], 12), ["00 01 ff 10", "07"]);
        assert_eq!(hexadecimal(&[0; 17], 60).first().map(String::len), Some(47));
    }

    #[test]
    fn sentences_break_at_spaces_and_long_words_where_they_must() {
        assert_eq!(wrap("no such file", 7), ["no such", "file"]);
        assert_eq!(wrap("a/long/path is gone", 6), ["a/long", "/path", "is", "gone"]);
        assert_eq!(wrap("in a/long/path", 6), ["in", "a/long", "/path"]);
        assert_eq!(wrap("", 5), [""]);
    }
}

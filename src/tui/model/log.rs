//! What was said in this run: the newest stands in the last line for a while, all of it can be read again.

use std::collections::VecDeque;
use std::time::Duration;

use super::super::theme::Theme;
use super::event::wrap;
use super::scroll::Scroll;
use crate::model::{Finding, Severity, Timestamp};
use crate::text;

use ratatui::style::Style;

/// Messages that are kept.
pub(crate) const KEPT: usize = 1000;
/// How long an error stands before a key may take it away: nobody reads faster.
const UNTIL_SEEN: Duration = Duration::from_secs(3);
/// How long the shortest message stands by itself.
const AT_LEAST: Duration = Duration::from_secs(4);
/// How much longer for each letter.
const A_LETTER: Duration = Duration::from_millis(50);

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something is so.
    Note,
    /// Something is worth a look.
    Warn,
    /// Something went wrong.
    Bad,
}

impl Tone {
    /// Its shape: no meaning by colour alone.
    pub(crate) fn mark(self) -> &'static str {
        match self {
            Self::Note => "●",
            Self::Warn => "▲",
            Self::Bad => "✗",
        }
    }

    /// Its colour.
    pub(crate) fn style(self, theme: &Theme) -> Style {
        match self {
            Self::Note => theme.accent,
            Self::Warn => theme.warn,
            Self::Bad => theme.bad,
        }
    }
}

impl From<Severity> for Tone {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Note => Self::Note,
            Severity::Warning => Self::Warn,
            Severity::Error => Self::Bad,
        }
    }
}

/// A message, sanitised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// How grave.
    pub(crate) tone: Tone,
    /// What is so.
    pub(crate) text: String,
    /// What to do.
    pub(crate) hint: Option<String>,
}

impl Message {
    /// A message; what it says may come from anywhere.
    pub(crate) fn new(tone: Tone, told: &str, hint: Option<&str>) -> Self {
        let clean = |told: &str| text::sanitize(told).into_owned();
        Self { tone, text: clean(told), hint: hint.map(clean) }
    }

    /// What a finding says.
    pub(crate) fn of(finding: &Finding) -> Self {
        Self::new(finding.severity.into(), &finding.message, finding.hint.as_deref())
    }

    /// All of it in lines of `width` cells, what to do below what is so; whether a line is of the first.
    pub(crate) fn lines(&self, width: usize) -> Vec<(String, bool)> {
        let mut lines: Vec<_> =
            wrap(&self.text, width).into_iter().map(|line| (line, true)).collect();
        if let Some(hint) = &self.hint {
            lines.push((String::new(), false));
            // Several things are read one below the other.
            let parts = hint.split(" · ").flat_map(|part| wrap(part, width));
            lines.extend(parts.map(|line| (line, false)));
        }
        lines
    }

    /// All of it as text.
    pub(crate) fn told(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}\n{hint}", self.text),
            None => self.text.clone(),
        }
    }

    /// How long it stands: an error until a key takes it away, but at least so long.
    pub(crate) fn stands(&self) -> Duration {
        if self.tone == Tone::Bad {
            return UNTIL_SEEN;
        }
        let hint = self.hint.as_ref().map_or(0, String::len);
        AT_LEAST + A_LETTER * (self.text.len() + hint).min(160) as u32
    }
}

/// A message that was said, once or several times.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// What was said.
    pub(crate) message: Message,
    /// When, the last time.
    pub(crate) time: Timestamp,
    /// How often, without anything else in between.
    pub(crate) count: u64,
}

/// All that was said.
#[derive(Debug)]
pub(crate) struct Log {
    /// The newest first.
    entries: VecDeque<Entry>,
    /// How many older ones are no longer kept.
    pub(crate) fallen: u64,
    /// Whether an error stands in the last line that nobody can have read yet.
    pub(crate) unseen: bool,
    /// Errors that nobody has had the time to read.
    pub(crate) unread: u64,
    /// Grows with whatever is said: who waits for a message to have stood long enough tells it from the one before.
    pub(crate) said: u64,
    /// What time it is.
    pub(crate) clock: fn() -> Timestamp,
}

impl Default for Log {
    fn default() -> Self {
        let entries = VecDeque::new();
        Self { entries, fallen: 0, unseen: false, unread: 0, said: 0, clock: chrono::Utc::now }
    }
}

impl Log {
    /// Keeps a message; whether it stands in a line of its own.
    pub(crate) fn keep(&mut self, message: &Message) -> bool {
        let time = (self.clock)();
        self.said += 1;
        if let Some(newest) = self.entries.front_mut().filter(|newest| newest.message == *message) {
            (newest.time, newest.count) = (time, newest.count + 1);
            return false;
        }
        self.entries.push_front(Entry { message: message.clone(), time, count: 1 });
        if self.entries.len() > KEPT {
            self.entries.pop_back();
            self.fallen += 1;
        }
        true
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// One of them, counted from the newest.
    pub(crate) fn get(&self, at: usize) -> Option<&Entry> {
        self.entries.get(at)
    }
}

/// A line of the list of messages.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    /// What was said.
    Said(&'a Entry),
    /// Above what is to be said of the store.
    Heading(usize),
    /// Something that is to be said of the store.
    Finding(&'a Finding),
}

impl Row<'_> {
    /// What it says in full.
    pub(crate) fn message(&self) -> Option<Message> {
        match self {
            Self::Said(entry) => Some(entry.message.clone()),
            Self::Finding(finding) => Some(Message::of(finding)),
            Self::Heading(_) => None,
        }
    }
}

/// The list of messages, the newest first, and below them what is to be said of the store.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Logbook {
    /// The chosen line and the window.
    pub(crate) scroll: Scroll,
}

impl Logbook {
    /// How many lines there are.
    pub(crate) fn len(log: &Log, findings: &[Finding]) -> usize {
        log.len() + if findings.is_empty() { 0 } else { findings.len() + 1 }
    }

    /// One of them.
    pub(crate) fn row<'a>(log: &'a Log, findings: &'a [Finding], at: usize) -> Option<Row<'a>> {
        match at.checked_sub(log.len()) {
            None => log.get(at).map(Row::Said),
            Some(0) => (!findings.is_empty()).then_some(Row::Heading(findings.len())),
            Some(at) => findings.get(at - 1).map(Row::Finding),
        }
    }

    /// Moves the cursor, which stands on no heading.
    pub(crate) fn move_by(&mut self, by: isize, log: &Log, findings: &[Finding], height: usize) {
        let len = Self::len(log, findings);
        self.scroll.move_by(by, len, height);
        if !findings.is_empty() && self.scroll.cursor == log.len() {
            let up = by < 0 && log.len() > 0;
            self.scroll.move_by(if up { -1 } else { 1 }, len, height);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(text: &str) -> Message {
        Message::new(Tone::Note, text, None)
    }

    #[test]
    fn repeated_ones_are_counted_and_the_oldest_fall_away() {
        let mut log = Log::default();
        assert!(log.keep(&note("a")) && !log.keep(&note("a")) && log.keep(&note("b")));
        assert_eq!((log.len(), log.get(1).map(|entry| entry.count)), (2, Some(2)));
        for number in 0..KEPT {
            log.keep(&note(&number.to_string()));
        }
        assert_eq!((log.len(), log.fallen), (KEPT, 2));
        assert_eq!(log.get(0).map(|entry| entry.message.text.as_str()), Some("999"));
    }

    #[test]
    fn a_long_message_stands_longer_and_none_stands_for_ever() {
        assert!(note("short").stands() < note(&"long ".repeat(20)).stands());
        assert!(note(&"x".repeat(100_000)).stands() < Duration::from_secs(15));
    }

    #[test]
    fn the_cursor_stands_on_no_heading() {
        let findings = [Finding::warning("a", "a"), Finding::error("b", "b")];
        let mut log = Log::default();
        let mut book = Logbook::default();
        book.move_by(0, &log, &findings, 5);
        assert_eq!(book.scroll.cursor, 1);
        book.move_by(-9, &log, &findings, 5);
        assert_eq!(book.scroll.cursor, 1);
        log.keep(&note("a"));
        let mut at = |by| {
            book.move_by(by, &log, &findings, 5);
            book.scroll.cursor
        };
        assert_eq!([at(-9), at(1), at(9), at(-1), at(-1)], [0, 2, 3, 2, 0]);
    }
}

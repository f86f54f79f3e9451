//! One line of human output: pieces of text with a meaning. Text is made safe when it is added, so that nothing from a
//! store can reach a terminal as it was written; colours are decided when the line is rendered.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::text;

/// What a piece of text is. Each meaning has one look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Ordinary text.
    Plain,
    /// What the lines below are about.
    Title,
    /// What stands back: labels, units, places.
    Dim,
    /// A path or the name of a member.
    Key,
    /// The name of an event type.
    Type,
    /// Something new.
    Added,
    /// Something gone.
    Removed,
    /// Something different.
    Changed,
    /// A string of JSON.
    String,
    /// A number or a word of JSON.
    Number,
    /// Wrong.
    Error,
    /// Doubtful.
    Warning,
    /// What to do next.
    Hint,
}

impl Ink {
    /// The look as parameters of the terminal's "select graphic rendition": the sixteen colours that every theme knows.
    fn look(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Title => "1",
            Self::Dim => "2",
            Self::Key | Self::Hint => "36",
            Self::Type => "35",
            Self::Added | Self::String => "32",
            Self::Removed => "31",
            Self::Changed => "33",
            Self::Number => "34",
            Self::Error => "1;31",
            Self::Warning => "1;33",
        }
    }
}

/// Pieces of text on one line.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    pieces: Vec<(Ink, String)>,
}

impl Line {
    /// A line of one piece.
    pub(crate) fn of(ink: Ink, text: impl AsRef<str>) -> Self {
        Self::default().with(ink, text)
    }

    /// An ordinary line.
    pub(crate) fn plain(text: impl AsRef<str>) -> Self {
        Self::of(Ink::Plain, text)
    }

    /// Adds a piece, made safe.
    #[must_use]
    pub(crate) fn with(mut self, ink: Ink, text: impl AsRef<str>) -> Self {
        self.push(ink, text);
        self
    }

    /// Adds a piece, made safe.
    pub(crate) fn push(&mut self, ink: Ink, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.is_empty() {
            self.pieces.push((ink, text::sanitize(text).into_owned()));
        }
    }

    /// Adds the pieces of another line.
    pub(crate) fn append(&mut self, other: Line) {
        self.pieces.extend(other.pieces);
    }

    /// Adds spaces up to that cell.
    pub(crate) fn fill(&mut self, to: usize) {
        let here = self.width();
        if here < to {
            self.pieces.push((Ink::Plain, " ".repeat(to - here)));
        }
    }

    /// Takes off spaces at the end.
    pub(crate) fn trim_end(&mut self) {
        while self.pieces.last().is_some_and(|(_, text)| text.trim_end_matches(' ').is_empty()) {
            self.pieces.pop();
        }
    }

    /// The cells it takes.
    pub(crate) fn width(&self) -> usize {
        self.pieces.iter().map(|(_, text)| text::width(text)).sum()
    }

    /// The line in at most `limit` cells; where that is too few, its last shown piece ends in `…`.
    #[must_use]
    pub(crate) fn cut(self, limit: usize) -> Self {
        if self.width() <= limit {
            return self;
        }
        let mut left = limit;
        let mut pieces = Vec::new();
        for (ink, text) in self.pieces {
            let size = text::width(&text);
            if size < left {
                pieces.push((ink, text));
                left -= size;
                continue;
            }
            // Something follows, be it only in the next piece: two more cells make sure that the cut is marked.
            let mut cut = text::truncate(&format!("{text}……"), left).into_owned();
            // Of a name that was cut in its middle, the mark is enough.
            while cut.ends_with("……") {
                cut.pop();
            }
            pieces.push((ink, cut));
            break;
        }
        Self { pieces }
    }

    /// The line in at most `limit` cells, with its beginning and its end: names and values differ at both.
    #[must_use]
    pub(crate) fn cut_middle(mut self, limit: usize) -> Self {
        match self.pieces.as_mut_slice() {
            [(_, text)] => {
                *text = text::truncate_middle(text, limit).into_owned();
                self
            }
            _ => self.cut(limit),
        }
    }

    /// The line as text of at most `limit` cells.
    pub(crate) fn render(&self, colour: bool, limit: usize) -> String {
        let mut out = String::new();
        let fitting = if self.width() <= limit {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(self.clone().cut(limit))
        };
        for (ink, text) in &fitting.pieces {
            match ink.look() {
                look if colour && !look.is_empty() => {
                    let _ = write!(out, "\u{1b}[{look}m{text}\u{1b}[0m");
                }
                _ => out.push_str(text),
            }
        }
        out.truncate(out.trim_end_matches(' ').len());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_store_says_cannot_steer_the_terminal() {
        let line = Line::plain("a\u{1b}[2J\nb").with(Ink::Added, "\u{202e}x");
        let plain = line.render(false, usize::MAX);
        assert!(!plain.contains(['\u{1b}', '\n', '\u{202e}']), "{plain:?}");
        let coloured = line.render(true, usize::MAX);
        assert_eq!(coloured.matches('\u{1b}').count(), 2, "{coloured:?}");
    }

    #[test]
    fn a_line_that_does_not_fit_says_so() {
        let line = Line::plain("abc").with(Ink::Dim, "def");
        assert_eq!(line.render(false, 6), "abcdef");
        assert_eq!(line.render(false, 5), "abcd…");
        assert_eq!(line.render(false, 3), "ab…");
        assert_eq!(line.render(false, 4), "abc…");
        assert_eq!(Line::plain("ab…yz").render(false, 4), "ab…");
        assert_eq!(line.render(true, 4), "abc\u{1b}[2m…\u{1b}[0m");
    }
}

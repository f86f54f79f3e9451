//! Building the lines of a window.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use super::index::{Children, Index};
use super::{Kind, Line, Span};
use crate::model::Value;
use crate::text::human;
use crate::text::sanitize::{Piece, is_plain, pieces};
use crate::text::width::{truncate, width};

/// The lines of `window`, counted from the first line of `value`.
pub(super) fn window<'a>(
    value: &'a Value,
    index: &Index,
    window: Range<usize>,
    width: usize,
) -> Vec<Line<'a>> {
    let mut builder = Builder { index, window, width, lines: Vec::new() };
    if !builder.window.is_empty() {
        builder.value(None, value, Place { line: 0, depth: 0, last: true });
    }
    builder.lines
}

struct Builder<'a, 'i> {
    index: &'i Index,
    window: Range<usize>,
    width: usize,
    lines: Vec<Line<'a>>,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Place {
    /// Its first line.
    line: usize,
    /// How deep it is nested.
    depth: usize,
    /// Whether no comma follows.
    last: bool,
}

impl<'a> Builder<'a, '_> {
    /// Adds those lines of a value that are in the window; it has at least one there.
    fn value(&mut self, key: Option<&'a str>, value: &'a Value, place: Place) {
        let Some(children) = Children::of(value) else {
            self.scalar(key, value, place);
            return;
        };
        let (open, close) = match children {
            Children::Array(_) => ("[", "]"),
            Children::Object(_) => ("{", "}"),
        };
        if self.window.contains(&place.line) {
            let mut line = Draft::new(self.width, place.depth);
            line.key(key);
            line.punct(open);
            self.lines.push(line.done());
        }
        let skipped = self.window.start.saturating_sub(place.line);
        let mark = self.index.mark(value, skipped);
        let mut line = place.line + mark.line;
        for at in mark.child..children.len() {
            if line >= self.window.end {
                return;
            }
            let Some((key, child)) = children.get(at) else { return };
            let lines = self.index.lines(child);
            if line + lines > self.window.start {
                let last = at + 1 == children.len();
                self.value(key, child, Place { line, depth: place.depth + 1, last });
            }
            line += lines;
        }
        if self.window.contains(&line) {
            let mut closing = Draft::new(self.width, place.depth);
            closing.punct(close);
            if !place.last {
                closing.punct(",");
            }
            self.lines.push(closing.done());
        }
    }

    fn scalar(&mut self, key: Option<&'a str>, value: &'a Value, place: Place) {
        let comma = usize::from(!place.last);
        let mut line = Draft::new(self.width, place.depth);
        line.key(key);
        match value {
            Value::Null => line.push(Kind::Null, "null"),
            Value::Bool(true) => line.push(Kind::Bool, "true"),
            Value::Bool(false) => line.push(Kind::Bool, "false"),
            Value::Number(text) => line.long(Kind::Number, text, "", comma),
            Value::String(text) => line.long(Kind::String, text, "\"", comma),
            Value::Array(_) => line.punct("[]"),
            Value::Object(_) => line.punct("{}"),
        }
        if !place.last {
            line.punct(",");
        }
        self.lines.push(line.done());
    }
}

/// A line that is being put together, and the cells left in it.
struct Draft<'a> {
    line: Line<'a>,
    width: usize,
    left: usize,
    overflow: bool,
}

/// A note about a cut is worth its place where at least so many cells of the text stay.
const LEAST_SHOWN: usize = 8;

/// The characters of texts up to so many bytes are counted; of longer ones, what is missing is told in bytes.
const COUNTED: usize = 65_536;

/// The cells of the widest [`human::bytes`], `999.4 kB`.
const LONGEST_SIZE: usize = 8;

/// What a long key leaves to the value behind it.
const LEFT_BY_KEY: usize = 32;

impl<'a> Draft<'a> {
    fn new(width: usize, depth: usize) -> Self {
        let mut line = Self { line: Line::new(), width, left: width, overflow: false };
        // Deeper than this, indentation would leave nothing to the value.
        let levels = (width / 6).max(3);
        if depth > 0 {
            line.push(Kind::Plain, "  ".repeat(depth.min(levels)));
        }
        if depth > levels {
            line.push(Kind::Plain, "› ");
        }
        line
    }

    fn push(&mut self, kind: Kind, text: impl Into<Cow<'a, str>>) {
        let text = text.into();
        let cells = width(&text);
        self.overflow |= cells > self.left;
        self.left = self.left.saturating_sub(cells);
        self.line.push(Span { kind, text });
    }

    fn punct(&mut self, text: &'static str) {
        self.push(Kind::Punct, text);
    }

    /// A member's name, leaving room for what follows.
    fn key(&mut self, key: Option<&'a str>) {
        let Some(key) = key else { return };
        let room = self.left - LEFT_BY_KEY.min(self.left / 2);
        self.quoted(Kind::Key, key, "\"", room);
        self.punct(": ");
    }

    /// A string or number that may have to be cut, leaving `after` cells behind it.
    fn long(&mut self, kind: Kind, text: &'a str, quote: &'static str, after: usize) {
        self.quoted(kind, text, quote, self.left.saturating_sub(after));
    }

    /// `text` between quotes in at most `limit` cells, with a note where it was cut.
    fn quoted(&mut self, kind: Kind, text: &'a str, quote: &'static str, limit: usize) {
        let room = limit.saturating_sub(2 * quote.len());
        let whole = Shown::of(text, room);
        if whole.end == text.len() {
            let shown = match (quote, whole.text) {
                ("", shown) => shown,
                (_, shown) => Cow::Owned(format!("\"{shown}\"")),
            };
            self.push(kind, shown);
            return;
        }
        // The note is measured for the whole text before it is known how much of it will be missing.
        let amount =
            if text.len() > COUNTED { LONGEST_SIZE } else { human::count(text.len() as u64).len() };
        let longest = width(" … more") + amount;
        let with_note = room >= longest + LEAST_SHOWN;
        let shown = Shown::of(text, room.saturating_sub(if with_note { longest } else { 1 }));
        let mark = if with_note { "" } else { "…" };
        self.push(kind, format!("{quote}{}{mark}{quote}", shown.text));
        if with_note {
            let rest = text.get(shown.end..).unwrap_or_default();
            let amount = if text.len() > COUNTED {
                human::bytes(rest.len() as u64)
            } else {
                human::count(rest.chars().count() as u64)
            };
            self.push(Kind::Plain, format!(" …{amount} more"));
        }
    }

    /// The line; where it has become too wide all the same, as much of it as fits.
    fn done(self) -> Line<'a> {
        if !self.overflow {
            return self.line;
        }
        let Some(mut left) = self.width.checked_sub(1) else { return Line::new() };
        let mut line = Line::new();
        for span in self.line {
            let cells = width(&span.text);
            if cells > left {
                let more = format!("{}…", span.text);
                let text = Cow::Owned(truncate(&more, left + 1).into_owned());
                line.push(Span { kind: span.kind, text });
                break;
            }
            left -= cells;
            line.push(span);
        }
        line
    }
}

/// The beginning of a string as it stands in JSON, every character visible.
struct Shown<'a> {
    text: Cow<'a, str>,
    /// How many bytes of the string it shows.
    end: usize,
}

impl<'a> Shown<'a> {
    /// As much of `text` as fits into `limit` cells; looks at no more of it than that.
    fn of(text: &'a str, limit: usize) -> Self {
        let bytes = text.as_bytes().get(..limit).unwrap_or(text.as_bytes());
        let ascii = text.as_bytes().get(bytes.len()).is_none_or(u8::is_ascii);
        if let Some(near) = text.get(..bytes.len()).filter(|near| ascii && is_plain(near))
            && !near.contains(QUOTED)
        {
            return Self { text: Cow::Borrowed(near), end: near.len() };
        }
        let mut out = String::new();
        let mut used = 0;
        let mut end = 0;
        for (at, piece) in pieces(text) {
            let before = out.len();
            let length = match piece {
                Piece::Seen(cluster) => {
                    quote(&mut out, cluster);
                    cluster.len()
                }
                Piece::Odd(c) => {
                    escape(&mut out, c);
                    c.len_utf8()
                }
            };
            used += width(out.get(before..).unwrap_or_default());
            if used > limit {
                out.truncate(before);
                break;
            }
            end = at + length;
        }
        Self { text: Cow::Owned(out), end }
    }
}

/// What JSON escapes though it can be seen.
const QUOTED: [char; 2] = ['"', '\\'];

/// One grapheme cluster as it stands inside a JSON string.
fn quote(out: &mut String, cluster: &str) {
    for c in cluster.chars() {
        if QUOTED.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// A character that cannot be shown, as JSON writes it.
fn escape(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        c => {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
}

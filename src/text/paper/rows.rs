//! A line broken into rows.
//!
//! A line of megabytes is broken block by block, so that any place of it is found without what lies before: every
//! block begins a row.

use std::borrow::Cow;
use std::ops::Range;

use super::super::json::{Kind, Span};
use super::super::sanitize::{Piece, is_plain, pieces, sanitize};
use super::super::width::width as cells;
use crate::model::json::write_string;

/// Bytes of a block.
pub(super) const BLOCK: usize = 16 * 1024;
/// Bytes beyond them where a better place to end is looked for.
const LEEWAY: usize = 1024;

/// One piece of a line.
#[derive(Clone, Copy, Debug)]
struct Part<'a> {
    kind: Kind,
    text: &'a str,
    /// Whether it is written as the inside of a JSON string.
    escaped: bool,
}

/// The pieces of a line.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    depth: usize,
    all: Vec<Part<'a>>,
    /// Whether its own line breaks end rows.
    plain: bool,
}

impl<'a> Parts<'a> {
    /// A line that stands so deep.
    pub(super) fn new(depth: usize) -> Self {
        Self { depth, all: Vec::new(), plain: false }
    }

    /// A text with lines of its own.
    pub(super) fn plain(text: &'a str) -> Self {
        let part = Part { kind: Kind::Plain, text, escaped: false };
        Self { depth: 0, all: vec![part], plain: true }
    }

    /// Adds a piece that is written as it is.
    pub(super) fn push(&mut self, kind: Kind, text: &'a str) {
        self.all.push(Part { kind, text, escaped: false });
    }

    /// Adds a JSON string.
    pub(super) fn string(&mut self, kind: Kind, text: &'a str) {
        self.push(kind, "\"");
        self.all.push(Part { kind, text, escaped: true });
        self.push(kind, "\"");
    }

    fn len(&self) -> usize {
        self.all.iter().map(|part| part.text.len()).sum()
    }

    /// How many blocks it is broken in.
    pub(super) fn blocks(&self) -> usize {
        self.len().div_ceil(BLOCK).max(1)
    }

    /// The rows of a block, each of at most `width` cells; never none.
    pub(super) fn rows(&self, block: usize, width: usize) -> Vec<Vec<Span<'a>>> {
        let mut rows = Rows::new(self.depth, width, block == 0);
        let (from, to) = (self.cut(block * BLOCK), self.cut((block + 1) * BLOCK));
        let mut begin = 0;
        for part in &self.all {
            let end = begin + part.text.len();
            let inside = from.clamp(begin, end) - begin..to.clamp(begin, end) - begin;
            if !inside.is_empty() {
                self.write(part, inside, &mut rows);
            }
            begin = end;
        }
        let last = rows.row.is_empty() && !rows.done.is_empty();
        if self.plain && self.len() == 0 {
            return vec![super::empty()];
        }
        if !last {
            rows.end();
        }
        rows.done
    }

    fn write(&self, part: &Part<'a>, inside: Range<usize>, rows: &mut Rows<'a>) {
        let Some(text) = part.text.get(inside) else { return };
        if self.plain {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    rows.end();
                }
                rows.write(part.kind, Cow::Borrowed(line.strip_suffix('\r').unwrap_or(line)));
            }
        } else if part.escaped && (!is_plain(text) || text.contains(['"', '\\'])) {
            let mut out = String::new();
            write_string(&mut out, text);
            let inner = out.get(1..out.len() - 1).unwrap_or_default().to_owned();
            rows.write(part.kind, Cow::Owned(inner));
        } else {
            rows.write(part.kind, Cow::Borrowed(text));
        }
    }

    /// Where the block ends that is as long as this: behind a line break, otherwise where no character is cut and
    /// nothing joins two.
    fn cut(&self, at: usize) -> usize {
        let mut begin = 0;
        for part in &self.all {
            let end = begin + part.text.len();
            if at < end {
                return if at <= begin {
                    at
                } else {
                    begin + cut(part.text, at - begin, self.plain)
                };
            }
            begin = end;
        }
        begin
    }
}

fn cut(text: &str, at: usize, plain: bool) -> usize {
    let bytes = text.as_bytes();
    let near = bytes.get(at..(at + LEEWAY).min(bytes.len())).unwrap_or_default();
    if plain && let Some(end) = near.iter().position(|byte| *byte == b'\n') {
        return at + end + 1;
    }
    let apart = near.windows(2).position(|two| two.is_ascii() && two != b"\r\n");
    if let Some(end) = apart {
        return at + end + 1;
    }
    (at..=bytes.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(bytes.len())
}

/// Rows that are being filled.
struct Rows<'a> {
    done: Vec<Vec<Span<'a>>>,
    row: Vec<Span<'a>>,
    left: usize,
    width: usize,
    indent: String,
    /// Whether the row that is being filled goes on with another one's text.
    goes_on: bool,
}

impl<'a> Rows<'a> {
    fn new(depth: usize, width: usize, first: bool) -> Self {
        let width = width.max(1);
        // Deeper than this, indentation would leave nothing to the value.
        let levels = (width / 6).max(3);
        let mut indent = "  ".repeat(depth.min(levels));
        if depth > levels {
            indent.push_str("› ");
        }
        let mut rows = Self {
            done: Vec::new(),
            row: Vec::new(),
            left: width,
            width,
            indent,
            goes_on: !first && depth > 0,
        };
        rows.begin();
        rows
    }

    fn begin(&mut self) {
        self.left = self.width;
        let mut indent = self.indent.clone();
        if self.goes_on {
            indent.push_str("  ");
        }
        let taken = cells(&indent);
        if taken > 0 && taken * 2 <= self.width {
            self.left -= taken;
            self.row.push(Span { kind: Kind::Plain, text: Cow::Owned(indent) });
        }
    }

    fn end(&mut self) {
        self.done.push(std::mem::take(&mut self.row));
        self.begin();
    }

    /// Ends a row that is full: the next one goes on with the same.
    fn full(&mut self) {
        self.goes_on = !self.indent.is_empty();
        self.end();
    }

    fn write(&mut self, kind: Kind, text: Cow<'a, str>) {
        match text {
            Cow::Borrowed(text) if is_plain(text) => {
                let mut rest = text;
                while !rest.is_empty() {
                    if self.left == 0 {
                        self.full();
                    }
                    let (now, later) = rest.split_at(self.left.min(rest.len()));
                    self.left -= now.len();
                    self.row.push(Span { kind, text: Cow::Borrowed(now) });
                    rest = later;
                }
            }
            text => self.pieces(kind, &text),
        }
    }

    fn pieces(&mut self, kind: Kind, text: &str) {
        let mut run = String::new();
        for (at, piece) in pieces(text) {
            let shown = match piece {
                Piece::Seen(cluster) => Cow::Borrowed(cluster),
                Piece::Odd(odd) => {
                    let end = at + odd.len_utf8();
                    sanitize(text.get(at..end).unwrap_or_default()).into_owned().into()
                }
            };
            let needs = cells(&shown);
            if needs > self.left {
                self.put(kind, &mut run);
                self.full();
            }
            self.left = self.left.saturating_sub(needs);
            run.push_str(&shown);
        }
        self.put(kind, &mut run);
    }

    fn put(&mut self, kind: Kind, run: &mut String) {
        if !run.is_empty() {
            self.row.push(Span { kind, text: Cow::Owned(std::mem::take(run)) });
        }
    }
}

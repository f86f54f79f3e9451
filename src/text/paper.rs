//! A value as text that is read from any place on, however large it is.
//!
//! Nothing is counted or laid out before it is looked at: a [`Place`] says where in the value a row begins, the rows
//! from there on are made for the window, and moving looks only at what it passes. A state of 100 MB opens as fast as
//! an empty one. Long lines are broken, so that all of them can be read.
//!
//! Unlike [`super::json::Pretty`], which cuts what is too long and counts its lines once.

mod rows;

use std::borrow::Cow;

use super::json::{Kind, Span};
use crate::model::{Path, Segment, Value};

use rows::Parts;

/// Where a row begins: which member, which end of it, how far into its text. Members count from 0, from the outermost
/// on; nothing at all is the value itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    line: Line,
    block: usize,
    row: usize,
}

impl Place {
    /// The member that stands there, by its place among the members of everything around it.
    pub(crate) fn spot(&self) -> &[u32] {
        &self.line.spot
    }
}

/// A line of the text, before it is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    spot: Vec<u32>,
    /// Whether it is the bracket behind the members.
    closing: bool,
}

/// One row of a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    /// Where it begins.
    pub(crate) place: Place,
    /// Its text, which can be drawn as it is.
    pub(crate) spans: Vec<Span<'a>>,
}

/// A value and how it is written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Paper {
    value: Value,
    /// A string as it is, without quotes, with its own lines.
    plain: bool,
}

impl Paper {
    /// A value as JSON.
    pub(crate) fn json(value: &Value) -> Self {
        Self { value: value.clone(), plain: false }
    }

    /// A string as it is, everything else as JSON.
    pub(crate) fn full(value: &Value) -> Self {
        Self { value: value.clone(), plain: matches!(value, Value::String(_)) }
    }

    /// Whether it is a string as it is.
    pub(crate) fn is_plain(&self) -> bool {
        self.plain
    }

    /// The rows from a place on, at most `height` of them, each of at most `width` cells.
    pub(crate) fn rows(&self, from: &Place, width: usize, height: usize) -> Vec<Row<'_>> {
        let mut out = Vec::new();
        let mut line = from.line.clone();
        let (mut block, mut row) = (from.block, from.row);
        while out.len() < height {
            let Some(parts) = self.parts(&line) else { break };
            for (at, spans) in parts.rows(block, width).into_iter().enumerate().skip(row) {
                if out.len() == height {
                    break;
                }
                out.push(Row { place: Place { line: line.clone(), block, row: at }, spans });
            }
            (block, row) = (block + 1, 0);
            if block >= parts.blocks() {
                let Some(next) = self.after(line) else { break };
                (line, block) = (next, 0);
            }
        }
        out
    }

    /// The place so many rows further down, or up where negative; never so far that a window of `height` rows which
    /// could be full is not.
    pub(crate) fn moved(&self, from: &Place, by: isize, width: usize, height: usize) -> Place {
        let far = by.unsigned_abs();
        if by < 0 {
            return if far > FAR { Place::default() } else { self.up(from, far, width) };
        }
        let last = || self.up(&self.end(width), height.saturating_sub(1), width);
        if far > FAR {
            return last();
        }
        let to = self.rows(from, width, far + height);
        match to.len().checked_sub(height) {
            Some(at) if at >= far => to.into_iter().nth(far).map_or_else(last, |row| row.place),
            _ => last(),
        }
    }

    /// The last row.
    pub(crate) fn end(&self, width: usize) -> Place {
        let line = Line { spot: Vec::new(), closing: !self.plain && is_open(&self.value) };
        self.last_row(line, width)
    }

    /// The first row of a member, or of what is left of the way to it.
    pub(crate) fn at(&self, spot: &[u32]) -> Place {
        let mut value = &self.value;
        let mut line = Line::default();
        for at in spot {
            let Some((_, child)) = member(value, *at) else { break };
            line.spot.push(*at);
            value = child;
        }
        Place { line, ..Place::default() }
    }

    /// The same place in another value: the member of the same name, or the nearest thing around it.
    pub(crate) fn again(&self, place: &Place, before: &Self) -> Place {
        let path = before.path(place.spot());
        let mut value = &self.value;
        let mut line = Line::default();
        for segment in path.segments() {
            let at = match (value, segment) {
                (Value::Object(map), Segment::Key(key)) => map.get_index_of(key),
                (Value::Array(items), Segment::Index(at)) => (*at < items.len()).then_some(*at),
                _ => None,
            };
            let Some(at) = at else { return Place { line, ..Place::default() } };
            let Some((_, child)) = member(value, at as u32) else { break };
            line.spot.push(at as u32);
            value = child;
        }
        if is_open(value) {
            line.closing = place.line.closing;
            return Place { line, ..Place::default() };
        }
        // How far into a long text is kept where it is as long.
        let blocks = self.parts(&line).map_or(0, |parts| parts.blocks());
        let block = place.block.min(blocks.saturating_sub(1));
        let row = if block == place.block { place.row } else { 0 };
        Place { line, block, row }
    }

    /// The path of a member.
    pub(crate) fn path(&self, spot: &[u32]) -> Path {
        let mut path = Path::root();
        let mut value = &self.value;
        for at in spot {
            let Some((key, child)) = member(value, *at) else { break };
            path.push(match key {
                Some(key) => Segment::Key(key.into()),
                None => Segment::Index(*at as usize),
            });
            value = child;
        }
        path
    }

    /// About how much of the text in rows of `width` cells lies before a place, of 1.
    pub(crate) fn share(&self, place: &Place, width: usize) -> f64 {
        let (mut start, mut size) = (0.0, 1.0);
        let mut value = &self.value;
        for at in &place.line.spot {
            let all = value.len().unwrap_or(1).max(1) as f64;
            size /= all;
            start += size * f64::from(*at);
            let Some((_, child)) = member(value, *at) else { break };
            value = child;
        }
        if place.line.closing {
            return start + size;
        }
        let Some(parts) = self.parts(&place.line) else { return start };
        let rows = parts.rows(place.block, width).len().max(1);
        let inside = place.block as f64 + place.row as f64 / rows as f64;
        start + size * inside / parts.blocks() as f64
    }

    fn up(&self, from: &Place, by: usize, width: usize) -> Place {
        let mut place = from.clone();
        let mut left = by;
        loop {
            if left <= place.row {
                place.row -= left;
                return place;
            }
            left -= place.row + 1;
            if place.block > 0 {
                let Some(parts) = self.parts(&place.line) else { return place };
                place.block -= 1;
                place.row = parts.rows(place.block, width).len().saturating_sub(1);
            } else if let Some(line) = self.before(place.line) {
                place = self.last_row(line, width);
            } else {
                return Place::default();
            }
        }
    }

    fn last_row(&self, line: Line, width: usize) -> Place {
        let Some(parts) = self.parts(&line) else { return Place::default() };
        let block = parts.blocks().saturating_sub(1);
        let row = parts.rows(block, width).len().saturating_sub(1);
        Place { line, block, row }
    }

    /// The line below.
    fn after(&self, mut line: Line) -> Option<Line> {
        if self.plain {
            return None;
        }
        if !line.closing && is_open(self.value_at(&line.spot)?) {
            line.spot.push(0);
            return Some(line);
        }
        let last = line.spot.pop()?;
        let around = self.value_at(&line.spot)?;
        line.closing = last as usize + 1 >= around.len().unwrap_or(0);
        if !line.closing {
            line.spot.push(last + 1);
        }
        Some(line)
    }

    /// The line above.
    fn before(&self, mut line: Line) -> Option<Line> {
        if line.closing {
            let inside = self.value_at(&line.spot)?;
            line.spot.push(inside.len()?.checked_sub(1)? as u32);
        } else {
            let at = line.spot.pop()?;
            let Some(above) = at.checked_sub(1) else { return Some(line) };
            line.spot.push(above);
        }
        line.closing = is_open(self.value_at(&line.spot)?);
        Some(line)
    }

    fn value_at(&self, spot: &[u32]) -> Option<&Value> {
        spot.iter().try_fold(&self.value, |value, at| member(value, *at).map(|(_, child)| child))
    }

    /// What a line says.
    fn parts(&self, line: &Line) -> Option<Parts<'_>> {
        if self.plain {
            return self.value.as_str().filter(|_| line.spot.is_empty()).map(Parts::plain);
        }
        let mut parts = Parts::new(line.spot.len());
        let mut value = &self.value;
        let mut last = true;
        if let Some((at, around)) = line.spot.split_last() {
            let around = self.value_at(around)?;
            let (key, child) = member(around, *at)?;
            if let Some(key) = key.filter(|_| !line.closing) {
                parts.string(Kind::Key, key);
                parts.push(Kind::Punct, ": ");
            }
            last = *at as usize + 1 == around.len().unwrap_or(0);
            value = child;
        }
        match (value, line.closing) {
            (Value::Null, _) => parts.push(Kind::Null, "null"),
            (Value::Bool(truth), _) => {
                parts.push(Kind::Bool, if *truth { "true" } else { "false" });
            }
            (Value::Number(text), _) => parts.push(Kind::Number, text),
            (Value::String(text), _) => parts.string(Kind::String, text),
            (Value::Array(items), _) if items.is_empty() => parts.push(Kind::Punct, "[]"),
            (Value::Object(map), _) if map.is_empty() => parts.push(Kind::Punct, "{}"),
            (Value::Array(_), false) => parts.push(Kind::Punct, "["),
            (Value::Array(_), true) => parts.push(Kind::Punct, "]"),
            (Value::Object(_), false) => parts.push(Kind::Punct, "{"),
            (Value::Object(_), true) => parts.push(Kind::Punct, "}"),
        }
        let opens = !line.closing && is_open(value);
        if !last && !opens {
            parts.push(Kind::Punct, ",");
        }
        Some(parts)
    }
}

/// Whether a value takes more than one line.
fn is_open(value: &Value) -> bool {
    value.len().is_some_and(|len| len > 0)
}

/// From so many rows on, going there is going to the end.
const FAR: usize = 100_000;

fn member(value: &Value, at: u32) -> Option<(Option<&str>, &Value)> {
    match value {
        Value::Object(map) => {
            map.get_index(at as usize).map(|(key, slot)| (Some(key.as_str()), &slot.value))
        }
        Value::Array(items) => items.get(at as usize).map(|slot| (None, &slot.value)),
        _ => None,
    }
}

/// A text in spans is the text of all of them.
#[cfg(test)]
fn text_of(spans: &[Span<'_>]) -> String {
    spans.iter().map(|span| span.text.as_ref()).collect()
}

/// What stands where a string is empty, so that it is not drawn as nothing.
fn empty<'a>() -> Vec<Span<'a>> {
    vec![Span { kind: Kind::Plain, text: Cow::Borrowed("\"\"") }]
}

#[cfg(test)]
mod tests;

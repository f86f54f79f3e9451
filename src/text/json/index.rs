//! Where the lines of a large value are.
//!
//! Only arrays and objects of many lines are remembered: their number of lines, and after every few hundred lines
//! which child begins there. Smaller ones are counted again whenever they are passed, which costs less than finding
//! them would.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Map, Slot, Value};

/// Values of up to so many lines are not remembered.
const SMALL: usize = 512;

/// The large arrays and objects of one value, by their place in memory: the value is kept, so they stay there.
#[derive(Clone, Debug, Default)]
pub(super) struct Index(HashMap<usize, Large>);

#[derive(Clone, Debug)]
struct Large {
    lines: usize,
    marks: Vec<Mark>,
}

/// The child `child` begins `line` lines after the first line of its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Which child.
    pub(super) child: usize,
    /// The line on which it begins, 0 for the parent's opening bracket.
    pub(super) line: usize,
}

/// The children of an array or object, by number.
#[derive(Clone, Copy)]
pub(super) enum Children<'a> {
    /// Elements.
    Array(&'a [Slot]),
    /// Members.
    Object(&'a Map),
}

impl<'a> Children<'a> {
    /// The children of a value that has any.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Array(items) if !items.is_empty() => Some(Self::Array(items)),
            Value::Object(map) if !map.is_empty() => Some(Self::Object(map)),
            _ => None,
        }
    }

    /// How many.
    pub(super) fn len(self) -> usize {
        match self {
            Self::Array(items) => items.len(),
            Self::Object(map) => map.len(),
        }
    }

    /// One of them, with its name in an object.
    pub(super) fn get(self, at: usize) -> Option<(Option<&'a str>, &'a Value)> {
        match self {
            Self::Array(items) => items.get(at).map(|slot| (None, &slot.value)),
            Self::Object(map) => {
                map.get_index(at).map(|(key, slot)| (Some(key.as_str()), &slot.value))
            }
        }
    }
}

impl Index {
    /// Counts the lines of `value` and remembers it, and what is in it, where it is large.
    pub(super) fn add(&mut self, value: &Value) -> usize {
        let Some(children) = Children::of(value) else { return 1 };
        let mut marks = Vec::new();
        let mut next = SMALL;
        let mut line = 1;
        for child in 0..children.len() {
            if line >= next {
                marks.push(Mark { child, line });
                next = line + SMALL;
            }
            line += children.get(child).map_or(0, |(_, value)| self.add(value));
        }
        let lines = line + 1;
        if lines > SMALL
            && let Some(place) = place(value)
        {
            self.0.insert(place, Large { lines, marks });
        }
        lines
    }

    /// How many lines `value` has.
    pub(super) fn lines(&self, value: &Value) -> usize {
        let Some(children) = Children::of(value) else { return 1 };
        if let Some(known) = self.known(value) {
            return known.lines;
        }
        let inside = (0..children.len()).filter_map(|at| children.get(at));
        2 + inside.map(|(_, value)| self.lines(value)).sum::<usize>()
    }

    /// The last remembered child of `value` that begins at or before its line `line`.
    pub(super) fn mark(&self, value: &Value, line: usize) -> Mark {
        let marks = self.known(value).map_or(&[][..], |large| &large.marks);
        let at = marks.partition_point(|mark| mark.line <= line);
        let mark = at.checked_sub(1).and_then(|at| marks.get(at)).copied();
        mark.unwrap_or(Mark { child: 0, line: 1 })
    }

    fn known(&self, value: &Value) -> Option<&Large> {
        if self.0.is_empty() { None } else { self.0.get(&place(value)?) }
    }
}

fn place(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(Arc::as_ptr(items).addr()),
        Value::Object(map) => Some(Arc::as_ptr(map).addr()),
        _ => None,
    }
}

//! JSON over several lines, built for a window of them only.
//!
//! A payload can have a million lines and a screen shows forty. [`Pretty`] counts the lines of a value once and
//! remembers places in it, so that any window is found without building, or even looking at, the lines before it.
//! The lines are those of [`crate::model::json::to_pretty`], in spans that say what they are; colours are the
//! screen's affair.

mod index;
mod line;

use std::borrow::Cow;
use std::ops::Range;

use crate::model::Value;

use index::Index;

/// What a piece of a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The name of a member, with its quotes.
    Key,
    /// A string, with its quotes.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
    /// Braces, brackets, colons and commas.
    Punct,
    /// What is not JSON: indentation, and the note that something was cut.
    Plain,
}

/// A piece of a line: one kind, and text that can be drawn as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text, sanitised.
    pub text: Cow<'a, str>,
}

/// One line.
pub type Line<'a> = Vec<Span<'a>>;

/// A value as lines of JSON. Making one costs a walk over the value; after that, any window is ready at once.
#[derive(Clone, Debug)]
pub struct Pretty {
    value: Value,
    index: Index,
    lines: usize,
}

impl Pretty {
    /// Counts the lines of `value`; holds on to it, which costs a pointer.
    pub fn new(value: &Value) -> Self {
        let mut index = Index::default();
        let lines = index.add(value);
        Self { value: value.clone(), index, lines }
    }

    /// The value that is shown.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// How many lines there are; never zero.
    pub fn line_count(&self) -> usize {
        self.lines
    }

    /// The lines of `range`, counted from 0; those beyond the last are left out.
    ///
    /// A line wider than `width` cells has its string or number cut, and says how much is missing; what is nested so deep
    /// that its indentation would fill the line stands under `›`. With
    /// [`usize::MAX`] nothing is cut, and the lines together are JSON that reads back as the same value.
    pub fn lines(&self, range: Range<usize>, width: usize) -> Vec<Line<'_>> {
        line::window(&self.value, &self.index, range.start..range.end.min(self.lines), width)
    }
}

#[cfg(test)]
mod tests;

//! A value as text in a window that is moved over it.

use crate::model::Value;
use crate::text::paper::{Paper, Place, Row};

/// A text and where its window begins.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    paper: Paper,
    /// The first row of the window.
    pub(crate) top: Place,
}

impl Sheet {
    /// From its beginning on.
    pub(crate) fn new(paper: Paper) -> Self {
        Self { paper, top: Place::default() }
    }

    /// The text.
    pub(crate) fn paper(&self) -> &Paper {
        &self.paper
    }

    /// The rows of a window of so many cells and rows.
    pub(crate) fn rows(&self, (width, height): (usize, usize)) -> Vec<Row<'_>> {
        self.paper.rows(&self.top, width, height)
    }

    /// Moves the window so many rows down, or up where negative.
    pub(crate) fn slide(&mut self, by: isize, (width, height): (usize, usize)) {
        self.top = self.paper.moved(&self.top, by, width, height);
    }

    /// Puts a member in the window, where it is not there yet.
    pub(crate) fn reveal(&mut self, spot: &[u32], size: (usize, usize)) {
        let place = self.paper.at(spot);
        if self.rows(size).iter().any(|row| row.place == place) {
            return;
        }
        self.top = place;
        // Some of what stands before it is in sight too.
        self.slide(-(size.1 as isize / 3), size);
        self.slide(0, size);
    }

    /// Shows another value at the same place, as far as that is there.
    pub(crate) fn turn(&mut self, value: &Value, size: (usize, usize)) {
        let paper = Paper::json(value);
        self.top = if self.top == Place::default() {
            Place::default()
        } else {
            paper.again(&self.top, &self.paper)
        };
        self.paper = paper;
        self.slide(0, size);
    }

    /// How far the window that shows these rows of so many cells has come: `37 %`; nothing where all of it is shown.
    pub(crate) fn told(&self, rows: &[Row<'_>], width: usize) -> String {
        let Some(last) = rows.last() else { return String::new() };
        let ends = last.place == self.paper.end(width);
        if ends && self.top == Place::default() {
            return String::new();
        }
        let share = if ends { 1.0 } else { self.paper.share(&last.place, width) };
        // All of it is only what is.
        format!("{} %", ((share * 100.0) as u64).min(if ends { 100 } else { 99 }))
    }
}

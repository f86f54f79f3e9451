//! Rows under named columns. Rows come in batches; columns only grow, so a long list can be printed while it is read.

use super::line::{Ink, Line};
use super::output::{Output, Printed};

/// How a column stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The cells of the last column that the others make room for.
const LAST: usize = 24;
/// The cells that a column keeps when it gives way.
const NARROW: usize = 12;
/// The widest a column gets for the sake of one cell where no terminal's end cuts lines; longer ones stand out.
const WIDE: usize = 64;

/// A table that is being printed.
pub(crate) struct Table {
    columns: Vec<(&'static str, Side, usize)>,
    rows: Vec<Vec<Line>>,
    headed: bool,
    indent: usize,
    gives_way: Option<usize>,
}

impl Table {
    /// A table without columns yet.
    pub(crate) fn new() -> Self {
        Self { columns: Vec::new(), rows: Vec::new(), headed: false, indent: 0, gives_way: None }
    }

    /// Moves the table to the right.
    #[must_use]
    pub(crate) fn indented(mut self) -> Self {
        self.indent = 2;
        self
    }

    /// Adds a column for text.
    #[must_use]
    pub(crate) fn text(mut self, name: &'static str) -> Self {
        self.columns.push((name, Side::Left, name.len()));
        self
    }

    /// Adds a column for numbers.
    #[must_use]
    pub(crate) fn number(mut self, name: &'static str) -> Self {
        self.columns.push((name, Side::Right, name.len()));
        self
    }

    /// Lets this column be cut where a terminal is too narrow for the others.
    #[must_use]
    pub(crate) fn giving_way(mut self, column: usize) -> Self {
        self.gives_way = Some(column);
        self
    }

    /// Adds a row: one cell for each column.
    pub(crate) fn row(&mut self, cells: Vec<Line>) {
        debug_assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        self.rows.push(cells);
    }

    /// Prints the rows that came since the last time, under the names of the columns where they are the first.
    pub(crate) fn print(&mut self, out: &mut Output) -> Printed {
        let ends = out.width() != usize::MAX;
        let rows = std::mem::take(&mut self.rows);
        self.measure(&rows, ends);
        self.fit(out.width());
        if !self.headed && !rows.is_empty() {
            self.headed = true;
            let names = self.columns.iter().map(|(name, ..)| Line::of(Ink::Dim, name)).collect();
            out.line(&self.lay(names, ends))?;
        }
        for row in rows {
            out.line(&self.lay(row, ends))?;
        }
        Ok(())
    }

    /// Prints the table after an empty line, or nothing where it has no rows.
    pub(crate) fn print_apart(&mut self, out: &mut Output) -> Printed {
        if self.rows.is_empty() {
            return Ok(());
        }
        out.line(&Line::default())?;
        self.print(out)
    }

    fn measure(&mut self, rows: &[Vec<Line>], ends: bool) {
        let most = if ends { usize::MAX } else { WIDE };
        for row in rows {
            for (cell, (_, _, width)) in row.iter().zip(&mut self.columns) {
                if cell.width() <= most {
                    *width = cell.width().max(*width);
                }
            }
        }
    }

    /// Makes room for a few cells of the last column, the rest of which ends where the terminal does.
    fn fit(&mut self, width: usize) {
        let gaps = self.indent + 2 * self.columns.len().saturating_sub(1);
        let all: usize = self.columns.iter().map(|(.., width)| width).sum();
        let beyond = self.columns.last().map_or(0, |(.., last)| last.saturating_sub(LAST));
        let missing = (gaps + all - beyond).saturating_sub(width);
        if let Some((_, _, column)) = self.gives_way.and_then(|at| self.columns.get_mut(at)) {
            *column = column.saturating_sub(missing).max((*column).min(NARROW));
        }
    }

    /// The cells under the names of their columns; one that is longer moves those behind it, where no terminal ends.
    fn lay(&self, cells: Vec<Line>, ends: bool) -> Line {
        let mut line = Line::default();
        let mut start = self.indent;
        let last = self.columns.len().saturating_sub(1);
        for (index, (cell, (_, side, width))) in cells.into_iter().zip(&self.columns).enumerate() {
            let gives_way = ends && self.gives_way == Some(index);
            let cell = if gives_way { cell.cut_middle(*width) } else { cell };
            let before = if *side == Side::Right { width - cell.width().min(*width) } else { 0 };
            line.fill(start + before);
            line.append(cell);
            start += width + 2;
            if index < last {
                line.fill(start.max(line.width() + 2));
            }
        }
        line.trim_end();
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_cell_stands_out_instead_of_widening_every_row() {
        let mut table = Table::new().text("value").giving_way(0).number("version").text("event");
        let long = "x".repeat(5000);
        let row = |value: &str| vec![Line::plain(value), Line::plain("v1"), Line::plain("Opened")];
        table.row(row("short"));
        table.row(row(&long));
        let rows = std::mem::take(&mut table.rows);
        table.measure(&rows, false);
        let text: Vec<String> =
            rows.into_iter().map(|row| table.lay(row, false).render(false, usize::MAX)).collect();
        assert_eq!(text[0], "short       v1  Opened");
        assert_eq!(text[1], format!("{long}  v1  Opened"));
    }
}

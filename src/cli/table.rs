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
/// The cells of the last column without which others are left out.
const GLIMPSE: usize = 8;
/// The widest a column gets for the sake of one cell where no terminal's end cuts lines; longer ones stand out.
const WIDE: usize = 64;

/// A table that is being printed.
pub(crate) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Line>>,
    headed: bool,
    indent: usize,
    /// Which columns are left out where there is no room for all, the first of them first.
    spared: &'static [&'static str],
}

struct Column {
    name: &'static str,
    side: Side,
    width: usize,
    gives_way: bool,
    shown: bool,
}

impl Column {
    fn named(name: &'static str, side: Side) -> Self {
        Self { name, side, width: name.len(), gives_way: false, shown: true }
    }

    /// The cells without which it is of no use: a text says something by its beginning, a number only whole.
    fn least(&self, is_last: bool) -> usize {
        match self.side {
            Side::Left if is_last => self.width.min(GLIMPSE),
            Side::Left if self.gives_way => self.width.min(NARROW),
            _ => self.width,
        }
    }
}

impl Table {
    /// A table without columns yet.
    pub(crate) fn new() -> Self {
        Self { columns: Vec::new(), rows: Vec::new(), headed: false, indent: 0, spared: &[] }
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
        self.columns.push(Column::named(name, Side::Left));
        self
    }

    /// Adds a column for numbers.
    #[must_use]
    pub(crate) fn number(mut self, name: &'static str) -> Self {
        self.columns.push(Column::named(name, Side::Right));
        self
    }

    /// Lets the column before this be cut where a terminal is too narrow for the others.
    #[must_use]
    pub(crate) fn giving_way(mut self) -> Self {
        if let Some(column) = self.columns.last_mut() {
            column.gives_way = true;
        }
        self
    }

    /// Leaves these columns out, as many as it takes, where a terminal is too narrow for what is asked for first.
    #[must_use]
    pub(crate) fn sparing(mut self, names: &'static [&'static str]) -> Self {
        self.spared = names;
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
        // Rows that are longer than the ones before may leave fewer columns, which then are named anew.
        self.headed &= !self.fit(out.width());
        if !self.headed && !rows.is_empty() {
            self.headed = true;
            let names = self.columns.iter().map(|column| Line::of(Ink::Dim, column.name)).collect();
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
            for (cell, column) in row.iter().zip(&mut self.columns) {
                if cell.width() <= most {
                    column.width = cell.width().max(column.width);
                }
            }
        }
    }

    fn shown(&self) -> impl DoubleEndedIterator<Item = &Column> {
        self.columns.iter().filter(|column| column.shown)
    }

    /// The cells of all columns together, each as wide as `wide` says, which hears whether it is the last.
    fn width(&self, wide: impl Fn(&Column, bool) -> usize) -> usize {
        let mut columns = self.shown().rev();
        let last = columns.next().map_or(0, |column| wide(column, true));
        self.indent + last + columns.map(|column| wide(column, false) + 2).sum::<usize>()
    }

    /// Makes room for a few cells of the last column, the rest of which ends where the terminal does; returns whether
    /// columns had to be left out for it.
    fn fit(&mut self, width: usize) -> bool {
        let before = self.shown().count();
        for name in self.spared {
            // What can be spared is shown whole or not at all.
            let least = |one: &Column, is_last| {
                let whole = self.spared.contains(&one.name);
                if whole { one.width } else { one.least(is_last) }
            };
            if self.width(least) <= width {
                break;
            }
            self.columns
                .iter_mut()
                .filter(|one| one.name == *name)
                .for_each(|one| one.shown = false);
        }
        self.cut(width, LAST, NARROW, |one| one.gives_way);
        // Numbers stay whole, whatever becomes of texts.
        self.cut(width, GLIMPSE, NARROW, |one| one.side == Side::Left);
        self.cut(width, GLIMPSE, 1, |one| one.side == Side::Left);
        self.shown().count() < before
    }

    /// Cuts the widest of some columns, down to `least` if need be, until all fit with `end` cells of the last one.
    fn cut(&mut self, width: usize, end: usize, least: usize, which: impl Fn(&Column) -> bool) {
        let cut = |one: &Column, most| if which(one) { one.width.min(most) } else { one.width };
        let fits = |most: &usize| {
            let wide = |one: &Column, is_last| match one.side {
                Side::Left if is_last => one.width.min(end),
                _ => cut(one, *most),
            };
            self.width(wide) <= width
        };
        let widest = self.columns.iter().map(|one| one.width).max().unwrap_or(0).min(width);
        let most = (least..=widest).rev().find(fits).unwrap_or(least);
        let columns = self.columns.iter_mut().rev().skip_while(|one| !one.shown).skip(1);
        for column in columns {
            column.width = if which(column) { column.width.min(most) } else { column.width };
        }
    }

    /// The cells under the names of their columns; one that is longer moves those behind it, where no terminal ends.
    fn lay(&self, cells: Vec<Line>, ends: bool) -> Line {
        let mut line = Line::default();
        let mut start = self.indent;
        let cells = cells.into_iter().zip(&self.columns).filter(|(_, one)| one.shown);
        let mut rest = cells.peekable();
        while let Some((cell, column)) = rest.next() {
            let Column { width, side, .. } = *column;
            line.fill(if start == self.indent { start } else { start.max(line.width() + 2) });
            let is_last = rest.peek().is_none();
            let cell =
                if ends && side == Side::Left && !is_last { cell.cut_middle(width) } else { cell };
            let before = if side == Side::Right { width - cell.width().min(width) } else { 0 };
            line.fill(start + before);
            line.append(cell);
            start += width + 2;
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
        let mut table = Table::new().text("value").giving_way().number("version").text("event");
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
    #[test]
    fn a_narrow_terminal_shows_fewer_columns_and_every_number_whole() {
        let row = |id: &str, at: &str| {
            ["40001", at, id, "1234567", r#"{"amount":79.95,"balance":206.00}"#].map(Line::plain)
        };
        let lines = |width: usize, rows: &[[Line; 5]]| {
            let mut table = Table::new().number("position").text("time").text("aggregate");
            table = table.giving_way().number("version").text("data");
            table = table.sparing(&["position", "time"]);
            let mut lines = Vec::new();
            for row in rows {
                table.measure(&[row.to_vec()], true);
                let fewer = table.fit(width);
                let names = table.columns.iter().map(|one| Line::plain(one.name)).collect();
                if fewer || lines.is_empty() {
                    lines.push(table.lay(names, true).render(false, width));
                }
                lines.push(table.lay(row.to_vec(), true).render(false, width));
            }
            lines
        };
        let long = row("order-4711-of-the-web-shop", "2026-03-03 16:41:39Z");
        let one = std::slice::from_ref(&long);
        assert_eq!(
            lines(60, one),
            [
                "time                  aggregate     version  data",
                "2026-03-03 16:41:39Z  order-…-shop  1234567  {\"amount\":79.9…",
            ]
        );
        assert_eq!(
            lines(40, one),
            ["aggregate     version  data", "order-…-shop  1234567  {\"amount\":79.95,…"]
        );
        assert_eq!(lines(80, one)[0].split_whitespace().count(), 5);
        let two = lines(50, &[row("acc-1", "noon"), long]);
        assert_eq!(two[0].split_whitespace().next(), Some("position"));
        assert_eq!(two[2].split_whitespace().next(), Some("aggregate"), "named anew: {two:?}");
    }
}

//! Which tables a database has, and which layout they match.

use std::fmt::Write as _;

use rusqlite::Connection;

use super::super::layout::{Layout, Proof};
use super::super::{StoreError, StoreErrorKind};

/// A table or view as it was found.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// Those of its columns that turn numbers into text.
    textual: Vec<String>,
    /// Whether its rows have numbers in the order of their insertion.
    pub(super) rowid: bool,
}

impl Table {
    /// Whether it has a column of this name, in any case.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own.eq_ignore_ascii_case(column))
    }

    /// Whether a value of this column, or expression, that is compared with a number is compared as text.
    pub(super) fn is_textual(&self, column: &str) -> bool {
        self.textual.iter().any(|own| own.eq_ignore_ascii_case(column))
    }

    fn lacks<'a>(&self, proof: &'a Proof) -> Vec<&'a str> {
        proof.columns.iter().filter(|column| !self.has(column)).map(String::as_str).collect()
    }
}

/// All tables and views that are not SQLite's own.
pub(super) fn tables(connection: &Connection) -> Result<Vec<Table>, rusqlite::Error> {
    let mut names = connection.prepare(
        "SELECT name, wr, type FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND type IN ('table', 'view', 'virtual') ORDER BY name",
    )?;
    let mut columns = connection.prepare("SELECT name, upper(type) FROM pragma_table_xinfo(?1)")?;
    let found = names.query_map([], |row| {
        let name: String = row.get(0)?;
        let rowid = !row.get::<_, bool>(1)? && row.get::<_, String>(2)? == "table";
        Ok((name, rowid))
    })?;
    found
        .map(|table| {
            let (name, rowid) = table?;
            let (mut all, mut textual) = (Vec::new(), Vec::new());
            let mut rows = columns.query([&name])?;
            while let Some(row) = rows.next()? {
                let (column, kind): (String, String) = (row.get(0)?, row.get(1)?);
                // <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>
                let text = ["CHAR", "CLOB", "TEXT"].iter().any(|word| kind.contains(word));
                if text && !kind.contains("INT") {
                    textual.push(column.clone());
                }
                all.push(column);
            }
            drop(rows);
            Ok(Table { name, columns: all, textual, rowid })
        })
        .collect()
}

/// A layout that fits, on which table, and why.
#[derive(Clone, Debug)]
pub(super) struct Match<'a> {
    pub(super) layout: &'a Layout,
    pub(super) table: Table,
    pub(super) why: Vec<String>,
    pub(super) confidence: u8,
    /// Other tables that would have done.
    pub(super) others: Vec<String>,
}

/// Whether `layout` fits the tables.
pub(super) fn matching<'a>(layout: &'a Layout, tables: &[Table]) -> Option<Match<'a>> {
    let proof = &layout.detect.events;
    let named = |table: &&Table| table.name.eq_ignore_ascii_case(&proof.table);
    let needs_rowid = layout.events.order == "rowid";
    let fits = |table: &&Table| table.lacks(proof).is_empty() && (table.rowid || !needs_rowid);
    let candidates: Vec<&Table> = tables
        .iter()
        .filter(|table| layout.detect.any_table || named(table))
        .filter(fits)
        .collect();
    let table = candidates.iter().copied().find(named).or(candidates.first().copied())?;
    let mut why = vec![format!("table {} has {}", table.name, proof.columns.join(", "))];
    let mut also = 0_usize;
    for proof in &layout.detect.also {
        let of_that_name =
            tables.iter().find(|table| table.name.eq_ignore_ascii_case(&proof.table));
        if of_that_name.is_some_and(|table| table.lacks(proof).is_empty()) {
            also += 1;
            why.push(format!("table {} has {}", proof.table, proof.columns.join(", ")));
        }
    }
    // The columns alone prove much; the library's own name for the table and its other tables make it certain.
    let base = if named(&table) { 85 } else { 70 };
    let share = (100 - base) * also / layout.detect.also.len().max(1);
    let others = candidates.iter().filter(|other| other.name != table.name);
    Some(Match {
        layout,
        table: table.clone(),
        why,
        confidence: (base + share) as u8,
        others: others.map(|other| other.name.clone()).collect(),
    })
}

/// The layouts that fit, the likeliest first.
pub(super) fn recognise<'a>(layouts: &'a [Layout], tables: &[Table]) -> Vec<Match<'a>> {
    let mut found: Vec<Match<'a>> =
        layouts.iter().filter_map(|layout| matching(layout, tables)).collect();
    found.sort_by_key(|m| {
        std::cmp::Reverse((m.layout.detect.events.columns.len(), m.confidence, m.why.len()))
    });
    found
}

/// The answer for a database that fits none: what is there, what comes nearest and what that misses.
pub(super) fn unknown(name: &str, layouts: &[Layout], tables: &[Table]) -> StoreError {
    if tables.is_empty() {
        return StoreError::new(
            StoreErrorKind::UnknownLayout,
            format!("{name} is a SQLite database without any table"),
        )
        .hint("the program that writes it may not have made its tables yet");
    }
    let mut hint = String::from("its tables:");
    for table in tables.iter().take(12) {
        // Writing to a string cannot fail.
        let _ = write!(hint, "\n  {} ({})", table.name, listed(&table.columns, 12));
    }
    if tables.len() > 12 {
        let _ = write!(hint, "\n  and {} more", tables.len() - 12);
    }
    if let Some((layout, table, missing)) = nearest(layouts, tables) {
        let _ = write!(
            hint,
            "\nnearest layout: {} ({}), but {table} lacks {}",
            layout.name,
            layout.title,
            missing.join(", ")
        );
    }
    hint.push_str("\nDescribe it in a layout file and open it with --layout FILE");
    let message = match layouts {
        [own] => format!("{name} does not match the layout {}", own.name),
        _ => {
            format!("{name} is a SQLite database whose tables match no layout that foldback knows")
        }
    };
    StoreError::new(StoreErrorKind::UnknownLayout, message).hint(hint)
}

fn listed(columns: &[String], most: usize) -> String {
    let shown = columns.get(..most).unwrap_or(columns).join(", ");
    if columns.len() > most { format!("{shown}, …") } else { shown }
}

fn nearest<'a>(
    layouts: &'a [Layout],
    tables: &[Table],
) -> Option<(&'a Layout, String, Vec<&'a str>)> {
    let pairs = layouts.iter().flat_map(|layout| tables.iter().map(move |table| (layout, table)));
    let (share, layout, table) = pairs
        .map(|(layout, table)| {
            let proof = &layout.detect.events;
            let missing = table.lacks(proof).len();
            let named = table.name.eq_ignore_ascii_case(&proof.table);
            let share = (proof.columns.len() - missing) * 100 / proof.columns.len().max(1);
            (share + usize::from(named) * 20, layout, table)
        })
        .max_by_key(|(share, ..)| *share)?;
    if share < 30 {
        return None;
    }
    let mut missing = table.lacks(&layout.detect.events);
    if missing.is_empty() {
        let reason = if table.rowid { "the name that layout needs" } else { "row numbers" };
        missing.push(reason);
    }
    Some((layout, format!("table {}", table.name), missing))
}

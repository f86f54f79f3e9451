//! Which tables a database has, and which layout they match.

use std::fmt::Write as _;

use rusqlite::Connection;

use super::super::layout::{Layout, Proof};
use super::super::{StoreError, StoreErrorKind};
use crate::model::Finding;

/// A table or view as it was found.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
    /// What becomes of what is written into each of them.
    affinities: Vec<Affinity>,
    /// Whether its rows have numbers in the order of their insertion.
    pub(super) rowid: bool,
    /// Whether some column may have an order of its own.
    pub(super) collated: bool,
    /// Why its columns cannot be told.
    broken: Option<String>,
}

/// What SQLite makes of a value that is written into a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    /// Text.
    Text,
    /// A whole number where it can be one.
    Integer,
    /// A number where it can be one.
    Numeric,
    /// What it was.
    None,
}

impl Affinity {
    /// Follows <https://www.sqlite.org/datatype3.html#determination_of_column_affinity>.
    fn of(declared: &str, strict: bool) -> Self {
        let declared = declared.to_ascii_uppercase();
        let names = |words: &[&str]| words.iter().any(|word| declared.contains(word));
        if names(&["INT"]) {
            Self::Integer
        } else if names(&["CHAR", "CLOB", "TEXT"]) {
            Self::Text
        } else if declared.is_empty() || names(&["BLOB"]) || (strict && declared == "ANY") {
            Self::None
        } else {
            Self::Numeric
        }
    }
}

impl Table {
    /// Whether it has a column of this name, in any case.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|own| own.eq_ignore_ascii_case(column))
    }

    /// What its rows' numbers can be asked for by; `None` where they have none, or every name for it is a column's.
    pub(super) fn row_number(&self) -> Option<&'static str> {
        let free = |name: &&str| self.rowid && !self.has(name);
        ["rowid", "_rowid_", "oid"].into_iter().find(free)
    }

    /// The affinity of a column; an expression has none.
    pub(super) fn affinity(&self, column: &str) -> Affinity {
        let at = self.columns.iter().position(|own| own.eq_ignore_ascii_case(column));
        at.and_then(|at| self.affinities.get(at).copied()).unwrap_or(Affinity::None)
    }

    /// What is to be said of a table whose columns cannot be told.
    pub(super) fn trouble(&self) -> Option<Finding> {
        let (name, why) = (&self.name, self.broken.as_ref()?);
        let message = format!("table or view {name} cannot be read and is passed over: {why}");
        Some(Finding::note("table-unreadable", message))
    }

    fn lacks<'a>(&self, proof: &'a Proof) -> Vec<&'a str> {
        proof.columns.iter().filter(|column| !self.has(column)).map(String::as_str).collect()
    }
}

/// All tables and views that are not SQLite's own.
pub(super) fn tables(connection: &Connection) -> Result<Vec<Table>, rusqlite::Error> {
    let mut names = connection.prepare(
        "SELECT list.name, wr, list.type, strict, sql LIKE '%collate%' FROM pragma_table_list AS list \
         LEFT JOIN sqlite_schema AS made ON made.name = list.name AND made.type IN ('table', 'view') \
         WHERE schema = 'main' AND list.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
         AND list.type IN ('table', 'view', 'virtual') ORDER BY list.name",
    )?;
    let mut columns = connection.prepare("SELECT name, type FROM pragma_table_xinfo(?1)")?;
    let found = names.query_map([], |row| {
        let name: String = row.get(0)?;
        let rowid = !row.get::<_, bool>(1)? && row.get::<_, String>(2)? == "table";
        let collated = row.get::<_, Option<bool>>(4)?.unwrap_or_default();
        Ok((name, rowid, row.get::<_, bool>(3)?, collated))
    })?;
    found
        .map(|table| {
            let (name, rowid, strict, collated) = table?;
            let read = columns.query_map([&name], |row| {
                Ok((row.get(0)?, Affinity::of(&row.get::<_, String>(1)?, strict)))
            });
            let all: Result<Vec<(String, Affinity)>, _> = read.and_then(Iterator::collect);
            let (columns, broken) = match all {
                Ok(all) => (all, None),
                // A view of what is gone, a virtual table of a module that is not here.
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::Unknown) => {
                    (Vec::new(), Some(error.to_string()))
                }
                Err(error) => return Err(error),
            };
            let (columns, affinities) = columns.into_iter().unzip();
            Ok(Table { name, columns, affinities, rowid, collated, broken })
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
    if let Some((layout, misses)) = nearest(layouts, tables) {
        let _ = write!(hint, "\nnearest layout: {} ({}), but {misses}", layout.name, layout.title);
    }
    let (message, next) = match layouts {
        [own] => (
            format!("{name} does not match the layout {}", own.name),
            "Mend the layout file, or leave --layout away to have the layout recognised",
        ),
        _ => (
            format!("{name} is a SQLite database whose tables match no layout that foldback knows"),
            "Describe it in a layout file and open it with --layout FILE",
        ),
    };
    let _ = write!(hint, "\n{next}");
    StoreError::new(StoreErrorKind::UnknownLayout, message).hint(hint)
}

fn listed(columns: &[String], most: usize) -> String {
    let shown = columns.get(..most).unwrap_or(columns).join(", ");
    if columns.len() > most { format!("{shown}, …") } else { shown }
}

/// The layout of which most is there, and what it misses.
fn nearest<'a>(layouts: &'a [Layout], tables: &[Table]) -> Option<(&'a Layout, String)> {
    let pairs = layouts.iter().flat_map(|layout| tables.iter().map(move |table| (layout, table)));
    let (_, layout, table) = pairs
        .map(|(layout, table)| {
            let proof = &layout.detect.events;
            let missing = table.lacks(proof).len();
            let named = table.name.eq_ignore_ascii_case(&proof.table);
            let share = (proof.columns.len() - missing) * 100 / proof.columns.len().max(1);
            (share + usize::from(named) * 20, layout, table)
        })
        .max_by_key(|(share, ..)| *share)?;
    let proof = &layout.detect.events;
    let there = tables.iter().any(|table| table.name.eq_ignore_ascii_case(&proof.table));
    let missing = table.lacks(proof);
    let misses = if !layout.detect.any_table && !there {
        format!("there is no table {} with {}", proof.table, proof.columns.join(", "))
    } else if missing.is_empty() {
        format!(
            "table {} has no row numbers (it is WITHOUT ROWID), which are its order",
            table.name
        )
    } else {
        format!("table {} lacks {}", table.name, missing.join(", "))
    };
    Some((layout, misses))
}

//! A layout's texts, turned into SQL on the columns that a table has.

use rusqlite::Connection;

use crate::model::Finding;
use crate::store::layout::{Events, Field};
use crate::store::sqlite::schema::{Affinity, Table};
use crate::store::{StoreError, StoreErrorKind};

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn is_name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// Turns a layout's texts into SQL on one table; a name that the table does not have is an error of the layout.
pub(super) struct Columns<'a> {
    pub(super) layout: &'a str,
    pub(super) table: &'a Table,
    pub(super) connection: &'a Connection,
}

impl Columns<'_> {
    pub(super) fn sql(&self, what: &str, text: &str) -> Result<String, StoreError> {
        let rowid = ["rowid", "oid", "_rowid_"].iter().any(|own| text.eq_ignore_ascii_case(own));
        if is_name(text) && (self.table.has(text) || (rowid && self.table.rowid)) {
            return Ok(quoted(text));
        }
        if is_name(text) && !text.eq_ignore_ascii_case("null") {
            return Err(StoreError::new(
                StoreErrorKind::BadLayout,
                format!(
                    "the layout {} takes `{what}` from column {text}, which table {} does not have",
                    self.layout, self.table.name
                ),
            )
            .hint(format!("its columns are {}", self.table.columns.join(", "))));
        }
        Ok(format!("({text})"))
    }

    /// A column whose values are to be compared with texts, and what is below all of them; in the order of bytes,
    /// whatever the column's own is.
    pub(super) fn text(
        &self,
        what: &str,
        text: &str,
    ) -> Result<(String, &'static str), StoreError> {
        let sql = self.sql(what, text)?;
        Ok(match self.table.affinity(text) {
            Affinity::Text => (self.binary(sql), ">= ''"),
            // SQLite takes a text for the number it says where it is compared with such a column.
            Affinity::Integer | Affinity::Numeric if self.table.has(text) => (sql, "> -9e999"),
            _ => (format!("CAST({sql} AS TEXT)"), ">= ''"),
        })
    }

    /// The same of a category, where nothing is as good as an empty text.
    pub(super) fn category(&self, text: &str) -> Result<String, StoreError> {
        let sql = self.sql("category", text)?;
        Ok(match self.table.affinity(text) {
            Affinity::Text if !self.has_nulls(&sql) => self.binary(sql),
            _ => format!("CAST(coalesce({sql}, '') AS TEXT)"),
        })
    }

    fn binary(&self, sql: String) -> String {
        // Only where it is needed: SQLite does not look for such pairs in an index.
        if self.table.collated { format!("{sql} COLLATE BINARY") } else { sql }
    }

    fn has_nulls(&self, column: &str) -> bool {
        let table = quoted(&self.table.name);
        let sql = format!("SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} IS NULL)");
        // A table that cannot be read says so when its events are asked for.
        self.connection.query_row(&sql, [], |row| row.get(0)).unwrap_or(false)
    }

    /// A column of numbers in the order of what they count. Where it keeps them as texts, SQLite would put 10 before 9.
    pub(super) fn number(&self, text: &str, sql: &str) -> String {
        if self.table.affinity(text) == Affinity::Integer {
            return sql.to_owned();
        }
        let table = quoted(&self.table.name);
        let first = format!("SELECT typeof({sql}) FROM {table} WHERE {sql} IS NOT NULL LIMIT 1");
        let kind = self.connection.query_row(&first, [], |row| row.get::<_, String>(0));
        // Without an event, or in a table that cannot be read, nothing is put in the wrong order.
        match kind.as_deref() {
            Ok("integer") => sql.to_owned(),
            Err(_) if self.table.affinity(text) != Affinity::Text => sql.to_owned(),
            _ => format!("CAST({sql} AS INTEGER)"),
        }
    }

    /// What events are ordered by: a whole number in every row.
    pub(super) fn order(&self, events: &Events) -> Result<(String, Option<Finding>), StoreError> {
        let sql = self.sql("order", &events.order)?;
        let Events { order, position, .. } = events;
        if !self.table.has(order) || self.table.affinity(order) == Affinity::Integer {
            return Ok((sql, None));
        }
        let message = format!(
            "column {order} of table {}, which the layout {} takes for the order of events, does not hold whole numbers",
            self.table.name, self.layout
        );
        if !self.table.rowid {
            return Err(StoreError::new(StoreErrorKind::BadLayout, message)
                .hint("name a column of type INTEGER as `order` in a layout file of your own"));
        }
        let instead = if *position { ", and no position is shown" } else { "" };
        let message = format!("{message}: they are shown in the order of their rows{instead}");
        Ok(("\"rowid\"".to_owned(), Some(Finding::warning("order-not-a-number", message))))
    }

    pub(super) fn optional(
        &self,
        what: &str,
        text: Option<&String>,
    ) -> Result<Option<String>, StoreError> {
        text.map(|text| self.sql(what, text)).transpose()
    }

    pub(super) fn filter(&self, text: Option<&String>) -> Result<String, StoreError> {
        Ok(self.optional("where", text)?.map_or_else(String::new, |sql| format!(" AND {sql}")))
    }

    pub(super) fn field(
        &self,
        what: &str,
        field: Option<&Field>,
    ) -> Result<Option<String>, StoreError> {
        match field {
            Some(Field::Column(column)) => self.sql(what, column).map(Some),
            _ => Ok(None),
        }
    }
}

pub(super) fn or_null(sql: Option<String>) -> String {
    sql.unwrap_or_else(|| "NULL".to_owned())
}

//! The statements that read what a library keeps beside its events: snapshots, checkpoints.

use rusqlite::Connection;

use super::columns::{Columns, or_null, quoted};
use crate::store::StoreError;
use crate::store::layout::Layout;
use crate::store::sqlite::schema::Table;

/// Version, time, state, media type and reducer of the snapshots of ?1 (in category ?4).
pub(super) fn snapshots(
    layout: &Layout,
    tables: &[Table],
    connection: &Connection,
) -> Result<Option<String>, StoreError> {
    let Some(rule) = &layout.snapshots else { return Ok(None) };
    let Some(table) = tables.iter().find(|table| table.name.eq_ignore_ascii_case(&rule.table))
    else {
        return Ok(None);
    };
    let on = Columns { layout: &layout.name, table, connection };
    let (aggregate, _) = on.text("aggregate", &rule.aggregate)?;
    let this = match &rule.category {
        Some(category) => format!("{} = ?4 AND {aggregate} = ?1", on.category(category)?),
        None => format!("{aggregate} = ?1"),
    };
    let version = on.sql("version", &rule.version)?;
    let time = or_null(on.field("time", rule.time.as_ref().map(|rule| &rule.at))?);
    let data = on.sql("data", &rule.data.column)?;
    let content_type = or_null(on.optional("content-type", rule.data.content_type.as_ref())?);
    let reducer = on.optional("reducer", rule.reducer.as_ref())?;
    let order = reducer.as_ref().map_or(version.clone(), |reducer| format!("{version}, {reducer}"));
    let reducer = or_null(reducer);
    let filter = on.filter(rule.filter.as_ref())?;
    let table = quoted(&table.name);
    Ok(Some(format!(
        "SELECT {version}, {time}, {data}, {content_type}, {reducer} FROM {table} WHERE {this}{filter} \
         ORDER BY {order}"
    )))
}

/// Name, position, status, time, number of errors and what stopped it, of every checkpoint.
pub(super) fn checkpoints(
    layout: &Layout,
    tables: &[Table],
    connection: &Connection,
) -> Result<Option<String>, StoreError> {
    let Some(rule) = &layout.checkpoints else { return Ok(None) };
    let Some(table) = tables.iter().find(|table| table.name.eq_ignore_ascii_case(&rule.table))
    else {
        return Ok(None);
    };
    let on = Columns { layout: &layout.name, table, connection };
    let name = on.sql("name", &rule.name)?;
    let position = on.sql("position", &rule.position)?;
    let status = or_null(on.optional("status", rule.status.as_ref())?);
    let updated = or_null(on.field("updated", rule.updated.as_ref().map(|rule| &rule.at))?);
    let is_kept = rule
        .errors_with
        .as_ref()
        .is_none_or(|with| tables.iter().any(|table| table.name.eq_ignore_ascii_case(with)));
    let errors = or_null(on.optional("errors", rule.errors.as_ref().filter(|_| is_kept))?);
    let error = or_null(on.optional("error", rule.error.as_ref().filter(|_| is_kept))?);
    let filter = on.filter(rule.filter.as_ref())?;
    let table = quoted(&table.name);
    // Beside one max() SQLite takes the other columns from the row that has it.
    let (position, group) = if rule.greatest {
        (format!("max({position})"), format!(" GROUP BY {name}"))
    } else {
        (position, String::new())
    };
    Ok(Some(format!(
        "SELECT {name}, {position}, {status}, {updated}, {errors}, {error} FROM {table} WHERE 1{filter}{group} ORDER BY {name}"
    )))
}

/// Time and position of every place where the checkpoint of ?1 has been.
pub(super) fn checkpoint_history(
    layout: &Layout,
    tables: &[Table],
    connection: &Connection,
) -> Result<Option<String>, StoreError> {
    let Some(rule) = layout.checkpoints.as_ref().and_then(|one| one.history.as_ref()) else {
        return Ok(None);
    };
    let Some(table) = tables.iter().find(|table| table.name.eq_ignore_ascii_case(&rule.table))
    else {
        return Ok(None);
    };
    let on = Columns { layout: &layout.name, table, connection };
    let (name, _) = on.text("name", &rule.name)?;
    let position = on.sql("position", &rule.position)?;
    let time = or_null(on.field("time", rule.time.as_ref().map(|rule| &rule.at))?);
    let table = quoted(&table.name);
    Ok(Some(format!("SELECT {time}, {position} FROM {table} WHERE {name} = ?1")))
}

//! A statement: bound, run, its rows one after another.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Row, Rows};

use super::link::Call;
use crate::model::AggregateKey;
use crate::store::StoreError;

/// The values of a statement's parameters; those that it does not have are left out.
#[derive(Clone, Copy)]
pub(super) struct Bound<'a> {
    pub(super) id: ValueRef<'a>,
    pub(super) above: i64,
    pub(super) limit: u64,
    pub(super) category: ValueRef<'a>,
}

impl Default for Bound<'_> {
    fn default() -> Self {
        let nothing = ValueRef::Text(b"");
        Self { id: nothing, above: 0, limit: 0, category: nothing }
    }
}

impl<'a> Bound<'a> {
    pub(super) fn key(key: &'a AggregateKey) -> Self {
        Self {
            id: key.id.as_str().into(),
            category: key.category.as_str().into(),
            ..Self::default()
        }
    }
}

/// Binds and starts a statement.
pub(super) fn start<'s>(
    call: &Call<'_>,
    statement: &'s mut CachedStatement<'_>,
    bound: Bound<'_>,
) -> Result<Rows<'s>, StoreError> {
    // An interrupt that came between two statements stopped neither.
    call.checkpoint()?;
    let limit = i64::try_from(bound.limit).unwrap_or(i64::MAX);
    for at in 1..=statement.parameter_count() {
        match at {
            1 => statement.raw_bind_parameter(at, ToSqlOutput::Borrowed(bound.id)),
            2 => statement.raw_bind_parameter(at, bound.above),
            3 => statement.raw_bind_parameter(at, limit),
            _ => statement.raw_bind_parameter(at, ToSqlOutput::Borrowed(bound.category)),
        }
        .map_err(|error| call.failed(error))?;
    }
    Ok(statement.raw_query())
}

/// The next row.
pub(super) fn step<'r>(
    call: &Call<'_>,
    rows: &'r mut Rows<'_>,
) -> Result<Option<&'r Row<'r>>, StoreError> {
    rows.next().map_err(|error| call.failed(error))
}

/// A prepared statement from the connection's own cache.
pub(super) fn prepare<'c>(call: &Call<'c>, sql: &str) -> Result<CachedStatement<'c>, StoreError> {
    call.connection.prepare_cached(sql).map_err(|error| call.failed(error))
}

/// Runs a statement for its first row.
pub(super) fn first<T>(
    call: &Call<'_>,
    sql: &str,
    bound: Bound<'_>,
    read: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = prepare(call, sql)?;
    let mut rows = start(call, &mut statement, bound)?;
    step(call, &mut rows)?.map(read).transpose()
}

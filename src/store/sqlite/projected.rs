//! What the tables of foldback's own store say of its projections: which are kept here, and the rows that they show.

use rusqlite::{Params, Row, params};
use smol_str::SmolStr;

use super::ask::Asked;
use super::statement::{prepare, step};
use crate::model::Payload;
use crate::store::StoreError;
use crate::store::own::ProjectionRecord;
use crate::store::own::projection::{ROW, ROWS, json, keyed, record, records_without};

/// Columns of the table of rebuilds that tables of an earlier foldback do not have. A writer may bring the tables up to
/// date while they are read, so it is asked each time.
const LATER: [&str; 5] = ["held_until", "resumed_at", "resumed_from", "definition", "chain"];
const HAS: &str = "SELECT name FROM pragma_table_info('rebuilds')";

impl Asked<'_> {
    /// Every projection whose rows are kept here; schema 1 kept none.
    pub(super) fn projections(&self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.told(&records_without(&self.lacking()?), [None::<&str>], record)
    }

    /// Which columns are not there.
    pub(super) fn lacking(&self) -> Result<Vec<&'static str>, StoreError> {
        let has = self.told(HAS, [], |row| row.get::<_, String>(0))?;
        Ok(LATER.into_iter().filter(|one| !has.iter().any(|had| had == one)).collect())
    }

    /// One of the rows that a projection shows.
    pub(super) fn row(&self, name: &str, key: &str) -> Result<Option<Payload>, StoreError> {
        let found = self.told(ROW, params![name, None::<i64>, key], |row| Ok(json(row.get(0)?)))?;
        Ok(found.into_iter().next())
    }

    /// Some of the rows that a projection shows.
    pub(super) fn rows(
        &self,
        name: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.told(ROWS, params![name, None::<i64>, after, limit], keyed)
    }

    fn told<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        if !self.plan.own.rows {
            return Ok(Vec::new());
        }
        let failed = |error| self.call.failed(error);
        // An interrupt that came between two statements stopped neither.
        self.call.checkpoint()?;
        let mut statement = prepare(self.call, sql)?;
        let mut rows = statement.query(params).map_err(failed)?;
        let mut all = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            all.push(read(row).map_err(failed)?);
        }
        Ok(all)
    }
}

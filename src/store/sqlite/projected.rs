//! What the tables of foldback's own store say of its projections: which are kept here, and the rows that they show.

use rusqlite::{Params, Row, params};
use smol_str::SmolStr;

use super::ask::Asked;
use super::statement::{Bound, prepare, step};
use crate::model::Payload;
use crate::store::StoreError;
use crate::store::own::ProjectionRecord;
use crate::store::own::projection::{RECORDS, ROW, ROWS, json, keyed, record, records_before_4};

/// Whether it is recorded until when rows are held. A writer may bring the tables up to date while they are read, so it is
/// asked each time.
const HAS_HELD: &str =
    "SELECT count(*) FROM pragma_table_info('rebuilds') WHERE name = 'held_until'";

impl Asked<'_> {
    /// Every projection whose rows are kept here; schema 1 kept none.
    pub(super) fn projections(&self) -> Result<Vec<ProjectionRecord>, StoreError> {
        if self.number_of(HAS_HELD, Bound::default())? > 0 {
            return self.told(RECORDS, [None::<&str>], record);
        }
        self.told(&records_before_4(), [None::<&str>], record)
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

//! What the tables of foldback's own store say of its engine: what was given up, what was measured.

use rusqlite::types::ValueRef;

use super::ask::Asked;
use super::decode::{text, value};
use super::schema::Table;
use super::statement::{Bound, prepare, start, step};
use crate::model::{Timestamp, time};
use crate::store::StoreError;
use crate::store::layout::Layout;

/// Which of these tables there are; none in a store that is not our own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Own {
    /// Dead letters with the generation of rows that they are of: schema 1 had none.
    failures: bool,
    /// Samples.
    pub(super) samples: bool,
}

impl Own {
    pub(super) fn of(layout: &Layout, tables: &[Table]) -> Self {
        let has = |name: &str, column: &str| {
            layout.name == "foldback"
                && tables.iter().any(|table| table.name == name && table.has(column))
        };
        Self {
            failures: has("dead_letters", "generation"),
            samples: has("metric_samples", "sampled_at"),
        }
    }
}

/// When a projection gave events up on the way to the rows that are shown.
const FAILURES: &str = "SELECT d.failed_at FROM dead_letters d JOIN projections p ON p.name = d.projection
    WHERE d.projection = ?1 AND d.generation = p.generation AND p.generation > 0 ORDER BY d.failed_at";

impl Asked<'_> {
    /// When events were given up by a projection; `None` where that is not recorded.
    pub(super) fn failures(&self, name: &str) -> Result<Option<Vec<Timestamp>>, StoreError> {
        if !self.plan.own.failures {
            return Ok(None);
        }
        let mut statement = prepare(self.call, FAILURES)?;
        let bound = Bound { id: name.into(), ..Bound::default() };
        let mut rows = start(self.call, &mut statement, bound)?;
        let mut times = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            times.extend(moment(value(row, 0)));
        }
        Ok(Some(times))
    }
}

fn moment(cell: ValueRef<'_>) -> Option<Timestamp> {
    text(cell).and_then(|written| time::parse_recorded(&written))
}

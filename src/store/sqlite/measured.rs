//! What the tables of foldback's own store say of its engine: what was given up, what was measured.

use rusqlite::types::ValueRef;
use smol_str::SmolStr;

use super::ask::Asked;
use super::decode::{text, value};
use super::schema::Table;
use super::statement::{Bound, first, prepare, start, step};
use crate::model::{Position, Spread, Timestamp, time};
use crate::store::layout::Layout;
use crate::store::own::{DeadLetter, nine_digits};
use crate::store::{RebuildMark, Sample, StoreError};

/// Which of these tables there are; none in a store that is not our own.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Own {
    /// Dead letters with the generation of rows that they are of: schema 1 had none.
    failures: bool,
    /// Rows of projections, and those that are made anew: schema 1 had neither.
    pub(super) rows: bool,
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
            rows: has("projection_rows", "generation") && has("rebuilds", "started_at"),
            samples: has("metric_samples", "sampled_at"),
        }
    }
}

/// When a projection gave events up on the way to the rows that are shown.
const FAILURES: &str = "SELECT d.failed_at FROM dead_letters d JOIN projections p ON p.name = d.projection
    WHERE d.projection = ?1 AND d.generation = p.generation AND p.generation > 0 ORDER BY d.failed_at";

const LETTERS: &str = "SELECT d.position, d.error, d.attempts, d.failed_at
    FROM dead_letters d JOIN projections p ON p.name = d.projection
    WHERE d.projection = ?1 AND d.generation = p.generation AND p.generation > 0 ORDER BY d.position";

const REBUILDS: &str =
    "SELECT projection, position, started_at, updated_at, resumed_at, resumed_from FROM rebuilds";

impl Asked<'_> {
    /// What a projection stepped over on the way to the rows that are shown.
    pub(super) fn letters(&self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        if !self.plan.own.failures {
            return Ok(Vec::new());
        }
        let mut statement = prepare(self.call, LETTERS)?;
        let bound = Bound { id: name.into(), ..Bound::default() };
        let mut rows = start(self.call, &mut statement, bound)?;
        let mut letters = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let (Some(position), Some(failed)) = (number(value(row, 0)), moment(value(row, 3)))
            else {
                continue;
            };
            letters.push(DeadLetter {
                position: Position(position),
                error: text(value(row, 1)).unwrap_or_default().to_string(),
                attempts: number(value(row, 2)).and_then(|n| n.try_into().ok()).unwrap_or(0),
                failed,
            });
        }
        Ok(letters)
    }

    /// The rows that are being made anew, by projection.
    pub(super) fn rebuilds(&self) -> Result<Vec<(String, RebuildMark)>, StoreError> {
        if !self.plan.own.rows {
            return Ok(Vec::new());
        }
        let sql = self
            .lacking()?
            .iter()
            .fold(REBUILDS.to_owned(), |sql, column| sql.replace(column, "NULL"));
        let mut statement = prepare(self.call, &sql)?;
        let mut rows = start(self.call, &mut statement, Bound::default())?;
        let mut marks = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let (Some(name), Some(position)) = (text(value(row, 0)), number(value(row, 1))) else {
                continue;
            };
            let (started, updated) = (moment(value(row, 2)), moment(value(row, 3)));
            let resumed = moment(value(row, 4)).zip(number(value(row, 5)).map(Position));
            let mark = RebuildMark { position: Position(position), started, updated, resumed };
            marks.push((name.to_string(), mark));
        }
        Ok(marks)
    }

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

/// Whether samples say how their values are spread: those of schema 2 did not. A writer may bring the tables up to date
/// while they are read, so it is asked each time.
const HAS_SPREAD: &str =
    "SELECT count(*) FROM pragma_table_info('metric_samples') WHERE name = 'spread'";

impl Asked<'_> {
    /// What was measured of a metric after one moment and up to another.
    pub(super) fn samples(
        &self,
        metric: &str,
        after: &Timestamp,
        upto: &Timestamp,
    ) -> Result<Vec<Sample>, StoreError> {
        let (Some(after), Some(upto)) = (nine_digits(after), nine_digits(upto)) else {
            return Ok(Vec::new());
        };
        if !self.plan.own.samples {
            return Ok(Vec::new());
        }
        let rest = if self.has_spread()? { "seconds, spread" } else { "1, NULL" };
        let sql = format!(
            "SELECT subject, sampled_at, value, {rest} FROM metric_samples
             WHERE metric = ?1 AND sampled_at > ?2 AND sampled_at <= ?3"
        );
        let failed = |error| self.call.failed(error);
        self.call.checkpoint()?;
        let mut statement = prepare(self.call, &sql)?;
        let mut rows = statement.query([metric, &after, &upto]).map_err(failed)?;
        let mut samples = Vec::new();
        while let Some(row) = step(self.call, &mut rows)? {
            let (Some(time), ValueRef::Real(measured)) = (moment(value(row, 1)), value(row, 2))
            else {
                continue;
            };
            samples.push(Sample {
                metric: SmolStr::new(metric),
                subject: text(value(row, 0)).unwrap_or_default(),
                time,
                value: measured,
                seconds: row.get(3).map_err(failed)?,
                spread: value(row, 4).as_blob().ok().and_then(Spread::from_bytes),
            });
        }
        samples.sort_by_key(|sample| sample.time);
        Ok(samples)
    }

    fn has_spread(&self) -> Result<bool, StoreError> {
        Ok(self.number_of(HAS_SPREAD, Bound::default())? > 0)
    }

    /// When anything was measured last.
    pub(super) fn newest_sample(&self) -> Result<Option<Timestamp>, StoreError> {
        if !self.plan.own.samples {
            return Ok(None);
        }
        let sql = if self.has_spread()? {
            // By the index on both.
            "SELECT max(coalesce((SELECT max(sampled_at) FROM metric_samples WHERE seconds = 1), ''),
                        coalesce((SELECT max(sampled_at) FROM metric_samples WHERE seconds = 60), ''),
                        coalesce((SELECT max(sampled_at) FROM metric_samples WHERE seconds = 3600), ''))"
        } else {
            "SELECT max(sampled_at) FROM metric_samples"
        };
        let found = first(self.call, sql, Bound::default(), |row| Ok(moment(value(row, 0))))?;
        Ok(found.flatten())
    }
}

fn number(cell: ValueRef<'_>) -> Option<i64> {
    if let ValueRef::Integer(number) = cell { Some(number) } else { None }
}

fn moment(cell: ValueRef<'_>) -> Option<Timestamp> {
    text(cell).and_then(|written| time::parse_recorded(&written))
}

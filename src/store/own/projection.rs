//! Projections as the tables have them: registered by name, each step whole or not at all.

use rusqlite::{Params, Row, params};
use smol_str::SmolStr;
use std::sync::Arc;

use super::refuse::{
    check_direction, check_name, check_step, json_text, not_registered, time_text,
};
use super::transaction::Write;
use super::writer::{
    DeadLetter, MadeBy, ProjectionRecord, ProjectionState, Rebuild, RowChange, Step,
};
use super::{OwnStore, failed, history};
use crate::model::time::parse_recorded;
use crate::model::{Payload, Position, Timestamp, Version};
use crate::store::StoreError;

/// Every registered projection with its checkpoint and its rebuild; or the one of a name.
pub(in crate::store) const RECORDS: &str = include_str!("projections.sql");

/// The same of the tables of schemas 2 to 4: without these columns, whatever they are of.
pub(in crate::store) fn records_without(columns: &[&str]) -> String {
    columns.iter().fold(RECORDS.to_owned(), |sql, column| {
        ["p", "r"].iter().fold(sql, |sql, of| sql.replace(&format!("{of}.{column}"), "NULL"))
    })
}

/// Rows of one generation, or, where none is named, of the one that is shown.
pub(in crate::store) const ROWS: &str = "SELECT key, row FROM projection_rows
    WHERE projection = ?1
      AND generation = coalesce(?2, (SELECT generation FROM projections WHERE name = ?1 AND generation > 0))
      AND (?3 IS NULL OR key > ?3)
    ORDER BY key LIMIT ?4";

/// One row of a generation, or of the one that is shown.
pub(in crate::store) const ROW: &str = "SELECT row FROM projection_rows
    WHERE projection = ?1
      AND generation = coalesce(?2, (SELECT generation FROM projections WHERE name = ?1 AND generation > 0))
      AND key = ?3";

impl OwnStore {
    pub(super) fn all_projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.ask(RECORDS, [None::<&str>], record)
    }

    pub(super) fn register_projection(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<ProjectionRecord, StoreError> {
        check_name(name)?;
        let time = time_text(time)?;
        self.write(|write| {
            let MadeBy { definition, chain } = by;
            if let Some(record) = find(write, name)? {
                record.check_made_by(by, &write.store().to_string(), "")?;
                if record.made_by == *by {
                    return Ok(record);
                }
                let sql = "UPDATE projections SET definition = ?2 WHERE name = ?1";
                write.execute(sql, params![name, definition.as_deref()])?;
                return Ok(ProjectionRecord { made_by: by.clone(), ..record });
            }
            // A checkpoint may be known without rows, as after an import. What it says holds for rows that are elsewhere.
            write.execute(
                "INSERT INTO projections (name, status, created_at, updated_at, generation, begun, definition, chain)
                 VALUES (?1, 'running', ?2, ?2, 1, 1, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET status = 'running', updated_at = ?2, generation = 1, begun = 1,
                   definition = ?3, chain = ?4",
                params![name, time, definition.as_deref(), chain.as_deref()],
            )?;
            write.execute(
                "INSERT INTO checkpoints (name, position, updated_at) VALUES (?1, 0, ?2)
                 ON CONFLICT (name) DO UPDATE SET position = 0, updated_at = ?2",
                params![name, time],
            )?;
            existing(write, name)
        })
    }

    pub(super) fn set_projection_state(
        &mut self,
        name: &str,
        state: ProjectionState,
        error: Option<&str>,
        time: &Timestamp,
    ) -> Result<(), StoreError> {
        let time = time_text(time)?;
        self.write(|write| {
            existing(write, name)?;
            write.execute(
                "UPDATE projections SET status = ?2, error = ?3, updated_at = ?4 WHERE name = ?1",
                params![name, state.as_str(), error, time],
            )?;
            Ok(())
        })
    }

    pub(super) fn write_step(&mut self, step: &Step<'_>) -> Result<(), StoreError> {
        let time = time_text(&step.time)?;
        check_direction(step)?;
        let is_due = self.due.is(step.name, &step.time);
        let thinned = self.write(|write| {
            let record = existing(write, step.name)?;
            let shown = check_step(&record, step)?;
            for change in step.changes {
                write_row(write, step, change)?;
            }
            for position in step.settled {
                write.execute(
                    "DELETE FROM dead_letters WHERE projection = ?1 AND generation = ?2 AND position = ?3",
                    params![step.name, step.generation as i64, position.0],
                )?;
            }
            for letter in step.dead_letters {
                write_letter(write, step, letter)?;
            }
            let sql = if shown {
                "UPDATE checkpoints SET position = ?2, updated_at = ?3 WHERE name = ?1"
            } else {
                "UPDATE rebuilds SET position = ?2, updated_at = ?3 WHERE projection = ?1"
            };
            write.execute(sql, params![step.name, step.to.0, time])?;
            if shown && is_due {
                return history::thin(write, step.name, &step.time).map(Some);
            }
            Ok(None)
        })?;
        if let Some(is_all) = thinned {
            self.due.done(step.name, &step.time, is_all);
        }
        Ok(())
    }

    pub(super) fn some_rows(
        &mut self,
        name: &str,
        generation: u64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        self.ask(ROWS, params![name, generation as i64, after, limit as i64], keyed)
    }

    pub(super) fn one_row(
        &mut self,
        name: &str,
        generation: u64,
        key: &str,
    ) -> Result<Option<Payload>, StoreError> {
        let found =
            self.ask(ROW, params![name, generation as i64, key], |row| Ok(json(row.get(0)?)))?;
        Ok(found.into_iter().next())
    }

    pub(super) fn letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        let sql = "SELECT d.position, d.error, d.attempts, d.failed_at FROM dead_letters d JOIN projections p ON p.name = d.projection
                   WHERE d.projection = ?1 AND d.generation = p.generation ORDER BY d.position";
        self.ask(sql, [name], |row| {
            Ok(DeadLetter {
                position: Position(row.get(0)?),
                error: row.get(1)?,
                attempts: row.get(2)?,
                failed: moment(row, 3)?,
            })
        })
    }

    fn ask<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect())
            .map_err(|error| failed(&self.path, "could not be read", error))
    }
}

/// The projection of that name, where it is registered.
fn find(write: &Write<'_>, name: &str) -> Result<Option<ProjectionRecord>, StoreError> {
    write.one(RECORDS, [Some(name)], record)
}

/// The projection of that name; an error where it is not registered.
pub(super) fn existing(write: &Write<'_>, name: &str) -> Result<ProjectionRecord, StoreError> {
    find(write, name)?.ok_or_else(|| not_registered(write.store(), name))
}

fn write_row(write: &Write<'_>, step: &Step<'_>, change: &RowChange) -> Result<(), StoreError> {
    let (key, generation) = (change.key.as_str(), step.generation as i64);
    if let Some(row) = &change.row {
        let text = json_text(row, || format!("the row {key:?} of {}", step.name))?;
        write.execute(
            "INSERT INTO projection_rows (projection, generation, key, row) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (projection, generation, key) DO UPDATE SET row = ?4",
            params![step.name, generation, key, text],
        )?;
    } else {
        write.execute(
            "DELETE FROM projection_rows WHERE projection = ?1 AND generation = ?2 AND key = ?3",
            params![step.name, generation, key],
        )?;
    }
    Ok(())
}

fn write_letter(write: &Write<'_>, step: &Step<'_>, letter: &DeadLetter) -> Result<(), StoreError> {
    write.execute(
        "INSERT OR REPLACE INTO dead_letters (projection, generation, position, error, attempts, failed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            step.name,
            step.generation as i64,
            letter.position.0,
            letter.error,
            letter.attempts,
            time_text(&letter.failed)?,
        ],
    )?;
    Ok(())
}

/// A row of [`RECORDS`].
pub(in crate::store) fn record(row: &Row<'_>) -> rusqlite::Result<ProjectionRecord> {
    let word: String = row.get(1)?;
    let rebuild = match row.get::<_, Option<i64>>(5)? {
        Some(generation) => Some(Rebuild {
            generation: generation as u64,
            position: Position(row.get(6)?),
            started: moment(row, 7)?,
            made_by: made_by(row, 11)?,
            held_until: match row.get_ref(8)? {
                rusqlite::types::ValueRef::Null => None,
                _ => Some(moment(row, 8)?),
            },
        }),
        None => None,
    };
    Ok(ProjectionRecord {
        name: row.get(0)?,
        state: ProjectionState::from_word(&word)
            .ok_or_else(|| unknown(1, &format!("the status {word:?}")))?,
        error: row.get(2)?,
        generation: row.get::<_, i64>(3)? as u64,
        position: Position(row.get(4)?),
        made_by: made_by(row, 9)?,
        rebuild,
    })
}

/// What rows are made by, in the columns from `at`.
fn made_by(row: &Row<'_>, at: usize) -> rusqlite::Result<MadeBy> {
    let mark = |at: usize| Ok(row.get::<_, Option<String>>(at)?.map(SmolStr::from));
    mark(at).and_then(|definition| Ok(MadeBy { definition, chain: mark(at + 1)? }))
}

/// A row of [`ROWS`].
pub(in crate::store) fn keyed(row: &Row<'_>) -> rusqlite::Result<(SmolStr, Payload)> {
    Ok((SmolStr::new(row.get_ref(0)?.as_str()?), json(row.get(1)?)))
}

/// What a projection knows of one key, as the tables have it.
pub(in crate::store) fn json(text: String) -> Payload {
    Payload::json(text.into_bytes(), Arc::default(), Version::ZERO)
}

fn moment(row: &Row<'_>, at: usize) -> rusqlite::Result<Timestamp> {
    let text: String = row.get(at)?;
    parse_recorded(&text).ok_or_else(|| unknown(at, &format!("the time {text:?}")))
}

fn unknown(at: usize, what: &str) -> rusqlite::Error {
    let why = format!("{what} means nothing here").into();
    rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, why)
}

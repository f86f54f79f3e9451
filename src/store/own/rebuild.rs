//! Rebuilds: rows of a generation of their own, that take the place of those that are shown in one transaction.

use rusqlite::params;

use super::OwnStore;
use super::projection::existing;
use super::refuse::{not_under_way, time_text};
use super::transaction::Write;
use super::writer::{MadeBy, Rebuild};
use crate::model::{Position, Timestamp};
use crate::store::StoreError;

impl OwnStore {
    pub(super) fn start_rebuild(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<Rebuild, StoreError> {
        let text = time_text(time)?;
        self.write(|write| {
            if let Some(rebuild) = existing(write, name)?.rebuild {
                rebuild.check_made_by(name, by, &write.store().to_string())?;
                let sql = "UPDATE rebuilds SET definition = ?2, resumed_at = ?3, resumed_from = position WHERE projection = ?1";
                write.execute(sql, params![name, by.definition.as_deref(), text])?;
                return Ok(Rebuild { made_by: by.clone(), ..rebuild });
            }
            write.execute("UPDATE projections SET begun = begun + 1 WHERE name = ?1", [name])?;
            write.execute(
                "INSERT INTO rebuilds (projection, generation, position, started_at, updated_at, definition, chain)
                 SELECT name, begun, 0, ?2, ?2, ?3, ?4 FROM projections WHERE name = ?1",
                params![name, text, by.definition.as_deref(), by.chain.as_deref()],
            )?;
            existing(write, name)?.rebuild.ok_or_else(|| not_under_way(name))
        })
    }

    pub(super) fn hold_shown(&mut self, name: &str, until: &Timestamp) -> Result<(), StoreError> {
        let until = time_text(until)?;
        self.write(|write| {
            let sql = "UPDATE rebuilds SET held_until = ?2 WHERE projection = ?1";
            match write.execute(sql, params![name, until])? {
                0 => Err(not_under_way(name)),
                _ => Ok(()),
            }
        })
    }

    pub(super) fn swap_rebuild(
        &mut self,
        name: &str,
        time: &Timestamp,
    ) -> Result<bool, StoreError> {
        let time = time_text(time)?;
        self.write(|write| {
            let record = existing(write, name)?;
            let Some(Rebuild { generation, position, made_by, .. }) = record.rebuild else {
                return Err(not_under_way(name));
            };
            if position < record.position {
                return Ok(false);
            }
            remove(write, name, record.generation)?;
            write.execute("DELETE FROM rebuilds WHERE projection = ?1", [name])?;
            write.execute(
                "UPDATE projections SET generation = ?2, error = NULL, updated_at = ?3, definition = ?4, chain = ?5,
                   status = CASE status WHEN 'paused' THEN 'paused' ELSE 'running' END WHERE name = ?1",
                params![
                    name,
                    generation as i64,
                    time,
                    made_by.definition.as_deref(),
                    made_by.chain.as_deref()
                ],
            )?;
            let Position(position) = position;
            write.execute(
                "UPDATE checkpoints SET position = ?2, updated_at = ?3 WHERE name = ?1",
                params![name, position, time],
            )?;
            Ok(true)
        })
    }

    pub(super) fn drop_rebuild(&mut self, name: &str) -> Result<(), StoreError> {
        self.write(|write| {
            if let Some(rebuild) = existing(write, name)?.rebuild {
                remove(write, name, rebuild.generation)?;
                write.execute("DELETE FROM rebuilds WHERE projection = ?1", [name])?;
            }
            Ok(())
        })
    }
}

/// Removes what belongs to one generation.
fn remove(write: &Write<'_>, name: &str, generation: u64) -> Result<(), StoreError> {
    for table in ["projection_rows", "dead_letters"] {
        let sql = format!("DELETE FROM {table} WHERE projection = ?1 AND generation = ?2");
        write.execute(&sql, params![name, generation as i64])?;
    }
    Ok(())
}

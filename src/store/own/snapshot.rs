//! States that are stored so that they need not be folded again.

use rusqlite::{Connection, params};

use super::OwnStore;
use super::append::version;
use super::keep::too_many;
use super::refuse::{check_reached, check_snapshot};
use crate::model::{AggregateKey, Version};
use crate::store::{Snapshot, StoreError};

impl OwnStore {
    pub(super) fn store_snapshot(
        &mut self,
        key: &AggregateKey,
        snapshot: &Snapshot,
        keep: Option<u32>,
    ) -> Result<(), StoreError> {
        let (reducer, state, time) = check_snapshot(key, snapshot)?;
        let (category, id) = (key.category.as_str(), key.id.as_str());
        self.write(|write| {
            let reached = write.with(|connection| version(connection, key))?;
            check_reached(key, snapshot.version, reached)?;
            write.execute(
                "INSERT INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (category, aggregate_id, version, reducer) DO UPDATE SET state = ?5, recorded_at = ?6",
                params![id, category, snapshot.version.0 as i64, reducer, state, time],
            )?;
            if let Some(keep) = keep {
                let stored = write.with(|connection| stored(connection, category, id))?;
                for (version, other) in too_many(stored, reducer, keep) {
                    write.execute(
                        "DELETE FROM snapshots WHERE category = ?1 AND aggregate_id = ?2 AND version = ?3 AND reducer = ?4",
                        params![category, id, version.0 as i64, other],
                    )?;
                }
            }
            Ok(())
        })
    }
}

/// The snapshots of an aggregate: of which versions, and by whom.
fn stored(
    connection: &Connection,
    category: &str,
    id: &str,
) -> rusqlite::Result<Vec<(Version, String)>> {
    let sql = "SELECT version, reducer FROM snapshots WHERE category = ?1 AND aggregate_id = ?2";
    let mut asked = connection.prepare_cached(sql)?;
    let rows = asked.query_map([category, id], |row| {
        Ok((Version(row.get::<_, i64>(0)?.unsigned_abs()), row.get(1)?))
    })?;
    rows.collect()
}

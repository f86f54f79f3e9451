//! SQLite tables as the place that snapshots and checkpoints are copied to.

use std::path::Path;

use rusqlite::{Connection, Params, params};

use super::super::failed;
use super::kept::Keeps;
use crate::model::{AggregateKey, Position};
use crate::store::{Move, StoreError};

pub(super) struct Tables<'a> {
    connection: &'a Connection,
    path: &'a Path,
}

impl<'a> Tables<'a> {
    pub(super) fn new(connection: &'a Connection, path: &'a Path) -> Self {
        Self { connection, path }
    }

    /// Whether a row was written.
    fn insert(&self, sql: &str, params: impl Params) -> Result<bool, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params))
            .map(|written| written > 0)
            .map_err(|error| failed(self.path, "could not be written", error))
    }
}

impl Keeps for Tables<'_> {
    fn snapshot(
        &mut self,
        key: &AggregateKey,
        version: i64,
        reducer: &str,
        state: &str,
        time: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.insert(
            "INSERT OR IGNORE INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![key.id.as_str(), key.category.as_str(), version, reducer, state, time],
        )
    }

    fn checkpoint(
        &mut self,
        name: &str,
        position: Position,
        updated: Option<&str>,
    ) -> Result<bool, StoreError> {
        let sql =
            "INSERT OR IGNORE INTO checkpoints (name, position, updated_at) VALUES (?1, ?2, ?3)";
        self.insert(sql, params![name, position.0, updated])
    }

    fn moved(&mut self, name: &str, time: Option<&str>, one: &Move) -> Result<(), StoreError> {
        // Where it is now stands there already: a trigger wrote it.
        let sql = "INSERT INTO checkpoint_history (name, updated_at, position, seconds, left_out) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO UPDATE SET seconds = ?4, left_out = ?5";
        let Move { position, seconds, left_out, .. } = *one;
        self.insert(sql, params![name, time, position.0, seconds, left_out as i64]).map(drop)
    }

    fn status(
        &mut self,
        name: &str,
        status: &str,
        first: &str,
        updated: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO projections (name, status, created_at, updated_at) VALUES (?1, ?2, ?3, ?4)";
        self.insert(sql, params![name, status, first, updated]).map(drop)
    }
}

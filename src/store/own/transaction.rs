//! One transaction of a writer: written whole or not at all, its failures told with the store's name.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Params, Row, Transaction, TransactionBehavior};

use super::{OwnStore, failed};
use crate::store::StoreError;

const WHAT: &str = "could not be written to";

/// What is written together.
pub(super) struct Write<'a> {
    transaction: Transaction<'a>,
    path: &'a Path,
}

impl OwnStore {
    /// Does `work` in one transaction, durable before this returns; nothing is written where it fails.
    pub(super) fn write<T>(
        &mut self,
        work: impl FnOnce(&Write<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let path = self.path.as_path();
        // Immediate: a transaction that reads before it writes would fail where another one wrote in between.
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| failed(path, WHAT, error))?;
        let write = Write { transaction, path };
        let done = work(&write)?;
        write.transaction.commit().map_err(|error| failed(path, WHAT, error))?;
        Ok(done)
    }
}

impl Write<'_> {
    /// Runs a statement; says how many rows it changed.
    pub(super) fn execute(&self, sql: &str, params: impl Params) -> Result<usize, StoreError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params))
            .map_err(|error| failed(self.path, WHAT, error))
    }

    /// The first row of a query.
    pub(super) fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params, read).optional())
            .map_err(|error| failed(self.path, WHAT, error))
    }

    /// Every row of a query.
    pub(super) fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_map(params, read)?.collect())
            .map_err(|error| failed(self.path, WHAT, error))
    }

    /// Asks the connection itself.
    pub(super) fn with<T>(
        &self,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        ask(&self.transaction).map_err(|error| failed(self.path, WHAT, error))
    }

    /// The store, as a sentence names it.
    pub(super) fn store(&self) -> impl std::fmt::Display + '_ {
        self.path.display()
    }
}

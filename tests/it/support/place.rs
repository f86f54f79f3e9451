//! A store of foldback's own, in a file or in a database, that programs are run on.

use std::process::Command;

use foldback::store::own::{StoreWriter, writer};
use foldback::store::{EventStore, OpenOptions, StoreErrorKind, open};
use rusqlite::Connection;

use super::postgres::{Server, server};

/// Where it is.
pub(crate) struct Place {
    pub(crate) dir: tempfile::TempDir,
    address: String,
    database: Option<(&'static Server, String)>,
}

impl Place {
    /// A file that is not there yet.
    pub(crate) fn new_file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let address = dir.path().join("own.db").display().to_string();
        Self { dir, address, database: None }
    }

    /// An empty database; `None` where there is no server.
    pub(crate) fn new_database() -> Option<Self> {
        let server = server()?;
        let database = server.database();
        let (dir, address) = (tempfile::tempdir().unwrap(), server.at(&database));
        Some(Self { dir, address, database: Some((server, database)) })
    }

    /// The program with these words and the store after them.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_foldback"));
        command.args(words).arg(&self.address);
        command
    }

    /// Writes to it; it is made where it is not there yet.
    pub(crate) fn writer(&self) -> Box<dyn StoreWriter> {
        writer(self.address.as_ref(), true).unwrap()
    }

    /// Reads it; `None` where it is not there yet.
    pub(crate) fn reader(&self) -> Option<Box<dyn EventStore>> {
        match open(&self.address, &OpenOptions::default()) {
            Ok(store) => Some(store),
            Err(error) => {
                let missing = [StoreErrorKind::NotFound, StoreErrorKind::UnknownLayout];
                assert!(missing.contains(&error.kind), "{error}");
                None
            }
        }
    }

    /// The one number that a query of the tables comes to.
    pub(crate) fn number(&self, sql: &str) -> i64 {
        match &self.database {
            Some((server, database)) => server.sql(database, sql).parse().unwrap(),
            None => Connection::open(&self.address)
                .and_then(|connection| connection.query_row(sql, [], |row| row.get(0)))
                .unwrap(),
        }
    }
}

//! Where projections have come to, written down. The tables' triggers keep where they have been.

use rusqlite::params;

use super::row::nine_digits;
use super::{OwnStore, failed};
use crate::model::{Position, Timestamp};
use crate::store::{StoreError, StoreErrorKind};

impl OwnStore {
    /// Writes down that a projection has handled everything up to `position`, and what it says it is doing: `running`,
    /// `paused`, `rebuilding` or `failed`. It is known from then on.
    pub fn move_checkpoint(
        &mut self,
        name: &str,
        position: Position,
        status: &str,
        time: &Timestamp,
    ) -> Result<(), StoreError> {
        let Some(time) = nine_digits(time) else {
            let message = format!("the time {time} lies outside the years 0 to 9999");
            return Err(StoreError::new(StoreErrorKind::Rejected, message));
        };
        let path = self.path.clone();
        let failed = |error| failed(&path, "could not be written to", error);
        let transaction = self.connection.transaction().map_err(failed)?;
        transaction
            .prepare_cached(
                "INSERT INTO projections (name, status, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
                 ON CONFLICT (name) DO UPDATE SET status = ?2, updated_at = ?3",
            )
            .and_then(|mut insert| insert.execute(params![name, status, time]))
            .map_err(failed)?;
        transaction
            .prepare_cached(
                "INSERT INTO checkpoints (name, position, updated_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (name) DO UPDATE SET position = ?2, updated_at = ?3",
            )
            .and_then(|mut insert| insert.execute(params![name, position.0, time]))
            .map_err(failed)?;
        transaction.commit().map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{OpenOptions, open};

    #[test]
    fn a_checkpoint_moves_and_where_it_was_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.db");
        let mut own = OwnStore::create(&path).unwrap();
        let time = |second: i64| Timestamp::from_timestamp(1_800_000_000 + second, 7).unwrap();
        for (position, status) in [(3, "running"), (9, "running"), (0, "rebuilding")] {
            own.move_checkpoint("list", Position(position), status, &time(position)).unwrap();
        }
        own.move_checkpoint("mail", Position(1), "paused", &time(2)).unwrap();
        let mut store = open(&path, &OpenOptions::default()).unwrap();
        let found = store.checkpoints().unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.position, one.status.as_deref(), one.updated))
            .collect();
        assert_eq!(
            told,
            [
                ("list", Some(Position(0)), Some("rebuilding"), Some(time(0))),
                ("mail", Some(Position(1)), Some("paused"), Some(time(2))),
            ]
        );
        let history = store.checkpoint_history("list").unwrap();
        assert_eq!(history.iter().map(|one| one.position.0).collect::<Vec<_>>(), [0, 3, 9]);
        let error = own.move_checkpoint("list", Position(1), "running", &Timestamp::MAX_UTC);
        assert_eq!(error.unwrap_err().kind, StoreErrorKind::Rejected);
    }
}

//! A store that an earlier foldback made gets the tables of today, when it is opened for writing.

use super::{OLDEST_SCHEMA, OwnStore, SCHEMA_VERSION, failed};
use crate::store::StoreError;

/// What brings the tables from each schema to the next, beginning with the oldest.
const STEPS: [&str; 4] = [
    include_str!("upgrade/from_1_to_2.sql"),
    include_str!("upgrade/from_2_to_3.sql"),
    include_str!("upgrade/from_3_to_4.sql"),
    include_str!("upgrade/from_4_to_5.sql"),
];

impl OwnStore {
    /// Brings the tables up to date in one transaction; does nothing where they are.
    pub(super) fn upgrade(&mut self) -> Result<(), StoreError> {
        if self.schema()? == SCHEMA_VERSION {
            return Ok(());
        }
        let path = self.path.clone();
        let failed = |error| failed(&path, "could not be brought up to date", error);
        let transaction = self
            .connection
            .transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)
            .map_err(failed)?;
        // Another process may have done it while this one waited.
        let schema: i32 = transaction
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(failed)?;
        let done = usize::try_from(schema - OLDEST_SCHEMA).unwrap_or_default();
        for step in STEPS.into_iter().skip(done) {
            transaction.execute_batch(step).map_err(failed)?;
        }
        transaction.commit().map_err(failed)
    }

    /// The schema that the tables have: the file's header may still have that of before, the log knows.
    fn schema(&self) -> Result<i32, StoreError> {
        self.connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .map_err(|error| failed(&self.path, "cannot be opened for writing", error))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use rusqlite::Connection;

    use super::*;
    use crate::model::{AggregateKey, Metric, Position, Timestamp, Version};
    use crate::store::own::StoreWriter as _;
    use crate::store::own::{Expected, MadeBy, Sample, verify_chain};
    use crate::store::{OpenOptions, open};

    const SCHEMA_1: &str = include_str!("upgrade/schema_1.sql");
    const TIME: &str = "2026-03-02T14:34:12.000000000Z";

    /// A store as the foldback of schema 1 made it, with a checkpoint and a dead letter.
    fn of_schema_1(path: &Path) {
        let connection = Connection::open(path).unwrap();
        let rows = format!(
            "INSERT INTO projections VALUES ('list', 'running', '{TIME}', '{TIME}');
             INSERT INTO checkpoints VALUES ('list', 7, '{TIME}');
             INSERT INTO dead_letters VALUES ('list', 3, 'no', 2, '{TIME}');"
        );
        connection
            .execute_batch(&format!(
                "BEGIN;\n{SCHEMA_1}\n{rows}\nCOMMIT;\nPRAGMA journal_mode = WAL;"
            ))
            .unwrap();
    }

    /// Every table with its columns and every index and trigger, without regard to the order of columns.
    fn tables(connection: &Connection) -> BTreeSet<String> {
        let text = "SELECT m.type || ' ' || m.name || ' ' || coalesce(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' '
                    || coalesce(c.dflt_value, '') || ' ' || c.pk, '') FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c";
        let mut statement = connection.prepare(text).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn a_store_of_schema_1_is_read_as_it_is_and_brought_up_to_date_when_it_is_written_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        of_schema_1(&path);
        let before = std::fs::read(&path).unwrap();
        let mut reader = open(&path, &OpenOptions::default()).unwrap();
        assert_eq!(reader.checkpoints().unwrap()[0].position, Some(Position(7)));
        let moves = reader.checkpoint_history("list").unwrap();
        assert_eq!(
            moves.iter().map(|one| (one.position.0, one.left_out)).collect::<Vec<_>>(),
            [(7, 0)]
        );
        verify_chain(&path, dir.path(), &mut |_| std::ops::ControlFlow::Continue(())).unwrap();
        drop(reader);
        assert_eq!(std::fs::read(&path).unwrap(), before, "reading changed nothing");

        let mut store = OwnStore::open(&path).unwrap();
        let new = OwnStore::create(&dir.path().join("new.db")).unwrap();
        assert_eq!(store.schema().unwrap(), SCHEMA_VERSION);
        assert_eq!(tables(&store.connection), tables(&new.connection));
        // Also while the header has the old number still, and only the log the new one.
        let again = OwnStore::open(&path).unwrap();
        assert_eq!(again.schema().unwrap(), SCHEMA_VERSION);
        let letters: i64 = store
            .connection
            .query_row("SELECT generation FROM dead_letters WHERE position = 3", [], |row| {
                row.get(0)
            })
            .unwrap();
        assert_eq!(letters, 0);
        // Only its checkpoint was known, so it has no rows: it begins at the beginning.
        assert_eq!(store.projections().unwrap(), []);
        let record = store.register("list", &MadeBy::default(), &Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((record.position, record.generation), (Position(0), 1));
        let key = AggregateKey::new("Order", "order-1");
        let appended = store.append(&key, &[], Expected::Any).unwrap();
        assert_eq!(appended.version, Version::ZERO);
    }

    #[test]
    fn a_store_of_schema_2_keeps_its_samples() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("old.db");
        let connection = Connection::open(&path).unwrap();
        let schema = include_str!("upgrade/schema_2.sql");
        let row =
            format!("INSERT INTO metric_samples VALUES ('projection_lag', '{TIME}', 'list', 1.5);");
        connection
            .execute_batch(&format!("BEGIN;\n{schema}\n{row}\nCOMMIT;\nPRAGMA journal_mode = WAL;"))
            .unwrap();
        drop(connection);
        let before = std::fs::read(&path).unwrap();
        let time = crate::model::time::parse_recorded(TIME).unwrap();
        let kept = Sample::new(Metric::ProjectionLag, "list", time, 1.5);
        let samples = |path: &Path| {
            let mut reader = open(path, &OpenOptions::default()).unwrap();
            let found = reader.samples("projection_lag", &Timestamp::UNIX_EPOCH, &time).unwrap();
            (found, reader.newest_sample().unwrap())
        };
        assert_eq!(samples(&path), (vec![kept.clone()], Some(time)));
        assert_eq!(std::fs::read(&path).unwrap(), before, "reading changed nothing");
        let store = OwnStore::open(&path).unwrap();
        let new = OwnStore::create(&dir.path().join("new.db")).unwrap();
        assert_eq!(store.schema().unwrap(), SCHEMA_VERSION);
        assert_eq!(tables(&store.connection), tables(&new.connection));
        assert_eq!(samples(&path), (vec![kept], Some(time)));
    }

    #[test]
    fn a_store_of_a_later_schema_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("later.db");
        drop(OwnStore::create(&path).unwrap());
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 6").unwrap();
        let error = OwnStore::open(&path).unwrap_err();
        assert_eq!(error.kind, crate::store::StoreErrorKind::ReadOnly);
        assert!(error.message.contains("has schema 6 of foldback's own store"), "{error}");
    }
}

//! Where checkpoints of foldback's own store have been, looked up by moments: what that takes does not grow with them.

use rusqlite::types::ValueRef;
use rusqlite::{Params, Row};

use super::ask::Asked;
use super::decode::{text, value};
use super::plan::Plan;
use super::statement::{Bound, prepare, step};
use crate::model::{Position, Timestamp, time};
use crate::store::own::{nine_digits_or_first, nine_digits_or_last};
use crate::store::{Around, Move, StoreError};

/// Whether a row says what is left out before it: those of schema 3 did not. A writer may bring the tables up to date while
/// they are read, so it is asked each time.
const SAYS: &str =
    "SELECT count(*) FROM pragma_table_info('checkpoint_history') WHERE name = 'left_out'";

/// The moves of ?1 after ?2 and up to ?3, the newest ?4 of them first.
const BETWEEN: &str =
    "FROM checkpoint_history WHERE name = ?1 AND updated_at > ?2 AND updated_at <= ?3
    ORDER BY updated_at DESC, position DESC LIMIT ?4";
/// The last move of ?1 up to ?2.
const BEFORE: &str = "FROM checkpoint_history WHERE name = ?1 AND updated_at <= ?2
    ORDER BY updated_at DESC, position DESC LIMIT 1";
/// The first move of ?1 after ?2.
const AFTER: &str = "FROM checkpoint_history WHERE name = ?1 AND updated_at > ?2
    ORDER BY updated_at, position LIMIT 1";
/// The first event after ?1.
const NEXT: &str = "SELECT recorded_at FROM events WHERE position > ?1 ORDER BY position LIMIT 1";

impl Plan {
    /// Whether they are those of a store of foldback's own.
    pub(super) fn has_moves(&self) -> bool {
        self.layout.name == "foldback" && self.checkpoint_history.is_some()
    }
}

impl Asked<'_> {
    /// The newest `most` moves after one moment and up to another, rising.
    pub(super) fn moves_between(
        &self,
        name: &str,
        after: Option<&Timestamp>,
        upto: Option<&Timestamp>,
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        let sql = self.moves(BETWEEN)?;
        let after = after.map(nine_digits_or_first).unwrap_or_default();
        let upto = nine_digits_or_last(upto.unwrap_or(&Timestamp::MAX_UTC));
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut moves = Vec::new();
        self.each(&sql, (name, after, upto, most), |row| moves.extend(one(row)))?;
        moves.reverse();
        Ok(moves)
    }

    /// The moves about each of some moments.
    pub(super) fn moves_around(
        &self,
        name: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        let (before, after) = (self.moves(BEFORE)?, self.moves(AFTER)?);
        let mut all = Vec::with_capacity(moments.len());
        for moment in moments {
            let moment = nine_digits_or_last(moment);
            let mut around = Around::default();
            self.each(&before, (name, &moment), |row| around.before = one(row))?;
            self.each(&after, (name, &moment), |row| around.after = one(row))?;
            all.push(around);
        }
        Ok(all)
    }

    /// When the first event after each position was recorded.
    pub(super) fn times_after(
        &self,
        positions: &[Position],
    ) -> Result<Vec<Option<Timestamp>>, StoreError> {
        let mut times = Vec::with_capacity(positions.len());
        for position in positions {
            let mut found = None;
            self.each(NEXT, [position.0], |row| found = moment(value(row, 0)))?;
            times.push(found);
        }
        Ok(times)
    }

    fn moves(&self, rest: &str) -> Result<String, StoreError> {
        let says = self.number_of(SAYS, Bound::default())? > 0;
        let left_out = if says { "seconds, left_out" } else { "0, 0" };
        Ok(format!("SELECT updated_at, position, {left_out} {rest}"))
    }

    fn each(
        &self,
        sql: &str,
        params: impl Params,
        mut take: impl FnMut(&Row<'_>),
    ) -> Result<(), StoreError> {
        self.call.checkpoint()?;
        let mut statement = prepare(self.call, sql)?;
        let mut rows = statement.query(params).map_err(|error| self.call.failed(error))?;
        while let Some(row) = step(self.call, &mut rows)? {
            take(row);
        }
        Ok(())
    }
}

/// A move in the columns time, position, seconds and how many are left out; `None` where its time means nothing.
fn one(row: &Row<'_>) -> Option<Move> {
    let whole = |at| match value(row, at) {
        ValueRef::Integer(number) => number,
        _ => 0,
    };
    Some(Move {
        seconds: whole(2).try_into().unwrap_or(0),
        left_out: whole(3).unsigned_abs(),
        ..Move::new(moment(value(row, 0))?, Position(whole(1)))
    })
}

fn moment(cell: ValueRef<'_>) -> Option<Timestamp> {
    text(cell).and_then(|written| time::parse_recorded(&written))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_looked_up_and_never_gone_through() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.db");
        drop(crate::store::own::OwnStore::create(&path).unwrap());
        let connection = rusqlite::Connection::open(&path).unwrap();
        let plan = |sql: &str| -> Vec<String> {
            let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            let told = explained.raw_query().mapped(|row| row.get(3));
            told.map(Result::unwrap).collect()
        };
        let moves = |rest: &str| format!("SELECT updated_at, position, seconds, left_out {rest}");
        let by = "SEARCH checkpoint_history USING PRIMARY KEY (name=? AND updated_at";
        for (sql, wanted) in [
            (moves(BETWEEN), format!("{by}>? AND updated_at<?)")),
            (moves(BEFORE), format!("{by}<?)")),
            (moves(AFTER), format!("{by}>?)")),
            (NEXT.to_owned(), "SEARCH events USING INTEGER PRIMARY KEY (rowid>?)".to_owned()),
        ] {
            assert_eq!(plan(&sql), [wanted], "{sql}");
        }
    }
}

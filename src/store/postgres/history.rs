//! Where checkpoints have been: put together as it grows old, as in a file, and looked up by moments.

use deadpool_postgres::Object;
use tokio_postgres::Row;

use super::decode::time;
use super::link::Fault;
use super::number;
use super::projection::About;
use crate::model::{Position, Timestamp};
use crate::store::own::{
    MOST_PLACES, OF_HISTORY, Place, nine_digits_or_first, nine_digits_or_last, time_text,
};
use crate::store::{Around, Move, StoreError};

/// The columns of a place, `h` being its row, with when the first event after it was recorded.
const PLACE: &str = "h.updated_at, h.position, h.left_out,
    (SELECT e.recorded_at FROM events e WHERE e.position > h.position ORDER BY e.position LIMIT 1)";

/// Puts together what is old of one projection; says whether that is all of it.
pub(super) async fn thin(about: &About<'_>, name: &str, now: &Timestamp) -> Result<bool, Fault> {
    let mut is_all = true;
    for step in OF_HISTORY {
        let Some(before) = step.before(now) else { continue };
        let sql = format!(
            "SELECT {PLACE} FROM checkpoint_history h WHERE name = $1 AND seconds = $2 AND updated_at < $3
             ORDER BY updated_at, position LIMIT $4"
        );
        let limit = number(MOST_PLACES as u64);
        let old = about.query(&sql, &[&name, &i64::from(step.from), &before, &limit]).await?;
        is_all &= old.len() < MOST_PLACES;
        let old = old.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let old: Vec<Place> = old.into_iter().flatten().collect();
        let old = step.whole(&old);
        let Some(first) = old.first() else { continue };
        let sql = format!(
            "SELECT {PLACE} FROM checkpoint_history h WHERE name = $1 AND (updated_at, position) < ($2, $3)
             ORDER BY updated_at DESC, position DESC LIMIT 1"
        );
        let time = time_text(&first.time)?;
        let earlier = about.query(&sql, &[&name, &time, &first.position.0]).await?;
        let earlier = earlier.first().map(place).transpose()?.flatten();
        let (mut gone, mut kept) = (Places::default(), Places::default());
        for (one, left_out) in old.iter().zip(step.put_together(earlier.as_ref(), old)) {
            if left_out.is_some() { &mut kept } else { &mut gone }.add(one, left_out)?;
        }
        let sql = "DELETE FROM checkpoint_history h USING unnest($2::text[], $3::bigint[]) gone (at, position)
                   WHERE h.name = $1 AND h.updated_at = gone.at COLLATE \"C\" AND h.position = gone.position";
        about.execute(sql, &[&name, &gone.times, &gone.positions]).await?;
        let sql = "UPDATE checkpoint_history h SET seconds = $2, left_out = kept.left_out
                   FROM unnest($3::text[], $4::bigint[], $5::bigint[]) kept (at, position, left_out)
                   WHERE h.name = $1 AND h.updated_at = kept.at COLLATE \"C\" AND h.position = kept.position";
        let to = i64::from(step.to);
        about.execute(sql, &[&name, &to, &kept.times, &kept.positions, &kept.left_out]).await?;
    }
    Ok(is_all)
}

/// Rows of the history, as parameters.
#[derive(Default)]
struct Places {
    times: Vec<String>,
    positions: Vec<i64>,
    left_out: Vec<i64>,
}

impl Places {
    fn add(&mut self, one: &Place, left_out: Option<u64>) -> Result<(), StoreError> {
        self.times.push(time_text(&one.time)?);
        self.positions.push(one.position.0);
        self.left_out.push(number(left_out.unwrap_or_default()));
        Ok(())
    }
}

fn place(row: &Row) -> Result<Option<Place>, Fault> {
    let Some(at) = time(row.try_get(0)?) else { return Ok(None) };
    Ok(Some(Place {
        time: at,
        position: Position(row.try_get(1)?),
        left_out: row.try_get::<_, i64>(2)?.unsigned_abs(),
        next: time(row.try_get(3)?),
    }))
}

/// The columns of a move, `h` being its row: those of schema 3 had neither of the last two, and the tables may be brought
/// up to date at any time.
const MOVE: &str = "h.updated_at, h.position,
    coalesce((to_jsonb(h) ->> 'seconds')::bigint, 0), coalesce((to_jsonb(h) ->> 'left_out')::bigint, 0)";

/// The newest `most` moves after one moment and up to another, rising.
pub(super) async fn between(
    client: &Object,
    name: &str,
    after: Option<&Timestamp>,
    upto: Option<&Timestamp>,
    most: usize,
) -> Result<Vec<Move>, Fault> {
    let (after, upto) =
        (after.map(nine_digits_or_first), nine_digits_or_last(upto.unwrap_or(&Timestamp::MAX_UTC)));
    let sql = format!(
        "SELECT {MOVE} FROM checkpoint_history h WHERE name = $1 AND updated_at > $2 AND updated_at <= $3
         ORDER BY updated_at DESC, position DESC LIMIT $4"
    );
    let statement = client.prepare_cached(&sql).await?;
    let (after, most) = (after.unwrap_or_default(), number(most as u64));
    let rows = client.query(&statement, &[&name, &after, &upto, &most]).await?;
    let moves = rows.iter().rev().map(|row| one(row, 0)).collect::<Result<Vec<_>, _>>()?;
    Ok(moves.into_iter().flatten().collect())
}

/// The moves about each of some moments.
pub(super) async fn around(
    client: &Object,
    name: &str,
    moments: &[Timestamp],
) -> Result<Vec<Around>, Fault> {
    let sql = around_sql();
    let moments: Vec<String> = moments.iter().map(nine_digits_or_last).collect();
    let statement = client.prepare_cached(&sql).await?;
    let rows = client.query(&statement, &[&name, &moments]).await?;
    rows.iter().map(|row| Ok(Around { before: one(row, 0)?, after: one(row, 4)? })).collect()
}

/// The moves of $1 about each of the moments $2.
pub(super) fn around_sql() -> String {
    format!(
        "SELECT b.*, a.* FROM unnest($2::text[]) WITH ORDINALITY m (moment, place)
         LEFT JOIN LATERAL (SELECT {MOVE} FROM checkpoint_history h WHERE name = $1 AND updated_at <= m.moment COLLATE \"C\"
           ORDER BY updated_at DESC, position DESC LIMIT 1) b ON true
         LEFT JOIN LATERAL (SELECT {MOVE} FROM checkpoint_history h WHERE name = $1 AND updated_at > m.moment COLLATE \"C\"
           ORDER BY updated_at, position LIMIT 1) a ON true
         ORDER BY m.place"
    )
}

/// When the first event after each position was recorded.
pub(super) async fn times_after(
    client: &Object,
    positions: &[Position],
) -> Result<Vec<Option<Timestamp>>, Fault> {
    let sql = "SELECT (SELECT e.recorded_at FROM events e WHERE e.position > p.position ORDER BY e.position LIMIT 1)
               FROM unnest($1::bigint[]) WITH ORDINALITY p (position, place) ORDER BY p.place";
    let positions: Vec<i64> = positions.iter().map(|one| one.0).collect();
    let statement = client.prepare_cached(sql).await?;
    let rows = client.query(&statement, &[&positions]).await?;
    rows.iter().map(|row| Ok(time(row.try_get(0)?))).collect()
}

/// The move in four columns; `None` where there is none, or its time means nothing.
fn one(row: &Row, first: usize) -> Result<Option<Move>, Fault> {
    let Some(at) = time(row.try_get(first)?) else { return Ok(None) };
    let whole = |at: usize| Ok::<_, Fault>(row.try_get::<_, Option<i64>>(first + at)?.unwrap_or(0));
    Ok(Some(Move {
        time: at,
        position: Position(whole(1)?),
        seconds: whole(2)?.try_into().unwrap_or(0),
        left_out: whole(3)?.unsigned_abs(),
    }))
}

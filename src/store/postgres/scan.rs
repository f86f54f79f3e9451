//! Events of the whole store, page by page: a page is one statement, so that no transaction stays open between two.

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use deadpool_postgres::Object;

use super::decode::{COLUMNS, Decoder};
use super::link::Fault;
use crate::model::Timestamp;
use crate::store::own::nine_digits;
use crate::store::{Cursor, Direction, EventPage, EventQuery};

/// How many rows one call looks at before it hands back what it has, so that a search can be watched and stopped.
const BOUND: i64 = 20_000;

/// Which positions are looked at, both ends included.
#[derive(Clone, Copy)]
struct Window {
    from: i64,
    to: i64,
}

impl Window {
    fn of(query: &EventQuery) -> Option<Self> {
        let beyond = query.after.map(|cursor| cursor.0).max(query.after_position.map(|at| at.0));
        let from = match beyond {
            Some(beyond) => beyond.checked_add(1)?,
            None => i64::MIN,
        };
        Some(Self { from, to: query.upto.map_or(i64::MAX, |cursor| cursor.0) })
    }
}

/// What an event has to be, beside where it stands: a condition and its parameters.
struct Filter {
    sql: String,
    types: Vec<String>,
    texts: Vec<String>,
}

impl Filter {
    /// The condition of a query, its parameters beginning with `$4`; `None` where no event can meet it.
    fn of(query: &EventQuery) -> Option<Self> {
        let mut filter = Self { sql: String::new(), types: Vec::new(), texts: Vec::new() };
        if !query.types.is_empty() {
            filter.types = query.types.iter().map(|one| one.as_str().to_owned()).collect();
            filter.sql.push_str(" AND event_type = ANY($4::text[])");
        }
        let from = query.from.as_ref().map(|time| (" AND recorded_at >= ", bound(time)));
        let to = query.to.as_ref().map(|time| (" AND recorded_at <= ", bound(time)));
        let category = query.category.as_ref();
        let category = category.map(|one| (" AND category = ", Bound::At(one.as_str().to_owned())));
        for (at, one) in [from, to, category].into_iter().enumerate() {
            let Some((condition, bound)) = one else { continue };
            let is_lower = at == 0;
            match bound {
                Bound::Before if is_lower => filter.sql.push_str(" AND recorded_at IS NOT NULL"),
                Bound::After if !is_lower => filter.sql.push_str(" AND recorded_at IS NOT NULL"),
                Bound::Before | Bound::After => return None,
                Bound::At(text) => filter.add(condition, text),
            }
        }
        Some(filter)
    }

    fn add(&mut self, condition: &str, text: String) {
        self.texts.push(text);
        let number = 3 + self.texts.len() + usize::from(!self.types.is_empty());
        self.sql = format!("{}{condition}${number}", self.sql);
    }

    fn params(&self) -> impl Iterator<Item = &(dyn ToSql + Sync)> {
        let types = (!self.types.is_empty()).then_some(&self.types as &(dyn ToSql + Sync));
        types.into_iter().chain(self.texts.iter().map(|text| text as &(dyn ToSql + Sync)))
    }
}

/// A moment as the tables have it.
enum Bound {
    At(String),
    /// Before the year 0, where nothing is.
    Before,
    /// After the year 9999.
    After,
}

fn bound(time: &Timestamp) -> Bound {
    match nine_digits(time) {
        Some(text) => Bound::At(text),
        None if time.timestamp() < 0 => Bound::Before,
        None => Bound::After,
    }
}

/// Up to `limit` events.
pub(super) async fn scan(
    client: &Object,
    decoder: &Decoder,
    query: &EventQuery,
    limit: usize,
) -> Result<EventPage, Fault> {
    let (Some(window), Some(filter)) = (Window::of(query), Filter::of(query)) else {
        return Ok(EventPage::default());
    };
    let backward = query.direction == Direction::Backward;
    if filter.sql.is_empty() {
        let (mut rows, more) = rows(client, window, &filter, backward, limit).await?;
        let next = place_of(rows.last())?.filter(|_| more.is_some());
        let next = if backward { more } else { next };
        if backward {
            rows.reverse();
        }
        let events = rows.iter().map(|row| decoder.event(row)).collect::<Result<Vec<_>, _>>()?;
        let examined = events.len() as u64;
        return Ok(EventPage { events, next: next.map(Cursor), examined });
    }
    let looked = look(client, window, backward).await?;
    let within = if backward {
        Window { from: looked.last.unwrap_or(window.from), ..window }
    } else {
        Window { to: looked.last.unwrap_or(window.to), ..window }
    };
    let (mut rows, more) = rows(client, within, &filter, backward, limit).await?;
    let (mut examined, mut next) = (looked.rows, looked.more);
    if more.is_some()
        && let Some(last) = place_of(rows.last())?
    {
        let seen =
            if backward { Window { from: last, ..window } } else { Window { to: last, ..window } };
        examined = count(client, seen).await?;
        next = if backward { last.checked_sub(1) } else { Some(last) };
    }
    if backward {
        rows.reverse();
    }
    let events = rows.iter().map(|row| decoder.event(row)).collect::<Result<Vec<_>, _>>()?;
    Ok(EventPage { events, next: next.map(Cursor), examined })
}

fn place_of(row: Option<&Row>) -> Result<Option<i64>, Fault> {
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

/// The rows of a window that a filter lets through, in the order of reading, and where the next one would be.
async fn rows(
    client: &Object,
    window: Window,
    filter: &Filter,
    backward: bool,
    limit: usize,
) -> Result<(Vec<Row>, Option<i64>), Fault> {
    let order = if backward { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE position >= $1 AND position <= $2{} ORDER BY position {order} LIMIT $3",
        filter.sql
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let most = limit.saturating_add(1);
    let mut params: Vec<&(dyn ToSql + Sync)> = vec![&window.from, &window.to, &most];
    params.extend(filter.params());
    let statement = client.prepare_cached(&sql).await?;
    let mut rows = client.query(&statement, &params).await?;
    let more = if rows.len() as i64 > limit { place_of(rows.pop().as_ref())? } else { None };
    Ok((rows, more))
}

/// The part of a window that one call looks at.
struct Looked {
    rows: u64,
    last: Option<i64>,
    /// Where to read on, beyond it.
    more: Option<i64>,
}

async fn look(client: &Object, window: Window, backward: bool) -> Result<Looked, Fault> {
    let (end, order) = if backward { ("min", "DESC") } else { ("max", "ASC") };
    let sql = format!(
        "SELECT count(*), {end}(position) FROM (
           SELECT position FROM events WHERE position >= $1 AND position <= $2 ORDER BY position {order} LIMIT {BOUND}
         ) looked"
    );
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_one(&statement, &[&window.from, &window.to]).await?;
    let (rows, last): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(1)?);
    let more = last.filter(|_| rows == BOUND);
    let more = if backward { more.and_then(|last| last.checked_sub(1)) } else { more };
    Ok(Looked { rows: rows as u64, last, more })
}

async fn count(client: &Object, window: Window) -> Result<u64, Fault> {
    let sql = "SELECT count(*) FROM events WHERE position >= $1 AND position <= $2";
    let statement = client.prepare_cached(sql).await?;
    let row = client.query_one(&statement, &[&window.from, &window.to]).await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}

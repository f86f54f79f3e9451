//! What only a pass over the whole store can count.

use deadpool_postgres::Object;

use super::decode::time;
use super::import::TABLES;
use super::link::Fault;
use crate::model::{AggregateKey, Category, EventType, Position};
use crate::store::{Census, Counts, Sizes};

/// How many aggregates and events there are.
pub(super) async fn counts(client: &Object) -> Result<Counts, Fault> {
    let sql = "SELECT count(*)::bigint, coalesce(sum(events), 0)::bigint
               FROM (SELECT count(*) AS events FROM events GROUP BY category, aggregate_id) counted";
    let statement = client.prepare_cached(sql).await?;
    let row = client.query_one(&statement, &[]).await?;
    let number = |at| row.try_get::<_, i64>(at).map(|number| number as u64);
    Ok(Counts { aggregates: number(0)?, events: number(1)? })
}

/// How many events the aggregates have.
pub(super) async fn sizes(client: &Object) -> Result<Sizes, Fault> {
    let sql = "WITH counted AS (SELECT category, aggregate_id, count(*) AS events FROM events GROUP BY category, aggregate_id)
               SELECT (SELECT count(*)::bigint FROM counted), (SELECT sum(events)::bigint FROM counted),
                 category, aggregate_id, events::bigint
               FROM counted ORDER BY events DESC, category, aggregate_id LIMIT 1";
    let statement = client.prepare_cached(sql).await?;
    let Some(row) = client.query_opt(&statement, &[]).await? else { return Ok(Sizes::default()) };
    let number = |at| row.try_get::<_, i64>(at).map(|number| number as u64);
    let key = AggregateKey::new(row.try_get::<_, &str>(2)?, row.try_get::<_, &str>(3)?);
    Ok(Sizes { aggregates: number(0)?, events: number(1)?, largest: Some((key, number(4)?)) })
}

/// How many bytes the tables take, with their indexes.
pub(super) async fn storage(client: &Object) -> Result<u64, Fault> {
    let sql = "SELECT coalesce(sum(pg_total_relation_size(beside.oid)), 0)::bigint FROM pg_class ours
               JOIN pg_class beside ON beside.relnamespace = ours.relnamespace
               WHERE ours.oid = to_regclass('foldback_store') AND beside.relkind = 'r' AND beside.relname = ANY($1)";
    let statement = client.prepare_cached(sql).await?;
    let row = client.query_one(&statement, &[&TABLES.as_slice()]).await?;
    Ok(row.try_get::<_, i64>(0)?.max(0) as u64)
}

/// How many events stand beyond a position.
pub(super) async fn count_after(client: &Object, position: Position) -> Result<u64, Fault> {
    let statement =
        client.prepare_cached("SELECT count(*) FROM events WHERE position > $1").await?;
    let row = client.query_one(&statement, &[&position.0]).await?;
    Ok(row.try_get::<_, i64>(0)? as u64)
}

/// Everything.
pub(super) async fn census(client: &Object) -> Result<Census, Fault> {
    let mut census = Census::default();
    let statement = client
        .prepare_cached(
            "SELECT category, count(*)::bigint, sum(events)::bigint
             FROM (SELECT category, count(*) AS events FROM events GROUP BY category, aggregate_id) counted
             GROUP BY category ORDER BY category",
        )
        .await?;
    for row in client.query(&statement, &[]).await? {
        let number = |at| row.try_get::<_, i64>(at).map(|number| number as u64);
        let counts = Counts { aggregates: number(1)?, events: number(2)? };
        census.counts.aggregates += counts.aggregates;
        census.counts.events += counts.events;
        census.categories.push((Category::new(row.try_get::<_, &str>(0)?), counts));
    }
    let statement = client
        .prepare_cached("SELECT event_type, count(*)::bigint AS events FROM events GROUP BY event_type ORDER BY events DESC, event_type")
        .await?;
    for row in client.query(&statement, &[]).await? {
        let events = row.try_get::<_, i64>(1)? as u64;
        census.types.push((EventType::new(row.try_get::<_, &str>(0)?), events));
    }
    let statement = client
        .prepare_cached(
            "SELECT min(recorded_at), max(recorded_at), (SELECT count(*) FROM snapshots) FROM events",
        )
        .await?;
    let row = client.query_one(&statement, &[]).await?;
    census.first_time = time(row.try_get(0)?);
    census.last_time = time(row.try_get(1)?);
    census.snapshots = Some(row.try_get::<_, i64>(2)? as u64);
    Ok(census)
}

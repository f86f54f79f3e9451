//! The list of aggregates as a walk along the index: one seek from each to the next, however many events lie between.

use deadpool_postgres::Object;
use tokio_postgres::types::ToSql;

use super::decode::time;
use super::link::Fault;
use crate::model::{AggregateKey, Category, Version};
use crate::store::{AggregatePage, AggregateQuery, AggregateSummary, Direction, KeyPage};

/// How many names one call looks at before it hands back what it has.
const BOUND: usize = 5_000;

/// Where a walk begins, and in which category it stays.
struct Walk {
    beyond: Option<AggregateKey>,
    within: Option<Category>,
    backward: bool,
}

impl Walk {
    /// The walk that a query asks for; `None` where there is nothing on its way.
    fn of(query: &AggregateQuery) -> Option<Self> {
        let backward = query.direction == Direction::Backward;
        let (mut beyond, within) = (query.beyond.clone(), query.category.clone());
        if let (Some(at), Some(category)) = (&beyond, &within)
            && at.category != *category
        {
            // Beyond a key of another category lies either all of this one or nothing of it.
            if (at.category < *category) == backward {
                return None;
            }
            beyond = None;
        }
        Some(Self { beyond, within, backward })
    }

    /// Up to `limit` names, in the order of the walk.
    async fn keys(&self, client: &Object, limit: usize) -> Result<Vec<AggregateKey>, Fault> {
        let (order, than) = if self.backward { ("DESC", "<") } else { ("ASC", ">") };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut params: Vec<&(dyn ToSql + Sync)> = vec![&limit];
        let (category, id, within);
        let mut begin = "true".to_owned();
        if let Some(beyond) = &self.beyond {
            (category, id) = (beyond.category.as_str(), beyond.id.as_str());
            params.extend([&category as &(dyn ToSql + Sync), &id]);
            begin = format!("(category, aggregate_id) {than} ($2, $3)");
        }
        let mut stay = String::new();
        if let Some(wanted) = &self.within {
            within = wanted.as_str();
            params.push(&within);
            stay = format!("AND category = ${}", params.len());
        }
        let sql = format!(
            "WITH RECURSIVE walk AS (
               (SELECT category, aggregate_id FROM events WHERE {begin} {stay}
                ORDER BY category {order}, aggregate_id {order} LIMIT 1)
               UNION ALL
               SELECT next.category, next.aggregate_id FROM walk, LATERAL (
                 SELECT category, aggregate_id FROM events
                 WHERE (category, aggregate_id) {than} (walk.category, walk.aggregate_id) {stay}
                 ORDER BY category {order}, aggregate_id {order} LIMIT 1
               ) next
             )
             SELECT category, aggregate_id FROM walk LIMIT $1"
        );
        let statement = client.prepare_cached(&sql).await?;
        let rows = client.query(&statement, &params).await?;
        let key = |row: &tokio_postgres::Row| {
            Ok(AggregateKey::new(row.try_get::<_, &str>(0)?, row.try_get::<_, &str>(1)?))
        };
        rows.iter().map(key).collect()
    }
}

/// Up to `limit` aggregates.
pub(super) async fn aggregates(
    client: &Object,
    query: &AggregateQuery,
    limit: usize,
) -> Result<AggregatePage, Fault> {
    let Some(walk) = Walk::of(query) else { return Ok(AggregatePage::default()) };
    let part = query.matching.as_ref().map(|part| part.to_lowercase());
    // One more than asked for tells whether there is more.
    let most = if part.is_some() { BOUND } else { limit };
    let keys = walk.keys(client, most.saturating_add(1)).await?;
    let mut page = AggregatePage::default();
    let mut wanted = Vec::new();
    let mut last = None;
    for key in keys {
        if wanted.len() >= limit || page.examined as usize >= most {
            page.next = last.or_else(|| query.beyond.clone());
            break;
        }
        page.examined += 1;
        last = Some(key.clone());
        if part.as_deref().is_none_or(|part| holds(&key, part)) {
            wanted.push(key);
        }
    }
    page.rows = summaries(client, &wanted).await?;
    if walk.backward {
        page.rows.reverse();
    }
    Ok(page)
}

fn holds(key: &AggregateKey, part: &str) -> bool {
    let holds = |text: &str| text.to_lowercase().contains(part);
    holds(key.id.as_str()) || holds(key.category.as_str())
}

/// The names of up to `limit` aggregates beyond one.
pub(super) async fn keys(
    client: &Object,
    beyond: Option<&AggregateKey>,
    limit: usize,
) -> Result<KeyPage, Fault> {
    let walk = Walk { beyond: beyond.cloned(), within: None, backward: false };
    let mut keys = walk.keys(client, limit.saturating_add(1)).await?;
    let more = keys.len() > limit;
    keys.truncate(limit);
    let next = keys.last().filter(|_| more).cloned();
    Ok(KeyPage { keys, next })
}

/// The aggregates that are called `id`.
pub(super) async fn find(client: &Object, id: &str) -> Result<Vec<AggregateSummary>, Fault> {
    let statement = client.prepare_cached(include_str!("categories.sql")).await?;
    let rows = client.query(&statement, &[&id]).await?;
    let key = |row: &tokio_postgres::Row| Ok(AggregateKey::new(row.try_get::<_, &str>(0)?, id));
    let keys = rows.iter().map(key).collect::<Result<Vec<_>, tokio_postgres::Error>>()?;
    summaries(client, &keys).await
}

async fn summaries(client: &Object, keys: &[AggregateKey]) -> Result<Vec<AggregateSummary>, Fault> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let categories: Vec<&str> = keys.iter().map(|key| key.category.as_str()).collect();
    let ids: Vec<&str> = keys.iter().map(|key| key.id.as_str()).collect();
    let statement = client.prepare_cached(include_str!("summaries.sql")).await?;
    let rows = client.query(&statement, &[&categories, &ids]).await?;
    let summary = |row: &tokio_postgres::Row| {
        Ok(AggregateSummary {
            key: AggregateKey::new(row.try_get::<_, &str>(0)?, row.try_get::<_, &str>(1)?),
            events: row.try_get::<_, i64>(2)? as u64,
            version: Version(row.try_get::<_, i64>(3)? as u64),
            first_time: time(row.try_get(4)?),
            last_time: time(row.try_get(5)?),
            deleted: None,
            archived: None,
        })
    };
    rows.iter().map(summary).collect()
}

//! States that are stored so that they need not be folded again.

use deadpool_postgres::Object;

use super::append::{begin, version};
use super::link::Fault;
use crate::model::{AggregateKey, Version};
use crate::store::own::{Stored, check_reached, too_many};

/// A state as the tables have it.
pub(super) struct State<'a> {
    pub(super) version: Version,
    pub(super) reducer: &'a str,
    pub(super) json: Stored<'a>,
    pub(super) time: Option<String>,
}

pub(super) async fn save(
    client: &mut Object,
    key: &AggregateKey,
    state: &State<'_>,
    keep: Option<u32>,
) -> Result<(), Fault> {
    let (category, id) = (key.category.as_str(), key.id.as_str());
    let transaction = begin(client).await?;
    let reached = version(&transaction, key).await?;
    check_reached(key, state.version, reached)?;
    let text = state.json.text();
    let insert = transaction
        .prepare_cached(
            "INSERT INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (category, aggregate_id, version, reducer)
             DO UPDATE SET state = EXCLUDED.state, recorded_at = EXCLUDED.recorded_at",
        )
        .await?;
    let at = state.version.0 as i64;
    transaction
        .execute(&insert, &[&id, &category, &at, &state.reducer, &text, &state.time])
        .await?;
    if let Some(keep) = keep {
        let ask =
            "SELECT version, reducer FROM snapshots WHERE category = $1 AND aggregate_id = $2";
        let ask = transaction.prepare_cached(ask).await?;
        let rows = transaction.query(&ask, &[&category, &id]).await?;
        let told = |row: &tokio_postgres::Row| {
            Ok((Version(row.try_get::<_, i64>(0)?.unsigned_abs()), row.try_get(1)?))
        };
        let stored = rows.iter().map(told).collect::<Result<Vec<_>, tokio_postgres::Error>>()?;
        let delete = transaction
            .prepare_cached(
                "DELETE FROM snapshots
                 WHERE category = $1 AND aggregate_id = $2 AND version = $3 AND reducer = $4",
            )
            .await?;
        for (version, other) in too_many(stored, state.reducer, keep) {
            let version = version.0 as i64;
            transaction.execute(&delete, &[&category, &id, &version, &other]).await?;
        }
    }
    Ok(transaction.commit().await?)
}

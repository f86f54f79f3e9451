//! Samples of what was measured, written and read; those that are old are put together as in a file.

use deadpool_postgres::{Object, Transaction};
use smol_str::SmolStr;
use tokio_postgres::Row;

use super::append::begin;
use super::decode::time;
use super::link::Fault;
use crate::model::{Spread, Timestamp};
use crate::store::Sample;
use crate::store::own::{THINNING, check_value, nine_digits, time_text};

/// Writes samples down.
pub(super) async fn record(client: &mut Object, samples: &[Sample]) -> Result<(), Fault> {
    let transaction = begin(client).await?;
    for sample in samples {
        check_value(sample)?;
        insert(&transaction, sample).await?;
    }
    if let Some(now) = samples.iter().map(|sample| sample.time).max() {
        thin(&transaction, &now).await?;
    }
    Ok(transaction.commit().await?)
}

async fn insert(transaction: &Transaction<'_>, sample: &Sample) -> Result<(), Fault> {
    let insert = transaction
        .prepare_cached(
            "INSERT INTO metric_samples (metric, sampled_at, subject, value, seconds, spread)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (metric, subject, sampled_at)
             DO UPDATE SET value = EXCLUDED.value, seconds = EXCLUDED.seconds, spread = EXCLUDED.spread",
        )
        .await?;
    let (metric, subject) = (sample.metric.as_str(), sample.subject.as_str());
    let (time, seconds) = (time_text(&sample.time)?, i64::from(sample.seconds));
    let spread = sample.spread.as_ref().map(Spread::to_bytes);
    transaction
        .execute(&insert, &[&metric, &time, &subject, &sample.value, &seconds, &spread])
        .await?;
    Ok(())
}

/// Puts together what is old.
async fn thin(transaction: &Transaction<'_>, now: &Timestamp) -> Result<(), Fault> {
    for step in THINNING {
        let Some(before) = step.before(now) else { continue };
        let delete = transaction
            .prepare_cached(
                "DELETE FROM metric_samples WHERE seconds = $1 AND sampled_at < $2
                 RETURNING metric, subject, sampled_at, value, seconds, spread",
            )
            .await?;
        let old = transaction.query(&delete, &[&i64::from(step.from), &before]).await?;
        let old = old.iter().map(sample).collect::<Result<Vec<_>, _>>()?;
        for sample in step.thinned(old.into_iter().flatten().collect()) {
            insert(transaction, &sample).await?;
        }
    }
    Ok(())
}

/// What was measured of a metric after one moment and up to another. The tables may be brought up to date at any time: those
/// of schema 2 had neither `seconds` nor `spread`.
pub(super) async fn between(
    client: &Object,
    metric: &str,
    after: &Timestamp,
    upto: &Timestamp,
) -> Result<Vec<Sample>, Fault> {
    let (Some(after), Some(upto)) = (nine_digits(after), nine_digits(upto)) else {
        return Ok(Vec::new());
    };
    let rest = if has_spread(client).await? { "seconds, spread" } else { "1::bigint, NULL::bytea" };
    let sql = format!(
        "SELECT metric, subject, sampled_at, value, {rest} FROM metric_samples
         WHERE metric = $1 AND sampled_at > $2 AND sampled_at <= $3 ORDER BY sampled_at"
    );
    let statement = client.prepare_cached(&sql).await?;
    let rows = client.query(&statement, &[&metric, &after, &upto]).await?;
    let samples = rows.iter().map(sample).collect::<Result<Vec<_>, _>>()?;
    Ok(samples.into_iter().flatten().collect())
}

async fn has_spread(client: &Object) -> Result<bool, Fault> {
    let statement = client.prepare_cached("SELECT schema_version >= 3 FROM foldback_store").await?;
    Ok(client.query_one(&statement, &[]).await?.try_get(0)?)
}

/// When anything was measured last.
pub(super) async fn newest(client: &Object) -> Result<Option<Timestamp>, Fault> {
    let sql = if has_spread(client).await? {
        // By the index on both.
        "SELECT max(newest) FROM (VALUES (1), (60), (3600)) AS span (seconds),
           LATERAL (SELECT max(sampled_at) AS newest FROM metric_samples WHERE metric_samples.seconds = span.seconds) found"
    } else {
        "SELECT max(sampled_at) FROM metric_samples"
    };
    let statement = client.prepare_cached(sql).await?;
    Ok(time(client.query_one(&statement, &[]).await?.try_get(0)?))
}

/// A sample in the columns metric, subject, time, value, seconds and spread; `None` where its time means nothing.
fn sample(row: &Row) -> Result<Option<Sample>, Fault> {
    let Some(time) = time(row.try_get(2)?) else { return Ok(None) };
    Ok(Some(Sample {
        metric: SmolStr::new(row.try_get::<_, &str>(0)?),
        subject: SmolStr::new(row.try_get::<_, &str>(1)?),
        time,
        value: row.try_get(3)?,
        seconds: row.try_get::<_, i64>(4)?.try_into().unwrap_or(1),
        spread: row.try_get::<_, Option<&[u8]>>(5)?.and_then(Spread::from_bytes),
    }))
}

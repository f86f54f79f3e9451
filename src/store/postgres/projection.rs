//! Projections as the tables have them: registered by name, each step whole or not at all, one runner at a time.

use std::sync::Arc;

use deadpool_postgres::{GenericClient, Object, Transaction};
use smol_str::SmolStr;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::append::begin;
use super::history;
use super::link::Fault;
use super::number;
use crate::model::time::parse_recorded;
use crate::model::{Payload, Position, Timestamp, Version};
use crate::store::StoreError;
use crate::store::own::{
    DeadLetter, MadeBy, ProjectionRecord, ProjectionState, Rebuild, RowChange, Step, check_step,
    json_text, not_registered, not_under_way, rejected, time_text,
};

type Params<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Of which generation rows are: the one that is named, or the one that is shown.
const OF: &str = "generation = coalesce($2, (SELECT generation FROM projections WHERE name = $1 AND generation > 0))";

/// A transaction about one projection; nobody else has one about it meanwhile.
pub(super) struct About<'a> {
    pub(super) transaction: Transaction<'a>,
    store: &'a str,
    name: &'a str,
}

impl<'a> About<'a> {
    pub(super) async fn begin(
        client: &'a mut Object,
        store: &'a str,
        name: &'a str,
    ) -> Result<Self, Fault> {
        let transaction = begin(client).await?;
        let about = Self { transaction, store, name };
        // A name that is not registered yet has no row that could be locked.
        let sql = "SELECT pg_advisory_xact_lock(hashtext('foldback projection'), hashtext($1))";
        about.execute(sql, &[&name]).await?;
        Ok(about)
    }

    pub(super) async fn execute(&self, sql: &str, params: Params<'_>) -> Result<u64, Fault> {
        let statement = self.transaction.prepare_cached(sql).await?;
        Ok(self.transaction.execute(&statement, params).await?)
    }

    pub(super) async fn query(&self, sql: &str, params: Params<'_>) -> Result<Vec<Row>, Fault> {
        let statement = self.transaction.prepare_cached(sql).await?;
        Ok(self.transaction.query(&statement, params).await?)
    }

    async fn find(&self) -> Result<Option<ProjectionRecord>, Fault> {
        Ok(records(&self.transaction, Some(self.name)).await?.pop())
    }

    async fn existing(&self) -> Result<ProjectionRecord, Fault> {
        let found = self.find().await?;
        Ok(found.ok_or_else(|| not_registered(self.store, self.name))?)
    }

    async fn commit(self) -> Result<(), Fault> {
        Ok(self.transaction.commit().await?)
    }
}

/// Every registered projection, or the one of that name, by name.
pub(super) async fn records(
    client: &impl GenericClient,
    name: Option<&str>,
) -> Result<Vec<ProjectionRecord>, Fault> {
    let statement = client.prepare_cached(include_str!("records.sql")).await?;
    let rows = client.query(&statement, &[&name]).await?;
    rows.iter().map(record).collect()
}

/// One row of a generation, or, where none is named, of the one that is shown.
pub(super) async fn row(
    client: &impl GenericClient,
    name: &str,
    generation: Option<u64>,
    key: &str,
) -> Result<Option<Payload>, Fault> {
    let sql =
        format!("SELECT row FROM projection_rows WHERE projection = $1 AND {OF} AND key = $3");
    let statement = client.prepare_cached(&sql).await?;
    let row = client.query_opt(&statement, &[&name, &generation.map(number), &key]).await?;
    Ok(row.map(|row| row.try_get(0).map(json)).transpose()?)
}

/// Rows of a generation, or of the one that is shown, after a key.
pub(super) async fn rows(
    client: &impl GenericClient,
    name: &str,
    generation: Option<u64>,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<(SmolStr, Payload)>, Fault> {
    // Every key but the empty one stands after it.
    let (than, after) = after.map_or((">=", ""), |after| (">", after));
    let sql = format!(
        "SELECT key, row FROM projection_rows WHERE projection = $1 AND {OF} AND key {than} $3 ORDER BY key LIMIT $4"
    );
    let (generation, limit) = (generation.map(number), number(limit as u64));
    let statement = client.prepare_cached(&sql).await?;
    let rows = client.query(&statement, &[&name, &generation, &after, &limit]).await?;
    let told = |row: &Row| Ok((SmolStr::new(row.try_get::<_, &str>(0)?), json(row.try_get(1)?)));
    rows.iter().map(told).collect()
}

/// What a projection stepped over on the way to the rows that are shown.
pub(super) async fn letters(
    client: &impl GenericClient,
    name: &str,
) -> Result<Vec<DeadLetter>, Fault> {
    let sql = "SELECT d.position, d.error, d.attempts, d.failed_at
               FROM dead_letters d JOIN projections p ON p.name = d.projection
               WHERE d.projection = $1 AND d.generation = p.generation AND p.generation > 0 ORDER BY d.position";
    let statement = client.prepare_cached(sql).await?;
    client.query(&statement, &[&name]).await?.iter().map(letter).collect()
}

pub(super) async fn register(
    about: About<'_>,
    by: &MadeBy,
    time: &str,
) -> Result<ProjectionRecord, Fault> {
    let (definition, chain) = (by.definition.as_deref(), by.chain.as_deref());
    if let Some(record) = about.find().await? {
        record.check_made_by(by, about.store, "")?;
        if record.made_by == *by {
            return Ok(record);
        }
        let sql = "UPDATE projections SET definition = $2 WHERE name = $1";
        about.execute(sql, &[&about.name, &definition]).await?;
        about.commit().await?;
        return Ok(ProjectionRecord { made_by: by.clone(), ..record });
    }
    // A checkpoint may be known without rows, as after an import. What it says holds for rows that are elsewhere.
    about
        .execute(
            "INSERT INTO projections (name, status, created_at, updated_at, generation, begun, definition, chain)
             VALUES ($1, 'running', $2, $2, 1, 1, $3, $4)
             ON CONFLICT (name) DO UPDATE SET status = 'running', updated_at = $2, generation = 1, begun = 1,
               definition = $3, chain = $4",
            &[&about.name, &time, &definition, &chain],
        )
        .await?;
    about
        .execute(
            "INSERT INTO checkpoints (name, position, updated_at) VALUES ($1, 0, $2)
             ON CONFLICT (name) DO UPDATE SET position = 0, updated_at = $2",
            &[&about.name, &time],
        )
        .await?;
    let record = about.existing().await?;
    about.commit().await?;
    Ok(record)
}

pub(super) async fn set_state(
    about: About<'_>,
    state: ProjectionState,
    error: Option<&str>,
    time: &str,
) -> Result<(), Fault> {
    about.existing().await?;
    let sql = "UPDATE projections SET status = $2, error = $3, updated_at = $4 WHERE name = $1";
    about.execute(sql, &[&about.name, &state.as_str(), &error, &time]).await?;
    about.commit().await
}

/// Writes a step down, and puts the history together where that is due: then says whether that is all of it.
pub(super) async fn step(
    about: About<'_>,
    step: &Step<'_>,
    time: &str,
    is_due: bool,
) -> Result<Option<bool>, Fault> {
    let record = about.existing().await?;
    let shown = check_step(&record, step)?;
    for change in step.changes {
        write_row(&about, step, change).await?;
    }
    if !step.settled.is_empty() {
        let settled: Vec<i64> = step.settled.iter().map(|position| position.0).collect();
        let sql = "DELETE FROM dead_letters WHERE projection = $1 AND generation = $2 AND position = ANY($3)";
        about.execute(sql, &[&step.name, &(step.generation as i64), &settled]).await?;
    }
    for letter in step.dead_letters {
        write_letter(&about, step, letter).await?;
    }
    let sql = if shown {
        "UPDATE checkpoints SET position = $2, updated_at = $3 WHERE name = $1"
    } else {
        "UPDATE rebuilds SET position = $2, updated_at = $3 WHERE projection = $1"
    };
    about.execute(sql, &[&step.name, &step.to.0, &time]).await?;
    let thinned = if shown && is_due {
        Some(history::thin(&about, step.name, &step.time).await?)
    } else {
        None
    };
    about.commit().await?;
    Ok(thinned)
}

async fn write_row(about: &About<'_>, step: &Step<'_>, change: &RowChange) -> Result<(), Fault> {
    let (key, generation) = (change.key.as_str(), step.generation as i64);
    if let Some(row) = &change.row {
        let text = json_text(row, || format!("the row {key:?} of {}", step.name))?;
        about
            .execute(
                "INSERT INTO projection_rows (projection, generation, key, row) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (projection, generation, key) DO UPDATE SET row = EXCLUDED.row",
                &[&step.name, &generation, &key, &text.text()],
            )
            .await?;
    } else {
        let sql =
            "DELETE FROM projection_rows WHERE projection = $1 AND generation = $2 AND key = $3";
        about.execute(sql, &[&step.name, &generation, &key]).await?;
    }
    Ok(())
}

async fn write_letter(
    about: &About<'_>,
    step: &Step<'_>,
    letter: &DeadLetter,
) -> Result<(), Fault> {
    let (generation, attempts) = (step.generation as i64, i64::from(letter.attempts));
    let failed = time_text(&letter.failed)?;
    about
        .execute(
            "INSERT INTO dead_letters (projection, generation, position, error, attempts, failed_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (projection, generation, position)
             DO UPDATE SET error = EXCLUDED.error, attempts = EXCLUDED.attempts, failed_at = EXCLUDED.failed_at",
            &[&step.name, &generation, &letter.position.0, &letter.error, &attempts, &failed],
        )
        .await?;
    Ok(())
}

pub(super) async fn begin_rebuild(
    about: About<'_>,
    by: &MadeBy,
    time: &str,
) -> Result<Rebuild, Fault> {
    if let Some(rebuild) = about.existing().await?.rebuild {
        rebuild.check_made_by(about.name, by, about.store)?;
        let sql = "UPDATE rebuilds SET definition = $2, resumed_at = $3, resumed_from = position WHERE projection = $1";
        about.execute(sql, &[&about.name, &by.definition.as_deref(), &time]).await?;
        about.commit().await?;
        return Ok(Rebuild { made_by: by.clone(), ..rebuild });
    }
    about
        .execute("UPDATE projections SET begun = begun + 1 WHERE name = $1", &[&about.name])
        .await?;
    about
        .execute(
            "INSERT INTO rebuilds (projection, generation, position, started_at, updated_at, definition, chain)
             SELECT name, begun, 0, $2::text, $2::text, $3, $4 FROM projections WHERE name = $1",
            &[&about.name, &time, &by.definition.as_deref(), &by.chain.as_deref()],
        )
        .await?;
    let rebuild = about.existing().await?.rebuild.ok_or_else(|| not_under_way(about.name))?;
    about.commit().await?;
    Ok(rebuild)
}

/// Lets the rows that are shown stand still until then.
pub(super) async fn hold(about: About<'_>, until: &str) -> Result<(), Fault> {
    let sql = "UPDATE rebuilds SET held_until = $2 WHERE projection = $1";
    if about.execute(sql, &[&about.name, &until]).await? == 0 {
        return Err(not_under_way(about.name).into());
    }
    about.commit().await
}

pub(super) async fn finish_rebuild(about: About<'_>, time: &str) -> Result<bool, Fault> {
    let record = about.existing().await?;
    let Some(Rebuild { generation, position, made_by, .. }) = record.rebuild else {
        return Err(not_under_way(about.name).into());
    };
    if position < record.position {
        return Ok(false);
    }
    remove(&about, record.generation).await?;
    about.execute("DELETE FROM rebuilds WHERE projection = $1", &[&about.name]).await?;
    about
        .execute(
            "UPDATE projections SET generation = $2, error = NULL, updated_at = $3, definition = $4, chain = $5,
               status = CASE status WHEN 'paused' THEN 'paused' ELSE 'running' END WHERE name = $1",
            &[
                &about.name,
                &(generation as i64),
                &time,
                &made_by.definition.as_deref(),
                &made_by.chain.as_deref(),
            ],
        )
        .await?;
    let sql = "UPDATE checkpoints SET position = $2, updated_at = $3 WHERE name = $1";
    about.execute(sql, &[&about.name, &position.0, &time]).await?;
    about.commit().await?;
    Ok(true)
}

pub(super) async fn abandon_rebuild(about: About<'_>) -> Result<(), Fault> {
    if let Some(rebuild) = about.existing().await?.rebuild {
        remove(&about, rebuild.generation).await?;
        about.execute("DELETE FROM rebuilds WHERE projection = $1", &[&about.name]).await?;
    }
    about.commit().await
}

/// Removes what belongs to one generation.
async fn remove(about: &About<'_>, generation: u64) -> Result<(), Fault> {
    for table in ["projection_rows", "dead_letters"] {
        let sql = format!("DELETE FROM {table} WHERE projection = $1 AND generation = $2");
        about.execute(&sql, &[&about.name, &(generation as i64)]).await?;
    }
    Ok(())
}

/// A dead letter in the columns position, error, attempts, `failed_at`.
fn letter(row: &Row) -> Result<DeadLetter, Fault> {
    Ok(DeadLetter {
        position: Position(row.try_get(0)?),
        error: row.try_get(1)?,
        attempts: row.try_get::<_, i64>(2)? as u32,
        failed: moment(row.try_get(3)?)?,
    })
}

fn record(row: &Row) -> Result<ProjectionRecord, Fault> {
    let word: &str = row.try_get(1)?;
    let rebuild = match row.try_get::<_, Option<i64>>(5)? {
        Some(generation) => Some(Rebuild {
            generation: generation as u64,
            position: Position(row.try_get(6)?),
            started: moment(row.try_get(7)?)?,
            made_by: made_by(row, 11)?,
            held_until: row.try_get::<_, Option<&str>>(8)?.map(moment).transpose()?,
        }),
        None => None,
    };
    Ok(ProjectionRecord {
        name: row.try_get(0)?,
        state: ProjectionState::from_word(word)
            .ok_or_else(|| rejected(format!("the status {word:?} means nothing here")))?,
        error: row.try_get(2)?,
        generation: row.try_get::<_, i64>(3)? as u64,
        position: Position(row.try_get(4)?),
        made_by: made_by(row, 9)?,
        rebuild,
    })
}

/// What rows are made by, in the columns from `at`.
fn made_by(row: &Row, at: usize) -> Result<MadeBy, Fault> {
    let mark = |at: usize| Ok(row.try_get::<_, Option<&str>>(at)?.map(SmolStr::new));
    mark(at).and_then(|definition| Ok(MadeBy { definition, chain: mark(at + 1)? }))
}

fn json(text: String) -> Payload {
    Payload::json(text.into_bytes(), Arc::default(), Version::ZERO)
}

fn moment(text: &str) -> Result<Timestamp, StoreError> {
    parse_recorded(text).ok_or_else(|| rejected(format!("the time {text:?} means nothing here")))
}

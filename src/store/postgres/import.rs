//! Making a store on a server, and copying any other into one: one transaction, so that nothing stands there until all
//! of it does.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::ControlFlow;

use deadpool_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::address::Address;
use super::append::{begin, holders_of, insert};
use super::fail;
use super::link::{Access, Fault, Link, Server};
use crate::model::{AggregateKey, Event, Finding, Position, Version};
use crate::store::own::{Copy, End, ImportReport, Keeps, Kept, PAGE, Row, Stored, rejected};
use crate::store::pass::Pass;
use crate::store::{EventQuery, EventStore, Move, StoreError};

const WHAT: &str = "could not be written";
const BINARY: &str = "application/octet-stream";
/// PostgreSQL keeps no text with this character in it.
const NUL: char = '\0';

/// Makes the tables of an empty store.
pub(super) fn make(link: &Link) -> Result<(), StoreError> {
    let name = link.name();
    link.write("cannot be laid out as a store", &async |client| {
        let transaction = begin(client).await?;
        lay_out(&transaction, name).await?;
        Ok(transaction.commit().await?)
    })
}

async fn lay_out(transaction: &Transaction<'_>, name: &str) -> Result<(), Fault> {
    let sql = "SELECT current_setting('server_encoding'),
                 (SELECT count(*) FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1))";
    let row = transaction.query_one(sql, &[&TABLES.as_slice()]).await?;
    let (encoding, taken): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
    if encoding != "UTF8" {
        let message =
            format!("{name} cannot hold a store: its encoding is {encoding}, and events are UTF-8");
        return Err(rejected(message)
            .hint("make a database for it: createdb --encoding UTF8 --template template0 NAME")
            .into());
    }
    if taken > 0 {
        let message = format!("{name} has tables of a store already, and is not written over");
        let hint = "choose another database, or another schema: ?options=-csearch_path%3DNAME";
        return Err(rejected(message).hint(hint).into());
    }
    Ok(transaction.batch_execute(include_str!("schema.sql")).await?)
}

/// What a store is kept in, and what must not be there where one is made.
pub(super) const TABLES: [&str; 10] = [
    "foldback_store",
    "events",
    "snapshots",
    "projections",
    "checkpoints",
    "checkpoint_history",
    "projection_rows",
    "rebuilds",
    "dead_letters",
    "metric_samples",
];

/// Makes a store of our own at the address `to` with every event of `from`, in its order, as an import into a file does.
pub(crate) fn import(
    from: &mut dyn EventStore,
    to: &str,
    progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
) -> Result<ImportReport, StoreError> {
    let server = Server::new(Address::parse(to)?, Access::Write)?;
    let name = &server.address.name;
    let mut client = server
        .wait(server.connection())
        .map_err(|error| fail::connecting(&server.address, error))?;
    let import = Import {
        server: &server,
        transaction: server.wait(begin(&mut client)).map_err(|fault| told(name, fault))?,
    };
    import.run(from, progress)
}

fn told(name: &str, fault: Fault) -> StoreError {
    match fault {
        Fault::Server(error) => fail::asking(name, WHAT, error),
        Fault::Refused(error) => error,
    }
}

/// An import that is under way; undone where it is dropped.
struct Import<'a> {
    server: &'a Server,
    transaction: Transaction<'a>,
}

impl Import<'_> {
    fn run(
        mut self,
        from: &mut dyn EventStore,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<ImportReport, StoreError> {
        let name = self.server.address.name.clone();
        self.wait(lay_out(&self.transaction, &name))?;
        let mut copy = Copy::of(from);
        let mut end = End::default();
        let mut torn = 0;
        let mut pass = Pass::new(from, &EventQuery::default())?;
        while let Some(page) = pass.next(from, PAGE)? {
            self.wait(write(&self.transaction, &mut copy, &mut end, &mut torn, &page.events))?;
            copy.go_on(&name, progress)?;
        }
        let kept = {
            let go_on = &mut || copy.go_on(&name, progress);
            Kept::default().copy(from, &mut self, copy.same_positions(), go_on)?
        };
        let aggregates = self.wait(async {
            let sql =
                "SELECT count(*) FROM (SELECT DISTINCT category, aggregate_id FROM events) counted";
            Ok(self.transaction.query_one(sql, &[]).await?.try_get::<_, i64>(0)?)
        })?;
        let Self { server, transaction } = self;
        server.wait(transaction.commit()).map_err(|error| fail::asking(&name, WHAT, error))?;
        let torn = (torn > 0).then(|| {
            let message = format!(
                "{torn} payloads hold the character NUL, which no text of PostgreSQL can, and stand there as bytes"
            );
            Finding::warning("payload-as-bytes", message)
        });
        Ok(ImportReport {
            events: copy.events(),
            aggregates: aggregates as u64,
            snapshots: kept.snapshots,
            checkpoints: kept.checkpoints,
            findings: copy.findings().into_iter().chain(torn).chain(kept.findings()).collect(),
        })
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, Fault>>) -> Result<T, StoreError> {
        self.server.wait(work).map_err(|fault| told(&self.server.address.name, fault))
    }

    /// Whether a row was written.
    fn insert(&self, sql: &str, params: &[&(dyn ToSql + Sync)]) -> Result<bool, StoreError> {
        self.wait(async {
            let statement = self.transaction.prepare_cached(sql).await?;
            Ok(self.transaction.execute(&statement, params).await? > 0)
        })
    }
}

/// Writes a page of events behind `end`.
async fn write(
    transaction: &Transaction<'_>,
    copy: &mut Copy,
    end: &mut End,
    torn: &mut u64,
    events: &[Event],
) -> Result<(), Fault> {
    let ids: Vec<&str> =
        events.iter().filter_map(|event| Some(event.id.as_ref()?.as_str())).collect();
    let mut holders = holders_of(transaction, &ids).await?;
    let mut versions = versions(transaction, events).await?;
    let mut rows = Vec::with_capacity(events.len());
    for event in events {
        let mut row = copy.row(event, end)?;
        if let Some((key, version)) = holders.get(row.event_id.as_ref()) {
            copy.other_id(&mut row, event, key, *version)?;
        }
        if !versions.insert((event.key(), event.version)) {
            return Err(copy.twice(event).into());
        }
        *torn += u64::from(fit(&mut row, event)?);
        holders.insert(row.event_id.to_string(), (event.key(), event.version));
        let hash = row.hash(&end.hash);
        *end = End { position: Some(row.position), hash };
        rows.push((row, hash));
    }
    insert(transaction, &rows).await?;
    copy.wrote(rows.len());
    Ok(())
}

/// Which of the versions of a page stand there already.
async fn versions(
    transaction: &Transaction<'_>,
    events: &[Event],
) -> Result<HashSet<(AggregateKey, Version)>, Fault> {
    let categories: Vec<&str> = events.iter().map(|event| event.category.as_str()).collect();
    let ids: Vec<&str> = events.iter().map(|event| event.aggregate.as_str()).collect();
    let versions: Vec<i64> = events.iter().map(|event| event.version.0 as i64).collect();
    let statement = transaction
        .prepare_cached(
            "SELECT category, aggregate_id, version
             FROM unnest($1::text[], $2::text[], $3::bigint[]) AS asked (category, aggregate_id, version)
             JOIN events USING (category, aggregate_id, version)",
        )
        .await?;
    let rows = transaction.query(&statement, &[&categories, &ids, &versions]).await?;
    let version = |row: &tokio_postgres::Row| {
        let key = AggregateKey::new(row.try_get::<_, &str>(0)?, row.try_get::<_, &str>(1)?);
        Ok((key, Version(row.try_get::<_, i64>(2)? as u64)))
    };
    rows.iter().map(version).collect()
}

/// Makes a row fit for text without NUL: a payload that has it stands as bytes, and says so; a name cannot.
fn fit(row: &mut Row<'_>, event: &Event) -> Result<bool, StoreError> {
    let names = [row.aggregate, row.category, &row.event_id, row.event_type];
    let others = [row.schema, row.content_type];
    if names.into_iter().chain(others.into_iter().flatten()).any(|name| name.contains(NUL)) {
        let message = format!(
            "{} version {} has the character NUL in a name, which no text of PostgreSQL can hold",
            event.key(),
            event.version
        );
        return Err(rejected(message).hint("import it into a file: a store on SQLite takes it"));
    }
    let data = as_bytes(&mut row.data);
    if data {
        row.content_type = row.content_type.or(Some(BINARY));
    }
    Ok(row.metadata.as_mut().is_some_and(as_bytes) | data)
}

fn as_bytes(stored: &mut Stored<'_>) -> bool {
    let Stored::Text(text) = stored else { return false };
    if !text.contains(NUL) {
        return false;
    }
    *stored = Stored::Blob(match std::mem::take(text) {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    });
    true
}

impl Keeps for Import<'_> {
    fn snapshot(
        &mut self,
        key: &AggregateKey,
        version: i64,
        reducer: &str,
        state: &str,
        time: Option<&str>,
    ) -> Result<bool, StoreError> {
        self.insert(
            "INSERT INTO snapshots (aggregate_id, category, version, reducer, state, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
            &[&key.id.as_str(), &key.category.as_str(), &version, &reducer, &state, &time],
        )
    }

    fn checkpoint(
        &mut self,
        name: &str,
        position: Position,
        updated: Option<&str>,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO checkpoints (name, position, updated_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
        self.insert(sql, &[&name, &position.0, &updated])
    }

    fn moved(&mut self, name: &str, time: Option<&str>, one: &Move) -> Result<(), StoreError> {
        // Where it is now stands there already: a trigger wrote it.
        let sql = "INSERT INTO checkpoint_history (name, updated_at, position, seconds, left_out) VALUES ($1, $2, $3, $4, $5)
                   ON CONFLICT (name, updated_at, position) DO UPDATE SET seconds = EXCLUDED.seconds, left_out = EXCLUDED.left_out";
        let (seconds, left_out) = (i64::from(one.seconds), one.left_out as i64);
        self.insert(sql, &[&name, &time, &one.position.0, &seconds, &left_out]).map(drop)
    }

    fn status(
        &mut self,
        name: &str,
        status: &str,
        first: &str,
        updated: &str,
    ) -> Result<(), StoreError> {
        let sql = "INSERT INTO projections (name, status, created_at, updated_at) VALUES ($1, $2, $3, $4)";
        self.insert(sql, &[&name, &status, &first, &updated]).map(drop)
    }
}

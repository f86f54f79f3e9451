//! foldback's own store on PostgreSQL: the tables of `postgres/schema.sql`, the same as in SQLite.
//!
//! Whoever reads does so through connections that the server itself keeps from writing, one statement a page, with no
//! transaction open between two calls. Whoever writes waits for the one before (`append`). Nothing here knows a fold, a
//! screen or a command; what a password is, only `address` knows.

mod address;
mod append;
mod bell;
mod census;
mod chain;
mod decode;
mod fail;
mod history;
mod import;
mod link;
mod list;
mod projection;
mod sample;
mod scan;
mod snapshot;
mod surroundings;
#[cfg(test)]
pub(crate) mod tests;
mod tls;
mod writer;

use std::ops::ControlFlow;
use std::sync::Arc;

use deadpool_postgres::Object;
use smol_str::SmolStr;

pub use writer::PostgresWriter;

pub(crate) use address::{is_address, with_password, without_password};
pub(crate) use import::import;
pub(crate) use surroundings::{password_in, with_variables};

use self::address::Address;
use self::decode::{COLUMNS, Decoder, time};
use self::link::{Access, Fault, Link, Server};
use super::own::{DeadLetter, ProjectionRecord, Verified};
use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Around, Bell, Capabilities, Census,
    Checkpoint, Counts, Cursor, EventPage, EventQuery, EventStore, Head, Interrupter, KeyPage,
    MetadataKeys, Move, RebuildMark, Sample, Sizes, Snapshot, Stop, StoreError, StoreErrorKind,
    StoreInfo,
};
use crate::model::{AggregateKey, Event, Payload, Position, Timestamp, Version};

/// The schema that this program writes.
const SCHEMA_VERSION: i32 = 5;
/// The oldest schema that this program reads, and brings up to date when it opens a store for writing.
const OLDEST_SCHEMA: i32 = 2;

/// foldback's own store on a PostgreSQL server, open for reading.
pub struct PostgresStore {
    link: Link,
    decoder: Decoder,
    info: Arc<StoreInfo>,
    newest: Newest,
    generation: u64,
}

/// The end of the store when it was asked for last.
#[derive(Clone, Debug, Default)]
struct Newest {
    store: String,
    event: Option<(i64, Vec<u8>)>,
}

/// What a server says of the tables in a database.
struct About {
    schema: i32,
    store: String,
    read_only: bool,
    server: String,
}

impl PostgresStore {
    /// Opens the store at an address, until `stop` is raised.
    pub(crate) fn open(source: &str, stop: &Stop) -> Result<Self, StoreError> {
        let link = Link::new(Server::new(Address::parse(source)?, Access::Read)?);
        stop.also(link.interrupter());
        stop.check()?;
        let about = about(&link)?;
        let decoder = Decoder::new().ok_or_else(|| {
            StoreError::new(StoreErrorKind::BadLayout, "the layout foldback is not shipped")
        })?;
        let info = StoreInfo {
            name: link.name().to_owned(),
            layout: decoder.layout.name.clone(),
            title: decoder.layout.title.clone(),
            why: vec![
                format!("table foldback_store says that foldback made it, schema {}", about.schema),
                format!("on PostgreSQL {}", about.server),
            ],
            confidence: 100,
            backend: "PostgreSQL",
            read_only: about.read_only,
            findings: Vec::new(),
        };
        let newest = Newest { store: about.store, event: None };
        Ok(Self { link, decoder, info: Arc::new(info), newest, generation: 0 })
    }
}

/// Looks whether the tables are ours.
fn about(link: &Link) -> Result<About, StoreError> {
    let found = link.read(&async |client| {
        let there =
            client.query_one("SELECT to_regclass('foldback_store') IS NOT NULL", &[]).await?;
        if !there.try_get::<_, bool>(0)? {
            let rows = client.query(include_str!("postgres/strangers.sql"), &[]).await?;
            let names =
                rows.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
            return Ok(Err(names));
        }
        let row = client.query_one(include_str!("postgres/about.sql"), &[]).await?;
        Ok(Ok(About {
            schema: row.try_get(0)?,
            store: row.try_get(1)?,
            read_only: row.try_get(2)?,
            server: row.try_get(3)?,
        }))
    })?;
    let about = found.map_err(|names| strangers(link.name(), &names))?;
    if (OLDEST_SCHEMA..=SCHEMA_VERSION).contains(&about.schema) {
        return Ok(about);
    }
    let message = format!(
        "{} has schema {} of foldback's own store, and this program knows schema {SCHEMA_VERSION}",
        link.name(),
        about.schema
    );
    Err(StoreError::new(StoreErrorKind::UnknownLayout, message).hint(
        "use the version of foldback that made it, or export it with that one and import it again",
    ))
}

/// The error for a database that holds no store of ours.
fn strangers(name: &str, tables: &[String]) -> StoreError {
    let what = match tables {
        [] => "it has no tables in the search path".to_owned(),
        [some @ .., _] if tables.len() > 5 => {
            format!("its tables are others: {}, …", some.join(", "))
        }
        all => format!("its tables are others: {}", all.join(", ")),
    };
    let message = format!("{name} holds no store of foldback's own: {what}");
    StoreError::new(StoreErrorKind::UnknownLayout, message).hint(
        "on PostgreSQL foldback reads its own stores: `foldback import FROM postgres://…` makes one; one in another schema \
         is found with ?options=-csearch_path%3DNAME",
    )
}

impl EventStore for PostgresStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            position: true,
            time: true,
            grouped: true,
            snapshots: true,
            checkpoints: true,
            samples: true,
        }
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(Self {
            link: Link::new(Arc::clone(&self.link.server)),
            decoder: self.decoder.clone(),
            info: Arc::clone(&self.info),
            newest: self.newest.clone(),
            generation: self.generation,
        }))
    }

    fn interrupter(&self) -> Interrupter {
        self.link.interrupter()
    }

    fn bell(&self) -> Option<Bell> {
        Some(self.link.server.bell())
    }

    fn metadata_keys(&self) -> MetadataKeys<'_> {
        let events = &self.decoder.layout.events;
        MetadataKeys {
            correlation: events.correlation.as_deref(),
            causation: events.causation.as_deref(),
        }
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        let before = self.newest.event.as_ref();
        let (head, newest, is_there) =
            self.link.read(&async |client| head(client, before).await)?;
        let same = newest.store == self.newest.store && (is_there || before.is_none());
        self.generation += u64::from(!same);
        self.newest = newest;
        Ok(Head { generation: self.generation, ..head })
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        self.link.read(&async |client| list::aggregates(client, query, limit).await)
    }

    fn keys(&mut self, beyond: Option<&AggregateKey>, limit: usize) -> Result<KeyPage, StoreError> {
        self.link.read(&async |client| list::keys(client, beyond, limit).await)
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        self.link.read(&async |client| list::find(client, id).await)
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let decoder = &self.decoder;
        let (after, limit) = (number(after.0), number(limit as u64));
        self.link.read(&async |client| {
            let sql = format!(
                "SELECT {COLUMNS} FROM events WHERE category = $1 AND aggregate_id = $2 AND version > $3 ORDER BY version LIMIT $4"
            );
            let statement = client.prepare_cached(&sql).await?;
            let (category, id) = (key.category.as_str(), key.id.as_str());
            let rows = client.query(&statement, &[&category, &id, &after, &limit]).await?;
            Ok(rows.iter().map(|row| decoder.event(row)).collect::<Result<_, _>>()?)
        })
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        let decoder = &self.decoder;
        self.link.read(&async |client| scan::scan(client, decoder, query, limit).await)
    }

    fn count_after(&mut self, position: Position) -> Result<u64, StoreError> {
        self.link.read(&async |client| census::count_after(client, position).await)
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.link.read(&async |client| census::counts(client).await)
    }

    fn sizes(&mut self) -> Result<Sizes, StoreError> {
        self.link.read(&async |client| census::sizes(client).await)
    }

    fn storage(&mut self) -> Result<Option<u64>, StoreError> {
        self.link.read(&async |client| census::storage(client).await.map(Some))
    }

    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.link.read(&async |client| projection::records(client, None).await)
    }

    fn row(&mut self, name: &str, key: &str) -> Result<Option<Payload>, StoreError> {
        self.link.read(&async |client| projection::row(client, name, None, key).await)
    }

    fn rows(
        &mut self,
        name: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        self.link.read(&async |client| projection::rows(client, name, None, after, limit).await)
    }

    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        self.link.read(&async |client| projection::letters(client, name).await)
    }

    fn failures(&mut self, name: &str) -> Result<Option<Vec<Timestamp>>, StoreError> {
        self.link.read(&async |client| {
            let sql =
                "SELECT d.failed_at FROM dead_letters d JOIN projections p ON p.name = d.projection
                       WHERE d.projection = $1 AND d.generation = p.generation AND p.generation > 0
                       ORDER BY d.failed_at";
            let statement = client.prepare_cached(sql).await?;
            let mut times = Vec::new();
            for row in client.query(&statement, &[&name]).await? {
                times.extend(time(row.try_get(0)?));
            }
            Ok(Some(times))
        })
    }

    fn samples(
        &mut self,
        metric: &str,
        after: &Timestamp,
        upto: &Timestamp,
    ) -> Result<Vec<Sample>, StoreError> {
        self.link.read(&async |client| sample::between(client, metric, after, upto).await)
    }

    fn newest_sample(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.link.read(&async |client| sample::newest(client).await)
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        self.link.read(&async |client| census::census(client).await)
    }

    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        let decoder = &self.decoder;
        self.link.read(&async |client| {
            let sql = "SELECT version, reducer, recorded_at, state FROM snapshots
                       WHERE category = $1 AND aggregate_id = $2 ORDER BY version, reducer";
            let statement = client.prepare_cached(sql).await?;
            let (category, id) = (key.category.as_str(), key.id.as_str());
            let mut snapshots = Vec::new();
            for row in client.query(&statement, &[&category, &id]).await? {
                let version = Version(row.try_get::<_, i64>(0)? as u64);
                let reducer = Some(SmolStr::new(row.try_get::<_, &str>(1)?));
                let state = decoder.state(row.try_get(3)?, version);
                snapshots.push(Snapshot { version, reducer, time: time(row.try_get(2)?), state });
            }
            Ok(snapshots)
        })
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        self.link.read(&async |client| {
            let statement = client.prepare_cached(include_str!("postgres/checkpoints.sql")).await?;
            let mut checkpoints = Vec::new();
            for row in client.query(&statement, &[]).await? {
                checkpoints.push(Checkpoint {
                    name: row.try_get(0)?,
                    position: Some(Position(row.try_get(1)?)),
                    status: row.try_get(2)?,
                    updated: time(row.try_get(3)?),
                    errors: row.try_get::<_, Option<i64>>(4)?.map(|count| count as u64),
                    error: row.try_get(5)?,
                    rebuild: match row.try_get::<_, Option<i64>>(6)? {
                        Some(position) => Some(RebuildMark {
                            position: Position(position),
                            started: time(row.try_get(7)?),
                            updated: time(row.try_get(8)?),
                            resumed: time(row.try_get(9)?)
                                .zip(row.try_get::<_, Option<i64>>(10)?.map(Position)),
                        }),
                        None => None,
                    },
                });
            }
            Ok(checkpoints)
        })
    }

    fn checkpoint_history(&mut self, name: &str) -> Result<Vec<Move>, StoreError> {
        self.link.read(&async |client| history::between(client, name, None, None, usize::MAX).await)
    }

    fn moves_around(
        &mut self,
        name: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        self.link.read(&async |client| history::around(client, name, moments).await)
    }

    fn moves_between(
        &mut self,
        name: &str,
        after: Option<&Timestamp>,
        upto: &Timestamp,
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        self.link
            .read(&async |client| history::between(client, name, after, Some(upto), most).await)
    }

    fn times_after(
        &mut self,
        positions: &[Position],
    ) -> Result<Vec<Option<Timestamp>>, StoreError> {
        self.link.read(&async |client| history::times_after(client, positions).await)
    }

    fn chain(
        &mut self,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<Verified>, StoreError> {
        chain::check(&self.link, progress).map(Some)
    }
}

/// A number as the server takes it; what is larger than it can hold is more than there can be.
fn number(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The newest end now, and whether the newest event of before is still there.
async fn head(
    client: &Object,
    before: Option<&(i64, Vec<u8>)>,
) -> Result<(Head, Newest, bool), Fault> {
    let statement = client.prepare_cached(include_str!("postgres/head.sql")).await?;
    let position = before.map(|(position, _)| *position);
    let hash = before.map(|(_, hash)| hash.as_slice());
    let row = client.query_one(&statement, &[&position, &hash]).await?;
    let place: Option<i64> = row.try_get(1)?;
    let event = match place {
        Some(place) => Some((place, row.try_get(3)?)),
        None => None,
    };
    let newest = Newest { store: row.try_get(0)?, event };
    let head = Head {
        cursor: place.map(Cursor),
        position: place.map(Position),
        time: time(row.try_get(2)?),
        generation: 0,
    };
    Ok((head, newest, row.try_get(4)?))
}

//! [`StoreWriter`] for PostgreSQL: each call is one transaction; its work stands in the file of its subject.

use std::sync::Arc;

use smol_str::SmolStr;

use super::address::Address;
use super::link::{Access, Link, Server};
use super::projection::{self, About};
use super::snapshot::State;
use super::{OLDEST_SCHEMA, PostgresStore, SCHEMA_VERSION, about, append, sample, snapshot};
use crate::model::{AggregateKey, Payload, Position, Timestamp};
use crate::store::own::{
    Appended, DeadLetter, Due, Expected, MadeBy, NewEvent, ProjectionRecord, ProjectionState,
    Rebuild, Sample, Step, StoreWriter, check_batch, check_direction, check_name, check_snapshot,
    time_text,
};
use crate::store::{
    Bell, EventStore, Interrupter, Snapshot, Stop, StoreError, StoreErrorKind, Subscription,
};

const WHAT: &str = "could not be written to";

/// What brings the tables from each schema to the next, beginning with the oldest.
const STEPS: [&str; 3] = [
    include_str!("from_2_to_3.sql"),
    include_str!("from_3_to_4.sql"),
    include_str!("from_4_to_5.sql"),
];

/// foldback's own store on a PostgreSQL server, open for writing.
pub struct PostgresWriter {
    link: Link,
    source: String,
    /// When the history of each projection is to be put together.
    due: Due,
}

impl PostgresWriter {
    fn new(link: Link, source: &str) -> Self {
        Self { link, source: source.to_owned(), due: Due::default() }
    }

    /// Makes the tables in the first schema of the search path, where none of them stands there yet.
    pub fn create(source: &str) -> Result<Self, StoreError> {
        let writer = Self::new(connect(source)?, source);
        super::import::make(&writer.link)?;
        Ok(writer)
    }

    /// Opens a store that foldback made; whatever else the address holds is refused.
    pub fn open(source: &str) -> Result<Self, StoreError> {
        let link = connect(source)?;
        let about = about(&link)?;
        if about.read_only {
            return Err(read_only(link.name()));
        }
        let writer = Self::new(link, source);
        if about.schema < SCHEMA_VERSION {
            writer.upgrade()?;
        }
        Ok(writer)
    }

    /// Gives tables of an earlier foldback those of today, in one transaction.
    fn upgrade(&self) -> Result<(), StoreError> {
        self.link.write("could not be brought up to date", &async |client| {
            let transaction = append::begin(client).await?;
            append::lock(&transaction).await?;
            // Another one may have done it while this one waited.
            let sql = "SELECT schema_version FROM foldback_store";
            let schema: i32 = transaction.query_one(sql, &[]).await?.try_get(0)?;
            let done = usize::try_from(schema - OLDEST_SCHEMA).unwrap_or_default();
            for step in STEPS.into_iter().skip(done) {
                transaction.batch_execute(step).await?;
            }
            Ok(transaction.commit().await?)
        })
    }

    /// What stops the call that is running.
    pub fn interrupter(&self) -> Interrupter {
        self.link.interrupter()
    }

    fn about<T>(
        &self,
        name: &str,
        work: &impl AsyncFn(About<'_>) -> Result<T, super::link::Fault>,
    ) -> Result<T, StoreError> {
        let store = self.link.name();
        self.link.write(WHAT, &async |client| work(About::begin(client, store, name).await?).await)
    }
}

fn read_only(name: &str) -> StoreError {
    let message = format!("{name} may be read by this user, and not written");
    StoreError::new(StoreErrorKind::ReadOnly, message)
        .hint("name the server that is written to, not one that follows it, and a user who may insert into events")
}

fn connect(source: &str) -> Result<Link, StoreError> {
    Ok(Link::new(Server::new(Address::parse(source)?, Access::Write)?))
}

impl StoreWriter for PostgresWriter {
    fn name(&self) -> &str {
        self.link.name()
    }

    fn reopen(&self) -> Result<Box<dyn StoreWriter>, StoreError> {
        let link = Link::new(Arc::clone(&self.link.server));
        Ok(Box::new(Self::new(link, &self.source)))
    }

    fn reader(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(PostgresStore::open(&self.source, &Stop::default())?))
    }

    fn bell(&self) -> Bell {
        self.link.server.bell()
    }

    fn subscribe(&self, after: Position, stop: &Stop) -> Result<Subscription, StoreError> {
        let store = PostgresStore::open(&self.source, stop)?;
        // It listens as long as who reads is there, whatever becomes of who writes.
        let bell = store.link.server.bell();
        Ok(Subscription::new(Box::new(store), after, bell, stop))
    }

    fn append(
        &mut self,
        key: &AggregateKey,
        batch: &[NewEvent],
        expected: Expected,
    ) -> Result<Appended, StoreError> {
        check_batch(key, batch)?;
        self.link.write("could not be appended to", &async |client| {
            append::append(client, key, batch, expected).await
        })
    }

    fn save_snapshot(
        &mut self,
        key: &AggregateKey,
        snapshot: &Snapshot,
        keep: Option<u32>,
    ) -> Result<(), StoreError> {
        let (reducer, json, time) = check_snapshot(key, snapshot)?;
        let state = State { version: snapshot.version, reducer, json, time };
        self.link.write(WHAT, &async |client| snapshot::save(client, key, &state, keep).await)
    }

    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.link.read(&async |client| projection::records(client, None).await)
    }

    fn register(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<ProjectionRecord, StoreError> {
        check_name(name)?;
        let time = time_text(time)?;
        self.about(name, &async |about| projection::register(about, by, &time).await)
    }

    fn set_state(
        &mut self,
        name: &str,
        state: ProjectionState,
        error: Option<&str>,
        time: &Timestamp,
    ) -> Result<(), StoreError> {
        let time = time_text(time)?;
        self.about(name, &async |about| projection::set_state(about, state, error, &time).await)
    }

    fn step(&mut self, step: &Step<'_>) -> Result<(), StoreError> {
        let time = time_text(&step.time)?;
        check_direction(step)?;
        let is_due = self.due.is(step.name, &step.time);
        let thinned = self
            .about(step.name, &async |about| projection::step(about, step, &time, is_due).await)?;
        if let Some(is_all) = thinned {
            self.due.done(step.name, &step.time, is_all);
        }
        Ok(())
    }

    fn row(
        &mut self,
        name: &str,
        generation: u64,
        key: &str,
    ) -> Result<Option<Payload>, StoreError> {
        let generation = Some(generation);
        self.link.read(&async |client| projection::row(client, name, generation, key).await)
    }

    fn rows(
        &mut self,
        name: &str,
        generation: u64,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        let of = Some(generation);
        self.link.read(&async |client| projection::rows(client, name, of, after, limit).await)
    }

    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        self.link.read(&async |client| projection::letters(client, name).await)
    }

    fn begin_rebuild(
        &mut self,
        name: &str,
        by: &MadeBy,
        time: &Timestamp,
    ) -> Result<Rebuild, StoreError> {
        let time = time_text(time)?;
        self.about(name, &async |about| projection::begin_rebuild(about, by, &time).await)
    }

    fn hold(&mut self, name: &str, until: &Timestamp) -> Result<(), StoreError> {
        let until = time_text(until)?;
        self.about(name, &async |about| projection::hold(about, &until).await)
    }

    fn finish_rebuild(&mut self, name: &str, time: &Timestamp) -> Result<bool, StoreError> {
        let time = time_text(time)?;
        self.about(name, &async |about| projection::finish_rebuild(about, &time).await)
    }

    fn abandon_rebuild(&mut self, name: &str) -> Result<(), StoreError> {
        self.about(name, &projection::abandon_rebuild)
    }

    fn record(&mut self, samples: &[Sample]) -> Result<(), StoreError> {
        self.link.write(WHAT, &async |client| sample::record(client, samples).await)
    }
}

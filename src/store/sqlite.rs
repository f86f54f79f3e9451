//! Stores in a SQLite file, read through a layout.
//!
//! Nothing here writes: `link` opens the file so that no byte of it changes and nothing is left beside it. What a
//! column means is the layout's business, what an event means nobody's here.

mod ask;
mod beside;
mod census;
mod decode;
mod fail;
mod keys;
pub(super) mod link;
mod list;
pub(crate) mod look;
mod measured;
mod moment;
mod payload;
mod plan;
mod projected;
mod schema;
mod scratch;
mod statement;
mod tally;
#[cfg(test)]
mod tests;
mod trail;

pub(super) use moment::of_text as time_of_text;
pub(super) use payload::payload;

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use smol_str::SmolStr;

use self::ask::{Asked, Newest};
use self::decode::{Decoder, Detail};
use self::link::{Call, Identity, Link};
use self::plan::Plan;
use self::tally::Tallies;
use super::layout::{self, CategoryRule, Layout};
use super::own::{self, DeadLetter, ProjectionRecord, Verified};
use super::{
    AggregatePage, AggregateQuery, AggregateSummary, Around, Capabilities, Census, Checkpoint,
    Counts, EventPage, EventQuery, EventStore, Head, Interrupter, KeyPage, MetadataKeys, Move,
    Sample, Sizes, Snapshot, Stop, StoreError, StoreErrorKind, StoreInfo, moves,
};
use crate::model::{
    AggregateKey, Event, EventType, Finding, Payload, Position, Timestamp, Version,
};

/// How much is said of one store.
const MOST_FINDINGS: usize = 50;

/// A SQLite file with a known layout, open for reading.
pub struct SqliteStore {
    link: Link,
    /// What the person said it is.
    layout: Option<Arc<Layout>>,
    /// The file that plan and information are of; `None` where its tables are to be looked at again.
    file: Option<Identity>,
    plan: Arc<Plan>,
    info: Arc<StoreInfo>,
    decoder: Decoder,
    /// What was counted, by this handle and others on the same store.
    tallies: Tallies,
    /// The newest event when it was asked for last.
    newest: Option<Newest>,
    /// What was said of its generation then.
    generation: u64,
}

impl SqliteStore {
    /// Opens the file at `path` with the layout that its tables show, or with `layout`, a person's own. A store that
    /// cannot be read where it is without leaving something beside it is copied into `scratch`.
    pub fn open(
        path: impl AsRef<Path>,
        layout: Option<&Layout>,
        scratch: &Path,
    ) -> Result<Self, StoreError> {
        Self::open_with(path.as_ref(), layout, scratch, &Stop::default())
    }

    /// Opens it until `stop` is raised, which is told how far copying is.
    pub(crate) fn open_with(
        path: &Path,
        layout: Option<&Layout>,
        scratch: &Path,
        stop: &Stop,
    ) -> Result<Self, StoreError> {
        let mut link = Link::new(path, scratch)?.telling(stop.clone());
        stop.also(link.interrupter());
        stop.check()?;
        let name = &*path.to_string_lossy();
        let layout = layout.cloned().map(Arc::new);
        let (file, (plan, info)) =
            link.call(|call| Ok((call.file, recognise(call, name, layout.as_deref())?)))?;
        let mut store = Self {
            link,
            layout,
            file: Some(file),
            plan: Arc::new(plan),
            info: Arc::new(info),
            decoder: Decoder::default(),
            tallies: Tallies::default(),
            newest: None,
            generation: 0,
        };
        stop.check()?;
        store.notice_unreadable()?;
        stop.check()?;
        Ok(store)
    }

    /// Asks what stands in the file now. Where that is another file than before, or its tables are others, it is
    /// recognised anew.
    fn ask<T>(
        &mut self,
        question: impl Fn(&mut Asked<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let known = self.file;
        match self.ask_once(&question) {
            // Perhaps there are other tables in the file than the ones it had.
            Err(error) if error.kind == StoreErrorKind::Failed && known == self.file => {
                self.file = None;
                self.ask_once(&question)
            }
            other => other,
        }
    }

    fn ask_once<T>(
        &mut self,
        question: &impl Fn(&mut Asked<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Self { link, layout, file, plan, info, decoder, tallies, .. } = self;
        let (answer, noticed, anew) = link.call(|call| {
            decoder.follow(call.generation);
            let anew = if *file == Some(call.file) {
                None
            } else {
                let anew = recognise(call, &info.name, layout.as_deref());
                Some((call.file, anew.map_err(|error| replaced(error, &info.name))?))
            };
            let plan = anew.as_ref().map_or(&**plan, |(_, (plan, _))| plan);
            let mut asked = Asked { call, plan, decoder, tallies, noticed: Vec::new() };
            Ok((question(&mut asked)?, asked.noticed, anew))
        })?;
        if let Some((file, (plan, info))) = anew {
            self.file = Some(file);
            self.adopt(plan, info)?;
        }
        for finding in noticed {
            let said = &self.info.findings;
            if said.len() > MOST_FINDINGS || said.contains(&finding) {
                continue;
            }
            let finding = if said.len() < MOST_FINDINGS { finding } else { untold() };
            Arc::make_mut(&mut self.info).findings.push(finding);
        }
        Ok(answer)
    }

    /// Goes on with what the file was recognised as.
    fn adopt(&mut self, plan: Plan, mut info: StoreInfo) -> Result<(), StoreError> {
        let before = std::mem::replace(&mut self.plan, Arc::new(plan));
        if before.scan(false) == self.plan.scan(false) {
            return Ok(());
        }
        let message = format!(
            "{} was {} when it was opened; it was replaced since, and is now {}",
            info.name, self.info.title, info.title
        );
        info.findings.push(Finding::warning("store-replaced", message));
        self.info = Arc::new(info);
        (self.decoder, self.tallies) = (Decoder::default(), Tallies::default());
        self.link.is_rewritten();
        self.notice_unreadable()
    }

    /// Notes what is to be said of the whole store because its first and its newest events say it of themselves.
    fn notice_unreadable(&mut self) -> Result<(), StoreError> {
        let mut sample = self.scan(&EventQuery::default(), 3)?.events;
        let (head, ..) = self.ask(|asked| asked.head(None))?;
        if let Some(head) = head.cursor {
            let after = Some(super::Cursor(head.0.saturating_sub(3)));
            sample.extend(self.scan(&EventQuery { after, ..EventQuery::default() }, 3)?.events);
        }
        let said = |event: &Event| {
            event.findings.iter().find(|finding| finding.code == "payload-encrypted").cloned()
        };
        let mut about: Option<Finding> = sample.iter().find_map(said);
        if let Some(finding) = &mut about {
            (finding.aggregate, finding.version, finding.position) = (None, None, None);
            finding.message = finding
                .message
                .replacen("the payload looks", "payloads look", 1)
                .replacen("for it", "for them", 1);
        }
        Arc::make_mut(&mut self.info).findings.extend(about);
        Ok(())
    }
}

/// What the tables of a database are, and how they are read.
fn recognise(
    call: &Call<'_>,
    name: &str,
    own: Option<&Layout>,
) -> Result<(Plan, StoreInfo), StoreError> {
    let layouts: &[Layout] = match own {
        Some(own) => std::slice::from_ref(own),
        None => layout::shipped(),
    };
    let tables = schema::tables(call.connection).map_err(|error| call.failed(error))?;
    let found = schema::recognise(layouts, &tables);
    let Some(best) = found.first() else {
        return Err(schema::unknown(name, layouts, &tables));
    };
    let plan = Plan::new(best.layout, &best.table, &tables, call.connection)?;
    plan.check(call.connection)?;
    let mut findings = doubts(best, &found);
    findings.extend(tables.iter().filter_map(schema::Table::trouble));
    findings.extend(plan.findings.iter().cloned());
    Ok((plan, about(name, best, findings)))
}

/// The error for a file whose tables are not what they were, and nothing known.
fn replaced(mut error: StoreError, name: &str) -> StoreError {
    if matches!(error.kind, StoreErrorKind::UnknownLayout | StoreErrorKind::BadLayout) {
        error.message = format!("{name} was replaced while it was open: {}", error.message);
    }
    error
}

/// The last thing that is said of a store where more could be.
fn untold() -> Finding {
    let message = format!("more was noticed than these {MOST_FINDINGS}, and is not told");
    Finding::warning("more-findings", message)
}

fn about(name: &str, best: &schema::Match<'_>, findings: Vec<Finding>) -> StoreInfo {
    StoreInfo {
        name: name.to_owned(),
        layout: best.layout.name.clone(),
        title: best.layout.title.clone(),
        why: best.why.clone(),
        confidence: best.confidence,
        backend: "SQLite",
        read_only: best.layout.name != "foldback",
        findings,
    }
}

/// What else the tables could have been taken for.
fn doubts(best: &schema::Match<'_>, found: &[schema::Match<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !best.others.is_empty() {
        let message = format!(
            "the layout {} also fits {}; {} is shown",
            best.layout.name,
            best.others.join(", "),
            best.table.name
        );
        findings.push(
            Finding::note("more-than-one-table", message)
                .hint("a layout file that names another table shows that one: --layout FILE"),
        );
    }
    for other in found.iter().skip(1) {
        let message = format!(
            "table {} also matches the layout {}; the store is shown as {}",
            other.table.name, other.layout.name, best.layout.name
        );
        findings.push(Finding::note("more-than-one-layout", message));
    }
    findings
}

impl EventStore for SqliteStore {
    fn info(&self) -> &StoreInfo {
        &self.info
    }

    fn capabilities(&self) -> Capabilities {
        let events = &self.plan.layout.events;
        Capabilities {
            position: events.position,
            time: events.time.is_some(),
            grouped: match &events.category {
                CategoryRule::Key(_) => true,
                CategoryRule::Id(cut) => cut.range("").is_some(),
                _ => false,
            },
            snapshots: self.plan.snapshots.is_some(),
            checkpoints: self.plan.checkpoints.is_some(),
            samples: self.plan.own.samples,
        }
    }

    fn reopen(&self) -> Result<Box<dyn EventStore>, StoreError> {
        Ok(Box::new(Self {
            link: self.link.again()?,
            layout: self.layout.clone(),
            file: self.file,
            plan: Arc::clone(&self.plan),
            info: Arc::clone(&self.info),
            decoder: Decoder::default(),
            tallies: self.tallies.clone(),
            newest: None,
            generation: 0,
        }))
    }

    fn interrupter(&self) -> Interrupter {
        self.link.interrupter()
    }

    fn metadata_keys(&self) -> MetadataKeys<'_> {
        let events = &self.plan.layout.events;
        MetadataKeys {
            correlation: events.correlation.as_deref(),
            causation: events.causation.as_deref(),
        }
    }

    fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        let whole = event_type.as_str();
        self.plan.layout.events.short_type.of(whole).unwrap_or(whole)
    }

    fn busy(&mut self) {
        self.link.busy();
    }

    fn rest(&mut self) {
        self.link.rest();
    }

    fn head(&mut self) -> Result<Head, StoreError> {
        let before = self.newest.clone();
        let (mut head, newest, is_there) = self.ask(|asked| asked.head(before.as_ref()))?;
        if !is_there && head.generation == self.generation {
            self.link.is_rewritten();
            // Perhaps by another library.
            self.file = None;
        }
        head.generation = self.link.generation();
        (self.newest, self.generation) = (newest, head.generation);
        Ok(head)
    }

    fn aggregates(
        &mut self,
        query: &AggregateQuery,
        limit: usize,
    ) -> Result<AggregatePage, StoreError> {
        self.ask(|asked| asked.aggregates(query, limit))
    }

    fn keys(&mut self, beyond: Option<&AggregateKey>, limit: usize) -> Result<KeyPage, StoreError> {
        self.ask(|asked| asked.keys(beyond, limit))
    }

    fn find(&mut self, id: &str) -> Result<Vec<AggregateSummary>, StoreError> {
        self.ask(|asked| asked.find(id))
    }

    fn read(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.ask(|asked| asked.read(key, after, limit, Detail::Whole))
    }

    fn read_to_fold(
        &mut self,
        key: &AggregateKey,
        after: Version,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.ask(|asked| asked.read(key, after, limit, Detail::Fold))
    }

    fn scan(&mut self, query: &EventQuery, limit: usize) -> Result<EventPage, StoreError> {
        self.ask(|asked| asked.scan(query, limit))
    }

    fn count_after(&mut self, position: Position) -> Result<u64, StoreError> {
        self.ask(|asked: &mut Asked<'_>| asked.count_after(position))
    }

    fn count_between(&mut self, after: Position, upto: Position) -> Result<u64, StoreError> {
        self.ask(|asked: &mut Asked<'_>| asked.count_between(after, upto))
    }

    fn counts(&mut self) -> Result<Counts, StoreError> {
        self.ask(|asked: &mut Asked<'_>| asked.counts())
    }

    fn sizes(&mut self) -> Result<Sizes, StoreError> {
        self.ask(|asked: &mut Asked<'_>| asked.sizes())
    }

    fn storage(&mut self) -> Result<Option<u64>, StoreError> {
        self.link.storage().map(Some)
    }

    fn projections(&mut self) -> Result<Vec<ProjectionRecord>, StoreError> {
        self.ask(|asked| asked.projections())
    }

    fn row(&mut self, name: &str, key: &str) -> Result<Option<Payload>, StoreError> {
        self.ask(|asked| asked.row(name, key))
    }

    fn rows(
        &mut self,
        name: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, StoreError> {
        self.ask(|asked| asked.rows(name, after, limit))
    }

    fn dead_letters(&mut self, name: &str) -> Result<Vec<DeadLetter>, StoreError> {
        self.ask(|asked| asked.letters(name))
    }

    fn failures(&mut self, name: &str) -> Result<Option<Vec<Timestamp>>, StoreError> {
        self.ask(|asked| asked.failures(name))
    }

    fn samples(
        &mut self,
        metric: &str,
        after: &Timestamp,
        upto: &Timestamp,
    ) -> Result<Vec<Sample>, StoreError> {
        self.ask(|asked| asked.samples(metric, after, upto))
    }

    fn newest_sample(&mut self) -> Result<Option<Timestamp>, StoreError> {
        self.ask(|asked| asked.newest_sample())
    }

    fn census(&mut self) -> Result<Census, StoreError> {
        self.ask(|asked: &mut Asked<'_>| asked.census())
    }

    fn snapshots(&mut self, key: &AggregateKey) -> Result<Vec<Snapshot>, StoreError> {
        self.ask(|asked| asked.snapshots(key))
    }

    fn checkpoints(&mut self) -> Result<Vec<Checkpoint>, StoreError> {
        self.ask(|asked| asked.checkpoints())
    }

    fn checkpoint_history(&mut self, name: &str) -> Result<Vec<Move>, StoreError> {
        if !self.plan.has_moves() {
            return self.ask(|asked| asked.checkpoint_history(name));
        }
        self.ask(|asked| asked.moves_between(name, None, None, usize::MAX))
    }

    fn moves_around(
        &mut self,
        name: &str,
        moments: &[Timestamp],
    ) -> Result<Vec<Around>, StoreError> {
        if !self.plan.has_moves() {
            return moves::around(self, name, moments);
        }
        self.ask(|asked| asked.moves_around(name, moments))
    }

    fn moves_between(
        &mut self,
        name: &str,
        after: Option<&Timestamp>,
        upto: &Timestamp,
        most: usize,
    ) -> Result<Vec<Move>, StoreError> {
        if !self.plan.has_moves() {
            return moves::between(self, name, (after, upto), most);
        }
        self.ask(|asked| asked.moves_between(name, after, Some(upto), most))
    }

    fn times_after(
        &mut self,
        positions: &[Position],
    ) -> Result<Vec<Option<Timestamp>>, StoreError> {
        if !self.plan.has_moves() {
            return moves::times_after(self, positions);
        }
        self.ask(|asked| asked.times_after(positions))
    }

    fn chain(
        &mut self,
        progress: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<Verified>, StoreError> {
        let whose: i32 = self.ask(|asked| {
            let sql = "PRAGMA application_id";
            let whose = asked.call.connection.query_row(sql, [], |row| row.get(0));
            whose.map_err(|error| asked.call.failed(error))
        })?;
        if whose != own::APPLICATION_ID || self.plan.layout.name != "foldback" {
            return Ok(None);
        }
        own::check_chain(&mut self.link, progress).map(Some)
    }
}

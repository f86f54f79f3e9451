//! What both front ends call: open a store, ask, be answered.
//!
//! A session owns one connection to a store and the timelines of the aggregates that were opened last. Its calls block
//! and belong on a thread of their own; [`Watch`] shows their progress and cancels them. It never prints, and knows
//! nothing of terminals or arguments.

mod ahead;
mod ask;
mod drive;
mod error;
mod lag;
mod metrics;
mod names;
mod news;
mod past;
mod projection;
mod rank;
mod replay;
mod rows;
mod steward;
mod trace;
mod track;
mod transfer;
mod travel;
mod upcast;
mod when;

pub use ahead::Ahead;
pub use ask::Sort;
pub use drive::{Silent, Watch};
pub use error::SessionError;
pub use lag::{CatchUp, Lag, ProjectionThen, ProjectionsThen};
pub use metrics::{Alert, Bucket, Known, MetricThen, MetricsThen, Reading, Readings};
pub use names::Names;
pub use news::News;
pub use past::Span;
pub use projection::{ProjectionStatus, RebuildStatus};
pub use rank::{BEST, Marker, Search};
pub use replay::{Compared, Comparison, Replayed};
pub use rows::registered;
pub use steward::{Carried, Deed, Finder, Order, Steward};
pub use trace::Trace;
pub use transfer::{ExportReport, Exported, Format, ImportReport, Renewal, Schemas};
pub use travel::{Moment, Walk, Walked};
pub use upcast::Upcasted;

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::fold::{Merge, Reducer, Tier, Upcasting};
use crate::metrics::Counter;
use crate::model::{AggregateKey, EventType, Limits, Version};
use crate::store::{
    self, Bell, Capabilities, EventStore, Head, Interrupter, MetadataKeys, Stop, StoreInfo,
};
use crate::timeline::Timeline;
use crate::upcast::Chain;

/// How a store is opened.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// A person's own layout file.
    pub layout: Option<PathBuf>,
    /// Where private copies of stores go that cannot be read in place; the system's usual place where `None`.
    pub scratch: Option<PathBuf>,
    /// Ends the opening.
    pub stop: Stop,
    /// Bytes that remembered states may take, over all open timelines.
    pub memory: usize,
    /// What events go through before they are folded, where somebody gave one.
    pub upcast: Option<Arc<Chain>>,
    /// Above what metrics are alerts.
    pub limits: Limits,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            layout: None,
            scratch: None,
            stop: Stop::default(),
            memory: 128 << 20,
            upcast: None,
            limits: Limits::default(),
        }
    }
}

/// An open store, and what has been looked at in it.
pub struct Session {
    store: Box<dyn EventStore>,
    /// What it was opened by; `None` where it was open already.
    source: Option<OsString>,
    options: OpenOptions,
    reducer: Box<dyn Reducer>,
    /// The one used last comes first.
    opened: Vec<Opened>,
    /// Which of the store's histories they are of.
    generation: u64,
    attention: Attention,
    /// How many events there are, and were when they were counted last.
    counter: Counter,
    /// What was found about its past.
    found: past::Found,
}

/// What the timelines in memory keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// How many there are.
    pub timelines: usize,
    /// The bytes that their remembered states take.
    pub bytes: usize,
    /// The bytes that they may take.
    pub budget: usize,
}

/// Whether the store is kept at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Attention {
    /// A question is being answered.
    busy: bool,
    /// It stays so between two questions.
    lingers: bool,
}

/// An aggregate whose timeline is in memory.
struct Opened {
    timeline: Timeline,
    last: Version,
    events: u64,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("store", self.store.info()).finish_non_exhaustive()
    }
}

impl Session {
    /// Opens the store at `source`, a path or the name of a sample, for reading.
    pub fn open(source: impl AsRef<OsStr>, options: &OpenOptions) -> Result<Self, SessionError> {
        let (layout, scratch) = (options.layout.clone(), options.scratch.clone());
        let store = store::open(
            source.as_ref(),
            &store::OpenOptions { layout, scratch, stop: options.stop.clone() },
        )?;
        let source = Some(source.as_ref().to_owned());
        Ok(Self { source, ..Self::with_store(store, options) })
    }

    /// A session over a store that is open already.
    pub fn with_store(store: Box<dyn EventStore>, options: &OpenOptions) -> Self {
        Self {
            store,
            source: None,
            options: options.clone(),
            reducer: behind(options.upcast.as_ref(), Box::new(Merge::new())),
            opened: Vec::new(),
            generation: 0,
            attention: Attention::default(),
            counter: Counter::default(),
            found: past::Found::default(),
        }
    }

    /// The same store opened once more, for another thread; timelines are not shared.
    pub fn reopen(&self) -> Result<Self, SessionError> {
        Ok(Self {
            store: self.store.reopen()?,
            source: self.source.clone(),
            options: self.options.clone(),
            reducer: self.reducer.fork(),
            opened: Vec::new(),
            generation: 0,
            attention: Attention::default(),
            counter: Counter::default(),
            found: past::Found::default(),
        })
    }

    /// What is rung when something may have been written; `None` where the store has to be looked at.
    pub fn bell(&self) -> Option<Bell> {
        self.store.bell()
    }

    /// Folds with another reducer from now on, behind the chain of upcasters where there is one; what was folded before
    /// is forgotten.
    pub fn fold_with(&mut self, reducer: Box<dyn Reducer>) {
        self.reducer = behind(self.options.upcast.as_ref(), reducer);
        self.opened.clear();
    }

    /// Who carries orders out on the store; `None` where it is not one of foldback's own, which alone is written to.
    pub fn steward(&self) -> Option<Steward> {
        let source = self.source.as_ref().filter(|_| !self.store.info().read_only)?;
        Some(Steward::of(source.clone()).behind(self.options.upcast.clone()))
    }

    /// What is known about the store.
    pub fn store_info(&self) -> &StoreInfo {
        self.store.info()
    }

    /// What the store's layout records.
    pub fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    /// What stops a running call from another thread.
    pub fn interrupter(&self) -> Interrupter {
        self.store.interrupter()
    }

    /// What to show of an event's type where there is little room.
    pub fn short_type<'a>(&self, event_type: &'a EventType) -> &'a str {
        self.store.short_type(event_type)
    }

    /// What the store's layout calls the members of the metadata that tie events together.
    pub fn metadata_keys(&self) -> MetadataKeys<'_> {
        self.store.metadata_keys()
    }

    /// The reducer's name and how far its states can be trusted.
    pub fn reducer(&self) -> (&str, Tier) {
        (self.reducer.name(), self.reducer.tier())
    }

    /// What stands beside a snapshot that this reducer makes, behind this chain.
    pub fn kept_as(&self) -> SmolStr {
        self.reducer.kept_as()
    }

    /// What events go through before they are folded.
    pub fn upcasters(&self) -> Option<&Arc<Chain>> {
        self.options.upcast.as_ref()
    }

    /// What the timelines in memory keep.
    pub fn kept(&self) -> Kept {
        let bytes = self.opened.iter().map(|opened| opened.timeline.bytes()).sum();
        Kept { timelines: self.opened.len(), bytes, budget: self.options.memory }
    }

    /// Grows where another history has taken the place of what was read before; what is known of the store may then
    /// be different too.
    pub fn history(&self) -> u64 {
        self.generation
    }

    /// Keeps the store at hand between two questions until [`Self::rest`]: for somebody who asks again and again, and
    /// notices when nobody does. Where its owner closes the store meanwhile, the log stays beside it.
    pub fn linger(&mut self) {
        self.attention.lingers = true;
    }

    /// Lets go of the store; the next question takes it up again.
    pub fn rest(&mut self) {
        self.store.rest();
    }

    /// Answers a question that takes several calls of the store, which is kept at hand between them.
    fn at_once<T>(
        &mut self,
        answer: impl FnOnce(&mut Self) -> Result<T, SessionError>,
    ) -> Result<T, SessionError> {
        if self.attention.busy {
            return answer(self);
        }
        self.attention.busy = true;
        self.store.busy();
        let answer = answer(self);
        self.attention.busy = false;
        if !self.attention.lingers {
            self.store.rest();
        }
        answer
    }

    /// Forgets every timeline where another history has taken the store's place.
    fn follow(&mut self) -> Result<Head, SessionError> {
        let head = self.store.head()?;
        if head.generation != self.generation {
            self.generation = head.generation;
            self.opened.clear();
        }
        Ok(head)
    }

    fn known(&self, key: &AggregateKey) -> Option<&Opened> {
        self.opened.iter().find(|opened| opened.timeline.key() == key)
    }
}

/// A reducer behind a chain, where there is one.
fn behind(chain: Option<&Arc<Chain>>, reducer: Box<dyn Reducer>) -> Box<dyn Reducer> {
    match chain {
        Some(chain) => Box::new(Upcasting::new(Arc::clone(chain), reducer)),
        None => reducer,
    }
}

#[cfg(test)]
mod tests;

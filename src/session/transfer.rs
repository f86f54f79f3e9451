//! What is copied from an open store to another place: a store of our own, a recording, CloudEvents.
//!
//! The one place where a session writes, and never to the store it reads.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use super::{Session, SessionError, Watch};
use crate::model::Event;
use crate::store::export::Make;
use crate::store::{EventQuery, EventStore, StoreError, export, own, postgres};
use upcasted::Renewed;

pub use upcasted::Renewal;

mod upcasted;

pub use crate::store::export::{ExportReport, Format};
pub use crate::store::own::ImportReport;

/// In which schemas events are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schemas {
    /// In those that they were recorded in.
    Recorded,
    /// In the newest that the session's chain of upcasters leads to.
    Newest,
}

/// What was exported.
#[derive(Clone, Debug)]
pub struct Exported {
    /// What was written, and what stayed behind.
    pub report: ExportReport,
    /// What became of the events, where they went through a chain.
    pub renewal: Option<Renewal>,
}

impl Session {
    /// Makes a store of our own at `to`, a path or the address of a database, with every event. Nothing stands there until
    /// it is whole.
    pub fn import_to(
        &mut self,
        to: &Path,
        watch: &mut dyn Watch,
    ) -> Result<ImportReport, SessionError> {
        let all = self.store.counts()?.events;
        let (from, progress) = (self.store.as_mut(), &mut |done| go_on(watch, done, all));
        match to.to_str().filter(|to| postgres::is_address(to)) {
            Some(address) => Ok(postgres::import(from, address, progress)?),
            None => Ok(own::import(from, to, progress)?),
        }
    }

    /// Writes all of it into a new file. Nothing stands there until it is whole.
    pub fn export_to(
        &mut self,
        to: &Path,
        format: Format,
        schemas: Schemas,
        watch: &mut dyn Watch,
    ) -> Result<Exported, SessionError> {
        self.exported(schemas, watch, &mut |store, make, progress| {
            export::export_file(store, &EventQuery::default(), to, format, make, progress)
        })
    }

    /// Writes all of it to a stream.
    pub fn export_into(
        &mut self,
        to: &mut dyn Write,
        format: Format,
        schemas: Schemas,
        watch: &mut dyn Watch,
    ) -> Result<Exported, SessionError> {
        self.exported(schemas, watch, &mut |store, make, progress| {
            export::export_made(store, &EventQuery::default(), to, format, make, progress)
        })
    }

    fn exported(
        &mut self,
        schemas: Schemas,
        watch: &mut dyn Watch,
        write: &mut Written<'_>,
    ) -> Result<Exported, SessionError> {
        let all = self.store.counts()?.events;
        let Some(chain) = self.options.upcast.as_ref().filter(|_| schemas == Schemas::Newest)
        else {
            let progress = &mut |done| go_on(watch, done, all);
            let report = write(self.store.as_mut(), None, progress)?;
            return Ok(Exported { report, renewal: None });
        };
        let mut renewed = Renewed::by(chain);
        // Both look at who gives up: one event may take long, and so may the whole.
        let watch = std::cell::RefCell::new(watch);
        let make = &mut |events: Vec<Event>| renewed.page(events, &|| watch.borrow().cancelled());
        let progress = &mut |done| go_on(&mut **watch.borrow_mut(), done, all);
        let report = write(self.store.as_mut(), Some(make), progress)?;
        Ok(Exported { report, renewal: Some(renewed.done()) })
    }
}

type Written<'w> = dyn FnMut(
        &mut dyn EventStore,
        Option<&mut Make<'_>>,
        &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<ExportReport, StoreError>
    + 'w;

fn go_on(watch: &mut dyn Watch, done: u64, all: u64) -> ControlFlow<()> {
    watch.progress(done, Some(all));
    if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

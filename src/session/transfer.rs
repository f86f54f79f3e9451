//! What is copied from an open store to another place: a store of our own, a recording, CloudEvents.
//!
//! The one place where a session writes, and never to the store it reads.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;

use super::{Session, SessionError, Watch};
use crate::store::{EventQuery, export, own, postgres};

pub use crate::store::export::{ExportReport, Format};
pub use crate::store::own::ImportReport;

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
        watch: &mut dyn Watch,
    ) -> Result<ExportReport, SessionError> {
        let all = self.store.counts()?.events;
        let query = EventQuery::default();
        let progress = &mut |done| go_on(watch, done, all);
        Ok(export::export_file(self.store.as_mut(), &query, to, format, progress)?)
    }

    /// Writes all of it to a stream.
    pub fn export_into(
        &mut self,
        to: &mut dyn Write,
        format: Format,
        watch: &mut dyn Watch,
    ) -> Result<ExportReport, SessionError> {
        let query = EventQuery::default();
        let all = self.store.counts()?.events;
        let progress = &mut |done| go_on(watch, done, all);
        Ok(export::export(self.store.as_mut(), &query, to, format, progress)?)
    }
}

fn go_on(watch: &mut dyn Watch, done: u64, all: u64) -> ControlFlow<()> {
    watch.progress(done, Some(all));
    if watch.cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

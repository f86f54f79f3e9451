//! What projections know: the rows that are kept in a store of foldback's own, read and never written.

use smol_str::SmolStr;

use super::{Session, SessionError};
use crate::model::Payload;
use crate::store::own::ProjectionRecord;
use crate::text::nearest;

impl Session {
    /// The projection of that name, whose rows are kept here.
    pub fn projection(&mut self, name: &str) -> Result<ProjectionRecord, SessionError> {
        let info = self.store.info();
        if info.layout != "foldback" {
            let (store, title) = (info.name.clone(), info.title.clone());
            return Err(SessionError::NoRows { store, title });
        }
        let store = info.name.clone();
        registered(self.store.projections()?, &store, name)
    }

    /// One of the rows that it shows.
    pub fn row(&mut self, projection: &str, key: &str) -> Result<Option<Payload>, SessionError> {
        Ok(self.store.row(projection, key)?)
    }

    /// Up to `limit` of the rows that it shows, after a key, by key in byte order.
    pub fn rows(
        &mut self,
        projection: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(SmolStr, Payload)>, SessionError> {
        Ok(self.store.rows(projection, after, limit)?)
    }
}

/// The projection of that name among those of a store; an error that says which there are where it was never run.
pub fn registered(
    records: Vec<ProjectionRecord>,
    store: &str,
    name: &str,
) -> Result<ProjectionRecord, SessionError> {
    let near = nearest(name, records.iter().map(|record| record.name.as_str())).map(str::to_owned);
    let names: Vec<String> = records.iter().map(|record| record.name.clone()).collect();
    records.into_iter().find(|record| record.name == name).ok_or_else(|| {
        let (name, store) = (name.to_owned(), store.to_owned());
        SessionError::NoSuchProjection { name, store, near, names }
    })
}

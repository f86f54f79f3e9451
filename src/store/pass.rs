//! Every event of a store in its order, all of them from one history.

use super::{Cursor, EventPage, EventQuery, EventStore, StoreError, StoreErrorKind};

/// A way through a store, page by page.
#[derive(Debug)]
pub(crate) struct Pass {
    query: EventQuery,
    generation: u64,
    ended: bool,
}

impl Pass {
    /// Begins where `query` does.
    pub(crate) fn new(store: &mut dyn EventStore, query: &EventQuery) -> Result<Self, StoreError> {
        Ok(Self { query: query.clone(), generation: store.head()?.generation, ended: false })
    }

    /// The next page, of about `limit` events; `None` beyond the last. Fails where another history has taken the
    /// store's place since the beginning: what was read then does not go with what comes.
    pub(crate) fn next(
        &mut self,
        store: &mut dyn EventStore,
        limit: usize,
    ) -> Result<Option<EventPage>, StoreError> {
        if self.ended {
            return Ok(None);
        }
        let page = store.scan(&self.query, limit)?;
        if store.head()?.generation != self.generation {
            return Err(replaced(&store.info().name));
        }
        self.after(page.next);
        Ok(Some(page))
    }

    fn after(&mut self, next: Option<Cursor>) {
        self.ended = next.is_none();
        self.query.after = next;
    }
}

/// What is to be said where another history took a store's place while its events were read one after the other.
pub(crate) fn replaced(name: &str) -> StoreError {
    let message = format!(
        "{name} was replaced or rewritten while it was read: what was read so far belongs to another history"
    );
    StoreError::new(StoreErrorKind::Failed, message).hint("run the same again")
}

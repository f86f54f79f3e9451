//! Events as the newest schema has them, where a session has a chain of upcasters.

use super::drive::Way;
use super::{Session, SessionError};
use crate::model::{Event, Finding};
use crate::upcast::{Chain, Explanation};

/// What a chain made of an event, or why it could not.
pub type Upcasted = Result<Explanation, Finding>;

/// What a chain makes of an event; `None` where that is what was recorded.
pub(super) fn upcasted(chain: &Chain, event: &Event) -> Option<Upcasted> {
    chain.explain(event).transpose()
}

impl Session {
    /// What becomes of an event; `None` where it is folded as it was recorded.
    pub fn upcasted(&self, event: &Event) -> Option<Upcasted> {
        upcasted(self.options.upcast.as_deref()?, event)
    }

    /// How events are read to be folded: with their schema versions only where the reducer asks for them.
    pub(super) fn reads(&self) -> Way {
        if self.reducer.asks_for_schemas() {
            return self.reads_whole();
        }
        Way {
            read: |store, key, after, limit| store.read_to_fold(key, after, limit),
            by_chain: false,
        }
    }

    /// How events are read to be folded and shown.
    pub(super) fn reads_whole(&self) -> Way {
        let by_chain = self.options.upcast.is_some();
        Way { read: |store, key, after, limit| store.read(key, after, limit), by_chain }
    }

    /// Looks at every event of the store, in its order, page by page.
    pub fn each_event(
        &mut self,
        watch: &mut dyn super::Watch,
        each: &mut dyn FnMut(&Event),
    ) -> Result<(), SessionError> {
        let mut query = crate::store::EventQuery::default();
        let mut seen = 0;
        loop {
            let page = self.store.scan(&query, super::drive::PAGE)?;
            // Expressions of the chain ask for a large stack: once a page is cheaper than once an event.
            crate::analysis::with_room(|| {
                for event in &page.events {
                    if watch.cancelled() {
                        return Err(SessionError::Cancelled);
                    }
                    each(event);
                }
                Ok(())
            })?;
            seen += page.events.len() as u64;
            watch.progress(seen, None);
            let Some(next) = page.next else { return Ok(()) };
            query.after = Some(next);
        }
    }
}

#[cfg(test)]
mod tests;

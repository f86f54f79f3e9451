//! How large a store is now, and how many events its aggregates have.

use super::{Alert, Known, Reading, Readings};
use crate::model::{AggregateKey, Version};
use crate::session::{Session, SessionError};

impl Session {
    /// The room that the store takes; `None` where that cannot be told.
    pub(super) fn storage_now(&mut self) -> Result<Option<Reading>, SessionError> {
        let bytes = self.store.storage()?.map(|bytes| bytes as f64);
        Ok(bytes.map(|bytes| {
            let of = Some(bytes);
            Reading { newest: of, middle: of, end: of, count: 1 }
        }))
    }

    /// Events per aggregate.
    pub(super) fn sizes_now(&mut self, above: f64) -> Result<Known, SessionError> {
        let sizes = self.counter.sizes(&mut *self.store)?;
        let Some((key, largest)) = &sizes.largest else { return Ok(Known::NothingYet) };
        let mean = (sizes.events > 0).then(|| sizes.events as f64 / sizes.aggregates.max(1) as f64);
        let end = Some(*largest as f64);
        let now = Reading { newest: end, middle: mean, end, count: sizes.aggregates };
        let by = vec![(key.called(), Reading { newest: end, middle: end, end, count: *largest })];
        let alerts = self.outgrown(key, *largest, above)?.into_iter().collect();
        Ok(Known::Readings(Box::new(Readings { now, by, alerts, ..Readings::default() })))
    }

    /// Since when the largest aggregate has more events than it should.
    fn outgrown(
        &mut self,
        key: &AggregateKey,
        largest: u64,
        above: f64,
    ) -> Result<Option<Alert>, SessionError> {
        if largest as f64 <= above {
            return Ok(None);
        }
        let events = self.store.read(key, Version(above.floor() as u64), 1)?;
        let raised = events.first().and_then(|event| event.time);
        Ok(raised.map(|raised| Alert {
            raised,
            before: false,
            cleared: None,
            worst: largest as f64,
        }))
    }
}

//! What was measured since it was written down last.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use smol_str::SmolStr;

use crate::model::{Metric, Spread, Timestamp};
use crate::store::Sample;

/// Takes what is measured, on any thread. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    spreads: BTreeMap<(Metric, SmolStr), Spread>,
    /// How many events each projection failed at.
    failures: BTreeMap<SmolStr, u64>,
}

impl Recorder {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It took that long.
    pub fn took(&self, metric: Metric, time: Duration) {
        let mut seen = self.seen();
        seen.spreads.entry((metric, SmolStr::default())).or_default().add(time.as_secs_f64());
    }

    /// Does `work`, and takes how long that was where it was done.
    pub fn measure<T, E>(
        &self,
        metric: Metric,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        let begun = Instant::now();
        let done = work()?;
        self.took(metric, begun.elapsed());
        Ok(done)
    }

    /// Events had their effect in a projection after so many seconds each.
    pub fn reached(&self, projection: &str, seconds: impl IntoIterator<Item = f64>) {
        let mut seen = self.seen();
        let spread = seen.spreads.entry((Metric::ProjectionLag, projection.into())).or_default();
        for seconds in seconds {
            spread.add(seconds);
        }
    }

    /// A projection gave so many events up, or was stopped by one.
    pub fn failed(&self, projection: &str, events: u64) {
        if events > 0 {
            *self.seen().failures.entry(projection.into()).or_default() += events;
        }
    }

    /// Everything since the last time, as of now; the next begins anew.
    pub fn take(&self, now: Timestamp) -> Vec<Sample> {
        let Seen { spreads, failures } = std::mem::take(&mut *self.seen());
        let spread = |((metric, subject), spread): ((Metric, SmolStr), Spread)| {
            Sample::spread(metric, &subject, now, spread)
        };
        // Of one second, as often as that is in a minute.
        let failed = |(subject, count): (SmolStr, u64)| {
            Sample::new(Metric::ErrorRate, &subject, now, count as f64 * 60.0)
        };
        spreads.into_iter().filter_map(spread).chain(failures.into_iter().map(failed)).collect()
    }
}

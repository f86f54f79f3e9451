//! Samples of what was measured, written down; those that are old are put together.

use rusqlite::params;
use smol_str::SmolStr;

use super::refuse::{check_value, time_text};
use super::transaction::Write;
use super::{OwnStore, Sample, THINNING};
use crate::model::time::parse_recorded;
use crate::model::{Spread, Timestamp};
use crate::store::StoreError;

impl OwnStore {
    pub(super) fn store_samples(&mut self, samples: &[Sample]) -> Result<(), StoreError> {
        self.write(|write| {
            for sample in samples {
                check_value(sample)?;
                insert(write, sample)?;
            }
            match samples.iter().map(|sample| sample.time).max() {
                Some(now) => thin(write, &now),
                None => Ok(()),
            }
        })
    }
}

fn insert(write: &Write<'_>, sample: &Sample) -> Result<(), StoreError> {
    write.execute(
        "INSERT OR REPLACE INTO metric_samples (metric, sampled_at, subject, value, seconds, spread)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            sample.metric.as_str(),
            time_text(&sample.time)?,
            sample.subject.as_str(),
            sample.value,
            sample.seconds,
            sample.spread.as_ref().map(Spread::to_bytes),
        ],
    )?;
    Ok(())
}

/// Puts together what is old.
fn thin(write: &Write<'_>, now: &Timestamp) -> Result<(), StoreError> {
    for step in THINNING {
        let Some(before) = step.before(now) else { continue };
        let old = write.all(
            "SELECT metric, subject, sampled_at, value, spread FROM metric_samples
             WHERE seconds = ?1 AND sampled_at < ?2",
            params![step.from, before],
            |row| {
                let Some(time) = parse_recorded(row.get_ref(2)?.as_str()?) else { return Ok(None) };
                Ok(Some(Sample {
                    metric: SmolStr::new(row.get_ref(0)?.as_str()?),
                    subject: SmolStr::new(row.get_ref(1)?.as_str()?),
                    time,
                    value: row.get(3)?,
                    seconds: step.from,
                    spread: row.get_ref(4)?.as_blob_or_null()?.and_then(Spread::from_bytes),
                }))
            },
        )?;
        if old.is_empty() {
            continue;
        }
        write.execute(
            "DELETE FROM metric_samples WHERE seconds = ?1 AND sampled_at < ?2",
            params![step.from, before],
        )?;
        for sample in step.thinned(old.into_iter().flatten().collect()) {
            insert(write, &sample)?;
        }
    }
    Ok(())
}

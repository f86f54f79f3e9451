//! How far projections are behind: how long the oldest event that each had not handled waited.

use std::collections::BTreeMap;

use super::{Told, highest};
use crate::model::{Metric, Timestamp};
use crate::session::metrics::values::Values;
use crate::session::metrics::waits::{self, Wanted};
use crate::session::metrics::{Reading, Readings};
use crate::session::track::{Nexts, Track};
use crate::session::{Session, SessionError};

/// What is known of one projection.
struct Behind {
    /// At the end of each column.
    columns: Vec<Option<f64>>,
    /// At moments of the span.
    values: Vec<f64>,
    /// At its end.
    newest: Option<f64>,
}

impl Told<'_> {
    /// How long the oldest event that a projection had not handled waited.
    pub(super) fn lag(&mut self, tracks: &[Track]) -> Result<Option<Readings>, SessionError> {
        let mut readings =
            Readings { trend: vec![None; self.columns.len() - 1], ..Readings::default() };
        let (mut all, mut alerts) = (Vec::new(), Vec::new());
        let mut nexts = self.past.session.found.nexts();
        let mut newest = BTreeMap::new();
        let above = self.limits.threshold(Metric::ProjectionLag).above;
        let inside: Vec<Timestamp> =
            self.moments.iter().copied().filter(|at| *at >= self.span.from).collect();
        for track in tracks {
            let behind = self.behind(track, &inside, &mut nexts)?;
            for (slot, column) in readings.trend.iter_mut().zip(&behind.columns) {
                *slot = highest([*slot, *column]);
            }
            let wanted = Wanted { span: self.span, moments: &inside, above };
            let Session { store, found, .. } = &mut *self.past.session;
            let known = (&mut nexts, &mut found.trails);
            let found = waits::alerts(&mut **store, known, track, wanted)?;
            // What is too short to be seen at the end of a column is seen in it.
            for (time, waited) in found.peaks {
                if let Some(slot) = self.column(time).and_then(|at| readings.trend.get_mut(at)) {
                    *slot = highest([*slot, Some(waited)]);
                }
            }
            alerts.extend(found.alerts);
            let name = &track.checkpoint.name;
            newest.extend(behind.newest.map(|behind| (name.clone(), behind)));
            if !behind.values.is_empty() {
                let values = behind.values.into_iter().map(|value| (value, 1));
                all.extend(values.clone());
                let reading = values.collect::<Values>().reading();
                readings.by.push((name.clone(), Reading { newest: behind.newest, ..reading }));
            }
        }
        self.past.session.found.keep(nexts);
        if readings.by.is_empty() {
            return Ok(None);
        }
        let sampled = self.sampled(Metric::ProjectionLag)?;
        for (slot, measured) in readings.trend.iter_mut().zip(sampled.trend()) {
            *slot = highest([*slot, measured]);
        }
        let (mut all, sampled): (Values, _) = (all.into_iter().collect(), sampled.spread_by());
        // Where it was measured how long events waited, that is what counts; how far one is behind now, it still is.
        for (name, measured) in &sampled {
            if let Some((_, reading)) = readings.by.iter_mut().find(|(known, _)| known == name) {
                let behind = newest.get(name).copied();
                *reading = Reading { newest: behind, ..measured.reading() };
                reading.end = highest([reading.end, behind]);
            }
        }
        if !sampled.is_empty() {
            all = sampled.into_iter().map(|(_, measured)| measured).collect();
        }
        let end = highest(readings.by.iter().map(|(_, reading)| reading.end));
        let newest = highest(newest.into_values().map(Some));
        readings.now = Reading { newest, end, ..all.reading() };
        readings.spread = all.spread();
        readings.alerts = waits::together(alerts);
        Ok(Some(readings))
    }

    fn behind(
        &mut self,
        track: &Track,
        inside: &[Timestamp],
        nexts: &mut Nexts,
    ) -> Result<Behind, SessionError> {
        let ends = self.columns.get(1..).unwrap_or_default();
        let moments = [ends, inside].concat();
        let Session { store, found, .. } = &mut *self.past.session;
        let there = track.at(&mut **store, &mut found.trails, &moments)?;
        nexts.know(&mut **store, there.iter().flatten().map(|there| there.position))?;
        let waited = there
            .into_iter()
            .map(|there| there.map(|there| nexts.waited(there.position, there.moment)));
        let mut columns: Vec<Option<f64>> = waited.collect();
        let values = columns.split_off(ends.len());
        // The last of the moments is the end of the span.
        let newest = values.last().copied().flatten();
        Ok(Behind { columns, values: values.into_iter().flatten().collect(), newest })
    }

    /// The column that a moment is in.
    fn column(&self, time: Timestamp) -> Option<usize> {
        let after = self.columns.partition_point(|end| *end < time);
        after.checked_sub(1).filter(|at| at + 1 < self.columns.len())
    }
}

//! Where checkpoints have been, put together as it grows old, so that a store that is followed for weeks does not grow
//! with every step.
//!
//! Every place of the last minute is kept. Then, of each whole second, and after an hour of each whole minute, after a day
//! of each whole hour: the last place, and the two places between which an event waited longest. So lag is known as of a
//! moment in the same second, minute or hour, and the worst of it as it was.

use std::collections::HashMap;

use chrono::TimeDelta;
use rusqlite::{Row, params};

use super::refuse::time_text;
use super::sample::Thinning;
use super::transaction::Write;
use crate::model::time::parse_recorded;
use crate::model::{Position, Timestamp};
use crate::store::StoreError;

/// Every place by the second after a minute, these by the minute after an hour, these by the hour after a day.
pub(in crate::store) const THINNING: [Thinning; 3] =
    [Thinning::new(0, 1, 60), Thinning::new(1, 60, 3_600), Thinning::new(60, 3_600, 86_400)];
/// Rows that are looked at in one step at most: it is a projection's own step, and must not take long.
pub(in crate::store) const MOST: usize = 1_000;
/// How often a writer puts the history of a projection together.
const EVERY: TimeDelta = TimeDelta::seconds(10);

/// A row of the history.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Place {
    pub(in crate::store) time: Timestamp,
    pub(in crate::store) position: Position,
    pub(in crate::store) left_out: u64,
    /// When the first event after it was recorded.
    pub(in crate::store) next: Option<Timestamp>,
}

impl Place {
    /// How long that event had waited by a moment.
    fn waited(&self, moment: Timestamp) -> TimeDelta {
        self.next.map_or(TimeDelta::zero(), |next| moment - next)
    }
}

impl Thinning {
    /// Which whole second, minute or hour it is.
    fn stretch(self, place: &Place) -> i64 {
        place.time.timestamp().div_euclid(self.to.into())
    }

    /// Those of whole stretches, where there are more than could be looked at.
    pub(in crate::store) fn whole(self, places: &[Place]) -> &[Place] {
        let last = places.last().map(|last| self.stretch(last));
        let upto = places.partition_point(|place| Some(self.stretch(place)) < last);
        let upto = if places.len() < MOST || upto == 0 { places.len() } else { upto };
        places.get(..upto).unwrap_or_default()
    }

    /// What becomes of each place: it goes, or it stays with so many left out before it. `before` is the one before them.
    pub(in crate::store) fn put_together(
        self,
        before: Option<&Place>,
        places: &[Place],
    ) -> Vec<Option<u64>> {
        let mut kept = vec![None; places.len()];
        let mut at = 0;
        for stretch in places.chunk_by(|one, next| self.stretch(one) == self.stretch(next)) {
            let last = at + stretch.len() - 1;
            let earlier = |place: usize| place.checked_sub(1).map_or(before, |at| places.get(at));
            // Between a place and one that does not follow right upon it, nobody knows how long anything waited.
            let waited = |place: &usize| {
                let here = places.get(*place).filter(|here| here.left_out == 0)?;
                let waited = earlier(*place)?.waited(here.time);
                (waited > TimeDelta::zero()).then_some(waited)
            };
            let worst = (at..=last).filter(|place| waited(place).is_some()).max_by_key(waited);
            let pair = worst.into_iter().flat_map(|worst| [worst.checked_sub(1), Some(worst)]);
            let stays: Vec<usize> = pair.flatten().chain([last]).collect();
            let mut left_out = 0;
            for (place, (slot, one)) in (at..).zip(kept.iter_mut().skip(at).zip(stretch)) {
                left_out += one.left_out;
                if stays.contains(&place) {
                    *slot = Some(std::mem::take(&mut left_out));
                } else {
                    left_out += 1;
                }
            }
            at = last + 1;
        }
        kept
    }
}

/// When a writer put the history of each projection together.
#[derive(Debug, Default)]
pub(in crate::store) struct Due(HashMap<String, Timestamp>);

impl Due {
    /// Whether it is time.
    pub(in crate::store) fn is(&self, name: &str, now: &Timestamp) -> bool {
        self.0.get(name).is_none_or(|last| (*now - *last).abs() >= EVERY)
    }

    /// It is done, as far as it could be in one step.
    pub(in crate::store) fn done(&mut self, name: &str, now: &Timestamp, is_all: bool) {
        if is_all {
            self.0.insert(name.to_owned(), *now);
        } else {
            self.0.remove(name);
        }
    }
}

/// The oldest ?4 places of ?1 that were put together by ?2 seconds, before ?3.
const OLD: &str = "SELECT updated_at, position, left_out,
    (SELECT recorded_at FROM events WHERE events.position > h.position ORDER BY events.position LIMIT 1)
    FROM checkpoint_history h INDEXED BY checkpoint_history_by_age
    WHERE name = ?1 AND seconds = ?2 AND updated_at < ?3 ORDER BY updated_at, position LIMIT ?4";

/// The place of ?1 before the one of that time and position.
const EARLIER: &str = "SELECT updated_at, position, left_out,
    (SELECT recorded_at FROM events WHERE events.position > h.position ORDER BY events.position LIMIT 1)
    FROM checkpoint_history h WHERE name = ?1 AND (updated_at, position) < (?2, ?3)
    ORDER BY updated_at DESC, position DESC LIMIT 1";

/// Puts together what is old of one projection; says whether that is all of it.
pub(super) fn thin(write: &Write<'_>, name: &str, now: &Timestamp) -> Result<bool, StoreError> {
    let mut is_all = true;
    for step in THINNING {
        let Some(before) = step.before(now) else { continue };
        let old = write.all(OLD, params![name, step.from, before, MOST as i64], place)?;
        is_all &= old.len() < MOST;
        let old: Vec<Place> = old.into_iter().flatten().collect();
        let old = step.whole(&old);
        let Some(first) = old.first() else { continue };
        let first = params![name, time_text(&first.time)?, first.position.0];
        let earlier = write.one(EARLIER, first, place)?.flatten();
        for (one, left_out) in old.iter().zip(step.put_together(earlier.as_ref(), old)) {
            let (time, position) = (time_text(&one.time)?, one.position.0);
            match left_out {
                Some(left_out) => write.execute(
                    "UPDATE checkpoint_history SET seconds = ?4, left_out = ?5 WHERE name = ?1 AND updated_at = ?2 AND position = ?3",
                    params![name, time, position, step.to, left_out as i64],
                )?,
                None => write.execute(
                    "DELETE FROM checkpoint_history WHERE name = ?1 AND updated_at = ?2 AND position = ?3",
                    params![name, time, position],
                )?,
            };
        }
    }
    Ok(is_all)
}

/// A place; `None` where its time means nothing.
fn place(row: &Row<'_>) -> rusqlite::Result<Option<Place>> {
    let Some(time) = parse_recorded(row.get_ref(0)?.as_str()?) else { return Ok(None) };
    Ok(Some(Place {
        time,
        position: Position(row.get(1)?),
        left_out: row.get::<_, i64>(2)?.unsigned_abs(),
        next: row.get_ref(3)?.as_str_or_null()?.and_then(parse_recorded),
    }))
}

#[cfg(test)]
pub(crate) mod conformance;
#[cfg(test)]
mod tests;

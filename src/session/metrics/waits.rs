//! When events waited too long for a projection: found in the moves of its checkpoint, not at moments that somebody
//! chose. So an alert is found however short it was and however long the time that is looked at, and begins and ends
//! at the instant.
//!
//! Between two moves the event after the checkpoint waits longer and longer, so it waited longest just before the second.
//! Which stretches are worth a look is found by dividing them: where even the first of their events cannot have waited
//! too long by their end, none has. Of moves that the store has put together, the worst of each second, minute or hour
//! is known, and of the rest nothing is made up.

use std::ops::Range;

use super::super::Span;
use super::super::track::{Nexts, Track, Trails};
use super::Alert;
use super::alert::CLEARED_AT;
use crate::model::{Position, Timestamp};
use crate::store::{EventStore, Move, StoreError};

/// Moves of one projection that are looked at one by one; those before them by the moments that a span is looked at by.
/// foldback's own store comes to fewer: it puts them together as they grow old.
const MOST: usize = 20_000;
/// How many moves before the span it is looked back through for where an alert in it was raised, step by step.
const BACK: [usize; 3] = [500, 4_000, MOST];

/// A time in which a checkpoint stood.
#[derive(Clone, Copy, Debug)]
struct Stand {
    from: Timestamp,
    position: Position,
    /// To when that is known: not when it moved, where the places between are left out.
    to: Timestamp,
}

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    pub(super) span: Span,
    /// Rising moments of the span, for what is too much to be looked at one by one.
    pub(super) moments: &'a [Timestamp],
    /// In seconds.
    pub(super) above: f64,
}

/// What was found of one projection.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Waits {
    /// From old to new.
    pub(super) alerts: Vec<Alert>,
    /// When an event had waited longer than that, and how long, each time that it did not go on waiting.
    pub(super) peaks: Vec<(Timestamp, f64)>,
}

/// Looks for what is wanted of one projection.
pub(super) fn alerts(
    store: &mut dyn EventStore,
    (nexts, trails): (&mut Nexts, &mut Trails),
    track: &Track,
    wanted: Wanted<'_>,
) -> Result<Waits, StoreError> {
    let Span { from, to } = wanted.span;
    let name = &track.checkpoint.name;
    let inside = moves(store, trails, track, wanted)?;
    let first = inside.first().map_or(to, |first| first.time);
    nexts.know(store, inside.iter().map(|one| one.position).take(1))?;
    let begins_high = inside
        .first()
        .is_some_and(|one| nexts.waited(one.position, from.max(first)) > wanted.above * CLEARED_AT);
    if !begins_high || first > from || !track.has_moved() {
        return found(store, nexts, (&inside, !track.is_recorded()), wanted);
    }
    let mut told = Waits::default();
    for most in BACK {
        let mut all = store.moves_between(name, None, &first, most)?;
        let is_all = all.len() < most;
        let reach = all.first().map_or(first, |first| first.time);
        all.extend(inside.iter().filter(|one| one.time > first));
        told = found(store, nexts, (&all, !is_all), wanted)?;
        if is_all || told.alerts.first().is_none_or(|alert| alert.raised > reach) {
            break;
        }
    }
    Ok(told)
}

/// Its moves in the span, with the one before.
fn moves(
    store: &mut dyn EventStore,
    trails: &mut Trails,
    track: &Track,
    wanted: Wanted<'_>,
) -> Result<Vec<Move>, StoreError> {
    let Span { from, to } = wanted.span;
    if !track.has_moved() {
        return Ok(track.newest.into_iter().filter(|one| one.time <= to).collect());
    }
    let before = trails.around(store, track, &[from])?.into_iter().next();
    let mut all: Vec<Move> = before.and_then(|around| around.before).into_iter().collect();
    let inside = trails.between(store, track, (from, to), MOST)?;
    if let (MOST, Some(first)) = (inside.len(), inside.first()) {
        let early: Vec<Timestamp> =
            wanted.moments.iter().copied().filter(|at| from < *at && *at < first.time).collect();
        // Where it was in between is not looked at.
        let vague = |one: Move| Move { left_out: 1, seconds: u32::MAX, ..one };
        let mut last = from;
        for there in track.at(store, trails, &early)?.into_iter().flatten() {
            if there.moment > last && there.moment < first.time {
                all.push(vague(Move::new(there.moment, there.position)));
                last = there.moment;
            }
        }
        all.push(vague(*first));
        all.extend(inside.iter().skip(1));
        return Ok(all);
    }
    all.extend(inside);
    Ok(all)
}

/// Where it stood, one after the other.
fn stands(moves: &[Move], to: Timestamp) -> Vec<Stand> {
    let nexts = moves.iter().skip(1).map(Some).chain([None]);
    let stand = |(one, next): (&Move, Option<&Move>)| {
        let until = next.map_or(to, |next| next.vague_since().unwrap_or(next.time).min(next.time));
        Stand { from: one.time, position: one.position, to: until.max(one.time) }
    };
    moves.iter().zip(nexts).map(stand).collect()
}

/// The alerts in some moves that touch the span; one that is there at the first of them began before, where there are
/// others before it.
fn found(
    store: &mut dyn EventStore,
    nexts: &mut Nexts,
    (moves, goes_back): (&[Move], bool),
    wanted: Wanted<'_>,
) -> Result<Waits, StoreError> {
    let Wanted { span, above, .. } = wanted;
    let stands = stands(moves, span.to);
    let Waits { mut alerts, mut peaks } = Waits::default();
    let mut raised: Option<Alert> = None;
    for at in high(store, nexts, &stands, above * CLEARED_AT)? {
        let Some(stand) = stands.get(at.index) else { continue };
        let (begins, ends) =
            (nexts.waited(stand.position, stand.from), nexts.waited(stand.position, stand.to));
        if begins <= above * CLEARED_AT
            && let Some(alert) = raised.take()
        {
            alerts.push(Alert { cleared: Some(stand.from), ..alert });
        }
        if at.is_low {
            continue;
        }
        if ends > above && stand.to >= span.from {
            peaks.push((stand.to, ends));
        }
        match &mut raised {
            Some(alert) => alert.worst = alert.worst.max(ends),
            None if ends > above => {
                let since = nexts.since(stand.position).unwrap_or(stand.from);
                let limit = chrono::TimeDelta::microseconds((above * 1e6) as i64);
                let rose = since.checked_add_signed(limit).unwrap_or(stand.from).max(stand.from);
                let before = goes_back && at.index == 0 && rose == stand.from;
                raised = Some(Alert { raised: rose, before, cleared: None, worst: ends });
            }
            None => {}
        }
    }
    alerts.extend(raised);
    alerts.retain(|alert| alert.cleared.is_none_or(|cleared| cleared >= span.from));
    Ok(Waits { alerts, peaks })
}

/// A place among those where a checkpoint stood.
struct At {
    index: usize,
    /// Neither there nor at those that follow, up to the next that is told, did anything wait too long.
    is_low: bool,
}

/// Those where an event may have waited longer than `limit`, and the first of those between them, rising.
fn high(
    store: &mut dyn EventStore,
    nexts: &mut Nexts,
    stands: &[Stand],
    limit: f64,
) -> Result<Vec<At>, StoreError> {
    let mut found = Vec::new();
    let mut open: Vec<Range<usize>> = std::iter::once(0..stands.len()).collect();
    while !open.is_empty() {
        let bounds = |range: &Range<usize>| {
            let inside = stands.get(range.clone())?;
            Some((inside.iter().map(|one| one.position).min()?, inside.last()?.to))
        };
        nexts.know(store, open.iter().filter_map(bounds).map(|(least, _)| least))?;
        let mut next = Vec::new();
        for range in open {
            let Some((least, to)) = bounds(&range) else { continue };
            let is_low = nexts.waited(least, to) <= limit;
            if is_low || range.len() == 1 {
                found.push(At { index: range.start, is_low });
                continue;
            }
            let inside = stands.get(range.clone()).unwrap_or_default();
            let middle = range.start + divide(inside);
            next.extend([range.start..middle, middle..range.end]);
        }
        open = next;
    }
    found.sort_unstable_by_key(|at| at.index);
    // Of the first of those where nothing waited long it is asked how long that was.
    let firsts = found.iter().filter_map(|at| stands.get(at.index)).map(|one| one.position);
    nexts.know(store, firsts.collect::<Vec<_>>())?;
    Ok(found)
}

/// Where to divide two or more of them: at the roundest moment among those from which they stand, so that those of another
/// span are divided at the same ones, and what was asked about them is known.
fn divide(stands: &[Stand]) -> usize {
    let micros = |one: &Stand| one.from.timestamp_micros();
    let (first, last) = (stands.first().map_or(0, micros), stands.last().map_or(0, micros));
    // The highest bit in which they differ.
    let Some(bit) = ((first ^ last) as u64).checked_ilog2() else { return stands.len() / 2 };
    let moment = last >> bit << bit;
    stands.partition_point(|one| micros(one) < moment)
}

/// The alerts of several projections as those of all of them: raised where the first is, cleared where the last is.
pub(super) fn together(all: impl IntoIterator<Item = Alert>) -> Vec<Alert> {
    let mut all: Vec<Alert> = all.into_iter().collect();
    all.sort_by_key(|alert| alert.raised);
    let mut together: Vec<Alert> = Vec::new();
    for alert in all {
        let over = together
            .last_mut()
            .filter(|last| last.cleared.is_none_or(|cleared| alert.raised <= cleared));
        match over {
            Some(last) => {
                last.worst = last.worst.max(alert.worst);
                last.cleared = last.cleared.zip(alert.cleared).map(|(one, other)| one.max(other));
                last.before |= alert.before && alert.raised == last.raised;
            }
            None => together.push(alert),
        }
    }
    together
}

#[cfg(test)]
mod tests;

//! How far projections lagged at any moment: where their checkpoints were then, held against what had come.
//!
//! A moment is looked up, not searched for. In foldback's own store it is known to the instant for a minute, then to the
//! second, after an hour to the minute, after a day to the hour: what is told is what was so at a moment in that stretch.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::past::{Came, Past, Span};
use super::projection::{ProjectionStatus, STOPPED};
use super::track::{There, Track};
use super::{Session, SessionError};
use crate::model::{Event, Position, Timestamp};
use crate::store::{Checkpoint, Head};

/// How far a projection was behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lag {
    /// Events that it had not handled.
    pub events: u64,
    /// Seconds from the event at its checkpoint to the newest; `None` where there was no event at its checkpoint.
    pub seconds: Option<f64>,
}

/// When a projection will have caught up, if everything goes on as it did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CatchUp {
    /// There is nothing to catch up.
    Done,
    /// In so many seconds.
    In(f64),
    /// Not at this rate.
    Never,
}

/// A projection at a moment, and on the way to it.
#[derive(Clone, Debug)]
pub struct ProjectionThen {
    /// How it was at the moment.
    pub status: ProjectionStatus,
    /// How far it was behind at the end of each column of the span; `None` before it first moved.
    pub trend: Vec<Option<Lag>>,
    /// Events a second that it handled in the last tenth of the span; `None` where that is not recorded.
    pub rate: Option<f64>,
    /// When it will have caught up.
    pub catch_up: Option<CatchUp>,
    /// The event that it did not handle yet; `None` where there is none.
    pub waiting: Option<Box<Event>>,
}

impl PartialEq for ProjectionThen {
    /// An event never changes: it is the same one where it stands in the same place.
    fn eq(&self, other: &Self) -> bool {
        let place = |one: &Self| one.waiting.as_ref().map(|event| (event.key(), event.version));
        let told = |one: &Self| (one.rate, one.catch_up);
        self.status == other.status
            && self.trend == other.trend
            && told(self) == told(other)
            && place(self) == place(other)
    }
}

impl ProjectionThen {
    /// Whether it says itself that an event stopped it.
    pub fn is_stopped(&self) -> bool {
        self.status.findings.iter().any(|finding| finding.code == STOPPED)
    }
}

/// All projections at a moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ProjectionsThen {
    /// The moment: the end of the span. `None` where the store records no times.
    pub span: Option<Span>,
    /// Whether the moment is the newest there is.
    pub newest: bool,
    /// The newest of the times that lie after the clock, which count as none.
    pub ahead: Option<Timestamp>,
    /// The newest position then.
    pub head: Option<Position>,
    /// By name.
    pub projections: Vec<ProjectionThen>,
}

impl Session {
    /// Every projection as it was at `at`, or as it is now, and in the columns of the time before.
    pub fn projections_then(
        &mut self,
        at: Option<Timestamp>,
        before: TimeDelta,
        columns: usize,
    ) -> Result<ProjectionsThen, SessionError> {
        self.at_once(|session| session.told_then(at, before, columns))
    }

    fn told_then(
        &mut self,
        at: Option<Timestamp>,
        before: TimeDelta,
        columns: usize,
    ) -> Result<ProjectionsThen, SessionError> {
        if !self.store.capabilities().checkpoints {
            let head = self.store.head()?.position;
            return Ok(ProjectionsThen {
                span: None,
                newest: true,
                ahead: None,
                head,
                projections: Vec::new(),
            });
        }
        let mut head = self.store.head()?;
        let tracks = self.tracks()?;
        let moved = tracks.iter().filter_map(|track| track.checkpoint.updated);
        let when = self.when(at.into(), &mut head, moved)?;
        let Some(to) = when.to.filter(|_| self.store.capabilities().position) else {
            let now = self.projections()?.into_iter();
            let bare = |status| ProjectionThen {
                status,
                trend: Vec::new(),
                rate: None,
                catch_up: None,
                waiting: None,
            };
            let projections = now.map(bare).collect();
            return Ok(ProjectionsThen {
                span: None,
                newest: true,
                ahead: when.ahead,
                head: head.position,
                projections,
            });
        };
        let span = Span::before(to, before);
        let past_of = Past::new(self, head, when.is_newest.then_some(to), when.latest);
        let mut over = Over { past: past_of, span, columns };
        let (came, projections) = over.tell(&tracks, when.is_newest)?;
        Ok(ProjectionsThen {
            span: Some(span),
            newest: when.is_newest,
            ahead: when.ahead,
            head: came.position,
            projections,
        })
    }
}

/// The work for one span.
struct Over<'a> {
    past: Past<'a>,
    span: Span,
    columns: usize,
}

impl Over<'_> {
    fn tell(
        &mut self,
        tracks: &[Track],
        newest: bool,
    ) -> Result<(Came, Vec<ProjectionThen>), SessionError> {
        let mut moments = self.span.ends(self.columns);
        // A tenth of the span before its end: what a rate is taken over.
        let tenth = (self.span.to - self.span.from) / 10;
        moments.extend([self.span.to - tenth, self.span.to]);
        let mut trails = Vec::new();
        let Session { store, found, .. } = &mut *self.past.session;
        for track in tracks {
            trails.push(track.at(&mut **store, &mut found.trails, &moments)?);
        }
        let known = trails.iter().flatten().flatten().map(|there| there.moment);
        let mut all: Vec<Timestamp> = known.chain([self.span.to]).collect();
        all.sort_unstable();
        all.dedup();
        let came = self.past.came_by(&all)?;
        let came: BTreeMap<Timestamp, Came> = all.into_iter().zip(came).collect();
        let ranks = self.ranks(&trails, &came)?;
        let mut told = Vec::new();
        for (track, trail) in tracks.iter().zip(&trails) {
            told.push(self.told(track, trail, (&came, &ranks), newest)?);
        }
        Ok((came.get(&self.span.to).copied().unwrap_or_default(), told))
    }

    /// One of them, by where it was at the end of each column, a tenth of the span before its end, and there.
    fn told(
        &mut self,
        track: &Track,
        trail: &[Option<There>],
        (came, ranks): (&BTreeMap<Timestamp, Came>, &BTreeMap<Position, u64>),
        newest: bool,
    ) -> Result<ProjectionThen, SessionError> {
        let mut lags = Vec::new();
        for there in trail {
            let came = there.and_then(|there| came.get(&there.moment)).copied();
            lags.push(self.lag(*there, came.unwrap_or_default(), ranks)?);
        }
        let (trend, ends) = lags.split_at(self.columns.min(lags.len()));
        let there = |at: usize| trail.get(self.columns + at).copied().flatten();
        let seconds = there(0).zip(there(1));
        let seconds = seconds.map(|(then, now)| (now.moment - then.moment).as_seconds_f64());
        let handled = |at: usize| there(at).and_then(|one| ranks.get(&one.position)).copied();
        let rate = handled(1)
            .zip(handled(0))
            .zip(seconds.filter(|seconds| *seconds > 0.0))
            // One that was sent back begins anew: what it handles since is not the difference.
            .filter(|((now, then), _)| track.has_moved() && now >= then)
            .map(|((now, then), seconds)| now.saturating_sub(then) as f64 / seconds);
        let grown = |at: usize| ends.get(at).copied().flatten().map(|lag| lag.events as f64);
        let catch_up = rate.and_then(|_| {
            let (then, now) = (grown(0)?, grown(1)?);
            let net = (then - now) / seconds?;
            Some(match now {
                0.0 => CatchUp::Done,
                now if net > 0.0 => CatchUp::In(now / net),
                _ => CatchUp::Never,
            })
        });
        let now = there(1);
        let came = came.get(&now.map_or(self.span.to, |now| now.moment)).copied();
        let came = came.unwrap_or_default();
        let status = self.status(track, now, came, newest)?;
        let waiting = match status.position.filter(|_| status.lag_events > Some(0)) {
            Some(stands) => self.past.first_from(Position(stands.0.saturating_add(1)))?,
            None => None,
        };
        let waiting = waiting.filter(|event| event.position <= came.position).map(Box::new);
        Ok(ProjectionThen { status, trend: trend.to_vec(), rate, catch_up, waiting })
    }

    fn status(
        &mut self,
        track: &Track,
        then: Option<There>,
        came: Came,
        newest: bool,
    ) -> Result<ProjectionStatus, SessionError> {
        if newest {
            let head = self.past.head.clone();
            return self.past.session.against(&head, track.checkpoint.clone());
        }
        let checkpoint = Checkpoint {
            name: track.checkpoint.name.clone(),
            position: then.map(|one| one.position),
            // What it said of itself then is not recorded.
            updated: then.map(|one| one.since),
            ..Checkpoint::default()
        };
        let head = Head { position: came.position, time: came.time, ..self.past.head.clone() };
        self.past.session.against(&head, checkpoint)
    }

    /// How many events stand up to each position that is asked about, counted from the least of them.
    fn ranks(
        &mut self,
        trails: &[Vec<Option<There>>],
        came: &BTreeMap<Timestamp, Came>,
    ) -> Result<BTreeMap<Position, u64>, SessionError> {
        let mut ranks: BTreeMap<Position, u64> = BTreeMap::new();
        ranks.extend(came.values().filter_map(|came| Some((came.position?, 0))));
        ranks.extend(trails.iter().flatten().flatten().map(|one| (one.position, 0)));
        let (mut before, mut rank) = (None, 0);
        for (position, slot) in &mut ranks {
            if let Some(before) = before {
                rank += self.past.count(before, *position)?;
            }
            (before, *slot) = (Some(*position), rank);
        }
        Ok(ranks)
    }

    fn lag(
        &mut self,
        there: Option<There>,
        came: Came,
        ranks: &BTreeMap<Position, u64>,
    ) -> Result<Option<Lag>, SessionError> {
        let Some(there) = there else { return Ok(None) };
        let Some(position) = came.position else {
            return Ok(Some(Lag { events: 0, seconds: Some(0.0) }));
        };
        let rank = |position| ranks.get(&position).copied().unwrap_or_default();
        let events = rank(position).saturating_sub(rank(there.position));
        let seconds = if events == 0 {
            Some(0.0)
        } else {
            let handled = self.past.time_of(there.position)?;
            came.time.zip(handled).map(|(now, then)| (now - then).as_seconds_f64().max(0.0))
        };
        Ok(Some(Lag { events, seconds }))
    }
}

#[cfg(test)]
mod tests;

//! How far projections lagged at any moment: where their checkpoints were then, held against what had come.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::past::{Came, Past, Span};
use super::projection::{ProjectionStatus, STOPPED};
use super::{Session, SessionError};
use crate::model::{Event, Position, Timestamp};
use crate::store::{Checkpoint, Head, Move};

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
    /// The newest position then.
    pub head: Option<Position>,
    /// By name.
    pub projections: Vec<ProjectionThen>,
}

/// A projection and where it has been.
pub(super) struct Track {
    pub(super) checkpoint: Checkpoint,
    pub(super) moves: Vec<Move>,
}

impl Track {
    /// Where it was at a moment, and since when.
    pub(super) fn at(&self, time: Timestamp) -> Option<Move> {
        let before = self.moves.partition_point(|one| one.time <= time);
        before.checked_sub(1).and_then(|last| self.moves.get(last)).copied()
    }
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
            return Ok(ProjectionsThen { span: None, newest: true, head, projections: Vec::new() });
        }
        let head = self.store.head()?;
        let paths = self.paths()?;
        let moved = paths.iter().filter_map(|path| path.checkpoint.updated).max();
        let newest = head.time.max(moved);
        let past = at.filter(|at| newest.is_some_and(|newest| *at < newest));
        let Some(to) = past.or(newest).filter(|_| self.store.capabilities().position) else {
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
                head: head.position,
                projections,
            });
        };
        let span = Span::before(to, before);
        let past_of = Past::new(self, head, past.is_none().then_some(to));
        let mut over = Over { past: past_of, span, columns };
        let (came, projections) = over.tell(&paths, past.is_none())?;
        Ok(ProjectionsThen {
            span: Some(span),
            newest: past.is_none(),
            head: came.position,
            projections,
        })
    }

    /// Every projection with where it has been.
    pub(super) fn paths(&mut self) -> Result<Vec<Track>, SessionError> {
        let mut paths = Vec::new();
        for checkpoint in self.store.checkpoints()? {
            let mut moves = self.store.checkpoint_history(&checkpoint.name)?;
            moves.sort_unstable();
            // Without a history, what is known is that it has been there since.
            if let (true, Some(time), Some(position)) =
                (moves.is_empty(), checkpoint.updated, checkpoint.position)
            {
                moves.push(Move { time, position });
            }
            paths.push(Track { checkpoint, moves });
        }
        Ok(paths)
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
        paths: &[Track],
        newest: bool,
    ) -> Result<(Came, Vec<ProjectionThen>), SessionError> {
        let mut moments = self.span.ends(self.columns);
        // A tenth of the span before its end: what a rate is taken over.
        let tenth = (self.span.to - self.span.from) / 10;
        let ends = [self.span.to - tenth, self.span.to];
        moments.extend(ends);
        let (trend, _) = moments.split_at(self.columns);
        let mut came = self.past.came_by(trend)?;
        came.extend(self.past.came_by(&ends)?);
        let ranks = self.ranks(paths, &moments, &came)?;
        let now = came.last().copied().unwrap_or_default();
        let mut told = Vec::new();
        for path in paths {
            let mut lags = Vec::new();
            for (time, came) in moments.iter().zip(&came) {
                lags.push(self.lag(path.at(*time), *came, &ranks)?);
            }
            let (trend, ends) = lags.split_at(self.columns.min(lags.len()));
            let handled =
                |time: Timestamp| path.at(time).and_then(|one| ranks.get(&one.position)).copied();
            let seconds = tenth.as_seconds_f64();
            let rate = handled(self.span.to)
                .zip(handled(self.span.to - tenth))
                // One that was sent back begins anew: what it handles since is not the difference.
                .filter(|(now, then)| seconds > 0.0 && path.moves.len() > 1 && now >= then)
                .map(|(now, then)| now.saturating_sub(then) as f64 / seconds);
            let grown = |at: usize| ends.get(at).copied().flatten().map(|lag| lag.events as f64);
            let catch_up = rate.and_then(|_| {
                let (then, now) = (grown(0)?, grown(1)?);
                let net = (then - now) / seconds;
                Some(match now {
                    0.0 => CatchUp::Done,
                    now if net > 0.0 => CatchUp::In(now / net),
                    _ => CatchUp::Never,
                })
            });
            let status = self.status(path, now, newest)?;
            let waiting = match status.position.filter(|_| status.lag_events > Some(0)) {
                Some(stands) => self.past.first_from(Position(stands.0.saturating_add(1)))?,
                None => None,
            };
            let waiting = waiting.filter(|event| event.position <= now.position).map(Box::new);
            told.push(ProjectionThen { status, trend: trend.to_vec(), rate, catch_up, waiting });
        }
        Ok((now, told))
    }

    fn status(
        &mut self,
        path: &Track,
        now: Came,
        newest: bool,
    ) -> Result<ProjectionStatus, SessionError> {
        if newest {
            let head = self.past.head.clone();
            return self.past.session.against(&head, path.checkpoint.clone());
        }
        let then = path.at(self.span.to);
        let checkpoint = Checkpoint {
            name: path.checkpoint.name.clone(),
            position: then.map(|one| one.position),
            // What it said of itself then is not recorded.
            updated: then.map(|one| one.time),
            ..Checkpoint::default()
        };
        let head = Head { position: now.position, time: now.time, ..self.past.head.clone() };
        self.past.session.against(&head, checkpoint)
    }

    /// How many events stand up to each position that is asked about, counted from the least of them.
    fn ranks(
        &mut self,
        paths: &[Track],
        moments: &[Timestamp],
        came: &[Came],
    ) -> Result<BTreeMap<Position, u64>, SessionError> {
        let mut ranks: BTreeMap<Position, u64> = BTreeMap::new();
        ranks.extend(came.iter().filter_map(|came| Some((came.position?, 0))));
        for path in paths {
            let there = moments.iter().filter_map(|time| path.at(*time));
            ranks.extend(there.map(|one| (one.position, 0)));
        }
        let (mut before, mut rank) = (None, 0);
        for (position, slot) in &mut ranks {
            if let Some(before) = before {
                rank += self.past.session.store.count_between(before, *position)?;
            }
            (before, *slot) = (Some(*position), rank);
        }
        Ok(ranks)
    }

    fn lag(
        &mut self,
        there: Option<Move>,
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

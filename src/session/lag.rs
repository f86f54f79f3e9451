//! How far projections lagged at any moment: where their checkpoints were then, held against what had come.
//!
//! What had come by a moment is found by bisection over positions, which every store answers at once: times rise with
//! positions where one clock is kept; where several are, it is off by no more than they are.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;

use super::projection::ProjectionStatus;
use super::{Session, SessionError};
use crate::model::{Event, Position, Timestamp};
use crate::store::{Checkpoint, EventQuery, Head, Move};

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub from: Timestamp,
    /// Where it ends.
    pub to: Timestamp,
}

impl Span {
    fn at(&self, column: usize, columns: usize) -> Timestamp {
        let whole = (self.to - self.from).as_seconds_f64();
        let part = whole * (column + 1) as f64 / columns.max(1) as f64;
        let part = TimeDelta::microseconds((part * 1e6).round() as i64);
        self.from.checked_add_signed(part).map_or(self.to, |time| time.min(self.to))
    }
}

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

/// What had come by a moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Came {
    position: Option<Position>,
    time: Option<Timestamp>,
}

/// A projection and where it has been.
struct Track {
    checkpoint: Checkpoint,
    moves: Vec<Move>,
}

impl Track {
    /// Where it was at a moment, and since when.
    fn at(&self, time: Timestamp) -> Option<Move> {
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
        let span = Span { from: to.checked_sub_signed(before).unwrap_or(to), to };
        let mut over = Over { session: self, head, span, columns, times: HashMap::new() };
        let (came, projections) = over.tell(&paths, past.is_none())?;
        Ok(ProjectionsThen {
            span: Some(span),
            newest: past.is_none(),
            head: came.position,
            projections,
        })
    }

    fn paths(&mut self) -> Result<Vec<Track>, SessionError> {
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
    session: &'a mut Session,
    head: Head,
    span: Span,
    columns: usize,
    /// The times of events that were asked for.
    times: HashMap<Position, Option<Timestamp>>,
}

impl Over<'_> {
    fn tell(
        &mut self,
        paths: &[Track],
        newest: bool,
    ) -> Result<(Came, Vec<ProjectionThen>), SessionError> {
        let mut moments: Vec<Timestamp> =
            (0..self.columns).map(|column| self.span.at(column, self.columns)).collect();
        // A tenth of the span before its end: what a rate is taken over.
        let tenth = (self.span.to - self.span.from) / 10;
        moments.push(self.span.to - tenth);
        moments.push(self.span.to);
        let came = self.came_by(&moments, newest)?;
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
                Some(stands) => self.first_from(Position(stands.0.saturating_add(1)))?,
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
            let head = self.head.clone();
            return self.session.against(&head, path.checkpoint.clone());
        }
        let then = path.at(self.span.to);
        let checkpoint = Checkpoint {
            name: path.checkpoint.name.clone(),
            position: then.map(|one| one.position),
            // What it said of itself then is not recorded.
            updated: then.map(|one| one.time),
            ..Checkpoint::default()
        };
        let head = Head { position: now.position, time: now.time, ..self.head.clone() };
        self.session.against(&head, checkpoint)
    }

    /// What had come by each moment.
    fn came_by(&mut self, moments: &[Timestamp], newest: bool) -> Result<Vec<Came>, SessionError> {
        let mut came = Vec::new();
        for moment in moments {
            came.push(if newest && *moment >= self.span.to {
                Came { position: self.head.position, time: self.head.time }
            } else {
                self.came(*moment)?
            });
        }
        Ok(came)
    }

    /// The last event up to a moment.
    fn came(&mut self, moment: Timestamp) -> Result<Came, SessionError> {
        let mut found = Came::default();
        let (mut low, mut high) = (-1, self.head.position.map_or(-1, |at| at.0).saturating_add(1));
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            let event = self.first_from(Position(middle))?;
            let here = event.as_ref().and_then(|event| event.position).filter(|at| at.0 < high);
            let time = event.and_then(|event| event.time);
            match here {
                // What has no time came with what came before it.
                Some(here) if time.is_none_or(|time| time <= moment) => {
                    found = Came { position: Some(here), time: time.or(found.time) };
                    low = here.0;
                }
                _ => high = middle,
            }
        }
        Ok(found)
    }

    /// The first event at or after a position.
    fn first_from(&mut self, position: Position) -> Result<Option<Event>, SessionError> {
        let after_position = Some(Position(position.0.saturating_sub(1)));
        let query = EventQuery { after_position, ..EventQuery::default() };
        Ok(self.session.store.scan(&query, 1)?.events.pop())
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
                rank += self.session.store.count_between(before, *position)?;
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
            let handled = self.time_of(there.position)?;
            came.time.zip(handled).map(|(now, then)| (now - then).as_seconds_f64().max(0.0))
        };
        Ok(Some(Lag { events, seconds }))
    }

    /// When the event at a position was recorded.
    fn time_of(&mut self, position: Position) -> Result<Option<Timestamp>, SessionError> {
        if let Some(known) = self.times.get(&position) {
            return Ok(*known);
        }
        let event = self.first_from(position)?.filter(|event| event.position == Some(position));
        let time = event.and_then(|event| event.time);
        self.times.insert(position, time);
        Ok(time)
    }
}

#[cfg(test)]
mod tests;

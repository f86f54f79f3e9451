//! One projection on one store: does what its runner asks for, one thing at a time.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::closing::{Closing, Near};
use super::{Next, Now, Pace, Poison, Policy, Progress, Projector, Runner};
use crate::metrics::Recorder;
use crate::model::{Position, Timestamp};
use crate::store::own::{
    DeadLetter, ProjectionRecord, ProjectionState as State, Rebuild, StoreWriter,
};
use crate::store::{EventQuery, EventStore, StoreError, StoreErrorKind};

/// Which rows are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Those that are shown.
    Shown,
    /// New ones, from the first event on, which take their place at the end.
    Anew,
}

/// What came of a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// There is more to do.
    More,
    /// There is nothing to do before this moment of its clock.
    Wait(Duration),
    /// Everything that is there is done.
    Rest,
    /// Somebody paused it.
    Paused,
    /// An event stopped it, until somebody says that it goes on.
    Stopped(Poison),
    /// It is at its end.
    Ended(End),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// What was made anew is shown.
    Swapped,
    /// An event stopped it.
    Stopped(Poison),
    /// Somebody paused it, and nobody waits.
    Paused,
    /// Everything that was there is done.
    CaughtUp,
    /// Nobody wants the rows any more that it made.
    Abandoned,
    /// What is shown was made anew by another definition, or behind another chain, and is not carried on by this one.
    Superseded,
}

/// What is told while it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// How far it is before anything is done.
    Begun(Progress),
    /// How far it is.
    Progress(Progress),
    /// An event failed and is tried again.
    Failed(Poison),
    /// An event was stepped over.
    SteppedOver(DeadLetter),
    /// Somebody paused it.
    Paused,
    /// An event stopped it.
    Stopped(Poison),
    /// It goes on.
    Resumed,
    /// What is shown stands still for so long at most, so that what is made anew comes as far.
    Held(Duration),
    /// It ended.
    Ended(End),
}

/// A projection that runs on a store.
pub struct Task {
    runner: Runner,
    aim: Aim,
    closing: Closing,
    writer: Box<dyn StoreWriter>,
    reader: Box<dyn EventStore>,
    begun: Instant,
    pace: Pace,
    head: Option<Position>,
    standing: Standing,
    told: Vec<Told>,
    recorded: Option<Recorded>,
}

/// What is measured of it.
struct Recorded {
    recorder: Recorder,
    /// Events before that waited for the projection to be run, not for it.
    since: Timestamp,
    /// When the events were recorded that are not written down yet.
    waiting: VecDeque<(Position, Timestamp)>,
}

/// Whether it goes on.
enum Standing {
    Goes,
    /// Somebody paused it.
    Paused,
    /// An event stopped it.
    Stopped(Poison),
}

/// What the runner is, where the store knows it.
enum Place {
    At(u64, Position),
    /// It is paused, or stopped as it was.
    Held,
    Nowhere(End),
}

impl Task {
    /// Begins, or goes on where it stood: registers the projection, or its rebuild. Refused, before anything is written,
    /// where the rows were made by another definition or behind another chain of upcasters.
    pub fn begin(
        projector: impl Into<Projector>,
        policy: Policy,
        aim: Aim,
        mut writer: Box<dyn StoreWriter>,
    ) -> Result<Self, StoreError> {
        let projector = projector.into();
        let mut reader = writer.reader()?;
        let (name, by, time) = (projector.name(), projector.made_by(), chrono::Utc::now());
        let (generation, position) = match aim {
            Aim::Shown => {
                let record = writer.register(name, &by, &time)?;
                // Whoever starts it wants it to try once more.
                if record.state == State::Failed {
                    writer.set_state(name, State::Running, None, &time)?;
                }
                (record.generation, record.position)
            }
            Aim::Anew => {
                // What is shown may be made by another: that is why it is made anew.
                if !writer.projections()?.iter().any(|record| record.name == name) {
                    writer.register(name, &by, &time)?;
                }
                let Rebuild { generation, position, .. } =
                    writer.begin_rebuild(name, &by, &time)?;
                (generation, position)
            }
        };
        reader.busy();
        let head = reader.head()?.position;
        let remaining = reader.count_after(position)?;
        let done = reader.counts()?.events.saturating_sub(remaining);
        let pace = Pace::new(done, done + remaining, Duration::ZERO);
        Ok(Self {
            told: vec![Told::Begun(pace.progress(Duration::ZERO))],
            pace,
            closing: Closing::new(head),
            head,
            runner: Runner::new(projector, policy, generation, position),
            aim,
            writer,
            reader,
            begun: Instant::now(),
            standing: Standing::Goes,
            recorded: None,
        })
    }

    /// Tells a recorder how long events wait that come from now on, and which are given up. Of a rebuild only the latter: what
    /// it makes is shown by nobody yet.
    #[must_use]
    pub fn recording(self, recorder: &Recorder) -> Self {
        let (recorder, since) = (recorder.clone(), chrono::Utc::now());
        Self { recorded: Some(Recorded { recorder, since, waiting: VecDeque::new() }), ..self }
    }

    /// The projection's name.
    pub fn name(&self) -> &str {
        self.runner.name()
    }

    /// The time since it began.
    pub fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// What is to be told since the last time.
    pub fn told(&mut self) -> Vec<Told> {
        std::mem::take(&mut self.told)
    }

    /// Does one thing, and says what comes next. After a rest or a pause it looks whether there is more.
    pub fn turn(&mut self) -> Result<Turn, StoreError> {
        if let Some(held) = self.held()? {
            return Ok(held);
        }
        let now = Now { elapsed: self.elapsed(), time: chrono::Utc::now() };
        match self.runner.next(now) {
            Next::Read { after, limit } => self.read(after, limit),
            Next::Fetch(key) => {
                let row = self.writer.row(self.runner.name(), self.runner.generation(), &key)?;
                self.runner.fetched(key, row.as_ref());
                Ok(Turn::More)
            }
            Next::Write => self.write(now),
            Next::Wait(until, poison) => {
                self.told.extend(poison.map(Told::Failed));
                Ok(Turn::Wait(until))
            }
            Next::Rest => self.rest(now),
            Next::Stopped(poison) => self.stop(poison, &now.time),
        }
    }

    /// Makes the next turn look for events that came since the last.
    pub fn look(&mut self) {
        self.runner.look();
    }

    fn read(&mut self, after: Position, limit: usize) -> Result<Turn, StoreError> {
        // Also before a page that changes no row: pausing takes effect within a page.
        match self.place()? {
            Place::Held => return Ok(self.pause()),
            Place::Nowhere(end) => return Ok(Turn::Ended(end)),
            Place::At(generation, position) => {
                let here = (self.runner.generation(), self.runner.position());
                if here != (generation, position) {
                    return self.place_at(generation, position);
                }
            }
        }
        let query = EventQuery { after_position: Some(after), ..EventQuery::default() };
        self.reader.busy();
        let page = self.reader.scan(&query, limit)?;
        if let Some(recorded) = &mut self.recorded {
            let events =
                page.events.iter().filter_map(|event| Some((event.position?, event.time?)));
            recorded.waiting.extend(events.filter(|(_, time)| *time >= recorded.since));
        }
        self.runner.read(page.events);
        Ok(Turn::More)
    }

    fn write(&mut self, now: Now) -> Result<Turn, StoreError> {
        let step = self.runner.step(now);
        let letters = step.dead_letters.to_vec();
        match self.writer.step(&step) {
            Ok(()) => {}
            Err(error) if error.kind == StoreErrorKind::Overtaken => {
                return match self.place()? {
                    Place::At(generation, position) => self.place_at(generation, position),
                    Place::Held => Ok(self.pause()),
                    Place::Nowhere(end) => Ok(Turn::Ended(end)),
                };
            }
            // Somebody writes for longer than anybody waits: nothing is lost, it is written down later.
            Err(error) if error.kind == StoreErrorKind::Locked => {
                return Ok(Turn::Wait(now.elapsed + BUSY));
            }
            Err(error) => return Err(error),
        }
        self.pace.advance(self.runner.written(now), now.elapsed);
        self.reached(letters.len() as u64);
        self.told.extend(letters.into_iter().map(Told::SteppedOver));
        self.grow()?;
        if let Some(Told::Progress(_)) = self.told.last() {
            self.told.pop();
        }
        self.told.push(Told::Progress(self.pace.progress(now.elapsed)));
        match self.aim {
            Aim::Shown => Ok(Turn::More),
            Aim::Anew => self.near(now),
        }
    }

    /// After a batch of a rebuild: comes to its end where that is near.
    fn near(&mut self, now: Now) -> Result<Turn, StoreError> {
        let near = self.closing.written(self.runner.position());
        if near != Near::Not {
            self.runner.grow();
        }
        if near != Near::Reach {
            return Ok(Turn::More);
        }
        if let Some(turn) = self.finish(now)? {
            return Ok(turn);
        }
        if let Some(length) = self.closing.hold(now.elapsed) {
            match self.writer.hold(self.runner.name(), &(now.time + length)) {
                Ok(()) => self.told.push(Told::Held(length)),
                Err(error) if error.kind == StoreErrorKind::Overtaken => {
                    return Ok(Turn::Ended(End::Abandoned));
                }
                Err(error) if error.kind == StoreErrorKind::Locked => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Turn::More)
    }

    /// Shows what was made anew, where it has come as far as what is shown; `None` where it has not.
    fn finish(&mut self, now: Now) -> Result<Option<Turn>, StoreError> {
        match self.writer.finish_rebuild(self.runner.name(), &now.time) {
            Ok(true) => Ok(Some(Turn::Ended(End::Swapped))),
            Ok(false) => Ok(None),
            Err(error) if error.kind == StoreErrorKind::Overtaken => {
                Ok(Some(Turn::Ended(End::Abandoned)))
            }
            // It is tried again after the next batch, or the next look.
            Err(error) if error.kind == StoreErrorKind::Locked => {
                Ok(Some(Turn::Wait(now.elapsed + BUSY)))
            }
            Err(error) => Err(error),
        }
    }

    /// Tells the recorder what was written down just now.
    fn reached(&mut self, given_up: u64) {
        let Some(recorded) = &mut self.recorded else { return };
        recorded.recorder.failed(self.runner.name(), given_up);
        let (to, now) = (self.runner.position(), chrono::Utc::now());
        let done = recorded.waiting.partition_point(|(position, _)| *position <= to);
        let waited = recorded.waiting.drain(..done).map(|(_, time)| (now - time).as_seconds_f64());
        if self.aim == Aim::Shown && done > 0 {
            recorded.recorder.reached(self.runner.name(), waited);
        }
    }

    /// Counts what came since the last time by its positions: counting events takes longer than projecting them.
    fn grow(&mut self) -> Result<(), StoreError> {
        let head = self.reader.head()?.position;
        if let (Some(before), Some(now)) = (self.head, head) {
            self.pace.grow(now.0.saturating_sub(before.0).max(0) as u64);
        }
        self.head = head;
        Ok(())
    }

    fn rest(&mut self, now: Now) -> Result<Turn, StoreError> {
        self.reader.rest();
        if self.aim == Aim::Shown {
            return Ok(Turn::Rest);
        }
        let ended = self.finish(now)?;
        if ended.is_none() {
            // More came meanwhile.
            self.runner.look();
        }
        Ok(ended.unwrap_or(Turn::More))
    }

    fn stop(&mut self, poison: Poison, time: &Timestamp) -> Result<Turn, StoreError> {
        if let Some(recorded) = &self.recorded {
            recorded.recorder.failed(self.runner.name(), 1);
        }
        // What is shown goes on while a rebuild stands.
        if self.aim == Aim::Anew {
            return Ok(Turn::Ended(End::Stopped(poison)));
        }
        let why = poison.to_string();
        self.writer.set_state(self.runner.name(), State::Failed, Some(&why), time)?;
        self.reader.rest();
        self.told.push(Told::Stopped(poison.clone()));
        self.standing = Standing::Stopped(poison.clone());
        Ok(Turn::Stopped(poison))
    }

    fn pause(&mut self) -> Turn {
        self.standing = Standing::Paused;
        self.reader.rest();
        self.told.push(Told::Paused);
        Turn::Paused
    }

    /// What holds it still; it goes on, or ends, where nothing does any more.
    fn held(&mut self) -> Result<Option<Turn>, StoreError> {
        let held = match &self.standing {
            Standing::Goes => return Ok(None),
            Standing::Paused => Turn::Paused,
            Standing::Stopped(poison) => Turn::Stopped(poison.clone()),
        };
        match self.place()? {
            Place::Held => Ok(Some(held)),
            Place::Nowhere(end) => Ok(Some(Turn::Ended(end))),
            Place::At(generation, position) => {
                self.standing = Standing::Goes;
                self.told.push(Told::Resumed);
                self.place_at(generation, position)?;
                Ok(None)
            }
        }
    }

    /// Goes on from where the store has it.
    fn place_at(&mut self, generation: u64, position: Position) -> Result<Turn, StoreError> {
        self.runner.place(generation, position);
        // What is read again is told again.
        if let Some(recorded) = &mut self.recorded {
            recorded.waiting.clear();
        }
        let (remaining, elapsed) = (self.reader.count_after(position)?, self.elapsed());
        self.pace.place(remaining, elapsed);
        Ok(Turn::More)
    }

    /// Where the store has it.
    fn place(&mut self) -> Result<Place, StoreError> {
        let record = self.record()?;
        Ok(match (self.aim, record.rebuild) {
            (Aim::Shown, _) if record.state == State::Paused => Place::Held,
            (Aim::Shown, _) if record.state == State::Failed && self.is_stopped() => Place::Held,
            // It was made anew meanwhile, by another.
            (Aim::Shown, _) if record.made_by != self.runner.made_by() => {
                Place::Nowhere(End::Superseded)
            }
            (Aim::Shown, _) => Place::At(record.generation, record.position),
            (Aim::Anew, Some(rebuild)) if rebuild.generation == self.runner.generation() => {
                Place::At(rebuild.generation, rebuild.position)
            }
            (Aim::Anew, _) => Place::Nowhere(End::Abandoned),
        })
    }

    fn is_stopped(&self) -> bool {
        matches!(self.standing, Standing::Stopped(_))
    }

    fn record(&mut self) -> Result<ProjectionRecord, StoreError> {
        let name = self.runner.name();
        let records = self.writer.projections()?;
        records.into_iter().find(|record| record.name == name).ok_or_else(|| {
            let message = format!("{} has no projection {name} any more", self.writer.name());
            StoreError::new(StoreErrorKind::Rejected, message)
        })
    }
}

/// How long to wait for somebody who holds the store.
const BUSY: Duration = Duration::from_millis(50);

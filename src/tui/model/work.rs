//! What goes on in the background: which job of each slot is due, since when, how far it is, what it costs, what ended
//! lately.
//!
//! Knows the jobs from what was issued and reported; what a lane is at this moment is brought by whoever has the lanes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::super::effect::{Answer, Slot};
use super::scroll::Scroll;
use crate::session::{Kept, SessionError};
use crate::task::{Report, Said, Spent, Standing};

/// Jobs that have ended and are still told of.
const ENDED: usize = 10;
/// A job that takes longer is told of in the first line.
pub(crate) const SLOW: Duration = Duration::from_millis(300);

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Far {
    /// So many are done.
    pub(crate) done: u64,
    /// Of so many, where that is known.
    pub(crate) of: Option<u64>,
    /// What is counted.
    pub(crate) what: &'static str,
}

/// How a job has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// With what it was to find out.
    Done,
    /// Nobody wanted it any more.
    Stopped,
    /// It could not be done.
    Failed,
}

/// A job that is due.
#[derive(Clone, Debug)]
struct Job {
    generation: u64,
    /// In plain words.
    told: String,
    since: Instant,
    /// What it cost before it gave way to others, and began again.
    before: Spent,
    /// What it has cost since then, as far as it said so.
    now: Spent,
    far: Option<Far>,
    slow: bool,
}

/// A job that has ended, or several of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// In plain words.
    pub(crate) told: String,
    /// How.
    pub(crate) outcome: Outcome,
    /// What the last one cost.
    pub(crate) spent: Spent,
    /// How many there were in a row.
    pub(crate) times: u64,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Work {
    jobs: [Option<Job>; Slot::COUNT],
    /// The newest first.
    ended: VecDeque<Ended>,
    /// What the last look at the store has cost.
    look: Option<Spent>,
    /// What the timelines keep.
    kept: Option<Kept>,
}

impl Work {
    /// A job was issued.
    pub(crate) fn issued(&mut self, slot: Slot, generation: u64, told: String, now: Instant) {
        let Some(place) = self.jobs.get_mut(slot as usize) else { return };
        // What gives way to others and begins again goes on.
        let goes_on = place.take().filter(|job| job.told == told);
        *place = Some(match goes_on {
            Some(job) => Job { generation, ..job },
            None => Job {
                generation,
                told,
                since: now,
                before: Spent::default(),
                now: Spent::default(),
                far: None,
                slow: false,
            },
        });
    }

    /// A job that waited will not be done; an older one of its slot may still run. Whether somebody was told of it.
    pub(crate) fn dropped(&mut self, slot: Slot, running: Option<u64>) -> bool {
        let Some(place) = self.jobs.get_mut(slot as usize) else { return false };
        if let (Some(job), Some(generation)) = (place.as_mut(), running) {
            job.generation = generation;
            return false;
        }
        place.take().is_some_and(|job| job.slow)
    }

    /// Takes in what a report says besides its answer; whether the first line changes by it.
    pub(crate) fn heard(&mut self, note: &Note) -> bool {
        self.kept = note.kept.or(self.kept);
        let Some(place) = self.jobs.get_mut(note.slot as usize) else { return false };
        let Some(job) = place else { return false };
        job.far = note.far.or(job.far);
        let is_newest = job.generation == note.generation;
        let Some(outcome) = note.ended else {
            job.now = note.spent;
            return false;
        };
        if !is_newest {
            // Another of its kind is due.
            (job.before, job.now) = (job.before.plus(note.spent), Spent::default());
            return false;
        }
        let spent = job.before.plus(note.spent);
        let (told, slow) = (std::mem::take(&mut job.told), job.slow);
        *place = None;
        if note.slot == Slot::Watch && outcome == Outcome::Done {
            self.look = Some(spent);
            return slow;
        }
        match self.ended.front_mut() {
            Some(last) if last.told == told && last.outcome == outcome => {
                (last.spent, last.times) = (spent, last.times + 1);
            }
            _ => self.ended.push_front(Ended { told, outcome, spent, times: 1 }),
        }
        self.ended.truncate(ENDED);
        slow
    }

    /// When the next job will have taken so long that it is told of.
    pub(crate) fn slow_at(&self) -> Option<Instant> {
        let fast = self.due().filter(|(slot, job)| !job.slow && *slot != Slot::Watch);
        fast.map(|(_, job)| job.since + SLOW).min()
    }

    /// Notes which jobs have taken long by now; whether there are others than before.
    pub(crate) fn see_slow(&mut self, now: Instant) -> bool {
        let mut more = false;
        for (slot, job) in self.jobs.iter_mut().enumerate() {
            let Some(job) = job.as_mut().filter(|_| slot != Slot::Watch as usize) else { continue };
            let slow = now.saturating_duration_since(job.since) >= SLOW;
            more |= slow && !job.slow;
            job.slow |= slow;
        }
        more
    }

    /// The slots whose jobs take long.
    pub(crate) fn slow(&self) -> impl Iterator<Item = Slot> {
        self.due().filter(|(_, job)| job.slow).map(|(slot, _)| slot)
    }

    fn due(&self) -> impl Iterator<Item = (Slot, &Job)> {
        let jobs = Slot::ALL.into_iter().zip(&self.jobs);
        jobs.filter_map(|(slot, job)| Some((slot, job.as_ref()?)))
    }

    /// What there is to show: what runs, what waits, what is done again and again, what ended.
    pub(crate) fn rows(
        &self,
        lanes: &[Standing<Slot>],
        watches: Option<bool>,
        now: Instant,
    ) -> Vec<Row> {
        let waits = |slot: Slot, job: &Job| {
            lanes.iter().any(|lane| lane.waiting.contains(&(slot, job.generation)))
        };
        let row = |(slot, job): (Slot, &Job)| {
            let since = now.saturating_duration_since(job.since);
            let cpu = job.before.plus(job.now).cpu;
            let (told, far) = (job.told.clone(), job.far);
            Row::Job { slot, told, waits: waits(slot, job), since, cpu, far }
        };
        let mut rows: Vec<Row> =
            self.due().filter(|(slot, _)| *slot != Slot::Watch).map(row).collect();
        // What runs stands before what waits.
        rows.sort_by_key(|row| matches!(row, Row::Job { waits: true, .. }));
        rows.extend(watches.map(|shows| {
            let took = self.look.map(|look| look.wall.max(Duration::from_micros(500)));
            // Told in steps: a picture is not drawn because one look took a little longer than another.
            let took = took.map(|took| {
                Duration::from_millis((took.as_micros().div_ceil(1000) as u64).next_power_of_two())
            });
            Row::Watch { shows, took }
        }));
        rows.extend(self.ended.iter().cloned().map(Row::Ended));
        rows
    }

    /// What the timelines keep.
    pub(crate) fn kept(&self) -> Option<Kept> {
        self.kept
    }
}

/// What a report says besides its answer.
#[derive(Debug)]
pub(crate) struct Note {
    slot: Slot,
    generation: u64,
    spent: Spent,
    /// How the job has ended, if it has.
    ended: Option<Outcome>,
    far: Option<Far>,
    kept: Option<Kept>,
}

impl Note {
    /// Of a report.
    pub(crate) fn of(report: &Report<Slot, Answer>) -> Option<Self> {
        let (said, done) = match report {
            Report::Progress(said) => (said, false),
            Report::Done(said) => (said, true),
            Report::Lost => return None,
        };
        let Said { slot, generation, answer, spent } = said;
        let kept = match answer {
            Answer::Arrived(_, Ok(arrived)) => arrived.known.kept,
            Answer::Walked(_, Ok(walking)) => walking.known.kept,
            _ => None,
        };
        let (slot, generation, spent) = (*slot, *generation, *spent);
        Some(Self {
            slot,
            generation,
            spent,
            ended: done.then(|| outcome(answer)),
            far: far(answer),
            kept,
        })
    }
}

fn far(answer: &Answer) -> Option<Far> {
    let far = |done, of, what| Some(Far { done, of, what });
    match answer {
        Answer::Moving(done, of) => far(*done, *of, "events"),
        Answer::Sorting(examined) => far(*examined, None, "aggregates"),
        Answer::Finding(_, Ok((page, _))) => far(page.examined, None, "aggregates"),
        Answer::Walked(_, Ok(walking)) => far(walking.walked.0, Some(walking.last.0), "versions"),
        Answer::Tallied(_, Ok(tally)) => far(tally.examined, None, "events"),
        Answer::Events(_, Ok(page)) => far(page.examined, None, "events"),
        Answer::Traced(_, _, Ok(traced)) => far(traced.upto.0, None, "versions"),
        _ => None,
    }
}

fn outcome(answer: &Answer) -> Outcome {
    let error = match answer {
        Answer::Opened(Err(error))
        | Answer::Page(_, Err(error))
        | Answer::Finding(_, Err(error))
        | Answer::Named(Err(error))
        | Answer::Around(_, Err(error))
        | Answer::Events(_, Err(error))
        | Answer::Tallied(_, Err(error))
        | Answer::Event(Err(error))
        | Answer::Counted(Err(error), _)
        | Answer::Watched(Err(error), _)
        | Answer::Arrived(_, Err(error))
        | Answer::Walked(_, Err(error))
        | Answer::Found(_, Err(error))
        | Answer::Traced(_, _, Err(error))
        | Answer::Snapshots(_, Err(error)) => error,
        Answer::Sought(None) => return Outcome::Stopped,
        Answer::Walked(_, Ok(walking)) if walking.walked < walking.last => return Outcome::Stopped,
        Answer::Traced(_, _, Ok(traced)) if !traced.whole => return Outcome::Stopped,
        _ => return Outcome::Done,
    };
    match error {
        SessionError::Cancelled => Outcome::Stopped,
        SessionError::Store(error) if error.is_interrupted() => Outcome::Stopped,
        _ => Outcome::Failed,
    }
}

/// A line of the list of background work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// A job that is due.
    Job {
        /// Its slot.
        slot: Slot,
        /// In plain words.
        told: String,
        /// Whether it waits for another.
        waits: bool,
        /// Since when it is due.
        since: Duration,
        /// The time that a processor has worked for it, as far as it said so.
        cpu: Duration,
        /// How far it is.
        far: Option<Far>,
    },
    /// Looks at the store.
    Watch {
        /// Whether what they find is shown as it comes.
        shows: bool,
        /// About how long one takes.
        took: Option<Duration>,
    },
    /// What has ended.
    Ended(Ended),
}

impl Row {
    /// The slot of what can be stopped.
    pub(crate) fn slot(&self) -> Option<Slot> {
        match self {
            Self::Job { slot, .. } => Some(*slot),
            Self::Watch { .. } => Some(Slot::Watch),
            Self::Ended(_) => None,
        }
    }
}

/// The list of background work, as it was looked at last.
#[derive(Debug, Default)]
pub(crate) struct Workbook {
    /// The lines.
    pub(crate) rows: Vec<Row>,
    /// The chosen one and the window.
    pub(crate) scroll: Scroll,
}

impl Workbook {
    /// Shows other lines; what is chosen stays chosen as long as it is there.
    pub(crate) fn show(&mut self, rows: Vec<Row>, height: usize) {
        let slot = self.chosen().and_then(Row::slot);
        let same = |row: &Row| slot.is_some() && row.slot() == slot;
        let line = rows.iter().position(same).unwrap_or(self.scroll.cursor);
        self.scroll.move_to(line, rows.len(), height);
        self.rows = rows;
    }

    /// The chosen line.
    pub(crate) fn chosen(&self) -> Option<&Row> {
        self.rows.get(self.scroll.cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spent(millis: u64) -> Spent {
        Spent { wall: Duration::from_millis(millis), cpu: Duration::from_millis(millis / 2) }
    }

    fn note(slot: Slot, generation: u64, ended: Option<Outcome>, millis: u64) -> Note {
        Note { slot, generation, spent: spent(millis), ended, far: None, kept: None }
    }

    #[test]
    fn a_job_that_gives_way_goes_on_and_is_one_at_its_end() {
        let (mut work, begun) = (Work::default(), Instant::now());
        let at = |millis| begun + Duration::from_millis(millis);
        work.issued(Slot::Walk, 1, "walking".into(), begun);
        assert_eq!(work.slow_at(), Some(at(300)));
        work.issued(Slot::Walk, 2, "walking".into(), at(200));
        assert!(!work.heard(&note(Slot::Walk, 1, Some(Outcome::Done), 200)));
        assert!(!work.see_slow(at(250)) && work.see_slow(at(300)) && !work.see_slow(at(310)));
        assert_eq!(work.slow().collect::<Vec<_>>(), [Slot::Walk]);
        let standing = Standing { running: None, waiting: vec![(Slot::Walk, 2)] };
        let [Row::Job { waits: true, since, cpu, .. }] = &work.rows(&[standing], None, at(400))[..]
        else {
            panic!()
        };
        assert_eq!((since.as_millis(), cpu.as_millis()), (400, 100));
        assert!(work.heard(&note(Slot::Walk, 2, Some(Outcome::Done), 150)));
        let [Row::Ended(ended)] = &work.rows(&[], None, at(500))[..] else { panic!() };
        assert_eq!((ended.spent, ended.times), (spent(350), 1));
        assert_eq!((work.slow().count(), work.slow_at()), (0, None));
    }

    #[test]
    fn what_ended_is_told_of_for_a_while_and_those_of_a_kind_are_one() {
        let (mut work, now) = (Work::default(), Instant::now());
        for generation in 0..30 {
            let told = if generation < 5 { "moving".into() } else { format!("{generation}") };
            work.issued(Slot::Moment, generation, told, now);
            work.heard(&note(Slot::Moment, generation, Some(Outcome::Done), 1));
        }
        assert_eq!(work.rows(&[], None, now).len(), ENDED);
        let mut work = Work::default();
        for generation in 0..3 {
            work.issued(Slot::Moment, generation, "moving".into(), now);
            work.heard(&note(Slot::Moment, generation, Some(Outcome::Done), 1));
            // A look at the store is no news.
            work.issued(Slot::Watch, generation, "looking".into(), now);
            work.heard(&note(Slot::Watch, generation, Some(Outcome::Done), 1));
        }
        let rows = work.rows(&[], Some(true), now);
        let [Row::Watch { took: Some(_), .. }, Row::Ended(Ended { times: 3, .. })] = &rows[..]
        else {
            panic!("{rows:?}")
        };
    }

    #[test]
    fn another_job_of_the_slot_begins_anew() {
        let (mut work, now) = (Work::default(), Instant::now());
        work.issued(Slot::Moment, 1, "order-1".into(), now);
        work.issued(Slot::Moment, 2, "order-2".into(), now + SLOW);
        assert!(!work.see_slow(now + SLOW));
        // What the older one says late is not said of this one.
        work.heard(&note(Slot::Moment, 1, Some(Outcome::Stopped), 1));
        assert_eq!(work.rows(&[], None, now).len(), 1);
        assert!(!work.dropped(Slot::Moment, None));
        assert_eq!(work.rows(&[], None, now).len(), 0);
    }
}

//! Writes down once a second what was measured, on a thread of its own.

use std::thread::JoinHandle;
use std::time::Duration;

use chrono::TimeDelta;

use super::{Counter, LARGEST, Recorder};
use crate::model::{Metric, Timestamp};
use crate::store::own::StoreWriter;
use crate::store::{EventStore, Interrupter, Sample, StoreError, StoreErrorKind};
use crate::task::Halt;

/// How often.
const SECOND: Duration = Duration::from_secs(1);
/// How often events are counted, and how often a size is written that has not changed.
const MINUTE: TimeDelta = TimeDelta::seconds(60);
/// How many samples wait at most where somebody holds the store: minutes of them.
const MOST: usize = 10_000;

/// Writes samples into a store as long as it is held.
#[derive(Debug)]
pub struct Sampling {
    halt: Halt,
    reading: Interrupter,
    thread: Option<JoinHandle<Result<(), StoreError>>>,
}

/// What a thread needs for that.
struct Sampler {
    recorder: Recorder,
    writer: Box<dyn StoreWriter>,
    reader: Box<dyn EventStore>,
    counter: Counter,
    counted: Option<Timestamp>,
    /// What was written last of each size, and when.
    said: Vec<(Sample, Timestamp)>,
    /// What could not be written yet.
    waiting: Vec<Sample>,
}

impl Sampling {
    /// Writes what `recorder` takes into that store, once a second from now on.
    pub fn begin(recorder: &Recorder, writer: Box<dyn StoreWriter>) -> Result<Self, StoreError> {
        let reader = writer.reader()?;
        let reading = reader.interrupter();
        let mut sampler = Sampler {
            recorder: recorder.clone(),
            writer,
            reader,
            counter: Counter::default(),
            counted: None,
            said: Vec::new(),
            waiting: Vec::new(),
        };
        let halt = Halt::default();
        let ends = halt.clone();
        let thread = std::thread::spawn(move || {
            loop {
                let is_last = ends.raised_within(SECOND);
                sampler.sample(chrono::Utc::now(), is_last)?;
                if is_last {
                    return Ok(());
                }
            }
        });
        Ok(Self { halt, reading, thread: Some(thread) })
    }

    /// Writes the rest down and ends; fails where something could not be written.
    pub fn end(mut self) -> Result<(), StoreError> {
        self.finish()
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        self.halt.raise();
        // Nobody waits for events to be counted.
        self.reading.interrupt();
        // One that panicked has said so.
        self.thread.take().map_or(Ok(()), |thread| thread.join().unwrap_or(Ok(())))
    }
}

impl Drop for Sampling {
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

impl Sampler {
    fn sample(&mut self, now: Timestamp, is_last: bool) -> Result<(), StoreError> {
        self.waiting.extend(self.recorder.take(now));
        for size in self.sizes(now, is_last)? {
            self.say(size, now);
        }
        if self.waiting.is_empty() {
            return Ok(());
        }
        match self.writer.record(&self.waiting) {
            Ok(()) => self.waiting.clear(),
            // Somebody writes for longer than anybody waits: it is written down a second later.
            Err(error) if error.kind == StoreErrorKind::Locked && !is_last => {
                let over = self.waiting.len().saturating_sub(MOST);
                self.waiting.drain(..over);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// How large the store is, and, once a minute, how many events its aggregates have.
    fn sizes(&mut self, now: Timestamp, is_last: bool) -> Result<Vec<Sample>, StoreError> {
        let mut sizes: Vec<Sample> = storage(&mut *self.reader, now)?.into_iter().collect();
        if is_last || self.counted.is_some_and(|counted| now - counted < MINUTE) {
            return Ok(sizes);
        }
        self.counted = Some(now);
        match self.counter.sizes(&mut *self.reader) {
            Ok(counted) => {
                let per = |subject: &str, value: f64| {
                    Sample::new(Metric::EventsPerAggregate, subject, now, value)
                };
                if counted.aggregates > 0 {
                    sizes.push(per("", counted.events as f64 / counted.aggregates as f64));
                }
                sizes.extend(counted.largest.map(|(_, most)| per(LARGEST, most as f64)));
            }
            // It is to end.
            Err(error) if error.is_interrupted() => {}
            Err(error) => return Err(error),
        }
        self.reader.rest();
        Ok(sizes)
    }

    /// A size is written where it has changed, and once a minute, so that a store where nothing happens is left alone.
    fn say(&mut self, size: Sample, now: Timestamp) {
        let same = |(one, _): &(Sample, Timestamp)| {
            one.metric == size.metric && one.subject == size.subject
        };
        let at = self.said.iter().position(same);
        let (before, said) = match at.and_then(|at| self.said.get(at)) {
            Some((before, said)) => (Some(before.value), Some(*said)),
            None => (None, None),
        };
        let is_new = before.is_none_or(|before| before.to_bits() != size.value.to_bits());
        if is_new || said.is_none_or(|said| now - said >= MINUTE) {
            at.map(|at| self.said.swap_remove(at));
            self.said.push((size.clone(), now));
            self.waiting.push(size);
        }
    }
}

fn storage(reader: &mut dyn EventStore, now: Timestamp) -> Result<Option<Sample>, StoreError> {
    let bytes = match reader.storage() {
        Err(error) if error.is_interrupted() => None,
        told => told?,
    };
    Ok(bytes.map(|bytes| Sample::new(Metric::StorageSize, "", now, bytes as f64)))
}

/// Writes down what was measured, once: at the end of what is done in one go.
pub fn write_down(
    recorder: &Recorder,
    writer: &mut dyn StoreWriter,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut samples = recorder.take(now);
    if samples.is_empty() {
        return Ok(());
    }
    samples.extend(storage(&mut *writer.reader()?, now)?);
    writer.record(&samples)
}

//! Which events of an aggregate changed certain places of its state, found by and by.

use super::{Session, SessionError};
use crate::fold::{Folding, Stepped};
use crate::model::{AggregateKey, Path, Segment, Slot, Value, Version};

/// A place that is watched while the events go by.
struct Place {
    path: Path,
    /// What stood there after the event before; its value only where others may move into its place.
    before: Option<(Version, Option<Value>)>,
}

impl Place {
    /// Looks at it after an event; whether that changed it.
    fn look(&mut self, state: &Value) -> bool {
        let slot = slot(state, &self.path);
        // Elements move when others before them go, and keep what they say of when they came.
        let moves = self.path.segments().iter().any(|step| matches!(step, Segment::Index(_)));
        let changed = match (&self.before, slot) {
            (None, None) => false,
            (Some((_, Some(before))), Some(slot)) => *before != slot.value,
            (Some((since, None)), Some(slot)) => slot.since != *since,
            _ => true,
        };
        if changed {
            self.before = slot.map(|slot| (slot.since, moves.then(|| slot.value.clone())));
        }
        changed
    }
}

fn slot<'a>(state: &'a Value, path: &Path) -> Option<&'a Slot> {
    let (first, rest) = path.segments().split_first()?;
    rest.iter().try_fold(state.child(first)?, |slot, step| slot.value.child(step))
}

/// A walk through the events of an aggregate that notes which of them changed any of some places of its state.
pub struct Trace {
    key: AggregateKey,
    places: Vec<Place>,
    fold: Folding,
    history: u64,
    touched: Vec<Version>,
    whole: bool,
}

impl std::fmt::Debug for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trace").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Trace {
    /// The versions of the events that changed any of them, rising.
    pub fn touched(&self) -> &[Version] {
        &self.touched
    }

    /// Every event up to here was looked at.
    pub fn upto(&self) -> Version {
        self.fold.at()
    }

    /// Whether there were no more the last time it was looked.
    pub fn is_whole(&self) -> bool {
        self.whole
    }
}

impl Session {
    /// Whether a trace is about these places of this aggregate, in the history that the store has now.
    pub fn goes_on(&self, trace: &Trace, key: &AggregateKey, paths: &[Path]) -> bool {
        let places = trace.places.iter().map(|place| &place.path);
        trace.history == self.generation && trace.key == *key && places.eq(paths)
    }

    /// Begins to find the events that changed any of these places.
    pub fn trace(&self, key: &AggregateKey, paths: &[Path]) -> Trace {
        let place = |path: &Path| Place { path: path.clone(), before: None };
        Trace {
            key: key.clone(),
            places: paths.iter().map(place).collect(),
            fold: Folding::new(self.reducer.fork(), key),
            history: self.generation,
            touched: Vec::new(),
            whole: false,
        }
    }

    /// Goes on by a page of events; from the beginning where another history has taken the store's place.
    pub fn trace_on(&mut self, trace: &mut Trace) -> Result<(), SessionError> {
        self.at_once(|session| session.trace_further(trace))
    }

    fn trace_further(&mut self, trace: &mut Trace) -> Result<(), SessionError> {
        self.follow()?;
        if trace.history != self.generation {
            let paths: Vec<Path> = trace.places.iter().map(|place| place.path.clone()).collect();
            *trace = self.trace(&trace.key, &paths);
        }
        let way = self.reads();
        let limit = way.page();
        let page = (way.read)(self.store.as_mut(), &trace.key, trace.fold.at(), limit)?;
        for event in &page {
            if trace.fold.step(event) != Stepped::Applied {
                continue;
            }
            let state = trace.fold.state().value();
            let mut changed = false;
            for place in &mut trace.places {
                changed |= place.look(state);
            }
            if changed {
                trace.touched.push(event.version);
            }
        }
        trace.whole = page.len() < limit;
        Ok(())
    }
}

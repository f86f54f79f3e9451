//! One fold, event by event: what timelines and walks share, so that the two cannot disagree.

use super::{Reducer, State};
use crate::model::{AggregateKey, Event, Finding, Version};

/// A state on its way through the events of one aggregate.
pub struct Folding {
    reducer: Box<dyn Reducer>,
    at: Version,
    state: State,
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stepped {
    /// It was applied.
    Applied,
    /// The reducer could not apply it; the state is as it was, and the fold goes on.
    Failed(Finding),
    /// Its version stands here already: it is left out, which cannot be done in silence.
    Twice(Finding),
    /// It lies before where the fold stands, and was dealt with then.
    Past,
}

impl Folding {
    /// A fold that stands before the first event.
    pub fn new(mut reducer: Box<dyn Reducer>, aggregate: &AggregateKey) -> Self {
        let state = reducer.initial(aggregate);
        Self { reducer, at: Version::ZERO, state }
    }

    /// The version of the last event it took.
    pub fn at(&self) -> Version {
        self.at
    }

    /// The state there.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Puts it where `state` is the state after `version`.
    pub fn stand(&mut self, version: Version, state: State) {
        self.at = version;
        self.state = state;
    }

    /// Takes the next event.
    pub fn step(&mut self, event: &Event) -> Stepped {
        if event.version < self.at {
            return Stepped::Past;
        }
        if event.version == self.at {
            let message = format!(
                "version {} stands twice in the store; only the first was applied",
                event.version
            );
            return Stepped::Twice(event.finding(Finding::error("version-twice", message)));
        }
        self.at = event.version;
        match self.reducer.apply(&mut self.state, event) {
            Ok(()) => Stepped::Applied,
            Err(finding) => Stepped::Failed(finding),
        }
    }
}

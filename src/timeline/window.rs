//! Every state near the playhead, so that a step to either side replays nothing that was just replayed.

use std::collections::BTreeMap;

use crate::fold::State;
use crate::model::Version;

pub(super) struct Window {
    states: BTreeMap<Version, (State, usize)>,
    last: Option<Version>,
    budget: usize,
    bytes: usize,
}

impl Window {
    pub(super) fn new(budget: usize) -> Self {
        Self { states: BTreeMap::new(), last: None, budget, bytes: 0 }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn get(&self, version: Version) -> Option<&State> {
        self.states.get(&version).map(|(state, _)| state)
    }

    pub(super) fn at_or_before(&self, version: Version) -> Option<(Version, &State)> {
        self.states.range(..=version).next_back().map(|(version, (state, _))| (*version, state))
    }

    pub(super) fn put(&mut self, version: Version, state: &State) {
        self.last = Some(version);
        if self.states.contains_key(&version) {
            return;
        }
        // The only one costs nothing: the playhead that stands on it has it anyway.
        let before = self.states.range(..version).next_back();
        let near = before.or_else(|| self.states.range(version..).next());
        let beyond = near.map(|(_, (near, _))| state.value().bytes_beyond(near.value()));
        let bytes = beyond.unwrap_or_default() + 96;
        self.states.insert(version, (state.clone(), bytes));
        self.bytes += bytes;
        self.shrink(self.budget);
    }

    /// Forgets the states farthest from where the playhead was last. What one costs is counted from the one next to it,
    /// so the sum is only right for runs without holes; it errs towards forgetting.
    pub(super) fn shrink(&mut self, budget: usize) {
        while self.bytes > budget || self.states.len() > MOST {
            let (Some((first, _)), Some((newest, _)), Some(last)) =
                (self.states.first_key_value(), self.states.last_key_value(), self.last)
            else {
                return;
            };
            let below = last.0.saturating_sub(first.0) >= newest.0.saturating_sub(last.0);
            let gone = if below { self.states.pop_first() } else { self.states.pop_last() };
            self.bytes = self.bytes.saturating_sub(gone.map_or(0, |(_, (_, bytes))| bytes));
        }
    }
}

/// States at the most, however small: two screens' worth of stepping to each side.
const MOST: usize = 1024;

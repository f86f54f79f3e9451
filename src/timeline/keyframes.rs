//! States remembered along a timeline so that any version is a short replay away.
//!
//! Spacing starts small and doubles whenever the memory is used up, so that small states lie close together and large
//! ones far apart. What a keyframe costs is what it does not share with the one before it. Large events count
//! as many: folding one of megabytes once more takes longer than a thousand small ones.

use std::collections::BTreeMap;

use crate::fold::State;
use crate::model::{Value, Version};

/// Events between two keyframes to begin with: replaying half of them takes some tenths of a millisecond.
const FIRST_SPACING: u64 = 128;
/// The bytes of a payload that are folded as quickly as one more event.
const LIKE_ANOTHER: usize = 4096;

pub(super) struct Keyframes {
    start: State,
    frames: BTreeMap<Version, Frame>,
    /// Events since the newest frame, large ones as many, counted only at the far end.
    since: u64,
    far: Version,
    spacing: u64,
    budget: usize,
    bytes: usize,
}

struct Frame {
    state: State,
    bytes: usize,
}

impl Keyframes {
    pub(super) fn new(start: State, budget: usize) -> Self {
        Self {
            start,
            frames: BTreeMap::new(),
            since: 0,
            far: Version::ZERO,
            spacing: FIRST_SPACING,
            budget,
            bytes: 0,
        }
    }

    #[cfg(test)]
    pub(super) fn space(&mut self, spacing: u64) {
        self.spacing = spacing;
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn at_or_before(&self, version: Version) -> (Version, &State) {
        let found = self.frames.range(..=version).next_back();
        found.map_or((Version::ZERO, &self.start), |(version, frame)| (*version, &frame.state))
    }

    /// Takes note that the fold passed `version`, whose payload has so many bytes; remembers the state where one is due.
    pub(super) fn passed(&mut self, version: Version, state: &State, bytes: usize) {
        if version <= self.far {
            return;
        }
        self.far = version;
        self.since += 1 + (bytes / LIKE_ANOTHER) as u64;
        if self.since < self.spacing {
            return;
        }
        self.since = 0;
        let before = self.frames.last_key_value().map_or(&self.start, |(_, frame)| &frame.state);
        let bytes = cost(state.value(), before.value());
        self.frames.insert(version, Frame { state: state.clone(), bytes });
        self.bytes += bytes;
        self.thin();
    }

    pub(super) fn shrink(&mut self, budget: usize) {
        let before = std::mem::replace(&mut self.budget, budget);
        self.thin();
        self.budget = before;
    }

    /// Forgets every other frame until the rest fits.
    fn thin(&mut self) {
        while self.bytes > self.budget && !self.frames.is_empty() {
            self.spacing = self.spacing.saturating_mul(2);
            let mut keep = false;
            self.frames.retain(|_, _| {
                keep = !keep;
                !keep
            });
            let mut before = self.start.value().clone();
            self.bytes = 0;
            for frame in self.frames.values_mut() {
                frame.bytes = cost(frame.state.value(), &before);
                before = frame.state.value().clone();
                self.bytes += frame.bytes;
            }
        }
    }
}

fn cost(value: &Value, before: &Value) -> usize {
    // The frame itself and its place in the tree.
    value.bytes_beyond(before) + 96
}

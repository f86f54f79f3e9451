//! The versions of one aggregate: any of them again, quickly.
//!
//! A timeline folds events forward, remembers states on the way (`keyframes`) and, near the playhead, every state
//! (`window`), and notes a line about each event it has seen (`outline`). It does no I/O: [`Timeline::seek`] says
//! which events it needs and [`Timeline::feed`] takes them, so whoever drives it decides how they are read, cancelled
//! and shown as progress.

mod keyframes;
mod outline;
mod window;

use std::collections::BTreeMap;

pub use outline::{Entry, Outline};

use crate::fold::{Reducer, State};
use crate::model::{AggregateKey, Event, Finding, Version};
use keyframes::Keyframes;
use window::Window;

/// What a timeline needs before it stands where it was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It stands there.
    Ready,
    /// The events above `after` up to `upto`, or as many of them as fit a page.
    Need {
        /// The last version it has.
        after: Version,
        /// The last version it wants.
        upto: Version,
    },
}

/// One aggregate, foldable to any version.
pub struct Timeline {
    key: AggregateKey,
    reducer: Box<dyn Reducer>,
    keyframes: Keyframes,
    window: Window,
    at: Version,
    state: State,
    goal: Version,
    outline: Outline,
    findings: BTreeMap<Version, Vec<Finding>>,
    applied: u64,
}

impl std::fmt::Debug for Timeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline")
            .field("key", &self.key)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

impl Timeline {
    /// A timeline that stands before the first event and remembers at most `memory` bytes of states.
    pub fn new(key: AggregateKey, mut reducer: Box<dyn Reducer>, memory: usize) -> Self {
        let state = reducer.initial(&key);
        let mut window = Window::new(memory / 4);
        window.put(Version::ZERO, &state);
        Self {
            keyframes: Keyframes::new(state.clone(), memory - memory / 4),
            window,
            at: Version::ZERO,
            state,
            goal: Version::ZERO,
            outline: Outline::default(),
            findings: BTreeMap::new(),
            applied: 0,
            key,
            reducer,
        }
    }

    /// Which aggregate it is.
    pub fn key(&self) -> &AggregateKey {
        &self.key
    }

    /// The version of the last event applied: where it stands.
    pub fn at(&self) -> Version {
        self.at
    }

    /// The state where it stands.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The state just after the event of `version`, if it is at hand without any replay.
    pub fn known(&self, version: Version) -> Option<&State> {
        if version == self.at { Some(&self.state) } else { self.window.get(version) }
    }

    /// What is known of each event: everything up to [`Timeline::walked`].
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// The last version up to which every event has been folded at least once.
    pub fn walked(&self) -> Version {
        self.outline.last().map_or(Version::ZERO, |entry| entry.version)
    }

    /// What folding noticed at `version`.
    pub fn findings(&self, version: Version) -> &[Finding] {
        self.findings.get(&version).map_or(&[], Vec::as_slice)
    }

    /// What folding noticed up to and with `version`.
    pub fn findings_upto(&self, version: Version) -> Vec<Finding> {
        self.findings.range(..=version).flat_map(|(_, found)| found).cloned().collect()
    }

    /// How many events were applied since it was made: what a jump or a step really cost.
    pub fn applied(&self) -> u64 {
        self.applied
    }

    /// The bytes its remembered states take.
    pub fn bytes(&self) -> usize {
        self.keyframes.bytes() + self.window.bytes()
    }

    /// Forgets remembered states until at most `bytes` are left; nothing gets wrong by it, only slower.
    pub fn shrink(&mut self, bytes: usize) {
        self.window.shrink(bytes / 4);
        self.keyframes.shrink(bytes - bytes / 4);
    }

    /// Goes to the nearest state it has at or before `goal`, and says what it needs from there. Where it then stands
    /// is the last event at or before `goal`, once [`Next::Ready`].
    pub fn seek(&mut self, goal: Version) -> Next {
        self.goal = goal;
        let (window, keyframe) =
            (self.window.at_or_before(goal), self.keyframes.at_or_before(goal));
        let (version, state) = if window.is_some_and(|(version, _)| version >= keyframe.0) {
            window.unwrap_or(keyframe)
        } else {
            keyframe
        };
        if !(version..=goal).contains(&self.at) {
            self.at = version;
            self.state = state.clone();
        }
        self.next()
    }

    /// What is still needed to reach the goal of the last [`Timeline::seek`].
    pub fn next(&self) -> Next {
        if self.at >= self.goal {
            Next::Ready
        } else {
            Next::Need { after: self.at, upto: self.goal }
        }
    }

    /// Applies the events that [`Next::Need`] asked for, rising from where it stands; those beyond the goal are left.
    /// `end` says that the store has nothing after them. Every state within `keep` events of the goal is remembered.
    pub fn feed(&mut self, events: &[Event], end: bool, keep: u64) {
        let keep_from = Version(self.goal.0.saturating_sub(keep));
        for event in events {
            if event.version > self.goal {
                self.goal = self.at;
                return;
            }
            if event.version > self.at {
                self.apply(event, keep_from);
            } else if event.version == self.at {
                self.twice(event);
            }
        }
        if end {
            self.goal = self.at;
        }
    }

    fn apply(&mut self, event: &Event, keep_from: Version) {
        if event.version >= keep_from {
            // Also the state before, so that the first change of the window can be told.
            self.window.put(self.at, &self.state);
        }
        let first_time = event.version > self.walked();
        let applied = self.reducer.apply(&mut self.state, event);
        self.applied += 1;
        if first_time {
            self.outline.push(event, applied.is_err());
            let mut findings = event.findings.clone();
            findings.extend(applied.err());
            if !findings.is_empty() {
                self.findings.insert(event.version, findings);
            }
        }
        self.at = event.version;
        self.keyframes.passed(self.at, &self.state);
        if event.version >= keep_from {
            self.window.put(self.at, &self.state);
        }
    }

    /// A version that stands twice cannot be folded twice in silence.
    fn twice(&mut self, event: &Event) {
        let known = self.findings.entry(event.version).or_default();
        if !known.iter().any(|finding| finding.code == "version-twice") {
            known.push(event.finding(Finding::error(
                "version-twice",
                format!(
                    "version {} stands twice in the store; only the first was applied",
                    event.version
                ),
            )));
        }
    }
}

#[cfg(test)]
mod tests;

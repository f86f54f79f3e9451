//! The versions of one aggregate: any of them again, quickly.
//!
//! A timeline folds events forward, remembers states on the way (`keyframes`) and, near the playhead, every state
//! (`window`), and notes a line about each event it has seen (`outline`). It does no I/O: [`Timeline::seek`] says
//! which events it needs and [`Timeline::feed`] takes them, so whoever drives it decides how they are read, cancelled
//! and shown as progress.

mod keyframes;
mod noticed;
mod outline;
mod window;

use std::cmp::Ordering;

pub use outline::{Entry, Outline};

use crate::fold::{Folding, Reducer, State, Stepped};
use crate::model::{AggregateKey, Event, Finding, Version};
use keyframes::Keyframes;
use noticed::Noticed;
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
    fold: Folding,
    keyframes: Keyframes,
    window: Window,
    goal: Version,
    outline: Outline,
    noticed: Noticed,
    applied: u64,
}

impl std::fmt::Debug for Timeline {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timeline")
            .field("key", &self.key)
            .field("at", &self.at())
            .finish_non_exhaustive()
    }
}

impl Timeline {
    /// A timeline that stands before the first event and remembers at most `memory` bytes of states.
    pub fn new(key: AggregateKey, reducer: Box<dyn Reducer>, memory: usize) -> Self {
        let fold = Folding::new(reducer, &key);
        let mut window = Window::new(memory / 4);
        window.put(Version::ZERO, fold.state());
        Self {
            keyframes: Keyframes::new(fold.state().clone(), memory - memory / 4),
            window,
            goal: Version::ZERO,
            outline: Outline::default(),
            noticed: Noticed::default(),
            applied: 0,
            key,
            fold,
        }
    }

    /// Which aggregate it is.
    pub fn key(&self) -> &AggregateKey {
        &self.key
    }

    /// The version of the last event applied: where it stands.
    pub fn at(&self) -> Version {
        self.fold.at()
    }

    /// The state where it stands.
    pub fn state(&self) -> &State {
        self.fold.state()
    }

    /// The state just after the event of `version`, if it is at hand without any replay.
    pub fn known(&self, version: Version) -> Option<&State> {
        if version == self.at() { Some(self.state()) } else { self.window.get(version) }
    }

    /// What is known of each event: everything up to [`Timeline::walked`].
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// The last version up to which every event has been folded at least once.
    pub fn walked(&self) -> Version {
        self.outline.last().map_or(Version::ZERO, |entry| entry.version)
    }

    /// What reading and folding noticed at `version`; `None` where there was too much of it to be kept.
    pub fn findings(&self, version: Version) -> Option<&[Finding]> {
        self.noticed.at(version)
    }

    /// What reading and folding noticed up to and with `version`: the first many, and how many events have more.
    pub fn findings_upto(&self, version: Version) -> Vec<Finding> {
        self.noticed.upto(version)
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
        if !(version..=goal).contains(&self.fold.at()) {
            self.fold.stand(version, state.clone());
        }
        self.next()
    }

    /// What is still needed to reach the goal of the last [`Timeline::seek`].
    pub fn next(&self) -> Next {
        let at = self.at();
        if at >= self.goal { Next::Ready } else { Next::Need { after: at, upto: self.goal } }
    }

    /// Applies the events that [`Next::Need`] asked for, rising from where it stands; those beyond the goal are left.
    /// `end` says that the store has nothing after them. Every state within `keep` events of the goal is remembered.
    pub fn feed(&mut self, events: &[Event], end: bool, keep: u64) {
        let keep_from = Version(self.goal.0.saturating_sub(keep));
        for event in events {
            if event.version > self.goal {
                self.goal = self.at();
                return;
            }
            self.take(event, keep_from);
        }
        if end {
            self.goal = self.at();
        }
    }

    fn take(&mut self, event: &Event, keep_from: Version) {
        let kept = event.version >= keep_from;
        if kept {
            // Also the state before, so that the first change of the window can be told.
            self.window.put(self.fold.at(), self.fold.state());
        }
        let first_time = event.version > self.walked();
        let hole = hole(self.fold.at(), event);
        let failed = match self.fold.step(event) {
            Stepped::Applied => None,
            Stepped::Failed(finding) => Some(finding),
            Stepped::Twice(finding) => return self.twice(event.version, finding),
            Stepped::Past => return,
        };
        self.applied += 1;
        if first_time {
            self.outline.push(event, failed.is_some());
            let noticed = event.noticed();
            if !event.findings.is_empty() || hole.is_some() || noticed.is_some() || failed.is_some()
            {
                let found = event.findings.iter().cloned();
                let found = found.chain(hole).chain(noticed).chain(failed).collect();
                self.noticed.note(event.version, found);
            }
        }
        self.keyframes.passed(event.version, self.fold.state(), event.data.bytes().len());
        if kept {
            self.window.put(event.version, self.fold.state());
        }
    }

    fn twice(&mut self, version: Version, finding: Finding) {
        let known = self.noticed.at(version).unwrap_or_default();
        if !known.iter().any(|known| known.code == finding.code) {
            self.noticed.note(version, vec![finding]);
        }
    }
}

/// What stands for versions that are missing between `before`, the last one there, and `event`.
pub(crate) fn hole(before: Version, event: &Event) -> Option<Finding> {
    let one = before.next() == event.version.prev();
    let missing = missing(before, event.version)?;
    let they = if one { "it" } else { "they" };
    let message = format!("{missing} missing before it: the state is without what {they} did");
    Some(event.finding(Finding::warning("versions-missing", message)))
}

/// What is missing between two versions: `v4 is`, `v3–v4 are`.
pub(crate) fn missing(before: Version, after: Version) -> Option<String> {
    let (first, last) = (before.next(), after.prev());
    match last.cmp(&first) {
        Ordering::Less => None,
        Ordering::Equal => Some(format!("v{first} is")),
        Ordering::Greater => Some(format!("v{first}–v{last} are")),
    }
}

#[cfg(test)]
mod tests;

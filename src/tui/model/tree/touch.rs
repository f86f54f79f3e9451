//! What an event did to a state, found in the background: where it begins and ends, and what is new.
//!
//! Places are those among the members, from the state down.

use std::collections::HashMap;

use crate::analysis::{Change, Op};
use crate::model::{Path, Value, Version};
use crate::session::Moment;

/// What the playhead's event did to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Nothing.
    None,
    /// Put it there.
    Added,
    /// Changed it, or something inside it.
    Changed,
    /// Took it away: it is shown because what was is.
    Removed,
}

/// Where the event touched the state.
#[derive(Clone, Debug, Default)]
pub(crate) struct Touches {
    /// The first and the last place that stands for itself: nothing that is there inside it was touched.
    pub(super) ends: Option<(Vec<u32>, Vec<u32>)>,
    added: Added,
}

impl Touches {
    /// Those of a moment.
    pub(crate) fn of(moment: &Moment) -> Self {
        let (state, version) = (moment.state.value(), moment.version);
        let all = moment.before.value().is_empty();
        let ends = first(state, version).zip(last(state, version));
        Self { ends, added: Added::of(state, &moment.changes, all) }
    }

    /// Whether what stands at a place was put there, with all around it.
    pub(super) fn is_added(&self, way: &[u32]) -> bool {
        let mut added = Some(&self.added);
        way.iter().any(|at| {
            let Some(here) = added else { return false };
            added = here.inside.get(at);
            here.all || here.members.binary_search(at).is_ok()
        })
    }
}

/// The members of a value that were added, and those of the members inside.
#[derive(Clone, Debug, Default)]
struct Added {
    all: bool,
    members: Vec<u32>,
    inside: HashMap<u32, Added>,
}

impl Added {
    fn of(state: &Value, changes: &[Change], all: bool) -> Self {
        let mut added = Self { all, ..Self::default() };
        if !all {
            let new = changes.iter().filter(|change| change.op == Op::Add);
            new.for_each(|change| added.note(state, &change.path));
            added.sort();
        }
        added
    }

    fn note(&mut self, state: &Value, path: &Path) {
        let Some((last, around)) = path.segments().split_last() else {
            self.all = true;
            return;
        };
        let (mut here, mut value) = (self, state);
        for segment in around {
            let Some((at, slot)) = value.place_of(segment).zip(value.child(segment)) else {
                return;
            };
            here = here.inside.entry(at as u32).or_default();
            value = &slot.value;
        }
        here.members.extend(value.place_of(last).map(|at| at as u32));
    }

    fn sort(&mut self) {
        self.members.sort_unstable();
        self.inside.values_mut().for_each(Self::sort);
    }
}

/// What `version` touched at a place.
fn touched(value: &Value, at: usize, version: Version) -> Option<&Value> {
    let slot = value.slot_at(at)?;
    (version > Version::ZERO && slot.since == version).then_some(&slot.value)
}

/// The first place that stands for itself among the members of a value from `from` on.
fn first_from(value: &Value, from: usize, version: Version) -> Option<Vec<u32>> {
    let mut way = Vec::new();
    let (mut value, mut from) = (value, from);
    while let Some((at, inside)) = (from..value.len().unwrap_or(0))
        .find_map(|at| touched(value, at, version).map(|inside| (at, inside)))
    {
        way.push(at as u32);
        (value, from) = (inside, 0);
    }
    (!way.is_empty()).then_some(way)
}

fn first(value: &Value, version: Version) -> Option<Vec<u32>> {
    first_from(value, 0, version)
}

fn last(value: &Value, version: Version) -> Option<Vec<u32>> {
    let mut way = Vec::new();
    let mut value = value;
    while let Some((at, inside)) = (0..value.len().unwrap_or(0))
        .rev()
        .find_map(|at| touched(value, at, version).map(|inside| (at, inside)))
    {
        way.push(at as u32);
        value = inside;
    }
    (!way.is_empty()).then_some(way)
}

/// The next place that stands for itself after `here`, and not inside it where that is closed.
pub(super) fn next(state: &Value, version: Version, here: &[u32], open: bool) -> Option<Vec<u32>> {
    let mut around = vec![state];
    for at in here {
        around.push(&around.last()?.slot_at(*at as usize)?.value);
    }
    let inside = around.pop().filter(|_| open);
    let below = |value, from, way: &[u32]| {
        let found = first_from(value, from, version)?;
        Some(way.iter().copied().chain(found).collect())
    };
    inside.and_then(|value| below(value, 0, here)).or_else(|| {
        let mut levels = around.into_iter().enumerate().rev();
        levels.find_map(|(level, value)| {
            let from = *here.get(level)? as usize + 1;
            below(value, from, here.get(..level)?)
        })
    })
}

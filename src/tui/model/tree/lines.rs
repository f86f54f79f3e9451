//! Which lines an opened part of the state has, without a line for each.
//!
//! Only members that are open are noted; all others are one line, and are counted. So an array of a million numbers
//! costs nothing to open and nothing to scroll, and a state that shares most of itself with the one before shares most of
//! its lines, too.

use std::sync::Arc;

use super::folds::Folds;
use crate::model::{Segment, Value};

/// Containers up to this size are open until a person closes them.
const OPEN_UP_TO: usize = 8;
/// And up to this depth.
const OPEN_DEPTH: u16 = 3;
/// And in containers up to this size.
const OPEN_IN: usize = 1_000;

/// The lines inside of an open container.
#[derive(Clone, Debug)]
pub(super) enum Inside {
    /// One for each of so many members.
    Flat(usize),
    /// More, because some members are open.
    Deep(Arc<Lines>),
}

/// The lines of a container with open members.
#[derive(Debug)]
pub(super) struct Lines {
    open: Vec<Open>,
    count: usize,
    /// The depth of the deepest.
    deepest: u16,
    /// How many containers in it are open only because a person wanted everything open.
    parts: usize,
}

/// A member that is open.
#[derive(Clone, Debug)]
struct Open {
    /// Which.
    at: usize,
    /// The lines before its own, counted from the first line in its container.
    before: usize,
    /// Whether it is open only because everything is.
    spent: bool,
    inside: Inside,
}

impl Default for Inside {
    fn default() -> Self {
        Self::Flat(0)
    }
}

impl Open {
    /// The line of a later member that is not behind another open one.
    fn line_of(&self, at: usize) -> usize {
        self.before + self.inside.count() + (at - self.at)
    }
}

impl Inside {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Flat(members) => *members,
            Self::Deep(lines) => lines.count,
        }
    }

    /// The depth of the deepest; members stand at `depth`.
    pub(super) fn deepest(&self, depth: u16) -> u16 {
        match self {
            Self::Flat(_) => depth,
            Self::Deep(lines) => lines.deepest,
        }
    }

    fn open(&self) -> &[Open] {
        match self {
            Self::Flat(_) => &[],
            Self::Deep(lines) => &lines.open,
        }
    }

    fn parts(&self) -> usize {
        match self {
            Self::Flat(_) => 0,
            Self::Deep(lines) => lines.parts,
        }
    }

    fn open_at(&self, at: usize) -> Option<&Open> {
        let open = self.open();
        open.binary_search_by_key(&at, |open| open.at).ok().and_then(|found| open.get(found))
    }

    /// The members that lead to a line, and whether its own is open; `None` beyond the last.
    pub(super) fn way(&self, line: usize) -> Option<(Vec<u32>, bool)> {
        let (mut inside, mut line, mut way) = (self, line, Vec::new());
        if line >= inside.count() {
            return None;
        }
        loop {
            let before = inside.open().partition_point(|open| open.before <= line);
            let Some(open) = before.checked_sub(1).and_then(|at| inside.open().get(at)) else {
                way.push(line as u32);
                return Some((way, false));
            };
            let below = line - open.before;
            if below > open.inside.count() {
                way.push((open.at + below - open.inside.count()) as u32);
                return Some((way, false));
            }
            way.push(open.at as u32);
            if below == 0 {
                return Some((way, true));
            }
            (inside, line) = (&open.inside, below - 1);
        }
    }

    /// The line of a member, or of the closed one around it.
    pub(super) fn line_of(&self, way: &[u32]) -> Option<usize> {
        let (mut inside, mut line, mut found) = (self, 0, None);
        for at in way.iter().map(|at| *at as usize) {
            let before = inside.open().partition_point(|open| open.at < at);
            let open = before.checked_sub(1).and_then(|before| inside.open().get(before));
            line += open.map_or(at, |open| open.line_of(at));
            found = Some(line);
            let Some(open) = inside.open_at(at) else { break };
            inside = &open.inside;
            line += 1;
        }
        found
    }
}

/// What has changed about what is open since the lines were made: at a path, and in all of it where it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touched<'a> {
    /// Where.
    pub(super) path: &'a [Segment],
    /// Whether everything in it is to be looked at again.
    pub(super) all: bool,
}

/// Makes lines.
pub(super) struct Builder {
    /// How many levels are open where nobody opened or closed a part by itself; a few small ones where `None`.
    pub(super) level: Option<u16>,
    /// Parts that may still be opened because everything is; none at all once there was one too many.
    pub(super) budget: Option<usize>,
}

/// A container whose lines are made.
#[derive(Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) value: &'a Value,
    /// The depth of its members.
    pub(super) depth: u16,
    pub(super) folds: Option<&'a Folds>,
    /// Whether everything in it is open, where somebody said so of what is around it.
    pub(super) all: Option<bool>,
    /// What it was when its lines were made last, and those.
    pub(super) was: Option<(&'a Value, &'a Inside)>,
    /// What has changed since.
    pub(super) touched: Option<Touched<'a>>,
}

impl Builder {
    /// Whether one more part may be opened because everything is.
    fn spend(&mut self) -> bool {
        self.budget = self.budget.and_then(|left| left.checked_sub(1));
        self.budget.is_some()
    }

    /// The lines in an open container.
    pub(super) fn inside(&mut self, of: Container<'_>) -> Inside {
        let (mut was, mut touched) = (of.was, of.touched);
        if let Some(Touched { path: [], all }) = touched {
            touched = None;
            was = was.filter(|_| !all);
        }
        if let Some((value, inside)) = was.filter(|_| touched.is_none())
            && value.same(of.value)
        {
            self.budget = self.budget.map(|left| left.saturating_sub(inside.parts()));
            return inside.clone();
        }
        let all = of.folds.and_then(|folds| folds.all).or(of.all);
        let placed = of.folds.map_or_else(Vec::new, |folds| folds.placed(of.value));
        let touched = touched.and_then(|touched| {
            let (first, path) = touched.path.split_first()?;
            Some((of.value.place_of(first)?, Touched { path, ..touched }))
        });
        let mut members = Members {
            of: Container { all, was, ..of },
            placed: &placed,
            touched,
            were_open: was.map_or(&[], |(_, inside)| inside.open()),
            open: Vec::new(),
        };
        let len = of.value.len().unwrap_or(0);
        if all.is_some() || self.level.is_some() || len <= OPEN_IN {
            (0..len).for_each(|at| self.member(&mut members, at));
        } else {
            let mut asked: Vec<usize> = placed.iter().map(|(at, _)| *at).collect();
            asked.extend(members.touched.map(|(at, _)| at));
            asked.sort_unstable();
            asked.dedup();
            for at in asked {
                self.member(&mut members, at);
            }
        }
        members.done(len)
    }

    fn member(&mut self, among: &mut Members<'_>, at: usize) {
        let Container { value, depth, all, was, .. } = among.of;
        let Some(slot) = value.slot_at(at) else { return };
        let touched = among.touched.filter(|(place, _)| *place == at).map(|(_, touched)| touched);
        let before = was.and_then(|(value, _)| value.slot_at(at));
        let before = before.map(|slot| (&slot.value, among.was_open(at)));
        if let Some((_, open)) =
            before.filter(|(old, _)| touched.is_none() && old.same(&slot.value))
            && was.is_some_and(|(old, _)| old.name_at(at) == value.name_at(at))
        {
            if let Some(Open { inside, spent, .. }) = open {
                let parts = usize::from(*spent) + inside.parts();
                self.budget = self.budget.map(|left| left.saturating_sub(parts));
                among.push(at, *spent, inside.clone());
            }
            return;
        }
        // Only now: what is the same is not looked into, however many there are of it.
        let len = slot.value.len().unwrap_or(0);
        if len == 0 {
            return;
        }
        let found = among.placed.binary_search_by_key(&at, |(place, _)| *place).ok();
        let folds = found.and_then(|found| among.placed.get(found)).map(|(_, folds)| *folds);
        let asked = folds.and_then(|folds| folds.open);
        let wanted = match (asked, all, self.level) {
            (None, Some(all), _) => Some(all),
            (None, None, Some(level)) => Some(depth + 1 < level),
            (Some(_), ..) | (None, None, None) => None,
        };
        let small = len <= OPEN_UP_TO && depth < OPEN_DEPTH;
        let spent = wanted == Some(true) && self.spend();
        let is_open = asked.or(wanted.map(|_| spent)).unwrap_or(small);
        let few = value.len().is_some_and(|len| len <= OPEN_IN);
        if !is_open || asked.is_none() && wanted.is_none() && !few {
            return;
        }
        let was = before.and_then(|(value, open)| Some((value, &open?.inside)));
        let inside = self.inside(Container {
            value: &slot.value,
            depth: depth + 1,
            folds,
            all,
            was,
            touched,
        });
        among.push(at, spent, inside);
    }
}

/// The members of a container, and those found to be open.
struct Members<'a> {
    of: Container<'a>,
    placed: &'a [(usize, &'a Folds)],
    touched: Option<(usize, Touched<'a>)>,
    /// Those that were open when the lines were made last, from the one on that is met next.
    were_open: &'a [Open],
    open: Vec<Open>,
}

impl<'a> Members<'a> {
    /// What was open at a place; each is asked for after those before it.
    fn was_open(&mut self, at: usize) -> Option<&'a Open> {
        while let Some((open, after)) = self.were_open.split_first()
            && open.at < at
        {
            self.were_open = after;
        }
        self.were_open.first().filter(|open| open.at == at)
    }

    fn push(&mut self, at: usize, spent: bool, inside: Inside) {
        let before = self.open.last().map_or(at, |open| open.line_of(at));
        self.open.push(Open { at, before, spent, inside });
    }

    fn done(self, len: usize) -> Inside {
        if self.open.is_empty() {
            return Inside::Flat(len);
        }
        let depth = self.of.depth;
        let each = self.open.iter();
        let parts = each.clone().map(|open| usize::from(open.spent) + open.inside.parts()).sum();
        let deepest = each.clone().map(|open| open.inside.deepest(depth + 1)).max();
        let count = len + each.map(|open| open.inside.count()).sum::<usize>();
        let deepest = deepest.unwrap_or(depth);
        Inside::Deep(Arc::new(Lines { open: self.open, count, deepest, parts }))
    }
}

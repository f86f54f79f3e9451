//! A state as lines that open and close.
//!
//! The lines are made when the state or the folding changes; each is a few bytes and finds its value through its
//! parents, so that a state of a hundred thousand members costs a millisecond and drawing costs the window.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use smol_str::SmolStr;

use crate::analysis::Op;
use crate::model::{Path, Segment, Slot, Value, Version};
use crate::session::Moment;
use crate::text;

use super::scroll::Scroll;
use super::sought::Spot;

const ROOT: u32 = u32::MAX;
/// Containers up to this size are open until a person closes them.
const OPEN_UP_TO: usize = 8;
/// And up to this depth.
const OPEN_DEPTH: u16 = 3;
/// Containers that are opened at once.
pub(crate) const AT_ONCE: usize = 100_000;
/// Levels around the chosen line that stay where they can be told apart.
const MARGIN: u16 = 2;

/// What the playhead's event did to a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Touch {
    /// Nothing.
    None,
    /// Put it there.
    Added,
    /// Changed it, or something inside it.
    Changed,
}

/// What can be done with a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knot {
    /// Nothing: it is a scalar or empty.
    Leaf,
    /// It can be opened.
    Closed,
    /// It can be closed.
    Open,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    parent: u32,
    at: u32,
    /// How deep it stands, 0 for the members of the state.
    pub(crate) depth: u16,
    /// Whether it opens.
    pub(crate) knot: Knot,
    /// What the event did to it.
    pub(crate) touch: Touch,
}

impl Row {
    /// Whether the event touched it, and not only something in it that has a line of its own.
    fn is_touched(&self) -> bool {
        self.touch != Touch::None && self.knot != Knot::Open
    }
}

/// What a person opened and closed, by path.
#[derive(Clone, Debug, Default)]
struct Folds {
    open: Option<bool>,
    inside: HashMap<Segment, Folds>,
}

/// The lines of a state and the chosen one.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Value,
    version: Version,
    /// What the event added; where there was nothing before it, everything.
    added: HashSet<Path>,
    all_new: bool,
    rows: Vec<Row>,
    folds: Folds,
    /// How many levels are open where nobody opened or closed a part by itself; a few small ones where `None`.
    level: Option<u16>,
    /// Whether that was too much to open.
    cut: bool,
    /// The depth of the deepest line.
    deepest: u16,
    /// The first and the last line that the event touched and that stands for itself.
    touched: Option<(usize, usize)>,
    width: usize,
    /// Levels that lie to the left of the window: lines of such a depth stand at its left edge.
    left: u16,
    /// Where the chosen line stands in the state, sanitised: `.items[0].name`.
    pub(crate) place: String,
    /// The chosen line.
    pub(crate) scroll: Scroll,
}

/// How far a line stands from the left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Indent {
    /// So many levels.
    Levels(u16),
    /// It stands further to the left than is shown.
    Before,
    /// It stands further to the right than there is room for: so many levels are.
    Beyond(u16),
}

/// The levels that have room in so many cells: most of a line is for names and values.
pub(crate) fn levels(width: usize) -> u16 {
    (width / 6).clamp(3, 40) as u16
}

impl Tree {
    /// Shows another state; what was opened stays open, and the chosen line stays with its path.
    pub(crate) fn show(&mut self, moment: &Moment, (width, height): (usize, usize)) {
        let chosen = self.path_of(self.scroll.cursor);
        self.width = width;
        self.root = moment.state.value().clone();
        self.version = moment.version;
        self.all_new = moment.before.value().is_empty();
        let added = moment.changes.iter().filter(|change| change.op == Op::Add && !self.all_new);
        self.added = added.map(|change| change.path.clone()).collect();
        self.build();
        self.choose(chosen.as_ref(), height);
    }

    /// Stands in another window.
    pub(crate) fn fit(&mut self, (width, height): (usize, usize)) {
        self.width = width;
        self.scroll.settle(self.rows.len(), height);
        self.settle();
    }

    /// Moves the cursor and keeps it in sight.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        self.scroll.move_by(by, self.rows.len(), height);
        self.settle();
    }

    /// Moves the window and takes the cursor along only where it would get out of sight.
    pub(crate) fn wheel(&mut self, by: isize, height: usize) {
        self.scroll.wheel(by, self.rows.len(), height);
        self.settle();
    }

    /// Puts the cursor on a line that is in sight.
    pub(crate) fn put(&mut self, line: usize) {
        self.scroll.cursor = line.min(self.rows.len().saturating_sub(1));
        self.settle();
    }

    /// How far a line of this depth stands from the left: the window follows the chosen line sideways too.
    pub(crate) fn indent(&self, depth: u16) -> Indent {
        let levels = levels(self.width);
        match depth.checked_sub(self.left) {
            None => Indent::Before,
            Some(depth) if depth > levels => Indent::Beyond(levels),
            Some(depth) => Indent::Levels(depth),
        }
    }

    /// Whether the event touched anything that is there.
    pub(crate) fn is_touched(&self) -> bool {
        self.touched.is_some()
    }

    /// Whether [`Tree::toggle`] does anything.
    pub(crate) fn can_toggle(&self) -> bool {
        let chosen = self.rows.get(self.scroll.cursor);
        chosen.is_some_and(|row| row.knot != Knot::Leaf || row.parent != ROOT)
    }

    /// Whether the event touched lines above these, and below them.
    pub(crate) fn touched_beyond(&self, shown: &Range<usize>) -> (bool, bool) {
        self.touched
            .map_or((false, false), |(first, last)| (first < shown.start, last >= shown.end))
    }

    /// Whether some lines stand deeper than there is room for.
    pub(crate) fn is_deep(&self) -> bool {
        self.deepest > levels(self.width)
    }

    /// Brings the chosen line into the window sideways, and says where it stands.
    fn settle(&mut self) {
        let depth = self.rows.get(self.scroll.cursor).map_or(0, |row| row.depth);
        let levels = levels(self.width);
        let margin = MARGIN.min(levels / 2);
        let highest = depth.saturating_sub(margin);
        let lowest = (depth + margin).saturating_sub(levels).min(highest);
        let most = self.deepest.saturating_sub(levels);
        self.left = self.left.clamp(lowest, highest).min(most);
        let path = self.path_of(self.scroll.cursor);
        self.place =
            path.map_or_else(String::new, |path| text::sanitize(&path.to_string()).into_owned());
    }

    /// The lines.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// A line.
    pub(crate) fn row(&self, line: usize) -> Option<&Row> {
        self.rows.get(line)
    }

    /// The name and the slot of a line.
    pub(crate) fn entry(&self, line: usize) -> Option<(Segment, &Slot)> {
        let mut found = None;
        self.descend(line, |step, slot| found = Some((step, slot)))?;
        found.map(|(step, slot)| (step.to_segment(), slot))
    }

    /// Goes down from the state to a line and meets every member on the way.
    fn descend<'a>(&'a self, line: usize, mut meet: impl FnMut(Step<'a>, &'a Slot)) -> Option<()> {
        let mut steps = Vec::new();
        let mut row = self.rows.get(line)?;
        loop {
            steps.push(row.at as usize);
            if row.parent == ROOT {
                break;
            }
            row = self.rows.get(row.parent as usize)?;
        }
        let mut value = &self.root;
        for at in steps.into_iter().rev() {
            let (step, slot) = match value {
                Value::Object(map) => {
                    map.get_index(at).map(|(key, slot)| (Step::Key(key), slot))?
                }
                Value::Array(items) => (Step::Index(at), items.get(at)?),
                _ => return None,
            };
            value = &slot.value;
            meet(step, slot);
        }
        Some(())
    }

    /// Where the chosen line stands, and its value.
    pub(crate) fn chosen(&self) -> Option<(Path, &Value)> {
        let line = self.scroll.cursor;
        self.path_of(line).zip(self.entry(line).map(|(_, slot)| &slot.value))
    }

    /// The path of a line.
    pub(crate) fn path_of(&self, line: usize) -> Option<Path> {
        let mut path = Path::root();
        self.descend(line, |step, _| path.push(step.to_segment()))?;
        Some(path)
    }

    /// Opens or closes the chosen line; on a line that does neither, closes what it stands in.
    pub(crate) fn toggle(&mut self, height: usize) {
        let Some(row) = self.rows.get(self.scroll.cursor).copied() else { return };
        let (line, open) = match row.knot {
            Knot::Closed => (self.scroll.cursor, true),
            Knot::Open => (self.scroll.cursor, false),
            Knot::Leaf if row.parent == ROOT => return,
            Knot::Leaf => (row.parent as usize, false),
        };
        let Some(path) = self.path_of(line) else { return };
        self.folds.at(&path).open = Some(open);
        self.scroll.cursor = line;
        self.rebuild(height);
    }

    /// Opens or closes everything in the chosen line, the line itself included. Returns whether it was too much to do
    /// all of it at once.
    pub(crate) fn fold_all(&mut self, open: bool, height: usize) -> bool {
        let Some(path) = self.path_of(self.scroll.cursor) else { return false };
        let Some(value) = self.root.at(&path) else { return false };
        let mut budget = Some(AT_ONCE);
        let folds = fold_inside(value, open, &mut budget);
        *self.folds.at(&path) = folds;
        self.rebuild(height);
        budget.is_none()
    }

    /// Opens so many levels and closes what is deeper; `None` opens what is small, as at first.
    pub(crate) fn fold_to(&mut self, level: Option<u16>, height: usize) {
        self.folds = Folds::default();
        self.level = level;
        self.rebuild(height);
    }

    /// Whether there is more to open than is opened at once.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Where the chosen line stands among the members of everything around it.
    pub(crate) fn spot(&self) -> Option<Spot> {
        let mut row = self.rows.get(self.scroll.cursor)?;
        let mut steps = vec![row.at];
        while row.parent != ROOT {
            row = self.rows.get(row.parent as usize)?;
            steps.push(row.at);
        }
        steps.reverse();
        Some(steps.into())
    }

    /// Chooses a place, with everything around it open.
    pub(crate) fn reveal(&mut self, path: &Path, height: usize) {
        let mut around = path.clone();
        let mut opened = false;
        while around.pop().is_some() && !around.is_root() {
            let folds = self.folds.at(&around);
            opened |= folds.open != Some(true);
            folds.open = Some(true);
        }
        if opened {
            self.build();
        }
        self.choose(Some(path), height);
    }

    /// Goes to the next line that the event touched and that stands for itself, from the top again after the last.
    pub(crate) fn next_touched(&mut self, height: usize) {
        let touched = Row::is_touched;
        let after = self.scroll.cursor + 1;
        let later = self.rows.iter().skip(after).position(touched).map(|at| at + after);
        if let Some(line) = later.or_else(|| self.rows.iter().position(touched)) {
            self.scroll.move_to(line, self.rows.len(), height);
            self.settle();
        }
    }

    fn rebuild(&mut self, height: usize) {
        let chosen = self.path_of(self.scroll.cursor);
        self.build();
        self.choose(chosen.as_ref(), height);
    }

    fn choose(&mut self, path: Option<&Path>, height: usize) {
        let line = path.and_then(|path| self.line_of(path)).unwrap_or(self.scroll.cursor);
        self.scroll.move_to(line, self.rows.len(), height);
        self.settle();
    }

    /// The line of a path, or of the nearest thing around it that has one.
    fn line_of(&self, path: &Path) -> Option<usize> {
        let mut parent = ROOT;
        let mut value = &self.root;
        let mut found = None;
        let mut line = 0;
        for segment in path.segments() {
            let at = match (value, segment) {
                (Value::Object(map), Segment::Key(key)) => map.get_index_of(key)?,
                (Value::Array(_), Segment::Index(index)) => *index,
                _ => return found,
            };
            let here = |row: &Row| row.parent == parent && row.at as usize == at;
            let Some(next) = self.rows.iter().skip(line).position(here) else { return found };
            line += next;
            found = Some(line);
            parent = line as u32;
            value = &value.child(segment)?.value;
        }
        found
    }

    fn build(&mut self) {
        let mut builder = Builder {
            rows: std::mem::take(&mut self.rows),
            version: self.version,
            added: &self.added,
            path: Path::root(),
            level: self.level,
            budget: Some(AT_ONCE),
        };
        builder.rows.clear();
        builder.container(&self.root, ROOT, 0, Some(&self.folds), self.all_new);
        self.cut = builder.budget.is_none();
        self.rows = builder.rows;
        self.deepest = self.rows.iter().map(|row| row.depth).max().unwrap_or(0);
        let first = self.rows.iter().position(Row::is_touched);
        self.touched = first.zip(self.rows.iter().rposition(Row::is_touched));
    }
}

impl Folds {
    fn at(&mut self, path: &Path) -> &mut Self {
        path.segments()
            .iter()
            .fold(self, |folds, segment| folds.inside.entry(segment.clone()).or_default())
    }
}

/// Everything inside a value opened or closed; stops where `budget` containers were seen and another one comes, and
/// leaves no budget at all then.
fn fold_inside(value: &Value, open: bool, budget: &mut Option<usize>) -> Folds {
    let mut folds = Folds { open: Some(open), inside: HashMap::new() };
    for (segment, slot) in members(value) {
        if slot.value.len().is_some_and(|len| len > 0) {
            *budget = budget.and_then(|left| left.checked_sub(1));
            if budget.is_none() {
                break;
            }
            folds.inside.insert(segment.to_segment(), fold_inside(&slot.value, open, budget));
        }
    }
    folds
}

/// A segment that borrows its key.
#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a SmolStr),
    Index(usize),
}

impl Step<'_> {
    fn to_segment(self) -> Segment {
        match self {
            Self::Key(key) => Segment::Key(key.clone()),
            Self::Index(index) => Segment::Index(index),
        }
    }
}

fn members(value: &Value) -> Box<dyn Iterator<Item = (Step<'_>, &Slot)> + '_> {
    match value {
        Value::Object(map) => Box::new(map.iter().map(|(key, slot)| (Step::Key(key), slot))),
        Value::Array(items) => {
            Box::new(items.iter().enumerate().map(|(at, slot)| (Step::Index(at), slot)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

struct Builder<'a> {
    rows: Vec<Row>,
    version: Version,
    added: &'a HashSet<Path>,
    path: Path,
    level: Option<u16>,
    /// Parts that may still be opened because of their level; none at all once there was one too many.
    budget: Option<usize>,
}

impl Builder<'_> {
    /// Whether one more part may be opened because of its level.
    fn spend(&mut self) -> bool {
        self.budget = self.budget.and_then(|left| left.checked_sub(1));
        self.budget.is_some()
    }

    fn container(
        &mut self,
        value: &Value,
        parent: u32,
        depth: u16,
        folds: Option<&Folds>,
        new: bool,
    ) {
        for (at, (step, slot)) in members(value).enumerate() {
            let touched = self.version > Version::ZERO && slot.since == self.version;
            let len = slot.value.len().unwrap_or(0);
            if !touched && len == 0 {
                let row =
                    Row { parent, at: at as u32, depth, knot: Knot::Leaf, touch: Touch::None };
                self.rows.push(row);
                continue;
            }
            let segment = step.to_segment();
            let folds = folds.and_then(|folds| folds.inside.get(&segment));
            self.path.push(segment);
            let new = touched && (new || self.added.contains(&self.path));
            let touch = match (touched, new) {
                (false, _) => Touch::None,
                (true, false) => Touch::Changed,
                (true, true) => Touch::Added,
            };
            let asked = folds.and_then(|folds| folds.open);
            let by_itself = match self.level {
                _ if len == 0 || asked.is_some() => false,
                None => len <= OPEN_UP_TO && depth < OPEN_DEPTH,
                Some(level) => depth + 1 < level && self.spend(),
            };
            let knot = match asked {
                _ if len == 0 => Knot::Leaf,
                Some(true) => Knot::Open,
                None if by_itself => Knot::Open,
                _ => Knot::Closed,
            };
            let here = self.rows.len() as u32;
            self.rows.push(Row { parent, at: at as u32, depth, knot, touch });
            if knot == Knot::Open {
                self.container(&slot.value, here, depth + 1, folds, new);
            }
            self.path.pop();
        }
    }
}

#[cfg(test)]
mod tests;

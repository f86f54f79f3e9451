//! A state as lines that open and close.
//!
//! Lines are not made: which there are is known from the parts that are open, and each is found when it is drawn. So
//! a state of a million members costs what a small one does, and a step costs what it changed.

mod folds;
mod lines;
mod touch;

use std::ops::Range;
use std::sync::Arc;

use crate::model::{Path, Segment, Slot, Value, Version};
use crate::session::Moment;
use crate::text;

use super::scroll::Scroll;
use super::sought::Spot;
use super::woven::{Woven, spot_of};
use folds::Folds;
use lines::{Builder, Container, Inside, Touched};
pub(crate) use touch::{Touch, Touches};

/// Containers that are opened at once: each of them is met again at every step.
pub(crate) const AT_ONCE: usize = 10_000;
/// The cells of a place that are kept: more than a line has.
const PLACE: usize = 1_000;
/// Levels around the chosen line that stay where they can be told apart.
const MARGIN: u16 = 2;

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
    /// How deep it stands, 0 for the members of the state.
    pub(crate) depth: u16,
    /// Whether it opens.
    pub(crate) knot: Knot,
    /// What the event did to it.
    pub(crate) touch: Touch,
}

/// The lines of a state and the chosen one.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    root: Value,
    /// The state before, where it is shown beside it.
    woven: Option<Arc<Woven>>,
    version: Version,
    touches: Arc<Touches>,
    inside: Inside,
    folds: Folds,
    /// How many levels are open where nobody opened or closed a part by itself; a few small ones where `None`.
    level: Option<u16>,
    /// Whether more parts would be open than are opened at once.
    cut: bool,
    /// The depth of the deepest line.
    deepest: u16,
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
    pub(crate) fn show(
        &mut self,
        moment: &Moment,
        woven: Option<Arc<Woven>>,
        touches: Arc<Touches>,
        (width, height): (usize, usize),
    ) {
        let chosen = self.path_of(self.scroll.cursor);
        self.width = width;
        self.woven = woven;
        let shown = self.woven.as_ref().map_or(moment.state.value(), |woven| &woven.root);
        let was = std::mem::replace(&mut self.root, shown.clone());
        self.version = moment.version;
        self.touches = touches;
        self.build(Some(&was), None);
        self.choose(chosen.as_ref(), height);
    }

    /// Stands in another window.
    pub(crate) fn fit(&mut self, (width, height): (usize, usize)) {
        self.width = width;
        self.scroll.settle(self.len(), height);
        self.settle();
    }

    /// Moves the cursor and keeps it in sight.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        self.scroll.move_by(by, self.len(), height);
        self.settle();
    }

    /// Moves the window and takes the cursor along only where it would get out of sight.
    pub(crate) fn wheel(&mut self, by: isize, height: usize) {
        self.scroll.wheel(by, self.len(), height);
        self.settle();
    }

    /// Puts the cursor on a line that is in sight.
    pub(crate) fn put(&mut self, line: usize) {
        self.scroll.cursor = line.min(self.len().saturating_sub(1));
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

    /// Whether two states are shown together.
    pub(crate) fn is_woven(&self) -> bool {
        self.woven.is_some()
    }

    /// Whether the event touched anything that is there.
    pub(crate) fn is_touched(&self) -> bool {
        match &self.woven {
            Some(woven) => !woven.ways.is_empty(),
            None => self.touches.ends.is_some(),
        }
    }

    /// Whether [`Tree::toggle`] does anything.
    pub(crate) fn can_toggle(&self) -> bool {
        let chosen = self.row(self.scroll.cursor);
        chosen.is_some_and(|row| row.knot != Knot::Leaf || row.depth > 0)
    }

    /// Whether the event touched lines above these, and below them.
    pub(crate) fn touched_beyond(&self, shown: &Range<usize>) -> (bool, bool) {
        let ends = match &self.woven {
            Some(woven) => woven.ways.first().zip(woven.ways.last()),
            None => self.touches.ends.as_ref().map(|(first, last)| (first, last)),
        };
        let Some((first, last)) = ends else { return (false, false) };
        let line = |way: &[u32]| self.inside.line_of(way).unwrap_or(shown.start);
        (line(first) < shown.start, line(last) >= shown.end)
    }

    /// Whether some lines stand deeper than there is room for.
    pub(crate) fn is_deep(&self) -> bool {
        self.deepest > levels(self.width)
    }

    /// Brings the chosen line into the window sideways, and says where it stands.
    fn settle(&mut self) {
        let depth = self.row(self.scroll.cursor).map_or(0, |row| row.depth);
        let levels = levels(self.width);
        let margin = MARGIN.min(levels / 2);
        let highest = depth.saturating_sub(margin);
        let lowest = (depth + margin).saturating_sub(levels).min(highest);
        let most = self.deepest.saturating_sub(levels);
        self.left = self.left.clamp(lowest, highest).min(most);
        let path = self.path_of(self.scroll.cursor);
        self.place = path
            .map_or_else(String::new, |path| text::shorten(&path.to_string(), PLACE).into_owned());
    }

    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        self.inside.count()
    }

    /// A line.
    pub(crate) fn row(&self, line: usize) -> Option<Row> {
        let (way, open) = self.inside.way(line)?;
        let (_, slot) = self.descend(&way).last()?;
        let knot = match slot.value.len() {
            None | Some(0) => Knot::Leaf,
            _ if open => Knot::Open,
            _ => Knot::Closed,
        };
        let touch = if let Some(woven) = &self.woven {
            woven.touch(&way)
        } else if self.version == Version::ZERO || slot.since != self.version {
            Touch::None
        } else if self.touches.is_added(&way) {
            Touch::Added
        } else {
            Touch::Changed
        };
        Some(Row { depth: way.len() as u16 - 1, knot, touch })
    }

    /// The name and the slot of a line.
    pub(crate) fn entry(&self, line: usize) -> Option<(Segment, &Slot)> {
        let (way, _) = self.inside.way(line)?;
        let (segment, slot) = self.descend(&way).last()?;
        let Some(woven) = self.woven.as_ref() else { return Some((segment, slot)) };
        woven.path(&way).segments().last().map(|segment| (segment.clone(), slot))
    }

    /// Goes down from the state and meets every member on the way.
    fn descend<'a, 'w>(
        &'a self,
        way: &'w [u32],
    ) -> impl Iterator<Item = (Segment, &'a Slot)> + use<'a, 'w> {
        let mut value = &self.root;
        way.iter().map_while(move |at| {
            let at = *at as usize;
            let slot = value.slot_at(at)?;
            let name = value.name_at(at).cloned();
            value = &slot.value;
            Some((name.map_or(Segment::Index(at), Segment::Key), slot))
        })
    }

    /// Where the chosen line stands, and its value.
    pub(crate) fn chosen(&self) -> Option<(Path, &Value)> {
        let line = self.scroll.cursor;
        // Of what is shown together with what is gone, only what is there.
        let value = match self.pair(line) {
            Some((before, after)) => after.or(before),
            None => self.entry(line).map(|(_, slot)| &slot.value),
        };
        self.path_of(line).zip(value)
    }

    /// What stood and what stands at a line; `None` where they are not shown side by side.
    pub(crate) fn pair(&self, line: usize) -> Option<(Option<&Value>, Option<&Value>)> {
        let (woven, (way, _)) = self.woven.as_ref().zip(self.inside.way(line))?;
        Some(woven.pair(&way))
    }

    /// The path of a line.
    pub(crate) fn path_of(&self, line: usize) -> Option<Path> {
        let (way, _) = self.inside.way(line)?;
        match &self.woven {
            Some(woven) => Some(woven.path(&way)),
            None => self.shown_path(line),
        }
    }

    /// The path of a line in what is shown, which may be two states together.
    fn shown_path(&self, line: usize) -> Option<Path> {
        let (way, _) = self.inside.way(line)?;
        let mut path = Path::root();
        self.descend(&way).for_each(|(segment, _)| path.push(segment));
        Some(path)
    }

    /// Opens or closes the chosen line; on a line that does neither, closes what it stands in.
    pub(crate) fn toggle(&mut self, height: usize) {
        let Some(row) = self.row(self.scroll.cursor) else { return };
        let Some(mut path) = self.shown_path(self.scroll.cursor) else { return };
        if row.knot == Knot::Leaf {
            path.pop();
        }
        if path.is_root() {
            return;
        }
        self.folds.at(&path).open = Some(row.knot == Knot::Closed);
        self.build(None, Some(Touched { path: path.segments(), all: false }));
        self.choose_line(self.shown_line(&path), height);
    }

    /// Opens or closes everything in the chosen line, the line itself included. Returns whether it was too much to do
    /// all of it at once.
    pub(crate) fn fold_all(&mut self, open: bool, height: usize) -> bool {
        let Some(path) = self.shown_path(self.scroll.cursor) else { return false };
        *self.folds.at(&path) = Folds::whole(open);
        self.build(None, Some(Touched { path: path.segments(), all: true }));
        self.choose_line(self.shown_line(&path), height);
        self.cut
    }

    /// Opens so many levels and closes what is deeper; `None` opens what is small, as at first.
    pub(crate) fn fold_to(&mut self, level: Option<u16>, height: usize) {
        self.folds = Folds::default();
        self.level = level;
        let chosen = self.path_of(self.scroll.cursor);
        self.build(None, Some(Touched { path: &[], all: true }));
        self.choose(chosen.as_ref(), height);
    }

    /// How many levels a person wanted open.
    pub(crate) fn level(&self) -> Option<u16> {
        self.level
    }

    /// Whether there is more to open than is opened at once.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Where the chosen line stands among the members of everything around it.
    pub(crate) fn spot(&self) -> Option<Spot> {
        let (way, _) = self.inside.way(self.scroll.cursor)?;
        match &self.woven {
            Some(woven) => spot_of(&woven.after, &woven.path(&way)),
            None => Some(way.into()),
        }
    }

    /// Chooses a place, with everything around it open.
    pub(crate) fn reveal(&mut self, path: &Path, height: usize) {
        // Of two states together, elements may stand elsewhere.
        let shown = self.woven.as_ref().map(|woven| woven.shown(path));
        let mut around = shown.clone().unwrap_or_else(|| path.clone());
        let whole = around.clone();
        let mut opened = false;
        while around.pop().is_some() && !around.is_root() {
            let folds = self.folds.at(&around);
            opened |= folds.open != Some(true);
            folds.open = Some(true);
        }
        if opened {
            self.build(None, Some(Touched { path: whole.segments(), all: false }));
        }
        self.choose(Some(path), height);
    }

    /// Goes to the next line that the event touched and that stands for itself, from the top again after the last.
    pub(crate) fn next_touched(&mut self, height: usize) {
        let here = self.inside.way(self.scroll.cursor);
        let found = match (&self.woven, &self.touches.ends) {
            (Some(woven), _) => woven.next(here).cloned(),
            (None, Some((first, _))) => here
                .and_then(|(way, open)| touch::next(&self.root, self.version, &way, open))
                .or_else(|| Some(first.clone())),
            (None, None) => None,
        };
        if let Some(line) = found.and_then(|way| self.inside.line_of(&way)) {
            self.scroll.move_to(line, self.len(), height);
            self.settle();
        }
    }

    fn choose(&mut self, path: Option<&Path>, height: usize) {
        let line = path.and_then(|path| self.line_of(path));
        self.choose_line(line, height);
    }

    fn choose_line(&mut self, line: Option<usize>, height: usize) {
        let line = line.unwrap_or(self.scroll.cursor);
        self.scroll.move_to(line, self.len(), height);
        self.settle();
    }

    /// The line of a path, or of the nearest thing around it that has one.
    fn line_of(&self, path: &Path) -> Option<usize> {
        match &self.woven {
            Some(woven) => self.shown_line(&woven.shown(path)),
            None => self.shown_line(path),
        }
    }

    /// The same for a path in what is shown.
    fn shown_line(&self, path: &Path) -> Option<usize> {
        let mut value = &self.root;
        let way: Vec<u32> = path
            .segments()
            .iter()
            .map_while(|segment| {
                let at = value.place_of(segment)?;
                value = &value.slot_at(at)?.value;
                Some(at as u32)
            })
            .collect();
        self.inside.line_of(&way)
    }

    /// Finds out anew what is open, where that may be something else: the state was another one, or a part of it was
    /// opened or closed.
    fn build(&mut self, was: Option<&Value>, touched: Option<Touched<'_>>) {
        let mut builder = Builder { level: self.level, budget: Some(AT_ONCE) };
        self.inside = builder.inside(Container {
            value: &self.root,
            depth: 0,
            folds: Some(&self.folds),
            all: None,
            was: Some((was.unwrap_or(&self.root), &self.inside)),
            touched,
        });
        self.cut = builder.budget.is_none();
        self.deepest = self.inside.deepest(0);
    }
}

#[cfg(test)]
mod tests;

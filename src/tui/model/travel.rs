//! The aggregate that is looked at: where the playhead is, what is shown there, and how far its history was walked.

use std::sync::Arc;

use super::super::layout::Panel;
use super::base::{Against, Base};
use super::change::Changes;
use super::event::{EMPTY, EventView};
use super::had::Open;
use super::kinds::Kinds;
use super::lens::Lens;
use super::pins::Trail;
use super::rail::{Picture, View};
use super::sight::Sight;
use super::tree::Tree;
use super::woven::Woven;
use crate::analysis::Change;
use crate::model::{AggregateKey, At, Value, Version};
use crate::session::{Kept, Moment};
use crate::text::{self, human};
use crate::timeline::Outline;

/// How much of an aggregate's history was folded once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Walked {
    /// It goes on in the background.
    Walking,
    /// The person stopped it.
    Stopped,
    /// All of it.
    Whole,
}

/// Where the playhead is to go: a place on the timeline, and so many events on from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    /// The place.
    pub(crate) at: At,
    /// Events after it, or before it where negative.
    pub(crate) by: i64,
}

impl Goal {
    /// A place.
    pub(crate) fn at(at: At) -> Self {
        Self { at, by: 0 }
    }

    /// So many events further; nothing lies beyond the ends.
    pub(crate) fn step(self, by: i64) -> Self {
        let by = self.by.saturating_add(by);
        let by = match self.at {
            At::Last => by.min(0),
            At::Version(Version::ZERO) => by.max(0),
            _ => by,
        };
        Self { at: self.at, by }
    }
}

/// An aggregate on its way to the screen.
#[derive(Clone, Debug)]
pub(crate) struct Opening {
    /// Which.
    pub(crate) key: AggregateKey,
    /// Where in its history.
    pub(crate) goal: Goal,
    /// Whether it is shown while it is walked for the first time.
    pub(crate) ride: bool,
    /// How it was left when the store was left.
    pub(crate) left: Option<Box<Open>>,
}

/// What a background lane found out about an aggregate besides a moment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// Its events so far.
    pub(crate) outline: Outline,
    /// Their types.
    pub(crate) kinds: Kinds,
    /// The rail, where the width was known.
    pub(crate) picture: Option<Picture>,
    /// What is kept in memory of all that was looked at.
    pub(crate) kept: Option<Kept>,
}

impl Known {
    /// Whether the aggregate was walked up to a version. Not seen from how many events there are: one whose version
    /// stands there twice is counted, but has no place among these.
    pub(crate) fn reaches(&self, last: Version) -> bool {
        self.outline.last().map_or(Version::ZERO, |entry| entry.version) >= last
    }
}

/// Which events up to the playhead could not be applied, so that the state is without what they did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Without {
    /// None.
    Nothing,
    /// One of several.
    One(Version),
    /// So many, not all.
    Some(u64),
    /// All of so many: there is no state.
    All(u64),
}

/// The aggregate on the screen.
#[derive(Debug)]
pub(crate) struct Travel {
    /// Which.
    pub(crate) key: AggregateKey,
    /// Its name, sanitised: `Order order-4711`.
    pub(crate) name: String,
    /// What is shown at the playhead.
    pub(crate) moment: Box<Moment>,
    /// What that is seen by.
    pub(crate) sight: Sight,
    /// Its events so far.
    pub(crate) outline: Outline,
    /// Their types.
    pub(crate) kinds: Kinds,
    /// What the rail looks at closer.
    pub(crate) lens: Option<Lens>,
    /// The versions of which the library stored a state.
    snapshots: Vec<Version>,
    /// The columns of the rail where they stand.
    pub(crate) stored: Vec<u16>,
    /// Its rail.
    pub(crate) picture: Picture,
    /// How far it was walked.
    pub(crate) walked: Walked,
    /// Whether the playhead rides along with the first walk until somebody moves it.
    pub(crate) riding: bool,
    /// Whether a person moved the playhead here, or looked into it: then it is a place to come back to.
    pub(crate) touched: bool,
    /// Where the playhead is on its way to.
    pub(crate) going: Option<Goal>,
    /// What the state is without.
    pub(crate) without: Without,
    /// The events that changed what is pinned.
    pub(crate) trail: Option<Trail>,
    /// The state at the playhead.
    pub(crate) tree: Tree,
    /// What the playhead is compared with, where a person wants that.
    pub(crate) base: Option<Base>,
    /// How it differs from that.
    pub(crate) against: Option<Against>,
    /// What its event changed, or how it differs.
    pub(crate) changes: Changes,
    /// The event itself.
    pub(crate) event: EventView,
}

/// Category and id, or the id alone where it says the category.
fn name(key: &AggregateKey) -> String {
    if key.id.as_str().is_empty() {
        return format!("{} {EMPTY}", text::sanitize(key.category.as_str()))
            .trim_start()
            .to_owned();
    }
    let says = key.id.as_str().starts_with(key.category.as_str());
    let name = if says { key.id.to_string() } else { key.to_string() };
    text::sanitize(&name).into_owned()
}

impl Travel {
    /// Begins to look at an aggregate.
    pub(crate) fn new(moment: Box<Moment>, sight: Sight) -> Self {
        let key = moment.key.clone();
        Self {
            name: name(&key),
            key,
            moment,
            sight,
            outline: Outline::default(),
            kinds: Kinds::default(),
            lens: None,
            snapshots: Vec::new(),
            stored: Vec::new(),
            picture: Picture::default(),
            walked: Walked::Walking,
            riding: false,
            touched: false,
            going: None,
            without: Without::Nothing,
            trail: None,
            tree: Tree::default(),
            base: None,
            against: None,
            changes: Changes::default(),
            event: EventView::default(),
        }
    }

    /// Looks at another moment; returns what it no longer looks at.
    pub(crate) fn see(&mut self, moment: Box<Moment>, sight: Sight) -> (Box<Moment>, Sight) {
        let moment = std::mem::replace(&mut self.moment, moment);
        (moment, std::mem::replace(&mut self.sight, sight))
    }

    /// The state that is compared with the one at the playhead.
    fn before(&self) -> &Value {
        self.against.as_ref().map_or(&self.moment.before, |against| &against.state).value()
    }

    /// What was beside what is; `None` until that has been worked out of these two.
    pub(crate) fn woven(&self) -> Option<&Arc<Woven>> {
        let woven = self.sight.woven.as_ref()?;
        woven.is_of(self.before(), self.moment.state.value()).then_some(woven)
    }

    /// Takes in what was found out. The lane says it in order: fewer events than before are another history, or one
    /// that is read anew.
    pub(crate) fn learn(&mut self, known: Known) {
        let fewer = known.outline.len() < self.outline.len();
        self.outline = known.outline;
        self.kinds = known.kinds;
        if let Some(picture) = known.picture {
            self.picture = picture;
        } else if fewer {
            self.picture = Picture::default();
        }
        self.place_snapshots();
    }

    /// Takes in the versions of which the library stored a state.
    pub(crate) fn know_snapshots(&mut self, versions: Vec<Version>) {
        self.snapshots = versions;
        self.place_snapshots();
    }

    fn place_snapshots(&mut self) {
        let newest = self.outline.last().map(|entry| entry.version);
        let walked = |version: &&Version| Some(**version) <= newest;
        let index = |version: &Version| self.outline.index_of(*version);
        let known = self.snapshots.iter().take_while(walked).filter_map(index);
        self.stored = known.filter_map(|index| self.picture.column_of(index)).collect();
        self.stored.dedup();
    }

    /// What the rail is to show in so many columns.
    pub(crate) fn view(&self, width: usize) -> View {
        View { events: self.moment.events, width: width as u16, lens: self.lens }
    }

    /// Moves what is looked at closer along with the playhead.
    pub(crate) fn follow(&mut self) {
        let (place, count) = (self.place().unwrap_or(0), self.outline.len());
        self.lens = self.lens.map(|lens| lens.follow(place, count));
    }

    /// Notes what the state at the playhead is without. Every event up to it is known: it was folded once.
    pub(crate) fn count_failed(&mut self) {
        let (failed, last) = self.outline.failed_upto(self.moment.version);
        let events = self.place().map_or(0, |place| place + 1);
        self.without = match last {
            None => Without::Nothing,
            Some(_) if failed == events => Without::All(failed as u64),
            Some(version) if failed == 1 => Without::One(version),
            Some(_) => Without::Some(failed as u64),
        };
    }

    /// Whether the event under the playhead could not be applied.
    pub(crate) fn failed_here(&self) -> bool {
        self.place().and_then(|place| self.outline.get(place)).is_some_and(|entry| entry.failed)
    }

    /// Moves the window of a panel that shows a text.
    pub(crate) fn slide(&mut self, panel: Panel, by: isize, height: usize) {
        let (scroll, len) = match panel {
            Panel::Event => (&mut self.event.scroll, self.event.len),
            _ => return,
        };
        scroll.slide(by, len, height);
    }

    /// The chosen one of the changes that are shown.
    pub(crate) fn chosen_change(&self) -> Option<&Change> {
        let shown = match &self.against {
            Some(against) => &against.changes,
            None => &self.moment.changes,
        };
        shown.get(self.changes.chosen()?)
    }

    /// Whether the rail shows all events known so far, in so many columns.
    pub(crate) fn is_drawn(&self, width: usize) -> bool {
        usize::from(self.picture.width) == width
            && self.picture.events == self.outline.len()
            && self.picture.lens == self.lens
    }

    /// Where the playhead stands among the events, counted from 0; `None` before everything.
    pub(crate) fn place(&self) -> Option<usize> {
        (self.moment.version > Version::ZERO)
            .then(|| self.outline.index_of(self.moment.version))
            .flatten()
    }

    /// What is compared, in `room` cells where they suffice for the versions: `v9 ⚑ before the refund → v17`.
    pub(crate) fn compared(&self, room: usize) -> Option<String> {
        let from = self.against.as_ref()?.version;
        let [from, to] = [from, self.moment.version].map(|version| human::count(version.0));
        let left = room.saturating_sub(from.len() + to.len() + "v ⚑  → v".chars().count());
        // Which versions they are is never cut for a name.
        let named = self.base.as_ref().and_then(|base| base.name.as_ref()).filter(|_| left > 1);
        let named =
            named.map_or_else(String::new, |name| format!(" ⚑ {}", text::truncate(name, left)));
        Some(format!("v{from}{named} → v{to}"))
    }

    /// Which of how many events the playhead stands on, counted from 1.
    pub(crate) fn count(&self) -> (u64, u64) {
        (self.place().map_or(0, |place| place as u64 + 1), self.moment.events)
    }

    /// The short name of the type of an event, counted from 0.
    pub(crate) fn type_at(&self, index: usize) -> &str {
        self.outline.get(index).map_or("", |entry| self.kinds.name(entry.event_type))
    }

    /// The short name of the type of the event that made a version.
    pub(crate) fn type_of(&self, version: Version) -> &str {
        self.outline.index_of(version).map_or("", |index| self.type_at(index))
    }

    /// The goal that results from stepping on, counted from where the playhead is already going. Keys that are pressed
    /// faster than they are answered lead where slow ones do: beyond the ends there is nothing to step back from.
    pub(crate) fn step(&self, by: i64) -> Goal {
        let goal = self.going.unwrap_or_else(|| Goal::at(At::Version(self.moment.version)));
        let Goal { at, by } = goal.step(by);
        let Some(place) = self.place_of(at) else { return Goal { at, by } };
        let beyond = if self.is_known() { self.outline.len() - place } else { usize::MAX / 2 };
        Goal { at, by: by.clamp(-(place as i64), beyond as i64) }
    }

    /// The version where the playhead is, or where it is going, as far as that is known before it is there.
    pub(crate) fn heading(&self) -> Version {
        self.bound().unwrap_or(self.moment.version)
    }

    /// The same; `None` where only reading tells.
    pub(crate) fn bound(&self) -> Option<Version> {
        let Some(Goal { at, by }) = self.going else { return Some(self.moment.version) };
        if at == At::Last && by == 0 {
            return Some(self.moment.last);
        }
        let place = self.place_of(at)?.saturating_add_signed(by as isize);
        let Some(index) = place.checked_sub(1) else { return Some(Version::ZERO) };
        self.outline.get(index).map(|entry| entry.version)
    }

    /// Where a goal lies among the events, counted from 1; 0 before everything, `None` where only reading tells.
    fn place_of(&self, at: At) -> Option<usize> {
        let count = |index: Option<usize>| index.map_or(0, |index| index + 1);
        let newest = self.outline.last().map_or(Version::ZERO, |entry| entry.version);
        let all = self.outline.len();
        match at {
            At::Version(version) if version <= newest => {
                Some(count(self.outline.index_of(version)))
            }
            At::First if all > 0 => Some(1),
            _ if !self.is_known() => None,
            At::Last => Some(all),
            At::Back(back) => all.checked_sub(back as usize),
            At::Time(time) if self.outline.has_times() => Some(count(self.outline.at_time(&time))),
            _ => None,
        }
    }

    /// Whether every event has a place among those that are known.
    fn is_known(&self) -> bool {
        self.outline.last().map_or(Version::ZERO, |entry| entry.version) >= self.moment.last
    }
}

//! Places of the state that a person watches, and which events changed them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::scroll::Scroll;
use crate::model::{AggregateKey, Category, Path, Version};
use crate::text::{self, human};
use crate::timeline::Outline;

/// The pinned places by the kind of aggregate whose state has them.
#[derive(Debug, Default)]
pub(crate) struct Pins {
    of: BTreeMap<Category, Vec<Path>>,
    /// What was pinned before the last change of it.
    before: Option<(Category, Vec<Path>)>,
}

impl Pins {
    /// Those of a category, in the order in which they were pinned.
    pub(crate) fn of(&self, category: &Category) -> &[Path] {
        self.of.get(category).map_or(&[], Vec::as_slice)
    }

    /// Pins a place, or takes its pin off; whether it is pinned now.
    pub(crate) fn toggle(&mut self, category: &Category, path: Path) -> bool {
        self.keep(category);
        let pinned = self.of.entry(category.clone()).or_default();
        let at = pinned.iter().position(|other| *other == path);
        match at {
            Some(at) => drop(pinned.remove(at)),
            None => pinned.push(path),
        }
        at.is_none()
    }

    /// Takes all pins of a category off; how many there were.
    pub(crate) fn clear(&mut self, category: &Category) -> usize {
        let pinned = self.of(category).len();
        if pinned > 0 {
            self.keep(category);
            self.of.remove(category);
        }
        pinned
    }

    /// As it was before the last change, which undoes the undoing too; the category it was in.
    pub(crate) fn undo(&mut self) -> Option<Category> {
        let (category, pinned) = self.before.take()?;
        self.keep(&category);
        self.of.insert(category.clone(), pinned);
        Some(category)
    }

    /// All of them, as they are written down.
    pub(crate) fn written(&self) -> BTreeMap<String, Vec<String>> {
        let pinned = self.of.iter().filter(|(_, paths)| !paths.is_empty());
        let written = |paths: &Vec<Path>| paths.iter().map(ToString::to_string).collect();
        pinned.map(|(category, paths)| (category.to_string(), written(paths))).collect()
    }

    /// These, as they were written down.
    pub(crate) fn of_all(pins: Vec<(Category, Vec<Path>)>) -> Self {
        Self { of: pins.into_iter().collect(), before: None }
    }

    fn keep(&mut self, category: &Category) {
        self.before = Some((category.clone(), self.of(category).to_vec()));
    }
}

/// All pins of the aggregate that is looked at.
#[derive(Debug)]
pub(crate) struct PinList {
    /// Whose they are.
    pub(crate) title: String,
    /// The places.
    pub(crate) rows: Vec<Path>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

/// How far the events that changed some places have been found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// They are being read.
    Reading,
    /// The person stopped it.
    Stopped,
    /// All that there were.
    Whole,
}

/// The events that changed some places of an aggregate's state.
#[derive(Debug)]
pub(crate) struct Trail {
    /// Of which aggregate.
    pub(crate) key: AggregateKey,
    /// Which places.
    pub(crate) paths: Vec<Path>,
    /// Whether these are the pinned ones, and not only the one that was chosen.
    pub(crate) pinned: bool,
    /// The versions of the events, rising.
    touched: Vec<Version>,
    /// Every event up to here was looked at.
    upto: Version,
    /// How far that is.
    pub(crate) found: Found,
    /// Where the playhead goes once that is known: to the next one, or to the previous.
    pub(crate) seeking: Option<bool>,
}

/// What a lane found out.
#[derive(Debug)]
pub(crate) struct Traced {
    /// How many were known before these.
    pub(crate) from: usize,
    /// The versions of the others.
    pub(crate) more: Vec<Version>,
    /// Every event up to here was looked at.
    pub(crate) upto: Version,
    /// Whether there are no more.
    pub(crate) whole: bool,
}

/// Where a step along a trail leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// There.
    To(Version),
    /// Nowhere: there is none.
    End,
    /// It is not known yet.
    Unknown,
}

impl Trail {
    /// Before anything is known.
    pub(crate) fn new(key: AggregateKey, paths: Vec<Path>, pinned: bool) -> Self {
        Self {
            key,
            paths,
            pinned,
            touched: Vec::new(),
            upto: Version::ZERO,
            found: Found::Reading,
            seeking: None,
        }
    }

    /// How many are known.
    pub(crate) fn len(&self) -> usize {
        self.touched.len()
    }

    /// Whether every event up to a version was looked at.
    pub(crate) fn reaches(&self, version: Version) -> bool {
        self.upto >= version
    }

    /// Takes in what was found; `false` where something between is missing.
    pub(crate) fn learn(&mut self, traced: Traced) -> bool {
        if traced.from > self.touched.len() {
            return false;
        }
        self.touched.truncate(traced.from);
        self.touched.extend(traced.more);
        self.upto = traced.upto;
        self.found = if traced.whole { Found::Whole } else { Found::Reading };
        true
    }

    /// Where a step from a version leads.
    pub(crate) fn lead(&self, from: Version, forward: bool) -> Lead {
        let after = self.touched.partition_point(|version| *version <= from);
        let before = self.touched.partition_point(|version| *version < from);
        let found = if forward { Some(after) } else { before.checked_sub(1) };
        let found = found.and_then(|at| self.touched.get(at));
        let known = self.found == Found::Whole || !forward && self.upto.next() >= from;
        match found {
            // A later one may still come between, where not all before was looked at.
            Some(version) if forward || known => Lead::To(*version),
            None if known => Lead::End,
            _ => Lead::Unknown,
        }
    }

    /// Whether any of the events of these indices changed one of the places; `None` where that is not known yet.
    pub(crate) fn touches(&self, events: Range<usize>, outline: &Outline) -> Option<bool> {
        let first = outline.get(events.start)?.version;
        let last = outline.get(events.end.checked_sub(1)?)?.version;
        let at = self.touched.partition_point(|version| *version < first);
        let touched = self.touched.get(at).is_some_and(|version| *version <= last);
        (touched || self.upto >= last).then_some(touched)
    }

    /// Which of how many the playhead has come to: `change 3 of 12`.
    pub(crate) fn told(&self, at: Version) -> String {
        let passed = self.touched.partition_point(|version| *version <= at) as u64;
        let all = human::count(self.touched.len() as u64);
        match self.found {
            Found::Whole if self.touched.is_empty() => "no event changes it".to_owned(),
            Found::Whole => format!("change {} of {all}", human::count(passed)),
            Found::Reading => format!("{all} changes up to v{}…", human::count(self.upto.0)),
            Found::Stopped => format!("{all} changes up to v{}", human::count(self.upto.0)),
        }
    }

    /// The places, sanitised, in about so many cells.
    pub(crate) fn named(&self, limit: usize) -> String {
        let Some(first) = self.paths.first() else { return String::new() };
        let first = text::sanitize(&first.to_string()).into_owned();
        let first = text::truncate_middle(&first, limit).into_owned();
        match self.paths.len() {
            1 => first,
            all => format!("{first} and {} more", all - 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(touched: &[u64], upto: u64, whole: bool) -> Trail {
        let key = AggregateKey { category: "Order".into(), id: "order-1".into() };
        let mut trail = Trail::new(key, vec![Path::parse(".total").unwrap()], true);
        let more = touched.iter().map(|version| Version(*version)).collect();
        assert!(trail.learn(Traced { from: 0, more, upto: Version(upto), whole }));
        trail
    }

    #[test]
    fn a_step_leads_only_where_nothing_can_come_between() {
        let known = trail(&[3, 7, 9], 20, true);
        let lead = |trail: &Trail, from, forward| trail.lead(Version(from), forward);
        assert_eq!(lead(&known, 3, true), Lead::To(Version(7)));
        assert_eq!(lead(&known, 7, false), Lead::To(Version(3)));
        assert_eq!(lead(&known, 9, true), Lead::End);
        assert_eq!(lead(&known, 3, false), Lead::End);
        let part = trail(&[3, 7], 10, false);
        assert_eq!(lead(&part, 4, true), Lead::To(Version(7)));
        assert_eq!(lead(&part, 7, true), Lead::Unknown);
        assert_eq!(lead(&part, 15, false), Lead::Unknown);
        assert_eq!(lead(&part, 11, false), Lead::To(Version(7)));
    }

    #[test]
    fn what_is_missing_between_is_noticed() {
        let mut known = trail(&[3], 5, false);
        let more = |from| Traced { from, more: vec![Version(8)], upto: Version(9), whole: true };
        assert!(!known.learn(more(2)));
        assert!(known.learn(more(1)));
        assert_eq!(known.told(Version(8)), "change 2 of 2");
    }

    #[test]
    fn the_last_change_of_pins_is_undone_and_done_again() {
        let (mut pins, orders) = (Pins::default(), Category::from("Order"));
        let path = |text: &str| Path::parse(text).unwrap();
        assert!(pins.toggle(&orders, path(".a")) && pins.toggle(&orders, path(".b")));
        assert_eq!(pins.clear(&orders), 2);
        for expected in [2, 0, 2] {
            assert_eq!(pins.undo(), Some(orders.clone()));
            assert_eq!(pins.of(&orders).len(), expected);
        }
        assert!(!pins.toggle(&orders, path(".a")));
        assert_eq!(pins.of(&orders), [path(".b")]);
    }
}

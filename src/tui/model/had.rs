//! What a person had of a store when it was left, to be there again when it is opened again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::lens::Lens;
use super::marks::{Mark, Marks};
use crate::model::{AggregateKey, Version};
use crate::session::Sort;

/// All of it. What an older foldback did not write yet is as if it had never been touched.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Had {
    /// How the store was read.
    pub(crate) layout: String,
    /// What tells it from any other store; `None` where it had no event.
    pub(crate) origin: Option<String>,
    /// The aggregate on the Timeline screen.
    pub(crate) open: Option<Open>,
    /// Whether the Events screen was shown.
    pub(crate) on_events: bool,
    /// Whether the Projections screen was.
    pub(crate) on_projections: bool,
    /// Whether the Metrics screen was.
    pub(crate) on_metrics: bool,
    /// Which events it shows, as it was typed.
    pub(crate) filter: String,
    /// In which order the aggregates stand: nothing, `recent` or `events`.
    pub(crate) order: String,
    /// The theme, where it is not the one that foldback starts with.
    pub(crate) theme: Option<String>,
    /// The flags.
    pub(crate) marks: Marks,
    /// The pinned places, by the kind of aggregate, as jq.
    pub(crate) pins: BTreeMap<String, Vec<String>>,
}

/// An aggregate and how it was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Open {
    /// Its kind.
    pub(crate) category: String,
    /// Its id.
    pub(crate) aggregate: String,
    /// Where the playhead stood.
    pub(crate) version: u64,
    /// The newest version there was.
    pub(crate) newest: u64,
    /// What it was compared with.
    pub(crate) base: Option<Basis>,
    /// What the rail looked at closer.
    pub(crate) zoom: Option<Lens>,
    /// How many levels of the state were open.
    pub(crate) levels: Option<u16>,
}

/// A version that is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Basis {
    /// Which.
    pub(crate) version: u64,
    /// The name of the mark there.
    #[serde(default)]
    pub(crate) name: Option<String>,
}

impl Open {
    /// The aggregate.
    pub(crate) fn key(&self) -> AggregateKey {
        AggregateKey::new(&self.category, &self.aggregate)
    }

    /// Whether the playhead stood on the newest event: it follows what came since.
    pub(crate) fn is_at_end(&self) -> bool {
        self.version >= self.newest
    }

    /// Where the playhead stood.
    pub(crate) fn version(&self) -> Version {
        Version(self.version)
    }
}

/// An order by its name.
pub(crate) fn order(name: &str) -> Sort {
    match name {
        "recent" => Sort::Recent,
        "events" => Sort::Events,
        "category" => Sort::Category,
        _ => Sort::Id,
    }
}

/// The name of an order.
pub(crate) fn order_name(sort: Sort) -> &'static str {
    match sort {
        Sort::Id => "",
        Sort::Recent => "recent",
        Sort::Events => "events",
        Sort::Category => "category",
    }
}

/// Whether two stores are known not to be the same one.
pub(crate) fn are_others(one: Option<&String>, other: Option<&String>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

impl Had {
    /// Whether it has what a person put down, and not only how they looked at the store.
    pub(crate) fn is_noted(&self) -> bool {
        self.marks != Marks::default() || !self.pins.is_empty()
    }

    /// Whether a person would notice a difference. A playhead on the newest event follows it by itself.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        fn still(had: &Had) -> Had {
            let mut had = Had { origin: None, ..had.clone() };
            if let Some(open) = had.open.as_mut().filter(|open| open.is_at_end()) {
                (open.version, open.newest) = (0, 0);
            }
            had
        }
        self == other || still(self) == still(other)
    }

    /// Puts what was changed here, since `known` was read or written, into what somebody else has written since: mark by
    /// mark, and the pins of one kind of aggregate after the other. Of all else the last to write is right.
    #[must_use]
    pub(crate) fn merged(self, known: &Self, theirs: &Self) -> Self {
        let marks = merged(places(&known.marks), places(&self.marks), places(&theirs.marks));
        let pins = merged(known.pins.clone(), self.pins, theirs.pins.clone());
        let mut had = Self { pins, marks: Marks::default(), ..self };
        for mark in marks.into_values() {
            had.marks.put(mark);
        }
        had
    }
}

fn places(marks: &Marks) -> BTreeMap<(String, String, u64), Mark> {
    let place = |mark: &Mark| (mark.category.clone(), mark.aggregate.clone(), mark.version);
    marks.from(None).into_iter().map(|mark| (place(&mark), mark)).collect()
}

fn merged<K: Ord + Clone, V: PartialEq>(
    mut known: BTreeMap<K, V>,
    mut ours: BTreeMap<K, V>,
    mut theirs: BTreeMap<K, V>,
) -> BTreeMap<K, V> {
    let names: Vec<K> = known.keys().chain(ours.keys()).cloned().collect();
    for name in names {
        let (before, now) = (known.remove(&name), ours.remove(&name));
        if before == now {
            continue;
        }
        match now {
            Some(now) => drop(theirs.insert(name, now)),
            None => drop(theirs.remove(&name)),
        }
    }
    theirs
}

/// Whether anything is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Nothing is.
    #[default]
    Off,
    /// It is, and what was kept is shown.
    On,
    /// It is, but what was kept is not shown: the person wants to begin anew.
    Fresh,
}

/// What is known of how the store was left, and of what is kept.
#[derive(Debug, Default)]
pub(crate) struct Keeping {
    /// Whether anything is kept, and what was is shown.
    pub(crate) mode: Mode,
    /// How the store was left, until it is open.
    pub(crate) past: Option<Had>,
    /// What was kept last; before anything was, how the store was found.
    pub(crate) kept: Option<Had>,
    /// What is kept, as far as it is shown: what differs from it is what the person changed.
    pub(crate) known: Had,
    /// How often the time passed since the person did anything that is not looked at yet.
    pub(crate) still: Option<u8>,
    /// Whether it is being written.
    pub(crate) writing: bool,
    /// Why it could not be kept when that was last tried, sanitised.
    pub(crate) failed: Option<String>,
    /// The theme that foldback starts with.
    pub(crate) theme: String,
    /// Whether the person named it when they started: then it is that one.
    pub(crate) bound: bool,
    /// The one that was kept, where this terminal cannot show it.
    pub(crate) hidden_theme: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn had(marks: &[(u64, &str)], pins: &[(&str, &str)]) -> Had {
        let mut had = Had::default();
        for (version, name) in marks {
            let (category, aggregate) = ("Order".to_owned(), "order-1".to_owned());
            let (name, note) = ((*name).to_owned(), String::new());
            had.marks.put(Mark { category, aggregate, version: *version, name, note });
        }
        for (category, path) in pins {
            had.pins.entry((*category).to_owned()).or_default().push((*path).to_owned());
        }
        had
    }

    #[test]
    fn what_two_changed_is_kept_of_both() {
        let known = had(&[(1, "one"), (2, "two")], &[("Order", ".total"), ("Account", ".sum")]);
        let ours = had(&[(1, "uno"), (4, "four")], &[("Order", ".items"), ("Account", ".sum")]);
        let theirs = had(&[(1, "one"), (2, "zwei"), (3, "three")], &[("Order", ".total")]);
        let merged = ours.clone().merged(&known, &theirs);
        // The second was taken away here and named anew there: who wrote last is right.
        assert_eq!(merged, had(&[(1, "uno"), (3, "three"), (4, "four")], &[("Order", ".items")]));
        assert_eq!(ours.clone().merged(&known, &known), ours);
        assert_eq!(known.clone().merged(&known, &theirs), theirs);
        // Whoever began without it takes nothing away.
        let none = Had::default();
        assert_eq!(none.clone().merged(&none, &theirs), theirs);
    }

    #[test]
    fn a_playhead_at_the_end_that_went_on_with_it_is_no_change() {
        let at = |version, newest| Had {
            open: Some(Open { version, newest, ..Open::default() }),
            ..Had::default()
        };
        assert!(at(5, 5).is_like(&at(9, 9)));
        assert!(!at(5, 9).is_like(&at(9, 9)));
        assert!(!at(5, 9).is_like(&at(6, 9)));
    }

    #[test]
    fn unknown_members_are_passed_over_and_missing_ones_are_as_if_untouched() {
        let read: Had =
            serde_json::from_str(r#"{"open":{"aggregate":"a","version":3,"later":1},"new":{}}"#)
                .unwrap();
        let open = read.open.unwrap();
        assert_eq!((open.aggregate.as_str(), open.version, open.zoom), ("a", 3, None));
    }
}

//! What the playhead is compared with: another version of the same aggregate, for as long as a person wants.

use super::field::Field;
use super::marks::{Mark, Marks};
use super::scroll::Scroll;
use super::travel::Travel;
use super::visits::{Spot, Visits};
use crate::analysis::Change;
use crate::fold::State;
use crate::model::{At, Version};
use crate::text::{self, human};

/// What a person wants to compare with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base {
    /// The place.
    pub(crate) at: At,
    /// The name of the mark there, sanitised.
    pub(crate) name: Option<String>,
}

/// How the playhead differs from it.
#[derive(Debug)]
pub(crate) struct Against {
    /// The version it turned out to be.
    pub(crate) version: Version,
    /// The state there.
    pub(crate) state: State,
    /// From there to the playhead.
    pub(crate) changes: Vec<Change>,
}

/// A place that can be compared with.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// What stands in the list, sanitised.
    pub(crate) told: String,
    /// Whether it is a mark.
    pub(crate) is_mark: bool,
    /// Which place it is, where that is not its name.
    pub(crate) about: &'static str,
    /// What choosing it means.
    pub(crate) base: Base,
}

/// Choosing what to compare with.
#[derive(Debug, Default)]
pub(crate) struct Comparing {
    /// What was typed: a version, a time, the name of a mark.
    pub(crate) field: Field,
    /// The marks of the aggregate, the place before, this place.
    pub(crate) rows: Vec<Candidate>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
    /// Why what was typed cannot be, sanitised.
    pub(crate) mistake: Option<String>,
}

impl Comparing {
    /// With the places of the aggregate that is looked at: what differs from this place most likely is first, and this
    /// place last, as comparing with it says something only once the playhead moves.
    pub(crate) fn of(travel: &Travel, marks: &Marks, visits: &Visits) -> Self {
        let here = Spot { key: travel.key.clone(), version: travel.moment.version };
        let place = |version: Version, about| Candidate {
            told: format!("v{} {}", human::count(version.0), travel.type_of(version)),
            is_mark: false,
            about,
            base: Base { at: At::Version(version), name: None },
        };
        let marked = |mark: &Mark| Candidate {
            told: format!("{}  {}", mark.place(), text::sanitize(&mark.name)),
            is_mark: true,
            about: if mark.spot() == here { "this place" } else { "" },
            base: Self::base(mark),
        };
        let mut all: Vec<&Mark> = marks.of(&travel.key).collect();
        // The one that was set last is first, the one that stands here last.
        all.sort_by_key(|mark| (mark.spot() == here, visits.marked.as_ref() != Some(&mark.spot())));
        let before = visits.before(&here).filter(|spot| marks.at(spot).is_none());
        let is_marked = marks.at(&here).is_some();
        let (there, on_it) = all.split_at(all.len() - usize::from(is_marked));
        let mut rows: Vec<Candidate> = there.iter().copied().map(marked).collect();
        rows.extend(before.map(|spot| place(spot.version, "before the last jump")));
        rows.extend(on_it.iter().copied().map(marked));
        rows.extend((!is_marked).then(|| place(here.version, "this place")));
        Self { rows, ..Self::default() }
    }

    /// A mark as what is compared with.
    pub(crate) fn base(mark: &Mark) -> Base {
        let name = (!mark.name.is_empty()).then(|| mark.label());
        Base { at: At::Version(Version(mark.version)), name }
    }
}

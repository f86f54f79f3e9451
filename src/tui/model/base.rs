//! What the playhead is compared with: another version of the same aggregate, for as long as a person wants.

use super::field::Field;
use super::marks::{Mark, Marks};
use super::scroll::Scroll;
use super::travel::Travel;
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
    /// What choosing it means.
    pub(crate) base: Base,
}

/// Choosing what to compare with.
#[derive(Debug, Default)]
pub(crate) struct Comparing {
    /// What was typed: a version, a time, the name of a mark.
    pub(crate) field: Field,
    /// This place, and the marks of the aggregate.
    pub(crate) rows: Vec<Candidate>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
    /// Why what was typed cannot be, sanitised.
    pub(crate) mistake: Option<String>,
}

impl Comparing {
    /// With the places of the aggregate that is looked at.
    pub(crate) fn of(travel: &Travel, marks: &Marks) -> Self {
        let version = travel.moment.version;
        let here = Candidate {
            told: format!("v{} {}", human::count(version.0), travel.type_of(version)),
            is_mark: false,
            base: Base { at: At::Version(version), name: None },
        };
        let candidate = |mark: &Mark| Candidate {
            told: format!("{}  {}", mark.place(), text::sanitize(&mark.name)),
            is_mark: true,
            base: Self::base(mark),
        };
        let rows = std::iter::once(here).chain(marks.of(&travel.key).map(candidate)).collect();
        Self { rows, ..Self::default() }
    }

    /// A mark as what is compared with.
    pub(crate) fn base(mark: &Mark) -> Base {
        let name = (!mark.name.is_empty()).then(|| mark.label());
        Base { at: At::Version(Version(mark.version)), name }
    }
}

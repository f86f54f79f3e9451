//! How the state is shown: as a tree, before and after side by side, or as the JSON it is.

use super::sheet::Sheet;
use super::sought::Spot;
use crate::model::{AggregateKey, Value};

/// A way to look at the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// Lines that open and close.
    #[default]
    Tree,
    /// What was beside what is.
    Beside,
    /// The whole text.
    Raw,
}

/// The state as text.
#[derive(Debug, Default)]
pub(crate) struct Raw {
    /// Of which aggregate.
    of: Option<AggregateKey>,
    /// The text and the window on it.
    pub(crate) sheet: Sheet,
    /// The member that a search led to, until the window is moved.
    pub(crate) found: Option<Spot>,
}

impl Raw {
    /// Shows another state; of the same aggregate at the same place, as far as that is there.
    pub(crate) fn show(&mut self, key: &AggregateKey, state: &Value, size: (usize, usize)) {
        if self.of.as_ref() != Some(key) {
            *self = Self { of: Some(key.clone()), ..Self::default() };
        }
        self.found = None;
        self.sheet.turn(state, size);
    }

    /// Moves the window.
    pub(crate) fn slide(&mut self, by: isize, size: (usize, usize)) {
        self.found = None;
        self.sheet.slide(by, size);
    }

    /// Goes to a member.
    pub(crate) fn reveal(&mut self, spot: &Spot, size: (usize, usize)) {
        self.found = Some(spot.clone());
        self.sheet.reveal(spot, size);
    }

    /// From where a search goes on.
    pub(crate) fn spot(&self) -> Spot {
        self.found.clone().unwrap_or_else(|| self.sheet.top.spot().into())
    }
}

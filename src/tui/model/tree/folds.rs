//! What a person opened and closed, by path.

use std::collections::HashMap;

use crate::model::{Path, Segment, Value};

/// What was opened and closed of a part of the state, and in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Folds {
    /// Whether the part itself is open, where somebody said so.
    pub(super) open: Option<bool>,
    /// Whether everything inside is, where somebody said so.
    pub(super) all: Option<bool>,
    inside: HashMap<Segment, Folds>,
}

impl Folds {
    /// The part and all inside, opened or closed.
    pub(super) fn whole(open: bool) -> Self {
        Self { open: Some(open), all: Some(open), inside: HashMap::new() }
    }

    /// Those of a part inside.
    pub(super) fn at(&mut self, path: &Path) -> &mut Self {
        path.segments()
            .iter()
            .fold(self, |folds, segment| folds.inside.entry(segment.clone()).or_default())
    }

    /// Those of the members of this part, by the place that they have in `value`, in order.
    pub(super) fn placed(&self, value: &Value) -> Vec<(usize, &Self)> {
        let place = |segment: &Segment| value.place_of(segment);
        let mut placed: Vec<_> = self
            .inside
            .iter()
            .filter_map(|(segment, folds)| Some((place(segment)?, folds)))
            .collect();
        placed.sort_unstable_by_key(|(at, _)| *at);
        placed
    }
}

//! The places that were jumped from: what going back and forth ought to lead to.

use crate::model::AggregateKey;

/// An aggregate at a version.
pub(super) type Spot = (AggregateKey, u64);

/// The places that were jumped from, and those that were gone back from.
#[derive(Debug, Default)]
pub(super) struct Ways {
    back: Vec<Spot>,
    forth: Vec<Spot>,
    series: Option<Spot>,
}

impl Ways {
    pub(super) fn leave(&mut self, here: &Spot) {
        self.forth.clear();
        self.series = None;
        self.push(here);
    }

    fn push(&mut self, here: &Spot) {
        if self.back.last() != Some(here) {
            self.back.push(here.clone());
        }
        if self.back.len() > 200 {
            self.back.remove(0);
        }
    }

    /// One of a series of jumps, which is gone back from in one.
    pub(super) fn go_on(&mut self, here: &Spot, there: &Spot) {
        if self.series.as_ref() != Some(here) {
            self.leave(here);
        }
        self.series = Some(there.clone());
    }

    pub(super) fn back(&mut self, here: &Spot) -> Option<Spot> {
        while self.back.last() == Some(here) {
            self.back.pop();
        }
        let spot = self.back.pop()?;
        self.forth.push(here.clone());
        Some(spot)
    }

    pub(super) fn forth(&mut self, here: &Spot) -> Option<Spot> {
        let spot = self.forth.pop()?;
        self.push(here);
        Some(spot)
    }
}

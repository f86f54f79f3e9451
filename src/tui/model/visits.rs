//! The places the playhead was sent away from, to walk back and forth through them.
//!
//! A place is where a jump began: single steps make none, and neither does looking through the list.

use std::collections::VecDeque;

use crate::model::{AggregateKey, Version};

/// Places that are remembered on either side.
const MOST: usize = 200;

/// Where the playhead was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// In which aggregate.
    pub(crate) key: AggregateKey,
    /// At which version.
    pub(crate) version: Version,
}

/// The places before and after this one.
#[derive(Debug, Default)]
pub(crate) struct Visits {
    back: VecDeque<Spot>,
    forth: Vec<Spot>,
    /// Where a jump ended that another one of its kind may go on from.
    pub(crate) series: Option<Spot>,
    /// Where a mark was set last.
    pub(crate) marked: Option<Spot>,
}

impl Visits {
    /// Notes that a jump begins here.
    pub(crate) fn leave(&mut self, here: Spot) {
        self.forth.clear();
        self.series = None;
        Self::push(&mut self.back, here);
    }

    /// The place before, seen from here.
    pub(crate) fn back(&mut self, here: Option<Spot>) -> Option<Spot> {
        while self.back.back().is_some() && self.back.back() == here.as_ref() {
            self.back.pop_back();
        }
        let spot = self.back.pop_back()?;
        self.forth.extend(here);
        Some(spot)
    }

    /// The place after, seen from here.
    pub(crate) fn forth(&mut self, here: Option<Spot>) -> Option<Spot> {
        let spot = self.forth.pop()?;
        if let Some(here) = here {
            Self::push(&mut self.back, here);
        }
        Some(spot)
    }

    /// The place in the same aggregate that was jumped away from last, other than this one.
    pub(crate) fn before(&self, here: &Spot) -> Option<&Spot> {
        let is_other = |spot: &&Spot| spot.key == here.key && spot.version != here.version;
        self.back.iter().rev().find(is_other)
    }

    /// Whether a series of jumps ended here.
    pub(crate) fn ends_in(&self, key: &AggregateKey, version: Version) -> bool {
        self.series.as_ref().is_some_and(|spot| spot.key == *key && spot.version == version)
    }

    fn push(back: &mut VecDeque<Spot>, here: Spot) {
        if back.back() != Some(&here) {
            back.push_back(here);
        }
        if back.len() > MOST {
            back.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spot(version: u64) -> Spot {
        Spot { key: AggregateKey::new("Order", "order-1"), version: Version(version) }
    }

    #[test]
    fn back_and_forth_are_opposites_and_a_new_jump_ends_the_way_forth() {
        let mut visits = Visits::default();
        visits.leave(spot(1));
        visits.leave(spot(5));
        assert_eq!(visits.back(Some(spot(9))), Some(spot(5)));
        assert_eq!(visits.back(Some(spot(5))), Some(spot(1)));
        assert_eq!(visits.back(Some(spot(1))), None);
        assert_eq!(visits.forth(Some(spot(1))), Some(spot(5)));
        assert_eq!(visits.forth(Some(spot(5))), Some(spot(9)));
        assert_eq!(visits.forth(Some(spot(9))), None);
        assert_eq!(visits.back(Some(spot(9))), Some(spot(5)));
        visits.leave(spot(5));
        assert_eq!(visits.forth(Some(spot(7))), None);
    }

    #[test]
    fn a_place_is_not_gone_back_to_from_itself_and_their_number_is_bounded() {
        let mut visits = Visits::default();
        for version in 0..1000 {
            visits.leave(spot(version));
            visits.leave(spot(version));
        }
        assert_eq!(visits.back(Some(spot(999))), Some(spot(998)));
        let mut left = 0;
        while visits.back(None).is_some() {
            left += 1;
        }
        assert_eq!(left, MOST - 2);
    }
}

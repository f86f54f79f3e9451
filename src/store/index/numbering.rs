//! Which version an event has, where what was recorded may or may not say so.

use super::{Index, Row};
use crate::model::Version;

/// What was recorded about an event's place in its aggregate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Its version.
    Version(u64),
    /// A number that may or may not count per aggregate.
    Sequence(u64),
    /// Nothing.
    Nothing,
}

/// How the events that claim no version are numbered within their aggregates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Numbering {
    /// In their order.
    #[default]
    Counted,
    /// By their sequence, whose first number in an aggregate is this.
    Sequence {
        /// 0 or 1.
        first: u64,
    },
}

impl Index {
    /// How the events that were added and not settled yet are to be numbered.
    ///
    /// A sequence counts per aggregate where no number stands twice in one and most aggregates begin with the same
    /// 0 or 1; a number for the whole source does neither.
    pub(crate) fn numbering(&self) -> Numbering {
        let mut ends: Vec<Option<(u64, u64)>> = vec![None; self.aggregates.len()];
        for row in self.unsettled() {
            let number = match row.claim() {
                Claim::Version(_) => continue,
                Claim::Sequence(number) => number,
                Claim::Nothing => return Numbering::Counted,
            };
            match &mut ends[row.aggregate as usize] {
                Some((_, last)) if *last >= number => return Numbering::Counted,
                Some((_, last)) => *last = number,
                none => *none = Some((number, number)),
            }
        }
        let first = || ends.iter().flatten().map(|(first, _)| *first);
        let Some(smallest) = first().min() else { return Numbering::Counted };
        let begin = first().filter(|number| *number == smallest).count();
        if smallest <= 1 && begin * 2 > first().count() {
            Numbering::Sequence { first: smallest }
        } else {
            Numbering::Counted
        }
    }

    /// Gives what was added its versions, so that it is found by aggregate; returns how many had to be counted.
    pub(crate) fn settle(&mut self, numbering: Numbering) -> u64 {
        let mut counted = 0;
        for number in self.settled..self.rows.len() {
            let Row { aggregate, .. } = self.rows[number];
            let version = match (self.rows[number].claim(), numbering) {
                (Claim::Version(version), _) => Version(version),
                (Claim::Sequence(number), Numbering::Sequence { first }) => {
                    Version(number.saturating_add(1).saturating_sub(first).max(1))
                }
                _ => {
                    counted += 1;
                    let newest = self.aggregates[aggregate as usize].last();
                    newest.map_or(Version::ZERO, |row| self.rows[*row as usize].version).next()
                }
            };
            self.file(number, version);
        }
        self.settled = self.rows.len();
        self.sort();
        counted
    }

    /// Puts a row where its version belongs in its aggregate.
    fn file(&mut self, number: usize, version: Version) {
        let Self { rows, aggregates, .. } = self;
        let filed = &mut aggregates[rows[number].aggregate as usize];
        let version_of = |number: &u32| rows[*number as usize].version;
        // Nearly always the end; what was put together by hand may say otherwise.
        let at = if filed.last().is_none_or(|last| version_of(last) < version) {
            filed.len()
        } else {
            filed.partition_point(|number| version_of(number) <= version)
        };
        let twice = at.checked_sub(1).is_some_and(|before| version_of(&filed[before]) == version);
        filed.insert(at, number as u32);
        rows[number].settle(version, twice);
    }
}

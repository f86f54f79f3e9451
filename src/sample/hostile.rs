//! The worst that a store may hold: text that a terminal would obey, names that do not fit, values beyond all measure.
//!
//! For tests and benches, and for whoever wants to see what foldback makes of it. Always the same. Nothing in it is
//! refused by a reader of events: what cannot be read as JSON, or has no name, stands in stores too.

mod large;
mod named;
mod odd;
mod teller;

use super::Story;
use teller::Teller;

pub use named::{
    BIDI, COMBINING, CONTROL, EMOJI, IDEOGRAPHS, LINE, LONG, LONG_TYPE, NEWLINE, WIDE,
};

/// How large the large values are.
#[derive(Clone, Copy, Debug)]
pub struct Large {
    /// The bytes of one string, and of one object of many small ones.
    pub bytes: usize,
    /// The members of one object.
    pub members: usize,
    /// The numbers in one array.
    pub elements: usize,
}

impl Large {
    /// As large as they come: 10 MB, 100,000 members, a million numbers.
    pub const WHOLE: Self = Self { bytes: 10_000_000, members: 100_000, elements: 1_000_000 };
    /// A hundredth of it, for tests that have more to do.
    pub const SMALL: Self = Self { bytes: 100_000, members: 1_000, elements: 10_000 };
}

/// The levels of the aggregate `nested`.
pub const LEVELS: usize = 200;

/// Everything that is hostile, in aggregates of a few events each.
///
/// Category `Large` has `members`, `numbers`, `structure` and `text`, as large as they are asked for, with `nested`,
/// `deepest` and `turnover`; `Names` has ids, types and keys; `Odd` has payloads and metadata. Categories of their own are
/// empty, long, and control characters.
pub fn hostile(large: &Large) -> Story {
    let mut teller = Teller::default();
    large::tell(&mut teller, large);
    named::tell(&mut teller);
    odd::tell(&mut teller);
    Story { events: teller.events, ..Story::default() }
}

#[cfg(test)]
mod tests;

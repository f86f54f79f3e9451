//! Finding names by some of their letters: which ones fit what was typed, and which of them fit best.
//!
//! An id that is what was typed comes first, then ids that begin with it, ids that hold it, and ids that hold its
//! letters in order, the closer together the better; last come those of which only the category holds it. Upper and
//! lower case are the same.

use std::collections::BinaryHeap;

use nucleo_matcher::{Config, Matcher, Utf32Str, Utf32String};

use super::names::{CHUNK, Names};
use crate::model::AggregateKey;

/// How many of the best are known.
pub const BEST: usize = 1000;

/// What fits worse is greater: how it fits, how well it does so, how long it is, and where it stands.
type Rank = (Fit, u32, u32, u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Whole,
    Begins,
    Holds,
    Scattered,
    Category,
}

/// A search among names, as far as it has come.
pub struct Search {
    typed: String,
    needle: Needle,
    matcher: Matcher,
    /// What fitted a beginning of what is typed, and is still to be looked at.
    earlier: Vec<u32>,
    /// All that fits.
    found: Vec<u32>,
    best: BinaryHeap<Rank>,
    looked: usize,
}

#[derive(Debug)]
struct Needle {
    low: String,
    ascii: bool,
    letters: Utf32String,
}

impl Needle {
    fn new(typed: &str) -> Self {
        let low = typed.to_lowercase();
        Self { ascii: low.is_ascii(), letters: Utf32String::from(low.as_str()), low }
    }

    /// Where a text holds it as it stands.
    fn within(&self, text: &str) -> Option<usize> {
        if !text.is_ascii() {
            return text.to_lowercase().find(&self.low);
        }
        let (text, low) = (text.as_bytes(), self.low.as_bytes());
        if low.is_empty() {
            return Some(0);
        }
        text.windows(low.len()).position(|part| part.eq_ignore_ascii_case(low))
    }

    /// Whether a text has its letters in order.
    fn scattered(&self, text: &str) -> bool {
        if text.is_ascii() {
            let mut bytes = text.bytes();
            return self.ascii
                && self.low.bytes().all(|low| bytes.any(|byte| byte.to_ascii_lowercase() == low));
        }
        let low = text.to_lowercase();
        let mut letters = low.chars();
        self.low.chars().all(|letter| letters.any(|other| other == letter))
    }
}

impl std::fmt::Debug for Search {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { typed, looked, .. } = self;
        f.debug_struct("Search").field("typed", typed).field("looked", looked).finish()
    }
}

impl Search {
    /// A search for what was typed.
    pub fn new(typed: &str) -> Self {
        Self {
            typed: typed.to_owned(),
            needle: Needle::new(typed),
            matcher: matcher(),
            earlier: Vec::new(),
            found: Vec::new(),
            best: BinaryHeap::new(),
            looked: 0,
        }
    }

    /// A search for what is typed now. Where only more was typed, what did not fit before is not looked at again.
    #[must_use]
    pub fn now(self, typed: &str) -> Self {
        if self.typed == typed {
            return self;
        }
        let mut search = Self::new(typed);
        if typed.starts_with(&self.typed) {
            search.earlier = self.found;
            search.earlier.extend(self.earlier);
            // The next are taken from the end.
            search.earlier.reverse();
            search.looked = self.looked;
        }
        search
    }

    /// Looks at the next names; whether any were left.
    pub fn look(&mut self, names: &Names) -> bool {
        let within: Vec<bool> = names
            .categories()
            .iter()
            .map(|category| self.needle.within(category.as_str()).is_some())
            .collect();
        if !self.earlier.is_empty() {
            let rest = self.earlier.len().saturating_sub(CHUNK);
            for at in self.earlier.split_off(rest).into_iter().rev() {
                self.consider(names, at, &within);
            }
            return true;
        }
        let end = names.len().min(self.looked + CHUNK);
        let any = self.looked < end;
        for at in self.looked..end {
            self.consider(names, at as u32, &within);
        }
        self.looked = self.looked.max(end);
        any
    }

    /// Whether it has looked at all there are.
    pub fn is_through(&self, names: &Names) -> bool {
        self.earlier.is_empty() && self.looked >= names.len() && names.is_complete()
    }

    /// How many names were looked at.
    pub fn looked(&self) -> usize {
        self.looked
    }

    /// How many of them fit.
    pub fn found(&self) -> usize {
        self.found.len()
    }

    /// The bytes that it takes.
    pub fn bytes(&self) -> usize {
        (self.found.capacity() + self.earlier.capacity()) * size_of::<u32>()
    }

    /// The best that were found, best first.
    pub fn best(&self, names: &Names) -> Vec<AggregateKey> {
        let mut best: Vec<&Rank> = self.best.iter().collect();
        best.sort_unstable();
        best.into_iter().filter_map(|(.., at)| names.key(*at as usize)).collect()
    }

    fn consider(&mut self, names: &Names, at: u32, within: &[bool]) {
        let Some((id, category)) = names.get(at as usize) else { return };
        let of = within.get(category as usize).copied().unwrap_or_default();
        let full = self.best.len() >= BEST;
        let worst = self.best.peek().filter(|_| full).copied();
        let fits = self.needle.scattered(id);
        if !fits && !of {
            return;
        }
        self.found.push(at);
        let len = id.len() as u32;
        let rank = if !fits {
            (Fit::Category, 0, 0, at)
        } else if let Some(from) = self.needle.within(id) {
            let fit = match from {
                0 if id.len() == self.needle.low.len() => Fit::Whole,
                0 => Fit::Begins,
                _ => Fit::Holds,
            };
            let inside = from > 0 && !begins_word(id, from);
            (fit, u32::from(inside), len, at)
        } else if worst.is_some_and(|worst| worst.0 < Fit::Scattered) {
            // However close its letters are, others fit better.
            return;
        } else {
            let mut buffer = Vec::new();
            let score = self
                .matcher
                .fuzzy_match(Utf32Str::new(id, &mut buffer), self.needle.letters.slice(..));
            (Fit::Scattered, u32::MAX - u32::from(score.unwrap_or_default()), len, at)
        };
        if worst.is_none_or(|worst| rank < worst) {
            if full {
                self.best.pop();
            }
            self.best.push(rank);
        }
    }
}

/// Letters are what they are: an accent is not left out.
fn matcher() -> Matcher {
    let mut config = Config::DEFAULT;
    config.normalize = false;
    Matcher::new(config)
}

/// Whether a word begins at a place: what stands before is no letter, or what begins there is of another kind.
fn begins_word(text: &str, at: usize) -> bool {
    let (Some(before), Some(here)) = (
        text.get(..at).and_then(|text| text.chars().next_back()),
        text.get(at..).and_then(|text| text.chars().next()),
    ) else {
        return false;
    };
    !before.is_alphanumeric()
        || before.is_numeric() != here.is_numeric()
        || before.is_lowercase() && here.is_uppercase()
}

/// Tells which letters of a text are those that were typed.
#[derive(Debug)]
pub struct Marker {
    needle: Needle,
    /// Takes more memory than all else here: it is made when letters stand apart, and once.
    matcher: Option<Matcher>,
}

impl Marker {
    /// For what was typed.
    pub fn new(typed: &str) -> Self {
        Self { needle: Needle::new(typed), matcher: None }
    }

    /// The letters of a text, rising.
    pub fn hits(&mut self, text: &str) -> Vec<usize> {
        let Self { needle, matcher: kept } = self;
        if needle.low.is_empty() || !needle.scattered(text) {
            return Vec::new();
        }
        if text.is_ascii()
            && let Some(from) = needle.within(text)
        {
            return (from..from + needle.low.len()).collect();
        }
        let (mut buffer, mut found) = (Vec::new(), Vec::new());
        let text = Utf32Str::new(text, &mut buffer);
        let matcher = kept.get_or_insert_with(matcher);
        matcher.fuzzy_indices(text, needle.letters.slice(..), &mut found);
        found.sort_unstable();
        found.into_iter().map(|at| at as usize).collect()
    }
}

#[cfg(test)]
mod tests;

//! Finding names by some of their letters: which ones fit what was typed, and which of them fit best.
//!
//! An id that is what was typed comes first, then ids that begin with it, ids that hold it, and ids that hold its
//! letters in order, the closer together the better; last come those of which only the category holds it. Upper and
//! lower case are the same.

use std::collections::BinaryHeap;
use std::sync::Arc;

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

/// How many places of names are kept for what was typed before, so that it is there when a letter is taken back.
const KEPT: usize = 4 << 20;
/// How many beginnings of what is typed that are.
const LEVELS: usize = 64;

/// A search among names, as far as it has come.
pub struct Search {
    typed: String,
    needle: Needle,
    matcher: Matcher,
    /// What fitted a beginning of what is typed, and how much of it was looked at again.
    earlier: (Arc<Found>, usize),
    /// All that fits.
    found: Found,
    best: BinaryHeap<Rank>,
    looked: usize,
    /// What was found for beginnings of what is typed, the shortest first.
    past: Vec<Past>,
}

/// The places of the names that fit, rising.
#[derive(Clone, Debug, Default)]
struct Found {
    /// So many of the first, all of them: most names begin alike.
    all: usize,
    rest: Vec<u32>,
}

impl Found {
    fn push(&mut self, at: u32) {
        if self.rest.is_empty() && at as usize == self.all {
            self.all += 1;
        } else {
            self.rest.push(at);
        }
    }

    fn len(&self) -> usize {
        self.all + self.rest.len()
    }

    fn get(&self, at: usize) -> Option<u32> {
        match at.checked_sub(self.all) {
            None => Some(at as u32),
            Some(beyond) => self.rest.get(beyond).copied(),
        }
    }
}

/// A search that was gone through.
struct Past {
    typed: String,
    found: Arc<Found>,
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
            earlier: Default::default(),
            found: Found::default(),
            best: BinaryHeap::new(),
            looked: 0,
            past: Vec::new(),
        }
    }

    /// A search for what is typed now. Where more was typed, what did not fit before is not looked at again; where
    /// letters were taken back, what was found before them is there at once.
    #[must_use]
    pub fn now(self, typed: &str) -> Self {
        if self.typed == typed {
            return self;
        }
        let mut next = Self::new(typed);
        if next.needle.low.starts_with(&self.needle.low) {
            let (earlier, passed) = self.earlier;
            next.looked = self.looked;
            next.past = self.past;
            if passed < earlier.len() {
                // Overtaken: what it had not come to is looked at, too.
                let mut found = self.found;
                (passed..earlier.len())
                    .filter_map(|at| earlier.get(at))
                    .for_each(|at| found.push(at));
                next.earlier = (Arc::new(found), 0);
                return next;
            }
            let found = Arc::new(self.found);
            next.earlier = (Arc::clone(&found), 0);
            let past = Past { typed: self.typed, found, best: self.best, looked: self.looked };
            next.past.push(past);
            next.forget(KEPT);
            return next;
        }
        // What the longer one was made of is let go of first, so that what is left is nobody else's.
        drop((self.earlier, self.found));
        next.past = self.past;
        while let Some(past) = next.past.pop() {
            if past.typed == typed {
                (next.best, next.looked) = (past.best, past.looked);
                next.found = Arc::unwrap_or_clone(past.found);
                break;
            }
            if next.needle.low.starts_with(&past.typed.to_lowercase()) {
                (next.earlier, next.looked) = ((Arc::clone(&past.found), 0), past.looked);
                next.past.push(past);
                break;
            }
        }
        next
    }

    /// Lets go of the shortest beginnings, where there are too many or more than so many places of them.
    fn forget(&mut self, kept: usize) {
        let places = |past: &[Past]| past.iter().map(|past| past.found.rest.len()).sum::<usize>();
        while self.past.len() > LEVELS || places(&self.past) > kept {
            self.past.remove(0);
        }
    }

    /// Looks at the next names; whether any were left.
    pub fn look(&mut self, names: &Names) -> bool {
        let within: Vec<bool> = names
            .categories()
            .iter()
            .map(|category| self.needle.within(category.as_str()).is_some())
            .collect();
        if self.is_narrowing() {
            let (earlier, passed) = std::mem::take(&mut self.earlier);
            let end = earlier.len().min(passed + CHUNK);
            for at in (passed..end).filter_map(|at| earlier.get(at)) {
                self.consider(names, at, &within);
            }
            self.earlier = (earlier, end);
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
        !self.is_narrowing() && self.looked >= names.len() && names.is_complete()
    }

    /// Whether some of what fitted less is still to be looked at.
    fn is_narrowing(&self) -> bool {
        self.earlier.1 < self.earlier.0.len()
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
        let shared = self.past.last().is_some_and(|past| Arc::ptr_eq(&past.found, &self.earlier.0));
        let earlier = Some(&*self.earlier.0).filter(|_| !shared);
        let past = self.past.iter().map(|past| &*past.found);
        let founds = past.chain(earlier).chain([&self.found]);
        let best: usize = self.past.iter().map(|past| past.best.capacity()).sum();
        founds.map(|found| found.rest.capacity() * size_of::<u32>()).sum::<usize>()
            + (best + self.best.capacity()) * size_of::<Rank>()
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

    /// Which of the letters (grapheme clusters) of a text, rising.
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

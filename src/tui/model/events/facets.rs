//! The types and categories of the events as lines, with how many events have each.

use smol_str::SmolStr;

use super::super::event::or_quotes;
use super::super::scroll::Scroll;
use super::sieve::Sieve;
use super::tally::{Facet, Tally};

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// What follows.
    Heading(&'static str),
    /// A name.
    Name {
        /// The key of the filter's term: `type`.
        key: &'static str,
        /// The name to filter by.
        name: SmolStr,
        /// What to call it, sanitised.
        called: String,
        /// How many events have it, of those that are shown.
        shown: u64,
        /// How many have it in all.
        all: u64,
        /// Whether the filter asks for it.
        chosen: bool,
    },
}

/// The lines and the chosen one.
#[derive(Debug, Default)]
pub(crate) struct Facets {
    /// The lines.
    pub(crate) lines: Vec<Line>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

/// Whether it is known what a filter leaves.
fn is_left(sieve: &Sieve) -> bool {
    sieve.is_on() && sieve.wanted.done
}

impl Facets {
    /// Makes the lines anew; the cursor stays on its name. `steady` keeps them in their order: somebody chooses there.
    pub(crate) fn show(&mut self, sieve: &Sieve, height: usize, steady: bool) {
        let at = self.chosen().map(|(key, name)| (key, name.clone()));
        let before = std::mem::take(&mut self.lines);
        let before = if steady { before } else { Vec::new() };
        self.add("types", "type", sieve, &before, |tally| &tally.types);
        self.add("categories", "category", sieve, &before, |tally| &tally.categories);
        if !steady && is_left(sieve) {
            self.scroll = Scroll::default();
            return self.scroll.move_to(1, self.lines.len(), height);
        }
        let here = |line: &Line| match (line, &at) {
            (Line::Name { key, name, .. }, Some((of, was))) => key == of && name == was,
            _ => false,
        };
        let line = self.lines.iter().position(here).unwrap_or(1);
        let offset = self.scroll.cursor.abs_diff(line);
        self.scroll.offset = if line >= self.scroll.cursor {
            self.scroll.offset + offset
        } else {
            self.scroll.offset.saturating_sub(offset)
        };
        self.scroll.move_to(line, self.lines.len(), height);
        if line <= 1 {
            self.scroll.offset = 0;
        }
    }

    fn add(
        &mut self,
        heading: &'static str,
        key: &'static str,
        sieve: &Sieve,
        before: &[Line],
        of: impl Fn(&Tally) -> &Vec<Facet>,
    ) {
        let all = of(&sieve.whole);
        let wanted = of(&sieve.wanted);
        // Where nothing has a category there is nothing to choose.
        if all.is_empty() && wanted.is_empty()
            || all.len() == 1 && all.iter().all(|one| one.name.is_empty())
        {
            return;
        }
        self.lines.push(Line::Heading(heading));
        let found: std::collections::HashMap<&str, u64> =
            wanted.iter().map(|facet| (facet.name.as_str(), facet.count)).collect();
        let more = wanted
            .iter()
            .filter(|facet| !sieve.whole.done && all.iter().all(|known| known.name != facet.name));
        let shown = |facet: &Facet| match found.get(facet.name.as_str()) {
            _ if !sieve.is_on() => facet.count,
            found => found.copied().unwrap_or(0),
        };
        let mut facets: Vec<(u64, &Facet)> =
            all.iter().chain(more).map(|facet| (shown(facet), facet)).collect();
        let stood: std::collections::HashMap<&str, usize> = before
            .iter()
            .enumerate()
            .filter_map(|(at, line)| match line {
                Line::Name { key: of, name, .. } if *of == key => Some((name.as_str(), at)),
                _ => None,
            })
            .collect();
        // What the filter leaves comes first, once it is counted: a name that matters is not below those that do not.
        if !before.is_empty() {
            facets.sort_by_key(|(_, facet)| {
                stood.get(facet.short.as_str()).copied().unwrap_or(usize::MAX)
            });
        } else if is_left(sieve) {
            facets.sort_by_key(|(shown, _)| std::cmp::Reverse(*shown));
        }
        for (shown, facet) in facets {
            let chosen = sieve.has(key, &facet.short) || sieve.has(key, &facet.name);
            self.lines.push(Line::Name {
                key,
                name: facet.short.clone(),
                called: or_quotes(&facet.short),
                shown,
                all: facet.count,
                chosen,
            });
        }
    }

    /// The chosen name and the key of its term.
    pub(crate) fn chosen(&self) -> Option<(&'static str, &SmolStr)> {
        match self.lines.get(self.scroll.cursor)? {
            Line::Name { key, name, .. } => Some((key, name)),
            Line::Heading(_) => None,
        }
    }

    /// Moves the cursor over names; headings are passed over.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        let len = self.lines.len();
        self.scroll.move_by(by, len, height);
        if matches!(self.lines.get(self.scroll.cursor), Some(Line::Heading(_))) {
            let down = by > 0 || self.scroll.cursor == 0;
            self.scroll.move_by(if down { 1 } else { -1 }, len, height);
        }
        if self.scroll.cursor <= 1 && by < 0 {
            self.scroll.offset = 0;
        }
    }
}

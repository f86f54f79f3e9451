//! Choosing an action by its name: what was typed, and the actions that fit it.
//!
//! An action fits where its name or its title holds each word that was typed, best where a word of it begins so. Letters
//! in order with others between them fit too, but only where nothing fits better: beside what holds the words as they
//! stand, such a one would have to be guessed at.

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::super::action::Action;
use super::super::keymap::Keymap;
use super::field::Field;
use super::scroll::Scroll;

/// An action that can be chosen.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The action.
    pub(crate) action: Action,
    /// Its keys, as a person sees them.
    pub(crate) keys: String,
    /// Which letters of its name and title were typed.
    pub(crate) hits: Vec<u32>,
}

/// Choosing an action.
#[derive(Debug, Default)]
pub(crate) struct Palette {
    /// What was typed.
    pub(crate) field: Field,
    /// What it fits, best first.
    pub(crate) choices: Vec<Choice>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

/// How what was typed stands in an action; what fits better is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It is the name.
    Named,
    /// Words of the name begin so.
    Begins,
    /// Words of the name or of the title begin so.
    Told,
    /// It holds them.
    Holds,
    /// It has the letters in order: the score, the highest is the least.
    Scattered(std::cmp::Reverse<u32>),
}

impl Palette {
    /// Finds the actions that fit what was typed.
    pub(crate) fn find(&mut self, keymap: &Keymap) {
        let typed = self.field.text().trim().to_lowercase();
        let words: Vec<Vec<char>> =
            typed.split_whitespace().map(|word| word.chars().collect()).collect();
        // Taking means something only where something is open.
        let actions =
            || Action::ALL.iter().filter(|at| !matches!(at, Action::Accept | Action::ShowPalette));
        let mut found: Vec<(Fit, Action, Vec<u32>)> = actions()
            .filter_map(|action| {
                let (fit, hits) = held(*action, &words)?;
                let fit = if action.name() == typed { Fit::Named } else { fit };
                Some((fit, *action, hits))
            })
            .collect();
        if found.is_empty() {
            found = scattered(&typed, actions());
        }
        // Of two that fit as well, the one whose name begins so comes first.
        found.sort_by_key(|(fit, _, hits)| (*fit, !hits.contains(&0)));
        let choice = |(_, action, mut hits): (Fit, Action, Vec<u32>)| {
            hits.sort_unstable();
            hits.dedup();
            Choice { action, keys: keymap.keys_of(action), hits }
        };
        self.choices = found.into_iter().map(choice).collect();
        self.scroll = Scroll::default();
    }

    /// What is searched: the name, then the title.
    pub(crate) fn told(action: Action) -> String {
        format!("{} {}", action.name(), action.title())
    }

    /// The action to run: one that is in no list by its exact name, otherwise the chosen one.
    pub(crate) fn action(&self) -> Option<Action> {
        let chosen = self.choices.get(self.scroll.cursor).map(|choice| choice.action);
        let named: Option<Action> = self.field.text().trim().parse().ok();
        named.filter(|action| !Action::ALL.contains(action)).or(chosen)
    }
}

/// How an action holds all words as they stand, and where.
fn held(action: Action, words: &[Vec<char>]) -> Option<(Fit, Vec<u32>)> {
    let name = action.name().chars().count();
    let told: Vec<char> = Palette::told(action).to_lowercase().chars().collect();
    let (mut worst, mut hits) = (Fit::Begins, Vec::new());
    for word in words {
        let places = || {
            let parts = told.windows(word.len()).enumerate();
            parts.filter(|(_, part)| part == word).map(|(at, _)| at)
        };
        let before = |at: usize| at.checked_sub(1).and_then(|before| told.get(before));
        let begun = places().find(|at| before(*at).is_none_or(|letter| !letter.is_alphanumeric()));
        let (at, fit) = match begun {
            Some(at) => (at, if at < name { Fit::Begins } else { Fit::Told }),
            // One letter stands inside of nearly everything.
            None if word.len() == 1 => return None,
            None => (places().next()?, Fit::Holds),
        };
        worst = worst.max(fit);
        hits.extend((at..at + word.len()).map(|at| at as u32));
    }
    Some((worst, hits))
}

/// The actions that have the letters of all words in order, as close together as in the best of them, or nearly.
fn scattered<'a>(
    typed: &str,
    actions: impl Iterator<Item = &'a Action>,
) -> Vec<(Fit, Action, Vec<u32>)> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::new(typed, CaseMatching::Ignore, Normalization::Smart, AtomKind::Fuzzy);
    let (mut found, mut best) = (Vec::new(), 0);
    for action in actions {
        let (mut buffer, mut hits) = (Vec::new(), Vec::new());
        let told = Palette::told(*action);
        let told = Utf32Str::new(&told, &mut buffer);
        if let Some(score) = pattern.indices(told, &mut matcher, &mut hits) {
            best = best.max(score);
            found.push((score, *action, hits));
        }
    }
    found.retain(|(score, ..)| score * 5 >= best * 4);
    let fit = |(score, action, hits)| (Fit::Scattered(std::cmp::Reverse(score)), action, hits);
    found.into_iter().map(fit).collect()
}

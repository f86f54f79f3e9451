//! What could be meant by the word that is being typed into a filter.

use super::super::field::Field;
use super::super::scroll::Scroll;
use super::tally::{Facet, Tally};
use crate::analysis::filter_value;
use crate::text;

/// The names that stand before a colon.
const KEYS: [&str; 7] = ["type:", "category:", "aggregate:", "meta:", "from:", "to:", "where:"];

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The word it makes of the one that is being typed.
    word: String,
    /// What to call it, sanitised.
    pub(crate) called: String,
    /// How many events have it, where they were counted.
    pub(crate) count: Option<u64>,
}

/// All of them, the likeliest first.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    /// Them.
    pub(crate) choices: Vec<Choice>,
    /// The window on them.
    pub(crate) scroll: Scroll,
    /// Whether one was chosen.
    pub(crate) chosen: bool,
    /// Where the word begins, in bytes.
    begin: usize,
}

impl Offer {
    /// What fits the word before the place where typing goes on.
    pub(crate) fn of(field: &Field, whole: &Tally) -> Self {
        let (head, _) = field.halves();
        let Some((begin, word)) = last_word(head) else { return Self::default() };
        let bare = word.strip_prefix('-').unwrap_or(word);
        let minus = if bare.len() < word.len() { "-" } else { "" };
        let mut choices = match bare.split_once(':') {
            Some(("type", typed)) => names(&whole.types, &format!("{minus}type"), typed),
            Some(("category", typed)) => {
                names(&whole.categories, &format!("{minus}category"), typed)
            }
            None if !bare.is_empty() => keys(minus, bare),
            _ => Vec::new(),
        };
        // What stands there already is no offer.
        if choices.len() == 1 && choices.iter().all(|choice| choice.word.trim_end() == word) {
            choices.clear();
        }
        Self { choices, begin, ..Self::default() }
    }

    /// Chooses one line further down, or up.
    pub(crate) fn move_by(&mut self, by: isize, height: usize) {
        if self.chosen {
            self.scroll.move_by(by, self.choices.len(), height);
        }
        self.chosen = !self.choices.is_empty();
    }

    /// Puts the chosen one, or the first, in the place of the word.
    pub(crate) fn take(&mut self, field: &mut Field) {
        if let Some(choice) = self.choices.get(self.scroll.cursor) {
            field.put(self.begin, &choice.word);
        }
    }
}

/// The word that the end of a line belongs to and where it begins; `None` inside of an expression.
fn last_word(head: &str) -> Option<(usize, &str)> {
    let (mut begin, mut quoted) = (0, false);
    for (at, letter) in head.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ' ' if !quoted => begin = at + 1,
            ':' if head.get(begin..at) == Some("where") => return None,
            _ => {}
        }
    }
    Some((begin, head.get(begin..)?))
}

fn keys(minus: &str, typed: &str) -> Vec<Choice> {
    let fits = |key: &&&str| {
        // A minus means nothing before a time or an expression.
        key.starts_with(typed) && (minus.is_empty() || !matches!(**key, "from:" | "to:" | "where:"))
    };
    let choice = |key: &&str| {
        let word = format!("{minus}{key}");
        Choice { called: word.clone(), word, count: None }
    };
    KEYS.iter().filter(fits).map(choice).collect()
}

/// Names that hold what was typed: those that begin with it first, the most frequent first.
fn names(all: &[Facet], key: &str, typed: &str) -> Vec<Choice> {
    let typed = typed.trim_matches('"').to_lowercase();
    let place = |facet: &Facet| facet.short.to_lowercase().find(&typed);
    let mut found: Vec<(bool, &Facet)> =
        all.iter().filter_map(|facet| Some((place(facet)? > 0, facet))).collect();
    // The order of the count stays within each half.
    found.sort_by_key(|(inside, _)| *inside);
    let choice = |(_, facet): (bool, &Facet)| Choice {
        word: format!("{key}:{} ", filter_value(&facet.short)),
        called: text::sanitize(&facet.short).into_owned(),
        count: Some(facet.count),
    };
    found.into_iter().filter(|(_, facet)| !facet.short.is_empty()).map(choice).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Tally {
        let facet =
            |(name, count): (&str, u64)| Facet { name: name.into(), short: name.into(), count };
        let types = [("ItemAdded", 9), ("OrderPlaced", 5), ("Item lost", 3), ("order-noted", 1)];
        Tally { types: types.map(facet).into(), done: true, ..Tally::default() }
    }

    fn offered(typed: &str) -> Vec<String> {
        let mut field = Field::default();
        field.insert(typed);
        let offer = Offer::of(&field, &whole());
        offer.choices.into_iter().map(|choice| choice.called).collect()
    }

    fn taken(typed: &str) -> String {
        let mut field = Field::default();
        field.insert(typed);
        Offer::of(&field, &whole()).take(&mut field);
        field.text().to_owned()
    }

    #[test]
    fn names_that_begin_with_it_come_first_then_the_frequent_ones() {
        assert_eq!(offered("type:"), ["ItemAdded", "OrderPlaced", "Item lost", "order-noted"]);
        assert_eq!(offered("type:order"), ["OrderPlaced", "order-noted"]);
        assert_eq!(offered("type:ed"), ["ItemAdded", "OrderPlaced", "order-noted"]);
        assert_eq!(offered("-type:l"), ["OrderPlaced", "Item lost"].map(str::to_owned));
        assert_eq!(offered("type:nothing"), [""; 0]);
    }

    #[test]
    fn keys_are_offered_until_there_is_a_colon() {
        assert_eq!(offered("t"), ["type:", "to:"]);
        assert_eq!(offered("from:2026-03-02 -t"), ["-type:"]);
        assert_eq!(offered(""), [""; 0]);
        assert_eq!(offered("gone "), [""; 0]);
    }

    #[test]
    fn nothing_is_offered_inside_of_an_expression_or_for_what_stands_there() {
        assert_eq!(offered("where:.total < 0 and type:"), [""; 0]);
        assert_eq!(offered("type:OrderPlaced"), [""; 0]);
    }

    #[test]
    fn what_is_taken_replaces_the_word_alone_and_is_quoted_where_it_must_be() {
        assert_eq!(taken("gone type:or"), "gone type:OrderPlaced ");
        assert_eq!(taken("-type:lost"), "-type:\"Item lost\" ");
        assert_eq!(taken("type:\"Item l"), "type:\"Item lost\" ");
        assert_eq!(taken("ty"), "type:");
        assert_eq!(taken("type:nothing"), "type:nothing");
    }
}

//! The types of an aggregate's events: what each is called, and the letter that stands for it on the rail.

use std::sync::Arc;

use smol_str::SmolStr;

/// What stands for a type that found no letter, and for the only type there is.
pub(crate) const DOT: char = '●';

/// Every type seen so far, in the order of first sight.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kinds {
    names: Arc<[SmolStr]>,
    letters: Arc<[char]>,
}

impl Kinds {
    /// Of types called so, sanitised.
    pub(crate) fn new(names: Arc<[SmolStr]>) -> Self {
        let mut taken = Vec::new();
        let letters = names.iter().map(|name| letter(name, &mut taken)).collect();
        Self { names, letters }
    }

    /// What a type is called.
    pub(crate) fn name(&self, kind: u32) -> &str {
        self.names.get(kind as usize).map_or("", SmolStr::as_str)
    }

    /// The letter that stands for it.
    pub(crate) fn letter(&self, kind: u32) -> char {
        // Where there is one type, a letter says nothing.
        let letter = self.letters.get(kind as usize).filter(|_| self.names.len() > 1);
        letter.copied().unwrap_or(DOT)
    }

    /// How many types there are.
    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// A letter that no type before has: the initial of its last word, of another one, any of its letters, any at all.
fn letter(name: &str, taken: &mut Vec<char>) -> char {
    let letters = || name.chars().filter(char::is_ascii_alphabetic);
    let capitals: Vec<char> = letters().filter(char::is_ascii_uppercase).collect();
    let upper = letters().map(|letter| letter.to_ascii_uppercase());
    let lower = letters().map(|letter| letter.to_ascii_lowercase());
    let wanted = capitals.into_iter().rev().chain(upper).chain(lower);
    let any = ('A'..='Z').chain('a'..='z').chain('0'..='9');
    match wanted.chain(any).find(|letter| !taken.contains(letter)) {
        Some(letter) => {
            taken.push(letter);
            letter
        }
        None => DOT,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letters(names: &[&str]) -> String {
        let kinds = Kinds::new(names.iter().map(SmolStr::new).collect());
        (0..names.len()).map(|kind| kinds.letter(kind as u32)).collect()
    }

    #[test]
    fn a_letter_says_what_happened_and_no_two_types_share_one() {
        assert_eq!(letters(&["OrderCreated", "ItemAdded", "ItemRemoved", "OrderPlaced"]), "CARP");
        assert_eq!(letters(&["PaymentReceived", "RefundIssued", "Refunded"]), "RIE");
        assert_eq!(letters(&["made", "\"\"", "made-again"]), "MAD");
        assert_eq!(letters(&["OrderCreated"]), "●");
        let many: Vec<String> = (0..70).map(|at| format!("Type{at}")).collect();
        let told = letters(&many.iter().map(String::as_str).collect::<Vec<_>>());
        let mut apart: Vec<char> = told.chars().filter(|letter| *letter != DOT).collect();
        apart.sort_unstable();
        apart.dedup();
        assert_eq!((apart.len(), told.matches(DOT).count()), (62, 8));
    }

    #[test]
    fn letters_stay_when_more_types_come() {
        let (few, more) = (["A", "Ab"], ["A", "Ab", "B"]);
        assert!(letters(&more).starts_with(&letters(&few)));
    }
}

//! Searching the state: its keys and values, open or closed, by a part of their text.
//!
//! A state may have a million values: the search runs in the background, and what is drawn marks only what it draws.

use super::field::Field;
use crate::model::{AggregateKey, Path, Segment, Value, Version};

/// Places that are kept; what is found beyond them is counted.
pub(crate) const KEPT: usize = 10_000;
/// Values looked at between two questions whether anybody still wants to know.
const STRIDE: usize = 4096;

/// Where a member stands: its place among the members of everything around it and of its own. In the order of the state.
pub(crate) type Spot = Box<[u32]>;

/// What a search has come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Seeking {
    /// Nothing is searched.
    #[default]
    Off,
    /// It is typed.
    Typing,
    /// It stays.
    Kept,
}

/// What a search found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    /// In the state of which version.
    pub(crate) version: Version,
    /// Where, the first of them.
    pub(crate) spots: Vec<Spot>,
    /// How many in all.
    pub(crate) all: usize,
}

/// A search in the state.
#[derive(Debug, Default)]
pub(crate) struct Sought {
    /// What it has come to.
    pub(crate) seeking: Seeking,
    /// What is searched for.
    pub(crate) field: Field,
    /// In which state: of which aggregate, at which version.
    pub(crate) of: Option<(AggregateKey, Version)>,
    /// What was found; `None` while it is searched.
    pub(crate) hits: Option<Hits>,
}

impl Sought {
    /// What is searched for, where something is.
    pub(crate) fn needle(&self) -> Option<Needle> {
        let on = self.seeking != Seeking::Off && !self.field.is_empty();
        on.then(|| Needle::new(self.field.text()))
    }

    /// What was found, in a few words.
    pub(crate) fn told(&self, here: Option<&Spot>) -> String {
        let Some(hits) = self.hits.as_ref().filter(|_| !self.field.is_empty()) else {
            return if self.field.is_empty() { "keys and values" } else { "searching…" }.to_owned();
        };
        let count = |number: usize| crate::text::human::count(number as u64);
        let at = here.and_then(|here| hits.spots.binary_search(here).ok());
        match (hits.all, at) {
            (0, _) => "nothing found".to_owned(),
            (all, Some(at)) => format!("{} of {}", count(at + 1), count(all)),
            (all, None) => format!("{} found", count(all)),
        }
    }

    /// Where the next one is, or the previous, from the first again after the last.
    pub(crate) fn next(&self, here: Option<&Spot>, forward: bool) -> Option<&Spot> {
        let spots = &self.hits.as_ref()?.spots;
        let Some(here) = here else { return spots.first() };
        if forward {
            let after = spots.partition_point(|spot| spot <= here);
            spots.get(after).or_else(|| spots.first())
        } else {
            let before = spots.partition_point(|spot| spot < here);
            before.checked_sub(1).and_then(|at| spots.get(at)).or_else(|| spots.last())
        }
    }
}

/// What is searched for. A capital letter in it makes capitals count.
#[derive(Clone, Debug)]
pub(crate) struct Needle {
    text: String,
    exact: bool,
}

impl Needle {
    fn new(text: &str) -> Self {
        let exact = text.chars().any(char::is_uppercase);
        Self { text: text.to_owned(), exact }
    }

    /// Where it stands in a text, in bytes.
    pub(crate) fn find(&self, text: &str) -> Option<std::ops::Range<usize>> {
        if self.exact {
            return text.find(&self.text).map(|at| at..at + self.text.len());
        }
        if self.text.is_ascii() {
            let (needle, hay) = (self.text.as_bytes(), text.as_bytes());
            let at = hay
                .windows(needle.len().max(1))
                .position(|part| part.eq_ignore_ascii_case(needle))?;
            return Some(at..at + needle.len());
        }
        // Other letters may change their length: compared from each letter on.
        let fits = |at: usize| {
            let rest = text.get(at..).unwrap_or_default();
            let mut end = at;
            let mut wanted = self.text.chars();
            let mut given = rest.chars();
            for letter in wanted.by_ref() {
                let other = given.next()?;
                if !letter.to_lowercase().eq(other.to_lowercase()) {
                    return None;
                }
                end += other.len_utf8();
            }
            Some(at..end)
        };
        text.char_indices().find_map(|(at, _)| fits(at))
    }

    fn is_in(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.find("null").is_some(),
            Value::Bool(truth) => self.find(if *truth { "true" } else { "false" }).is_some(),
            Value::Number(text) | Value::String(text) => self.find(text).is_some(),
            Value::Array(_) | Value::Object(_) => false,
        }
    }
}

/// Finds every member whose key or own value has it; `None` where nobody wants to know any more.
pub(crate) fn search(
    state: &Value,
    version: Version,
    needle: &Needle,
    cancelled: &dyn Fn() -> bool,
) -> Option<Hits> {
    let mut hits = Hits { version, ..Hits::default() };
    let mut way: Vec<(&Value, u32)> = vec![(state, 0)];
    let mut looked = 0_usize;
    while let Some((inside, at)) = way.last_mut() {
        looked += 1;
        if looked.is_multiple_of(STRIDE) && cancelled() {
            return None;
        }
        let index = *at as usize;
        *at += 1;
        let member = match inside {
            Value::Object(map) => map.get_index(index).map(|(key, slot)| (Some(key), slot)),
            Value::Array(items) => items.get(index).map(|slot| (None, slot)),
            _ => None,
        };
        let Some((key, slot)) = member else {
            way.pop();
            continue;
        };
        if key.is_some_and(|key| needle.find(key).is_some()) || needle.is_in(&slot.value) {
            hits.all += 1;
            if hits.spots.len() < KEPT {
                hits.spots.push(way.iter().map(|(_, next)| next - 1).collect());
            }
        }
        if slot.value.len().is_some_and(|len| len > 0) {
            way.push((&slot.value, 0));
        }
    }
    Some(hits)
}

/// The path of a place; of what is left of it where the state is another one.
pub(crate) fn path_of(state: &Value, place: &Spot) -> Path {
    let mut path = Path::root();
    let mut value = state;
    for at in place.iter().map(|at| *at as usize) {
        let found = match value {
            Value::Object(map) => {
                map.get_index(at).map(|(key, slot)| (Segment::Key(key.clone()), slot))
            }
            Value::Array(items) => items.get(at).map(|slot| (Segment::Index(at), slot)),
            _ => None,
        };
        let Some((segment, slot)) = found else { break };
        path.push(segment);
        value = &slot.value;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn found(state: &str, text: &str) -> Vec<String> {
        let state = json::read(state.as_bytes(), Version(1)).unwrap();
        let hits = search(&state, Version(1), &Needle::new(text), &|| false).unwrap();
        assert_eq!(hits.all, hits.spots.len());
        assert!(hits.spots.is_sorted());
        hits.spots.iter().map(|spot| path_of(&state, spot).to_string()).collect()
    }

    #[test]
    fn keys_and_values_are_found_in_the_order_of_the_state() {
        let state =
            r#"{"Total":1,"items":[{"sku":"total-3"},17.5],"Ärger":null,"x":{"ärger":true}}"#;
        assert_eq!(found(state, "total"), [".Total", ".items[0].sku"]);
        assert_eq!(found(state, "Total"), [".Total"]);
        assert_eq!(found(state, "7.5"), [".items[1]"]);
        assert_eq!(found(state, "är").len(), 2);
        assert_eq!(found(state, "Är").len(), 1);
        assert_eq!(found(state, "true"), [r#".x["ärger"]"#]);
        assert_eq!(found(state, "no such"), [""; 0]);
    }

    #[test]
    fn a_search_that_nobody_wants_ends() {
        let state = format!("[{}1]", "1,".repeat(10_000));
        let state = json::read(state.as_bytes(), Version(1)).unwrap();
        assert_eq!(search(&state, Version(1), &Needle::new("2"), &|| true), None);
        let all = search(&state, Version(1), &Needle::new("1"), &|| false).unwrap();
        assert_eq!((all.all, all.spots.len()), (10_001, KEPT));
    }
}

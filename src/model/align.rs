//! Which element of an array became which element of the next one.
//!
//! Diff and blame have to agree on this, so both ask here. Elements that are objects with an id are matched by it;
//! others by equality at both ends and by place between them.

use std::collections::HashMap;

use super::value::{Slot, Value};

/// Members that name an element, the most telling first.
const ID_KEYS: [&str; 10] =
    ["id", "_id", "uuid", "key", "sku", "code", "productId", "product_id", "itemId", "item_id"];

/// For every element of `new`, the index in `old` of the element it was; indices rise.
pub(crate) fn align(old: &[Slot], new: &[Slot]) -> Vec<Option<usize>> {
    match identity(old, new) {
        Some(key) => by_identity(old, new, key),
        None => by_place(old, new),
    }
}

/// The member by which the elements of both arrays can be told apart.
pub(crate) fn identity(old: &[Slot], new: &[Slot]) -> Option<&'static str> {
    let first = new.first().or(old.first())?;
    ID_KEYS
        .into_iter()
        .filter(|key| first.value.get(key).is_some())
        .find(|key| names_each(old, key) && names_each(new, key))
}

fn names_each(items: &[Slot], key: &str) -> bool {
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    items.iter().all(|slot| name(slot, key).is_some_and(|name| seen.insert(name)))
}

fn name<'a>(slot: &'a Slot, key: &str) -> Option<(&'static str, &'a str)> {
    match slot.value.get(key)? {
        Value::String(text) => Some(("string", text)),
        Value::Number(text) => Some(("number", text)),
        _ => None,
    }
}

fn by_identity(old: &[Slot], new: &[Slot], key: &str) -> Vec<Option<usize>> {
    let places: HashMap<_, _> =
        old.iter().enumerate().filter_map(|(at, slot)| Some((name(slot, key)?, at))).collect();
    let from: Vec<Option<usize>> =
        new.iter().map(|slot| places.get(&name(slot, key)?).copied()).collect();
    keep_rising(from)
}

/// Keeps the longest run of rising indices; the others count as taken out and put in again.
fn keep_rising(from: Vec<Option<usize>>) -> Vec<Option<usize>> {
    let known: Vec<(usize, usize)> =
        from.iter().enumerate().filter_map(|(at, old)| old.map(|old| (at, old))).collect();
    if known.is_sorted_by_key(|(_, old)| *old) {
        return from;
    }
    // Patience sorting: `tails[n]` ends the best run of length n + 1, `before` links each to the run it extends.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(known.len());
    for (index, (_, old)) in known.iter().enumerate() {
        let length = tails.partition_point(|tail| known.get(*tail).is_some_and(|t| t.1 < *old));
        before.push(length.checked_sub(1).and_then(|shorter| tails.get(shorter).copied()));
        match tails.get_mut(length) {
            Some(tail) => *tail = index,
            None => tails.push(index),
        }
    }
    let mut kept = vec![None; from.len()];
    let mut next = tails.last().copied();
    while let Some((index, (at, old))) = next.and_then(|index| Some((index, *known.get(index)?))) {
        if let Some(slot) = kept.get_mut(at) {
            *slot = Some(old);
        }
        next = before.get(index).copied().flatten();
    }
    kept
}

fn by_place(old: &[Slot], new: &[Slot]) -> Vec<Option<usize>> {
    let shorter = old.len().min(new.len());
    let head = old.iter().zip(new).take_while(|(a, b)| a.value == b.value).count();
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(shorter - head)
        .take_while(|(a, b)| a.value == b.value)
        .count();
    let middle = (old.len() - head - tail).min(new.len() - head - tail);
    (0..new.len())
        .map(|at| {
            if at < head + middle {
                Some(at)
            } else if at >= new.len() - tail {
                Some(at + old.len() - new.len())
            } else {
                None
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Version, json};

    fn aligned(old: &str, new: &str) -> Vec<Option<usize>> {
        let read = |text: &str| match json::read(text.as_bytes(), Version::ZERO).unwrap() {
            Value::Array(items) => items,
            other => panic!("{} is no array", other.kind()),
        };
        align(&read(old), &read(new))
    }

    #[test]
    fn an_element_with_an_id_is_followed_through_removal_and_insertion() {
        let old = r#"[{"id":1,"n":1},{"id":2,"n":1},{"id":3,"n":1}]"#;
        let new = r#"[{"id":2,"n":9},{"id":7,"n":1},{"id":3,"n":1}]"#;
        assert_eq!(aligned(old, new), [Some(1), None, Some(2)]);
    }

    #[test]
    fn elements_that_changed_places_keep_the_longest_run() {
        let old = r#"[{"id":"a"},{"id":"b"},{"id":"c"},{"id":"d"}]"#;
        let new = r#"[{"id":"d"},{"id":"a"},{"id":"b"},{"id":"c"}]"#;
        assert_eq!(aligned(old, new), [None, Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn an_id_that_is_not_unique_names_nothing() {
        let twice = r#"[{"id":1},{"id":1}]"#;
        assert_eq!(aligned(twice, r#"[{"id":2},{"id":1}]"#), [Some(0), Some(1)]);
    }

    #[test]
    fn scalars_match_at_both_ends() {
        assert_eq!(aligned("[1,2,3,4]", "[1,2,9,3,4]"), [Some(0), Some(1), None, Some(2), Some(3)]);
        assert_eq!(aligned("[1,2,3]", "[1,3]"), [Some(0), Some(2)]);
        assert_eq!(aligned("[1,1]", "[1,1,1]"), [Some(0), Some(1), None]);
        assert_eq!(aligned("[]", "[1]"), [None]);
    }
}

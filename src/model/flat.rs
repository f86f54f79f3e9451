//! A payload's object laid out flat: where its keys and scalars stand in its text, so that merging it into a state
//! builds only what the state does not hold already.

use std::collections::HashSet;
use std::sync::Arc;

use smol_str::SmolStr;

use super::id::Version;
use super::value::{Map, Slot, Value};

/// The members of an object in their order, those of objects inside it right after the member that holds them. It
/// points into the text it was made of, which whoever asks has to bring along.
#[derive(Debug, Default)]
pub(crate) struct Flat {
    members: Vec<Member>,
    /// What does not stand in the text as it is: arrays, and strings with escapes.
    built: Vec<Value>,
}

/// A stretch of the text between two ASCII characters.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    key: Span,
    value: Laid,
}

/// What a member holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Laid {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(Span),
    /// A string without escapes.
    String(Span),
    /// Anything else that is no object: its place among those that were built.
    Built(usize),
    /// An object: so many of the members after this one stand inside it, at any depth.
    Object(usize),
}

impl Span {
    fn of(self, text: &str) -> &str {
        text.get(self.from..self.to).unwrap_or_default()
    }
}

impl Flat {
    pub(crate) fn clear(&mut self) {
        self.members.clear();
        self.built.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.members.len()
    }

    /// Adds a member that is no object.
    pub(crate) fn push(&mut self, key: Span, value: Laid) {
        self.members.push(Member { key, value });
    }

    /// Adds a member whose value does not stand in the text as it is.
    pub(crate) fn push_built(&mut self, key: Span, value: Value) {
        self.push(key, Laid::Built(self.built.len()));
        self.built.push(value);
    }

    /// Adds a member that is an object; what is added until [`Flat::end`] stands inside it.
    pub(crate) fn begin(&mut self, key: Span) -> usize {
        self.push(key, Laid::Object(0));
        self.len()
    }

    /// Ends the object whose inside began at `from`.
    pub(crate) fn end(&mut self, from: usize) {
        let inside = self.len() - from;
        if let Some(member) = from.checked_sub(1).and_then(|at| self.members.get_mut(at)) {
            member.value = Laid::Object(inside);
        }
    }

    /// The keys of the object whose inside begins at `from` and ends here.
    fn keys<'a>(&'a self, from: usize, text: &'a str) -> impl Iterator<Item = &'a str> {
        let mut rest = self.members.get(from..).unwrap_or_default();
        std::iter::from_fn(move || {
            let (member, after) = rest.split_first()?;
            rest = after.get(member.value.inside()..).unwrap_or_default();
            Some(member.key.of(text))
        })
    }

    /// Whether the object whose inside begins at `from` and ends here has a key twice.
    pub(crate) fn has_twins(&self, from: usize, text: &str) -> bool {
        let mut keys = HashSet::new();
        !self.keys(from, text).all(|key| keys.insert(key))
    }

    /// Whether the object whose inside begins at `from` and ends here has just these two keys.
    pub(crate) fn is_pair(&self, from: usize, text: &str, one: &str, other: &str) -> bool {
        let mut keys = self.keys(from, text);
        let pair = [keys.next(), keys.next()];
        keys.next().is_none() && pair.contains(&Some(one)) && pair.contains(&Some(other))
    }

    /// Merges all of it into `root`, last write wins, and returns whether anything changed. Its arrays were read with
    /// `version`. An object that others share is copied only if something in it changes.
    pub(crate) fn merge_into(&mut self, text: &str, root: &mut Arc<Map>, version: Version) -> bool {
        let mut merge = Merge { text, built: &mut self.built, version };
        if Arc::get_mut(root).is_none() && merge.is_covered(root, &self.members) {
            return false;
        }
        merge.object(Arc::make_mut(root), &self.members)
    }
}

impl Laid {
    fn inside(self) -> usize {
        if let Self::Object(inside) = self { inside } else { 0 }
    }
}

/// One payload on its way into a state.
struct Merge<'a> {
    text: &'a str,
    built: &'a mut [Value],
    version: Version,
}

impl Merge<'_> {
    fn object(&mut self, map: &mut Map, members: &[Member]) -> bool {
        let mut changed = false;
        // Where the next member stands if the object keeps the order of the last one.
        let mut next = 0;
        let mut rest = members;
        while let Some((Member { key, value }, after)) = rest.split_first() {
            let (inside, beyond) = after.split_at_checked(value.inside()).unwrap_or((after, &[]));
            rest = beyond;
            let key = key.of(self.text);
            let at = match map.get_index(next) {
                Some((there, _)) if there == key => Some(next),
                _ => map.get_index_of(key),
            };
            if let Some(at) = at
                && let Some((_, slot)) = map.get_index_mut(at)
            {
                next = at + 1;
                changed |= self.slot(slot, *value, inside);
            } else {
                let value = self.value(*value, inside);
                map.insert(SmolStr::new(key), Slot::new(value, self.version));
                changed = true;
            }
        }
        changed
    }

    fn slot(&mut self, slot: &mut Slot, value: Laid, inside: &[Member]) -> bool {
        match (&mut slot.value, value) {
            (_, Laid::Built(at)) => {
                let value = self.take(at);
                return slot.replace(value, self.version);
            }
            (Value::Object(old), Laid::Object(_)) => {
                if inside.is_empty()
                    || (Arc::get_mut(old).is_none() && self.is_covered(old, inside))
                    || !self.object(Arc::make_mut(old), inside)
                {
                    return false;
                }
            }
            (old, value) => {
                if self.is_same(old, value) {
                    return false;
                }
                *old = self.value(value, inside);
            }
        }
        slot.since = self.version;
        true
    }

    fn value(&mut self, value: Laid, inside: &[Member]) -> Value {
        match value {
            Laid::Null => Value::Null,
            Laid::Bool(is) => Value::Bool(is),
            Laid::Number(span) => Value::Number(SmolStr::new(span.of(self.text))),
            Laid::String(span) => Value::String(SmolStr::new(span.of(self.text))),
            Laid::Built(at) => self.take(at),
            Laid::Object(_) => {
                let mut map = Map::default();
                self.object(&mut map, inside);
                Value::Object(Arc::new(map))
            }
        }
    }

    fn take(&mut self, at: usize) -> Value {
        self.built.get_mut(at).map(std::mem::take).unwrap_or_default()
    }

    fn is_same(&self, old: &Value, new: Laid) -> bool {
        match (old, new) {
            (Value::Null, Laid::Null) => true,
            (Value::Bool(old), Laid::Bool(new)) => *old == new,
            (Value::Number(old), Laid::Number(new)) | (Value::String(old), Laid::String(new)) => {
                old == new.of(self.text)
            }
            (old, Laid::Built(at)) => self.built.get(at) == Some(old),
            _ => false,
        }
    }

    /// Whether merging `members` into `map` would change nothing.
    fn is_covered(&self, map: &Map, members: &[Member]) -> bool {
        let mut rest = members;
        while let Some((Member { key, value }, after)) = rest.split_first() {
            let (inside, beyond) = after.split_at_checked(value.inside()).unwrap_or((after, &[]));
            rest = beyond;
            let Some(slot) = map.get(key.of(self.text)) else { return false };
            let same = match (&slot.value, value) {
                (Value::Object(old), Laid::Object(_)) => self.is_covered(old, inside),
                (old, new) => self.is_same(old, *new),
            };
            if !same {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::json::{Read, lay_out, read};
    use crate::model::payload::View;

    /// Objects of few keys and values, so that histories of them meet again and again.
    fn object() -> impl Strategy<Value = String> {
        let scalar =
            prop::sample::select(vec!["null", "true", "1", "1.0", "\"a\"", "\"\\n\"", "[]", "{}"]);
        let value = scalar.prop_map(str::to_owned).prop_recursive(3, 12, 3, |inner| {
            let members = prop::collection::btree_map("[abc]", inner.clone(), 0..3);
            prop_oneof![
                prop::collection::vec(inner, 0..3)
                    .prop_map(|items| format!("[{}]", items.join(","))),
                members.prop_map(|members| of_members(&members)),
            ]
        });
        prop::collection::btree_map("[abcd]", value, 0..4).prop_map(|members| of_members(&members))
    }

    fn of_members(members: &std::collections::BTreeMap<String, String>) -> String {
        let members: Vec<_> = members.iter().rev().map(|(k, v)| format!("\"{k}\":{v}")).collect();
        format!("{{{}}}", members.join(","))
    }

    proptest! {
        /// The same states, stamps and sharing as merging the values themselves.
        #[test]
        fn merging_what_is_laid_out_is_merging_values(
            history in prop::collection::vec((object(), any::<bool>()), 1..12),
        ) {
            let mut slot = Slot::new(Value::object(), Version::ZERO);
            let (mut root, mut since) = (Arc::new(Map::default()), Version::ZERO);
            let mut flat = Flat::default();
            let mut remembered = Vec::new();
            for (at, (text, remember)) in history.iter().enumerate() {
                let version = Version(at as u64 + 1);
                let before = (slot.clone(), Arc::clone(&root));
                slot.merge(read(text.as_bytes(), version).unwrap(), version);
                prop_assert_eq!(lay_out(text, &View::default(), version, &mut flat), Ok(Read::Flat));
                if flat.merge_into(text, &mut root, version) {
                    since = version;
                }
                prop_assert_eq!(since, slot.since);
                prop_assert_eq!(format!("{:?}", Value::Object(Arc::clone(&root))), format!("{:?}", slot.value));
                if *remember {
                    let shared = Arc::ptr_eq(&before.1, &root);
                    prop_assert_eq!(shared, before.0.value.same(&slot.value));
                    remembered.push((before, Value::Object(Arc::clone(&root))));
                }
            }
        }
    }
}

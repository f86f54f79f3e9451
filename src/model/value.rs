//! States as persistent JSON.
//!
//! Arrays and objects stand behind [`Arc`]: a state that nobody else holds is changed in place, a remembered one
//! costs a pointer, and two versions share all that did not change. **Equal pointers mean equal subtrees**; diff,
//! blame and history are written on that. Every slot carries the version that last changed what it holds.
//! Numbers keep their exact text and objects the order of their keys.

use std::sync::Arc;

use indexmap::IndexMap;
use smol_str::SmolStr;

use super::align::align;
use super::id::Version;
use super::path::{Path, Segment};

/// An object's members in their order.
pub type Map = IndexMap<SmolStr, Slot, foldhash::fast::FixedState>;

/// A place in a state: what stands there and the version that put it there.
#[derive(Clone, Debug)]
pub struct Slot {
    /// What stands here.
    pub value: Value,
    /// The version that last changed it, or anything inside it.
    pub since: Version,
}

/// One JSON value.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// `null`, which is not the same as a missing member.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as its exact text: `19.90` and `9007199254740993` stay what they are.
    Number(SmolStr),
    /// A string, unescaped.
    String(SmolStr),
    /// An array.
    Array(Arc<Vec<Slot>>),
    /// An object.
    Object(Arc<Map>),
}

impl Slot {
    /// A value put in place by `since`.
    pub fn new(value: Value, since: Version) -> Self {
        Self { value, since }
    }

    /// Puts `new`, stamped with `version` throughout, here, keeping every part that is equal to what stood here before, with its blame.
    /// Returns whether anything changed.
    pub fn replace(&mut self, new: Value, version: Version) -> bool {
        let new = self.value.reconciled(new, version);
        if self.value.same(&new) {
            return false;
        }
        self.value = new;
        self.since = version;
        true
    }

    /// Merges `new`, stamped with `version` throughout, into what stands here: objects member by member, anything else replaced.
    /// Returns whether anything changed; where nothing did, nothing is copied.
    pub fn merge(&mut self, new: Value, version: Version) -> bool {
        let (Value::Object(old), Value::Object(incoming)) = (&mut self.value, &new) else {
            return self.replace(new, version);
        };
        if incoming.is_empty() || (Arc::get_mut(old).is_none() && old_has_all(old, incoming)) {
            return false;
        }
        let members = Arc::make_mut(old);
        let mut changed = false;
        for (key, slot) in unshared(new) {
            changed |= merge_member(members, key, slot.value, version);
        }
        if changed {
            self.since = version;
        }
        changed
    }
}

/// Merges one member into an object; returns whether anything changed.
pub(crate) fn merge_member(
    members: &mut Map,
    key: SmolStr,
    value: Value,
    version: Version,
) -> bool {
    match members.entry(key) {
        indexmap::map::Entry::Occupied(mut entry) => entry.get_mut().merge(value, version),
        indexmap::map::Entry::Vacant(entry) => {
            entry.insert(Slot::new(value, version));
            true
        }
    }
}

/// Whether merging `incoming` would change nothing.
fn old_has_all(old: &Map, incoming: &Map) -> bool {
    incoming
        .iter()
        .all(|(key, new)| old.get(key).is_some_and(|slot| has_all(&slot.value, &new.value)))
}

/// Whether merging `new` into `old` would change nothing.
pub(crate) fn has_all(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => Arc::ptr_eq(old, new) || old_has_all(old, new),
        (old, new) => old == new,
    }
}

fn unshared(value: Value) -> Map {
    match value {
        Value::Object(map) => Arc::unwrap_or_clone(map),
        _ => Map::default(),
    }
}

impl Value {
    /// An empty object.
    pub fn object() -> Self {
        Self::Object(Arc::new(Map::default()))
    }

    /// A string.
    pub fn string(text: impl AsRef<str>) -> Self {
        Self::String(SmolStr::new(text))
    }

    /// A whole number.
    pub fn integer(number: i64) -> Self {
        Self::Number(smol_str::format_smolstr!("{number}"))
    }

    /// The word JSON Schema uses for its kind: `null`, `boolean`, `number`, `string`, `array` or `object`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }

    /// How many members or elements it has; `None` for a scalar.
    pub fn len(&self) -> Option<usize> {
        match self {
            Self::Array(items) => Some(items.len()),
            Self::Object(map) => Some(map.len()),
            _ => None,
        }
    }

    /// Whether it is an array or object with nothing in it.
    pub fn is_empty(&self) -> bool {
        self.len() == Some(0)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The member of an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(map) => map.get(key).map(|slot| &slot.value),
            _ => None,
        }
    }

    /// The slot under one segment of a path.
    pub fn child(&self, segment: &Segment) -> Option<&Slot> {
        match (self, segment) {
            (Self::Object(map), Segment::Key(key)) => map.get(key),
            (Self::Array(items), Segment::Index(index)) => items.get(*index),
            _ => None,
        }
    }

    /// The slot of one of its members or elements, by its place among them.
    pub fn slot_at(&self, at: usize) -> Option<&Slot> {
        match self {
            Self::Object(map) => map.get_index(at).map(|(_, slot)| slot),
            Self::Array(items) => items.get(at),
            _ => None,
        }
    }

    /// The key of one of its members, by its place among them; elements have none.
    pub fn name_at(&self, at: usize) -> Option<&SmolStr> {
        match self {
            Self::Object(map) => map.get_index(at).map(|(key, _)| key),
            _ => None,
        }
    }

    /// The place that a segment of a path has among its members or elements.
    pub fn place_of(&self, segment: &Segment) -> Option<usize> {
        match (self, segment) {
            (Self::Object(map), Segment::Key(key)) => map.get_index_of(key),
            (Self::Array(items), Segment::Index(index)) => {
                Some(*index).filter(|at| *at < items.len())
            }
            _ => None,
        }
    }

    /// The value at `path`.
    pub fn at(&self, path: &Path) -> Option<&Value> {
        path.segments()
            .iter()
            .try_fold(self, |value, segment| value.child(segment).map(|slot| &slot.value))
    }

    /// Whether the two are the same without looking inside: equal scalars, or the same array or object in memory.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) | (Self::String(a), Self::String(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => Arc::ptr_eq(a, b),
            (Self::Object(a), Self::Object(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// `new` with every part that equals the matching part of `self` taken from `self`, so that it is shared and keeps
    /// its blame. Whoever made `new` stamped its slots with `version`.
    #[must_use]
    pub fn reconciled(&self, new: Value, version: Version) -> Value {
        match (self, new) {
            (Self::Object(old), Self::Object(new)) => {
                if Arc::ptr_eq(old, &new) {
                    return Self::Object(new);
                }
                let mut map = Arc::unwrap_or_clone(new);
                let mut kept = old.len() == map.len();
                for (key, slot) in &mut map {
                    kept &= !slot.reconcile(old.get(key), version);
                }
                if kept { Self::Object(Arc::clone(old)) } else { Self::Object(Arc::new(map)) }
            }
            (Self::Array(old), Self::Array(new)) => {
                if Arc::ptr_eq(old, &new) {
                    return Self::Array(new);
                }
                let matches = align(old, &new);
                let mut items = Arc::unwrap_or_clone(new);
                let mut kept = old.len() == items.len();
                for (index, (slot, from)) in items.iter_mut().zip(matches).enumerate() {
                    let changed = slot.reconcile(from.and_then(|at| old.get(at)), version);
                    kept &= !changed && from == Some(index);
                }
                if kept { Self::Array(Arc::clone(old)) } else { Self::Array(Arc::new(items)) }
            }
            (_, new) => new,
        }
    }

    /// The bytes of memory that `self` needs beyond what it shares with `before`.
    pub fn bytes_beyond(&self, before: &Self) -> usize {
        if self.same(before) {
            return 0;
        }
        let inside = |slot: &Slot, old: Option<&Slot>| {
            slot.value.bytes_beyond(old.map_or(&Value::Null, |slot| &slot.value))
        };
        match self {
            Self::Null | Self::Bool(_) => 0,
            Self::Number(text) | Self::String(text) => {
                if text.is_heap_allocated() {
                    text.len() + 16
                } else {
                    0
                }
            }
            Self::Array(items) => {
                let old: &[Slot] = if let Self::Array(old) = before { old } else { &[] };
                let inner: usize =
                    items.iter().enumerate().map(|(at, slot)| inside(slot, old.get(at))).sum();
                inner + size_of::<Slot>() * items.capacity() + 40
            }
            Self::Object(map) => {
                let old = if let Self::Object(old) = before { Some(old) } else { None };
                let inner: usize = map
                    .iter()
                    .map(|(key, slot)| {
                        let name = if key.is_heap_allocated()
                            && old.is_none_or(|o| !o.contains_key(key))
                        {
                            key.len() + 16
                        } else {
                            0
                        };
                        name + inside(slot, old.and_then(|old| old.get(key)))
                    })
                    .sum();
                inner + (size_of::<Slot>() + size_of::<SmolStr>() + 16) * map.capacity() + 72
            }
        }
    }
}

impl Slot {
    /// Takes over what is equal in `before`; returns whether anything differs.
    fn reconcile(&mut self, before: Option<&Slot>, version: Version) -> bool {
        let Some(before) = before else { return true };
        let value = before.value.reconciled(std::mem::take(&mut self.value), version);
        let changed = !before.value.same(&value);
        self.since = if changed { version } else { before.since };
        self.value = value;
        changed
    }
}

/// Equal as JSON: the order of an object's keys and who put a value there do not count, the text of a number does.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Array(a), Self::Array(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len()
                        && a.iter().zip(b.iter()).all(|(a, b)| a.value == b.value))
            }
            (Self::Object(a), Self::Object(b)) => {
                Arc::ptr_eq(a, b)
                    || (a.len() == b.len()
                        && a.iter().all(|(key, slot)| {
                            b.get(key).is_some_and(|other| slot.value == other.value)
                        }))
            }
            (a, b) => a.same(b),
        }
    }
}

impl Eq for Value {}

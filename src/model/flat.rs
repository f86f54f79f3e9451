//! The members of a payload laid out flat, so that merging them into a state builds no object only to take it apart.

use std::collections::HashSet;
use std::sync::Arc;
use std::vec::Drain;

use smol_str::SmolStr;

use super::id::Version;
use super::value::{Map, Slot, Value, has_all, merge_member};

/// The members of an object in their order, those of objects inside it right after the member that holds them.
#[derive(Debug, Default)]
pub(crate) struct Members(Vec<Member>);

#[derive(Debug)]
struct Member {
    key: SmolStr,
    value: Incoming,
}

#[derive(Debug)]
enum Incoming {
    Value(Value),
    /// An object: so many of the members after this one stand inside it, at any depth.
    Object(usize),
}

impl Members {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds a member whose value is at hand.
    pub(crate) fn push(&mut self, key: SmolStr, value: Value) {
        self.0.push(Member { key, value: Incoming::Value(value) });
    }

    /// Adds a member that is an object; what is added until [`Members::end`] stands inside it.
    pub(crate) fn begin(&mut self, key: SmolStr) -> usize {
        self.0.push(Member { key, value: Incoming::Object(0) });
        self.0.len()
    }

    /// Ends the object whose inside began at `from`.
    pub(crate) fn end(&mut self, from: usize) {
        let inside = self.0.len() - from;
        if let Some(member) = from.checked_sub(1).and_then(|at| self.0.get_mut(at)) {
            member.value = Incoming::Object(inside);
        }
    }

    /// Whether the object whose inside begins at `from` and ends here has a key twice.
    pub(crate) fn has_twins(&self, from: usize) -> bool {
        let members = self.0.get(from..).unwrap_or_default();
        // One bit for each kind of key there was: most objects have no two keys that even look alike.
        let mut seen = 0_u64;
        let alike = outer(members).any(|(key, _)| {
            let bit =
                1 << ((key.len() * 7 + usize::from(*key.as_bytes().last().unwrap_or(&0))) % 64);
            let before = seen;
            seen |= bit;
            before & bit != 0
        });
        let mut keys = HashSet::new();
        alike && !outer(members).all(|(key, _)| keys.insert(key))
    }

    /// Whether the object whose inside begins at `from` and ends here has just these two keys.
    pub(crate) fn is_pair(&self, from: usize, one: &str, other: &str) -> bool {
        let mut keys = outer(self.0.get(from..).unwrap_or_default()).map(|(key, _)| key.as_str());
        let (first, second) = (keys.next(), keys.next());
        let pair = [first, second];
        keys.next().is_none() && pair.contains(&Some(one)) && pair.contains(&Some(other))
    }

    /// Merges all of them into `map`, last write wins, and forgets them; returns whether anything changed. They were
    /// read with `version`. An object that others share is copied only if something in it changes.
    pub(crate) fn merge_into(&mut self, map: &mut Arc<Map>, version: Version) -> bool {
        if Arc::get_mut(map).is_none() && covers(map, &self.0) {
            self.0.clear();
            return false;
        }
        let count = self.0.len();
        merge(Arc::make_mut(map), &mut self.0.drain(..), count, version)
    }
}

/// The keys of the outermost members, each with what follows it.
fn outer(members: &[Member]) -> impl Iterator<Item = (&SmolStr, &[Member])> {
    let mut rest = members;
    std::iter::from_fn(move || {
        let (member, after) = rest.split_first()?;
        let inside = if let Incoming::Object(inside) = member.value { inside } else { 0 };
        rest = after.get(inside..).unwrap_or_default();
        Some((&member.key, after))
    })
}

/// Whether merging `members` into `map` would change nothing.
fn covers(map: &Map, members: &[Member]) -> bool {
    let mut rest = members;
    while let Some((member, after)) = rest.split_first() {
        let Some(slot) = map.get(&member.key) else { return false };
        rest = after;
        let same = match (&member.value, &slot.value) {
            (Incoming::Value(new), old) => has_all(old, new),
            (Incoming::Object(inside), Value::Object(old)) => {
                let (inside, beyond) = after.split_at_checked(*inside).unwrap_or((after, &[]));
                rest = beyond;
                covers(old, inside)
            }
            (Incoming::Object(_), _) => false,
        };
        if !same {
            return false;
        }
    }
    true
}

fn merge(map: &mut Map, members: &mut Drain<'_, Member>, count: usize, version: Version) -> bool {
    let mut changed = false;
    let mut left = count;
    while left > 0 {
        let Some(Member { key, value }) = members.next() else { break };
        left -= 1;
        changed |= match value {
            Incoming::Value(value) => merge_member(map, key, value, version),
            Incoming::Object(inside) => {
                left = left.saturating_sub(inside);
                merge_object(map, key, members, inside, version)
            }
        };
    }
    changed
}

fn merge_object(
    map: &mut Map,
    key: SmolStr,
    members: &mut Drain<'_, Member>,
    inside: usize,
    version: Version,
) -> bool {
    let Some(slot) = map.get_mut(&key) else {
        let value = Value::Object(Arc::new(built(members, inside, version)));
        map.insert(key, Slot::new(value, version));
        return true;
    };
    let Value::Object(old) = &mut slot.value else {
        let value = Value::Object(Arc::new(built(members, inside, version)));
        return slot.replace(value, version);
    };
    let incoming = members.as_slice().get(..inside).unwrap_or_default();
    if incoming.is_empty() || (Arc::get_mut(old).is_none() && covers(old, incoming)) {
        members.by_ref().take(inside).for_each(drop);
        return false;
    }
    let changed = merge(Arc::make_mut(old), members, inside, version);
    if changed {
        slot.since = version;
    }
    changed
}

fn built(members: &mut Drain<'_, Member>, count: usize, version: Version) -> Map {
    let mut map = Map::default();
    merge(&mut map, members, count, version);
    map
}

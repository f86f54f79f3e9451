//! Which event put every value there: read off the stamps that a state carries, for nothing.

use crate::fold::State;
use crate::model::{Path, Segment, Slot, Value, Version};

/// A value and the version whose event put it there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blamed {
    /// Where it stands.
    pub path: Path,
    /// A scalar, or an array or object with nothing in it.
    pub value: Value,
    /// The version that put it there.
    pub version: Version,
}

/// Every scalar and every empty container at or below `path`, in the state's order; nothing where the state has no
/// such place.
pub fn blame(state: &State, path: &Path) -> Vec<Blamed> {
    let start =
        path.segments().iter().try_fold(&state.root, |slot, segment| slot.value.child(segment));
    let mut found = Vec::new();
    if let Some(slot) = start {
        collect(slot, &mut path.clone(), &mut found);
    }
    found
}

fn collect(slot: &Slot, path: &mut Path, found: &mut Vec<Blamed>) {
    match &slot.value {
        Value::Object(map) if !map.is_empty() => {
            for (key, slot) in map.iter() {
                path.push(Segment::Key(key.clone()));
                collect(slot, path, found);
                path.pop();
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (at, slot) in items.iter().enumerate() {
                path.push(Segment::Index(at));
                collect(slot, path, found);
                path.pop();
            }
        }
        value => {
            found.push(Blamed { path: path.clone(), value: value.clone(), version: slot.since });
        }
    }
}

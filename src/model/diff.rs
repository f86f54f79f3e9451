//! The difference of two values, and its application.
//!
//! Costs what changed: parts that are the same in memory are never looked into. Elements of arrays are matched as
//! [`crate::model::align`] says, so that an item taken out of the middle is one removal. Applied one after the other,
//! the changes turn `before` into `after` (RFC 6902's operations `add`, `remove` and `replace`).

use std::sync::Arc;

use serde::Serialize;

use super::align::align;
use super::{Map, Path, Segment, Slot, Value, Version, json};

/// What happened to a place in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// Nothing stood there; something does.
    Add,
    /// Something stood there; nothing does. `null` is something.
    Remove,
    /// Something else stands there.
    Replace,
}

/// One difference between two states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Where: indices count as the changes before this one left them.
    pub path: Path,
    /// What happened.
    pub op: Op,
    /// What stood there; `None` for an addition.
    pub before: Option<Value>,
    /// What stands there; `None` for a removal.
    pub after: Option<Value>,
}

impl Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = to.serialize_map(None)?;
        map.serialize_entry("path", &self.path.to_pointer())?;
        map.serialize_entry("op", &self.op)?;
        if let Some(before) = &self.before {
            map.serialize_entry("before", before)?;
        }
        if let Some(after) = &self.after {
            map.serialize_entry("after", after)?;
        }
        map.end()
    }
}

/// What has to change in `before` to make it equal to `after`.
pub fn diff(before: &Value, after: &Value) -> Vec<Change> {
    let mut differ = Differ { path: Path::root(), changes: Vec::new() };
    differ.values(before, after);
    differ.changes
}

struct Differ {
    path: Path,
    changes: Vec<Change>,
}

impl Differ {
    fn push(&mut self, op: Op, before: Option<&Value>, after: Option<&Value>) {
        let path = self.path.clone();
        self.changes.push(Change { path, op, before: before.cloned(), after: after.cloned() });
    }

    fn inside(&mut self, segment: Segment, then: impl FnOnce(&mut Self)) {
        self.path.push(segment);
        then(self);
        self.path.pop();
    }

    fn values(&mut self, before: &Value, after: &Value) {
        match (before, after) {
            _ if before.same(after) => {}
            (Value::Object(before), Value::Object(after)) => self.objects(before, after),
            (Value::Array(before), Value::Array(after)) => self.arrays(before, after),
            _ => self.push(Op::Replace, Some(before), Some(after)),
        }
    }

    fn objects(&mut self, before: &Map, after: &Map) {
        for (key, slot) in before {
            match after.get(key) {
                Some(now) if now.value.same(&slot.value) => {}
                Some(now) => self
                    .inside(Segment::Key(key.clone()), |this| this.values(&slot.value, &now.value)),
                None => self.inside(Segment::Key(key.clone()), |this| {
                    this.push(Op::Remove, Some(&slot.value), None);
                }),
            }
        }
        for (key, slot) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            self.inside(Segment::Key(key.clone()), |this| {
                this.push(Op::Add, None, Some(&slot.value));
            });
        }
    }

    fn arrays(&mut self, before: &[Slot], after: &[Slot]) {
        let from = align(before, after);
        let mut stays = vec![false; before.len()];
        for at in from.iter().flatten() {
            if let Some(stays) = stays.get_mut(*at) {
                *stays = true;
            }
        }
        for (at, (slot, _)) in
            before.iter().zip(&stays).enumerate().rev().filter(|(_, (_, s))| !**s)
        {
            self.inside(Segment::Index(at), |this| this.push(Op::Remove, Some(&slot.value), None));
        }
        for (at, (slot, _)) in after.iter().zip(&from).enumerate().filter(|(_, (_, f))| f.is_none())
        {
            self.inside(Segment::Index(at), |this| this.push(Op::Add, None, Some(&slot.value)));
        }
        for (at, (slot, from)) in after.iter().zip(&from).enumerate() {
            if let Some(old) = from.and_then(|from| before.get(from))
                && !old.value.same(&slot.value)
            {
                self.inside(Segment::Index(at), |this| this.values(&old.value, &slot.value));
            }
        }
    }
}

/// A change that does not fit the value it is applied to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{op:?} at {path} does not fit: {reason}")]
pub struct PatchError {
    /// Where.
    pub path: Path,
    /// What should have been done.
    pub op: Op,
    /// Why it cannot.
    pub reason: &'static str,
}

/// `value` with the changes applied one after the other. What they put in place carries version 0: a patch knows no
/// event.
pub fn patch(value: &Value, changes: &[Change]) -> Result<Value, PatchError> {
    let mut root = value.clone();
    for change in changes {
        let applied = apply(&mut root, change.path.segments(), change);
        applied.map_err(|reason| PatchError {
            path: change.path.clone(),
            op: change.op,
            reason,
        })?;
    }
    Ok(root)
}

fn apply(value: &mut Value, path: &[Segment], change: &Change) -> Result<(), &'static str> {
    let new = || change.after.clone().ok_or("the change carries no value");
    let slot = |new| Slot::new(new, Version::ZERO);
    let Some((step, rest)) = path.split_first() else {
        *value = new()?;
        return Ok(());
    };
    match (value, step) {
        (Value::Object(map), Segment::Key(key)) => {
            let map = Arc::make_mut(map);
            match (rest.is_empty(), change.op) {
                (true, Op::Add) => {
                    map.insert(key.clone(), slot(new()?));
                }
                (true, Op::Remove) => {
                    map.shift_remove(key).ok_or("there is no such member")?;
                }
                _ => {
                    return apply_inside(map.get_mut(key), rest, change);
                }
            }
        }
        (Value::Array(items), Segment::Index(at)) => {
            let items = Arc::make_mut(items);
            match (rest.is_empty(), change.op) {
                (true, Op::Add) if *at <= items.len() => items.insert(*at, slot(new()?)),
                (true, Op::Remove) if *at < items.len() => {
                    items.remove(*at);
                }
                _ => {
                    return apply_inside(items.get_mut(*at), rest, change);
                }
            }
        }
        _ => return Err("the path leads through a value of another kind"),
    }
    Ok(())
}

fn apply_inside(
    slot: Option<&mut Slot>,
    rest: &[Segment],
    change: &Change,
) -> Result<(), &'static str> {
    let slot = slot.ok_or("there is nothing at that place")?;
    if rest.is_empty() {
        slot.since = Version::ZERO;
    }
    apply(&mut slot.value, rest, change)
}

/// The changes as a JSON Patch document, RFC 6902.
pub fn to_rfc6902(changes: &[Change]) -> String {
    let mut out = String::from("[");
    for (at, change) in changes.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push_str(match change.op {
            Op::Add => r#"{"op":"add","path":"#,
            Op::Remove => r#"{"op":"remove","path":"#,
            Op::Replace => r#"{"op":"replace","path":"#,
        });
        json::write_string(&mut out, &change.path.to_pointer());
        if let Some(after) = &change.after {
            out.push_str(r#","value":"#);
            json::write(&mut out, after);
        }
        out.push('}');
    }
    out.push(']');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    fn value(text: &str) -> Value {
        json::read(text.as_bytes(), Version::ZERO).unwrap()
    }

    fn told(before: &str, after: &str) -> String {
        let (before, after) = (value(before), value(after));
        let changes = diff(&before, &after);
        assert_eq!(patch(&before, &changes).unwrap(), after);
        serde_json::to_string(&changes).unwrap()
    }

    #[test]
    fn null_and_missing_are_two_things() {
        assert_eq!(
            told(r#"{"a":1}"#, r#"{"a":null}"#),
            r#"[{"path":"/a","op":"replace","before":1,"after":null}]"#
        );
        assert_eq!(told(r#"{"a":null}"#, "{}"), r#"[{"path":"/a","op":"remove","before":null}]"#);
        assert_eq!(told("{}", r#"{"a":null}"#), r#"[{"path":"/a","op":"add","after":null}]"#);
    }

    #[test]
    fn an_item_out_of_the_middle_is_one_removal() {
        assert_eq!(
            told(
                r#"[{"id":1,"n":1},{"id":2,"n":1},{"id":3,"n":1}]"#,
                r#"[{"id":1,"n":1},{"id":3,"n":2}]"#
            ),
            r#"[{"path":"/1","op":"remove","before":{"id":2,"n":1}},{"path":"/1/n","op":"replace","before":1,"after":2}]"#
        );
    }

    #[test]
    fn the_root_can_change_its_kind() {
        assert_eq!(
            told("[1]", r#""x""#),
            r#"[{"path":"","op":"replace","before":[1],"after":"x"}]"#
        );
    }

    #[test]
    fn a_patch_document_is_rfc_6902() {
        let changes = diff(&value(r#"{"a/b":1,"c":[]}"#), &value(r#"{"c":[2]}"#));
        assert_eq!(
            to_rfc6902(&changes),
            r#"[{"op":"remove","path":"/a~1b"},{"op":"add","path":"/c/0","value":2}]"#
        );
    }

    #[test]
    fn a_change_that_does_not_fit_is_refused() {
        let changes = diff(&value(r#"{"a":{"b":1}}"#), &value(r#"{"a":{"b":2}}"#));
        assert!(patch(&value(r#"{"a":3}"#), &changes).is_err());
    }
}

//! Changing one place of a value and leaving everything else as it is: the order of members, the text of numbers.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::model::{Map, Path, Segment, Slot, Value, Version};

/// Where the value of `path` stands: the object around it and its key.
fn inside<'a>(root: &'a mut Value, path: &[Segment]) -> Option<&'a mut Value> {
    let Some((first, rest)) = path.split_first() else { return Some(root) };
    let slot = match (root, first) {
        (Value::Object(map), Segment::Key(key)) => Arc::make_mut(map).get_mut(key),
        (Value::Array(items), Segment::Index(at)) => Arc::make_mut(items).get_mut(*at),
        _ => None,
    };
    inside(&mut slot?.value, rest)
}

/// The object that a path's last key stands in, and that key.
fn around<'a, 'b>(
    root: &'a mut Value,
    path: &'b Path,
) -> Result<(&'a mut Map, &'b SmolStr), String> {
    let not_there = || format!("nothing is at {path}");
    let Some((Segment::Key(key), before)) = path.segments().split_last() else {
        return Err(format!("{path} is no member of an object"));
    };
    match inside(root, before) {
        Some(Value::Object(map)) => Ok((Arc::make_mut(map), key)),
        _ => Err(not_there()),
    }
}

/// Takes a member out of its object; returns its place there and what it held.
pub(super) fn take(root: &mut Value, path: &Path) -> Result<(usize, Slot), String> {
    let (map, key) = around(root, path)?;
    let (at, _, slot) =
        map.shift_remove_full(key).ok_or_else(|| format!("nothing is at {path}"))?;
    Ok((at, slot))
}

/// Puts members where one stood that was taken out of the object around `path`. A name that is there already is kept from
/// being written over.
pub(super) fn insert(
    root: &mut Value,
    path: &Path,
    at: usize,
    members: Vec<(SmolStr, Slot)>,
) -> Result<(), String> {
    let (map, _) = around(root, path)?;
    for (offset, (key, slot)) in members.into_iter().enumerate() {
        if map.contains_key(&key) {
            return Err(format!("there is a `{key}` already beside {path}"));
        }
        map.shift_insert(at + offset, key, slot);
    }
    Ok(())
}

/// Puts a value at a path, over what is there or as the last member; objects on the way that are missing are made.
pub(super) fn put(
    root: &mut Value,
    path: &Path,
    value: Value,
    version: Version,
) -> Result<(), String> {
    put_at(root, path.segments(), value, version).map_err(|()| {
        format!("{path} leads through something that is no object, or no element that is there")
    })
}

fn put_at(here: &mut Value, path: &[Segment], value: Value, version: Version) -> Result<(), ()> {
    let Some((first, rest)) = path.split_first() else {
        *here = value;
        return Ok(());
    };
    match (here, first) {
        (Value::Object(map), Segment::Key(key)) => {
            let map = Arc::make_mut(map);
            let slot =
                map.entry(key.clone()).or_insert_with(|| Slot::new(Value::object(), version));
            slot.since = version;
            put_at(&mut slot.value, rest, value, version)
        }
        (Value::Array(items), Segment::Index(at)) => {
            let slot = Arc::make_mut(items).get_mut(*at).ok_or(())?;
            put_at(&mut slot.value, rest, value, version)
        }
        _ => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    fn value(text: &str) -> Value {
        json::read(text.as_bytes(), Version(3)).unwrap()
    }

    fn path(text: &str) -> Path {
        Path::parse(text).unwrap()
    }

    #[test]
    fn what_is_put_goes_over_what_is_there_or_last() {
        let mut root = value(r#"{"b":1.0,"a":{"x":[1,2]}}"#);
        put(&mut root, &path(".a.x[1]"), value("7.50"), Version(3)).unwrap();
        put(&mut root, &path(".c.d"), value("null"), Version(3)).unwrap();
        put(&mut root, &path(".b"), value("2"), Version(3)).unwrap();
        assert_eq!(json::to_string(&root), r#"{"b":2,"a":{"x":[1,7.50]},"c":{"d":null}}"#);
        for wrong in [".b.c", ".a.x[2]", ".a[0]"] {
            assert!(put(&mut root, &path(wrong), Value::Null, Version(3)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_taken_can_be_put_back_where_it_stood() {
        let mut root = value(r#"{"a":1,"b":{"c":2,"d":3,"e":4}}"#);
        let (at, slot) = take(&mut root, &path(".b.d")).unwrap();
        insert(&mut root, &path(".b.d"), at, vec![("x".into(), slot.clone()), ("y".into(), slot)])
            .unwrap();
        assert_eq!(json::to_string(&root), r#"{"a":1,"b":{"c":2,"x":3,"y":3,"e":4}}"#);
        assert_eq!(take(&mut root, &path(".b.d")).unwrap_err(), "nothing is at .b.d");
        assert_eq!(take(&mut root, &path(".z.d")).unwrap_err(), "nothing is at .z.d");
        let twice = vec![("e".into(), Slot::new(Value::Null, Version(3)))];
        let error = insert(&mut root, &path(".b.x"), 0, twice).unwrap_err();
        assert_eq!(error, "there is a `e` already beside .b.x");
    }
}

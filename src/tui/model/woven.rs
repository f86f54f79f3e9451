//! Two states as one: what both have, and what only one of them has, each in its place.

use std::collections::HashMap;
use std::sync::Arc;

use super::tree::Touch;
use crate::model::align::align;
use crate::model::{Map, Path, Segment, Slot, Value};

/// Two states side by side.
#[derive(Debug)]
pub(crate) struct Woven {
    /// The earlier one.
    pub(crate) before: Value,
    /// The later one.
    pub(crate) after: Value,
    /// The later one, and between its members those that only the earlier one has.
    pub(crate) root: Value,
    /// The members that differ and stand for themselves, in the order of both together.
    pub(crate) ways: Vec<Vec<u32>>,
    marks: Marks,
}

/// How a part differs, and the parts in it that do.
#[derive(Debug)]
struct Marks {
    /// What became of it.
    touch: Touch,
    inside: HashMap<Segment, Marks>,
    /// For each element of both arrays together, where it stood and where it stands.
    places: Vec<(Option<usize>, Option<usize>)>,
}

impl Marks {
    fn of(touch: Touch) -> Self {
        Self { touch, inside: HashMap::new(), places: Vec::new() }
    }

    /// How the parts of a member differ.
    fn at(&self, segment: &Segment) -> Option<&Self> {
        self.inside.get(segment)
    }

    /// Where an element of both together stood and where it stands.
    fn place(&self, at: usize) -> (Option<usize>, Option<usize>) {
        self.places.get(at).copied().unwrap_or((Some(at), Some(at)))
    }

    /// The element of both together that stands there, or stood there.
    fn index_of(&self, at: usize) -> Option<usize> {
        if self.places.is_empty() {
            return Some(at);
        }
        let now = self.places.iter().position(|(_, now)| *now == Some(at));
        now.or_else(|| self.places.iter().position(|place| *place == (Some(at), None)))
    }
}

impl Woven {
    /// Costs what differs, and the members of what holds it.
    pub(crate) fn new(before: &Value, after: &Value) -> Self {
        let (root, marks) =
            weave(before, after).unwrap_or_else(|| (after.clone(), Marks::of(Touch::None)));
        let mut ways = Vec::new();
        note(&root, &marks, &mut Vec::new(), &mut ways);
        ways.sort_unstable();
        Self { before: before.clone(), after: after.clone(), root, ways, marks }
    }

    /// Whether these two are side by side in it.
    pub(crate) fn is_of(&self, before: &Value, after: &Value) -> bool {
        self.before.same(before) && self.after.same(after)
    }

    /// What became of a member, by its way through both together.
    pub(crate) fn touch(&self, way: &[u32]) -> Touch {
        let (mut both, mut marks) = (&self.root, &self.marks);
        for at in way.iter().map(|at| *at as usize) {
            let Some(slot) = both.slot_at(at) else { return Touch::None };
            let name = both.name_at(at).cloned();
            match marks.at(&name.map_or(Segment::Index(at), Segment::Key)) {
                Some(inside) => marks = inside,
                None if marks.touch == Touch::Changed => return Touch::None,
                // All in it came or went with it.
                None => return marks.touch,
            }
            both = &slot.value;
        }
        marks.touch
    }

    /// The path of a member where it stands, or stood.
    pub(crate) fn path(&self, way: &[u32]) -> Path {
        let (mut both, mut marks) = (&self.root, Some(&self.marks));
        let mut path = Path::root();
        for at in way.iter().map(|at| *at as usize) {
            let Some(slot) = both.slot_at(at) else { break };
            let segment = both.name_at(at).cloned().map_or(Segment::Index(at), Segment::Key);
            path.push(match &segment {
                Segment::Index(_) => {
                    let (was, is) = marks.map_or((None, Some(at)), |marks| marks.place(at));
                    Segment::Index(is.or(was).unwrap_or(at))
                }
                key @ Segment::Key(_) => key.clone(),
            });
            marks = marks.and_then(|marks| marks.at(&segment));
            both = &slot.value;
        }
        path
    }

    /// The same place in both together.
    pub(crate) fn shown(&self, path: &Path) -> Path {
        let mut marks = Some(&self.marks);
        let mut shown = Path::root();
        for segment in path.segments() {
            let segment = match segment {
                Segment::Index(at) => {
                    let index = marks.map_or(Some(*at), |marks| marks.index_of(*at));
                    Segment::Index(index.unwrap_or(*at))
                }
                key @ Segment::Key(_) => key.clone(),
            };
            marks = marks.and_then(|marks| marks.at(&segment));
            shown.push(segment);
        }
        shown
    }

    /// The next one that differs after a member that is open or not, from the first again after the last.
    pub(crate) fn next(&self, here: Option<(Vec<u32>, bool)>) -> Option<&Vec<u32>> {
        let later = here.and_then(|(here, open)| {
            let after = self.ways.partition_point(|way| *way <= here);
            let mut later = self.ways.iter().skip(after);
            // What is inside of a closed one stands on the same line.
            later.find(|way| open || !way.starts_with(&here))
        });
        later.or_else(|| self.ways.first())
    }

    /// What stands at both sides of a place, by its members in both together.
    pub(crate) fn pair(&self, way: &[u32]) -> (Option<&Value>, Option<&Value>) {
        let (mut before, mut after) = (Some(&self.before), Some(&self.after));
        let (mut both, mut marks) = (&self.root, Some(&self.marks));
        for at in way.iter().map(|at| *at as usize) {
            let (segment, child) = match both {
                Value::Object(map) => {
                    let Some((key, slot)) = map.get_index(at) else { return (None, None) };
                    before = before.and_then(|value| value.get(key));
                    after = after.and_then(|value| value.get(key));
                    (Segment::Key(key.clone()), &slot.value)
                }
                Value::Array(items) => {
                    let Some(slot) = items.get(at) else { return (None, None) };
                    let (was, is) = marks.map_or((Some(at), Some(at)), |marks| marks.place(at));
                    before = before.zip(was).and_then(|(value, at)| element(value, at));
                    after = after.zip(is).and_then(|(value, at)| element(value, at));
                    (Segment::Index(at), &slot.value)
                }
                _ => return (None, None),
            };
            marks = marks.and_then(|marks| marks.at(&segment));
            both = child;
        }
        (before, after)
    }
}

/// Notes the members that differ and stand for themselves.
fn note(both: &Value, marks: &Marks, way: &mut Vec<u32>, ways: &mut Vec<Vec<u32>>) {
    for (segment, inside) in &marks.inside {
        let Some((at, slot)) = both.place_of(segment).zip(both.child(segment)) else { continue };
        way.push(at as u32);
        if inside.inside.is_empty() || inside.touch != Touch::Changed {
            ways.push(way.clone());
        } else {
            note(&slot.value, inside, way, ways);
        }
        way.pop();
    }
}

fn element(value: &Value, at: usize) -> Option<&Value> {
    value.child(&Segment::Index(at)).map(|slot| &slot.value)
}

/// Where a path leads to, by its members: as a search finds it.
pub(crate) fn spot_of(value: &Value, path: &Path) -> Option<Box<[u32]>> {
    let mut value = value;
    let mut spot = Vec::new();
    for segment in path.segments() {
        let at = match (value, segment) {
            (Value::Object(map), Segment::Key(key)) => map.get_index_of(key)?,
            (_, Segment::Index(at)) => *at,
            _ => return None,
        };
        spot.push(at as u32);
        value = &value.child(segment)?.value;
    }
    Some(spot.into())
}

/// `None` where both are equal.
fn weave(before: &Value, after: &Value) -> Option<(Value, Marks)> {
    match (before, after) {
        _ if before.same(after) => None,
        (Value::Object(before), Value::Object(after)) => objects(before, after),
        (Value::Array(before), Value::Array(after)) => arrays(before, after),
        _ => {
            let mut marks = Marks::of(Touch::Changed);
            let added = |segment| (segment, Marks::of(Touch::Added));
            match after {
                Value::Object(map) => {
                    marks.inside = map.keys().map(|key| added(Segment::Key(key.clone()))).collect();
                }
                Value::Array(items) => {
                    marks.inside = (0..items.len()).map(|at| added(Segment::Index(at))).collect();
                }
                _ => {}
            }
            Some((after.clone(), marks))
        }
    }
}

fn objects(before: &Arc<Map>, after: &Arc<Map>) -> Option<(Value, Marks)> {
    let mut marks = Marks::of(Touch::Changed);
    let mut woven: HashMap<usize, Value> = HashMap::new();
    let mut kept = 0;
    for (at, (key, slot)) in after.iter().enumerate() {
        // Mostly it stands where it stood.
        let here = before.get_index(at).filter(|(old, _)| *old == key).map(|(_, old)| old);
        let Some(old) = here.or_else(|| before.get(key)) else {
            marks.inside.insert(Segment::Key(key.clone()), Marks::of(Touch::Added));
            continue;
        };
        kept += 1;
        if let Some((value, inside)) = weave(&old.value, &slot.value) {
            marks.inside.insert(Segment::Key(key.clone()), inside);
            if !value.same(&slot.value) {
                woven.insert(at, value);
            }
        }
    }
    let gone = before.len() > kept;
    if marks.inside.is_empty() && !gone {
        return None;
    }
    if woven.is_empty() && !gone {
        return Some((Value::Object(Arc::clone(after)), marks));
    }
    let mut map = Map::default();
    // What is gone stands behind what stood before it.
    let mut take_gone = |from: usize, map: &mut Map| {
        let gone = (from..).map_while(|at| before.get_index(at));
        for (key, slot) in gone.take_while(|(key, _)| !after.contains_key(*key)) {
            map.insert(key.clone(), slot.clone());
            marks.inside.insert(Segment::Key(key.clone()), Marks::of(Touch::Removed));
        }
    };
    take_gone(0, &mut map);
    for (at, (key, slot)) in after.iter().enumerate() {
        let value = woven.remove(&at).unwrap_or_else(|| slot.value.clone());
        map.insert(key.clone(), Slot::new(value, slot.since));
        if let Some(old) = before.get_index_of(key) {
            take_gone(old + 1, &mut map);
        }
    }
    Some((Value::Object(Arc::new(map)), marks))
}

fn arrays(before: &[Slot], after: &[Slot]) -> Option<(Value, Marks)> {
    let mut marks = Marks::of(Touch::Changed);
    let mut items: Vec<Slot> = Vec::with_capacity(after.len());
    let mut next = 0;
    let gone = |upto: usize, next: &mut usize, items: &mut Vec<Slot>, marks: &mut Marks| {
        while let Some(slot) = before.get(*next).filter(|_| *next < upto) {
            marks.inside.insert(Segment::Index(items.len()), Marks::of(Touch::Removed));
            marks.places.push((Some(*next), None));
            items.push(slot.clone());
            *next += 1;
        }
    };
    for (at, (slot, from)) in after.iter().zip(align(before, after)).enumerate() {
        let Some(old) = from.and_then(|from| before.get(from)) else {
            marks.inside.insert(Segment::Index(items.len()), Marks::of(Touch::Added));
            marks.places.push((None, Some(at)));
            items.push(slot.clone());
            continue;
        };
        gone(from.unwrap_or(0), &mut next, &mut items, &mut marks);
        next = from.map_or(next, |from| from + 1);
        let mut value = slot.value.clone();
        if let Some((woven, inside)) = weave(&old.value, &slot.value) {
            marks.inside.insert(Segment::Index(items.len()), inside);
            value = woven;
        }
        marks.places.push((from, Some(at)));
        items.push(Slot::new(value, slot.since));
    }
    gone(usize::MAX, &mut next, &mut items, &mut marks);
    if marks.inside.is_empty() {
        return None;
    }
    Some((Value::Array(Arc::new(items)), marks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Version, json};

    fn read(text: &str) -> Value {
        json::read(text.as_bytes(), Version(1)).unwrap()
    }

    fn lines(before: &str, after: &str) -> Vec<String> {
        let woven = Woven::new(&read(before), &read(after));
        let mut out = Vec::new();
        let len = woven.root.len().unwrap_or(0);
        for at in 0..len {
            let (segment, touch) = if let Value::Object(map) = &woven.root {
                let segment = Segment::Key(map.get_index(at).unwrap().0.clone());
                (format!("{segment:?}"), woven.marks.at(&segment).map(|marks| marks.touch))
            } else {
                let marks = woven.marks.at(&Segment::Index(at));
                (format!("{:?}", woven.marks.place(at)), marks.map(|marks| marks.touch))
            };
            let show = |value: Option<&Value>| value.map_or("-".into(), json::to_string);
            let (before, after) = woven.pair(&[at as u32]);
            let touch = touch.unwrap_or(Touch::None);
            out.push(format!("{segment} {touch:?} {} {}", show(before), show(after)));
        }
        out
    }

    #[test]
    fn what_is_gone_stands_where_it_stood() {
        assert_eq!(
            lines(r#"{"a":1,"b":2,"c":3,"d":4}"#, r#"{"a":1,"c":5,"d":4,"e":6}"#),
            [
                "Key(\"a\") None 1 1",
                "Key(\"b\") Removed 2 -",
                "Key(\"c\") Changed 3 5",
                "Key(\"d\") None 4 4",
                "Key(\"e\") Added - 6",
            ]
        );
        assert_eq!(
            lines("[1,2,3]", "[1,3]"),
            [
                "(Some(0), Some(0)) None 1 1",
                "(Some(1), None) Removed 2 -",
                "(Some(2), Some(1)) None 3 3",
            ]
        );
        assert_eq!(lines(r#"{"x":[1]}"#, r#"{"x":{"y":1}}"#), ["Key(\"x\") Changed [1] {\"y\":1}"]);
        assert_eq!(lines(r#"{"x":[1]}"#, r#"{"x":[1]}"#), ["Key(\"x\") None [1] [1]"]);
    }
}

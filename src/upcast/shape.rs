//! What the data of many events have in common: which fields, of which kinds, always or only sometimes.

use indexmap::IndexMap;
use smol_str::{SmolStr, format_smolstr};

use crate::model::{AggregateKey, Event, Position, Value, Version};

/// Members that are told apart in one object; with more, it is a list by names, in which none has to be there.
const MEMBERS: usize = 256;
/// Levels that are looked at.
const LEVELS: usize = 16;

/// Where an event stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its aggregate.
    pub key: AggregateKey,
    /// Its version.
    pub version: Version,
    /// Its position, where the layout records one.
    pub position: Option<Position>,
}

impl Place {
    /// That of an event.
    pub(super) fn of(event: &Event) -> Self {
        Self { key: event.key(), version: event.version, position: event.position }
    }
}

/// The shape of what stands at one place, over many events.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// How often there was something.
    seen: u64,
    /// Of which kinds that was: how often, and where first.
    kinds: Vec<(&'static str, u64, Place)>,
    /// The members of what was an object.
    members: IndexMap<SmolStr, Shape>,
    /// The elements of what was an array, all in one.
    elements: Option<Box<Shape>>,
    /// The first event in which it was not beside its neighbours.
    absent: Option<Place>,
}

/// Something that a reader of one shape does not find in data of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Where: `.items[].price`.
    pub(super) path: String,
    /// What is wrong, as a sentence without its subject.
    pub(super) told: Told,
    /// How often, of how many.
    pub(super) count: (u64, u64),
    /// An event in which it is so.
    pub(super) example: Place,
}

/// The kinds of differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// It is not there, and always was.
    Missing,
    /// It is of this kind, and was of those only.
    Kind(&'static str, Vec<&'static str>),
}

impl Shape {
    /// Takes in the data of one more event.
    pub(super) fn take(&mut self, data: &Value, event: &Event) {
        self.look(data, &Place::of(event), 0);
    }

    /// How many there were.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    fn look(&mut self, value: &Value, place: &Place, level: usize) {
        self.seen += 1;
        let kind = value.kind();
        let objects_before = self.count("object");
        match self.kinds.iter_mut().find(|(known, ..)| *known == kind) {
            Some((_, count, _)) => *count += 1,
            None => self.kinds.push((kind, 1, place.clone())),
        }
        if level == LEVELS {
            return;
        }
        match value {
            Value::Object(map) => {
                for (key, slot) in map.iter() {
                    if !self.members.contains_key(key) && self.members.len() >= MEMBERS {
                        continue;
                    }
                    let first = self.first("object").filter(|_| objects_before > 0).cloned();
                    let member = self
                        .members
                        .entry(key.clone())
                        .or_insert_with(|| Self { absent: first, ..Self::default() });
                    member.look(&slot.value, place, level + 1);
                }
                for (_, member) in
                    self.members.iter_mut().filter(|(key, _)| !map.contains_key(*key))
                {
                    member.absent.get_or_insert_with(|| place.clone());
                }
            }
            Value::Array(items) => {
                for slot in items.iter() {
                    let elements = self.elements.get_or_insert_default();
                    elements.look(&slot.value, place, level + 1);
                }
            }
            _ => {}
        }
    }

    fn count(&self, kind: &str) -> u64 {
        self.kinds.iter().find(|(known, ..)| *known == kind).map_or(0, |(_, count, _)| *count)
    }

    fn first(&self, kind: &str) -> Option<&Place> {
        self.kinds.iter().find(|(known, ..)| *known == kind).map(|(.., place)| place)
    }

    /// What a reader that knows this shape does not find in data of another: what it could always count on is not
    /// there, or something is of a kind that it has never met.
    pub(super) fn reads(&self, data: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        self.read(data, "", &mut found);
        found
    }

    fn read(&self, data: &Self, path: &str, found: &mut Vec<Difference>) {
        for (kind, count, example) in &data.kinds {
            if self.count(kind) == 0 {
                let known = self.kinds.iter().map(|(known, ..)| *known).collect();
                found.push(Difference {
                    path: if path.is_empty() { "." } else { path }.to_owned(),
                    told: Told::Kind(kind, known),
                    count: (*count, data.seen),
                    example: example.clone(),
                });
            }
        }
        let (ours, theirs) = (self.count("object"), data.count("object"));
        for (key, member) in &self.members {
            let path = format!("{path}{}", step(key));
            let Some(other) = data.members.get(key) else {
                if member.seen == ours
                    && let Some(example) = data.first("object")
                {
                    let (told, example) = (Told::Missing, example.clone());
                    found.push(Difference { path, told, count: (theirs, theirs), example });
                }
                continue;
            };
            if member.seen == ours
                && other.seen < theirs
                && let Some(example) = other.absent.clone()
            {
                let (path, count) = (path.clone(), (theirs - other.seen, theirs));
                found.push(Difference { path, told: Told::Missing, count, example });
            }
            member.read(other, &path, found);
        }
        if let (Some(ours), Some(theirs)) = (&self.elements, &data.elements) {
            ours.read(theirs, &format!("{path}[]"), found);
        }
    }

    /// Every field, in the order in which they were met.
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = Vec::new();
        self.list("", &mut fields);
        fields
    }

    fn list(&self, path: &str, fields: &mut Vec<Field>) {
        let objects = self.count("object");
        for (key, member) in &self.members {
            let path = format!("{path}{}", step(key));
            let kinds = member.kinds.iter().map(|(kind, ..)| *kind).collect();
            fields.push(Field { path: path.clone(), kinds, always: member.seen == objects });
            member.list(&path, fields);
        }
        if let Some(elements) = &self.elements {
            elements.list(&format!("{path}[]"), fields);
        }
    }
}

/// One field of a shape.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Field {
    /// Where: `.items[].price`.
    pub path: String,
    /// Of which kinds it was.
    pub kinds: Vec<&'static str>,
    /// Whether it was in every one.
    pub always: bool,
}

fn step(key: &SmolStr) -> SmolStr {
    let path = crate::model::Path::root().join(crate::model::Segment::Key(key.clone()));
    format_smolstr!("{path}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;
    use crate::upcast::tests::event;

    fn shape(texts: &[&str]) -> Shape {
        let mut shape = Shape::default();
        for (at, text) in texts.iter().enumerate() {
            let mut event = event("E", "1", text);
            event.version = Version(at as u64 + 1);
            shape.take(&json::read(text.as_bytes(), event.version).unwrap(), &event);
        }
        shape
    }

    fn told(reader: &[&str], data: &[&str]) -> Vec<String> {
        let found = shape(reader).reads(&shape(data)).into_iter();
        let line = |one: Difference| {
            let told = match one.told {
                Told::Missing => "missing".to_owned(),
                Told::Kind(kind, known) => format!("{kind} not {}", known.join("|")),
            };
            format!("{} {told} {}/{} v{}", one.path, one.count.0, one.count.1, one.example.version)
        };
        found.map(line).collect()
    }

    #[test]
    fn what_was_always_there_and_of_a_kind_is_missed() {
        let reader = [r#"{"a":1,"b":{"c":"x"},"d":null}"#, r#"{"a":2,"b":{"c":"y","e":1}}"#];
        assert_eq!(told(&reader, &reader), [""; 0]);
        assert_eq!(told(&reader, &[r#"{"a":3,"b":{"c":"z"},"new":true}"#]), [""; 0]);
        assert_eq!(
            told(&reader, &[r#"{"a":3,"b":{"c":"z"}}"#, r#"{"a":"3","b":{}}"#, r#"{"b":[]}"#]),
            [
                ".a missing 1/3 v3",
                ".a string not number 1/2 v2",
                ".b array not object 1/3 v3",
                ".b.c missing 1/2 v2",
            ]
        );
    }

    #[test]
    fn elements_are_one_and_first_places_are_known() {
        let reader = [r#"{"i":[{"p":1},{"p":2}]}"#];
        assert_eq!(told(&reader, &[r#"{"i":[]}"#]), [""; 0]);
        assert_eq!(
            told(&reader, &[r#"{"i":[{"q":1}]}"#, r#"{"i":[{"p":1},{"p":"1"}]}"#]),
            [".i[].p missing 1/3 v1", ".i[].p string not number 1/2 v2"]
        );
    }

    #[test]
    fn names_that_are_keys_are_not_counted_on() {
        let ids: Vec<String> = (0..400).map(|at| format!(r#"{{"p-{at}":1}}"#)).collect();
        let texts: Vec<&str> = ids.iter().map(String::as_str).collect();
        assert_eq!(told(&texts, &[r#"{"q":1}"#]), [""; 0]);
        assert_eq!(shape(&texts).fields().len(), MEMBERS);
    }
}

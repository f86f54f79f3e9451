//! Marks: places in histories that a person put a flag on, with a name and a note.

use serde::{Deserialize, Serialize};

use super::field::Field;
use super::scroll::Scroll;
use super::visits::Spot;
use crate::model::{AggregateKey, Version};
use crate::text::{self, human};

/// One flag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// The kind of the aggregate, as the store wrote it.
    pub(crate) category: String,
    /// The aggregate's id.
    pub(crate) aggregate: String,
    /// The version it stands on.
    pub(crate) version: u64,
    /// What it is called; may be empty.
    #[serde(default)]
    pub(crate) name: String,
    /// What there is to say about it; may be empty.
    #[serde(default)]
    pub(crate) note: String,
}

impl Mark {
    /// The place it stands on.
    pub(crate) fn spot(&self) -> Spot {
        let key = AggregateKey::new(&self.category, &self.aggregate);
        Spot { key, version: Version(self.version) }
    }

    fn is_of(&self, key: &AggregateKey) -> bool {
        self.aggregate == key.id.as_str() && self.category == key.category.as_str()
    }

    fn is_at(&self, spot: &Spot) -> bool {
        self.is_of(&spot.key) && self.version == spot.version.0
    }

    /// Its version: `v17`.
    pub(crate) fn place(&self) -> String {
        format!("v{}", human::count(self.version))
    }

    /// What it is called, otherwise its version; sanitised.
    pub(crate) fn label(&self) -> String {
        if self.name.is_empty() { self.place() } else { text::sanitize(&self.name).into_owned() }
    }
}

/// All marks of a store, at most one a place, by aggregate and version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Marks(Vec<Mark>);

impl Marks {
    /// All, those of `first` before the others.
    pub(crate) fn from(&self, first: Option<&AggregateKey>) -> Vec<Mark> {
        let is_first = |mark: &Mark| first.is_some_and(|key| mark.is_of(key));
        let (mut first, others): (Vec<_>, Vec<_>) = self.0.iter().cloned().partition(is_first);
        first.extend(others);
        first
    }

    /// Those of one aggregate, by version.
    pub(crate) fn of<'a>(&'a self, key: &'a AggregateKey) -> impl Iterator<Item = &'a Mark> {
        self.0.iter().filter(|mark| mark.is_of(key))
    }

    /// The one at a place.
    pub(crate) fn at(&self, spot: &Spot) -> Option<&Mark> {
        self.0.iter().find(|mark| mark.is_at(spot))
    }

    /// The one that is called so, those of `first` before the others; without regard to case.
    pub(crate) fn named(&self, name: &str, first: Option<&AggregateKey>) -> Option<Mark> {
        let is_named = |mark: &Mark| mark.name.to_lowercase() == name.to_lowercase();
        self.from(first).into_iter().find(is_named)
    }

    /// Puts a mark in its place; one that is there already gives way.
    pub(crate) fn put(&mut self, mark: Mark) {
        fn order(mark: &Mark) -> (&str, &str, u64) {
            (&mark.category, &mark.aggregate, mark.version)
        }
        match self.0.binary_search_by(|other| order(other).cmp(&order(&mark))) {
            Ok(at) => self.0[at] = mark,
            Err(at) => self.0.insert(at, mark),
        }
    }

    /// Takes the one at a place away.
    pub(crate) fn remove(&mut self, spot: &Spot) -> Option<Mark> {
        let at = self.0.iter().position(|mark| mark.is_at(spot))?;
        Some(self.0.remove(at))
    }
}

/// Naming a mark.
#[derive(Debug)]
pub(crate) struct Naming {
    /// Where it stands.
    pub(crate) spot: Spot,
    /// What it is called.
    pub(crate) name: Field,
    /// What there is to say about it.
    pub(crate) note: Field,
    /// Whether the note is being typed.
    pub(crate) in_note: bool,
    /// Whether there is one already.
    pub(crate) is_old: bool,
    /// Whether it was asked for from the list, which comes back then.
    pub(crate) from_list: bool,
}

impl Naming {
    /// Of the mark that stands there, or a new one.
    pub(crate) fn new(spot: Spot, marks: &Marks) -> Self {
        let (mut name, mut note) = (Field::default(), Field::default());
        let known = marks.at(&spot);
        if let Some(mark) = known {
            name.insert(&mark.name);
            note.insert(&mark.note);
        }
        let is_old = known.is_some();
        Self { spot, name, note, in_note: false, is_old, from_list: false }
    }

    /// The line that is typed into.
    pub(crate) fn field(&mut self) -> &mut Field {
        if self.in_note { &mut self.note } else { &mut self.name }
    }

    /// What was typed, as a mark.
    pub(crate) fn mark(&self) -> Mark {
        Mark {
            category: self.spot.key.category.to_string(),
            aggregate: self.spot.key.id.to_string(),
            version: self.spot.version.0,
            name: self.name.text().trim().to_owned(),
            note: self.note.text().trim().to_owned(),
        }
    }
}

/// The list of marks.
#[derive(Debug, Default)]
pub(crate) struct MarkList {
    /// The marks, those of the aggregate that is looked at first.
    pub(crate) rows: Vec<Mark>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

impl MarkList {
    /// The chosen one.
    pub(crate) fn chosen(&self) -> Option<&Mark> {
        self.rows.get(self.scroll.cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(aggregate: &str, version: u64, name: &str) -> Mark {
        let (category, note) = ("Order".to_owned(), String::new());
        Mark { category, aggregate: aggregate.to_owned(), version, name: name.to_owned(), note }
    }

    #[test]
    fn a_place_has_one_mark_and_they_stand_by_aggregate_and_version() {
        let mut marks = Marks::default();
        for (aggregate, version, name) in
            [("b", 9, "late"), ("a", 3, ""), ("b", 2, "early"), ("b", 9, "later")]
        {
            marks.put(mark(aggregate, version, name));
        }
        let b = AggregateKey::new("Order", "b");
        let told = |marks: Vec<Mark>| marks.iter().map(Mark::label).collect::<Vec<_>>();
        assert_eq!(told(marks.from(None)), ["v3", "early", "later"]);
        assert_eq!(told(marks.from(Some(&b))), ["early", "later", "v3"]);
        assert_eq!(marks.named("LATER", None).map(|mark| mark.version), Some(9));
        let spot = Spot { key: b, version: Version(9) };
        assert_eq!(marks.remove(&spot).map(|mark| mark.name).as_deref(), Some("later"));
        assert_eq!(marks.remove(&spot), None);
    }

    #[test]
    fn what_is_kept_reads_back() {
        let mut marks = Marks::default();
        marks.put(mark("a", 3, "before the refund"));
        let written = serde_json::to_string(&marks).unwrap();
        assert_eq!(serde_json::from_str::<Marks>(&written).unwrap(), marks);
        // What an older foldback wrote may have less in it.
        let less = r#"[{"category":"","aggregate":"a","version":3}]"#;
        assert_eq!(serde_json::from_str::<Marks>(less).unwrap().0.len(), 1);
    }
}

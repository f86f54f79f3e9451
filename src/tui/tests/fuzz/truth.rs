//! What is true of a store, found out in the simplest way: every event of an aggregate is merged into a JSON document,
//! from the first on, by nothing but the rule that is documented.
//!
//! Shares no code with the reading, the folding and the jumping that it is the measure of.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use crate::model::{AggregateKey, Value as Shown};

/// An event, as much as is needed of it.
#[derive(Debug)]
pub(super) struct Fact {
    pub(super) version: u64,
    pub(super) position: Option<i64>,
    pub(super) kind: String,
    /// What it carries; `None` where that is no JSON.
    pub(super) data: Option<Value>,
}

/// Documents are kept for every so many events.
const KEPT: usize = 50;

/// The events of an aggregate by version, each version once, and some of the documents they lead to.
#[derive(Debug, Default)]
pub(super) struct History {
    pub(super) facts: Vec<Fact>,
    kept: Vec<Value>,
}

impl History {
    /// How many events lead to a version.
    pub(super) fn place(&self, version: u64) -> usize {
        self.facts.partition_point(|fact| fact.version <= version)
    }

    /// The version after so many events.
    pub(super) fn version(&self, place: usize) -> u64 {
        place.checked_sub(1).map_or(0, |at| self.facts[at.min(self.facts.len() - 1)].version)
    }

    /// The newest version.
    pub(super) fn last(&self) -> u64 {
        self.version(self.facts.len())
    }

    /// The document after so many events.
    pub(super) fn document(&self, place: usize) -> Value {
        let from = place / KEPT;
        let mut document = self.kept[from].clone();
        self.facts[from * KEPT..place].iter().for_each(|fact| apply(&mut document, fact));
        document
    }

    fn keep(&mut self) {
        let mut document = Value::Object(Map::new());
        for (at, fact) in self.facts.iter().enumerate() {
            if at.is_multiple_of(KEPT) {
                self.kept.push(document.clone());
            }
            apply(&mut document, fact);
        }
        if self.facts.len().is_multiple_of(KEPT) {
            self.kept.push(document);
        }
    }
}

/// An object is merged in; anything else cannot be applied.
fn apply(document: &mut Value, fact: &Fact) {
    if let Some(data @ Value::Object(_)) = &fact.data {
        merge(document, data);
    }
}

/// Objects member by member, everything else replaced; `null` is a value like any other.
fn merge(into: &mut Value, from: &Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                match into.get_mut(key) {
                    Some(known) => merge(known, value),
                    None => {
                        into.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (into, from) => *into = from.clone(),
    }
}

/// All aggregates of a store.
#[derive(Debug, Default)]
pub(super) struct Truth {
    of: BTreeMap<(String, String), History>,
    /// Where each position leads; that of a version which stands there twice leads to that version too.
    positions: BTreeMap<i64, (AggregateKey, u64)>,
    /// Whether an event has none: the store is one without, then.
    unplaced: bool,
}

impl Truth {
    /// Takes an event in; of a version that stands there twice only the first counts.
    pub(super) fn add(&mut self, category: &str, id: &str, fact: Fact) {
        match fact.position {
            Some(at) => {
                let place = (AggregateKey::new(category, id), fact.version);
                self.positions.entry(at).or_insert(place);
            }
            None => self.unplaced = true,
        }
        let facts = &mut self.of.entry((category.to_owned(), id.to_owned())).or_default().facts;
        let at = facts.partition_point(|known| known.version < fact.version);
        if facts.get(at).is_none_or(|known| known.version != fact.version) {
            facts.insert(at, fact);
        }
    }

    /// All events are there.
    pub(super) fn whole(mut self) -> Self {
        self.of.values_mut().for_each(History::keep);
        self
    }

    /// The events of an aggregate.
    pub(super) fn of(&self, key: &AggregateKey) -> Option<&History> {
        self.of.get(&(key.category.to_string(), key.id.to_string()))
    }

    /// The event at a position, and its aggregate. Where one event has no position, the store is one without.
    pub(super) fn at_position(&self, position: i64) -> Option<(AggregateKey, u64)> {
        self.positions.get(&position).filter(|_| !self.unplaced).cloned()
    }
}

/// Whether what is shown is what is true.
pub(super) fn same(shown: &Shown, truth: &Value) -> bool {
    match (shown, truth) {
        (Shown::Null, Value::Null) => true,
        (Shown::Bool(shown), Value::Bool(truth)) => shown == truth,
        // It spells exponents in its own way: `1E9` as `1e+9`.
        (Shown::Number(shown), Value::Number(truth)) => {
            *shown == truth.to_string()
                || shown.parse::<Number>().is_ok_and(|shown| shown == *truth)
        }
        (Shown::String(shown), Value::String(truth)) => shown == truth,
        (Shown::Array(shown), Value::Array(truth)) => {
            shown.len() == truth.len()
                && shown.iter().zip(truth).all(|(shown, truth)| same(&shown.value, truth))
        }
        (Shown::Object(shown), Value::Object(truth)) => {
            shown.len() == truth.len()
                && shown.iter().zip(truth).all(|((key, shown), (name, truth))| {
                    key.as_str() == name && same(&shown.value, truth)
                })
        }
        _ => false,
    }
}

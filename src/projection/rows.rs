//! A projection's rows as it sees them while it applies one event: what was written down, what the events before it in
//! the same batch did, and what this one has done so far.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use smol_str::SmolStr;

use crate::model::{Payload, Version};
use crate::store::own::RowChange;

/// A row's JSON; `None` where there is no such row.
type Row = Option<Arc<[u8]>>;

/// The rows that are kept at hand between two writes, at most; beyond, they are fetched anew.
const AT_HAND: usize = 20_000;

/// Why an event could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// A row is not at hand; it is fetched, and the event applied again. Only [`Rows`] says so.
    #[error("the row {0} is not at hand")]
    Absent(SmolStr),
    /// The event cannot be applied, and why.
    #[error("{0}")]
    Failed(String),
}

impl ApplyError {
    /// The event cannot be applied, because of this.
    pub fn because(reason: impl std::fmt::Display) -> Self {
        Self::Failed(reason.to_string())
    }
}

/// The rows of one projection while one event is applied.
#[derive(Debug)]
pub struct Rows<'a> {
    known: &'a HashMap<SmolStr, Row>,
    touched: BTreeMap<SmolStr, Row>,
    absent: Option<SmolStr>,
}

impl Rows<'_> {
    /// The row's JSON text.
    pub fn text(&mut self, key: &str) -> Result<Option<&[u8]>, ApplyError> {
        let row = self.touched.get(key).or_else(|| self.known.get(key));
        let Some(row) = row else {
            self.absent = Some(key.into());
            return Err(ApplyError::Absent(key.into()));
        };
        Ok(row.as_deref())
    }

    /// The row.
    pub fn get<T: DeserializeOwned>(&mut self, key: &str) -> Result<Option<T>, ApplyError> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        serde_json::from_slice(text)
            .map(Some)
            .map_err(|error| ApplyError::Failed(format!("the row {key} cannot be read: {error}")))
    }

    /// Writes the row.
    pub fn put(&mut self, key: &str, row: &impl Serialize) -> Result<(), ApplyError> {
        let text = serde_json::to_vec(row).map_err(|error| {
            ApplyError::Failed(format!("the row {key} cannot be written: {error}"))
        })?;
        self.touched.insert(key.into(), Some(text.into()));
        Ok(())
    }

    /// Writes the row's JSON text.
    pub(super) fn put_text(&mut self, key: &str, json: String) {
        self.touched.insert(key.into(), Some(json.into_bytes().into()));
    }

    /// Removes the row, where there is one.
    pub fn remove(&mut self, key: &str) {
        self.touched.insert(key.into(), None);
    }
}

/// What is known of a projection's rows, and what is not written down yet.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    known: HashMap<SmolStr, Row>,
    changed: BTreeSet<SmolStr>,
}

impl Ledger {
    /// Lets `apply` change the rows; what it did counts only where it comes to its end.
    pub(super) fn apply(
        &mut self,
        apply: impl FnOnce(&mut Rows<'_>) -> Result<(), ApplyError>,
    ) -> Result<(), ApplyError> {
        let mut rows = Rows { known: &self.known, touched: BTreeMap::new(), absent: None };
        let applied = apply(&mut rows);
        let Rows { touched, absent, .. } = rows;
        // Also where the projection made something else of it: it has not seen the row.
        if let Some(key) = absent {
            return Err(ApplyError::Absent(key));
        }
        applied?;
        for (key, row) in touched {
            self.changed.insert(key.clone());
            self.known.insert(key, row);
        }
        Ok(())
    }

    /// A row as it is written down.
    pub(super) fn fetched(&mut self, key: SmolStr, row: Option<&Payload>) {
        self.known.entry(key).or_insert_with(|| row.map(|row| Arc::clone(row.bytes())));
    }

    /// What is to be written down, by key.
    pub(super) fn changes(&self) -> Vec<RowChange> {
        let change = |key: &SmolStr| {
            let row = self.known.get(key).cloned().flatten();
            let row = row.map(|text| Payload::json(text, Arc::default(), Version::ZERO));
            RowChange { key: key.clone(), row }
        };
        self.changed.iter().map(change).collect()
    }

    /// What was changed is written down.
    pub(super) fn written(&mut self) {
        self.changed.clear();
        if self.known.len() > AT_HAND {
            self.known.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fetched(ledger: &mut Ledger, key: &str, text: &str) {
        let row = Payload::json(text.as_bytes(), Arc::default(), Version::ZERO);
        ledger.fetched(key.into(), Some(&row));
    }

    fn told(ledger: &Ledger) -> Vec<(String, Option<String>)> {
        let text = |row: &Payload| String::from_utf8(row.bytes().to_vec()).unwrap();
        let changes = ledger.changes();
        changes.iter().map(|one| (one.key.to_string(), one.row.as_ref().map(text))).collect()
    }

    #[test]
    fn a_row_is_read_as_it_was_left_and_what_failed_left_nothing() {
        let mut ledger = Ledger::default();
        fetched(&mut ledger, "a", "1");
        let add = |rows: &mut Rows<'_>| {
            let before: u32 = rows.get("a")?.unwrap_or(0);
            rows.put("a", &(before + 1))?;
            rows.remove("gone");
            assert_eq!(rows.get::<u32>("a")?, Some(before + 1));
            assert_eq!(rows.get::<u32>("gone")?, None);
            Ok(())
        };
        ledger.apply(add).unwrap();
        ledger.apply(add).unwrap();
        let fails = ledger.apply(|rows| {
            rows.put("a", &99)?;
            Err(ApplyError::because("no"))
        });
        assert_eq!(fails, Err(ApplyError::Failed("no".into())));
        assert_eq!(told(&ledger), [("a".into(), Some("3".into())), ("gone".into(), None)]);
        ledger.written();
        assert_eq!(told(&ledger), []);
        let copies = |rows: &mut Rows<'_>| {
            let row: Option<u32> = rows.get("a")?;
            rows.put("b", &row)
        };
        ledger.apply(copies).unwrap();
        assert_eq!(told(&ledger), [("b".into(), Some("3".into()))]);
    }

    #[test]
    fn a_row_that_is_not_at_hand_is_asked_for_also_where_nobody_minds() {
        let mut ledger = Ledger::default();
        let careless = |rows: &mut Rows<'_>| {
            let before = rows.get::<u32>("a").ok().flatten().unwrap_or(0);
            rows.put("a", &(before + 1))
        };
        assert_eq!(ledger.apply(careless), Err(ApplyError::Absent("a".into())));
        assert_eq!(told(&ledger), []);
        fetched(&mut ledger, "a", "7");
        ledger.apply(careless).unwrap();
        assert_eq!(told(&ledger), [("a".into(), Some("8".into()))]);
        // What was fetched meanwhile is older than what was done.
        fetched(&mut ledger, "a", "7");
        assert_eq!(told(&ledger), [("a".into(), Some("8".into()))]);
    }

    #[test]
    fn a_row_of_another_form_is_a_reason() {
        let mut ledger = Ledger::default();
        fetched(&mut ledger, "a", "[]");
        let error = ledger.apply(|rows| rows.get::<u32>("a").map(drop)).unwrap_err();
        assert!(error.to_string().starts_with("the row a cannot be read: "), "{error}");
    }
}

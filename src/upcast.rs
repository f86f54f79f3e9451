//! Upcasting: events of old schema versions as the newest one writes them.
//!
//! A [`Chain`] has a step for each type and schema version that is not the newest; the steps are written in YAML
//! (`read`) or in Rust ([`Upcaster`]). It is checked as a whole before the first event: a step that is missing, a
//! cycle, two steps for one schema are errors then. What was recorded never changes; a version stays one recorded event,
//! also where that becomes several, or none.
//!
//! Pure: it gets text, events and values, and knows neither files nor stores nor who folds.

mod chain;
mod compat;
mod document;
mod edit;
mod explain;
mod graph;
mod schema;
mod shape;
mod splice;
mod step;

pub use chain::{Chain, Upcast};
pub use compat::{Broken, Compatibility, Mode, Recorded, Verdict};
pub use document::{Mistake, read};
pub use explain::{Deed, Explanation, Part, Taken};
pub use graph::ChainError;
pub use schema::Schema;
pub use shape::{Field, Place, Shape};

use crate::model::diff::diff;
use crate::model::{Event, Value};

/// Turns events of one schema version into the next.
pub trait Upcaster: Send + Sync {
    /// The type and the schema version of the events it takes.
    fn takes(&self) -> &Schema;

    /// What it makes of one: usually the same type in its next version; several where it splits an event; none where
    /// it drops it.
    fn makes(&self) -> &[Schema];

    /// The data of each event that it makes, from `data`, which is the event's after the steps before this one.
    /// `event` is the one that was recorded. What it leaves alone should be handed on as it is: numbers have their text,
    /// members their order.
    fn upcast(&self, data: &Value, event: &Event) -> Result<Vec<Value>, String>;

    /// The same, with what was done to each.
    fn explain(&self, data: &Value, event: &Event) -> Result<Vec<(Value, Vec<Deed>)>, String> {
        let made = self.upcast(data, event)?.into_iter();
        let deeds = |after: Value| {
            let changes = diff(data, &after);
            let deed = Deed { by: "a step in Rust".to_owned(), changes };
            (after, if deed.changes.is_empty() { Vec::new() } else { vec![deed] })
        };
        Ok(made.map(deeds).collect())
    }

    /// The line where it is written, where it is written in a document.
    fn line(&self) -> Option<u64> {
        None
    }
}

#[cfg(test)]
mod tests;

//! The reducer for stores whose rules nobody told us: a deep merge of every payload, the last write wins.
//!
//! It cannot know that a `MoneyWithdrawn` lowers a balance; that is why its states say `guessed` wherever they stand.

use super::{Reducer, State, Tier};
use crate::model::flat::Flat;
use crate::model::payload::Folded;
use crate::model::{Event, Finding, Value};

/// Deep merge, last write wins: objects member by member, everything else replaced. `null` is a value like any other.
#[derive(Debug, Default)]
pub struct Merge {
    flat: Flat,
}

impl Merge {
    /// A merge with nothing in its buffers.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Reducer for Merge {
    fn name(&self) -> &'static str {
        "merge"
    }

    fn tier(&self) -> Tier {
        Tier::Guessed
    }

    fn apply(&mut self, state: &mut State, event: &Event) -> Result<(), Finding> {
        let folded = event.data.folded(&mut self.flat).map_err(|error| {
            event.finding(Finding::error("payload-unreadable", error.to_string()))
        })?;
        match folded {
            Folded::Flat(text) => {
                if let Value::Object(map) = &mut state.root.value
                    && self.flat.merge_into(text, map, event.version)
                {
                    state.root.since = event.version;
                }
            }
            Folded::Whole(value @ Value::Object(_)) => {
                state.root.merge(value.clone(), event.version);
            }
            Folded::Whole(value) => {
                let message = format!(
                    "the payload is a JSON {}, which merge cannot fold into a state",
                    value.kind()
                );
                return Err(event.finding(Finding::error("payload-not-an-object", message)));
            }
        }
        Ok(())
    }

    fn fork(&self) -> Box<dyn Reducer> {
        Box::new(Self::new())
    }
}

//! The reducer for stores whose rules nobody told us: a deep merge of every payload, the last write wins.
//!
//! It cannot know that a `MoneyWithdrawn` lowers a balance; that is why its states say `guessed` wherever they stand.

use super::{Reducer, State, Tier};
use crate::model::flat::Members;
use crate::model::{Event, Finding, Value};

/// Deep merge, last write wins: objects member by member, everything else replaced. `null` is a value like any other.
#[derive(Debug, Default)]
pub struct Merge {
    members: Members,
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
        let is_object = event.data.members(&mut self.members).map_err(|error| {
            event.finding(Finding::error("payload-unreadable", error.to_string()))
        })?;
        if !is_object {
            let kind = event.data.value().map_or("unreadable", Value::kind);
            return Err(event.finding(Finding::error(
                "payload-not-an-object",
                format!("the payload is a JSON {kind}, which merge cannot fold into a state"),
            )));
        }
        if let Value::Object(map) = &mut state.root.value
            && self.members.merge_into(map, event.version)
        {
            state.root.since = event.version;
        }
        Ok(())
    }

    fn fork(&self) -> Box<dyn Reducer> {
        Box::new(Self::new())
    }
}

//! A typed aggregate as a reducer: a program's own rules wherever a state is folded.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{Aggregate, Facts as _, snapshot};
use crate::fold::{Reducer, State, Tier};
use crate::model::{AggregateKey, Event, Finding, Slot, Value, Version, json};

/// Folds with the handlers of `A`. It has the name that snapshots of `A` have.
#[derive(Debug)]
pub struct Typed<A> {
    name: SmolStr,
    /// What was folded last, as a value and as it is: the next event mostly comes right after.
    last: Option<(Value, A)>,
}

impl<A: Aggregate> Default for Typed<A> {
    fn default() -> Self {
        Self { name: snapshot::reducer::<A>(None), last: None }
    }
}

impl<A: Aggregate> Typed<A> {
    /// The state as it is in the program.
    fn typed(&mut self, state: &State) -> Result<A, serde_json::Error> {
        match self.last.take() {
            Some((value, typed)) if is_one(&value, state.value()) => Ok(typed),
            _ => serde_json::from_str(&json::to_string(state.value())),
        }
    }
}

/// Whether two values are one and the same.
fn is_one(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Object(one), Value::Object(other)) if Arc::ptr_eq(one, other))
}

impl<A: Aggregate + Send + 'static> Reducer for Typed<A> {
    fn name(&self) -> &str {
        &self.name
    }

    fn tier(&self) -> Tier {
        Tier::Application
    }

    fn asks_for_schemas(&self) -> bool {
        true
    }

    fn initial(&mut self, _aggregate: &AggregateKey) -> State {
        let value = value_of(&A::default(), Version::ZERO);
        value.map_or_else(
            |_| State::empty(),
            |value| State { root: Slot::new(value, Version::ZERO) },
        )
    }

    fn apply(&mut self, state: &mut State, event: &Event) -> Result<(), Finding> {
        let refused = |code, error: String| {
            let name = &event.event_type;
            event.finding(Finding::error(code, format!("{name} cannot be applied: {error}")))
        };
        let fact = A::Event::read(event.event_type.as_str(), event.schema.as_deref(), &event.data)
            .map_err(|error| refused("event-not-handled", error.to_string()))?;
        let unreadable = |error: String| refused("state-unreadable", error);
        let mut typed = self.typed(state).map_err(|error| unreadable(error.to_string()))?;
        typed.apply(&fact);
        let value = value_of(&typed, event.version).map_err(unreadable)?;
        state.root.replace(value, event.version);
        self.last = Some((state.value().clone(), typed));
        Ok(())
    }

    fn fork(&self) -> Box<dyn Reducer> {
        Box::new(Self::default())
    }
}

/// The state as a value, put there by `since`.
fn value_of<A: Aggregate>(state: &A, since: Version) -> Result<Value, String> {
    let text = serde_json::to_vec(state).map_err(|error| error.to_string())?;
    json::read(&text, since).map_err(|error| error.to_string())
}

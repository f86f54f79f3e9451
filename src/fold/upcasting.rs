//! Folding events as the newest schema has them: a reducer that gives another what a chain makes of each event.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{Reducer, State, Tier};
use crate::model::{AggregateKey, Event, Finding};
use crate::upcast::{Chain, Upcast};

/// A reducer behind a chain. An event that becomes several is applied as one: all of them, or none.
pub struct Upcasting {
    chain: Arc<Chain>,
    reducer: Box<dyn Reducer>,
}

impl Upcasting {
    /// This reducer behind that chain.
    pub fn new(chain: Arc<Chain>, reducer: Box<dyn Reducer>) -> Self {
        Self { chain, reducer }
    }
}

impl Reducer for Upcasting {
    fn name(&self) -> &str {
        self.reducer.name()
    }

    fn tier(&self) -> Tier {
        self.reducer.tier()
    }

    fn kept_as(&self) -> SmolStr {
        format_smolstr!("{}+{}", self.reducer.kept_as(), self.chain.mark())
    }

    fn asks_for_schemas(&self) -> bool {
        true
    }

    fn initial(&mut self, aggregate: &AggregateKey) -> State {
        self.reducer.initial(aggregate)
    }

    /// One that cannot be upcasted is not applied: a reducer that knows the newest schema would do something else with
    /// it, and nobody would see.
    fn apply(&mut self, state: &mut State, event: &Event) -> Result<(), Finding> {
        let events = match self.chain.upcast(event)? {
            Upcast::Recorded => return self.reducer.apply(state, event),
            Upcast::Made(events) => events,
        };
        if let [one] = &events[..] {
            return self.reducer.apply(state, one);
        }
        let before = state.clone();
        for event in &events {
            if let Err(finding) = self.reducer.apply(state, event) {
                *state = before;
                return Err(finding);
            }
        }
        Ok(())
    }

    fn fork(&self) -> Box<dyn Reducer> {
        Box::new(Self::new(Arc::clone(&self.chain), self.reducer.fork()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::{Folding, Merge, Stepped};
    use crate::model::{AggregateId, Category, EventType, Payload, Version, json};
    use crate::upcast;

    fn event(version: u64, event_type: &str, schema: &str, data: &str) -> Event {
        let version = Version(version);
        Event {
            position: None,
            aggregate: AggregateId::new("a-1"),
            category: Category::new("A"),
            version,
            event_type: EventType::new(event_type),
            id: None,
            time: None,
            schema: Some(schema.into()),
            data: Payload::json(data.as_bytes(), Arc::default(), version),
            metadata: None,
            findings: Vec::new(),
        }
    }

    fn folding() -> Folding {
        let yaml = "steps:
  - {event: A, from: 1, to: 2, do: [rename: {path: .a, to: b}]}
  - event: Both
    from: 1
    into:
      - {event: A, schema: 2}
      - {event: A, schema: 2, do: [compute: {path: .c, jq: .b}]}
  - {event: Gone, from: 1, drop: true}
";
        let chain = upcast::read("chain.yaml", yaml).unwrap();
        let reducer = Upcasting::new(Arc::new(chain), Box::new(Merge::new()));
        Folding::new(Box::new(reducer), &AggregateKey::new("A", "a-1"))
    }

    fn state(fold: &Folding) -> String {
        json::to_string(fold.state().value())
    }

    #[test]
    fn what_is_folded_is_what_the_newest_schema_has() {
        let mut fold = folding();
        assert_eq!(fold.step(&event(1, "A", "1", r#"{"a":1.50}"#)), Stepped::Applied);
        assert_eq!(fold.step(&event(2, "A", "2", r#"{"x":1}"#)), Stepped::Applied);
        assert_eq!(state(&fold), r#"{"b":1.50,"x":1}"#);
        let slot = fold.state().value().slot_at(0).unwrap();
        assert_eq!(slot.since, Version(1), "the recorded event put it there");
        assert_eq!(fold.step(&event(3, "Gone", "1", r#"{"x":2}"#)), Stepped::Applied);
        assert_eq!((state(&fold).as_str(), fold.at()), (r#"{"b":1.50,"x":1}"#, Version(3)));
    }

    #[test]
    fn one_that_becomes_several_is_applied_whole_and_is_one_version() {
        let mut fold = folding();
        assert_eq!(fold.step(&event(1, "Both", "1", r#"{"b":3}"#)), Stepped::Applied);
        assert_eq!((state(&fold).as_str(), fold.at()), (r#"{"b":3,"c":3}"#, Version(1)));
    }

    #[test]
    fn one_that_cannot_be_upcasted_is_left_out_with_its_reason_and_the_fold_goes_on() {
        let mut fold = folding();
        let Stepped::Failed(finding) = fold.step(&event(1, "A", "1", r#"{"x":1}"#)) else {
            panic!()
        };
        assert_eq!((finding.code, finding.version), ("upcast-failed", Some(Version(1))));
        assert_eq!(state(&fold), "{}");
        assert_eq!(fold.step(&event(2, "A", "1", r#"{"a":1}"#)), Stepped::Applied);
        assert_eq!(state(&fold), r#"{"b":1}"#);
        let Stepped::Failed(finding) = fold.step(&event(3, "A", "7", "{}")) else { panic!() };
        assert_eq!(finding.code, "upcast-missing");
    }
}

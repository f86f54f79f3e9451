//! One aggregate without a store: what is applied, what is raised, and what cannot be.

use super::*;
use crate::model::{AggregateId, Category, EventType};
use proptest::prelude::*;

pub(super) fn stored(version: u64, event_type: &str, schema: Option<&str>, data: &str) -> Event {
    Event {
        position: None,
        aggregate: AggregateId::new("c-1"),
        category: Category::new("Counter"),
        version: Version(version),
        event_type: EventType::new(event_type),
        id: None,
        time: None,
        schema: schema.map(Into::into),
        data: json(data),
        metadata: None,
        findings: Vec::new(),
    }
}

#[test]
fn a_history_is_applied_event_by_event() {
    let mut root = Root::<Counter>::new("c-1");
    let history = [
        stored(1, "Added", Some("2"), r#"{"number":3}"#),
        stored(2, "Cleared", None, "{}"),
        stored(3, "Added", Some("2"), r#"{"number":4}"#),
    ];
    root.load(&history).unwrap();
    assert_eq!((root.state().sum, root.version(), root.committed()), (4, Version(3), Version(3)));
    assert!(root.uncommitted().is_empty());
}

#[test]
fn an_event_without_a_handler_is_an_error_that_names_it() {
    let mut root = Root::<Counter>::new("c-1");
    let error = root.load(&[stored(1, "Doubled", None, "{}")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Doubled, version 1 of Counter c-1, cannot be applied: there is no handler for events of this type; those known are Added, Cleared"
    );
    let error = root.load(&[stored(1, "Added", Some("1"), r#"{"number":3}"#)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Added, version 1 of Counter c-1, cannot be applied: it is of schema version 1, and the handler is for schema version 2"
    );
    let error = root.load(&[stored(1, "Added", Some("2"), "{}")]).unwrap_err();
    assert!(error.to_string().contains("its data does not fit: missing field `number`"), "{error}");
    assert_eq!((root.version(), root.state().sum), (Version::ZERO, 0));
}

#[test]
fn a_hole_in_a_history_is_an_error() {
    let mut root = Root::<Counter>::new("c-1");
    let one = stored(1, "Added", Some("2"), r#"{"number":3}"#);
    let error = root.load(&[one.clone(), stored(3, "Cleared", None, "{}")]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Counter c-1 is at version 1, and the next event that is there is version 3"
    );
    // What was raised comes after what is stored, never in between.
    root.decide(|_| add(1)).unwrap();
    let error = root.load(&[stored(2, "Cleared", None, "{}")]).unwrap_err();
    assert!(matches!(error, AggregateError::Gap { .. }), "{error}");
}

#[test]
fn what_is_raised_is_applied_and_waits_to_be_stored() {
    let mut root = Root::<Counter>::new("c-1");
    root.load(&[stored(1, "Added", Some("2"), r#"{"number":3}"#)]).unwrap();
    root.because(Cause { actor: Some("ana".into()), ..Cause::default() });
    root.decide(|_| add(4)).unwrap();
    root.decide(|state| add(state.sum)).unwrap();
    let refused = root.decide(|_| add(0));
    assert_eq!(refused, Err("no"));
    assert_eq!((root.state().sum, root.version(), root.committed()), (14, Version(3), Version(1)));
    let [first, second] = root.uncommitted() else { panic!("{:?}", root.uncommitted()) };
    assert_eq!((first.version, second.version), (Version(2), Version(3)));
    assert_ne!(first.id, second.id);
    assert_eq!(first.cause.actor.as_deref(), Some("ana"));
    assert!(first.time <= second.time);
    root.mark_committed();
    assert_eq!((root.committed(), root.uncommitted().len()), (Version(3), 0));
}

proptest! {
    /// What is raised and what is loaded come to the same.
    #[test]
    fn loading_what_was_raised_comes_to_the_same_state(cents in prop::collection::vec(-500..1000_i64, 0..40)) {
        let mut raised = Root::<Account>::new("acc-1");
        raised.decide(|account| account.open("ana")).unwrap();
        for cents in cents {
            let _ = if cents > 0 {
                raised.decide(|account| account.deposit(Money::cents(cents)))
            } else {
                raised.decide(|account| account.withdraw(Money::cents(-cents)))
            };
        }
        let history: Vec<Event> = raised.uncommitted().iter().map(|one| {
            let new = one.new_event().unwrap();
            let schema = new.schema.clone();
            Event {
                data: new.data,
                ..stored(one.version.0, new.event_type.as_str(), schema.as_deref(), "{}")
            }
        }).collect();
        let mut loaded = Root::<Account>::new("acc-1");
        loaded.load(&history).unwrap();
        prop_assert_eq!(loaded.state(), raised.state());
        prop_assert_eq!(loaded.version(), raised.version());
        let typed: Vec<AccountEvent> = history.iter()
            .map(|one| AccountEvent::read(one.event_type.as_str(), one.schema.as_deref(), &one.data).unwrap())
            .collect();
        let wanted: Vec<AccountEvent> = raised.uncommitted().iter().map(|one| one.event.clone()).collect();
        prop_assert_eq!(typed, wanted);
    }
}

//! A typed aggregate where a state is folded: its rules, its blame, its refusals.

use super::root::stored;
use super::*;
use crate::fold::{Folding, Reducer as _, Stepped, Tier};
use crate::model::json::to_string;
use proptest::prelude::*;

fn fold() -> Folding {
    Folding::new(Box::new(Typed::<Counter>::default()), &key())
}

#[test]
fn it_folds_by_the_handlers_of_the_program() {
    let mut fold = fold();
    assert_eq!(to_string(fold.state().value()), r#"{"sum":0}"#);
    fold.step(&stored(1, "Added", Some("2"), r#"{"number":3}"#));
    let kept = fold.state().clone();
    fold.step(&stored(2, "Cleared", None, "{}"));
    assert_eq!(to_string(fold.state().value()), r#"{"sum":0}"#);
    assert_eq!(fold.state().root.since, Version(2));
    // From a state that was remembered, and not from what was folded last.
    fold.stand(Version(1), kept);
    fold.step(&stored(2, "Added", Some("2"), r#"{"number":4}"#));
    assert_eq!(to_string(fold.state().value()), r#"{"sum":7}"#);
    let reducer = Typed::<Counter>::default();
    assert_eq!((reducer.name(), reducer.tier()), ("Counter@1", Tier::Application));
}

#[test]
fn what_it_cannot_apply_leaves_the_state_as_it_was() {
    let mut fold = fold();
    fold.step(&stored(1, "Added", Some("2"), r#"{"number":3}"#));
    for event in [
        stored(2, "Doubled", None, "{}"),
        stored(3, "Added", Some("1"), r#"{"number":3}"#),
        stored(4, "Added", Some("2"), "{}"),
    ] {
        let Stepped::Failed(finding) = fold.step(&event) else { panic!("{event:?} was applied") };
        assert_eq!((finding.code, finding.version), ("event-not-handled", Some(event.version)));
        assert!(finding.message.starts_with(event.event_type.as_str()), "{}", finding.message);
    }
    fold.step(&stored(5, "Added", Some("2"), r#"{"number":1}"#));
    assert_eq!(to_string(fold.state().value()), r#"{"sum":4}"#);
}

proptest! {
    /// Folded and loaded come to the same, whatever states the fold is put back to.
    #[test]
    fn a_fold_is_what_loading_comes_to(numbers in prop::collection::vec(-9..9_i64, 1..30), back in 0..30_usize) {
        let events: Vec<_> = (1..).zip(&numbers)
            .map(|(version, number)| match number {
                0 => stored(version, "Cleared", None, "{}"),
                number => stored(version, "Added", Some("2"), &format!("{{\"number\":{number}}}")),
            })
            .collect();
        let back = back % events.len();
        let mut fold = fold();
        let mut states = vec![fold.state().clone()];
        for event in &events {
            fold.step(event);
            states.push(fold.state().clone());
        }
        fold.stand(Version(back as u64), states[back].clone());
        for event in &events[back..] {
            fold.step(event);
        }
        let mut root = Root::<Counter>::new("c-1");
        root.load(&events).unwrap();
        prop_assert_eq!(to_string(fold.state().value()), serde_json::to_string(root.state()).unwrap());
    }
}

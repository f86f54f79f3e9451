use super::*;
use crate::fold::{Merge, Reducer as _, State};
use crate::model::{AggregateKey, Value, Version};
use crate::store::{EventStore as _, MemoryStore};

fn state(story: &Story, id: &str, upto: u64) -> State {
    let mut state = State::empty();
    let mut merge = Merge::new();
    let of = |event: &&crate::model::Event| {
        event.category.as_str() == "Large"
            && event.aggregate.as_str() == id
            && event.version <= Version(upto)
    };
    for event in story.events.iter().filter(of) {
        merge.apply(&mut state, event).unwrap();
    }
    state
}

fn len(value: &Value, key: &str) -> usize {
    value.get(key).and_then(Value::len).unwrap()
}

#[test]
fn the_large_values_are_as_large_as_was_asked_for() {
    let large = Large { bytes: 50_000, members: 300, elements: 700 };
    let story = hostile(&large);
    assert_eq!(len(state(&story, "members", 9).value(), "stock"), 300);
    assert_eq!(len(state(&story, "numbers", 1).value(), "values"), 700);
    assert_eq!(len(state(&story, "numbers", 26).value(), "values"), 699);
    assert!(len(state(&story, "structure", 3).value(), "lines") > 300);
    let text = state(&story, "text", 2);
    assert!(text.value().get("body").and_then(Value::as_str).unwrap().len() >= 50_000);
    let mut deep = state(&story, "nested", 1).value().clone();
    for level in 1..=LEVELS {
        deep = deep.get(&format!("level{level}")).unwrap().clone();
        if let Value::Array(items) = &deep {
            deep = items[0].value.clone();
        }
    }
    assert_eq!(deep.as_str(), Some("bottom"));
}

#[test]
fn names_and_keys_have_the_lengths_they_are_told_to_have() {
    let story = hostile(&Large::SMALL);
    let long = story.events.iter().filter(|event| event.aggregate.as_str() == LONG);
    let (mut types, mut keys) = (Vec::new(), Vec::new());
    for event in long {
        types.push(event.event_type.as_str().chars().count());
        let Value::Object(map) = event.data.value().unwrap() else { panic!("no object") };
        keys.push(map.keys().map(|key| key.chars().count()).min().unwrap());
    }
    assert_eq!((types, keys), (vec![300; 3], vec![5_000; 3]));
    let ids = |id: &str| story.events.iter().any(|event| event.aggregate.as_str() == id);
    assert!([NEWLINE, CONTROL, BIDI, EMOJI, ""].into_iter().all(ids));
}

#[test]
fn it_is_always_the_same_and_a_store_takes_it() {
    let text = super::super::recording(&hostile(&Large::SMALL));
    assert_eq!(text, super::super::recording(&hostile(&Large::SMALL)));
    let all = hostile(&Large::SMALL);
    let mut store = MemoryStore::new("hostile", all.events.clone());
    assert_eq!(store.counts().unwrap().events, all.events.len() as u64);
    let key = AggregateKey::new("Large", "deepest");
    let read = store.read(&key, Version(0), 10).unwrap();
    let readable: Vec<bool> = read.iter().map(|event| event.data.value().is_ok()).collect();
    assert_eq!(readable[..5], [true, true, false, false, true]);
}

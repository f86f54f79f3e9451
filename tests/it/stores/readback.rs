//! Event by event what the libraries themselves read back from the same files, as their own interfaces printed it:
//! see the programs in `tests/fixtures/readback`.

use foldback::model::{Event, EventId, json};
use serde_json::Value;

use super::{fixture, opened, scanned};

fn printed(name: &str) -> Vec<Value> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/readback");
    let text = std::fs::read_to_string(path.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn read(name: &str) -> Vec<Event> {
    let (_directory, path) = fixture(name);
    let mut store = opened(&path).unwrap();
    let events = scanned(&mut *store);
    assert!(events.iter().all(|event| event.findings.is_empty()));
    events
}

fn shown(payload: &foldback::model::Payload) -> Value {
    serde_json::from_str(&json::to_string(payload.value().unwrap())).unwrap()
}

fn same_place(event: &Event, printed: &Value) {
    assert_eq!(Some(event.aggregate.as_str()), printed["aggregate"].as_str());
    assert_eq!(Some(event.category.as_str()), printed["category"].as_str(), "{printed}");
    assert_eq!(Some(event.version.0), printed["version"].as_u64(), "{printed}");
    assert_eq!(Some(event.event_type.as_str()), printed["type"].as_str(), "{printed}");
    assert_eq!(event.position.map(|at| at.0), printed["position"].as_i64(), "{printed}");
    assert_eq!(event.schema.as_deref(), printed["schema"].as_str(), "{printed}");
    let time =
        printed["time"].as_str().map(|text| foldback::model::time::parse_recorded(text).unwrap());
    assert_eq!(event.time, time, "{printed}");
}

#[test]
fn eventsourcing_reads_back_the_same() {
    for name in ["eventsourcing-py", "eventsourcing-py-zlib"] {
        let (events, printed) = (read(&format!("{name}.db")), printed(&format!("{name}.jsonl")));
        assert_eq!(events.len(), printed.len());
        for (event, printed) in events.iter().zip(&printed) {
            same_place(event, printed);
            assert_eq!(shown(&event.data), printed["data"], "{printed}");
            let around = shown(event.metadata.as_ref().unwrap());
            for key in ["correlation_id", "causation_id"] {
                assert_eq!(around[key], printed[key], "{printed}");
            }
        }
    }
}

/// Emmett's consumers leave archived streams out, and none of its readers gives the time a message was written.
#[test]
fn emmett_reads_back_the_same() {
    let (events, printed) = (read("emmett.db"), printed("emmett.jsonl"));
    let archived = "shopping_cart-6efed4cb-4f6a-49e1-aef3-94ab1d70a355";
    let (beyond, events): (Vec<Event>, Vec<Event>) =
        events.into_iter().partition(|event| event.aggregate.as_str() == archived);
    assert_eq!(beyond.len(), 17);
    assert_eq!(events.len(), printed.len());
    for (event, printed) in events.iter().zip(&printed) {
        same_place(&Event { time: None, ..event.clone() }, printed);
        assert_eq!(event.id.as_ref().map(EventId::as_str), printed["id"].as_str());
        assert_eq!(shown(&event.data), printed["data"], "{printed}");
        let around = shown(event.metadata.as_ref().unwrap());
        for key in ["correlationId", "causationId"] {
            assert_eq!(around[key], printed[key], "{printed}");
        }
    }
}

/// cqrs-es reads aggregate by aggregate; across them its SQLite store has no order of its own.
#[test]
fn cqrs_es_reads_back_the_same() {
    let (mut events, printed) = (read("cqrs-es.db"), printed("cqrs-es.jsonl"));
    events.sort_by_key(|event| (event.key(), event.version));
    assert_eq!(events.len(), printed.len());
    for (event, printed) in events.iter().zip(&printed) {
        same_place(event, printed);
        assert_eq!(shown_as_recorded(&event.data), printed["payload"], "{printed}");
        // The library's payload is the enum; what is shown is what its variant carries.
        let carried = match &printed["payload"] {
            Value::Object(variant) => variant[event.event_type.as_str()].clone(),
            _ => Value::Object(serde_json::Map::default()),
        };
        assert_eq!(shown(&event.data), carried, "{printed}");
        assert_eq!(shown(event.metadata.as_ref().unwrap()), printed["metadata"], "{printed}");
    }
}

fn shown_as_recorded(payload: &foldback::model::Payload) -> Value {
    serde_json::from_slice(payload.bytes()).unwrap()
}

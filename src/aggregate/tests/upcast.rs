//! Events of old schema versions, turned into today's before they are applied.

use super::*;
use crate::store::own::{Expected, NewEvent};
use crate::upcast::{self, Chain, Schema, Upcaster};

const YAML: &str = "steps:
  - event: Added
    from: 1
    to: 2
    do: [rename: {path: .n, to: number}]
  - {event: Touched, from: 1, drop: true}
  - event: Set
    from: 1
    into:
      - {event: Cleared, schema: 1, do: [drop: {path: .to}]}
      - {event: Added, schema: 2, do: [rename: {path: .to, to: number}]}
";

fn chain(yaml: &str) -> Arc<Chain> {
    Arc::new(upcast::read("chain.yaml", yaml).unwrap())
}

fn counters(path: &std::path::Path, yaml: &str) -> Repository<Counter> {
    repository::<Counter>(path).with_upcasts(chain(yaml))
}

/// A store whose first events are older than the program.
fn old(events: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let (dir, path) = own();
    let event = |(event_type, data): &(&str, &str)| NewEvent {
        schema: Some("1".into()),
        ..NewEvent::new(event_type, json(data))
    };
    let events: Vec<_> = events.iter().map(event).collect();
    writer(&path).append(&key(), &events, Expected::Any).unwrap();
    (dir, path)
}

#[test]
fn events_of_old_schema_versions_are_loaded_as_todays_one_version_each() {
    let all = [
        ("Added", r#"{"n":5}"#),
        ("Touched", "{}"),
        ("Set", r#"{"to":7}"#),
        ("Added", r#"{"n":1}"#),
    ];
    let (_dir, path) = old(&all);
    let mut counters = counters(&path, YAML);
    let mut root = counters.load("c-1").unwrap().root;
    assert_eq!((root.state().sum, root.version()), (8, Version(4)));
    // What it writes is of today, and loads beside what is old.
    root.decide(|_| add(2)).unwrap();
    assert_eq!(counters.save(&mut root).unwrap().unwrap().version, Version(5));
    assert_eq!(counters.load("c-1").unwrap().root.state().sum, 10);
    let done = counters.change("c-1", |root| root.decide(|_| add(1))).unwrap();
    assert_eq!((done.state().sum, done.version()), (11, Version(6)));
}

#[test]
fn without_a_chain_or_a_way_through_it_the_error_names_the_event() {
    let (_dir, path) = old(&[("Cleared", "{}"), ("Added", r#"{"m":5}"#)]);
    let said = |mut counters: Repository<Counter>| counters.load("c-1").unwrap_err().to_string();
    assert_eq!(
        said(repository(&path)),
        "Added, version 2 of Counter c-1, cannot be applied: it is of schema version 1, and the handler is for schema version 2"
    );
    let failed = said(counters(&path, YAML));
    let wanted =
        "version 2 of Counter c-1 cannot be applied: Added v1 cannot become Added v2: line 5,";
    assert!(failed.starts_with(wanted), "{failed}");
    let renamed = "steps:
  - {event: Added, from: 1, to: {event: Raised, schema: 1}, do: [rename: {path: .m, to: number}]}
";
    assert_eq!(
        said(counters(&path, renamed)),
        "Raised, version 2 of Counter c-1, cannot be applied: there is no handler for events of this type; \
         those known are Added, Cleared"
    );
}

#[test]
fn of_what_an_event_becomes_all_is_applied_or_nothing() {
    let yaml = YAML.replace(
        "{event: Added, schema: 2, do: [rename: {path: .to, to: number}]}",
        "{event: Lost, schema: 2}",
    );
    let (_dir, path) = old(&[("Added", r#"{"n":5}"#), ("Set", r#"{"to":7}"#)]);
    let events = writer(&path).reader().unwrap().read(&key(), Version::ZERO, 9).unwrap();
    let mut root = Root::<Counter>::new("c-1");
    let error = root.load_by(&events, Some(&chain(&yaml))).unwrap_err();
    assert!(error.to_string().contains("Lost, version 2 of Counter c-1"), "{error}");
    assert_eq!((root.state().sum, root.version()), (5, Version(1)), "as it was before that event");
}

#[test]
fn a_snapshot_is_used_behind_the_chain_that_it_was_made_behind_and_no_other() {
    let (_dir, path) = old(&[("Added", r#"{"n":5}"#), ("Added", r#"{"n":1}"#)]);
    assert_eq!(counters(&path, YAML).snapshot("c-1").unwrap(), Some(Version(2)));
    let loaded = counters(&path, YAML).load("c-1").unwrap();
    assert_eq!(
        (loaded.snapshot, loaded.applied, loaded.root.state().sum),
        (Some(Version(2)), 0, 6)
    );
    assert_eq!(counters(&path, YAML).verify("c-1").unwrap(), []);
    // Somebody finds out that the old events were in tens.
    let tens = "steps:
  - {event: Added, from: 1, to: 2, do: [compute: {path: .number, jq: .n * 10}, drop: {path: .n}]}
";
    let mut mended = counters(&path, tens);
    let loaded = mended.load("c-1").unwrap();
    assert_eq!((loaded.snapshot, loaded.root.state().sum), (None, 60));
    assert_eq!(codes(&loaded.findings), [("snapshot-outdated", Some(Version(2)))]);
    let told = &loaded.findings[0].message;
    assert!(told.contains("was made with another chain of upcasters, "), "{told}");
    assert_eq!(mended.verify("c-1").unwrap(), [], "it says nothing of what another chain made");
    let told = repository::<Counter>(&path).load("c-1").unwrap_err();
    assert!(matches!(told, AggregateError::Unreadable { .. }), "{told}");
}

struct Named(Schema, Schema);

impl Upcaster for Named {
    fn takes(&self) -> &Schema {
        &self.0
    }

    fn makes(&self) -> &[Schema] {
        std::slice::from_ref(&self.1)
    }

    fn upcast(
        &self,
        data: &crate::model::Value,
        _event: &Event,
    ) -> Result<Vec<crate::model::Value>, String> {
        Ok(vec![data.clone()])
    }
}

#[test]
fn what_tells_chains_apart_is_their_document_or_in_rust_their_name_and_their_schemas() {
    let mark = |yaml: &str| chain(yaml).mark().to_owned();
    assert_eq!(mark(YAML), mark(YAML));
    assert_ne!(mark(YAML), mark(&YAML.replace(".n,", ".m,")));
    let read = upcast::read("elsewhere.yaml", YAML).unwrap();
    assert_eq!(mark(YAML), read.mark(), "wherever it stands");
    let rust = |name: &str, to: &str| {
        let step = Named(Schema::new("Added", "1"), Schema::new("Added", to));
        Chain::new(name, vec![Box::new(step)], &[]).unwrap().mark().to_owned()
    };
    assert_eq!(rust("counters", "2"), rust("counters", "2"));
    assert_ne!(rust("counters", "2"), rust("counters in tens", "2"));
    assert_ne!(rust("counters", "2"), rust("counters", "3"));
    assert_eq!(mark(YAML).len(), 8);
}

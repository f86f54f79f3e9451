use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::model::Event;
use crate::store::sample_events::events;
use crate::store::{MemoryStore, StoreErrorKind, conformance, recording};

fn to_bytes(events: &[Event], format: Format) -> Vec<u8> {
    let mut store = MemoryStore::new("x", events.to_vec());
    let mut out = Vec::new();
    let count = export(&mut store, &EventQuery::default(), &mut out, format, &mut |_| {
        ControlFlow::Continue(())
    });
    assert_eq!(count.unwrap().events, events.len() as u64);
    out
}

/// What reading an export finds; nothing may be wrong with it.
fn read_again(bytes: &[u8]) -> Vec<Event> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x");
    fs::write(&path, bytes).unwrap();
    let mut store = recording::open(&path).unwrap();
    assert_eq!(store.info().findings, []);
    assert_eq!(store.info().confidence, 100);
    conformance::scan_all(&mut *store, &EventQuery::default(), 100)
}

fn fixture() -> Box<dyn EventStore> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    recording::open(&path.join("tests/fixtures/recordings/cloudevents.jsonl")).unwrap()
}

/// All members of an object, also those whose name stands twice.
struct Attributes<'a>(Vec<(String, &'a serde_json::value::RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Attributes<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Attributes<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Attributes(all))
            }
        }
        from.deserialize_map(Visitor)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_exported_reads_the_same(events in events()) {
        prop_assume!(!events.is_empty());
        for format in [Format::Jsonl, Format::JsonlZst, Format::CloudEvents] {
            let bytes = to_bytes(&events, format);
            conformance::same_events(&read_again(&bytes), &events, &format!("{format:?}"));
        }
    }

    #[test]
    fn every_cloud_event_has_what_the_format_requires(events in events()) {
        let bytes = to_bytes(&events, Format::CloudEvents);
        for line in std::str::from_utf8(&bytes).unwrap().lines() {
            // Twice the same name, or a value that is no scalar, is no CloudEvent. Payloads stay unread: they may hold
            // what serde_json takes for no value, such as half of a surrogate pair.
            let members: Attributes<'_> = serde_json::from_str(line).unwrap();
            let names: Vec<&str> = members.0.iter().map(|(name, _)| name.as_str()).collect();
            let distinct: std::collections::BTreeSet<_> = names.iter().collect();
            prop_assert_eq!(distinct.len(), names.len(), "{}", line);
            for (name, value) in &members.0 {
                let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
                prop_assert!(plain || name == "data_base64", "{}", name);
                let scalar = !value.get().starts_with(['{', '[']);
                prop_assert!(scalar || name == "data", "{}", name);
            }
            for name in ["specversion", "id", "source", "type"] {
                prop_assert!(names.contains(&name), "{}", line);
            }
        }
    }
}

#[test]
fn cloud_events_come_out_as_they_went_in() {
    let mut store = fixture();
    let events = conformance::scan_all(&mut *store, &EventQuery::default(), 100);
    for format in [Format::Jsonl, Format::CloudEvents] {
        conformance::same_events(&read_again(&to_bytes(&events, format)), &events, "again");
    }
    let text = String::from_utf8(to_bytes(&events[..1], Format::CloudEvents)).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"specversion":"1.0","id":"616937b0-2937-5374-83c3-5a0dd3c252e5","source":"/shop/bankaccounts","#,
            r#""type":"shop.bankaccount.opened.v1","subject":"bankaccount/85f27ac06044527bb21d4868b4ce5eb1","#,
            r#""time":"2024-01-02T08:09:02.542526Z","sequence":"1","sequencetype":"Integer","#,
            r#""correlationid":"bdd640fb-0667-4ad1-9c80-317fa3b1799d","foldback":"{\"category\":\"bankaccount\",\"version\":1,"#,
            r#"\"metadata\":{\"source\":\"/shop/bankaccounts\",\"correlationid\":\"bdd640fb-0667-4ad1-9c80-317fa3b1799d\"}}","#,
            r#""datacontenttype":"application/json","data":{"owner": "Zoë Müller", "opened_on": "2024-01-02T08:09:02.542526+00:00"}}"#,
            "\n",
        )
    );
}

#[test]
fn a_file_is_there_when_it_is_whole_and_never_replaces_another() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.jsonl.zst");
    let mut store = fixture();
    let mut run = |path: &Path, stop: bool| {
        export_file(&mut *store, &EventQuery::default(), path, Format::of(path), None, &mut |_| {
            if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    };
    assert!(run(&path, true).unwrap_err().is_interrupted());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left");
    assert_eq!(run(&path, false).unwrap().events, 300);
    let before = fs::read(&path).unwrap();
    assert_eq!(run(&path, false).unwrap_err().kind, StoreErrorKind::Rejected);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let lost = run(&dir.path().join("none/x.jsonl"), false).unwrap_err();
    assert_eq!(lost.kind, StoreErrorKind::Unwritable);
}

#[test]
fn a_query_chooses_what_is_exported() {
    let mut store = fixture();
    let query = EventQuery { category: Some("order".into()), ..EventQuery::default() };
    let mut out = Vec::new();
    let count =
        export(&mut *store, &query, &mut out, Format::Jsonl, &mut |_| ControlFlow::Continue(()));
    let found = conformance::scan_all(&mut *store, &query, 100);
    assert_eq!(count.unwrap().events, found.len() as u64);
    assert!(found.len() < 300);
    conformance::same_events(&read_again(&out), &found, "orders");
}

#[test]
fn a_name_asks_for_a_format() {
    let of = |name: &str| Format::of(Path::new(name));
    assert_eq!(of("shop.jsonl"), Format::Jsonl);
    assert_eq!(of("shop.JSONL.zst"), Format::JsonlZst);
    assert_eq!(of("dir.zst/shop.cloudevents.jsonl"), Format::CloudEvents);
    assert_eq!(of("cloudevents"), Format::CloudEvents);
    assert_eq!(of("shop.cloudevents.txt"), Format::Jsonl);
}

//! The stores that anything may happen to, each with the truth about it.

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use serde_json::{Map, Value};

use super::super::stage::Stage;
use super::deed::Dice;
use super::own::{self, Own};
use super::truth::{Fact, Truth};
use crate::model::{self, Event, EventType, Payload, Position, Version, json};
use crate::sample::hostile::{self, Large};
use crate::session::{OpenOptions, Session};
use crate::store::memory::MemoryStore;
use crate::tui::effect::Source;
use crate::upcast::{self, Chain};

/// A store and what is true of it.
pub(super) struct Shelf {
    pub(super) name: &'static str,
    pub(super) truth: Truth,
    store: Kept,
}

enum Kept {
    Named(String),
    Copied(
        PathBuf,
        #[expect(dead_code, reason = "it is there for as long as this is")] tempfile::TempDir,
    ),
    Events(Vec<Event>),
    Chained(Vec<Event>, Arc<Chain>),
    Own(Own),
}

/// Where a copy of what another library wrote comes from.
const WRITTEN: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/eventsourcing-py.db");

impl Shelf {
    /// A screen on it, settled, and the copy that it is on where that is written to.
    pub(super) fn stage(&self, size: (u16, u16)) -> (Stage, Option<own::Copy>) {
        let mut copy = None;
        let source = match &self.store {
            Kept::Own(own) => {
                let path = copy.insert(own.copy()).path();
                Source::new(self.name, move || Session::open(&path, &OpenOptions::default()))
            }
            Kept::Named(name) => {
                let open = name.clone();
                Source::new(name.clone(), move || Session::open(&open, &OpenOptions::default()))
            }
            Kept::Copied(path, _) => {
                let path = path.clone();
                Source::new(self.name, move || Session::open(&path, &OpenOptions::default()))
            }
            Kept::Events(events) => {
                let (name, events) = (self.name, events.clone());
                Source::new(self.name, move || {
                    let store = Box::new(MemoryStore::new(name, events));
                    Ok(Session::with_store(store, &OpenOptions::default()))
                })
            }
            Kept::Chained(events, chain) => {
                let (name, events, chain) = (self.name, events.clone(), Arc::clone(chain));
                Source::new(self.name, move || {
                    let store = Box::new(MemoryStore::new(name, events));
                    let options = OpenOptions { upcast: Some(chain), ..OpenOptions::default() };
                    Ok(Session::with_store(store, &options))
                })
            }
        };
        (Stage::begin(source, size), copy)
    }

    /// What is not foldback's own is as it was.
    pub(super) fn is_untouched(&self) -> Result<(), String> {
        let Kept::Copied(path, _) = &self.store else { return Ok(()) };
        if std::fs::read(path).ok() == std::fs::read(WRITTEN).ok() {
            return Ok(());
        }
        Err(format!("{} was written to", path.display()))
    }
}

fn fact(line: &Value) -> Fact {
    Fact {
        version: line["version"].as_u64().unwrap(),
        position: line["position"].as_i64(),
        kind: line["type"].as_str().unwrap().to_owned(),
        data: Some(line["data"].clone()),
    }
}

/// The events among lines of JSON.
fn told(text: &str) -> Truth {
    let mut truth = Truth::default();
    for line in text.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let Some(id) = line["aggregate"].as_str() {
            truth.add(line["category"].as_str().unwrap(), id, fact(&line));
        }
    }
    truth.whole()
}

fn demo(name: &'static str, bytes: &[u8]) -> Shelf {
    let text = String::from_utf8(zstd::decode_all(bytes).unwrap()).unwrap();
    Shelf { name, truth: told(&text), store: Kept::Named(name.to_owned()) }
}

/// The recorded shop that comes with the program.
pub(super) fn shop() -> &'static Shelf {
    static SHOP: LazyLock<Shelf> = LazyLock::new(|| {
        demo("demo:shop", include_bytes!("../../../../assets/demo/shop.jsonl.zst"))
    });
    &SHOP
}

/// The recorded bank, a small store.
pub(super) fn bank() -> &'static Shelf {
    static BANK: LazyLock<Shelf> = LazyLock::new(|| {
        demo("demo:bank", include_bytes!("../../../../assets/demo/bank.jsonl.zst"))
    });
    &BANK
}

/// A copy of what the eventsourcing library wrote; the truth is what that library itself reads back.
pub(super) fn library() -> &'static Shelf {
    static LIBRARY: LazyLock<Shelf> = LazyLock::new(|| {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
        let text =
            std::fs::read_to_string(fixtures.join("readback/eventsourcing-py.jsonl")).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("eventsourcing-py.db");
        std::fs::copy(WRITTEN, &path).unwrap();
        Shelf { name: "eventsourcing-py.db", truth: told(&text), store: Kept::Copied(path, folder) }
    });
    &LIBRARY
}

/// A store of foldback's own, whose projections are ordered about.
pub(super) fn own() -> &'static Shelf {
    static OWN: LazyLock<Shelf> = LazyLock::new(|| {
        let (own, truth) = Own::make();
        Shelf { name: "own.db", truth, store: Kept::Own(own) }
    });
    &OWN
}

/// Payloads that are hard to read, to fold or to show.
fn payloads() -> Vec<String> {
    let deep = |levels: usize| format!("{}1{}", "{\"in\":".repeat(levels), "}".repeat(levels));
    let object = |keys: std::ops::Range<usize>| {
        let members: Vec<String> = keys.map(|key| format!("\"key-{key}\":{key}")).collect();
        format!("{{{}}}", members.join(","))
    };
    vec![
        "{}".to_owned(),
        "[1,2,3]".to_owned(),
        "null".to_owned(),
        "{".to_owned(),
        String::new(),
        "\"only a string\"".to_owned(),
        r#"{"a":null,"b":{"c":1}}"#.to_owned(),
        r#"{"b":{"c":{"d":[1,{"e":2}]}},"a":[]}"#.to_owned(),
        r#"{"b":7,"a":{"":""}}"#.to_owned(),
        r#"{"n":19.90,"big":9007199254740993,"tiny":1e-9,"minus":-0}"#.to_owned(),
        r#"{"twice":1,"twice":{"x":2}}"#.to_owned(),
        r#"{"esc":"\u001b[31mred\u0007","bidi":"\u202edrawkcab","tab\there":"\n\n\n","漢字":"👩‍👩‍👧‍👦 e\u0301\u0301 نص"}"#.to_owned(),
        format!(r#"{{"{}":"{}"}}"#, "long key ".repeat(600), "long value ".repeat(3000)),
        format!(r#"{{"list":[{}]}}"#, (0..3000).map(|n| n.to_string()).collect::<Vec<_>>().join(",")),
        deep(100),
        object(0..1500),
        object(700..710),
    ]
}

/// Holes and twins among the versions, times that run backwards, names nobody would choose.
pub(super) fn odd() -> &'static Shelf {
    static ODD: LazyLock<Shelf> = LazyLock::new(|| {
        let (mut truth, mut events, payloads) = (Truth::default(), Vec::new(), payloads());
        let mut dice = Dice::new(7);
        let long = "a very long name ".repeat(30);
        let names: [(&str, &str, u64); 9] = [
            ("Order", "order-1", 60),
            ("Order", "two\nlines\tand \u{1b}[0m", 25),
            ("", "", 3),
            ("Category of \u{202e}its own", "漢字-e\u{301}-👩‍👩‍👧‍👦", 40),
            ("Order", &long, 12),
            ("One", "one", 1),
            ("Plain", "plain", 230),
            ("Plain", "plain-2", 30),
            ("Plain", "42", 30),
        ];
        let kinds = ["Made", "Changed", &long, "\u{1b}", "", "漢字"];
        for (category, id, count) in names {
            let mut version = 0;
            for _ in 0..count {
                version +=
                    [1, 1, 1, 1, 1, 0, 2, 90][dice.below(8) as usize].max(u64::from(version == 0));
                let kind = kinds[dice.below(kinds.len() as u64) as usize];
                let data = &payloads[dice.below(payloads.len() as u64) as usize];
                let position = events.len() as i64 * 3 + 1;
                let mut event =
                    super::super::stage::event(id, version, kind, dice.below(90_000), data);
                event.category = category.into();
                event.event_type = EventType::new(kind);
                event.position = Some(Position(position));
                event.data = Payload::json(data.as_bytes(), Arc::default(), Version(version));
                if dice.below(5) == 0 {
                    event.time = None;
                }
                events.push(event);
                let (kind, data) = (kind.to_owned(), serde_json::from_str(data).ok());
                truth.add(category, id, Fact { version, position: Some(position), kind, data });
            }
        }
        Shelf { name: "odd", truth: truth.whole(), store: Kept::Events(events) }
    });
    &ODD
}

/// The worst that a store may hold. Its largest values are left small: what counts the bytes of 10 MB has tests of its
/// own, and here each input would take as long as a thousand others.
pub(super) fn hostile() -> &'static Shelf {
    static HOSTILE: LazyLock<Shelf> = LazyLock::new(|| {
        let large = Large { bytes: 20_000, members: 400, elements: 2_000 };
        let (mut truth, events) = (Truth::default(), hostile::hostile(&large).events);
        for event in &events {
            let bytes = Some(event.data.bytes()).filter(|_| event.data.is_json());
            let fact = Fact {
                version: event.version.0,
                position: event.position.map(|at| at.0),
                kind: event.event_type.as_str().to_owned(),
                data: bytes.and_then(|bytes| document(bytes)),
            };
            truth.add(event.category.as_str(), event.aggregate.as_str(), fact);
        }
        Shelf { name: "hostile", truth: truth.whole(), store: Kept::Events(events) }
    });
    &HOSTILE
}

/// Histories of many schemas behind a chain of upcasters: one event becomes another, several, none, or cannot.
pub(super) fn old() -> &'static Shelf {
    static OLD: LazyLock<Shelf> = LazyLock::new(|| {
        const CHAIN: &str = "steps:
  - {event: Counted, from: 1, to: 2, do: [rename: {path: .n, to: number}]}
  - {event: Counted, from: 2, to: 3, do: [compute: {path: .twice, jq: .number * 2}]}
  - event: Both
    from: 1
    into:
      - {event: Counted, schema: 3, do: [drop: {path: .b}]}
      - {event: Other, schema: 1, do: [drop: {path: .a}, default: {path: .c, value: 7}]}
  - {event: Gone, from: 1, drop: true}
  - {event: Odd, from: 1, to: 2, do: [drop: {path: .nothing}]}
";
        let (mut truth, mut events) = (Truth::default(), Vec::new());
        let mut dice = Dice::new(11);
        for (id, count) in [("old-1", 300_u64), ("old-2", 40), ("old-3", 1)] {
            for version in 1..=count {
                let n = dice.below(90);
                // What is recorded, in which schema, and what is folded of it.
                let (kind, schema, data, folded) = match dice.below(7) {
                    0 => (
                        "Counted",
                        "1",
                        format!(r#"{{"n":{n},"k":1.50}}"#),
                        Some(format!(r#"{{"number":{n},"k":1.50,"twice":{}}}"#, n * 2)),
                    ),
                    1 => (
                        "Counted",
                        "2",
                        format!(r#"{{"number":{n}}}"#),
                        Some(format!(r#"{{"number":{n},"twice":{}}}"#, n * 2)),
                    ),
                    2 => (
                        "Counted",
                        "3",
                        format!(r#"{{"number":{n}}}"#),
                        Some(format!(r#"{{"number":{n}}}"#)),
                    ),
                    3 => (
                        "Both",
                        "1",
                        format!(r#"{{"a":{n},"b":2}}"#),
                        Some(format!(r#"{{"a":{n},"b":2,"c":7}}"#)),
                    ),
                    4 => ("Gone", "1", r#"{"gone":true}"#.to_owned(), None),
                    5 => ("Odd", "1", r#"{"odd":true}"#.to_owned(), None),
                    _ => (
                        "Plain",
                        "9",
                        format!(r#"{{"plain":{{"n":{n}}}}}"#),
                        Some(format!(r#"{{"plain":{{"n":{n}}}}}"#)),
                    ),
                };
                let position = events.len() as i64 + 1;
                let mut event =
                    super::super::stage::event(id, version, kind, dice.below(90_000), &data);
                (event.position, event.schema) = (Some(Position(position)), Some(schema.into()));
                truth.add(
                    event.category.as_str(),
                    id,
                    Fact {
                        version,
                        position: Some(position),
                        kind: kind.to_owned(),
                        data: folded.map(|data| serde_json::from_str(&data).unwrap()),
                    },
                );
                events.push(event);
            }
        }
        let chain = Arc::new(upcast::read("chain.yaml", CHAIN).unwrap());
        Shelf { name: "old", truth: truth.whole(), store: Kept::Chained(events, chain) }
    });
    &OLD
}

/// What a payload says. `serde_json` reads no deeper than 128 levels: what is deeper our own reader has to.
fn document(bytes: &[u8]) -> Option<Value> {
    match serde_json::from_slice(bytes) {
        Ok(document) => Some(document),
        Err(error) if error.to_string().contains("recursion limit") => {
            json::read(bytes, Version::ZERO).ok().map(|value| plain(&value))
        }
        Err(_) => None,
    }
}

fn plain(value: &model::Value) -> Value {
    match value {
        model::Value::Null => Value::Null,
        model::Value::Bool(yes) => Value::Bool(*yes),
        model::Value::Number(text) => Value::Number(text.parse().unwrap()),
        model::Value::String(text) => Value::String(text.to_string()),
        model::Value::Array(of) => of.iter().map(|slot| plain(&slot.value)).collect(),
        model::Value::Object(of) => {
            let members = of.iter().map(|(key, slot)| (key.to_string(), plain(&slot.value)));
            Value::Object(members.collect::<Map<_, _>>())
        }
    }
}

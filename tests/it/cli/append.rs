//! Events appended to a store of foldback's own, as somebody types it or a program pipes it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::{Value, json};

use super::{fixtures, foldback, text};

/// Runs `append STORE …` in `home` with something on standard input.
fn append(home: &Path, line: &str, input: &str) -> Output {
    let mut child = foldback()
        .current_dir(home)
        .arg("append")
        .args(line.split(' '))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who refuses before it reads leaves the pipe closed.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn told(ran: &Output) -> (Option<i32>, String) {
    (ran.status.code(), text(&ran.stdout))
}

fn versions(home: &Path) -> Vec<(String, u64)> {
    let ran = foldback().current_dir(home).args(["events", "own.db", "--json"]).output().unwrap();
    let read = |line: &str| {
        let event: Value = serde_json::from_str(line).unwrap();
        (event["aggregate"].as_str().unwrap().to_owned(), event["version"].as_u64().unwrap())
    };
    text(&ran.stdout).lines().map(read).collect()
}

const CREATED: &str = r#"{"type":"OrderCreated","data":{"customer":"c-1"}}"#;

#[test]
fn a_store_is_begun_and_written_to() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let ran = append(home, "own.db Order/order-1 -", CREATED);
    assert_eq!(told(&ran), (Some(3), String::new()));
    assert!(text(&ran.stderr).contains("--create"), "{}", text(&ran.stderr));
    assert!(!home.join("own.db").exists());
    let ran = append(home, "own.db Order/order-1 - --create", CREATED);
    assert_eq!(told(&ran), (Some(0), "order-1 v1  OrderCreated  position 1\n".to_owned()));
    // Pretty-printed, one after the other, and a batch.
    let many = "{\n  \"type\": \"Paid\",\n  \"data\": {}\n}{\"type\":\"Sent\",\"data\":{}}\n[{\"type\":\"A\",\"data\":1},{\"type\":\"B\",\"data\":2}]";
    let ran = append(home, "own.db order-1 - --expect 1", many);
    let said = "order-1 v2  Paid  position 2\norder-1 v3  Sent  position 3\norder-1 v5  2 events  position 5\n";
    assert_eq!(told(&ran), (Some(0), said.to_owned()));
    let lines = "{\"type\":\"A\",\"data\":{}}\n".repeat(5);
    let ran = append(home, "own.db order-1 - --batch 2", &lines);
    assert_eq!(text(&ran.stdout).lines().count(), 3);
    assert_eq!(versions(home).len(), 10);
}

#[test]
fn nothing_is_made_of_what_is_refused() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let twice = r#"[{"id":"e","type":"A","data":1},{"id":"e","type":"B","data":2}]"#;
    for (line, input, status, why) in [
        ("order-1 -", CREATED, 2, "there is no store at own.db yet, so no `order-1` in it"),
        ("Order/ -", CREATED, 2, "say its id: Order/ID"),
        ("/ -", CREATED, 2, "say its id: Category/ID"),
        ("Order/order-1 -", "", 2, "there is no event"),
        ("Order/order-1 -", "{\"type\":", 2, "is not JSON"),
        ("Order/order-1 - --expect 3", CREATED, 4, "is at version 0, not at version 3"),
        ("Order/order-1 -", twice, 4, "stands twice in the batch, first in event 1"),
        ("Order/order-1 -", r#"{"type":"A"}"#, 2, "it has no `data`"),
    ] {
        let ran = append(home, &format!("own.db {line} --create"), input);
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(status), "{line} {input}: {said}");
        assert!(said.contains(why), "{line} {input}: {said}");
        assert_eq!(std::fs::read_dir(home).unwrap().count(), 0, "{line} {input}");
    }
    let ran = append(home, "own.db Order/order-1 - --create --expect 0", CREATED);
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
}

#[test]
fn an_append_that_is_sent_again_is_answered_and_written_once() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let event = r#"{"id":"e-1","type":"Paid","time":"2026-03-02T14:34:12Z","data":{"n":1.50}}"#;
    let line = "own.db Order/order-1 - --create --json --expect 0";
    let first = append(home, line, event);
    let answer: Value = serde_json::from_str(&text(&first.stdout)).unwrap();
    let wanted = json!({
        "aggregate": "order-1", "category": "Order", "version": 1, "position": 1, "ids": ["e-1"]
    });
    assert_eq!(answer, wanted);
    append(home, "own.db order-1 -", CREATED);
    let second = append(home, line, event);
    assert_eq!(told(&second), told(&first));
    assert_eq!(versions(home).len(), 2);
    let other = append(home, "own.db order-1 -", &event.replace("1.50", "2"));
    assert_eq!(other.status.code(), Some(4));
    assert!(text(&other.stderr).contains("the event id e-1 is in the store already"));
}

#[test]
fn what_is_refused_says_why_and_what_next() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    append(home, "own.db Order/order-1 - --create", CREATED);
    let refused = |line: &str, input: &str, status: i32, why: &str| {
        let ran = append(home, line, input);
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(status), "{line}: {said}");
        assert!(said.contains(why), "{line}: {said}");
    };
    let conflict = "Order order-1 is at version 1, not at version 3 as expected";
    refused("own.db order-1 - --expect 3", CREATED, 4, conflict);
    for (store, name, at) in [("own.db", "order-1", 1), ("new.db", "Order/order-1", 0)] {
        let ran = append(home, &format!("{store} {name} - --create --expect 3 --json"), CREATED);
        let refused: Value = serde_json::from_slice(&ran.stdout).unwrap();
        let wanted =
            json!({"aggregate": "order-1", "category": "Order", "expected": 3, "actual": at});
        assert_eq!(refused, json!({ "refused": wanted }));
        assert_eq!(ran.status.code(), Some(4));
    }
    let deep = format!(r#"{{"type":"Deep","data":{}{}}}"#, "[".repeat(513), "]".repeat(513));
    refused("own.db order-1 -", &deep, 2, "event 1: its data is nested deeper than 512 levels");
    let said = r#"{"type":"Paid","data":{},"version":4}"#;
    refused("own.db order-1 -", said, 4, conflict);
    refused(
        "own.db order-1 - --expect 0",
        CREATED,
        4,
        "should be new, and is at version 1 already",
    );
    refused("own.db order-9 -", CREATED, 2, "say its category: Category/order-9");
    refused("own.db order-1 -", "", 2, "there is no event");
    refused("own.db order-1 -", r#"{"type":"Paid","dta":{}}"#, 2, "did you mean `data`?");
    let elsewhere = r#"{"type":"Paid","data":{},"aggregate":"order-2"}"#;
    refused("own.db order-1 -", elsewhere, 2, "belongs to Order order-2, not to Order order-1");
    refused("own.db order-1 nothing.json", "", 2, "nothing.json cannot be read");
    let shop = fixtures().join("shop.jsonl");
    refused(&format!("{} p-1 -", shop.display()), CREATED, 4, "was not made by foldback");
    refused("own.db order-1 - --layout x.yaml", CREATED, 2, "leave --layout away");
    refused("demo:shop order-1 -", CREATED, 4, "foldback import demo:shop copy.db");
    let torn = format!("{CREATED}{{\"type\":");
    refused("own.db order-1 -", &torn, 2, "1 event before that: recorded");
    let batch = r#"[{"type":"A","data":{}},{"type":"B"}]"#;
    refused("own.db order-1 -", batch, 2, "event 2: it has no `data`");
    assert_eq!(versions(home).len(), 2, "nothing but what was acknowledged");
}

#[test]
fn a_version_that_any_event_of_a_batch_says_is_expected() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    append(home, "own.db Order/order-1 - --create", CREATED);
    let batch = |said: [Option<u64>; 3]| {
        let event = |version: &Option<u64>| match version {
            Some(version) => json!({"type": "Paid", "data": {}, "version": version}),
            None => json!({"type": "Paid", "data": {}}),
        };
        said.iter().map(event).collect::<Value>().to_string()
    };
    for (said, more, status, why) in [
        ([None, None, Some(9)], "", 4, "is at version 1, not at version 6 as expected"),
        ([None, Some(3), Some(5)], "", 2, "event 3: it says that it is version 5, and comes as 4"),
        ([None, None, Some(2)], "", 2, "it says that it is version 2, and comes after 2 events"),
        ([None, Some(3), None], " --expect 0", 2, "is version 3, and comes as 2, by --expect"),
        ([None, None, Some(4)], " --expect 2", 2, "is version 4, and comes as 5, by --expect"),
        ([Some(u64::MAX), None, None], "", 4, "is at version 1"),
        ([Some(u64::MAX), Some(3), None], "", 2, "event 2: it says that it is version 3"),
    ] {
        let ran = append(home, &format!("own.db order-1 -{more}"), &batch(said));
        let told = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(status), "{said:?}: {told}");
        assert!(told.contains(why), "{said:?}: {told}");
        assert_eq!(versions(home).len(), 1, "{said:?}");
    }
    let ran = append(home, "own.db order-1 - --expect 1", &batch([None, Some(3), Some(4)]));
    assert_eq!(told(&ran), (Some(0), "order-1 v4  3 events  position 4\n".to_owned()));
    let ran = append(home, "own.db order-1 - --batch 3", &batch([None, Some(6), None]));
    assert_eq!(ran.status.code(), Some(0), "{}", text(&ran.stderr));
    assert_eq!(versions(home).len(), 7);
}

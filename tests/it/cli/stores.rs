//! The commands on cuts of real stores that libraries wrote: what a layout does not record, and what is left untouched.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use foldback::model::{AggregateKey, Payload, Version};
use foldback::store::own::{Expected, NewEvent, OwnStore};
use sha2::{Digest as _, Sha256};

use super::{fixtures, foldback, keys, lines, run, seen, text};

const STORES: [&str; 5] = [
    "cqrs-es.db",
    "emmett.db",
    "eventsourcing-py.db",
    "eventsourcing-py-zlib.db",
    "eventsourcing-py-aes.db",
];

#[test]
fn a_layout_without_positions_and_times_is_said_to_be_one() {
    let store = "stores/cqrs-es.db";
    insta::assert_snapshot!("cqrs_info", seen(&format!("info {store}")));
    insta::assert_snapshot!("cqrs_aggregates", seen(&format!("aggregates {store} --limit 2")));
    insta::assert_snapshot!("cqrs_events", seen(&format!("events {store} --limit 2")));
    insta::assert_snapshot!("cqrs_log", seen(&format!("log {store} ACC-10045 --limit 2")));
    insta::assert_snapshot!("cqrs_after", seen(&format!("events {store} --after 3")));
    insta::assert_snapshot!("cqrs_from", seen(&format!("events {store} --from -2h")));
    insta::assert_snapshot!("cqrs_recent", seen(&format!("aggregates {store} --sort recent")));
    insta::assert_snapshot!("cqrs_at_time", seen(&format!("state {store} ACC-10045 --at -2h")));
}

#[test]
fn what_is_not_recorded_is_absent_and_never_null() {
    let store = "stores/cqrs-es.db";
    let all = [
        format!("aggregates {store}"),
        format!("events {store}"),
        format!("events {store} ACC-10045"),
        format!("state {store} ACC-10045"),
        format!("log {store} ACC-10045"),
        format!("blame {store} ACC-10045"),
    ];
    for line in all {
        for value in lines(&format!("{line} --json")) {
            for absent in ["position", "time", "first_time", "last_time", "id"] {
                assert!(value.get(absent).is_none(), "{line}: {value}");
            }
        }
    }
    let info = &lines(&format!("info {store} --json"))[0];
    assert!(info.get("head").is_none() && info.get("last_time").is_none(), "{info}");
    assert_eq!(info["snapshots"], 5);
}

#[test]
fn what_listing_notices_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("low.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE stored_events (originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
                 topic TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version));
             INSERT INTO stored_events VALUES ('a', 0, 'shop:Opened', '{}'), ('a', 1, 'shop:Opened', '{}');",
        )
        .unwrap();
    for sort in ["id", "events"] {
        let list = |more: &[&str]| {
            let arguments = ["aggregates", path.to_str().unwrap(), "--sort", sort];
            run(arguments.iter().chain(more))
        };
        let said = text(&list(&[]).stderr);
        let told = "finding (error): 1 event is numbered below 1, the first version of this layout";
        assert!(said.starts_with(told), "{said}");
        let printed = text(&list(&["--json"]).stdout);
        let closing: serde_json::Value =
            serde_json::from_str(printed.lines().last().unwrap()).unwrap();
        assert_eq!(closing["findings"][0]["code"], "version-below-first", "{printed}");
        assert_eq!(printed.lines().count(), 2, "{printed}");
    }
}

#[test]
fn a_projection_is_held_against_the_head() {
    let info = &lines("info stores/emmett.db --json")[0];
    let projections = info["projections"].as_array().unwrap();
    assert_eq!(projections.len(), 3);
    for one in projections {
        assert_eq!(
            keys(one),
            [
                "name",
                "position",
                "head",
                "lag_events",
                "lag_seconds",
                "status",
                "stalled",
                "errors",
                "updated"
            ],
            "what is unknown of a projection is null"
        );
        assert!(one["lag_events"].as_u64().unwrap() > 0 && one["errors"].is_null(), "{one}");
    }
}

#[test]
fn what_is_encrypted_is_said_once() {
    let ran = run(["aggregates", "stores/eventsourcing-py-aes.db", "--limit", "1", "--json"]);
    let first: serde_json::Value = serde_json::from_str(&text(&ran.stdout)).unwrap();
    let id = first["aggregate"].as_str().unwrap();
    insta::assert_snapshot!(
        "aes_state",
        seen(&format!("state stores/eventsourcing-py-aes.db {id}"))
    );
    insta::assert_snapshot!(
        "aes_log",
        seen(&format!("log stores/eventsourcing-py-aes.db {id} --limit 2"))
    );
    let ran = run(["events", "stores/eventsourcing-py-aes.db", "--json", "--limit", "1"]);
    let event: serde_json::Value = serde_json::from_str(&text(&ran.stdout)).unwrap();
    assert!(event["data_base64"].is_string() && event.get("data").is_none());
    assert_eq!(event["findings"].as_array().unwrap().len(), 1);
}

/// Every file of a directory with the hash of what is in it.
fn contents(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries
        .map(|path| (path.clone(), Sha256::digest(std::fs::read(path).unwrap()).to_vec()))
        .collect()
}

#[test]
fn no_command_changes_a_byte_or_leaves_anything_behind() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    for store in STORES {
        let path = directory.path().join(store);
        std::fs::copy(fixtures().join("stores").join(store), &path).unwrap();
        let before = contents(directory.path());
        let typed = |line: &str| {
            let ran = foldback()
                .args(line.split(' ').take(1))
                .arg(&path)
                .args(line.split(' ').skip(1))
                .output()
                .unwrap();
            assert!(ran.status.success(), "{line} on {store}: {}", text(&ran.stderr));
            text(&ran.stdout)
        };
        let first: serde_json::Value =
            serde_json::from_str(&typed("aggregates --limit 1 --json")).unwrap();
        let id = first["aggregate"].as_str().unwrap();
        typed("info");
        typed("aggregates --sort events");
        typed("events");
        typed(&format!("events {id} --where true"));
        typed(&format!("state {id} --at first --blame"));
        typed(&format!("diff {id} first"));
        typed(&format!("log {id}"));
        if !store.contains("aes") {
            typed(&format!("blame {id}"));
        }
        typed(&format!("export {}", elsewhere.path().join(format!("{store}.jsonl")).display()));
        typed(&format!("import {}", elsewhere.path().join(store).display()));
        assert_eq!(contents(directory.path()), before, "{store}");
    }
}

#[test]
fn a_store_is_followed_while_another_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("own.db");
    let mut store = OwnStore::create(&path).unwrap();
    let key = AggregateKey::new("Order", "order-1");
    let mut append = |count: u64| {
        let event =
            || NewEvent::new("Moved", Payload::json(&b"{}"[..], Arc::default(), Version(1)));
        let batch: Vec<_> = (0..count).map(|_| event()).collect();
        store.append(&key, &batch, Expected::Any).unwrap();
    };
    append(2);
    let mut child = foldback()
        .args(["events", "--follow", "--json", "--after", "1"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut position = || {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        line["position"].as_u64().unwrap()
    };
    assert_eq!(position(), 2);
    append(1);
    assert_eq!(position(), 3);
    append(2500);
    for expected in 4..=2503 {
        assert_eq!(position(), expected, "each once, in order, over several pages");
    }
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_store_that_takes_the_place_of_the_followed_one_is_followed_from_its_beginning() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("shop.db");
    let replace = |name: &str| {
        let new = directory.path().join("new.db");
        std::fs::copy(fixtures().join("stores").join(name), &new).unwrap();
        std::fs::rename(&new, &path).unwrap();
    };
    let all = |name: &str| lines(&format!("events stores/{name} --json"));
    replace("cqrs-es.db");
    let mut child = foldback()
        .args(["events", "--follow", "--json"])
        .arg(&path)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    for name in ["cqrs-es.db", "emmett.db"] {
        if name == "emmett.db" {
            replace(name);
        }
        for expected in all(name) {
            let line: serde_json::Value =
                serde_json::from_str(&printed.next().unwrap().unwrap()).unwrap();
            assert_eq!(line, expected);
        }
    }
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    let said = text(&ended.stderr);
    assert!(said.contains("holds another history now, and is read as Emmett"), "{said}");
}

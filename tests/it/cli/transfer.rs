//! Events carried from one store into another.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use super::{fixtures, foldback, run, text};

/// Runs with a path as the last argument.
fn with(line: &str, path: &Path) -> std::process::Output {
    foldback().args(line.split(' ')).arg(path).output().unwrap()
}

fn events(path: &Path) -> Vec<Value> {
    let ran = with("events --json", path);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_way_out_and_in_again_keeps_every_event() {
    let directory = tempfile::tempdir().unwrap();
    let original = events(&fixtures().join("shop.jsonl"));
    for name in ["out.jsonl", "out.jsonl.zst", "out.cloudevents.jsonl", "out.cloudevents.jsonl.zst"]
    {
        let path = directory.path().join(name);
        let ran = with("export shop.jsonl", &path);
        assert!(ran.status.success(), "{name}: {}", text(&ran.stderr));
        assert!(text(&ran.stdout).contains("14 events"), "{}", text(&ran.stdout));
        assert_eq!(events(&path), original, "{name}");
        let shape = text(&with("info", &path).stdout).contains("CloudEvents");
        assert_eq!(shape, name.contains("cloudevents"), "{name}");
    }
    let store = directory.path().join("own.db");
    let ran = with("import shop.jsonl --json", &store);
    let report: Value = serde_json::from_str(&text(&ran.stdout)).unwrap();
    assert_eq!((&report["events"], &report["aggregates"]), (&14.into(), &5.into()));
    assert_eq!(events(&store), original);
}

#[test]
fn a_store_is_not_made_of_standard_output() {
    let home = tempfile::tempdir().unwrap();
    let from = fixtures().join("shop.jsonl");
    let mut import = foldback();
    let ran = import.current_dir(home.path()).arg("import").arg(from).arg("-").output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran.stdout));
    assert!(
        text(&ran.stderr).contains("shop.jsonl -` prints every event"),
        "{}",
        text(&ran.stderr)
    );
    assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
}

#[test]
fn standard_output_is_a_place_to_write_to() {
    let written = text(&run(["export", "shop.jsonl", "-"]).stdout);
    assert_eq!(written.lines().count(), 14);
    let cloud = text(&run(["export", "shop.jsonl", "-", "--format", "cloudevents"]).stdout);
    let first: Value = serde_json::from_str(cloud.lines().next().unwrap()).unwrap();
    assert_eq!(first["specversion"], "1.0");
    let mut child = foldback()
        .args(["export", "shop.jsonl", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), String::new()));
}

#[test]
fn what_is_there_is_not_written_over() {
    let directory = tempfile::tempdir().unwrap();
    for command in ["import", "export"] {
        let path = directory.path().join(command);
        std::fs::write(&path, "precious").unwrap();
        let ran = with(&format!("{command} shop.jsonl"), &path);
        assert_eq!(ran.status.code(), Some(4), "{}", text(&ran.stderr));
        assert!(text(&ran.stderr).contains("exists already"), "{}", text(&ran.stderr));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    }
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn info_says_whether_the_history_of_an_own_store_was_tampered_with() {
    let directory = tempfile::tempdir().unwrap();
    let own = directory.path().join("own.db");
    let ran = foldback().args(["import", "stores/emmett.db"]).arg(&own).output().unwrap();
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    let info = |flag: &str| {
        let ran = foldback().arg("info").arg(&own).arg(flag).output().unwrap();
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        (text(&ran.stdout), text(&ran.stderr))
    };
    let (whole, _) = info("--quiet");
    assert!(whole.contains("chain       holds over "), "{whole}");
    let tampered = rusqlite::Connection::open(&own).unwrap();
    tampered
        .execute_batch(
            "DROP TRIGGER events_are_never_changed; UPDATE events SET data = '{}' WHERE position =
                (SELECT min(position) FROM events)",
        )
        .unwrap();
    drop(tampered);
    let (printed, said) = info("--quiet");
    assert!(printed.contains("chain       does not hold over "), "{printed}");
    assert!(said.contains("this event was changed after it was recorded"), "{said}");
    let (json, _) = info("--json");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["chain"]["holds"], false);
    let codes: Vec<_> =
        json["findings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
    assert_eq!(codes, ["chain-broken"]);
}

//! Projections as somebody types it: run, stopped, stepped over, paused, made anew, looked at.

use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{foldback, keys, lines, text};

/// Runs `projection …` in `home`.
fn projection(home: &Path, line: &str) -> Output {
    foldback().current_dir(home).arg("projection").args(line.split(' ')).output().unwrap()
}

/// What it prints as JSON, its exit status, and what it says beside that.
fn told(home: &Path, line: &str) -> (Vec<Value>, i32, String) {
    let ran = projection(home, &format!("{line} --json"));
    let read = |line: &str| serde_json::from_str(line).unwrap();
    let values = text(&ran.stdout).lines().map(read).collect();
    (values, ran.status.code().unwrap(), text(&ran.stderr))
}

/// A copy of a store of foldback's own.
fn copy(home: &Path, of: &str) {
    let ran = foldback().current_dir(home).args(["import", of, "own.db"]).output().unwrap();
    assert!(ran.status.success(), "{}", text(&ran.stderr));
}

fn fixture() -> String {
    super::fixtures().join("shop.jsonl").to_string_lossy().into_owned()
}

fn one(home: &Path, line: &str) -> Value {
    let (mut values, status, said) = told(home, line);
    assert_eq!((values.len(), status), (1, 0), "{line}: {said}");
    values.remove(0)
}

#[test]
fn an_event_that_stops_a_projection_is_seen_explained_stepped_over_and_caught_up() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    copy(home, "demo:shop");
    // The checkpoint that was imported is of rows that are elsewhere: it begins with the first event.
    let (ended, status, said) = told(home, "run own.db refund-report --on-error stop");
    assert_eq!((ended[0]["ended"].as_str(), status), (Some("stopped"), 1), "{said}");
    assert_eq!((&ended[0]["position"], &ended[0]["events"]), (&json!(25_939), &json!(25_939)));
    assert!(said.contains("refund-report stands before event 25940"), "{said}");
    assert!(said.contains("--skip 25940"), "{said}");

    let status = one(home, "status own.db refund-report");
    assert_eq!((&status["status"], &status["errors"]), (&json!("failed"), &json!(0)));
    assert_eq!(status["lag_events"], 2_128);
    let finding = &status["findings"][0];
    assert_eq!(finding["code"], "projection-stopped");
    let why = finding["message"].as_str().unwrap();
    assert!(
        why.contains(
            "event 25940 after 3 attempts: the request desk-1042 of order-4711 has its line"
        ),
        "{why}"
    );
    let said = text(&projection(home, "dead-letters own.db refund-report").stderr);
    assert!(said.contains("was stopped by event 25940"), "{said}");

    let (_, refused, said) = told(home, "dead-letters own.db refund-report --skip 25941");
    assert_eq!(refused, 4, "{said}");
    let letter = one(home, "dead-letters own.db refund-report --skip 25940");
    assert_eq!((&letter["position"], &letter["attempts"]), (&json!(25_940), &json!(3)));
    let ended = one(home, "run own.db refund-report --on-error stop");
    assert_eq!((&ended["ended"], &ended["position"]), (&json!("caught-up"), &json!(28_067)));
    assert_eq!(ended["events"], 2_127);
    let status = one(home, "status own.db refund-report");
    assert_eq!((&status["status"], &status["errors"]), (&json!("running"), &json!(1)));
    assert_eq!(keys(&status)[..4], ["name", "position", "head", "lag_events"]);
    let (_, no, said) = told(home, "dead-letters own.db refund-report --retry 25940");
    assert_eq!(no, 1, "{said}");
    assert!(said.contains("failed again"), "{said}");

    // Made anew, the same event is tried three times and put aside, and the rows are the same.
    let rows = told(home, "rows own.db refund-report").0;
    let ended = one(home, "rebuild own.db refund-report -q");
    assert_eq!((&ended["ended"], &ended["dead_letters"]), (&json!("rebuilt"), &json!(1)));
    assert_eq!(told(home, "rows own.db refund-report").0, rows);
    let letter = one(home, "dead-letters own.db refund-report");
    assert_eq!(keys(&letter), ["position", "error", "attempts", "failed"]);
    assert_eq!((&letter["position"], &letter["attempts"]), (&json!(25_940), &json!(3)));
}

#[test]
fn what_fits_the_events_is_run_paused_and_looked_at() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    copy(home, &fixture());
    let events = r#"[{"type":"OrderCreated","data":{"customer":"c-9"}},
        {"type":"ItemAdded","data":{"product_id":"p-1","quantity":2,"unit_price":2.50}}]"#;
    std::fs::write(home.join("events.json"), events).unwrap();
    let append = ["append", "own.db", "Order/order-new", "events.json"];
    assert!(foldback().current_dir(home).args(append).output().unwrap().status.success());
    let (ended, status, said) = told(home, "run own.db");
    assert_eq!(status, 0, "{said}");
    let names: Vec<_> = ended.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"order-list"), "{names:?}");
    assert!(!names.contains(&"location-map"), "nothing lies anywhere: {names:?}");
    assert_eq!(
        keys(&ended[0])[..6],
        ["name", "ended", "position", "events", "seconds", "dead_letters"]
    );
    let (rows, ..) = told(home, "rows own.db order-list");
    assert_eq!(rows[0]["row"]["total"].to_string(), "5.00");
    assert_eq!(keys(&rows[0]), ["key", "row"]);
    let key = rows[0]["key"].as_str().unwrap();
    assert_eq!(one(home, &format!("rows own.db order-list {key}")), rows[0]);
    let shown = text(&projection(home, &format!("rows own.db order-list {key}")).stdout);
    assert!(shown.contains("c-9"), "{shown}");
    assert_eq!(told(home, "rows own.db order-list --limit 1").0, rows[..1]);

    assert_eq!(one(home, "pause own.db order-list")["status"], "paused");
    assert_eq!(one(home, "run own.db order-list -q")["ended"], "paused");
    assert_eq!(one(home, "resume own.db order-list")["status"], "running");
    assert_eq!(one(home, "run own.db order-list")["ended"], "caught-up");
    let said = text(&projection(home, "resume own.db order-list").stdout);
    assert!(said.contains("running already"), "{said}");
}

#[test]
fn a_projection_of_ones_own_says_in_jq_what_becomes_of_a_row() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    copy(home, &fixture());
    let types = lines("events shop.jsonl --json");
    let mut counts = std::collections::BTreeMap::new();
    for event in &types {
        *counts.entry(event["aggregate"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    let mut file = "counts:\n".to_owned();
    let mut names: Vec<_> = types.iter().map(|event| event["type"].as_str().unwrap()).collect();
    names.sort_unstable();
    names.dedup();
    file.extend(names.iter().map(|name| format!("  {name}: {{row: '($row // 0) + 1'}}\n")));
    std::fs::write(home.join("mine.yaml"), file).unwrap();
    assert_eq!(one(home, "run own.db counts --projections mine.yaml")["ended"], "caught-up");
    let rows = told(home, "rows own.db counts").0;
    let found: std::collections::BTreeMap<_, _> = rows
        .iter()
        .map(|row| (row["key"].as_str().unwrap().to_owned(), row["row"].as_i64().unwrap()))
        .collect();
    assert_eq!(found, counts);

    std::fs::write(home.join("mine.yaml"), "counts:\n  A: {row: '($row // 0'}\n  B: {key: .}\n")
        .unwrap();
    let (_, status, said) = told(home, "run own.db --projections mine.yaml");
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("line 2: `row` of `A`"), "{said}");
    assert!(said.contains("line 3: `B`: `row` is missing"), "{said}");
}

#[test]
fn what_is_not_there_or_not_ours_is_told() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    copy(home, &fixture());
    let said = |line: &str, wanted: i32, part: &str| {
        let (_, status, said) = told(home, line);
        assert_eq!(status, wanted, "{line}: {said}");
        assert!(said.contains(part), "{line}: {said}");
    };
    said("run own.db order-lits", 2, "did you mean `order-list`?");
    said("run demo:shop", 4, "foldback import demo:shop");
    said("rows own.db order-list", 2, "projection run own.db order-list");
    said("run own.db order-list", 0, "");
    said("rows own.db order-list no-such-order", 2, "has no row `no-such-order`");
    said("pause own.db order-lst", 2, "did you mean `order-list`?");
    said("status own.db nobody", 2, "there are: order-list");
    said("rebuild own.db order-list --abandon", 0, "no rebuild is under way");
    said("run own.db --on-error never", 2, "never");
    said("status demo:bank", 2, "keeps no checkpoints");
}

#[test]
fn how_far_it_was_at_a_moment_is_known_from_where_it_has_been() {
    let at = |moment: &str, name: &str| {
        let line = format!("projection status demo:shop {name} --json --at {moment}");
        let found = lines(&line);
        let [one] = &found[..] else { panic!("{line}: {found:?}") };
        (one["lag_events"].as_i64().unwrap(), one["stalled"].clone(), one["head"].as_i64().unwrap())
    };
    let (before, _, head) = at("2026-03-03T16:40:30Z", "refund-report");
    assert!(before < 60, "{before}");
    let (after, stalled, later) = at("2026-03-04T12:00:00Z", "refund-report");
    assert!(after > 1_000 && later > head, "{after}");
    assert_eq!((stalled, later - after), (json!(true), 25_939));
    let now = lines("projection status demo:shop refund-report --json");
    assert_eq!(now[0]["lag_events"], 2_128);
    assert_eq!(at("2026-03-05T12:00:00Z", "refund-report").0, 2_128);
    // Before it first moved it was not there.
    let none = super::run("projection status demo:shop --json --at 2026-02-01".split(' '));
    assert!(none.status.success() && none.stdout.is_empty());
}

#[test]
fn following_goes_on_as_events_come_until_ctrl_c_ends_it_whole() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    copy(home, &fixture());
    let follows = foldback()
        .current_dir(home)
        .args(["projection", "run", "own.db", "order-list", "--follow", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let reaches = |position: i64| {
        let begun = Instant::now();
        while told(home, "status own.db order-list").0.first().map(|one| one["position"].clone())
            != Some(json!(position))
        {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came to {position}");
        }
    };
    reaches(14);
    std::fs::write(home.join("event.json"), r#"{"type":"OrderCreated","data":{"customer":"c-9"}}"#)
        .unwrap();
    let append = ["append", "own.db", "Order/order-new", "event.json"];
    assert!(foldback().current_dir(home).args(append).output().unwrap().status.success());
    reaches(15);
    let id = follows.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let ran = follows.wait_with_output().unwrap();
    assert_eq!(ran.status.code(), Some(130));
    let said: Value = serde_json::from_str(text(&ran.stdout).trim()).unwrap();
    assert_eq!((&said["ended"], &said["position"]), (&json!("halted"), &json!(15)));
}

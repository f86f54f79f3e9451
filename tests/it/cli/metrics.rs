//! What is measured, for a person and a program; a scraper is served in `serve`.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::{fixtures, foldback, text};

pub(super) fn ran(home: &Path, line: &str) -> Output {
    foldback().current_dir(home).args(line.split(' ')).stdin(Stdio::null()).output().unwrap()
}

/// A store of foldback's own with the events of the shop, and with what a snapshot and a replay took.
pub(super) fn shop() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let from = fixtures().join("shop.jsonl");
    for line in [
        &format!("import {} own.db", from.display()),
        "snapshot own.db order-4711",
        "replay own.db order-4711 --record",
    ] {
        let ran = ran(home.path(), line);
        assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
    }
    home
}

fn metrics(home: &Path, line: &str) -> Vec<Value> {
    let ran = ran(home, line);
    assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
    text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_commands_took_is_told_and_what_is_not_recorded_is_not_zero() {
    let home = shop();
    let all = metrics(home.path(), "metrics own.db --json");
    let of = |name: &str| all.iter().find(|one| one["metric"] == name).unwrap();
    assert_eq!(all.len(), 8);
    assert_eq!(of("snapshot_creation_time")["count"], 1);
    assert_eq!(of("event_replay_time")["count"], 2, "the snapshot was replayed too");
    assert_eq!(of("event_append_latency")["state"], "nothing yet");
    assert_eq!(of("event_append_latency")["middle"], Value::Null);
    assert!(of("event_storage_size")["middle"].as_f64() > Some(10_000.0));
    let file = fixtures().join("shop.jsonl");
    let recorded = metrics(home.path(), &format!("metrics {} --json", file.display()));
    let of = |name: &str| recorded.iter().find(|one| one["metric"] == name).unwrap();
    assert_eq!(of("event_append_latency")["why"], "not recorded by this layout");
    let table = text(&ran(home.path(), "metrics own.db").stdout);
    assert!(
        table
            .lines()
            .any(|line| line.starts_with("event_append_latency") && line.contains("nothing yet")),
        "{table}"
    );
    let two = ran(home.path(), "metrics own.db --json --format prometheus");
    assert_eq!(two.status.code(), Some(2));
}

#[test]
fn thresholds_stand_in_the_configuration_and_its_mistakes_are_told() {
    let home = shop();
    let run = |yaml: &str| {
        std::fs::write(home.path().join("c.yaml"), yaml).unwrap();
        foldback()
            .current_dir(home.path())
            .env("FOLDBACK_CONFIG", home.path().join("c.yaml"))
            .args(["metrics", "own.db", "--json"])
            .output()
            .unwrap()
    };
    let ran = run("metrics:\n  capacity: 1 KiB\n  thresholds: {events_per_aggregate: 2}\n");
    let all: Vec<Value> =
        text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| all.iter().find(|one| one["metric"] == name).unwrap();
    assert_eq!(of("events_per_aggregate")["state"], "alert");
    assert_eq!(
        (&of("event_storage_size")["state"], &of("event_storage_size")["capacity"]),
        (&"alert".into(), &1024.0.into())
    );
    let ran = run("metrics:\n  capacity: lots\n");
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).contains("c.yaml:2: metrics: capacity: `lots` is no size"));
}

#[test]
fn how_much_time_is_looked_at_is_said() {
    let home = shop();
    let note = |line: &str| text(&ran(home.path(), line).stderr);
    assert!(note("metrics own.db").contains("middle and end are over the hour before"));
    assert!(note("metrics own.db --last 15m").contains("middle and end are over the 15m before"));
    // A recording stands still: what is told as newest is told with its age.
    let shop = super::fixtures().join("shop.jsonl").display().to_string();
    let told = note(&format!("metrics {shop}"));
    assert!(told.contains(", its newest moment, ") && told.contains(" ago: "), "{told}");
    let told = note(&format!("metrics {shop} --at 2199-01-01T00:00:00.5Z"));
    let unknown = "its newest moment, ";
    assert!(told.contains(unknown), "{told}");
    assert!(told.contains(" (nothing is known of 2199-01-01T00:00:00.5"), "{told}");
    let told = note(&format!("metrics {shop} --at 2026-03-02T14:34:12Z"));
    assert!(told.contains("2026-03-02T14:34:12") && !told.contains("newest"), "{told}");
    let told = note(&format!("metrics {shop} --at 2020-01-01T00:00:00Z"));
    assert!(
        told.contains("at 2020-01-01T00:00:00") && told.contains(", before its first event: "),
        "{told}"
    );
    let before = metrics(home.path(), &format!("metrics {shop} --at 2020-01-01T00:00:00Z --json"));
    assert!(before.iter().all(|one| one["state"] != "ok"), "{before:?}");
    // The events of the recording are months old; what was measured of the commands is of now.
    let long = metrics(home.path(), "metrics own.db --last 52w --json");
    let rate = |all: &[Value]| {
        let of = all.iter().find(|one| one["metric"] == "events_per_second").unwrap();
        of["end"].as_f64()
    };
    let short = metrics(home.path(), "metrics own.db --last 1s --json");
    assert!(rate(&long) > rate(&short), "{:?} {:?}", rate(&long), rate(&short));
    // A scraper is told what is so now, others what was so when something was known last.
    let scraped = text(&ran(home.path(), &format!("metrics {shop} --format prometheus")).stdout);
    let rate = |page: &str| {
        let line = page.lines().find(|line| line.starts_with("foldback_events_per_second "));
        line.and_then(|line| line.rsplit_once(' ')).unwrap().1.parse::<f64>().unwrap()
    };
    assert!(rate(&scraped).abs() < f64::EPSILON, "{scraped}");
    let line = format!("metrics {shop} --format prometheus --at 2026-03-02T14:34:12Z");
    assert!(rate(&text(&ran(home.path(), &line).stdout)) > 0.0);
    // What a wrong clock wrote is no time.
    std::fs::write(
        home.path().join("odd.json"),
        r#"{"type":"Odd","data":{},"time":"2126-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    let appended = ran(home.path(), "append own.db Odd/odd-1 odd.json");
    assert!(appended.status.success(), "{}", text(&appended.stderr));
    let told = note("metrics own.db");
    assert!(
        told.contains("lies after the clock and counts as none: 2126-01-01T00:00:00Z"),
        "{told}"
    );
    assert!(told.contains(", its newest moment: "), "{told}");
    let printed = text(&ran(home.path(), "metrics own.db --last 3d --format prometheus").stdout);
    assert!(printed.contains("foldback_snapshot_creation_time_seconds_count 1\n"), "{printed}");
    for (wrong, why) in [
        ("15x", "`15x` for --last is no length of time"),
        ("-15m", "`-15m` for --last is no length of time"),
        ("0m", "`0m` for --last is no time at all"),
        ("6000w", "`6000w` for --last is more than a hundred years"),
    ] {
        let ran = ran(home.path(), &format!("metrics own.db --last {wrong}"));
        let said = text(&ran.stderr);
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains(why) && said.contains("90s, 15m, 2h, 3d, 1w"), "{said}");
    }
}

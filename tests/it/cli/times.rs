//! Times as the README says that they are written, shown and compared: each of its sentences.

use std::process::Stdio;

use serde_json::Value;

use super::{foldback, text};

/// A recording of two orders: equal times, times that do not rise, an event without one, an hour that clocks in Berlin
/// had twice.
const EVENTS: [(&str, u64, Option<&str>); 9] = [
    ("order-1", 1, Some("2026-03-02T14:34:12.201Z")),
    ("order-1", 2, Some("2026-03-02T14:34:12.201Z")),
    ("order-1", 3, Some("2026-03-02T14:34:12.752755Z")),
    ("order-1", 4, Some("2026-03-03T00:00:00Z")),
    ("order-2", 1, Some("2026-10-25T00:30:00Z")),
    ("order-2", 2, Some("2026-10-25T01:30:00Z")),
    ("order-2", 3, Some("2026-10-24T00:00:00Z")),
    ("order-2", 4, None),
    ("order-2", 5, Some("2026-10-26T00:00:00Z")),
];

struct Told {
    status: Option<i32>,
    out: String,
    err: String,
}

impl Told {
    fn lines(&self) -> Vec<Value> {
        assert_eq!(self.status, Some(0), "{}", self.err);
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn versions(&self) -> Vec<u64> {
        self.lines().iter().map(|line| line["version"].as_u64().unwrap()).collect()
    }
}

/// Runs a command on the recording: its first two words are the command and the aggregate.
fn ask(words: &[&str]) -> Told {
    let home = tempfile::tempdir().unwrap();
    let line = |(at, (id, version, time)): (usize, &(&str, u64, Option<&str>))| {
        let time = time.map_or_else(String::new, |time| format!(r#","time":"{time}""#));
        format!(
            r#"{{"position":{},"aggregate":"{id}","category":"Order","version":{version},"type":"Set"{time},"data":{{"v":{version}}},"metadata":{{"user":"ana"}}}}"#,
            at + 1
        )
    };
    let lines: Vec<String> = EVENTS.iter().enumerate().map(line).collect();
    std::fs::write(home.path().join("times.jsonl"), lines.join("\n") + "\n").unwrap();
    let ran = foldback()
        .current_dir(home.path())
        .env("TZ", "Asia/Tokyo")
        .args([words[0], "times.jsonl"])
        .args(&words[1..])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Told { status: ran.status.code(), out: text(&ran.stdout), err: text(&ran.stderr) }
}

fn at(aggregate: &str, time: &str) -> Value {
    ask(&["state", aggregate, "--at", time, "--json"]).lines().remove(0)
}

#[test]
fn a_time_says_how_far_from_utc_it_is_or_is_utc_whatever_the_clock_of_the_machine() {
    for time in [
        "2026-03-02T14:34:12.201Z",
        "2026-03-02 14:34:12.201",
        "2026-03-02T15:34:12.201+01:00",
        "2026-03-02 15:34:12.201+01:00",
        "2026-03-02 09:04:12.201-05:30",
    ] {
        assert_eq!(at("order-1", time)["version"], 2, "{time}");
    }
    assert_eq!(at("order-1", "2026-03-02 15:35+01:00")["version"], 3, "without seconds, too");
}

#[test]
fn names_of_zones_are_refused_and_an_hour_that_clocks_had_twice_is_told_by_its_offset() {
    for time in ["2026-10-25 02:30 Europe/Berlin", "2026-10-25 02:30 CET", "2026-10-25 02:30 local"]
    {
        for words in [
            ["state", "order-2", "--at", time],
            ["log", "order-2", "--from", time],
            ["events", "order-2", "--to", time],
        ] {
            let told = ask(&words);
            assert_eq!(told.status, Some(2), "{words:?}");
            assert!(told.err.contains("+01:00"), "{words:?}: {}", told.err);
        }
    }
    assert_eq!(at("order-2", "2026-10-25 02:30+02:00")["version"], 3, "by the clock of summer");
    let between = ["--from", "2026-10-25 02:30+02:00", "--to", "2026-10-25 02:30+01:00"];
    let both = ask(&[&["events", "order-2", "--json"][..], &between].concat());
    assert_eq!(both.versions(), [1, 2], "once by the clock of summer, once by that of winter");
}

#[test]
fn a_minus_counts_back_from_now() {
    assert_eq!(ask(&["events", "order-1", "--from", "-1s", "--json"]).versions(), [0; 0]);
    let weeks = "-4000w";
    assert_eq!(ask(&["events", "order-1", "--from", weeks, "--json"]).versions(), [1, 2, 3, 4]);
}

#[test]
fn what_is_shown_is_utc() {
    assert_eq!(at("order-1", "2")["time"], "2026-03-02T14:34:12.201Z");
    let told = ask(&["log", "order-1"]).out;
    assert!(told.contains("2026-03-02 14:34:12.201"), "{told}");
    let heading = |more: &[&str]| {
        let words: Vec<&str> = ["log", "order-1"].iter().chain(more).copied().collect();
        ask(&words).out.lines().next().unwrap().to_owned()
    };
    let (from, to) = ("2026-03-02", "2026-03-03");
    assert!(!heading(&[]).contains(", from"), "{}", heading(&[]));
    for (more, said) in [
        (&["--from", from, "--to", to][..], ", from 2026-03-02T00:00:00Z to 2026-03-03T00:00:00Z"),
        (&["--from", from], ", from 2026-03-02T00:00:00Z ·"),
        (&["--to", to], ", up to 2026-03-03T00:00:00Z ·"),
    ] {
        assert!(heading(more).contains(said), "{}", heading(more));
    }
}

#[test]
fn both_ends_are_within_and_an_end_with_seconds_is_all_that_begins_with_its_digits() {
    let from_to = |from: &str, to: &str| {
        let words = |command| [command, "order-1", "--from", from, "--to", to, "--json"];
        let (events, log) = (ask(&words("events")).versions(), ask(&words("log")).versions());
        assert_eq!(events, log, "{from} {to}");
        events
    };
    let exact = "2026-03-02T14:34:12.201Z";
    assert_eq!(from_to(exact, exact), [1, 2]);
    assert_eq!(from_to("2026-03-02 14:34:12.202", "2026-03-03"), [3, 4]);
    assert_eq!(from_to(exact, "2026-03-02 14:34:12.752"), [1, 2, 3]);
    assert_eq!(from_to(exact, "2026-03-02 14:34:12.751"), [1, 2]);
    assert_eq!(from_to(exact, "2026-03-02 14:34:12"), [1, 2, 3]);
    // A minute and a day are where they begin.
    assert_eq!(from_to("2026-03-02", "2026-03-02 14:34"), [0; 0]);
    assert_eq!(from_to("2026-03-02", "2026-03-03"), [1, 2, 3, 4]);
    let turned = ask(&["log", "order-1", "--from", "2026-03-03", "--to", "2026-03-02"]);
    assert_eq!(turned.status, Some(2));
    assert!(turned.err.contains("--from is later than --to"), "{}", turned.err);
}

#[test]
fn the_state_at_a_time_is_the_one_after_the_last_event_of_that_time() {
    let state = at("order-1", "2026-03-02T14:34:12.201Z");
    assert_eq!((&state["version"], &state["state"]["v"]), (&2.into(), &2.into()));
    let before = at("order-1", "2026-03-02T14:34:12.200Z");
    assert_eq!((&before["version"], &before["state"]), (&0.into(), &serde_json::json!({})));
}

#[test]
fn where_times_do_not_rise_a_state_is_that_of_the_last_version_and_it_is_said() {
    let state = at("order-2", "2026-10-25 12:00");
    assert_eq!((&state["version"], &state["state"]["v"]), (&3.into(), &3.into()));
    let codes: Vec<_> =
        state["findings"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert!(codes.contains(&"times-out-of-order".into()), "{state}");
    // A range takes each event by its own time, and one without a time is in none.
    let words = ["log", "order-2", "--from", "2026-10-25", "--json"];
    assert_eq!(ask(&words).versions(), [1, 2, 5]);
    let words = ["events", "order-2", "--from", "2026-01-01", "--json"];
    assert_eq!(ask(&words).versions(), [1, 2, 3, 5]);
}

#[test]
fn a_history_in_a_range_has_the_changes_of_its_events_and_what_is_known_around_them() {
    let words = ["log", "order-1", "--from", "2026-03-02 14:34:12.5", "--json"];
    let history = ask(&words).lines();
    assert_eq!(history.len(), 2);
    let change = &history[0]["changes"][0];
    assert_eq!((&change["before"], &change["after"]), (&2.into(), &3.into()), "of all before it");
    assert_eq!(history[0]["metadata"]["user"], "ana");
    let shown =
        ask(&["log", "order-1", "--from", "2026-03-02 14:34:12.5", "--reverse", "--limit", "1"]);
    assert!(shown.out.contains("v4 ") && !shown.out.contains("v3 "), "{}", shown.out);
    let none = ask(&["log", "order-1", "--from", "2027-01-01"]);
    assert_eq!(none.status, Some(0));
    assert!(none.err.contains("no version of it lies between these times"), "{}", none.err);
}

#[test]
fn events_after_a_position_are_asked_for_by_it() {
    let all = ask(&["events", "--after", "6", "--json"]).lines();
    let positions: Vec<_> = all.iter().map(|one| one["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, [7, 8, 9]);
    assert_eq!(ask(&["events", "order-1", "--after", "2", "--json"]).versions(), [3, 4]);
}

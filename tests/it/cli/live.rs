//! `demo --live`: a private store that is written on, followed by other commands, gone at the end.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{foldback, run, seen, text};
use crate::support::terminal::Launch;

/// A shop that goes on, in a directory of its own.
struct Shop {
    child: Child,
    out: BufReader<ChildStdout>,
    within: tempfile::TempDir,
}

impl Shop {
    fn begin(arguments: &[&str]) -> Self {
        let within = tempfile::tempdir().unwrap();
        let mut child = foldback()
            .args(["demo", "--live", "--no-screen"])
            .args(arguments)
            .env("TMPDIR", within.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        Self { child, out, within }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line
    }

    /// Ends it with a signal; its exit status and what it said.
    fn end(self, signal: &str) -> (Option<i32>, String, usize) {
        let told = Command::new("kill")
            .args([&format!("-{signal}"), &self.child.id().to_string()])
            .status();
        assert!(told.unwrap().success());
        let ended = self.child.wait_with_output().unwrap();
        (ended.status.code(), text(&ended.stderr), names(self.within.path()))
    }
}

fn names(within: &Path) -> usize {
    std::fs::read_dir(within).unwrap().count()
}

/// The new events that somebody who follows the store sees.
fn follow(store: &str, after: i64, events: usize) -> Vec<Value> {
    let (after, limit) = (after.to_string(), events.to_string());
    let ran = run(["events", store, "--after", &after, "--follow", "--limit", &limit, "--json"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_store_is_written_on_while_others_look_until_it_is_told_to_end() {
    let mut shop = Shop::begin(&["--json", "--rate", "40"]);
    let begun: Value = serde_json::from_str(&shop.line()).unwrap();
    assert_eq!((&begun["sample"], begun["rate"].as_f64()), (&"shop".into(), Some(40.0)));
    let store = begun["store"].as_str().unwrap().to_owned();
    assert!(PathBuf::from(&store).starts_with(shop.within.path()), "{store}");
    let new = follow(&store, 28_067, 60);
    assert_eq!(new.len(), 60);
    let positions: Vec<i64> = new.iter().map(|one| one["position"].as_i64().unwrap()).collect();
    assert_eq!(positions, (28_068..28_128).collect::<Vec<_>>());
    let info = |store: &str| -> Value {
        serde_json::from_slice(&run(["info", store, "--json"]).stdout).unwrap()
    };
    let one = |told: &Value, name: &str| {
        let all = told["projections"].as_array().unwrap();
        all.iter().find(|one| one["name"] == name).unwrap().clone()
    };
    // The engine has come to the event that its report has no room for, and the others have gone on.
    let begun = Instant::now();
    let told = loop {
        let told = info(&store);
        let keeps_up = one(&told, "order-list")["position"].as_i64() > Some(28_067);
        if one(&told, "refund-report")["status"] == "failed" && keeps_up {
            break told;
        }
        assert!(begun.elapsed() < Duration::from_secs(120), "{told:#}");
    };
    assert_eq!(told["chain"]["holds"], true);
    assert_eq!(told["layout"]["name"], "foldback");
    let stopped = one(&told, "refund-report");
    assert_eq!((&stopped["stalled"], &stopped["position"]), (&true.into(), &25_939.into()));
    let why = stopped["findings"][0]["message"].as_str().unwrap();
    assert!(why.contains("event 25940 after 3 attempts: the request desk-1042"), "{why}");
    assert_eq!(one(&told, "search-index")["status"], "running");
    assert!(told["snapshots"].as_u64() > Some(100));
    let (status, said, left) = shop.end("TERM");
    assert_eq!((status, left), (Some(143), 0), "{said}");
    assert!(said.contains("events written; the store is removed"), "{said}");
}

#[test]
fn what_is_printed_says_how_to_follow_and_ctrl_c_ends_it() {
    let mut shop = Shop::begin(&[]);
    let first = shop.line();
    let path = first.strip_prefix("the shop goes on in ").unwrap();
    let path = path.strip_suffix(" at 5 events a second\n").unwrap().to_owned();
    let follows = shop.line();
    assert_eq!(follows, format!("follow it: foldback events {path} --after 28067 --follow\n"));
    assert_eq!(follow(&path, 28_067, 1).len(), 1);
    let (status, _, left) = shop.end("INT");
    assert_eq!((status, left), (Some(130), 0));
}

#[test]
fn a_terminal_that_closes_ends_it_too() {
    let mut shop = Shop::begin(&["--rate", "0.5"]);
    assert!(shop.line().contains("at 0.5 events a second"));
    let (status, _, left) = shop.end("HUP");
    assert_eq!((status, left), (Some(129), 0));
}

#[test]
fn what_cannot_go_on_is_said() {
    insta::assert_snapshot!("live_bank", seen("demo bank --live"));
    insta::assert_snapshot!("live_rate", seen("demo --live --rate 0"));
    insta::assert_snapshot!("live_rate_alone", seen("demo --rate 7"));
    insta::assert_snapshot!("live_without_terminal", seen("demo --live"));
}

#[test]
fn the_screen_shows_it_and_takes_it_away() {
    for (ends, status) in [("q", 0), ("TERM", 143)] {
        let home = tempfile::tempdir().unwrap();
        let scratch = tempfile::tempdir().unwrap();
        let terminal = Launch::new(env!("CARGO_BIN_EXE_foldback"))
            .args(["demo", "--live", "--rate", "30"])
            .home(home.path())
            .env("TMPDIR", scratch.path())
            .size(160, 45)
            .start();
        terminal.wait_for("v21 of 21");
        assert_eq!(names(scratch.path()), 1);
        let entry = std::fs::read_dir(scratch.path()).unwrap().next().unwrap().unwrap();
        let store = entry.path().join("shop.db");
        // What happens is there for every other command.
        assert_eq!(follow(store.to_str().unwrap(), 28_067, 5).len(), 5);
        if ends == "q" {
            terminal.keys("q");
        } else {
            terminal.signal(ends);
        }
        let ended = terminal.ended();
        assert_eq!(ended.status.exit_code(), status, "{ends}: {}", ended.text);
        assert_eq!(ended.unrestored, [""; 0]);
        assert!(ended.text.contains("the shop goes on in "), "{}", ended.text);
        assert_eq!((names(scratch.path()), names(home.path())), (0, 0), "{ends}");
    }
}

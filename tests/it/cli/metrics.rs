//! What is measured, for a person, a program and a scraper.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::{fixtures, foldback, text};

fn ran(home: &Path, line: &str) -> Output {
    foldback().current_dir(home).args(line.split(' ')).stdin(Stdio::null()).output().unwrap()
}

/// A store of foldback's own with the events of the shop, and with what a snapshot and a replay took.
fn shop() -> tempfile::TempDir {
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

/// A server that is ended with the test.
struct Server(Child, String);

impl Server {
    fn of(home: &Path) -> Self {
        let mut child = foldback()
            .current_dir(home)
            .args(["metrics", "own.db", "--serve", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap();
        Self(child, address.strip_suffix("/metrics").unwrap().to_owned())
    }

    fn open(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.1).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    fn asked(&self, request: &str) -> String {
        let mut stream = self.open();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_scraper_is_answered_and_nobody_else_keeps_it_waiting() {
    let home = shop();
    let printed = text(&ran(home.path(), "metrics own.db --format prometheus").stdout);
    assert!(
        printed.contains("# TYPE foldback_snapshot_creation_time_seconds histogram\n"),
        "{printed}"
    );
    assert!(printed.contains("\nfoldback_snapshot_creation_time_seconds_bucket{le=\"+Inf\"} 1\n"));
    assert!(printed.starts_with("# foldback_event_append_latency: nothing was measured yet\n"));
    for line in printed.lines().filter(|line| !line.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("foldback_") && value.parse::<f64>().is_ok(), "{line}");
    }
    let server = Server::of(home.path());
    // Some say nothing, one says half of it, one leaves.
    let idle: Vec<TcpStream> = (0..20).map(|_| server.open()).collect();
    let mut half = server.open();
    half.write_all(b"GET /metr").unwrap();
    drop(server.open());
    let answer = server.asked("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    assert_eq!(body, printed);
    let status =
        |request: &str| server.asked(request).lines().next().unwrap_or_default().to_owned();
    assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), "HTTP/1.1 404 Not Found");
    assert_eq!(status("POST /metrics HTTP/1.1\r\n\r\n"), "HTTP/1.1 405 Method Not Allowed");
    assert_eq!(status("nonsense\r\n\r\n"), "HTTP/1.1 400 Bad Request");
    let large = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n", "x".repeat(9_000));
    assert_eq!(status(&large), "HTTP/1.1 431 Request Header Fields Too Large");
    let head = server.asked("HEAD /metrics HTTP/1.1\r\n\r\n");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.ends_with("\r\n\r\n"), "{head}");
    drop((idle, half));
}

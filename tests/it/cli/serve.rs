//! What is measured, for a scraper: served until somebody ends it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::metrics::{ran, shop};
use super::{foldback, text};
use crate::support::postgres::{PASSWORD, server};

/// A server that is ended with the test.
struct Server(Child, String);

impl Server {
    fn of(home: &Path, store: &str) -> Self {
        let mut child = foldback()
            .current_dir(home)
            .args(["metrics", store, "--serve", "127.0.0.1:0"])
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

    /// Tells it to end; its exit status.
    fn ended_by(mut self, signal: &str) -> Option<i32> {
        let id = self.0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.0.wait().unwrap().code()
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
    let server = Server::of(home.path(), "own.db");
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

#[test]
fn more_than_there_are_places_for_are_all_answered() {
    let home = shop();
    let server = Server::of(home.path(), "own.db");
    let one = server.asked("GET /metrics HTTP/1.1\r\n\r\n");
    assert!(one.starts_with("HTTP/1.1 200 OK\r\n"), "{one}");
    std::thread::scope(|scope| {
        let ask = || server.asked("GET /metrics HTTP/1.1\r\n\r\n");
        let asking: Vec<_> = (0..100).map(|_| scope.spawn(ask)).collect();
        for answer in asking {
            assert_eq!(answer.join().unwrap(), one);
        }
    });
}

#[cfg(unix)]
#[test]
fn who_ends_it_finds_its_port_free() {
    let home = shop();
    for (signal, status) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        let server = Server::of(home.path(), "own.db");
        let address = server.1.clone();
        // Somebody has not asked yet, and somebody was answered.
        let idle = server.open();
        server.asked("GET /metrics HTTP/1.1\r\n\r\n");
        assert_eq!(server.ended_by(signal), Some(status), "{signal}");
        drop(idle);
        TcpListener::bind(&address).unwrap_or_else(|error| panic!("{signal}: {address}: {error}"));
    }
}

#[test]
fn where_nobody_can_be_answered_it_says_so() {
    let home = shop();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let ran = ran(home.path(), &format!("metrics own.db --serve {address}"));
    let said = text(&ran.stderr);
    assert_eq!(ran.status.code(), Some(2), "{said}");
    assert!(said.contains(&format!("nobody can be answered at {address}")), "{said}");
    assert!(said.contains("127.0.0.1:0 takes any that is free"), "{said}");
    // A port alone is one of this computer.
    let alone = self::ran(home.path(), &format!("metrics own.db --serve {}", address.port()));
    assert!(text(&alone.stderr).contains(&format!("nobody can be answered at {address}")));
    let wrong = self::ran(home.path(), "metrics own.db --serve here");
    assert_eq!(wrong.status.code(), Some(2));
    assert!(text(&wrong.stderr).contains("write a port, 9464, or an address with one"));
}

#[test]
fn a_store_on_a_server_is_measured_and_served_like_a_file() {
    let Some(place) = server() else { return };
    let address = place.by_tcp(&place.database());
    let home = tempfile::tempdir().unwrap();
    let from = super::fixtures().join("shop.jsonl");
    for line in [
        &format!("import {} {address}", from.display()),
        &format!("snapshot {address} order-4711"),
        &format!("projection run {address} order-list -q"),
    ] {
        let ran = ran(home.path(), line);
        assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
    }
    let file = shop();
    let all = |home: &Path, store: &str| {
        let ran = ran(home, &format!("metrics {store} --json"));
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        let read = |line: &str| -> serde_json::Value { serde_json::from_str(line).unwrap() };
        let told: Vec<_> = text(&ran.stdout).lines().map(read).collect();
        assert!(!text(&ran.stdout).contains(PASSWORD));
        told
    };
    let (here, there) = (all(file.path(), "own.db"), all(home.path(), &address));
    let metrics = |told: &[serde_json::Value]| -> Vec<_> {
        told.iter().map(|one| one["metric"].clone()).collect()
    };
    assert_eq!(metrics(&there), metrics(&here));
    let of = |name: &str| there.iter().find(|one| one["metric"] == name).unwrap();
    assert_eq!(of("snapshot_creation_time")["count"], 1);
    assert!(of("event_storage_size")["middle"].as_f64() > Some(10_000.0));
    assert_eq!(of("projection_lag")["by"][0]["name"], "order-list");
    let table = text(&ran(home.path(), &format!("metrics {address}")).stdout);
    assert!(table.contains("snapshot_creation_time"), "{table}");
    let printed = text(&ran(home.path(), &format!("metrics {address} --format prometheus")).stdout);
    assert!(printed.contains("\nfoldback_snapshot_creation_time_seconds_count 1\n"), "{printed}");
    let served = Server::of(home.path(), &address);
    let answer = served.asked("GET /metrics HTTP/1.1\r\n\r\n");
    assert_eq!(answer.split_once("\r\n\r\n").unwrap().1, printed);
    // A store that cannot be read any more is told as that, and nobody is sent away without an answer.
    let database = address.rsplit('/').next().unwrap();
    place.sql(database, "ALTER TABLE events RENAME TO gone");
    let answer = served.asked("GET /metrics HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"), "{answer}");
    assert!(!answer.contains(PASSWORD), "{answer}");
    place.sql(database, "ALTER TABLE gone RENAME TO events");
    let answer = served.asked("GET /metrics HTTP/1.1\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    #[cfg(unix)]
    assert_eq!(served.ended_by("-TERM"), Some(143));
}

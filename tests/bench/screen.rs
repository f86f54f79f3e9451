//! The whole program in a real pseudo-terminal: its first picture, a key's way to the picture, its memory.

#[path = "../it/support/terminal.rs"]
#[expect(
    dead_code,
    clippy::panic,
    reason = "it is the tests' own, where it is used whole and may panic"
)]
mod terminal;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::measure::{Row, median, quantile};
use crate::stores;
use terminal::{Launch, Terminal};

fn start(store: &Path) -> Terminal {
    Launch::new(env!("CARGO_BIN_EXE_foldback"))
        .args([store])
        .home(Path::new(env!("CARGO_TARGET_TMPDIR")))
        .size(160, 48)
        .start()
}

/// Until anything stands on the screen, for a small and a large store in turn.
pub(crate) fn first_picture() -> Vec<Row> {
    let stores = [stores::many(10_000), stores::many(stores::large_events())];
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..7 {
        for (path, times) in stores.iter().zip(&mut times) {
            let started = Instant::now();
            let terminal = start(path);
            terminal.wait_until("a first picture", |screen| !screen.contents().trim().is_empty());
            times.push(started.elapsed());
        }
    }
    let [small, large] = times.map(|times| median(&times));
    vec![Row {
        what: format!("first picture, {} events", stores::large_events()),
        measured: format!("{large:.2?}"),
        beside: format!("10,000 events {small:.2?}"),
        ratio: Some(large.as_secs_f64() / small.as_secs_f64()),
        budget: "≤ 100 ms, and the same ± 30 %".to_owned(),
    }]
}

/// What the screen says of the version: `v17 of 42`.
fn version(text: &str) -> Option<String> {
    let (before, _) = text.split_once(" of ")?;
    before.rsplit_once('v').map(|(_, version)| version.to_owned())
}

fn open_walked(path: &Path) -> Terminal {
    let terminal = start(path);
    let events = foldback::text::human::count(stores::large_events());
    terminal.wait_until("the newest version", |screen| {
        version(&screen.contents()).is_some_and(|version| version == events)
    });
    terminal
}

/// From a key to the picture it makes, on an aggregate of many events.
pub(crate) fn key_to_picture() -> Vec<Row> {
    let terminal = open_walked(&stores::large());
    let mut times = Vec::new();
    for round in 0..300 {
        // As a person types: the picture before is done, and a while has passed.
        std::thread::park_timeout(Duration::from_millis(40));
        let before = version(&terminal.text());
        let started = Instant::now();
        terminal.keys(if round % 3 == 2 { "<S-Left>" } else { "<Left>" });
        terminal.wait_until("another version", |screen| version(&screen.contents()) != before);
        times.push(started.elapsed());
    }
    vec![Row {
        what: format!(
            "key to picture at 160×48, {} events in one aggregate",
            stores::large_events()
        ),
        measured: format!("p50 {:.2?}, p99 {:.2?}", median(&times), quantile(&times, 0.99)),
        beside: String::new(),
        ratio: None,
        budget: "p99 ≤ 8 ms".to_owned(),
    }]
}

/// What the program keeps for itself with the large aggregate walked, and what it does when nothing happens.
pub(crate) fn memory() -> Vec<Row> {
    let terminal = open_walked(&stores::large());
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.process())).unwrap();
    let kilobytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("RssAnon:"))
        .and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok())
        .unwrap();
    let before = cpu(&terminal);
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(3) {
        std::thread::park_timeout(Duration::from_secs(1));
    }
    let busy = cpu(&terminal).saturating_sub(before);
    vec![
        Row {
            what: format!("memory with {} events of one aggregate walked", stores::large_events()),
            measured: format!("{} MiB of its own (RssAnon)", kilobytes / 1024),
            beside: String::new(),
            ratio: None,
            budget: "≤ 256 MiB beyond SQLite's page cache".to_owned(),
        },
        Row {
            what: "idle".to_owned(),
            measured: format!("{:.2} % of a core over 3 s", busy.as_secs_f64() / 3.0 * 100.0),
            beside: String::new(),
            ratio: None,
            budget: "< 0.5 % of a core".to_owned(),
        },
    ]
}

/// User and system time of the program so far, to a hundredth of a second.
fn cpu(terminal: &Terminal) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", terminal.process())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

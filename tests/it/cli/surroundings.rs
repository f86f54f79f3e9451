//! Terminals and pipes, colours, hostile text, signals.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use super::{fixtures, foldback, lines, run, text};
use crate::support::terminal::{Launch, Terminal};

fn terminal(columns: u16, arguments: &[&str]) -> Terminal {
    let launch = Launch::new(env!("CARGO_BIN_EXE_foldback")).home(fixtures());
    launch.size(columns, 24).args(arguments).start()
}

#[test]
fn colours_are_for_terminals_unless_asked_for() {
    let coloured = |arguments: &[&str], name: &str, value: &str| {
        let ran = foldback().args(arguments).env(name, value).output().unwrap();
        assert!(ran.status.success());
        text(&ran.stdout).contains('\u{1b}')
    };
    let log = ["log", "shop.jsonl", "order-4711"];
    assert!(!coloured(&log, "X", "1"));
    let always = [&log[..], &["--color", "always"]].concat();
    assert!(coloured(&always, "X", "1"));
    assert!(coloured(&always, "NO_COLOR", "1"), "a flag says more than the environment");
    assert!(!coloured(&[&always[..], &["--json"]].concat(), "X", "1"));
}

#[test]
fn on_a_terminal_lines_end_where_it_ends() {
    let ended = terminal(60, &["events", "shop.jsonl", "--limit", "2"]).ended();
    assert!(ended.status.success());
    assert!(ended.text.contains('…'), "{}", ended.text);
    assert!(!ended.text.contains("standard"), "the tier at the line's end is cut: {}", ended.text);
    let piped = text(&run(["events", "shop.jsonl", "--limit", "2"]).stdout);
    assert!(piped.contains("standard") && !piped.contains('…'), "{piped}");
}

#[test]
fn a_long_name_gives_way_to_what_happened() {
    let ended = terminal(90, &["events", "stores/emmett.db", "--limit", "2"]).ended();
    assert!(ended.status.success());
    let row = ended.text.lines().nth(1).unwrap();
    let name = row.split_whitespace().find(|word| word.contains('…')).unwrap();
    assert!(name.starts_with("shop") || name.starts_with("guest"), "{row}");
    assert!(row.contains("{\""), "the data is seen: {row}");
    let ended = terminal(60, &["state", "stores/emmett.db", &full_name()]).ended();
    assert!(ended.text.contains("guessed"), "{}", ended.text);
}

#[test]
fn a_narrow_list_keeps_the_id_and_the_last_time() {
    let row = |width| {
        let ended = terminal(width, &["aggregates", "shop.jsonl", "--limit", "1"]).ended();
        assert!(ended.status.success(), "{}", ended.text);
        ended.text.lines().nth(1).unwrap().trim_end().to_owned()
    };
    let last = &lines("aggregates shop.jsonl --limit 1 --json")[0]["last_time"];
    let last = last.as_str().unwrap().replace('T', " ");
    let (wide, narrow) = (row(130), row(80));
    assert!(wide.ends_with(&last) && narrow.ends_with(&last), "{wide}\n{narrow}");
    assert!(narrow.len() < wide.len() && !narrow.contains('…'), "{wide}\n{narrow}");
}

#[test]
fn a_narrow_list_shows_every_number_whole() {
    let counts = |width| {
        let ended = terminal(width, &["aggregates", "stores/emmett.db", "--limit", "20"]).ended();
        let lines: Vec<Vec<&str>> =
            ended.text.lines().map(|line| line.split_whitespace().collect()).collect();
        let at = lines[0].iter().position(|name| *name == "events").unwrap();
        lines[1..21].iter().map(|row| row[at].to_owned()).collect::<Vec<_>>()
    };
    let wide = counts(130);
    assert!(wide.iter().all(|count| count.parse::<u64>().is_ok()), "{wide:?}");
    assert_eq!(counts(60), wide);
    assert_eq!(counts(40), wide);
    for width in [40, 60] {
        let ended = terminal(width, &["events", "stores/emmett.db", "--limit", "9"]).ended();
        for (version, row) in (1..).zip(ended.text.lines().skip(1).take(3)) {
            let words: Vec<&str> = row.split_whitespace().collect();
            assert!(words.contains(&&*version.to_string()) && row.contains("{\""), "{row}");
        }
    }
}

/// The first aggregate's id.
fn full_name() -> String {
    let ran = run(["aggregates", "stores/emmett.db", "--limit", "1", "--json"]);
    let row: serde_json::Value = serde_json::from_str(&text(&ran.stdout)).unwrap();
    row["aggregate"].as_str().unwrap().to_owned()
}

#[test]
fn a_store_alone_opens_the_screen() {
    let screen = terminal(100, &["shop.jsonl"]);
    screen.wait_for("order-4711");
    screen.keys("q");
    let ended = screen.ended();
    assert!(ended.status.success(), "{}", ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

#[test]
fn a_store_that_cannot_be_opened_leaves_the_terminal_as_it_was() {
    let ended = terminal(100, &["no-such-store.db"]).ended();
    assert_eq!(ended.status.exit_code(), 3, "{}", ended.text);
    assert!(ended.text.contains("error: there is no file no-such-store.db"), "{}", ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    for line in ["events shop.jsonl", "events shop.jsonl --json", "completions bash", "--help"] {
        let mut child = foldback()
            .args(line.split(' '))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let ran = child.wait_with_output().unwrap();
        assert_eq!((ran.status.code(), text(&ran.stderr)), (Some(0), String::new()), "{line}");
    }
}

#[test]
fn text_from_a_store_cannot_steer_the_terminal() {
    for line in [
        "info cli/hostile.jsonl",
        "aggregates cli/hostile.jsonl",
        "events cli/hostile.jsonl",
        "state cli/hostile.jsonl EVIL --blame",
        "log cli/hostile.jsonl EVIL",
        "blame cli/hostile.jsonl EVIL",
        "diff cli/hostile.jsonl EVIL 1",
        "history cli/hostile.jsonl EVIL .note",
        "state cli/hostile.jsonl EVI",
        "events cli/hostile.jsonl --type Evl",
        "blame cli/hostile.jsonl EVIL .nam",
    ] {
        let arguments =
            line.split(' ').map(|word| if word == "EVIL" { "evil\u{1b}[2J" } else { word });
        let ran = run(arguments);
        let printed = text(&ran.stdout) + &text(&ran.stderr);
        let is_bad = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{202e}');
        assert!(!printed.contains(is_bad), "{line}: {printed:?}");
        assert!(!printed.is_empty());
    }
    let json = text(&run(["events", "cli/hostile.jsonl", "--json"]).stdout);
    let first: serde_json::Value = serde_json::from_str(json.lines().next().unwrap()).unwrap();
    assert_eq!(first["aggregate"], "evil\u{1b}[2J", "a program gets what was recorded");
}

#[test]
fn following_prints_what_comes_and_ctrl_c_ends_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("growing.jsonl");
    let event = |version: u32| {
        format!(
            "{{\"position\":{version},\"aggregate\":\"a\",\"version\":{version},\"type\":\"Moved\",\"data\":{{}}}}\n"
        )
    };
    std::fs::write(&path, event(1) + &event(2)).unwrap();
    let mut child = foldback()
        .args(["events", "--follow", "--json"])
        .arg(&path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut version = || {
        let line: serde_json::Value =
            serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        line["version"].as_u64().unwrap()
    };
    assert_eq!((version(), version()), (1, 2));
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    file.write_all(event(3).as_bytes()).unwrap();
    assert_eq!(version(), 3);
    file.write_all(event(4).as_bytes()).unwrap();
    file.write_all(event(5).as_bytes()).unwrap();
    assert_eq!((version(), version()), (4, 5));
    // A version that stands twice is shown twice.
    file.write_all(event(5).replace("\"position\":5", "\"position\":6").as_bytes()).unwrap();
    assert_eq!(version(), 5);
    let told = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(lines.next().is_none());
}

#[test]
fn following_one_aggregate_misses_nothing_that_is_added() {
    let directory = tempfile::tempdir().unwrap();
    for positions in [true, false] {
        let path = directory.path().join(format!("growing-{positions}.jsonl"));
        let mut count = 0;
        let mut event = |aggregate: &str, version: u32| {
            count += 1;
            let position = if positions { format!("\"position\":{count},") } else { String::new() };
            format!(
                "{{{position}\"aggregate\":\"{aggregate}\",\"version\":{version},\"type\":\"Moved\",\"data\":{{}}}}\n"
            )
        };
        std::fs::write(&path, [event("a", 1), event("b", 1), event("a", 2)].concat()).unwrap();
        let mut child = foldback()
            .args(["events", "--follow", "--json"])
            .args([path.as_os_str(), "a".as_ref()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut version = || {
            let line: serde_json::Value =
                serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
            assert_eq!(line["aggregate"], "a");
            line["version"].as_u64().unwrap()
        };
        assert_eq!((version(), version()), (1, 2));
        let mut file = std::fs::File::options().append(true).open(&path).unwrap();
        // The newest once more, an older one once more, and what is new, beside what is another's.
        for (added, shown) in [(2, 2), (1, 1), (3, 3), (3, 3)] {
            file.write_all((event("b", added + 1) + &event("a", added)).as_bytes()).unwrap();
            assert_eq!(version(), shown);
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(lines.next().is_none());
    }
}

#[test]
fn a_second_ctrl_c_leaves_nothing_behind() {
    let (home, scratch) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // A log that was not taken over, and nobody who has it open: only a private copy can be read.
    let (live, path) = (home.path().join("live.db"), home.path().join("shop.db"));
    let connection = rusqlite::Connection::open(&live).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             CREATE TABLE stored_events (originator_id TEXT NOT NULL, originator_version INTEGER NOT NULL,
                 topic TEXT NOT NULL, state BLOB NOT NULL, PRIMARY KEY (originator_id, originator_version));
             INSERT INTO stored_events VALUES ('a', 1, 'shop:Opened', '{}');",
        )
        .unwrap();
    std::fs::copy(&live, &path).unwrap();
    std::fs::copy(home.path().join("live.db-wal"), home.path().join("shop.db-wal")).unwrap();
    let mut child = foldback()
        .arg("events")
        .arg(&path)
        .args(["--where", "last(repeat(1))"])
        .env("TMPDIR", scratch.path())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let copies = || std::fs::read_dir(scratch.path()).unwrap().count();
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(30);
    let mut was_there = false;
    while child.try_wait().unwrap().is_none() {
        assert!(std::time::Instant::now() < patience, "it does not end");
        was_there |= copies() > 0;
        if was_there {
            let pid = child.id().to_string();
            assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().is_ok());
        }
        std::thread::yield_now();
    }
    assert!(was_there, "nothing was copied, so nothing was tested");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(copies(), 0);
}

//! Projections as somebody types it: run, stopped, stepped over, paused, made anew, looked at.

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{foldback, keys, lines, text};
use crate::support::postgres::{PASSWORD, server};

/// A store of foldback's own that commands are typed about: `own.db` is what it is called in a line.
struct At {
    home: tempfile::TempDir,
    store: String,
}

impl At {
    /// In a file of its own.
    fn file() -> Self {
        Self { home: tempfile::tempdir().unwrap(), store: "own.db".to_owned() }
    }

    /// In a file, and where there is a server, in a database.
    fn each() -> Vec<Self> {
        let mut all = vec![Self::file()];
        if let Some(server) = server() {
            let store = server.by_tcp(&server.database());
            all.push(Self { store, ..Self::file() });
        }
        all
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    fn command(&self, line: &str) -> Command {
        let mut command = foldback();
        command.current_dir(self.home());
        command.args(line.split(' ').map(|word| if word == "own.db" { &self.store } else { word }));
        command
    }
}

/// Runs `projection …`.
fn projection(at: &At, line: &str) -> Output {
    at.command(&format!("projection {line}")).output().unwrap()
}

/// What it prints as JSON, its exit status, and what it says beside that.
fn told(at: &At, line: &str) -> (Vec<Value>, i32, String) {
    let ran = projection(at, &format!("{line} --json"));
    let read = |line: &str| serde_json::from_str(line).unwrap();
    let values = text(&ran.stdout).lines().map(read).collect();
    let said = text(&ran.stderr);
    assert!(!said.contains(PASSWORD), "{line}: {said}");
    (values, ran.status.code().unwrap(), said)
}

/// Runs what makes the store.
fn done(at: &At, line: &str) {
    let ran = at.command(line).output().unwrap();
    assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
}

/// A copy of a store.
fn copy(at: &At, of: &str) {
    done(at, &format!("import {of} own.db"));
}

fn fixture() -> String {
    super::fixtures().join("shop.jsonl").to_string_lossy().into_owned()
}

fn one(at: &At, line: &str) -> Value {
    let (mut values, status, said) = told(at, line);
    assert_eq!((values.len(), status), (1, 0), "{line}: {said}");
    values.remove(0)
}

#[test]
fn an_event_that_stops_a_projection_is_seen_explained_stepped_over_and_caught_up() {
    At::each().iter().for_each(stopped);
}

fn stopped(at: &At) {
    copy(at, "demo:shop");
    // The checkpoint that was imported is of rows that are elsewhere: it begins with the first event.
    let (ended, status, said) = told(at, "run own.db refund-report --on-error stop");
    assert_eq!((ended[0]["ended"].as_str(), status), (Some("stopped"), 1), "{said}");
    assert_eq!((&ended[0]["position"], &ended[0]["events"]), (&json!(25_939), &json!(25_939)));
    assert!(said.contains("refund-report stands before event 25940"), "{said}");
    assert!(said.contains("--skip 25940"), "{said}");

    let status = one(at, "status own.db refund-report");
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
    let said = text(&projection(at, "dead-letters own.db refund-report").stderr);
    assert!(said.contains("was stopped by event 25940"), "{said}");

    // What would come of it is said before it is done.
    let (_, refused, said) = told(at, "dead-letters own.db refund-report --skip 25941 --dry-run");
    assert_eq!((refused, said.contains("event 25940 did")), (4, true), "{said}");
    let dry = one(at, "dead-letters own.db refund-report --skip 25940 --dry-run");
    assert_eq!(
        dry,
        json!({"position": 25_940, "taken": 2_127, "then": "caught-up", "stops_at": null, "error": null})
    );
    let line = "dead-letters own.db refund-report --skip 25940 --dry-run";
    let said = text(&projection(at, line).stdout);
    assert!(
        said.contains("if event 25940 were skipped: all 2,127 events behind it can be"),
        "{said}"
    );
    assert_eq!(one(at, "status own.db refund-report")["status"], "failed", "nothing is written");
    let (_, refused, said) = told(at, "dead-letters own.db refund-report --skip 25941");
    assert_eq!(refused, 4, "{said}");
    let letter = one(at, "dead-letters own.db refund-report --skip 25940");
    assert_eq!((&letter["position"], &letter["attempts"]), (&json!(25_940), &json!(3)));
    let ended = one(at, "run own.db refund-report --on-error stop");
    assert_eq!((&ended["ended"], &ended["position"]), (&json!("caught-up"), &json!(28_067)));
    assert_eq!(ended["events"], 2_127);
    let status = one(at, "status own.db refund-report");
    assert_eq!((&status["status"], &status["errors"]), (&json!("running"), &json!(1)));
    assert_eq!(keys(&status)[..4], ["name", "position", "head", "lag_events"]);
    let (_, no, said) = told(at, "dead-letters own.db refund-report --retry 25940");
    assert_eq!(no, 1, "{said}");
    assert!(said.contains("failed again"), "{said}");

    // Made anew, the same event is tried three times and put aside, and the rows are the same.
    let rows = told(at, "rows own.db refund-report").0;
    let ended = one(at, "rebuild own.db refund-report -q");
    assert_eq!((&ended["ended"], &ended["dead_letters"]), (&json!("rebuilt"), &json!(1)));
    assert_eq!(told(at, "rows own.db refund-report").0, rows);
    let letter = one(at, "dead-letters own.db refund-report");
    assert_eq!(keys(&letter), ["position", "error", "attempts", "failed"]);
    assert_eq!((&letter["position"], &letter["attempts"]), (&json!(25_940), &json!(3)));
}

#[test]
fn what_is_told_to_be_typed_can_be_typed_as_it_stands() {
    let at = At { store: "it's a shop.db".to_owned(), ..At::file() };
    copy(&at, "demo:shop");
    let typed = |line: &str| {
        let program = Path::new(env!("CARGO_BIN_EXE_foldback")).parent().unwrap();
        let path = std::env::join_paths(
            std::iter::once(program.to_owned())
                .chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
        )
        .unwrap();
        let mut shell = Command::new("sh");
        shell.current_dir(at.home()).env("PATH", path).args(["-c", line]).output().unwrap()
    };
    // What stands in backticks behind what a command says.
    let told = |said: String| -> String {
        let begun = said.find("`foldback").unwrap_or_else(|| panic!("{said}")) + 1;
        said[begun..].split('`').next().unwrap().to_owned()
    };
    let stopped = projection(&at, "run own.db refund-report --on-error stop");
    let skip = told(text(&stopped.stderr));
    let why = one(&at, "status own.db refund-report")["findings"][0]["hint"].clone();
    let explained = typed(&told(why.as_str().unwrap().to_owned()));
    assert!(text(&explained.stderr).contains("was stopped by event 25940"), "{explained:?}");
    let skipped = typed(&skip);
    assert!(text(&skipped.stdout).contains("steps over event 25940"), "{skip}: {skipped:?}");
    assert_eq!(typed(&told(text(&skipped.stderr))).status.code(), Some(0), "{skipped:?}");
    let none = projection(&at, "rows own.db refund-report nothing-of-the-kind");
    assert_eq!(typed(&told(text(&none.stderr))).status.code(), Some(0), "{none:?}");
    let never = projection(&at, "rows own.db search-index");
    assert_eq!(typed(&told(text(&never.stderr))).status.code(), Some(0), "{never:?}");
    let again = projection(&at, "dead-letters own.db refund-report --retry 25940");
    let event = typed(&told(text(&again.stderr)));
    assert!(text(&event.stdout).contains("25940"), "{again:?}: {event:?}");
}

#[test]
fn what_fits_the_events_is_run_paused_and_looked_at() {
    At::each().iter().for_each(looked_at);
}

fn looked_at(at: &At) {
    copy(at, &fixture());
    let events = r#"[{"type":"OrderCreated","data":{"customer":"c-9"}},
        {"type":"ItemAdded","data":{"product_id":"p-1","quantity":2,"unit_price":2.50}}]"#;
    std::fs::write(at.home().join("events.json"), events).unwrap();
    done(at, "append own.db Order/order-new events.json");
    let (ended, status, said) = told(at, "run own.db");
    assert_eq!(status, 0, "{said}");
    let names: Vec<_> = ended.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"order-list"), "{names:?}");
    assert!(!names.contains(&"location-map"), "nothing lies anywhere: {names:?}");
    assert_eq!(
        keys(&ended[0])[..6],
        ["name", "ended", "position", "events", "seconds", "dead_letters"]
    );
    let (rows, ..) = told(at, "rows own.db order-list");
    assert_eq!(rows[0]["row"]["total"].to_string(), "5.00");
    assert_eq!(keys(&rows[0]), ["key", "row"]);
    let key = rows[0]["key"].as_str().unwrap();
    assert_eq!(one(at, &format!("rows own.db order-list {key}")), rows[0]);
    let shown = text(&projection(at, &format!("rows own.db order-list {key}")).stdout);
    assert!(shown.contains("c-9"), "{shown}");
    assert_eq!(told(at, "rows own.db order-list --limit 1").0, rows[..1]);

    let (_, status, said) = told(at, "pause own.db nope order-list neither");
    assert!(
        status == 2 && said.contains("`nope`") && said.contains("nor 1 other of those"),
        "{said}"
    );
    let (paused, status, said) = told(at, "pause own.db order-list nope");
    assert_eq!((paused, status), (Vec::new(), 2), "{said}");
    assert!(said.contains("no projection `nope`"), "{said}");
    assert_eq!(one(at, "status own.db order-list")["status"], "running", "nothing is done");
    assert_eq!(one(at, "pause own.db order-list")["status"], "paused");
    assert_eq!(one(at, "run own.db order-list -q")["ended"], "paused");
    assert_eq!(one(at, "resume own.db order-list")["status"], "running");
    assert_eq!(one(at, "run own.db order-list")["ended"], "caught-up");
    let words = |line: &str| text(&projection(at, line).stdout);
    assert_eq!(words("resume own.db order-list"), "order-list was not paused: it stands at 16\n");
    assert_eq!(words("pause own.db order-list"), "order-list is paused at 16\n");
    assert_eq!(words("pause own.db order-list"), "order-list is paused already, at 16\n");
    assert_eq!(words("resume own.db order-list"), "order-list goes on after 16\n");
}

#[test]
fn a_projection_of_ones_own_says_in_jq_what_becomes_of_a_row() {
    let at = &At::file();
    copy(at, &fixture());
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
    std::fs::write(at.home().join("mine.yaml"), file).unwrap();
    assert_eq!(one(at, "run own.db counts --projections mine.yaml")["ended"], "caught-up");
    let rows = told(at, "rows own.db counts").0;
    let found: std::collections::BTreeMap<_, _> = rows
        .iter()
        .map(|row| (row["key"].as_str().unwrap().to_owned(), row["row"].as_i64().unwrap()))
        .collect();
    assert_eq!(found, counts);

    std::fs::write(
        at.home().join("mine.yaml"),
        "counts:\n  A: {row: '($row // 0'}\n  B: {key: .}\n",
    )
    .unwrap();
    let (_, status, said) = told(at, "run own.db --projections mine.yaml");
    assert_eq!(status, 2, "{said}");
    assert!(said.contains("line 2: `row` of `A`"), "{said}");
    assert!(said.contains("line 3: `B`: `row` is missing"), "{said}");
}

#[test]
fn what_is_not_there_or_not_ours_is_told() {
    let at = &At::file();
    copy(at, &fixture());
    let said = |line: &str, wanted: i32, part: &str| {
        let (_, status, said) = told(at, line);
        assert_eq!(status, wanted, "{line}: {said}");
        assert!(said.contains(part), "{line}: {said}");
    };
    said("run own.db order-lits", 2, "did you mean `order-list`?");
    said("run demo:shop", 4, "foldback import demo:shop");
    said("rows own.db order-list", 2, "projection run own.db order-list");
    said(
        "rows demo:shop order-list",
        2,
        "not a store that foldback made, but recording of foldback",
    );
    said("dead-letters demo:shop order-list", 2, "foldback import demo:shop own.db");
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
fn following_goes_on_as_events_come_until_it_is_told_to_end_and_ends_whole() {
    for (signal, status) in [("-INT", 130), ("-TERM", 143)] {
        for at in At::each() {
            follows(&at, signal, status);
        }
    }
}

fn follows(at: &At, signal: &str, status: i32) {
    copy(at, &fixture());
    let follows = at
        .command("projection run own.db order-list --follow --json")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let reaches = |position: i64| {
        let begun = Instant::now();
        while told(at, "status own.db order-list").0.first().map(|one| one["position"].clone())
            != Some(json!(position))
        {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came to {position}");
        }
    };
    reaches(14);
    std::fs::write(
        at.home().join("event.json"),
        r#"{"type":"OrderCreated","data":{"customer":"c-9"}}"#,
    )
    .unwrap();
    done(at, "append own.db Order/order-new event.json");
    reaches(15);
    let id = follows.id().to_string();
    assert!(std::process::Command::new("kill").args([signal, &id]).status().unwrap().success());
    let ran = follows.wait_with_output().unwrap();
    assert_eq!(ran.status.code(), Some(status), "{}", text(&ran.stdout));
    let said: Value = serde_json::from_str(text(&ran.stdout).trim()).unwrap();
    assert_eq!((&said["ended"], &said["position"]), (&json!("halted"), &json!(15)));
}

#[test]
fn events_go_through_the_chain_and_rows_of_another_are_made_anew_first() {
    At::each().iter().for_each(behind_a_chain);
}

fn behind_a_chain(at: &At) {
    copy(at, "demo:shop");
    let file = |name: &str, text: &str| std::fs::write(at.home().join(name), text).unwrap();
    file("shop.yaml", include_str!("../../../assets/upcast/shop.yaml"));
    file(
        "mine.yaml",
        "who:\n  OrderCreated: {row: .data.customer}\nall:\n  OrderCreated: {row: 1}\n",
    );
    let run = "run own.db who all --projections mine.yaml";
    let rows = |name: &str| told(at, &format!("rows own.db {name} --limit 100000")).0;
    let old = |rows: &[Value]| rows.iter().filter(|row| row["row"].is_string()).count();
    let ended = |line: &str, how: &str| {
        let (ended, status, said) = told(at, line);
        assert_eq!(status, 0, "{line}: {said}");
        assert!(ended.iter().all(|one| one["ended"] == how), "{line}: {ended:?}");
    };
    ended(run, "caught-up");
    let recorded = rows("who");
    assert!(old(&recorded) > 100 && old(&recorded) < recorded.len(), "{}", old(&recorded));
    // A store that is refused is as it was, also where one of two would have gone on.
    file("event.json", r#"{"type":"OrderCreated","data":{"customer":"c-9"}}"#);
    done(at, "append own.db Order/order-new event.json");
    let state = || {
        let status = |name: &str| one(at, &format!("status own.db {name}"));
        let file = std::fs::read(at.home().join("own.db")).ok();
        (status("who"), status("all"), rows("who"), file)
    };
    let refused = |line: &str, part: &str, before: &_| {
        let (_, status, said) = told(at, line);
        assert_eq!(status, 4, "{line}: {said}");
        assert!(said.contains(part), "{line}: {said}");
        assert!(state() == *before, "{line}: something was written");
        said
    };
    let before = state();
    let said = refused(
        &format!("{run} --upcast shop.yaml"),
        "the rows of who were made of events as they were",
        &before,
    );
    let typed = format!(
        "projection rebuild {} who all --projections mine.yaml --upcast shop.yaml",
        one_word(&said)
    );
    assert!(said.contains(&format!("`foldback {typed}`")), "{said}");
    file("other.yaml", "who:\n  OrderCreated: {row: .data}\nall:\n  OrderCreated: {row: 1}\n");
    let second = "run own.db all who --projections other.yaml";
    refused(second, "the rows of who were made with another definition of it", &before);
    // Only what it says counts, not how it is written.
    file(
        "same.yaml",
        "all:\n  OrderCreated: {row: '1'}\n# The same.\nwho:\n  OrderCreated:\n    row: .data.customer\n",
    );
    ended("run own.db who all --projections same.yaml", "caught-up");

    ended("rebuild own.db who --projections mine.yaml --upcast shop.yaml", "rebuilt");
    assert_eq!((old(&rows("who")), rows("who").len()), (0, recorded.len() + 1));
    let before = state();
    refused("run own.db who --projections mine.yaml", "and now none stands before it", &before);
    file("less.yaml", "steps: [{event: OrderCreated, from: 1, to: 2}]\n");
    refused(
        "run own.db who --projections mine.yaml --upcast less.yaml",
        "behind another chain",
        &before,
    );
    ended("run own.db who --projections mine.yaml --upcast shop.yaml", "caught-up");
    // Who runs it while it is made anew by another ends, and says so.
    let line = "projection run own.db who --projections mine.yaml --upcast shop.yaml --follow";
    let follows = at.command(line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let appended = |position: i64| {
        done(at, "append own.db Order/order-new event.json");
        let begun = Instant::now();
        while one(at, "status own.db who")["position"] != json!(position) {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came to {position}");
        }
    };
    appended(28_069);
    ended("rebuild own.db who --projections other.yaml", "rebuilt");
    done(at, "append own.db Order/order-new event.json");
    let ran = follows.wait_with_output().unwrap();
    let said = text(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(text(&ran.stdout).contains("superseded, at position 28069"), "{ran:?}");
    assert!(said.contains("who was made anew by another"), "{said}");
    // What one begins to make anew, no other goes on with; to give it up, nobody has to know how it is made.
    file("broken.yaml", "steps: 7\n");
    let (_, status, said) = told(at, "rebuild own.db who --abandon --upcast broken.yaml");
    assert_eq!(status, 0, "{said}");
    let (_, status, said) = told(at, "run own.db who --projections mine.yaml --upcast broken.yaml");
    assert_eq!(status, 2, "{said}");
}

#[test]
fn a_rebuild_that_nobody_goes_on_with_says_since_when() {
    let at = &At::file();
    copy(at, &fixture());
    assert_eq!(one(at, "run own.db order-list")["ended"], "caught-up");
    let sql = "INSERT INTO rebuilds (projection, generation, position, started_at, updated_at) VALUES
               ('order-list', 2, 7, '2026-03-02T14:30:00.000000000Z', '2026-03-02T14:34:12.000000000Z')";
    rusqlite::Connection::open(at.home().join("own.db")).unwrap().execute(sql, []).unwrap();
    let rebuild = one(at, "status own.db order-list")["rebuild"].clone();
    assert!(rebuild["seconds_still"].as_f64() > Some(60.0), "{rebuild}");
    assert!(rebuild["seconds_left"].is_null() && rebuild["per_second"].is_f64(), "{rebuild}");
    let told = text(&projection(at, "status own.db order-list").stdout);
    assert!(told.contains("rebuild 50 %, not moved for "), "{told}");
    assert!(!told.contains(" left") && !told.contains("a second"), "{told}");
}

/// What a hint calls the store.
fn one_word(said: &str) -> &str {
    said.split("`foldback projection rebuild ").nth(1).unwrap().split(' ').next().unwrap()
}

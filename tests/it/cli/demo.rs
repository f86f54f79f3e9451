//! The sample store: on the screen, and under its name in every command.

use std::path::Path;

use super::{lines, run, seen, text};
use crate::support::terminal::Launch;

fn nothing_in(directory: &Path) -> bool {
    std::fs::read_dir(directory).unwrap().next().is_none()
}

#[test]
fn the_samples_are_listed() {
    insta::assert_snapshot!("demo_list", seen("demo --list"));
    let listed = lines("demo --list --json");
    let names: Vec<&str> = listed.iter().filter_map(|row| row["name"].as_str()).collect();
    assert_eq!(names, ["shop"]);
}

#[test]
fn a_sample_that_there_is_not_is_met_with_those_there_are() {
    insta::assert_snapshot!("demo_nonsense", seen("demo nonsense"));
    insta::assert_snapshot!("demo_nonsense_store", seen("info demo:nonsense"));
    insta::assert_snapshot!("demo_layout", seen("info demo:shop --layout mine.yaml"));
    insta::assert_snapshot!("demo_without_terminal", seen("demo"));
}

#[test]
fn every_command_takes_a_sample_by_its_name() {
    let [info] = &lines("info demo:shop --json")[..] else { panic!("one value") };
    assert_eq!(info["backend"], "recording");
    assert!(info["events"].as_u64() > Some(25_000), "{}", info["events"]);
    let [state] = &lines("state demo:shop order-4711 --at -3 --json")[..] else { panic!() };
    assert_eq!(state["state"]["total"].to_string(), "-40.00");
    let [blamed] = &lines("blame demo:shop order-4711 .total --json")[..] else { panic!() };
    assert_eq!(blamed["type"], "RefundIssued");
    let refunds = lines("events demo:shop order-4711 --type RefundIssued --json");
    let causes: Vec<_> = refunds.iter().map(|one| one["metadata"]["causation"].as_str()).collect();
    assert_eq!(causes, [Some("desk-1042"); 2]);
}

#[test]
fn a_sample_is_copied_into_a_store_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let to = home.path().join("shop.db");
    let made = run(["import", "demo:shop", to.to_str().unwrap()]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let read = |store: &str| run(["state", store, "order-4711", "--json"]).stdout;
    let (copy, sample) = (read(to.to_str().unwrap()), read("demo:shop"));
    assert_eq!(text(&copy), text(&sample));
}

#[test]
fn the_screen_shows_it_and_nothing_is_written() {
    let home = tempfile::tempdir().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let terminal = Launch::new(env!("CARGO_BIN_EXE_foldback"))
        .args(["demo"])
        .home(home.path())
        .env("TMPDIR", scratch.path())
        .size(160, 45)
        .start();
    terminal.wait_for("28,067");
    // As the README says it.
    terminal.keys("/4711<Enter>");
    terminal.wait_for("v21 of 21");
    let blamed = |line: &str| line.contains("total  -40.00") && line.contains("v18 RefundIssued");
    terminal.wait_until("the blame of the total", |screen| screen.contents().lines().any(blamed));
    terminal.keys("g18<Enter>");
    terminal.wait_for("+515 ms after v17");
    terminal.wait_for(".total  39.95 → -40.00");
    terminal.keys("<Left>");
    terminal.wait_for("119.90 → 39.95");
    terminal.keys("<Left>");
    terminal.wait_for("v16 RefundRequested");
    terminal.wait_for("by ana@shop");
    terminal.keys("?");
    terminal.wait_for("─ Keys ─");
    terminal.keys("<Esc>");
    // Esc and a letter right after it are Alt and that letter.
    terminal.wait_until("the end of the help", |screen| !screen.contents().contains("Keys"));
    terminal.keys("q");
    let ended = terminal.ended();
    assert!(ended.status.success(), "{}", ended.text);
    assert_eq!(ended.unrestored, [""; 0]);
    assert!(nothing_in(home.path()) && nothing_in(scratch.path()));
}

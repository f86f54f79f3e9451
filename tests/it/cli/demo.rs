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
    assert_eq!(names, ["shop", "bank", "warehouse"]);
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
fn a_sample_keeps_what_a_store_keeps_besides_events() {
    let [info] = &lines("info demo:shop --json")[..] else { panic!("one value") };
    assert!(info["snapshots"].as_u64() > Some(150), "{}", info["snapshots"]);
    let projections = info["projections"].as_array().unwrap();
    let one = |name: &str| projections.iter().find(|one| one["name"] == name).unwrap();
    let told = |name: &str| (one(name)["stalled"].as_bool(), one(name)["status"].as_str());
    assert_eq!(told("order-list"), (Some(false), Some("running")));
    assert_eq!(one("order-list")["lag_events"], 0);
    assert_eq!(told("stock-levels"), (Some(false), Some("running")));
    assert!(one("stock-levels")["lag_events"].as_u64() > Some(0));
    assert_eq!(told("search-index"), (Some(false), Some("rebuilding")));
    // It says that it runs, and has not moved since the refund was handled twice.
    assert_eq!(told("refund-report"), (Some(true), Some("running")));
    let position = one("refund-report")["position"].as_i64().unwrap();
    let next = lines(&format!("events demo:shop --after {position} --limit 1 --json"));
    assert_eq!((&next[0]["aggregate"], &next[0]["version"]), (&"order-4711".into(), &18.into()));
    let found = text(&run(["info", "demo:shop"]).stderr);
    assert!(found.contains("projection refund-report has stood at position"), "{found}");
    assert!(found.contains("RefundIssued of order-4711, version 18"), "{found}");
}

#[test]
fn the_small_samples_hold_what_the_list_promises() {
    let [account] = &lines("state demo:bank acc-1 --json")[..] else { panic!("one state") };
    assert_eq!(account["state"]["balance"].to_string(), "1000.00");
    let steps = lines("history demo:bank acc-1 .balance --json");
    let amounts: Vec<String> = steps.iter().map(|step| step["after"].to_string()).collect();
    assert_eq!(amounts, ["0.00", "500.00", "800.00", "600.00", "1000.00"]);
    let credits = lines("events demo:bank --where .data.amount>100 --type InterestCredited --json");
    assert_eq!(credits[0]["aggregate"], "sav-7");
    let [rate] = &lines("blame demo:bank sav-7 .interest.rate --json")[..] else { panic!() };
    assert_eq!((rate["value"].to_string(), &rate["version"]), ("1.8".to_owned(), &1.into()));

    let [pallet] = &lines("state demo:warehouse pallet-217 --json")[..] else {
        panic!("one state")
    };
    assert_eq!(pallet["state"]["bin"], "C-04");
    for bin in ["C-04", "D-11"] {
        let [bin] = &lines(&format!("state demo:warehouse {bin} --json"))[..] else { panic!() };
        assert_eq!(bin["state"]["pallet"], "pallet-217");
    }
}

#[test]
fn a_sample_comes_out_of_a_store_as_it_went_in() {
    let home = tempfile::tempdir().unwrap();
    let [store, back] = ["shop.db", "shop.jsonl"].map(|name| home.path().join(name));
    let [store, back] = [&store, &back].map(|path| path.to_str().unwrap());
    for arguments in [["import", "demo:shop", store], ["export", store, back]] {
        let ran = run(arguments);
        assert!(ran.status.success(), "{}", text(&ran.stderr));
        assert!(
            text(&ran.stdout).contains("164 snapshots, 4 checkpoints"),
            "{}",
            text(&ran.stdout)
        );
        assert_eq!(text(&ran.stderr), "");
    }
    let asset = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/demo/shop.jsonl.zst");
    let sample = zstd::decode_all(&std::fs::read(asset).unwrap()[..]).unwrap();
    assert!(std::fs::read(back).unwrap() == sample, "byte for byte");
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
    // What letters before the last one found may be open until then.
    terminal.wait_until("the order, found", |screen| {
        let text = screen.contents();
        text.contains("1 of 642")
            && text.contains("─ Order order-4711 ─")
            && text.contains("v21 of 21")
    });
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

//! What does not work says what, why and what next, and ends with a status of its own.

use std::os::unix::ffi::OsStrExt as _;

use super::{foldback, run, seen, text};

#[test]
fn a_typo_is_met_with_the_nearest_name() {
    insta::assert_snapshot!("typo_command", seen("inof shop.jsonl"));
    insta::assert_snapshot!("typo_order", seen("shop.jsonl info"));
    insta::assert_snapshot!("typo_flag", seen("aggregates shop.jsonl --limt 3"));
    insta::assert_snapshot!("typo_aggregate", seen("state shop.jsonl order-471"));
    insta::assert_snapshot!("typo_category", seen("aggregates shop.jsonl --category Ordr"));
    insta::assert_snapshot!("typo_type", seen("events shop.jsonl --type OrderPlced"));
    insta::assert_snapshot!("typo_path", seen("blame shop.jsonl order-4711 .totl"));
    insta::assert_snapshot!("typo_path_dot", seen("history shop.jsonl order-4711 total"));
    insta::assert_snapshot!("typo_path_never", seen("history shop.jsonl order-4711 .items.p-9"));
    insta::assert_snapshot!("typo_version", seen("state shop.jsonl order-4711 --at yesterday"));
    insta::assert_snapshot!("typo_time", seen("events shop.jsonl --from noon"));
    insta::assert_snapshot!("typo_where", seen("events shop.jsonl --where .data.total>"));
    insta::assert_snapshot!("typo_diff_flag", seen("diff shop.jsonl order-4711 1 --jsn"));
}

#[test]
fn a_store_that_is_not_there_is_met_with_the_nearest_file() {
    let told = |name: &str| text(&run(["info", name]).stderr);
    assert!(told("shopp.jsonl").contains("hint: did you mean shop.jsonl?"));
    assert!(told("stores/emet.db").contains("hint: did you mean stores/emmett.db?"));
    assert!(told("stores/no-such-store.db").contains("hint: in that directory there are "));
}

#[test]
fn times_in_the_wrong_order_are_a_mistake() {
    let ran = run("events shop.jsonl --from 2026-03-03 --to 2026-03-02".split(' '));
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).starts_with("error: --from is later than --to"));
    let same = run("events shop.jsonl --from 2026-03-02 --to 2026-03-02".split(' '));
    assert_eq!(same.status.code(), Some(0));
}

#[test]
fn a_version_that_is_not_there_is_said_with_those_that_are() {
    insta::assert_snapshot!("version_beyond", seen("state shop.jsonl order-4711 --at 99"));
    insta::assert_snapshot!("version_back", seen("diff shop.jsonl order-4711 -99"));
}

#[test]
fn each_kind_of_failure_has_its_status() {
    let status = |line: &str| run(line.split(' ')).status.code().unwrap();
    assert_eq!(status("info shop.jsonl"), 0);
    assert_eq!(status("info"), 2);
    assert_eq!(status("info shop.jsonl --nonsense"), 2);
    assert_eq!(status("--theme light info shop.jsonl"), 2);
    assert_eq!(status("state shop.jsonl nobody"), 2);
    assert_eq!(status("info no-such-store.db"), 3);
    assert_eq!(status("info ."), 3);
    assert_eq!(status("info stores/emmett.db --layout no-such-layout.yaml"), 2);
    assert_eq!(status("man /dev/null/man"), 4);
    assert_eq!(status("import shop.jsonl no-such-directory/own.db"), 4);
    assert_eq!(status("export shop.jsonl no-such-directory/out.jsonl"), 4);
    assert_eq!(status("import no-such-store.db elsewhere.db"), 3);
}

#[test]
fn a_full_disk_is_told_from_a_store_that_is_gone() {
    // Nothing can be made in there, by nobody.
    for line in ["import shop.jsonl /proc/own.db", "export shop.jsonl /proc/out.jsonl"] {
        assert_eq!(run(line.split(' ')).status.code(), Some(4), "{line}");
    }
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = foldback().args(["export", "shop.jsonl", "-"]).stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(4), "{}", text(&ran.stderr));
}

#[test]
fn the_screen_needs_a_terminal() {
    insta::assert_snapshot!("screen_without_terminal", seen("shop.jsonl"));
    insta::assert_snapshot!("screen_in_json", seen("shop.jsonl --json"));
    insta::assert_snapshot!("screen_or_command", seen("shopp"));
}

#[test]
fn a_full_disk_is_told() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = foldback().args(["events", "shop.jsonl"]).stdout(full).output().unwrap();
    assert_eq!(ran.status.code(), Some(4));
    assert!(text(&ran.stderr).contains("cannot write to standard output"));
}

#[test]
fn an_argument_that_is_no_text_is_told() {
    let name = std::ffi::OsStr::from_bytes(b"order\xff");
    let command = ["state", "shop.jsonl"].map(std::ffi::OsStr::new);
    let ran = foldback().args(command).arg(name).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    assert!(text(&ran.stderr).starts_with("error: "), "{}", text(&ran.stderr));
}

#[test]
fn an_expression_without_end_is_an_error_and_no_crash() {
    let ran = run(["events", "shop.jsonl", "--where", "def f: 1 + f; f"]);
    assert_eq!(ran.status.code(), Some(2), "{}", text(&ran.stderr));
    let said = text(&ran.stderr);
    let place = "error: --where does not come to an end on Customer cust-12 v1: ";
    assert!(said.starts_with(place), "{said}");
    // What ends is asked, however deep it goes.
    let deep = "reduce range(50000) as $i (0; [.]) | .version != 1";
    assert!(run(["events", "shop.jsonl", "--where", deep]).status.success());
    let printed = run(["events", "shop.jsonl", "--where", r#""\u001b[2J" | stderr"#]);
    assert!(!text(&printed.stderr).contains('\u{1b}'));
}

#[test]
fn a_category_tells_two_aggregates_of_one_id_apart() {
    insta::assert_snapshot!("ambiguous", seen("state cli/twins.jsonl 7"));
    insta::assert_snapshot!("ambiguous_settled", seen("state cli/twins.jsonl Cart/7"));
}

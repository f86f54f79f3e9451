//! `upcast check`, `upcast show`, and `--upcast` on the commands that fold.

use super::{fixtures, foldback, lines, seen, text};

const CHAIN: &str = "--upcast ../../assets/upcast/order.yaml";

fn upcasted(line: &str) -> String {
    seen(&format!("{line} {CHAIN}"))
}

#[test]
fn a_store_is_checked_type_by_type() {
    insta::assert_snapshot!("upcast_check", upcasted("upcast check cli/schemas.jsonl"));
    let full = upcasted("upcast check cli/schemas.jsonl --mode full");
    insta::assert_snapshot!("upcast_check_full", full);
    let good = "upcast check demo:shop --upcast ../../assets/upcast/shop.yaml";
    insta::assert_snapshot!("upcast_check_good", seen(good));
    insta::assert_snapshot!("upcast_check_json", upcasted("upcast check cli/schemas.jsonl --json"));
    insta::assert_snapshot!("upcast_check_without", seen("upcast check cli/schemas.jsonl"));
}

#[test]
fn an_event_is_shown_before_and_after() {
    insta::assert_snapshot!("upcast_show", upcasted("upcast show cli/schemas.jsonl order-1 2"));
    let failing = upcasted("upcast show cli/schemas.jsonl order-2 2");
    insta::assert_snapshot!("upcast_show_failing", failing);
    let newest = upcasted("upcast show cli/schemas.jsonl order-1 last");
    insta::assert_snapshot!("upcast_show_newest", newest);
    let line = format!("upcast show cli/schemas.jsonl order-1 1 --json {CHAIN}");
    let told = &lines(&line)[0];
    assert_eq!((&told["type"], &told["schema"]), (&"OrderCreated".into(), &"1".into()));
    assert_eq!(told["upcasted"][0]["data"]["shipping_address"]["street"], "Am Hafen 1");
    let change = &told["upcasted"][0]["steps"][0]["did"][0]["changes"][0];
    assert_eq!((&change["path"], &change["op"]), (&"/shipping_address".into(), &"add".into()));
    assert!(told["recorded"].get("shipping_address").is_none());
    insta::assert_snapshot!(
        "upcast_show_before",
        upcasted("upcast show cli/schemas.jsonl order-1 0")
    );
}

#[test]
fn what_is_folded_is_upcasted_and_what_is_listed_is_not() {
    insta::assert_snapshot!("upcast_state", upcasted("state cli/schemas.jsonl order-1 --at 2"));
    insta::assert_snapshot!("upcast_log", upcasted("log cli/schemas.jsonl order-2"));
    let recorded = lines("events cli/schemas.jsonl --json");
    assert_eq!(lines(&format!("events cli/schemas.jsonl --json {CHAIN}")), recorded);
    let events = lines(&format!("events cli/schemas.jsonl --json --upcasted {CHAIN}"));
    assert_eq!((&events[1]["schema"], &events[1]["data"]["tax_amount"]), (&2.into(), &1.6.into()));
    assert_eq!(events[4]["findings"][0]["code"], "upcast-failed");
    assert_eq!(events[4]["data"], recorded[4]["data"]);
}

#[test]
fn a_chain_that_is_none_is_told_whole_before_anything_is_opened() {
    let line = "state no-such.db order-1 --upcast cli/broken-upcast.yaml";
    insta::assert_snapshot!("upcast_broken", seen(line));
    insta::assert_snapshot!("upcast_missing", seen("state shop.jsonl order-4711 --upcast no.yaml"));
}

#[test]
fn the_configuration_can_name_a_chain_beside_it() {
    let directory = tempfile::tempdir().unwrap();
    let chain = fixtures().join("../../assets/upcast/order.yaml");
    std::fs::copy(chain, directory.path().join("chain.yaml")).unwrap();
    let config = directory.path().join("config.yaml");
    std::fs::write(&config, "upcast: chain.yaml\n").unwrap();
    let state = |more: &[&str]| {
        let mut command = foldback();
        command.env("FOLDBACK_CONFIG", &config).args(["state", "cli/schemas.jsonl", "order-1"]);
        let ran = command.args(["--at", "2", "--json"]).args(more).output().unwrap();
        (ran.status.code(), text(&ran.stdout), text(&ran.stderr))
    };
    assert!(state(&[]).1.contains(r#""tax_amount":1.6"#), "{:?}", state(&[]));
    assert!(!state(&["--upcast", "none"]).1.contains("tax_amount"));
    std::fs::write(directory.path().join("chain.yaml"), "steps: 3\n").unwrap();
    let (status, _, said) = state(&[]);
    assert_eq!(status, Some(2));
    assert!(said.contains("chain.yaml") && said.contains("config.yaml:1"), "{said}");
}

#[test]
fn a_store_is_exported_in_the_schemas_of_today() {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("today.jsonl");
    let line = format!("export demo:shop {} --upcasted", to.display());
    let chain = "--upcast ../../assets/upcast/shop.yaml";
    let ran = foldback().args(line.split(' ')).output().unwrap();
    assert_eq!(ran.status.code(), Some(2), "without a chain there is nothing to go by");
    assert!(text(&ran.stderr).contains("--upcast FILE") && !to.exists(), "{}", text(&ran.stderr));
    let told = &lines(&format!("{line} {chain} --json"))[0];
    let counted = &told["upcast"];
    assert!(counted["upcasted"].as_u64().unwrap() > 0, "{told}");
    assert_eq!(
        (&counted["failed"], &counted["chain"]),
        (&0.into(), &"../../assets/upcast/shop.yaml".into())
    );
    let left = told["findings"].as_array().unwrap();
    assert!(left.iter().any(|one| one["code"] == "checkpoints-left"), "{told}");
    // What was written needs no chain any more: it folds to the same, and every reader of today understands it.
    let there = to.display().to_string();
    for (asked, with) in [("demo:shop", chain), (&*there, "--upcast none")] {
        let states = lines(&format!("log {asked} order-4711 --json {with}"));
        let changes: Vec<_> = states.into_iter().map(|one| one["changes"].clone()).collect();
        let wanted = lines(&format!("log demo:shop order-4711 --json {chain}"));
        let wanted: Vec<_> = wanted.into_iter().map(|one| one["changes"].clone()).collect();
        assert_eq!(changes, wanted, "{asked}");
    }
    let whole = seen(&format!(
        "export demo:shop {} --upcasted {chain}",
        directory.path().join("b.jsonl").display()
    ));
    assert!(whole.contains(" upcasted by ../../assets/upcast/shop.yaml"), "{whole}");
    // As CloudEvents, to standard output: the same events, one for one.
    let ran = foldback()
        .args(["export", "demo:shop", "-", "--upcasted", "--format", "cloudevents", "--upcast"])
        .arg(fixtures().join("../../assets/upcast/shop.yaml"))
        .output()
        .unwrap();
    assert_eq!(text(&ran.stdout).lines().count() as u64, told["events"].as_u64().unwrap());
}

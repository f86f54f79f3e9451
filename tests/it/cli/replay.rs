//! States that are stored, and rebuilt from their events.

use std::path::Path;
use std::process::{Output, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use super::{fixtures, foldback, text};

fn ran(home: &Path, line: &str) -> Output {
    foldback().current_dir(home).args(line.split(' ')).stdin(Stdio::null()).output().unwrap()
}

fn json(ran: &Output) -> Value {
    serde_json::from_str(&text(&ran.stdout)).unwrap()
}

/// A store of foldback's own with the events of the shop.
fn shop() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let from = fixtures().join("shop.jsonl");
    let ran = ran(home.path(), &format!("import {} own.db", from.display()));
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    home
}

fn tamper(home: &Path, sql: &str) {
    Connection::open(home.join("own.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_state_is_stored_and_is_what_a_replay_comes_to() {
    let home = shop();
    let home = home.path();
    let stored = ran(home, "snapshot own.db order-4711");
    let said = text(&stored.stdout);
    assert!(stored.status.success(), "{}", text(&stored.stderr));
    assert!(said.starts_with("order-4711 v"), "{said}");
    assert!(said.contains("stored, ") && said.contains(", 1 snapshot of it now"), "{said}");
    let replayed = ran(home, "replay own.db order-4711");
    let lines = text(&replayed.stdout);
    assert_eq!((replayed.status.code(), lines.lines().count()), (Some(0), 2), "{lines}");
    assert!(lines.lines().nth(1).unwrap().ends_with("merge  the same"), "{lines}");
    let state = json(&ran(home, "state own.db order-4711 --json"));
    let kept: String = Connection::open(home.join("own.db"))
        .unwrap()
        .query_row("SELECT state FROM snapshots", [], |row| row.get(0))
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(&kept).unwrap(), state["state"]);
    let answer = json(&ran(home, "replay own.db order-4711 --json"));
    assert_eq!(answer["events"], state["version"]);
    assert!(answer["milliseconds"].as_f64().unwrap() > 0.0);
    assert_eq!(answer["snapshots"][0]["same"], true);
}

#[test]
fn the_newest_few_are_kept() {
    let home = shop();
    let home = home.path();
    for expected in [1, 2, 2, 2] {
        let answer = json(&ran(home, "snapshot own.db order-4711 --keep 2 --json"));
        assert_eq!(answer["kept"], expected);
        std::fs::write(home.join("e.json"), r#"{"type":"Noted","data":{}}"#).unwrap();
        assert!(ran(home, "append own.db order-4711 e.json").status.success());
    }
}

#[test]
fn a_snapshot_that_cannot_be_right_is_the_answer_no() {
    let home = shop();
    let home = home.path();
    ran(home, "snapshot own.db order-4711");
    tamper(
        home,
        "INSERT INTO snapshots SELECT aggregate_id, category, 1, 'order.js', '{}', NULL FROM snapshots;",
    );
    let theirs = ran(home, "replay own.db order-4711");
    assert_eq!(theirs.status.code(), Some(0), "another reducer may be right");
    let said = text(&theirs.stdout);
    assert!(said.contains("another reducer made it"), "{said}");
    tamper(
        home,
        "UPDATE snapshots SET state = json_set(state, '$.status', 'LOST') WHERE version > 1;",
    );
    let wrong = ran(home, "replay own.db order-4711");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stdout).contains("differs in 1 place  .status"), "{}", text(&wrong.stdout));
    assert!(text(&wrong.stderr).contains("1 snapshot of Order order-4711 cannot be what"));
    // Stored anew, it is right again.
    let mended = ran(home, "snapshot own.db order-4711 --verify");
    assert_eq!(mended.status.code(), Some(0), "{}", text(&mended.stderr));
    tamper(home, "UPDATE snapshots SET version = 99 WHERE version > 1;");
    let beyond = ran(home, "snapshot own.db order-4711 --verify --json");
    assert_eq!(beyond.status.code(), Some(1));
    let compared = json(&beyond)["snapshots"].as_array().unwrap().clone();
    assert_eq!(compared.len(), 3);
    assert_eq!(compared[2]["reason"], "there is no event of that version");
}

#[test]
fn nothing_is_stored_of_what_is_not_whole_or_not_ours() {
    let home = shop();
    let home = home.path();
    std::fs::write(home.join("bytes.json"), r#"{"type":"Scanned","data_base64":"AAE="}"#).unwrap();
    assert!(ran(home, "append own.db order-4711 bytes.json").status.success());
    let broken = ran(home, "snapshot own.db order-4711");
    assert_eq!(broken.status.code(), Some(4));
    assert!(text(&broken.stderr).contains("is not whole, and is not stored"));
    let foreign =
        ran(home, &format!("snapshot {} order-4711", fixtures().join("shop.jsonl").display()));
    assert_eq!(foreign.status.code(), Some(4));
    let unknown = ran(home, "snapshot own.db order-9");
    assert_eq!(unknown.status.code(), Some(2));
    let count: i64 = Connection::open(home.join("own.db"))
        .unwrap()
        .query_row("SELECT count(*) FROM snapshots", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, 0);
}

#[test]
fn a_typed_aggregate_folds_by_its_own_rules() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let events = r#"{"type":"OrderCreated","data":{"customer_id":"c-1","order_number":"4711"}}
        {"type":"ItemAdded","schema":"1","data":{"product_id":"lamp","product_name":"Lamp","quantity":3,"unit_price":19.99}}"#;
    std::fs::write(home.join("e.jsonl"), events).unwrap();
    assert!(ran(home, "append own.db Order/order-1 e.jsonl --create").status.success());
    assert!(ran(home, "snapshot own.db order-1").status.success());
    let stored = json(&ran(home, "snapshot own.db order-1 --reducer sample --json"));
    assert_eq!(stored["reducer"], serde_json::json!({"name": "Order@1", "tier": "application"}));
    let kept: String = Connection::open(home.join("own.db"))
        .unwrap()
        .query_row("SELECT state FROM snapshots WHERE reducer = 'Order@1'", [], |row| row.get(0))
        .unwrap();
    assert!(kept.ends_with(r#""total_amount":59.97}"#), "{kept}");
    for (reducer, name) in [("merge", "merge"), ("sample", "Order@1")] {
        let answer = json(&ran(home, &format!("replay own.db order-1 --reducer {reducer} --json")));
        let of = |one: &&Value| one["reducer"] == name;
        let snapshots = answer["snapshots"].as_array().unwrap();
        assert_eq!(
            (snapshots.len(), &snapshots.iter().find(of).unwrap()["same"]),
            (2, &true.into())
        );
    }
    // A rule is no handler: what happened is folded, and what is unknown is told and keeps nothing.
    std::fs::write(home.join("x.json"), r#"{"type":"Doubled","data":{}}"#).unwrap();
    assert!(ran(home, "append own.db order-1 x.json").status.success());
    let refused = ran(home, "snapshot own.db order-1 --reducer sample");
    assert_eq!(refused.status.code(), Some(4));
    assert!(text(&refused.stderr).contains("no handler for events of this type"));
    std::fs::write(home.join("c.json"), r#"{"type":"Begun","data":{}}"#).unwrap();
    assert!(ran(home, "append own.db Cart/cart-1 c.json").status.success());
    let other = ran(home, "replay own.db cart-1 --reducer sample");
    assert_eq!(other.status.code(), Some(2));
    assert!(text(&other.stderr).contains("there are Order, Account and Inventory"));
}

const CHAIN: &str = "steps:
  - event: ItemAdded
    from: 0
    to: 1
    do: [rename: {path: .price, to: unit_price}]
";

/// A store with an order whose events are of old schema versions, and a chain that knows them.
fn old() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let events = r#"{"type":"OrderCreated","data":{"customer_id":"c-1","order_number":"4711"}}
        {"type":"ItemAdded","schema":"0","data":{"product_id":"lamp","product_name":"Lamp","quantity":3,"price":19.99}}"#;
    std::fs::write(home.path().join("e.jsonl"), events).unwrap();
    std::fs::write(home.path().join("chain.yaml"), CHAIN).unwrap();
    let done = ran(home.path(), "append own.db Order/order-1 e.jsonl --create");
    assert!(done.status.success(), "{}", text(&done.stderr));
    home
}

#[test]
fn a_snapshot_says_which_chain_its_events_went_through() {
    let home = old();
    let home = home.path();
    let stored = ran(home, "snapshot own.db order-1 --upcast chain.yaml --verify --json");
    assert!(stored.status.success(), "{}", text(&stored.stderr));
    let stored = json(&stored);
    let by = stored["stored_as"].as_str().unwrap().to_owned();
    assert!(by.starts_with("merge+") && by.len() == 14, "{by}");
    assert_eq!(stored["reducer"]["upcast"], "chain.yaml");
    assert_eq!(stored["snapshots"][0]["same"], true);
    let kept: String = Connection::open(home.join("own.db"))
        .unwrap()
        .query_row("SELECT state FROM snapshots", [], |row| row.get(0))
        .unwrap();
    assert!(kept.contains("unit_price") && !kept.contains("\"price\""), "{kept}");
    // With the same chain it must be the same; without one, or with another, it may differ and be right.
    for (with, is_wrong) in
        [(" --upcast chain.yaml", true), ("", false), (" --upcast other.yaml", false)]
    {
        let other = CHAIN.replace("unit_price", "each");
        std::fs::write(home.join("other.yaml"), other).unwrap();
        let replayed = ran(home, &format!("replay own.db order-1{with}"));
        assert_eq!(replayed.status.code(), Some(0), "{}", text(&replayed.stdout));
        let said = text(&replayed.stdout);
        assert_eq!(said.contains("the same"), is_wrong, "{said}");
        assert_eq!(said.contains("another reducer made it"), !is_wrong, "{said}");
    }
    tamper(home, "UPDATE snapshots SET state = json_set(state, '$.quantity', 4);");
    let wrong = ran(home, "replay own.db order-1 --upcast chain.yaml");
    assert_eq!(wrong.status.code(), Some(1), "{}", text(&wrong.stdout));
    // One behind another chain counts among those that are kept, and goes first.
    let anew = json(&ran(home, "snapshot own.db order-1 --keep 1 --json"));
    assert_eq!((&anew["kept"], &anew["stored_as"]), (&1.into(), &"merge".into()));
}

#[test]
fn a_typed_aggregate_stands_behind_the_chain_too() {
    let home = old();
    let home = home.path();
    let bare = ran(home, "snapshot own.db order-1 --reducer sample");
    assert_eq!(bare.status.code(), Some(4), "{}", text(&bare.stdout));
    let why = "it is of schema version 0, and the handler is for schema version 1";
    assert!(text(&bare.stderr).contains(why), "{}", text(&bare.stderr));
    let stored =
        ran(home, "snapshot own.db order-1 --reducer sample --upcast chain.yaml --verify --json");
    assert!(stored.status.success(), "{}", text(&stored.stderr));
    let stored = json(&stored);
    assert!(stored["stored_as"].as_str().unwrap().starts_with("Order@1+"), "{stored}");
    assert_eq!((&stored["version"], &stored["snapshots"][0]["same"]), (&2.into(), &true.into()));
    // What a later program wrote is not taken for what this one knows, though it has the same fields.
    let later = r#"{"type":"ItemAdded","schema":"2","data":{"product_id":"p","product_name":"P","quantity":1,"unit_price":1}}"#;
    std::fs::write(home.join("later.json"), later).unwrap();
    assert!(ran(home, "append own.db Order/order-2 later.json").status.success());
    let refused = ran(home, "snapshot own.db order-2 --reducer sample");
    let said = text(&refused.stderr);
    assert!(
        said.contains("it is of schema version 2, and the handler is for schema version 1"),
        "{said}"
    );
}

#[test]
fn a_reducer_that_an_event_does_not_fit_is_the_answer_no() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    std::fs::write(home.join("e.json"), r#"{"type":"Noted","data":{}}"#).unwrap();
    assert!(ran(home, "append own.db Order/order-1 e.json --create").status.success());
    let sample = ran(home, "replay own.db order-1 --reducer sample");
    let said = text(&sample.stderr);
    assert_eq!(sample.status.code(), Some(1), "{said}");
    assert!(said.contains("1 event of Order order-1 could not be applied by Order@1"), "{said}");
    assert_eq!(ran(home, "replay own.db order-1").status.code(), Some(0));
}

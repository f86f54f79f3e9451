//! What a program is answered: the shapes that the documentation promises.

use serde_json::{Value, json};

use super::{fixtures, keys, lines, run, text};

#[test]
fn info_is_one_value() {
    let info = &lines("info shop.jsonl --json")[..];
    let [info] = info else { panic!("one line") };
    assert_eq!(info["store"], "shop.jsonl");
    assert_eq!(info["events"], 14);
    assert_eq!(info["head"], 14);
    assert_eq!(
        keys(info),
        [
            "store",
            "layout",
            "backend",
            "read_only",
            "aggregates",
            "events",
            "head",
            "first_time",
            "last_time",
            "types",
            "categories",
            "projections",
            "findings"
        ],
        "a recording keeps no snapshots, so there is no number of them"
    );
    assert_eq!(keys(&info["layout"]), ["name", "why", "confidence"]);
    assert_eq!(keys(&info["types"][0]), ["type", "events"]);
    assert_eq!(keys(&info["categories"][0]), ["category", "aggregates", "events"]);
    let counted: u64 =
        info["types"].as_array().unwrap().iter().map(|one| one["events"].as_u64().unwrap()).sum();
    assert_eq!(counted, 14);
}

#[test]
fn lists_are_a_value_a_line() {
    let rows = lines("aggregates shop.jsonl --category Order --json");
    assert_eq!(rows.len(), 2);
    assert_eq!(
        keys(&rows[0]),
        ["aggregate", "category", "events", "version", "first_time", "last_time"]
    );
    let recent = lines("aggregates shop.jsonl --sort recent --json");
    let times: Vec<_> = recent.iter().map(|row| row["last_time"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
}

#[test]
fn every_event_comes_once_in_order_as_it_was_recorded() {
    let events = lines("events shop.jsonl --json");
    let recorded = std::fs::read_to_string(fixtures().join("shop.jsonl")).unwrap();
    // A whole second has no digits behind it, as everywhere.
    let recorded = recorded.replace(".000Z", "Z");
    let recorded: Vec<Value> =
        recorded.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events, recorded);
}

#[test]
fn filters_leave_exactly_what_they_say() {
    let positions = |line: &str| -> Vec<i64> {
        lines(line).iter().map(|event| event["position"].as_i64().unwrap()).collect()
    };
    assert_eq!(positions("events shop.jsonl --json --after 12"), [13, 14]);
    assert_eq!(positions("events shop.jsonl order-4711 --json --limit 2"), [4, 6]);
    assert_eq!(positions("events shop.jsonl order-4711 --json --after 4 --limit 1"), [6]);
    assert_eq!(
        positions("events shop.jsonl --json --type OrderPlaced --type OrderShipped"),
        [4, 7, 8]
    );
    assert_eq!(positions("events shop.jsonl --json --where .position%5==0"), [5, 10]);
    assert_eq!(positions("events shop.jsonl --json --where .position%5==0 --limit 1"), [5]);
    assert_eq!(positions("events shop.jsonl --json --limit 0"), [0; 0]);
}

#[test]
fn a_state_says_how_far_it_can_be_trusted() {
    let state = &lines("state shop.jsonl order-4711 --at 2 --json")[0];
    assert_eq!(
        keys(state),
        ["aggregate", "category", "version", "position", "time", "reducer", "state", "findings"]
    );
    assert_eq!(state["reducer"], json!({"name": "merge", "tier": "guessed"}));
    assert_eq!(state["position"], 6);
    assert_eq!(state["state"]["status"], "paid");
    let nothing = &lines("state shop.jsonl order-4711 --at 0 --json")[0];
    assert_eq!(nothing["state"], json!({}));
    assert!(nothing.get("position").is_none() && nothing.get("time").is_none());
}

#[test]
fn changes_tell_null_from_missing() {
    let diff = &lines("diff shop.jsonl order-4711 1 2 --json")[0];
    assert_eq!(keys(diff), ["from", "to", "reducer", "changes", "findings"]);
    let changes = diff["changes"].as_array().unwrap();
    let added = changes.iter().find(|change| change["op"] == "add").unwrap();
    assert_eq!(keys(added), ["path", "op", "after"]);
    let replaced = changes.iter().find(|change| change["op"] == "replace").unwrap();
    assert_eq!(keys(replaced), ["path", "op", "before", "after"]);
}

#[test]
fn a_patch_turns_the_one_state_into_the_other() {
    for (aggregate, last) in [("shop.jsonl order-4711", 6), ("cli/lists.jsonl cart-1", 4)] {
        let state =
            |at: u64| lines(&format!("state {aggregate} --at {at} --json"))[0]["state"].clone();
        let states: Vec<Value> = (0..=last).map(state).collect();
        for (from, before) in states.iter().enumerate() {
            for (to, after) in states.iter().enumerate() {
                let line = format!("diff {aggregate} {from} {to} --format rfc6902");
                let ran = run(line.split(' '));
                let steps: Value = serde_json::from_str(&text(&ran.stdout)).unwrap();
                let mut value = before.clone();
                steps.as_array().unwrap().iter().for_each(|step| apply(&mut value, step));
                assert_eq!(value, *after, "{line}: {steps}");
            }
        }
    }
}

/// One operation of RFC 6902, written for this test alone.
fn apply(value: &mut Value, step: &Value) {
    let (parent, key) = step["path"].as_str().unwrap().rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    let parent = value.pointer_mut(parent).unwrap();
    let new = || step["value"].clone();
    let op = step["op"].as_str().unwrap();
    if let Some(items) = parent.as_array_mut() {
        let at: usize = key.parse().unwrap();
        match op {
            "remove" => _ = items.remove(at),
            "add" => items.insert(at, new()),
            _ => items[at] = new(),
        }
        return;
    }
    let members = parent.as_object_mut().unwrap();
    let was_there = match op {
        "remove" => members.remove(&key).is_some(),
        _ => members.insert(key, new()).is_some(),
    };
    assert_eq!(was_there, op != "add", "{step}");
}

#[test]
fn log_blame_and_history_agree() {
    let log = lines("log shop.jsonl order-4711 --json");
    assert_eq!(
        keys(&log[0]),
        ["version", "type", "time", "reducer", "changes", "metadata", "findings"]
    );
    let reversed = lines("log shop.jsonl order-4711 --json --reverse");
    assert!(log.iter().eq(reversed.iter().rev()));
    for value in lines("blame shop.jsonl order-4711 --json") {
        assert_eq!(
            keys(&value),
            ["path", "value", "version", "type", "position", "time", "reducer"]
        );
        let path = value["path"].as_str().unwrap();
        let history = lines(&format!("history shop.jsonl order-4711 {path} --json"));
        let last = history.last().unwrap();
        assert_eq!(
            (&last["version"], &last["after"]),
            (&value["version"], &value["value"]),
            "{path}"
        );
        assert_eq!(last["type"], value["type"], "{path}");
    }
    let status = lines("history shop.jsonl order-4711 .status --json");
    let first = &status[0];
    assert_eq!(keys(first), ["path", "version", "type", "op", "after", "reducer"]);
    assert_eq!(keys(&status[1]), ["path", "version", "type", "op", "before", "after", "reducer"]);
}

#[test]
fn what_cannot_be_read_is_base64_with_a_finding() {
    let ran = run(["events", "recordings/broken.jsonl", "order-2", "--json"]);
    let events: Vec<Value> =
        text(&ran.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(text(&ran.stderr).starts_with("warning: 4 findings"), "{}", text(&ran.stderr));
    assert_eq!(events[0]["data_base64"], "/wA=");
    assert_eq!(events[0]["content_type"], "application/octet-stream");
    assert_eq!(events[0]["findings"][0]["code"], "payload-unreadable");
    assert!(events[0].get("data").is_none());
}

#[test]
fn findings_reach_programs() {
    let code = |value: &Value| value["findings"][0]["code"].as_str().map(str::to_owned);
    let missing = Some("versions-missing".to_owned());
    let [diff] = &lines("diff cli/gap.jsonl a 2 5 --json")[..] else { panic!("one value") };
    assert_eq!(
        (keys(diff), code(diff)),
        (vec!["from", "to", "reducer", "changes", "findings"], missing.clone())
    );
    for line in ["blame cli/gap.jsonl a --json", "history cli/gap.jsonl a .n --json"] {
        let rows = lines(line);
        let (last, rows) = rows.split_last().unwrap();
        assert_eq!((keys(last), code(last)), (vec!["findings"], missing.clone()), "{line}");
        assert!(rows.iter().all(|row| keys(row)[0] == "path"), "{line}");
    }
    assert!(
        !text(&run(["blame", "shop.jsonl", "order-4711", "--json"]).stdout).contains("findings")
    );
    assert_eq!(lines("diff cli/gap.jsonl a 1 2 --json")[0]["findings"], json!([]));
}

#[test]
fn a_search_says_how_much_it_searched() {
    let said = |line: &str| text(&run(line.split(' ')).stderr);
    let all = "note: searched 14 events, found ";
    assert_eq!(said("events shop.jsonl --where .version==1 --json"), format!("{all}5\n"));
    assert_eq!(said("events shop.jsonl --where .version>99"), format!("{all}none\n"));
    assert_eq!(said("events shop.jsonl --type OrderPlaced --json"), format!("{all}2\n"));
    let limited = said("events shop.jsonl --where .version==1 --limit 2");
    assert!(limited.ends_with("found 2, the limit\n") && !limited.contains("14"), "{limited}");
    assert_eq!(
        said("aggregates shop.jsonl --match order --json"),
        "note: searched 5 aggregates, found 2\n"
    );
    assert_eq!(
        said("aggregates shop.jsonl --match order --sort recent"),
        "note: searched 5 aggregates, found 2\n"
    );
    assert_eq!(said("events shop.jsonl"), "");
    assert_eq!(
        said("events shop.jsonl --type OrderPlaced --type OrderPlacd --quiet"),
        "warning: no event in shop.jsonl has the type `OrderPlacd`; did you mean `OrderPlaced`?\n"
    );
}

#[test]
fn whatever_is_told_of_a_state_says_how_far_it_can_be_trusted() {
    for line in [
        "state shop.jsonl order-4711",
        "diff shop.jsonl order-4711 1",
        "log shop.jsonl order-4711",
        "blame shop.jsonl order-4711",
        "history shop.jsonl order-4711 .status",
    ] {
        for value in lines(&format!("{line} --json")) {
            assert_eq!(value["reducer"], json!({"name": "merge", "tier": "guessed"}), "{line}");
        }
        let first = text(&run(line.split(' ')).stdout).lines().next().unwrap().to_owned();
        assert!(first.contains("guessed by merge"), "{first}");
    }
    let patch = run("diff shop.jsonl order-4711 1 --format rfc6902".split(' '));
    assert_eq!(text(&patch.stderr), "note: the states are guessed by merge\n");
    let json = run("diff shop.jsonl order-4711 1 --format rfc6902 --json".split(' '));
    assert_eq!(json.stdout, patch.stdout, "it is JSON already");
}

#[test]
fn a_state_with_blame_says_for_each_value_what_blame_says() {
    let [state] = &lines("state shop.jsonl order-4711 --at 3 --blame --json")[..] else { panic!() };
    let mut blame = lines("blame shop.jsonl order-4711 --at 3 --json");
    for row in &mut blame {
        row.as_object_mut().unwrap().remove("reducer");
    }
    assert!(blame.len() > 3);
    assert_eq!(state["blame"], Value::Array(blame));
    assert!(lines("state shop.jsonl order-4711 --json")[0].get("blame").is_none());
}

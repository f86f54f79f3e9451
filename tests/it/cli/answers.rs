//! What a person is answered.

use super::seen;

#[test]
fn what_is_in_the_store() {
    insta::assert_snapshot!("info", seen("info shop.jsonl"));
    insta::assert_snapshot!("aggregates", seen("aggregates shop.jsonl"));
    insta::assert_snapshot!(
        "aggregates_chosen",
        seen("aggregates shop.jsonl --category Order --sort events --limit 1")
    );
    insta::assert_snapshot!(
        "aggregates_none",
        seen("aggregates shop.jsonl --match nothing-like-it")
    );
    insta::assert_snapshot!("aggregates_matching", seen("aggregates shop.jsonl --match CUST"));
}

#[test]
fn what_happened() {
    insta::assert_snapshot!("events", seen("events shop.jsonl --limit 3"));
    insta::assert_snapshot!("events_of_one", seen("events shop.jsonl order-4711"));
    insta::assert_snapshot!(
        "events_chosen",
        seen("events shop.jsonl --from 2026-03-02 --to 2026-03-03 --type OrderPlaced --after 4")
    );
    insta::assert_snapshot!(
        "events_where",
        seen("events shop.jsonl --where .data.total>20 --limit 1")
    );
    insta::assert_snapshot!(
        "events_where_failing",
        seen("events shop.jsonl order-4711 --where .data.balance-1>0")
    );
    insta::assert_snapshot!("events_none", seen("events shop.jsonl --from 2031-01-01"));
}

#[test]
fn one_aggregate_in_time() {
    insta::assert_snapshot!("state", seen("state shop.jsonl order-4711"));
    insta::assert_snapshot!("state_blame", seen("state shop.jsonl order-4711 --at -2 --blame"));
    insta::assert_snapshot!("state_before", seen("state shop.jsonl order-4711 --at 0"));
    insta::assert_snapshot!(
        "state_at_a_time",
        seen("state shop.jsonl order-4711 --at 2026-03-02T14:34:10Z")
    );
    insta::assert_snapshot!("diff", seen("diff shop.jsonl order-4711 first 4"));
    insta::assert_snapshot!("diff_back", seen("diff shop.jsonl Order/order-4711 -1 -3"));
    insta::assert_snapshot!("log", seen("log shop.jsonl order-4711"));
    insta::assert_snapshot!("log_newest", seen("log shop.jsonl order-4711 --reverse --limit 1"));
    insta::assert_snapshot!("blame", seen("blame shop.jsonl order-4711"));
    insta::assert_snapshot!("blame_path", seen("blame shop.jsonl order-4711 /items/p-1 --at 1"));
    insta::assert_snapshot!("history", seen("history shop.jsonl order-4711 .status"));
}

#[test]
fn what_is_broken_is_shown_with_its_reason() {
    insta::assert_snapshot!("broken_info", seen("info recordings/broken.jsonl"));
    insta::assert_snapshot!("broken_events", seen("events recordings/broken.jsonl --quiet"));
    insta::assert_snapshot!("broken_log", seen("log recordings/broken.jsonl order-2 --quiet"));
    insta::assert_snapshot!("broken_state", seen("state recordings/broken.jsonl order-2"));
}

#[test]
fn what_is_missing_is_said_wherever_it_matters() {
    insta::assert_snapshot!("gap_state", seen("state cli/gap.jsonl a --at 4"));
    insta::assert_snapshot!("gap_log", seen("log cli/gap.jsonl a"));
    insta::assert_snapshot!("gap_history", seen("history cli/gap.jsonl a .n"));
    insta::assert_snapshot!("gap_patch", seen("diff cli/gap.jsonl a 2 5 --format rfc6902"));
}

//! Aggregates by category, and found by some of their letters.

use super::stage::{Stage, counter};
use crate::session::{OpenOptions, Session};

const SIZES: [(&str, (u16, u16)); 3] =
    [("large", (160, 45)), ("usual", (80, 24)), ("small", (40, 12))];

/// On a store whose index knows no category: it comes from the first event of each aggregate.
fn ungrouped(size: (u16, u16)) -> Stage {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/stores/eventsourcing-py.db");
    Stage::open("bank.db", size, move || Session::open(path, &OpenOptions::default()))
}

fn categories(stage: &Stage) -> Vec<String> {
    let rows = stage.app.model.list.rows();
    rows.iter().map(|row| row.key.category.to_string()).collect()
}

#[test]
fn the_fourth_order_is_by_category_under_headings_and_then_comes_the_first_again() {
    for (name, size) in SIZES {
        let mut stage = ungrouped(size);
        stage.keys("alt-1");
        let by_id = categories(&stage);
        assert!(!by_id.is_sorted(), "{by_id:?}");
        stage.keys("o o o").shows("aggregates by category");
        let sorted = categories(&stage);
        assert_eq!(sorted.len(), by_id.len());
        assert!(sorted.is_sorted(), "{sorted:?}");
        stage.shows("BankAccount");
        insta::assert_snapshot!(format!("category_{name}"), stage.picture());
        stage.keys(">").shows("Order").keys("o").shows("aggregates by id");
        assert_eq!(categories(&stage), by_id);
    }
}

#[test]
fn where_others_have_a_category_the_lack_of_one_is_said() {
    let mut events = counter("order-1", 3);
    let bare = counter("stray-1", 2).into_iter().map(|mut event| {
        event.category = "".into();
        event
    });
    events.extend(bare);
    let mut stage = Stage::on(events.clone(), (160, 45));
    stage.shows("no category").shows(" Order").keys("o o o").shows("aggregates by category and id");
    let only: Vec<_> =
        events.into_iter().filter(|event| event.category.as_str().is_empty()).collect();
    Stage::on(only, (160, 45)).shows("stray-1").hides("no category");
}

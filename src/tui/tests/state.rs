//! The state: how much of it is open, what is pinned, found, and how it is written.

use super::stage::{SIZES, Stage, event};

/// Four levels, each with two members.
fn levels() -> String {
    let inside = r#"{"a4":[1,2],"b4":{}}"#.to_owned();
    (1..4)
        .rev()
        .fold(inside, |inside, level| format!(r#"{{"a{level}":{inside},"b{level}":{level}}}"#))
}

#[test]
fn the_state_is_shown_to_a_depth_and_stays_so() {
    for (name, size) in SIZES {
        let first = event("order-1", 1, "Made", 1, &levels());
        let second = event("order-1", 2, "Changed", 2, r#"{"b1":7}"#);
        let mut stage = Stage::on(vec![first, second], size);
        stage.keys("alt-2 z 1").shows("▸ a1").hides("b2  ").keys("z 2").shows("▸ a2").hides("▾ a2");
        stage.keys("z 3").shows("▸ a3").keys("left").shows("▸ a3").hides("▾ a3");
        insta::assert_snapshot!(format!("depth_{name}"), stage.picture());
        stage.keys("z 9").shows("▾ a4").keys("z z").hides("▾ a4");
        // What a person opens by itself is opened beyond the depth.
        stage.keys("z 1 < enter").shows("▸ a2");
    }
}

#[test]
fn a_depth_of_more_parts_than_are_opened_at_once_says_so() {
    let all: Vec<String> = (0..10_001).map(|n| format!("\"k{n}\":[{n}]")).collect();
    let data = format!("{{{}}}", all.join(","));
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &data)], (80, 24));
    stage.keys("alt-2 z 2").shows("● opened the first 10,000 parts of it; the others are closed");
    stage.keys(">").shows("▸ k10000").shows("▾ k9999");
}

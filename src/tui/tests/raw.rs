//! The whole state as JSON: read to its end however large it is, searched, and followed through its versions.

use super::stage::{SIZES, Stage, event};
use crate::model::Event;

/// At every version `n` is another one and a member comes first in `a`.
fn events(count: u64) -> Vec<Event> {
    let data = |v: u64| {
        let note = if v == 1 {
            format!(",\"note\":\"{}\"", "many words ".repeat(12))
        } else {
            String::new()
        };
        let rest: Vec<String> = (0..40).map(|n| format!("\"k{n:02}\":{n}")).collect();
        let rest = if v == 1 { format!(",\"rest\":{{{}}}", rest.join(",")) } else { String::new() };
        format!("{{\"a\":{{\"m{v}\":{v}}},\"n\":{v}{note},\"esc\":\"\\u001b[2J\\u202e\"{rest}}}")
    };
    (1..=count).map(|v| event("order-1", v, "Counted", v, &data(v))).collect()
}

#[test]
fn the_state_is_shown_as_json_with_its_long_lines_broken() {
    for (name, size) in SIZES {
        let mut stage = Stage::on(events(3), size);
        stage.keys("alt-2 V").shows("JSON of v3").shows("\"m1\": 1,").hides("\u{202e}");
        insta::assert_snapshot!(format!("raw_{name}"), stage.picture());
        stage.keys(">").shows("100 %").shows("\"k39\": 39").keys("V").hides("JSON of");
    }
}

#[test]
fn steps_keep_the_place_that_is_read() {
    let mut stage = Stage::on(events(9), (80, 24));
    stage.keys("alt-2 V left left left").shows("JSON of v6").shows("\"n\": 6");
    stage.keys("home").shows("before the first event there is nothing");
    stage.keys("end >").shows("\"k39\": 39");
    let before = stage.text_now();
    stage.keys("left left").shows("JSON of v7");
    // Two members less come before it.
    assert_eq!(rows(&stage.text_now()), rows(&before));
    stage.keys("esc").hides("JSON of").shows("▾ a");
}

/// The lines of JSON on the screen.
fn rows(screen: &str) -> Vec<&str> {
    screen.lines().filter(|line| line.contains("\"k")).collect()
}

#[test]
fn it_is_searched() {
    for (_, size) in SIZES {
        let mut stage = Stage::on(events(3), size);
        stage.keys("alt-2 V /").text("k3").shows("1 of 10").shows("\"k30\": 30").keys("enter n n");
        stage.shows("3 of 10").shows("\"k32\": 32").keys("N").shows("2 of 10").keys("N N");
        stage.shows("10 of 10").shows("\"k39\": 39").keys("right").shows("JSON of v3");
        stage.keys("esc").hides("of 10").shows("JSON of").keys("esc").hides("JSON of");
    }
}

#[test]
fn what_is_copied_is_the_state() {
    let mut stage = Stage::on(events(2), (80, 24));
    stage.keys("alt-2 V y s").shows("sent the state at v2, ").keys("down down y p");
    stage.shows("sent the path .a.m1").keys("y v").shows("sent the state at v2, ");
}

#[test]
fn another_aggregate_begins_at_its_beginning() {
    let mut all = events(3);
    all.extend(events(3).into_iter().map(|event| Event { aggregate: "order-2".into(), ..event }));
    let mut stage = Stage::on(all, (160, 45));
    stage
        .keys("alt-2 V >")
        .hides("\"m1\"")
        .keys("alt-1 down")
        .shows("\"m1\": 1")
        .shows("JSON of v3");
}

#[test]
fn a_huge_state_is_there_at_once_and_read_to_its_end() {
    let long = "x".repeat(3 << 20);
    let all: Vec<String> = (0..50_000).map(|n| format!("[{n}]")).collect();
    let data = format!("{{\"long\":\"{long}end\",\"all\":[{}]}}", all.join(","));
    let mut stage = Stage::on(vec![event("order-1", 1, "Made", 1, &data)], (80, 24));
    stage.keys("alt-2 V").shows("\"long\": \"xxx").keys("pagedown").shows("xxx");
    stage.keys(">").shows("49999").shows("100 %").keys("pageup").shows("99 %");
    stage.keys("/").text("xend").shows("1 of 1").keys("enter");
    // In full, the value alone.
    stage.keys("esc V v >").shows("nd").shows("100 %").keys("<").shows("0 %");
}

use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::model::{Version, json};

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), Version(1)).unwrap()
}

fn all(paper: &Paper, width: usize) -> Vec<String> {
    let rows = paper.rows(&Place::default(), width, usize::MAX);
    rows.iter().map(|row| text_of(&row.spans)).collect()
}

#[test]
fn a_value_is_written_as_json_and_a_string_as_it_is() {
    let text = "{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[],\"e\":\"x\\ny\",\"f\":true}";
    let paper = Paper::json(&read(text));
    assert_eq!(all(&paper, 80).join("\n"), json::to_pretty(&read(text)));
    let string = Paper::full(&Value::string("one\r\ntwo\n\n\u{1b}[2J three\n"));
    assert_eq!(all(&string, 80), ["one", "two", "", "\\u{1b}[2J three"]);
    assert_eq!(all(&Paper::full(&Value::string("")), 80), ["\"\""]);
    assert_eq!(all(&Paper::json(&Value::string("")), 80), ["\"\""]);
    assert_eq!(all(&Paper::json(&read("{}")), 80), ["{}"]);
}

#[test]
fn long_lines_are_broken_and_go_on_further_in() {
    let paper = Paper::json(&read(r#"{"name":"abcdefghijklmnopqrstuvwxyz","n":1}"#));
    assert_eq!(
        all(&paper, 16),
        ["{", "  \"name\": \"abcde", "    fghijklmnopq", "    rstuvwxyz\",", "  \"n\": 1", "}"]
    );
    // What has no picture of its own stays whole.
    let odd = Paper::full(&Value::string("abcdef\u{202e}gh"));
    assert_eq!(all(&odd, 10), ["abcdef", "\\u{202e}gh"]);
}

#[test]
fn a_text_of_many_blocks_loses_nothing_between_them() {
    let line: String = (0..40_000).map(|n| format!("{n} ä注 ")).collect::<Vec<_>>().concat();
    let paper = Paper::full(&Value::string(&line));
    assert_eq!(all(&paper, 77).concat(), line);
    let lines: String = (0..40_000).map(|n| format!("line {n}\n")).collect::<Vec<_>>().concat();
    let paper = Paper::full(&Value::string(&lines));
    assert_eq!(all(&paper, 77), lines.lines().collect::<Vec<_>>());
}

#[test]
fn the_window_never_leaves_the_text() {
    let paper = Paper::json(&read(r#"{"a":[1,2,3],"b":"text","c":{"d":4}}"#));
    let rows = all(&paper, 40);
    let shown = |place: &Place| {
        let rows = paper.rows(place, 40, 4);
        rows.iter().map(|row| text_of(&row.spans)).collect::<Vec<_>>()
    };
    let last = paper.moved(&Place::default(), isize::MAX / 2, 40, 4);
    assert_eq!(shown(&last), rows[rows.len() - 4..]);
    assert_eq!(paper.moved(&last, 1, 40, 4), last);
    assert_eq!(paper.moved(&last, isize::MIN / 2, 40, 4), Place::default());
    // A text that fits stays where it is.
    assert_eq!(paper.moved(&Place::default(), 3, 40, 40), Place::default());
}

#[test]
fn a_place_stays_with_its_member_in_another_state() {
    let before = Paper::json(&read(r#"{"a":1,"b":{"x":1,"y":2},"c":3}"#));
    let after = Paper::json(&read(r#"{"new":0,"a":1,"b":{"w":0,"y":5},"c":3}"#));
    let place = before.at(&[1, 1]);
    assert_eq!(before.path(place.spot()).to_string(), ".b.y");
    assert_eq!(after.path(after.again(&place, &before).spot()).to_string(), ".b.y");
    let gone = before.at(&[1, 0]);
    assert_eq!(after.path(after.again(&gone, &before).spot()).to_string(), ".b");
}

#[test]
fn how_far_a_place_is_grows_from_none_to_all() {
    let paper = Paper::json(&read(r#"{"a":[1,2,3],"b":"text","c":{"d":4}}"#));
    let rows = paper.rows(&Place::default(), 40, 100);
    let shares: Vec<f64> = rows.iter().map(|row| paper.share(&row.place, 40)).collect();
    assert!(shares.is_sorted(), "{shares:?}");
    assert_eq!((shares[0], shares[shares.len() - 1]), (0.0, 1.0));
}

#[test]
fn any_place_of_what_is_huge_is_there_at_once() {
    let string = Value::string("x".repeat(100 << 20));
    let member = || Value::string("payload ".repeat(40));
    let many: Vec<_> =
        (0..300_000).map(|_| crate::model::Slot::new(member(), Version(1))).collect();
    let array = Value::Array(std::sync::Arc::new(many));
    for paper in [Paper::full(&string), Paper::json(&string), Paper::json(&array)] {
        let begun = Instant::now();
        let end = paper.moved(&Place::default(), isize::MAX / 2, 118, 40);
        let up = paper.moved(&end, -400, 118, 40);
        let back = paper.moved(&up, 400, 118, 40);
        assert_eq!(back, end);
        assert_eq!(paper.rows(&end, 118, 100).len(), 40);
        // Two hundredths of what it takes to look at all of it.
        assert!(begun.elapsed().as_millis() < 500, "{:?}", begun.elapsed());
    }
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::integer),
        "[ -~äß注é\u{202e}]{0,30}|[\\x00-\\x7f]{0,30}".prop_map(Value::string),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let slot = |value| crate::model::Slot::new(value, Version(1));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(move |all| Value::Array(
                all.into_iter().map(slot).collect::<Vec<_>>().into()
            )),
            prop::collection::vec(("[a-z]{1,12}", inner), 0..6).prop_map(move |all| Value::Object(
                std::sync::Arc::new(all.into_iter().map(|(k, v)| (k.into(), slot(v))).collect())
            )),
        ]
    })
}

proptest! {
    #[test]
    fn rows_fit_and_going_down_and_up_meet_the_same(
        value in value(), width in 24_usize..90, height in 1_usize..12,
    ) {
        let paper = Paper::json(&value);
        let rows = paper.rows(&Place::default(), width, usize::MAX);
        for row in &rows {
            prop_assert!(crate::text::width(&text_of(&row.spans)) <= width);
            prop_assert_eq!(&paper.rows(&row.place, width, 1)[0], row);
        }
        let mut place = paper.end(width);
        for row in rows.iter().rev() {
            prop_assert_eq!(&place, &row.place);
            place = paper.up(&place, 1, width);
        }
        let most = rows.len().saturating_sub(height);
        for at in 0..rows.len().min(20) {
            let moved = paper.moved(&Place::default(), at as isize, width, height);
            prop_assert_eq!(&moved, &rows[at.min(most)].place);
        }
    }

    #[test]
    fn wide_enough_it_is_json_that_reads_back(value in value()) {
        let rows = all(&Paper::json(&value), usize::MAX / 4);
        prop_assert_eq!(rows.join("\n"), json::to_pretty(&value).lines().map(|line| crate::text::sanitize(line).into_owned()).collect::<Vec<_>>().join("\n"));
    }
}

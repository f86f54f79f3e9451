//! What [`Pretty`] shows is what [`json::to_pretty`] writes, whatever part of it is asked for.

use std::time::Instant;

use proptest::prelude::*;
use smol_str::SmolStr;

use super::*;
use crate::model::{Map, Slot, Version, json};
use crate::text::{sanitize, width};

fn read(text: &str) -> Value {
    json::read(text.as_bytes(), Version::ZERO).unwrap()
}

fn joined(lines: &[Line<'_>]) -> String {
    let text = |line: &Line<'_>| line.iter().map(|span| &*span.text).collect::<String>();
    lines.iter().map(text).collect::<Vec<_>>().join("\n")
}

fn whole(value: &Value) -> String {
    let pretty = Pretty::new(value);
    joined(&pretty.lines(0..pretty.line_count(), usize::MAX))
}

/// The only line of a scalar in so many cells.
fn cut(value: &Value, cells: usize) -> String {
    joined(&Pretty::new(value).lines(0..1, cells))
}

#[test]
fn every_piece_says_what_it_is() {
    let value = read(r#"{"total":19.90,"tags":["a",true,null],"none":{},"no":[]}"#);
    let pretty = Pretty::new(&value);
    assert_eq!(pretty.line_count(), 10);
    let lines = pretty.lines(1..4, 80);
    let pieces: Vec<_> = lines.iter().flatten().map(|s| (s.kind, &*s.text)).collect();
    assert_eq!(
        pieces,
        [
            (Kind::Plain, "  "),
            (Kind::Key, "\"total\""),
            (Kind::Punct, ": "),
            (Kind::Number, "19.90"),
            (Kind::Punct, ","),
            (Kind::Plain, "  "),
            (Kind::Key, "\"tags\""),
            (Kind::Punct, ": "),
            (Kind::Punct, "["),
            (Kind::Plain, "    "),
            (Kind::String, "\"a\""),
            (Kind::Punct, ","),
        ]
    );
}

#[test]
fn a_window_beyond_the_end_is_empty() {
    let pretty = Pretty::new(&read("[1]"));
    assert_eq!(joined(&pretty.lines(2..9, 80)), "]");
    assert!(pretty.lines(3..9, 80).is_empty());
    assert!(pretty.lines(1..1, 80).is_empty());
}

#[test]
fn a_long_text_is_cut_and_says_how_much_is_missing() {
    let value = Value::string("a".repeat(5_000));
    assert_eq!(cut(&value, 30), "\"aaaaaaaaaaaaaaaa\" …4,984 more");
    assert_eq!(cut(&Value::string("a".repeat(9_600_000)), 30), "\"aaaaaaaaaaaaa\" …9.6 MB more");
    assert!(cut(&Value::string("ü".repeat(40_000)), 80).ends_with("üü\" …79.9 kB more"));
    assert_eq!(cut(&value, 20), "\"aaaaaaaaaaaaaaaaa…\"");
    assert_eq!(cut(&read("123456789012345"), 8), "1234567…");
    assert_eq!(cut(&Value::string("注文注文注文注文"), 9), "\"注文注…\"");
    assert_eq!(cut(&Value::string("\n\n\n\n"), 7), "\"\\n\\n…\"");
}

#[test]
fn a_line_deeper_than_the_screen_stands_at_its_edge_and_says_so() {
    let deep = read(&format!("{}{}", "[".repeat(30), "]".repeat(30)));
    let pretty = Pretty::new(&deep);
    assert_eq!(joined(&pretty.lines(10..11, 12)), "      › [");
}

#[test]
fn what_a_terminal_would_obey_is_escaped_as_json() {
    let text = "\u{1b}[31m\u{202e}\u{7f}\u{9b}\u{e0001}\u{301}\n\"\u{301}";
    assert_eq!(
        whole(&Value::string(text)),
        r#""\u001b[31m\u202e\u007f\u009b\udb40\udc01\u0301\n\"́""#
    );
}

/// Looking at the middle of a very large value takes no longer than looking at its beginning: the time allowed is a
/// thousand times what it needs, and a tenth of what building the lines above it would take.
#[test]
fn the_middle_of_a_million_lines_is_near() {
    let items = (0..1_000_000).map(|n| Slot::new(Value::integer(n), Version::ZERO)).collect();
    let pretty = Pretty::new(&Value::Array(std::sync::Arc::new(items)));
    assert_eq!(pretty.line_count(), 1_000_002);
    let start = Instant::now();
    for top in (500_000..501_000).step_by(10) {
        let lines = pretty.lines(top..top + 3, 80);
        assert_eq!(joined(&lines), format!("  {},\n  {},\n  {},", top - 1, top, top + 1));
    }
    let taken = start.elapsed();
    assert!(taken.as_millis() < 1_000, "a hundred windows took {taken:?}");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z ]{0,12}", r#"[a-zäß注"\\\n\t\x01🚀]{0,8}"#]
}

fn odd_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\u{200b}-\u{202e}\u{301}\u{600}\"\\\\a\u{85}🚀\u{fe0f}\u{1160}]{0,8}"
    ]
}

fn value_of(text: impl Strategy<Value = String> + Clone + 'static) -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::integer),
        text.clone().prop_map(Value::string),
    ];
    let slot = |value| Slot::new(value, Version::ZERO);
    leaf.prop_recursive(6, 200, 12, move |inner| {
        let members = prop::collection::vec((text.clone(), inner.clone()), 0..12);
        prop_oneof![
            prop::collection::vec(inner, 0..12).prop_map(move |items| {
                Value::Array(std::sync::Arc::new(items.into_iter().map(slot).collect()))
            }),
            members.prop_map(move |members| {
                let members =
                    members.into_iter().map(|(key, value)| (SmolStr::new(key), slot(value)));
                Value::Object(std::sync::Arc::new(members.collect::<Map>()))
            }),
        ]
    })
}

proptest! {
    #[test]
    fn lines_are_those_of_the_writer(value in value_of(text().boxed())) {
        let expected = json::to_pretty(&value);
        let expected: Vec<&str> = expected.split('\n').collect();
        let pretty = Pretty::new(&value);
        prop_assert_eq!(pretty.line_count(), expected.len());
        for start in 0..expected.len() {
            for end in start..expected.len().min(start + 12) {
                let lines = pretty.lines(start..end, usize::MAX);
                prop_assert_eq!(joined(&lines), expected[start..end].join("\n"));
            }
        }
    }

    #[test]
    fn odd_text_is_harmless_and_reads_back(value in value_of(odd_text().boxed())) {
        let shown = whole(&value);
        prop_assert_eq!(read(&shown), value);
        for line in shown.split('\n') {
            prop_assert_eq!(sanitize(line).into_owned(), line);
        }
    }

    #[test]
    fn no_line_is_wider_than_asked(value in value_of(odd_text().boxed()), cells in 0..60_usize) {
        let pretty = Pretty::new(&value);
        for line in pretty.lines(0..pretty.line_count(), cells) {
            prop_assert!(width(&joined(&[line])) <= cells);
        }
    }

    /// Values that are large enough to be remembered in parts.
    #[test]
    fn windows_of_large_values_are_found(
        sizes in prop::collection::vec(0..900_usize, 1..6),
        nested in 0..4_usize,
        tops in prop::collection::vec(0..4_000_usize, 20),
    ) {
        let array = |items: Vec<Value>| {
            let items = items.into_iter().map(|value| Slot::new(value, Version::ZERO));
            Value::Array(std::sync::Arc::new(items.collect()))
        };
        let numbers = |size: usize| array((0..size as i64).map(Value::integer).collect());
        let mut value = array(sizes.into_iter().map(numbers).collect());
        for _ in 0..nested {
            value = array(vec![Value::Null, value, Value::Bool(true)]);
        }
        let expected = json::to_pretty(&value);
        let expected: Vec<&str> = expected.split('\n').collect();
        let pretty = Pretty::new(&value);
        prop_assert_eq!(pretty.line_count(), expected.len());
        for top in tops {
            let range = top.min(expected.len())..(top + 40).min(expected.len());
            let lines = pretty.lines(range.clone(), usize::MAX);
            prop_assert_eq!(joined(&lines), expected[range].join("\n"));
        }
    }
}

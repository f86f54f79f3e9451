use super::*;
use crate::analysis::diff;
use crate::fold::State;
use crate::model::{AggregateKey, Slot, Version, json};

fn shown(before: &str, after: &str, width: usize) -> Vec<String> {
    let state = |text: &str, version| State {
        root: Slot::new(json::read(text.as_bytes(), Version(version)).unwrap(), Version(version)),
    };
    let (before, after) = (state(before, 1), state(after, 2));
    let moment = Moment {
        key: AggregateKey::new("Order", "1"),
        version: Version(2),
        last: Version(2),
        events: 2,
        event: None,
        changes: diff(before.value(), after.value()),
        state: after,
        before_version: Version(1),
        before,
        findings: Vec::new(),
        upcasted: None,
    };
    let mut changes = Changes::default();
    changes.show(&moment, width);
    changes.lines.iter().map(told).collect()
}

fn told(line: &Line) -> String {
    let values = |both: &Values| format!("{} → {}", both.before, both.after);
    match line {
        Line::Heading(told) => format!("# {told}"),
        Line::Blank => String::new(),
        Line::Place(op, place, None) => format!("{op:?} {place}"),
        Line::Place(op, place, Some(both)) => format!("{op:?} {place} {}", values(both)),
        Line::Values(both) => format!("  {}", values(both)),
        Line::Value(op, value) => format!("  {op:?} {value}"),
        Line::Member(_, depth, name, value) => {
            format!("  {depth} {name} {value}").trim_end().into()
        }
        Line::More(count, noun) => format!("  {count} more {noun}"),
        Line::Untouched(count) => format!("{count} untouched"),
    }
}

#[test]
fn short_changes_stand_together_and_long_ones_apart() {
    let before = r#"{"a":1,"b":"x","gone":{"deep":{"n":1},"list":[]}}"#;
    let after = r#"{"a":2,"b":"y","new":null}"#;
    assert_eq!(
        shown(before, after, 60),
        [
            "Replace .a 1 → 2",
            "Replace .b \"x\" → \"y\"",
            "",
            "Remove .gone",
            "  0 deep",
            "  1 n 1",
            "  0 list []",
            "",
            "Add .new  → null",
        ]
    );
}

#[test]
fn values_that_do_not_fit_go_to_lines_of_their_own() {
    let (before, after) = (r#"{"key":"a longer text"}"#, r#"{"key":"another longer text"}"#);
    assert_eq!(
        shown(before, after, 60),
        ["Replace .key \"a longer text\" → \"another longer text\""]
    );
    assert_eq!(
        shown(before, after, 44),
        ["Replace .key", "  \"a longer text\" → \"another longer text\""]
    );
    assert_eq!(
        shown(before, after, 30),
        ["Replace .key", "  Remove \"a longer text\"", "  Add \"another longer text\""]
    );
}

#[test]
fn what_is_too_much_to_show_is_counted() {
    let items: Vec<String> = (0..1500).map(|n| format!("\"k{n}\":{n}")).collect();
    let all = format!("{{{}}}", items.join(","));
    let lines = shown("{}", &all, 60);
    assert_eq!((lines.len(), lines.last().unwrap().as_str()), (1001, "  500 more change"));
    let lines = shown("{}", &format!("{{\"inside\":{all}}}"), 60);
    assert_eq!(lines.last().unwrap(), "  1300 more value");
}

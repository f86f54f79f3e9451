use super::*;
use crate::analysis::diff;
use crate::fold::State;
use crate::model::{AggregateKey, json};

fn moment(version: u64, before: &State, state: State) -> Moment {
    Moment {
        key: AggregateKey::new("Order", "1"),
        version: Version(version),
        last: Version(version),
        events: version,
        event: None,
        changes: diff(before.value(), state.value()),
        state,
        before_version: Version(version - 1),
        before: before.clone(),
        findings: Vec::new(),
    }
}

/// The state after `texts` were put in place one after the other, as the newest moment.
fn after(texts: &[&str]) -> Moment {
    let mut state = State::empty();
    let mut before = state.clone();
    for (at, text) in texts.iter().enumerate() {
        before = state.clone();
        let version = Version(at as u64 + 1);
        state.root.replace(json::read(text.as_bytes(), version).unwrap(), version);
    }
    moment(texts.len() as u64, &before, state)
}

fn shown(tree: &Tree) -> Vec<String> {
    (0..tree.len())
        .map(|line| {
            let row = tree.row(line).unwrap();
            let sign = match row.touch {
                Touch::None => ' ',
                Touch::Added => '+',
                Touch::Changed => '~',
            };
            let knot = match row.knot {
                Knot::Leaf => "",
                Knot::Closed => "▸",
                Knot::Open => "▾",
            };
            format!("{sign}{knot}{}", tree.path_of(line).unwrap())
        })
        .collect()
}

#[test]
fn lines_are_marked_by_what_the_event_did() {
    let mut tree = Tree::default();
    tree.show(
        &after(&[
            r#"{"a":{"b":1,"c":2},"d":[1]}"#,
            r#"{"a":{"b":1,"c":3},"d":[1,{"x":1}],"e":{}}"#,
        ]),
        (60, 40),
    );
    assert_eq!(
        shown(&tree),
        ["~▾.a", " .a.b", "~.a.c", "~▾.d", " .d[0]", "+▾.d[1]", "+.d[1].x", "+.e"]
    );
}

#[test]
fn the_chosen_line_stays_with_its_path() {
    let mut tree = Tree::default();
    tree.show(&after(&[r#"{"a":1,"b":{"c":1}}"#]), (60, 40));
    tree.scroll.cursor = 2;
    tree.show(&after(&[r#"{"a":{"x":1,"y":2},"b":{"c":1}}"#]), (60, 40));
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".b.c");
    tree.show(&after(&[r#"{"a":1,"b":3}"#]), (60, 40));
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".b");
}

#[test]
fn folding_inside_a_line_closes_what_is_around_it() {
    let mut tree = Tree::default();
    tree.show(&after(&[r#"{"a":{"b":{"c":1}}}"#]), (60, 40));
    assert_eq!(shown(&tree), ["+▾.a", "+▾.a.b", "+.a.b.c"]);
    tree.scroll.cursor = 2;
    tree.toggle(40);
    assert_eq!((shown(&tree), tree.scroll.cursor), (vec!["+▾.a".to_owned(), "+▸.a.b".into()], 1));
    tree.scroll.cursor = 0;
    tree.fold_all(false, 40);
    assert_eq!(shown(&tree), ["+▸.a"]);
    tree.toggle(40);
    assert_eq!(shown(&tree), ["+▾.a", "+▸.a.b"], "what was inside stays closed");
    tree.fold_all(true, 40);
    assert_eq!(tree.len(), 3);
}

#[test]
fn large_containers_are_closed_until_somebody_opens_them() {
    let items: Vec<String> = (0..100).map(|n| format!("\"k{n}\":{n}")).collect();
    let mut tree = Tree::default();
    tree.show(&after(&[&format!("{{\"many\":{{{}}}}}", items.join(","))]), (60, 40));
    assert_eq!(shown(&tree), ["+▸.many"]);
    tree.toggle(40);
    assert_eq!(tree.len(), 101);
    assert_eq!(tree.entry(100).unwrap().0, Segment::Key("k99".into()));
}

#[test]
fn the_next_change_is_the_next_value_that_stands_for_itself() {
    let mut tree = Tree::default();
    let first = r#"{"a":{"b":1,"c":1},"d":1}"#;
    tree.show(&after(&[first, r#"{"a":{"b":1,"c":2},"d":2}"#]), (60, 40));
    let mut next = || {
        tree.next_touched(40);
        tree.path_of(tree.scroll.cursor).unwrap().to_string()
    };
    assert_eq!([next(), next(), next()], [".a.c", ".d", ".a.c"]);
}

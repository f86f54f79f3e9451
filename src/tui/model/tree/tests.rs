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
        upcasted: None,
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

fn show(tree: &mut Tree, texts: &[&str]) {
    let moment = after(texts);
    tree.show(&moment, None, Touches::of(&moment).into(), (60, 40));
}

fn shown(tree: &Tree) -> Vec<String> {
    (0..tree.len())
        .map(|line| {
            let row = tree.row(line).unwrap();
            let sign = match row.touch {
                Touch::None => ' ',
                Touch::Added => '+',
                Touch::Changed => '~',
                Touch::Removed => '-',
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
    show(
        &mut tree,
        &[r#"{"a":{"b":1,"c":2},"d":[1]}"#, r#"{"a":{"b":1,"c":3},"d":[1,{"x":1}],"e":{}}"#],
    );
    assert_eq!(
        shown(&tree),
        ["~▾.a", " .a.b", "~.a.c", "~▾.d", " .d[0]", "+▾.d[1]", "+.d[1].x", "+.e"]
    );
}

#[test]
fn the_chosen_line_stays_with_its_path() {
    let mut tree = Tree::default();
    show(&mut tree, &[r#"{"a":1,"b":{"c":1}}"#]);
    tree.scroll.cursor = 2;
    show(&mut tree, &[r#"{"a":{"x":1,"y":2},"b":{"c":1}}"#]);
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".b.c");
    show(&mut tree, &[r#"{"a":1,"b":3}"#]);
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".b");
}

#[test]
fn folding_inside_a_line_closes_what_is_around_it() {
    let mut tree = Tree::default();
    show(&mut tree, &[r#"{"a":{"b":{"c":1}}}"#]);
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
    show(&mut tree, &[&format!("{{\"many\":{{{}}}}}", items.join(","))]);
    assert_eq!(shown(&tree), ["+▸.many"]);
    tree.toggle(40);
    assert_eq!(tree.len(), 101);
    assert_eq!(tree.entry(100).unwrap().0, Segment::Key("k99".into()));
}

#[test]
fn the_next_change_is_the_next_value_that_stands_for_itself() {
    let mut tree = Tree::default();
    let first = r#"{"a":{"b":1,"c":1},"d":1}"#;
    show(&mut tree, &[first, r#"{"a":{"b":1,"c":2},"d":2}"#]);
    let mut next = || {
        tree.next_touched(40);
        tree.path_of(tree.scroll.cursor).unwrap().to_string()
    };
    assert_eq!([next(), next(), next()], [".a.c", ".d", ".a.c"]);
}

#[test]
fn an_array_of_a_million_numbers_opens_without_a_line_for_each() {
    let text = format!("{{\"all\":[{}0]}}", "1234567,".repeat(999_999));
    let mut tree = Tree::default();
    show(&mut tree, &[&text]);
    assert_eq!(shown(&tree), ["+▸.all"]);
    tree.toggle(40);
    assert_eq!(tree.len(), 1_000_001);
    assert!(matches!(&tree.inside, Inside::Deep(_)));
    tree.move_by(isize::MAX / 2, 40);
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".all[999999]");
    tree.reveal(&Path::parse(".all[512345]").unwrap(), 40);
    assert_eq!(tree.scroll.cursor, 512_346);
}

#[test]
fn what_an_event_took_away_is_a_change_of_what_is_around_it() {
    let mut tree = Tree::default();
    show(&mut tree, &[r#"{"a":[1,2],"b":1}"#, r#"{"a":[1],"b":1}"#]);
    tree.move_by(9, 40);
    tree.next_touched(40);
    assert_eq!(tree.path_of(tree.scroll.cursor).unwrap().to_string(), ".a");
    assert_eq!(tree.touched_beyond(&(1..3)), (true, false));
}

mod alike {
    use proptest::prelude::*;

    use super::*;

    fn text(depth: u32) -> impl Strategy<Value = String> {
        let leaf = prop_oneof![Just("1".to_owned()), Just("2".to_owned()), Just("[]".to_owned())];
        leaf.prop_recursive(depth, 60, 5, |inner| {
            let key = prop::sample::select(vec!["a", "b", "c", "d", "e"]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5)
                    .prop_map(|all| format!("[{}]", all.join(","))),
                prop::collection::btree_map(key, inner, 0..5).prop_map(|all| {
                    let all: Vec<String> =
                        all.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", all.join(","))
                }),
            ]
        })
    }

    /// All that depends on how the lines came about: none of it may.
    fn told(tree: &Tree) -> (Vec<String>, u16, bool) {
        (shown(tree), tree.deepest, tree.cut)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Lines that were carried over are those that would be made anew, every line is found again, and the next
        /// change is the next line that the event touched.
        #[test]
        fn lines_are_those_that_would_be_made_anew(
            texts in prop::collection::vec(text(5), 1..5),
            doings in prop::collection::vec((0..5_u8, 0..30_usize), 0..12),
        ) {
            let mut state = State::empty();
            let mut tree = Tree::default();
            let mut doings = doings.into_iter().cycle().take(texts.len() * 4);
            for (at, text) in texts.iter().enumerate() {
                let before = state.clone();
                let version = Version(at as u64 + 1);
                state.root.replace(json::read(text.as_bytes(), version).unwrap(), version);
                let moment = moment(version.0, &before, state.clone());
                tree.show(&moment, None, Touches::of(&moment).into(), (60, 40));
                for (what, line) in doings.by_ref().take(4) {
                    tree.put(line);
                    match what {
                        0 | 1 => tree.toggle(40),
                        2 => drop(tree.fold_all(line % 2 == 0, 40)),
                        3 => tree.fold_to([None, Some(2), Some(3)][line % 3], 40),
                        _ => {
                            let path = tree.path_of(tree.scroll.cursor);
                            if let Some(path) = path {
                                tree.reveal(&path, 40);
                            }
                        }
                    }
                    let mut anew = Tree {
                        root: tree.root.clone(),
                        version: tree.version,
                        touches: tree.touches.clone(),
                        folds: tree.folds.clone(),
                        level: tree.level,
                        ..Tree::default()
                    };
                    anew.build(None, Some(Touched { path: &[], all: true }));
                    prop_assert_eq!(told(&tree), told(&anew));
                }
                for line in 0..tree.len() {
                    prop_assert_eq!(tree.line_of(&tree.path_of(line).unwrap()), Some(line));
                }
                let touched: Vec<usize> = (0..tree.len())
                    .filter(|line| {
                        let row = tree.row(*line).unwrap();
                        let below = tree.row(line + 1).filter(|next| next.depth > row.depth);
                        let depth = row.depth;
                        let inside = below.is_some()
                            && (line + 1..tree.len())
                                .map_while(|line| tree.row(line).filter(|row| row.depth > depth))
                                .any(|row| row.touch != Touch::None);
                        row.touch != Touch::None && !inside
                    })
                    .collect();
                tree.put(usize::MAX);
                for expected in touched {
                    tree.next_touched(40);
                    prop_assert_eq!(tree.scroll.cursor, expected);
                }
            }
        }
    }
}

//! What the shop's programs stored besides events.

use super::*;
use crate::model::Position;

/// The state as the fold says it, and as the snapshot does.
fn both(key: &AggregateKey, snapshot: &crate::store::Snapshot) -> (String, String) {
    let events = of(key.id.as_str());
    let state = folded(&events[..snapshot.version.0 as usize]);
    (json::to_string(state.value()), json::to_string(snapshot.state.value().unwrap()))
}

#[test]
fn one_snapshot_alone_says_what_the_fold_does_not() {
    let all = &STORY.snapshots;
    let categories: HashSet<_> = all.iter().map(|(key, _)| key.category.as_str()).collect();
    assert_eq!(categories, HashSet::from(["Order", "Account", "Stock"]));
    assert!(all.len() > 150, "{}", all.len());
    // To fold the largest one anew for each of its snapshots takes too long where nothing is optimised.
    let (large, others): (Vec<_>, Vec<_>) =
        all.iter().partition(|(key, _)| key.id.as_str() == "stock-p-1");
    for (key, snapshot) in others {
        let (folded, stored) = both(key, snapshot);
        assert_eq!(folded, stored, "{key} {}", snapshot.version);
    }
    assert!(large.len() >= 40);
    let mut state = State::empty();
    let mut merge = Merge::new();
    let mut large = large.iter().map(|(_, snapshot)| snapshot).peekable();
    let mut wrong = Vec::new();
    for event in of("stock-p-1") {
        merge.apply(&mut state, event).unwrap();
        if let Some(snapshot) = large.next_if(|snapshot| snapshot.version == event.version) {
            let changes = analysis::diff(state.value(), snapshot.state.value().unwrap());
            if !changes.is_empty() {
                let paths: Vec<_> = changes.iter().map(|one| one.path.to_string()).collect();
                wrong.push((event.time.unwrap().to_rfc3339(), paths));
            }
        }
    }
    let [(time, paths)] = &wrong[..] else { panic!("{wrong:?}") };
    assert!(time.starts_with("2026-02-27T20:"), "{time}");
    assert_eq!(paths, &[".reserved", ".available"]);
}

#[test]
fn projections_lag_and_one_stands_where_the_refund_was_handled_twice() {
    let head = SHOP.last().unwrap();
    let lag = |name: &str| {
        let one = STORY.checkpoints.iter().find(|(one, _)| one.name == name);
        let (checkpoint, history) = one.unwrap();
        assert!(history.is_sorted() && history.len() > 100, "{name}: {}", history.len());
        let last = history.last().unwrap();
        assert_eq!(
            (Some(last.position), Some(last.time)),
            (checkpoint.position, checkpoint.updated)
        );
        assert!(history.iter().all(|one| one.position <= head.position.unwrap()));
        let stood = head.time.unwrap() - last.time;
        (head.position.unwrap().0 - last.position.0, stood.num_minutes())
    };
    assert_eq!(lag("order-list").0, 0);
    let (events, stood) = lag("stock-levels");
    assert!((5..2_000).contains(&events) && stood < 1, "{events} {stood}");
    let (events, stood) = lag("search-index");
    assert!((5_000..20_000).contains(&events) && stood < 10, "{events} {stood}");
    let (events, stood) = lag("refund-report");
    assert!(events > 1_000 && stood > 24 * 60, "{events} {stood}");
    let at = head.position.unwrap().0 - events;
    let next = SHOP.iter().find(|event| event.position == Some(Position(at + 1))).unwrap();
    assert_eq!((next.aggregate.as_str(), next.version), ("order-4711", Version(18)));
    assert_eq!(around(next, "redelivered"), Some("no answer within 30 s"));
}

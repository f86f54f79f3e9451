use super::*;
use crate::model::{AggregateKey, At, Event, Payload, Version, time};
use crate::session::{OpenOptions, Session, Silent};
use crate::store::memory::MemoryStore;

/// The outline of events at these seconds; no time where one is `None`.
fn outline(seconds: &[Option<i64>]) -> Outline {
    let start = time::parse_recorded("2026-01-01T00:00:00Z").unwrap();
    let event = |(at, second): (usize, &Option<i64>)| Event {
        position: None,
        aggregate: "a".into(),
        category: "A".into(),
        version: Version(at as u64 + 1),
        event_type: "T".into(),
        id: None,
        time: second.map(|second| start + chrono::Duration::seconds(second)),
        schema: None,
        data: Payload::json(&b"{}"[..], std::sync::Arc::default(), Version(1)),
        metadata: None,
        findings: Vec::new(),
    };
    let events = seconds.iter().enumerate().map(event).collect();
    let store = Box::new(MemoryStore::new("test", events));
    let mut session = Session::with_store(store, &OpenOptions::default());
    let key = AggregateKey::new("A", "a");
    session.moment(&key, At::Last, &mut Silent).unwrap();
    session.outline(&key).unwrap()
}

fn at(seconds: &[i64]) -> Outline {
    outline(&seconds.iter().map(|second| Some(*second)).collect::<Vec<_>>())
}

fn all(events: u64, width: u16) -> View {
    View { events, width, lens: None }
}

fn columns(picture: &Picture) -> Vec<u16> {
    picture.marks.iter().map(|mark| mark.column).collect()
}

#[test]
fn events_stand_where_their_time_is() {
    let picture = Picture::of(&at(&[0, 50, 100]), all(3, 101));
    assert_eq!((columns(&picture), picture.apart), (vec![0, 50, 100], true));
    assert_eq!(picture.levels.len(), 101);
    assert!(picture.levels.iter().all(|level| (1..=8).contains(level)));
}

#[test]
fn events_at_one_moment_get_columns_of_their_own_where_there_is_room() {
    let picture = Picture::of(&at(&[0, 0, 0, 50, 100, 100]), all(6, 50));
    assert_eq!(columns(&picture), [0, 1, 2, 25, 48, 49]);
    let all_at_once = Picture::of(&at(&[7, 7, 7]), all(3, 21));
    assert_eq!(columns(&all_at_once), [0, 10, 20]);
}

#[test]
fn without_times_events_are_spread_by_version() {
    let picture = Picture::of(&outline(&[Some(1), None, Some(3)]), all(3, 21));
    assert_eq!((columns(&picture), picture.levels), (vec![0, 10, 20], vec![]));
}

#[test]
fn long_silences_are_folded_and_say_how_long_they_were() {
    let seconds: Vec<i64> = (0..20).chain((0..20).map(|s| s + 7200)).collect();
    let picture = Picture::of(&at(&seconds), all(40, 100));
    let labels: Vec<&str> = picture.gaps.iter().map(|gap| gap.label.as_str()).collect();
    assert_eq!(labels, ["⋯ 2 h ⋯"]);
    let gap = picture.gaps.first().unwrap().column;
    let inside = gap..gap + 7;
    assert!(picture.marks.iter().all(|mark| !inside.contains(&mark.column)), "{picture:?}");
    assert_eq!((picture.marks.len(), picture.apart), (40, true));
}

#[test]
fn more_events_than_columns_share_them_and_are_found_again() {
    let seconds: Vec<i64> = (0..10_000).collect();
    let picture = Picture::of(&at(&seconds), all(10_000, 120));
    assert!(!picture.apart);
    assert_eq!(picture.marks.iter().map(|mark| mark.count).sum::<usize>(), 10_000);
    for index in [0, 1, 77, 5000, 9999] {
        let column = picture.column_of(index).unwrap();
        let first = picture.index_at(column).unwrap();
        assert!(first <= index && index - first < 100, "{index} is in {column}, from {first}");
    }
}

#[test]
fn columns_never_fall_and_never_leave_the_width() {
    let busy: Vec<i64> = (0..300).map(|n| (n * n * 31) % 5000).collect();
    for width in [1, 2, 3, 17, 36, 76, 124, 400] {
        for count in [1, 2, 5, 50, 300] {
            let picture = Picture::of(&at(busy.get(..count).unwrap()), all(count as u64, width));
            let columns = columns(&picture);
            assert!(columns.is_sorted_by(|a, b| a < b), "{width} {count} {columns:?}");
            assert!(columns.iter().all(|column| *column < width), "{width} {count} {columns:?}");
            assert_eq!(picture.marks.iter().map(|mark| mark.count).sum::<usize>(), count);
        }
    }
}

#[test]
fn what_is_not_walked_yet_keeps_its_share() {
    let picture = Picture::of(&at(&[0, 1, 2, 3]), all(16, 100));
    assert_eq!(picture.walked, 25);
    assert!(columns(&picture).iter().all(|column| *column < 25));
    assert_eq!(Picture::of(&Outline::default(), all(10, 100)).marks, []);
}

use proptest::prelude::*;

use super::*;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
}

/// At a time, in milliseconds, with an event after it that came at another.
fn place(time: i64, next: Option<i64>) -> Place {
    Place { time: at(time), position: Position(time), left_out: 0, next: next.map(at) }
}

#[test]
fn the_last_of_a_second_stays_and_where_an_event_waited_longest() {
    let step = THINNING[0];
    // The event after 300 came at 310 and waited till 600: longer than any other of that second.
    let places = [
        place(100, Some(150)),
        place(200, Some(290)),
        place(300, Some(310)),
        place(600, Some(590)),
        place(700, Some(690)),
        place(800, None),
        place(900, None),
        place(1_100, None),
    ];
    let kept = step.put_together(None, &places);
    assert_eq!(kept, [None, None, Some(2), Some(0), None, None, Some(2), Some(0)]);
    // Where the longest began in the second before, its end stays beside it.
    let before = place(-500, Some(-400));
    let kept = step.put_together(Some(&before), &places[..2]);
    assert_eq!(kept, [Some(0), Some(0)]);
}

#[test]
fn what_was_left_out_before_is_not_forgotten() {
    let step = THINNING[1];
    let mut places: Vec<Place> =
        (0..10).map(|second| Place { left_out: 5, ..place(second * 1_000, None) }).collect();
    places[4].left_out = 0;
    places[3].next = Some(at(3_100));
    let kept = step.put_together(None, &places);
    // 3 s and 4 s follow right upon each other, and an event waited between them.
    let expected = (0..10).map(|second| match second {
        3 => Some(5 * 3 + 3 + 5),
        4 => Some(0),
        9 => Some(5 * 4 + 4 + 5),
        _ => None,
    });
    assert_eq!(kept, expected.collect::<Vec<_>>());
}

#[test]
fn a_stretch_that_is_not_all_there_is_left_for_the_next_time() {
    let step = THINNING[0];
    let places: Vec<Place> = (0..MOST as i64).map(|number| place(number * 7, None)).collect();
    let whole = step.whole(&places);
    assert!(whole.len() < MOST && whole.last().unwrap().time < at(6_000));
    assert_eq!(step.whole(&places[..500]).len(), 500);
    let one: Vec<Place> = (0..MOST as i64).map(|number| place(number / 2, None)).collect();
    assert_eq!(step.whole(&one).len(), MOST, "what is all in one stretch is not left for ever");
}

#[test]
fn it_is_time_again_after_a_while_or_where_there_is_more() {
    let mut due = Due::default();
    assert!(due.is("list", &at(0)));
    due.done("list", &at(0), true);
    assert!(!due.is("list", &at(9_999)) && due.is("list", &at(10_000)) && due.is("mail", &at(1)));
    due.done("list", &at(10_000), false);
    assert!(due.is("list", &at(10_001)));
}

#[test]
fn what_is_old_is_found_by_an_index_however_long_the_history_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    drop(crate::store::own::OwnStore::create(&path).unwrap());
    let connection = rusqlite::Connection::open(&path).unwrap();
    let plan = |sql: &str| -> Vec<String> {
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let told = explained.raw_query().mapped(|row| row.get(3));
        told.map(Result::unwrap).collect()
    };
    for (sql, wanted) in [
        (
            OLD,
            "SEARCH h USING INDEX checkpoint_history_by_age (name=? AND seconds=? AND updated_at<?)",
        ),
        (EARLIER, "SEARCH h USING PRIMARY KEY (name=? AND (updated_at,position)<(?,?))"),
    ] {
        let plan = plan(sql);
        assert!(
            plan[0].contains(wanted) || plan[0].replace("COVERING ", "").contains(wanted),
            "{plan:?}"
        );
        assert!(
            !plan.iter().any(|line| line.contains("B-TREE") || line.starts_with("SCAN")),
            "{plan:?}"
        );
    }
}

proptest! {
    /// Nothing is lost count of, the last of each stretch stays, and so does how long an event waited at most.
    #[test]
    fn the_worst_of_each_stretch_is_what_it_was(
        rows in prop::collection::vec((1_i64..400, prop::option::of(0_i64..900)), 1..200),
    ) {
        let mut time = 0;
        let places: Vec<Place> = rows
            .into_iter()
            .map(|(later, next)| {
                time += later;
                place(time, next.map(|next| time + next))
            })
            .collect();
        let step = THINNING[0];
        let kept = step.put_together(None, &places);
        let left: Vec<Place> = places
            .iter()
            .zip(&kept)
            .filter_map(|(one, left_out)| Some(Place { left_out: (*left_out)?, ..*one }))
            .collect();
        let counted: u64 = left.iter().map(|one| one.left_out + 1).sum();
        prop_assert_eq!(counted, places.len() as u64);
        let worst = |all: &[Place]| {
            let mut worst = std::collections::BTreeMap::new();
            for two in all.windows(2) {
                let most: &mut TimeDelta = worst.entry(step.stretch(&two[1])).or_default();
                let waited = if two[1].left_out == 0 { two[0].waited(two[1].time) } else { TimeDelta::zero() };
                *most = waited.max(*most);
            }
            worst.retain(|_, most| *most > TimeDelta::zero());
            worst
        };
        prop_assert_eq!(worst(&left), worst(&places));
        let lasts = |all: &[Place]| {
            let stretches = all.chunk_by(|one, next| step.stretch(one) == step.stretch(next));
            stretches.map(|one| one.last().unwrap().time).collect::<Vec<_>>()
        };
        prop_assert_eq!(lasts(&left), lasts(&places));
        let most = left.chunk_by(|one, next| step.stretch(one) == step.stretch(next)).map(<[_]>::len).max();
        prop_assert!(most <= Some(3));
    }
}

use proptest::prelude::*;

use super::*;
use crate::model::Position;
use crate::session::{OpenOptions, Session};
use crate::store::own::OwnStore;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_756_800_000_000 + millis).unwrap()
}

/// What happens to a store, or is asked of it.
#[derive(Clone, Debug)]
enum Deed {
    /// The checkpoint moves so much later.
    Move(i64),
    /// A stretch of time is looked at, and some moments in it.
    Look(i64, i64, Vec<i64>),
}

fn deed() -> impl Strategy<Value = Deed> {
    let moment = || -100..1_200_i64;
    prop_oneof![
        (0..60_i64).prop_map(Deed::Move),
        (moment(), 0..600_i64, prop::collection::vec(moment(), 0..6))
            .prop_map(|(from, length, moments)| Deed::Look(from, from + length, moments)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_kept_is_what_the_store_says(
        deeds in prop::collection::vec(deed(), 1..60),
        most in prop_oneof![Just(3_usize), Just(1_000)],
    ) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("own.db");
        let mut own = OwnStore::create(&path).unwrap();
        let (mut now, mut position) = (0, 0);
        let mut go = |later: i64| {
            (now, position) = (now + later, position + 1);
            own.move_checkpoint("list", Position(position), "running", &at(now)).unwrap();
        };
        go(0);
        let mut session = Session::open(&path, &OpenOptions::default()).unwrap();
        let mut trails = Trails::default();
        for deed in deeds {
            let (from, to, moments) = match deed {
                Deed::Move(later) => {
                    go(later);
                    continue;
                }
                Deed::Look(from, to, moments) => (at(from), at(to), moments),
            };
            let moments: Vec<Timestamp> = moments.into_iter().map(at).collect();
            let track = session.tracks().unwrap().remove(0);
            let store = &mut *session.store;
            let kept = trails.between(store, &track, (from, to), most).unwrap();
            let there = store.moves_between("list", Some(&from), &to, most).unwrap();
            prop_assert_eq!(kept, there);
            let kept = trails.around(store, &track, &moments).unwrap();
            prop_assert_eq!(kept, store.moves_around("list", &moments).unwrap());
        }
    }
}

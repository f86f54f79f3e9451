use super::*;
use crate::store::own::{Expected, NewEvent, OwnStore, StoreWriter as _, verify_chain};
use crate::store::{EventStore, open};

fn begun(within: &Path, rate: f64) -> Live {
    let live = Live::place(within, rate).unwrap();
    assert!(!live.path().exists() && live.from().is_none());
    live.beginning(Stop::default())().unwrap();
    live
}

/// Looks again and again until it is so.
fn wait_until(live: &Live, what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..3_000 {
        if is_so() {
            return;
        }
        assert!(!live.shared.stopped_within(Duration::from_millis(10)));
    }
    panic!("{what} never happened");
}

fn names(within: &Path) -> usize {
    std::fs::read_dir(within).unwrap().count()
}

#[test]
fn the_story_is_written_on_and_nothing_is_left_of_it() {
    let within = tempfile::tempdir().unwrap();
    let live = begun(within.path(), 400.0);
    let path = live.path();
    let from = live.from().unwrap();
    wait_until(&live, "a hundred events", || live.written() >= 100);
    let mut store = open(&path, &crate::store::OpenOptions::default()).unwrap();
    assert!(store.head().unwrap().position.unwrap().0 >= from.0 + 100);
    // The engine runs them: one keeps up, one comes late, one is made anew, and one is stopped by what it met.
    let find = |store: &mut dyn EventStore, name: &str| {
        let all = store.checkpoints().unwrap();
        all.into_iter().find(|one| one.name == name).unwrap()
    };
    let at = |store: &mut dyn EventStore, name: &str| find(store, name).position.unwrap();
    wait_until(&live, "the stop", || find(&mut *store, "refund-report").error.is_some());
    let stopped = find(&mut *store, "refund-report");
    let error = stopped.error.unwrap();
    assert!(error.contains("has its line already, the refund"), "{error}");
    assert_eq!(stopped.status.as_deref(), Some("failed"));
    let poison = crate::projection::Poison::read(&error).unwrap();
    assert_eq!((poison.attempts, stopped.position), (3, Some(Position(poison.position.0 - 1))));
    let mut own = OwnStore::open(&path).unwrap();
    let mut rebuild = || {
        let all = own.projections().unwrap();
        let found = all.into_iter().find(|one| one.name == "search-index").unwrap();
        found.rebuild.map(|rebuild| rebuild.position)
    };
    wait_until(&live, "a rebuild", || rebuild().is_some_and(|at| at > Position(0)));
    wait_until(&live, "keeping up", || at(&mut *store, "order-list").0 > from.0 + 100);
    wait_until(&live, "coming late", || at(&mut *store, "stock-levels") > from);
    assert!(rebuild().is_some_and(|at| at < from), "it is under way");
    let verified = verify_chain(&path, within.path(), &mut |_| std::ops::ControlFlow::Continue(()));
    assert_eq!(verified.unwrap().findings, []);
    assert!(live.failure().is_none());
    drop(store);
    drop(live);
    assert_eq!(names(within.path()), 0);
}

#[test]
fn a_writer_that_cannot_go_on_says_why() {
    let within = tempfile::tempdir().unwrap();
    let live = begun(within.path(), 400.0);
    // Somebody else appends to the aggregate that is written to most.
    let key = crate::model::AggregateKey::new("Stock", "stock-p-1");
    let mut other = OwnStore::open(&live.path()).unwrap();
    let data = crate::model::Payload::json(&b"{}"[..], Arc::default(), crate::model::Version(1));
    other.append(&key, &[NewEvent::new("Meddled", data)], Expected::Any).unwrap();
    let mut failure = None;
    wait_until(&live, "a failure", || {
        failure = live.failure();
        failure.is_some()
    });
    let told = failure.unwrap().to_string();
    assert!(told.contains("stock-p-1 is at version"), "{told}");
}

#[test]
fn what_is_stopped_while_it_begins_leaves_nothing() {
    let within = tempfile::tempdir().unwrap();
    let live = Live::place(within.path(), 5.0).unwrap();
    let stop = Stop::default();
    stop.interrupter().interrupt();
    let error = live.beginning(stop)().unwrap_err();
    assert!(error.to_string().contains("stopped"), "{error}");
    let begin = live.beginning(Stop::default());
    drop(live);
    assert!(begin().is_err(), "whoever comes too late makes nothing");
    assert_eq!(names(within.path()), 0);
}

use super::*;
use crate::model::{AggregateKey, Payload, Version};
use crate::session::OpenOptions;
use crate::store::own::{Expected, NewEvent, OwnStore};

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// An event a second for ten minutes; one projection that keeps up each ten seconds, one that has stood at 100.
fn store(dir: &tempfile::TempDir) -> Session {
    let path = dir.path().join("own.db");
    let mut own = OwnStore::create(&path).unwrap();
    let batch: Vec<NewEvent> = (1..=600)
        .map(|second| {
            let data = Payload::json(&b"{}"[..], std::sync::Arc::default(), Version(1));
            NewEvent { time: Some(at(second)), ..NewEvent::new("Ticked", data) }
        })
        .collect();
    own.append(&AggregateKey::new("Clock", "c-1"), &batch, Expected::Any).unwrap();
    for second in (10..=600).step_by(10) {
        own.move_checkpoint("quick", Position(second), "running", &at(second)).unwrap();
        if second <= 100 {
            own.move_checkpoint("stuck", Position(second), "running", &at(second)).unwrap();
        }
        // Takes five events in ten seconds.
        own.move_checkpoint("slow", Position(second / 2), "running", &at(second)).unwrap();
    }
    drop(own);
    Session::open(&path, &OpenOptions::default()).unwrap()
}

fn of<'a>(told: &'a ProjectionsThen, name: &str) -> &'a ProjectionThen {
    told.projections.iter().find(|one| one.status.name == name).unwrap()
}

#[test]
fn each_is_told_as_it_is_now() {
    let dir = tempfile::tempdir().unwrap();
    let mut session = store(&dir);
    let told = session.projections_then(None, TimeDelta::seconds(500), 5).unwrap();
    assert!(told.newest);
    assert_eq!((told.head, told.span.unwrap().to), (Some(Position(600)), at(600)));
    let events = |name: &str| -> Vec<u64> {
        of(&told, name).trend.iter().map(|lag| lag.unwrap().events).collect()
    };
    assert_eq!(events("quick"), [0; 5]);
    assert_eq!(events("stuck"), [100, 200, 300, 400, 500]);
    assert_eq!(events("slow"), [100, 150, 200, 250, 300]);
    let stuck = of(&told, "stuck");
    assert_eq!(stuck.trend.last().unwrap().unwrap().seconds, Some(500.0));
    assert_eq!((stuck.rate, stuck.catch_up), (Some(0.0), Some(CatchUp::Never)));
    assert_eq!(stuck.status.stalled, Some(true));
    assert_eq!(
        (of(&told, "quick").rate, of(&told, "quick").catch_up),
        (Some(1.0), Some(CatchUp::Done))
    );
    assert_eq!(
        (of(&told, "slow").rate, of(&told, "slow").catch_up),
        (Some(0.5), Some(CatchUp::Never))
    );
    let waiting = stuck.waiting.as_ref().unwrap();
    assert_eq!((waiting.position, waiting.version), (Some(Position(101)), Version(101)));
    assert!(of(&told, "quick").waiting.is_none());
    // What the command says is the same.
    let plain = session.projections().unwrap();
    assert_eq!(
        plain.iter().map(|one| one.lag_events).collect::<Vec<_>>(),
        [Some(0), Some(300), Some(500)]
    );
}

#[test]
fn each_is_told_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let mut session = store(&dir);
    for second in [3, 95, 100, 101, 333, 599] {
        let told = session.projections_then(Some(at(second)), TimeDelta::seconds(60), 6).unwrap();
        assert!(!told.newest);
        assert_eq!(told.head, Some(Position(second)), "at {second}");
        for (name, stood) in [
            ("quick", second / 10 * 10),
            ("stuck", (second / 10 * 10).min(100)),
            ("slow", second / 10 * 10 / 2),
        ] {
            let then = of(&told, name);
            let known = second >= 10;
            assert_eq!(
                then.status.position,
                known.then_some(Position(stood)),
                "{name} at {second}"
            );
            let behind = known.then_some((second - stood) as u64);
            assert_eq!(then.status.lag_events, behind, "{name} at {second}");
            assert_eq!(
                then.trend.last().unwrap().map(|lag| lag.events),
                behind,
                "{name} at {second}"
            );
        }
    }
    let told = session.projections_then(Some(at(105)), TimeDelta::seconds(60), 6).unwrap();
    assert_eq!(of(&told, "stuck").status.stalled, None, "it had only just stopped");
    let told = session.projections_then(Some(at(300)), TimeDelta::seconds(60), 6).unwrap();
    assert_eq!(of(&told, "stuck").status.stalled, Some(true));
    // Before there was anything, and after all there is.
    let told = session.projections_then(Some(at(0)), TimeDelta::seconds(60), 6).unwrap();
    assert_eq!((told.head, of(&told, "quick").trend.last().unwrap()), (None, &None));
    let told = session.projections_then(Some(at(9_999)), TimeDelta::seconds(60), 6).unwrap();
    assert!(told.newest);
}

#[test]
fn one_that_catches_up_says_when_it_will_have() {
    let dir = tempfile::tempdir().unwrap();
    let mut session = store(&dir);
    let mut own = OwnStore::open(&dir.path().join("own.db")).unwrap();
    // Four hundred events in a hundred seconds in which none came.
    own.move_checkpoint("stuck", Position(300), "running", &at(650)).unwrap();
    own.move_checkpoint("stuck", Position(500), "running", &at(700)).unwrap();
    let told = session.projections_then(None, TimeDelta::seconds(1_000), 10).unwrap();
    let stuck = of(&told, "stuck");
    assert_eq!((stuck.rate, stuck.catch_up), (Some(4.0), Some(CatchUp::In(25.0))));
}

#[test]
fn one_that_an_event_stopped_only_falls_behind() {
    let mut session = Session::open("demo:shop", &OpenOptions::default()).unwrap();
    let told = session.projections_then(None, TimeDelta::days(2), 48).unwrap();
    let report = of(&told, "refund-report");
    assert_eq!(report.status.stalled, Some(true));
    assert!(report.trend.iter().flatten().map(|lag| lag.events).is_sorted(), "it only grows");
}

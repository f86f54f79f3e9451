mod counted;

use self::counted::{Counted, Tally};
use super::*;
use crate::model::{AggregateKey, Payload, Version};
use crate::session::OpenOptions;
use crate::store::own::{Expected, NewEvent, OwnStore};

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_756_800_000 + second, 0).unwrap()
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

/// A store whose projection has moved each second for that many, an event coming with each move; opened by one who counts.
fn long(dir: &tempfile::TempDir, seconds: i64) -> (Session, Tally) {
    let path = dir.path().join(format!("{seconds}.db"));
    drop(OwnStore::create(&path).unwrap());
    let time = "strftime('%Y-%m-%dT%H:%M:%S.000000000Z', 1756800000 + n, 'unixepoch')";
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(&format!(
            "BEGIN;
             DROP TRIGGER events_are_never_replaced;
             CREATE TEMP TABLE numbers AS WITH RECURSIVE all_of (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM all_of WHERE n < {seconds})
               SELECT n FROM all_of;
             INSERT INTO events SELECT n, 'c-1', 'Clock', n, 'id-' || n, 'Ticked', NULL, '{{}}', NULL, {time}, NULL, zeroblob(32) FROM numbers;
             INSERT INTO checkpoint_history (name, updated_at, position) SELECT 'list', {time}, n FROM numbers;
             INSERT INTO projections (name, status, created_at, updated_at) SELECT 'list', 'running', {time}, {time} FROM numbers WHERE n = {seconds};
             INSERT INTO checkpoints SELECT 'list', n, {time} FROM numbers WHERE n = {seconds};
             COMMIT;"
        ))
        .unwrap();
    drop(connection);
    let options = OpenOptions::default();
    let store = crate::store::open(path.to_str().unwrap(), &crate::store::OpenOptions::default());
    let (store, tally) = (store.unwrap(), Tally::default());
    let counted = Counted { store, tally: tally.clone() };
    (Session::with_store(Box::new(counted), &options), tally)
}

#[test]
fn a_look_reads_as_much_of_a_million_moves_as_of_ten_thousand() {
    let dir = tempfile::tempdir().unwrap();
    let looked = |seconds: i64| {
        let (mut session, tally) = long(&dir, seconds);
        let hour = TimeDelta::hours(1);
        let told = session.projections_then(None, hour, 100).unwrap();
        assert_eq!(of(&told, "list").status.lag_events, Some(0));
        let (projections, _) = tally.take();
        let then = Some(at(seconds / 2));
        let told = session.projections_then(then, hour, 100).unwrap();
        assert_eq!(of(&told, "list").status.position, Some(Position(seconds / 2)));
        let (past, _) = tally.take();
        session.metrics_then(None, hour, 100).unwrap();
        let (metrics, _) = tally.take();
        session.metrics_then(then, TimeDelta::days(30), 100).unwrap();
        (projections, past, metrics, tally.take().0)
    };
    let (few, many) = (looked(10_000), looked(1_000_000));
    eprintln!("rows of the history that a look takes: {few:?} of 10,000, {many:?} of 1,000,000");
    assert_eq!((few.0, few.1, few.2), (many.0, many.1, many.2));
    // 102 moments, what is about each, and a few of the newest; an hour of moves where alerts are looked for.
    assert!(many.0 < 300 && many.2 < 5_000, "{many:?}");
    // However long the time is that is looked at.
    assert!(many.3 < 45_000, "{many:?}");
}

#[test]
fn who_goes_on_by_a_column_has_only_that_one_looked_up() {
    let dir = tempfile::tempdir().unwrap();
    let (mut session, tally) = long(&dir, 10_000);
    let hour = TimeDelta::hours(1);
    // As many columns as a screen happens to have: one of them is no whole number of seconds.
    let columns = 97;
    let mut looked = |at: Timestamp| {
        let told = session.projections_then(Some(at), hour, columns).unwrap();
        let second = (at - self::at(0)).num_seconds();
        assert_eq!(told.head, Some(Position(second)));
        assert!(of(&told, "list").trend.iter().flatten().all(|lag| lag.events == 0));
        let projections = tally.take();
        session.metrics_then(Some(at), hour, columns).unwrap();
        (projections, tally.take())
    };
    let (to, column) = (at(8_000), Span::before(at(8_000), hour).column(columns));
    let (first, next) = (looked(to), looked(to - column));
    let (back, other) = (looked(to), looked(at(5_000)));
    eprintln!(
        "moves and events looked up, for projections and for metrics: {first:?}, then {next:?}, {back:?}, and elsewhere {other:?}"
    );
    for far in [first, other] {
        assert!(far.0.0 > 150 && far.1.0 > 3_000 && far.0.1 + far.1.1 > 1_000, "{far:?}");
    }
    for near in [next, back] {
        assert!(near.0.0 < 20 && near.1.0 < 100, "moves: {near:?}");
        assert!(near.0.1 < 50 && near.1.1 < 150, "events: {near:?}");
    }
}

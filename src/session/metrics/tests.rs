use super::*;
use crate::metrics::LARGEST;
use crate::model::Spread;
use crate::model::{AggregateKey, Payload, Position, Version};
use crate::session::OpenOptions;
use crate::store::Sample;
use crate::store::own::{
    DeadLetter, Expected, MadeBy, NewEvent, OwnStore, ProjectionState, Step, StoreWriter as _,
};

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_756_800_000 + second, 0).unwrap()
}

fn tick(second: i64) -> NewEvent {
    let data = Payload::json(&b"{}"[..], std::sync::Arc::default(), Version(1));
    NewEvent { time: Some(at(second)), ..NewEvent::new("Ticked", data) }
}

fn append(own: &mut OwnStore, id: &str, seconds: impl IntoIterator<Item = i64>) {
    let batch: Vec<NewEvent> = seconds.into_iter().map(tick).collect();
    own.append(&AggregateKey::new("Clock", id), &batch, Expected::Any).unwrap();
}

/// An event a second for ten minutes; `quick` keeps up, `slow` stands from 100 to 400.
fn store(dir: &tempfile::TempDir) -> (OwnStore, Session) {
    let path = dir.path().join("own.db");
    let mut own = OwnStore::create(&path).unwrap();
    append(&mut own, "c-1", 1..=600);
    for second in 1..=600 {
        own.move_checkpoint("quick", Position(second), "running", &at(second)).unwrap();
        if !(100..400).contains(&second) {
            own.move_checkpoint("slow", Position(second), "running", &at(second)).unwrap();
        }
    }
    let session = Session::open(&path, &OpenOptions::default()).unwrap();
    (own, session)
}

fn of(told: &MetricsThen, metric: Metric) -> &MetricThen {
    told.metrics.iter().find(|one| one.metric == metric).unwrap()
}

fn readings(told: &MetricsThen, metric: Metric) -> &Readings {
    match &of(told, metric).known {
        Known::Readings(readings) => readings,
        other => panic!("{}: {other:?}", metric.name()),
    }
}

fn raised(alerts: &[Alert]) -> Vec<(i64, Option<i64>)> {
    let second = |time: Timestamp| (time - at(0)).num_seconds();
    alerts.iter().map(|alert| (second(alert.raised), alert.cleared.map(second))).collect()
}

#[test]
fn every_metric_is_told_in_its_order_and_what_is_not_measured_is_not_zero() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, mut session) = store(&dir);
    let told = session.metrics_then(None, TimeDelta::minutes(10), 10).unwrap();
    assert!(told.newest);
    assert_eq!(told.span.unwrap().to, at(600));
    let names: Vec<_> = told.metrics.iter().map(|one| one.metric).collect();
    assert_eq!(names, Metric::ALL);
    for metric in [Metric::AppendLatency, Metric::ReplayTime, Metric::SnapshotTime] {
        assert!(matches!(of(&told, metric).known, Known::NothingYet), "{metric:?}");
    }
    let memory = crate::store::MemoryStore::new("memory", Vec::new());
    let mut session = Session::with_store(Box::new(memory), &OpenOptions::default());
    let told = session.metrics_then(None, TimeDelta::minutes(10), 10).unwrap();
    assert_eq!(told.span, None);
    for metric in [Metric::AppendLatency, Metric::ProjectionLag, Metric::StorageSize] {
        let Known::NotRecorded(why) = &of(&told, metric).known else { panic!("{metric:?}") };
        assert_eq!(why, "not recorded by this layout");
    }
}

#[test]
fn events_a_second_are_told_of_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, mut session) = store(&dir);
    for moment in [None, Some(at(300))] {
        let told = session.metrics_then(moment, TimeDelta::seconds(100), 5).unwrap();
        let events = readings(&told, Metric::EventsPerSecond);
        assert_eq!(events.trend, [Some(1.0); 5]);
        assert_eq!(
            events.now,
            Reading { newest: Some(1.0), middle: Some(1.0), end: Some(1.0), count: 100 }
        );
    }
    // Before the first there was nothing that could have come, and nobody who could have failed.
    let told = session.metrics_then(Some(at(0)), TimeDelta::seconds(100), 2).unwrap();
    assert_eq!(of(&told, Metric::EventsPerSecond).known, Known::NothingYet);
    for metric in [Metric::ErrorRate, Metric::ProjectionLag] {
        assert_eq!(of(&told, metric).known, Known::NothingYet, "{metric:?}");
    }
}

#[test]
fn a_scraper_is_told_what_is_so_by_the_clock() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, mut session) = store(&dir);
    let before = chrono::Utc::now();
    let told = session.metrics_now(TimeDelta::minutes(10), 0).unwrap();
    assert!(told.newest && told.span.unwrap().to >= before, "{:?}", told.span);
    // Nothing comes any more: the last burst is not what is so now.
    let now = readings(&told, Metric::EventsPerSecond).now;
    assert_eq!((now.newest, now.middle, now.count), (Some(0.0), Some(0.0), 0));
    let lag = readings(&told, Metric::ProjectionLag).now;
    assert_eq!(lag.newest, Some(0.0));
    // Who asks for the newest moment sees it.
    let told = session.metrics_then(None, TimeDelta::minutes(10), 0).unwrap();
    assert_eq!(readings(&told, Metric::EventsPerSecond).now.middle, Some(1.0));
}

#[test]
fn a_time_after_the_clock_counts_as_none_and_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    own.record(&[Sample::new(Metric::StorageSize, "events", at(590), 9e6)]).unwrap();
    let later = chrono::Utc::now() + TimeDelta::days(36_500);
    let odd = NewEvent { time: Some(later), ..tick(0) };
    own.append(&AggregateKey::new("Clock", "odd"), &[odd], Expected::Any).unwrap();
    let told = session.metrics_then(None, TimeDelta::minutes(10), 6).unwrap();
    assert_eq!(told.span.map(|span| span.to), Some(at(600)));
    assert_eq!(told.ahead.map(|time| time.timestamp()), Some(later.timestamp()));
    assert!(readings(&told, Metric::StorageSize).trend.iter().any(Option::is_some));
    let lag = |session: &mut Session| {
        let told = session.projections_then(None, TimeDelta::minutes(10), 6).unwrap();
        assert_eq!(told.ahead.map(|time| time.timestamp()), Some(later.timestamp()));
        assert_eq!(told.span.map(|span| span.to), Some(at(600)));
        let quick = told.projections.iter().find(|one| one.status.name == "quick").unwrap();
        (quick.status.lag_events, quick.status.lag_seconds)
    };
    // It is there and was not handled; how long that takes nobody knows.
    assert_eq!(lag(&mut session), (Some(1), Some(0.0)));
    let now = session.projections().unwrap();
    assert!(now.iter().all(|one| one.lag_seconds < Some(1_000.0)), "{now:?}");
    // Many of them hide no more than one.
    for _ in 0..150 {
        let odd = NewEvent { time: Some(later), ..tick(0) };
        own.append(&AggregateKey::new("Clock", "odd"), &[odd], Expected::Any).unwrap();
    }
    let told = session.metrics_then(None, TimeDelta::minutes(10), 6).unwrap();
    assert_eq!(told.span.map(|span| span.to), Some(at(600)));
    // Among others it came with what came before it.
    append(&mut own, "c-2", 601..=610);
    let told = session.metrics_then(None, TimeDelta::seconds(10), 5).unwrap();
    assert_eq!((told.span.unwrap().to, told.ahead), (at(610), None));
    assert_eq!(readings(&told, Metric::EventsPerSecond).now.count, 10);
    let told = session.metrics_then(Some(at(600)), TimeDelta::seconds(10), 5).unwrap();
    assert_eq!(readings(&told, Metric::EventsPerSecond).now.count, 10 + 151);
    // Another computer's clock may be a little ahead.
    let soon = chrono::Utc::now() + TimeDelta::seconds(20);
    let near = NewEvent { time: Some(soon), ..tick(0) };
    own.append(&AggregateKey::new("Clock", "near"), &[near], Expected::Any).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(10), 5).unwrap();
    assert_eq!(told.span.unwrap().to.timestamp(), soon.timestamp());
    assert_eq!(told.ahead, None);
}

#[test]
fn a_burst_raises_an_alert_and_its_end_clears_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("own.db");
    let mut own = OwnStore::create(&path).unwrap();
    append(&mut own, "c-1", [0]);
    append(&mut own, "c-2", std::iter::repeat_n(30, 10_001));
    append(&mut own, "c-3", [90]);
    let mut session = Session::open(&path, &OpenOptions::default()).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(80), 8).unwrap();
    let events = readings(&told, Metric::EventsPerSecond);
    assert_eq!(raised(&events.alerts), [(30, Some(31))]);
    assert!(of(&told, Metric::EventsPerSecond).raised().is_none());
    let told = session.metrics_then(Some(at(30)), TimeDelta::seconds(80), 8).unwrap();
    let alert = of(&told, Metric::EventsPerSecond).raised();
    assert_eq!(alert.map(|alert| alert.worst), Some(10_001.0));
}

#[test]
fn lag_is_how_long_the_oldest_event_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, mut session) = store(&dir);
    let told = session.metrics_then(None, TimeDelta::seconds(600), 6).unwrap();
    let lag = readings(&told, Metric::ProjectionLag);
    // `slow` handled 99, and 100 waits.
    let expected = [0.0, 100.0, 200.0, 300.0, 0.0, 0.0].map(Some);
    assert_eq!(lag.trend[0], Some(0.0));
    assert_eq!(lag.trend[1..3], expected[1..3]);
    assert_eq!(lag.trend[3..], expected[3..]);
    let names: Vec<_> = lag.by.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["quick", "slow"]);
    assert_eq!(lag.by[0].1.end, Some(0.0));
    assert!(lag.by[1].1.end.unwrap() >= 290.0);
    assert_eq!(lag.now.end, lag.by[1].1.end, "the worst of them is what is told of all");
    assert_eq!(raised(&lag.alerts), [(110, Some(400))]);
    // Seen from the middle of it, from inside a span that begins in it, and from before.
    let told = session.metrics_then(Some(at(300)), TimeDelta::seconds(150), 6).unwrap();
    assert_eq!(raised(&readings(&told, Metric::ProjectionLag).alerts), [(110, None)]);
    let alert = of(&told, Metric::ProjectionLag).raised();
    assert_eq!(alert.map(|alert| alert.worst), Some(200.0));
    let told = session.metrics_then(Some(at(90)), TimeDelta::seconds(60), 6).unwrap();
    assert_eq!(raised(&readings(&told, Metric::ProjectionLag).alerts), []);
}

#[test]
fn what_projections_gave_up_is_counted_by_the_minute() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, _) = store(&dir);
    let record = own.register("list", &MadeBy::default(), &at(0)).unwrap();
    own.set_state("list", ProjectionState::Running, None, &at(0)).unwrap();
    let letters: Vec<DeadLetter> = (0..24)
        .map(|number| DeadLetter {
            position: Position(number + 1),
            error: "no".into(),
            attempts: 1,
            // Twelve at once, and twelve five minutes later, one a second.
            failed: at(if number < 12 { 200 } else { 500 + number - 12 }),
        })
        .collect();
    own.step(&Step {
        name: "list",
        generation: record.generation,
        from: record.position,
        to: Position(600),
        changes: &[],
        dead_letters: &letters,
        settled: &[],
        time: at(600),
    })
    .unwrap();
    let mut session = Session::open(dir.path().join("own.db"), &OpenOptions::default()).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(600), 6).unwrap();
    let errors = readings(&told, Metric::ErrorRate);
    assert_eq!(errors.trend, [0.0, 12.0, 12.0, 0.0, 1.0, 12.0].map(Some));
    assert_eq!(
        errors.now,
        Reading { newest: Some(0.0), middle: Some(0.0), end: Some(12.0), count: 24 }
    );
    assert_eq!(errors.by.iter().filter(|(_, one)| one.count > 0).count(), 1);
    assert_eq!(raised(&errors.alerts), [(200, Some(260)), (510, Some(562))]);
    let told = session.metrics_then(Some(at(205)), TimeDelta::seconds(3), 3).unwrap();
    assert_eq!(readings(&told, Metric::ErrorRate).now.middle, Some(12.0));
    assert_eq!(raised(&readings(&told, Metric::ErrorRate).alerts), [(200, None)]);
}

#[test]
fn sizes_are_counted_once_and_carried_on() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    append(&mut own, "c-2", [601]);
    let told = session.metrics_then(None, TimeDelta::seconds(60), 3).unwrap();
    let sizes = readings(&told, Metric::EventsPerAggregate);
    let (middle, end) = (Some(300.5), Some(600.0));
    assert_eq!(sizes.now, Reading { newest: end, middle, end, count: 2 });
    assert_eq!(sizes.by[0].0, "Clock c-1");
    assert_eq!(sizes.trend, [None, None, Some(600.0)]);
    append(&mut own, "c-3", [602]);
    append(&mut own, "c-1", std::iter::repeat_n(603, 9_600));
    let told = session.metrics_then(None, TimeDelta::seconds(60), 3).unwrap();
    let sizes = readings(&told, Metric::EventsPerAggregate);
    assert_eq!((sizes.now.middle, sizes.now.end), (Some(10_202.0 / 3.0), Some(10_200.0)));
    assert_eq!(raised(&sizes.alerts), [(603, None)], "the event above the threshold raised it");
    let mut fresh = Session::open(dir.path().join("own.db"), &OpenOptions::default()).unwrap();
    let told = fresh.metrics_then(None, TimeDelta::seconds(60), 3).unwrap();
    assert_eq!(readings(&told, Metric::EventsPerAggregate).now, sizes.now);
    let storage = readings(&told, Metric::StorageSize).now.middle;
    let files = ["own.db", "own.db-wal"]
        .map(|name| std::fs::metadata(dir.path().join(name)).map_or(0, |file| file.len()));
    assert_eq!(storage, Some(files.iter().sum::<u64>() as f64));
    // What they were is not known.
    let told = session.metrics_then(Some(at(300)), TimeDelta::seconds(60), 3).unwrap();
    assert!(matches!(of(&told, Metric::EventsPerAggregate).known, Known::NothingYet));
}

/// Appends that took so many milliseconds, in one second.
fn took(second: i64, millis: &[u32]) -> Sample {
    let mut spread = Spread::default();
    for millis in millis {
        spread.add(f64::from(*millis) / 1000.0);
    }
    Sample::spread(Metric::AppendLatency, "", at(second), spread).unwrap()
}

#[test]
fn what_was_sampled_is_merged_over_the_span_and_seen_at_any_moment() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    let mut samples: Vec<Sample> = (601..=700).map(|second| took(second, &[1; 20])).collect();
    samples[49] = took(650, &[200; 30]);
    samples.push(took(701, &[150]));
    own.record(&samples).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(100), 4).unwrap();
    assert_eq!(told.span.unwrap().to, at(701), "also what was measured after the last event");
    let appends = readings(&told, Metric::AppendLatency);
    assert_eq!(appends.now.count, 98 * 20 + 30 + 1);
    let near = |value: Option<f64>, wanted: f64| (value.unwrap() - wanted).abs() <= wanted * 0.01;
    assert!(near(appends.now.middle, 0.001));
    // 31 of about 2,000 were slow: more than one of a hundred, though in 99 of 101 seconds none was.
    assert!(near(appends.now.end, 0.2), "{:?}", appends.now);
    assert!(near(appends.trend[0], 0.001) && near(appends.trend[1], 0.2));
    assert_eq!(appends.spread.iter().map(|bucket| bucket.count).sum::<u64>(), appends.now.count);
    assert_eq!(raised(&appends.alerts), [(650, Some(651)), (701, None)]);
    assert!(of(&told, Metric::AppendLatency).raised().is_some());
    // Before it happened, and where nothing was measured.
    let told = session.metrics_then(Some(at(640)), TimeDelta::seconds(20), 2).unwrap();
    assert_eq!(raised(&readings(&told, Metric::AppendLatency).alerts), []);
    assert!(near(readings(&told, Metric::AppendLatency).now.end, 0.001));
    let told = session.metrics_then(Some(at(500)), TimeDelta::seconds(20), 2).unwrap();
    assert!(matches!(of(&told, Metric::AppendLatency).known, Known::NothingYet));
}

#[test]
fn how_long_events_waited_is_told_by_what_was_measured_and_by_what_still_waits() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    let mut spread = Spread::default();
    (0..1_000).for_each(|_| spread.add(0.02));
    own.record(&[Sample::spread(Metric::ProjectionLag, "slow", at(95), spread).unwrap()]).unwrap();
    let told = session.metrics_then(Some(at(150)), TimeDelta::seconds(100), 4).unwrap();
    let lag = readings(&told, Metric::ProjectionLag);
    let slow = lag.by.iter().find(|(name, _)| name == "slow").unwrap().1;
    assert_eq!((slow.count, slow.end), (1_000, Some(50.0)), "one event waits since 100");
    assert!(slow.middle.unwrap() < 0.03);
    assert_eq!(lag.now.end, Some(50.0));
}

#[test]
fn sizes_of_the_past_are_those_that_were_sampled_last() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, _) = store(&dir);
    let size = |second, value| Sample::new(Metric::StorageSize, "", at(second), value);
    let most = |second, value| Sample::new(Metric::EventsPerAggregate, LARGEST, at(second), value);
    own.record(&[
        size(250, 5e6),
        size(350, 9e6),
        size(500, 4e6),
        most(250, 7.0),
        most(350, 10_001.0),
    ])
    .unwrap();
    let mean = Sample::new(Metric::EventsPerAggregate, "", at(250), 3.5);
    own.record(&[mean]).unwrap();
    let limits = Limits { capacity: Some(1e7), ..Limits::default() };
    let options = OpenOptions { limits, ..OpenOptions::default() };
    let mut session = Session::open(dir.path().join("own.db"), &options).unwrap();
    let told = session.metrics_then(Some(at(400)), TimeDelta::seconds(200), 4).unwrap();
    let storage = readings(&told, Metric::StorageSize);
    assert_eq!((storage.now.middle, storage.now.end), (Some(9e6), Some(9e6)));
    assert_eq!(storage.trend, [Some(5e6), Some(5e6), Some(9e6), Some(9e6)]);
    assert_eq!((storage.capacity, raised(&storage.alerts)), (Some(1e7), vec![(350, None)]));
    let sizes = readings(&told, Metric::EventsPerAggregate);
    assert_eq!((sizes.now.middle, sizes.now.end), (Some(3.5), Some(10_001.0)));
    assert_eq!(raised(&sizes.alerts), [(350, None)]);
    let told = session.metrics_then(Some(at(550)), TimeDelta::seconds(200), 4).unwrap();
    assert_eq!(raised(&readings(&told, Metric::StorageSize).alerts), [(350, Some(500))]);
    // Without a capacity there is nothing to be above.
    let mut session = Session::open(dir.path().join("own.db"), &OpenOptions::default()).unwrap();
    let told = session.metrics_then(Some(at(400)), TimeDelta::seconds(200), 4).unwrap();
    let storage = readings(&told, Metric::StorageSize);
    assert_eq!((storage.now.middle, storage.capacity), (Some(9e6), None));
    assert_eq!(raised(&storage.alerts), []);
    // Now the store is asked itself.
    let limits = Limits { capacity: Some(1_000.0), ..Limits::default() };
    let options = OpenOptions { limits, ..OpenOptions::default() };
    let mut session = Session::open(dir.path().join("own.db"), &options).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(50), 4).unwrap();
    assert!(of(&told, Metric::StorageSize).raised().is_some());
}

#[test]
fn failures_that_were_sampled_are_not_counted_again_as_dead_letters() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    let record = own.register("list", &MadeBy::default(), &at(0)).unwrap();
    let letter = |position, second| DeadLetter {
        position: Position(position),
        error: "no".into(),
        attempts: 1,
        failed: at(second),
    };
    own.step(&Step {
        name: "list",
        generation: record.generation,
        from: record.position,
        to: Position(600),
        changes: &[],
        dead_letters: &[letter(1, 300), letter(2, 500)],
        settled: &[],
        time: at(600),
    })
    .unwrap();
    // The second was sampled, with two more that were tried again with success since.
    own.record(&[Sample::new(Metric::ErrorRate, "list", at(501), 180.0)]).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(400), 4).unwrap();
    assert_eq!(readings(&told, Metric::ErrorRate).now.count, 4);
    assert_eq!(readings(&told, Metric::ErrorRate).now.end, Some(3.0));
}

#[test]
fn thresholds_are_those_that_somebody_set() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, _) = store(&dir);
    let above = BTreeMap::from([(Metric::ProjectionLag, 1_000.0), (Metric::EventsPerSecond, 0.5)]);
    let options =
        OpenOptions { limits: Limits { above, ..Limits::default() }, ..OpenOptions::default() };
    let mut session = Session::open(dir.path().join("own.db"), &options).unwrap();
    let told = session.metrics_then(None, TimeDelta::seconds(600), 6).unwrap();
    assert_eq!(raised(&readings(&told, Metric::ProjectionLag).alerts), []);
    assert_eq!(of(&told, Metric::ProjectionLag).threshold.above.to_bits(), 1_000_f64.to_bits());
    assert!(of(&told, Metric::EventsPerSecond).raised().is_some());
}

#[test]
fn the_number_that_is_held_against_the_threshold_is_the_newest_and_agrees_with_the_alert() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    let mut samples: Vec<Sample> = (601..=700).map(|second| took(second, &[1; 20])).collect();
    samples[49] = took(650, &[200; 30]);
    own.record(&samples).unwrap();
    let near = |value: Option<f64>, wanted: f64| (value.unwrap() - wanted).abs() <= wanted * 0.01;
    let mut looked = |moment: i64| {
        let told = session.metrics_then(Some(at(moment)), TimeDelta::seconds(100), 4).unwrap();
        let one = of(&told, Metric::AppendLatency);
        (one.raised().is_some(), readings(&told, Metric::AppendLatency).now)
    };
    let (raised, now) = looked(650);
    assert!(raised && near(now.newest, 0.2));
    // It is over: p99 of all the time is above the threshold still, and the newest is not.
    let (raised, now) = looked(699);
    assert!(!raised && near(now.newest, 0.001) && near(now.end, 0.2), "{now:?}");
    // A minute after the last that was measured nobody knows.
    own.record(&[took(900, &[1])]).unwrap();
    let (raised, now) = looked(770);
    assert!(!raised && now.newest.is_none() && now.end.is_some());
    let told = session.metrics_then(Some(at(300)), TimeDelta::seconds(100), 4).unwrap();
    let lag = readings(&told, Metric::ProjectionLag);
    assert_eq!(
        (lag.now.newest, lag.by[0].1.newest, lag.by[1].1.newest),
        (Some(200.0), Some(0.0), Some(200.0))
    );
}

#[test]
fn an_alert_of_what_was_sampled_is_told_with_its_beginning_however_short_the_span() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, mut session) = store(&dir);
    // Slow for two hours, looked at over ten seconds.
    let samples: Vec<Sample> = (0..7_200)
        .step_by(20)
        .map(|second| took(second, &[if second < 100 { 1 } else { 200 }]))
        .collect();
    own.record(&samples).unwrap();
    let mut beginning = |seconds: i64| {
        let told = session.metrics_then(Some(at(7_170)), TimeDelta::seconds(seconds), 2).unwrap();
        let alert = *of(&told, Metric::AppendLatency).raised().unwrap();
        (raised(&[alert])[0].0, alert.before)
    };
    // By then the beginning has been put together by the minute.
    assert_eq!(beginning(30), (100, false));
    assert_eq!(beginning(600), (100, false));
    assert_eq!(beginning(25), (100, false));
}

#[test]
fn a_time_of_many_failures_is_told_with_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    let (mut own, _) = store(&dir);
    let record = own.register("list", &MadeBy::default(), &at(0)).unwrap();
    let letters: Vec<DeadLetter> = (1..=500)
        .map(|number| DeadLetter {
            position: Position(number),
            error: "no".into(),
            attempts: 1,
            failed: at(100 + number),
        })
        .collect();
    own.step(&Step {
        name: "list",
        generation: record.generation,
        from: record.position,
        to: Position(600),
        changes: &[],
        dead_letters: &letters,
        settled: &[],
        time: at(600),
    })
    .unwrap();
    let mut session = Session::open(dir.path().join("own.db"), &OpenOptions::default()).unwrap();
    for span in [5, 60, 500] {
        let told = session.metrics_then(Some(at(599)), TimeDelta::seconds(span), 6).unwrap();
        // The eleventh of them was in the first minute.
        assert_eq!(raised(&readings(&told, Metric::ErrorRate).alerts), [(111, None)], "{span}");
    }
}

#[test]
fn a_rate_that_was_too_high_before_anybody_looked_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    let (_own, _) = store(&dir);
    let above = BTreeMap::from([(Metric::EventsPerSecond, 0.5)]);
    let options =
        OpenOptions { limits: Limits { above, ..Limits::default() }, ..OpenOptions::default() };
    let mut session = Session::open(dir.path().join("own.db"), &options).unwrap();
    let mut alert = |span: i64| {
        let told = session.metrics_then(None, TimeDelta::seconds(span), 6).unwrap();
        *of(&told, Metric::EventsPerSecond).raised().unwrap()
    };
    assert!(alert(60).before);
    let whole = alert(600);
    assert_eq!((whole.before, raised(&[whole])), (false, vec![(5, None)]));
}

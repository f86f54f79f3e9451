//! The metrics before, during and after an incident: one poisoned event, and the whole way from the Projections screen
//! to the moment at which nobody knew of it.
//!
//! - opens the live demo, sees that the report of refunds is stopped; skips the event, sees it catch up, and presses `4`:
//!   no alert, the lag is of seconds;
//! - goes back to the night before the event was recorded → sees the metrics of that night: no alert, and a report that
//!   was late by half an hour at most;
//! - goes on to hours after the event → sees the alert, and the report that waits for hours;
//! - comes back to now → sees that the alert is over.

use chrono::TimeDelta;

use super::stage::{LARGE, SMALL, Stage, USUAL};
use super::steward::{Shop, of};
use crate::model::{Metric, Timestamp};
use crate::session::{Alert, Known, MetricThen, Readings};
use crate::store::EventQuery;

/// Who stopped.
const REPORT: &str = "refund-report";

/// The moment that the metrics on the screen are of.
fn moment(stage: &Stage) -> Timestamp {
    stage.app.model.metrics.then.as_ref().unwrap().span.unwrap().to
}

fn metric(stage: &Stage, metric: Metric) -> &MetricThen {
    let then = stage.app.model.metrics.then.as_ref().unwrap();
    then.metrics.iter().find(|one| one.metric == metric).unwrap()
}

fn readings(stage: &Stage, of: Metric) -> &Readings {
    match &metric(stage, of).known {
        Known::Readings(readings) => readings,
        other => panic!("{of:?}: {other:?}"),
    }
}

/// The alert of the lag, where it is raised.
fn raised(stage: &Stage) -> Option<Alert> {
    metric(stage, Metric::ProjectionLag).raised().copied()
}

/// Whether the screen says that it is.
fn is_told(stage: &mut Stage) -> bool {
    let screen = stage.text_now();
    let told = screen.lines().any(|line| line.contains("projection_lag") && line.contains("ALERT"));
    assert_eq!(told, raised(stage).is_some(), "{screen}");
    told
}

/// How long the oldest event waited for the report, in seconds.
fn waited(stage: &Stage) -> f64 {
    let by = &readings(stage, Metric::ProjectionLag).by;
    let (_, reading) = by.iter().find(|(name, _)| name == REPORT).unwrap();
    reading.newest.unwrap()
}

/// Presses a key until it is so.
fn press_until(stage: &mut Stage, key: &str, is_so: impl Fn(&Stage) -> bool) {
    for _ in 0..150 {
        if is_so(stage) {
            return;
        }
        stage.keys(key);
    }
    panic!("`{key}` never leads there:\n{}", stage.text_now());
}

/// How many events the store has of the span that is shown, counted one by one.
fn events(shop: &Shop) -> u64 {
    let span = shop.stage.app.model.metrics.then.as_ref().unwrap().span.unwrap();
    let mut store =
        crate::store::open(shop.live.path(), &crate::store::OpenOptions::default()).unwrap();
    let (mut query, mut count) = (EventQuery::default(), 0);
    loop {
        let page = store.scan(&query, 1_000).unwrap();
        let times = page.events.iter().filter_map(|event| event.time);
        count += times.filter(|time| span.from < *time && *time <= span.to).count() as u64;
        match page.next {
            Some(next) => query.after = Some(next),
            None => return count,
        }
    }
}

#[test]
fn the_metrics_of_the_night_before_are_those_of_that_night() {
    let mut shop = Shop::begin(LARGE);
    shop.until("the stop", |stage| of(stage, REPORT).is_stopped());
    shop.choose(REPORT);
    let met = of(&shop.stage, REPORT).waiting.as_ref().unwrap().time.unwrap();
    shop.stage.keys("4");
    assert!(is_told(&mut shop.stage), "it waits since {met}");
    shop.stage.keys("3 s y 4");
    shop.until("that all have caught up", |stage| raised(stage).is_none());
    shop.stage.keys("- - -");
    for (columns, rows) in [LARGE, USUAL, SMALL] {
        shop.stage.resize(columns, rows);
        assert!(!is_told(&mut shop.stage), "it is over");

        // The night before: nobody knows of it yet.
        press_until(&mut shop.stage, "shift-left", |stage| moment(stage) < met);
        press_until(&mut shop.stage, "left", |stage| raised(stage).is_none());
        let night = moment(&shop.stage);
        assert!(!is_told(&mut shop.stage));
        if (columns, rows) != SMALL {
            shop.stage.shows(&format!("at {}", night.format("%Y-%m-%dT%H:%M:%SZ")));
        }
        let count = readings(&shop.stage, Metric::EventsPerSecond).now.count;
        assert!(count > 100 && count == events(&shop), "{count}");
        let waits = waited(&shop.stage);
        assert!((0.0..2_700.0).contains(&waits), "{waits} s");
        shop.stage.keys("3");
        assert_eq!(of(&shop.stage, REPORT).status.lag_events, Some(0), "one moment on both");

        // Hours after it.
        shop.stage.keys("4");
        let later = met + TimeDelta::hours(4);
        press_until(&mut shop.stage, "shift-right", |stage| moment(stage) > later);
        assert!(is_told(&mut shop.stage));
        let alert = raised(&shop.stage).unwrap();
        assert!(night < alert.raised && alert.raised < later, "{alert:?}");
        let waits = waited(&shop.stage);
        assert!(waits > 4.0 * 3_600.0 - 60.0, "{waits} s");

        // Now it is over, and the list of alerts says since when.
        shop.stage.keys("end");
        assert!(!is_told(&mut shop.stage));
        assert!(moment(&shop.stage) > later + TimeDelta::hours(12));
        let last = readings(&shop.stage, Metric::ProjectionLag).alerts.last().copied().unwrap();
        assert!(last.cleared.is_some_and(|cleared| cleared > later), "{last:?}");
    }
}

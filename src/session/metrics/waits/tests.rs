use std::fmt::Write as _;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::*;
use crate::model::{Metric, time};
use crate::session::{Known, OpenOptions, Session};

/// Above this many seconds it is an alert.
const ABOVE: i64 = 10_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_756_800_000_000 + millis).unwrap()
}

/// Events at some moments, and moves to so many of them at others, as a recording.
fn session(dir: &tempfile::TempDir, events: &[i64], moves: &[(i64, usize)]) -> Session {
    let mut text = String::new();
    for (number, millis) in (1..).zip(events) {
        let _ = writeln!(
            text,
            r#"{{"position":{number},"aggregate":"c-1","version":{number},"type":"Ticked","time":"{}","data":{{}}}}"#,
            time::rfc3339(&at(*millis))
        );
    }
    for (millis, position) in moves {
        let _ = writeln!(
            text,
            r#"{{"checkpoint":"list","position":{position},"time":"{}"}}"#,
            time::rfc3339(&at(*millis))
        );
    }
    let path = dir.path().join("own.jsonl");
    std::fs::write(&path, text).unwrap();
    Session::open(&path, &OpenOptions::default()).unwrap()
}

/// The alerts at the end of it, over a span.
fn alerts(session: &mut Session, span: TimeDelta) -> Vec<Alert> {
    let told = session.metrics_then(None, span, 40).unwrap();
    let lag = told.metrics.into_iter().find(|one| one.metric == Metric::ProjectionLag).unwrap();
    match lag.known {
        Known::Readings(readings) => readings.alerts,
        _ => Vec::new(),
    }
}

fn told(alerts: &[Alert]) -> Vec<(i64, Option<i64>, i64)> {
    let millis = |time: Timestamp| (time - at(0)).num_milliseconds();
    let told = |one: &Alert| {
        let worst = (one.worst * 1000.0).round() as i64;
        (millis(one.raised), one.cleared.map(millis), worst)
    };
    alerts.iter().map(told).collect()
}

#[test]
fn a_short_spike_is_found_however_long_the_time_is() {
    let dir = tempfile::tempdir().unwrap();
    // A day of events a minute apart, each handled at once, but for one that waited 11.2 seconds.
    let events: Vec<i64> = (0..1_440).map(|minute| minute * 60_000).collect();
    let moves: Vec<(i64, usize)> = events
        .iter()
        .zip(1..)
        .map(|(came, position)| (came + if position == 700 { 11_200 } else { 50 }, position))
        .collect();
    let mut session = session(&dir, &events, &moves);
    let came = events[699];
    for span in [TimeDelta::days(1), TimeDelta::days(7), TimeDelta::days(30)] {
        assert_eq!(
            told(&alerts(&mut session, span)),
            [(came + 10_000, Some(came + 11_200), 11_200)],
            "{span}"
        );
    }
    assert_eq!(alerts(&mut session, TimeDelta::hours(1)), []);
}

#[test]
fn an_alert_that_was_raised_long_before_the_span_is_told_with_its_beginning() {
    let dir = tempfile::tempdir().unwrap();
    // It moves each second, always half a minute behind, since the thousandth second.
    let events: Vec<i64> = (0..3_000).map(|second| second * 1_000).collect();
    let late = |second: i64| if second < 1_000 { second } else { (second - 30).max(1_000) };
    let moves: Vec<(i64, usize)> =
        (0..3_000).map(|second| (second * 1_000 + 1, late(second) as usize + 1)).collect();
    let mut session = session(&dir, &events, &moves);
    let [alert] = alerts(&mut session, TimeDelta::minutes(5))[..] else { panic!() };
    assert!((1_009_000..1_012_000).contains(&told(&[alert])[0].0), "{alert:?}");
    assert!(!alert.before && alert.cleared.is_none());
}

#[test]
fn an_alert_that_goes_back_further_than_is_looked_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let events: Vec<i64> = (0..25_000).map(|second| second * 1_000).collect();
    let moves: Vec<(i64, usize)> =
        (100..25_000).map(|second| (second * 1_000, second as usize - 60)).collect();
    let mut session = session(&dir, &events, &moves);
    let [alert] = alerts(&mut session, TimeDelta::minutes(5))[..] else { panic!() };
    assert!(alert.before, "{alert:?}");
    assert!(alert.raised < at(10_000_000));
    // Where the store says nothing of where it was before, nobody knows either.
    let mut session = self::session(&dir, &events, &moves[5_000..5_001]);
    let [alert] = alerts(&mut session, TimeDelta::hours(7))[..] else { panic!() };
    assert!(!alert.before, "that is when it was first seen");
}

#[test]
fn alerts_of_several_projections_are_those_of_all_of_them() {
    let alert = |raised: i64, cleared: Option<i64>, worst: f64| Alert {
        raised: at(raised),
        before: false,
        cleared: cleared.map(at),
        worst,
    };
    let all = [
        alert(50, None, 3.0),
        alert(0, Some(10), 1.0),
        alert(5, Some(20), 2.0),
        alert(60, Some(70), 9.0),
    ];
    assert_eq!(together(all), [alert(0, Some(20), 2.0), alert(50, None, 9.0)]);
    assert_eq!(together([]), []);
}

/// Events and moves: steps of time, after which an event comes, or everything but so many events is handled.
fn history() -> impl Strategy<Value = (Vec<i64>, Vec<(i64, usize)>)> {
    let step = (
        prop_oneof![4 => 1_i64..3_000, 1 => 1_i64..40_000, 1 => 1_i64..4_000_000],
        any::<bool>(),
        0_usize..4,
    );
    prop::collection::vec(step, 2..120).prop_map(|steps| {
        let (mut now, mut events, mut moves, mut stands) = (0, Vec::new(), Vec::new(), 0);
        for (later, comes, left) in steps {
            now += later;
            if comes {
                events.push(now);
            } else {
                stands = events.len().saturating_sub(left).max(stands);
                moves.push((now, stands));
            }
        }
        (events, moves)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    /// Whatever waited longer than it should for a second or more is in an alert, whichever span is looked at; and every
    /// alert is of something that did.
    #[test]
    fn every_spike_is_found_at_any_span((events, moves) in history()) {
        prop_assume!(moves.len() > 1 && !events.is_empty());
        let dir = tempfile::tempdir().unwrap();
        let end = moves[moves.len() - 1].0.max(events[events.len() - 1]);
        let mut session = session(&dir, &events, &moves);
        // How long the next event had waited at the end of each time in which the checkpoint stood.
        let ends = moves.iter().skip(1).map(|(next, _)| *next).chain([end]);
        let spikes: Vec<(i64, i64)> = moves
            .iter()
            .zip(ends)
            .filter_map(|((from, position), to)| {
                let rose = (events.get(*position)? + ABOVE).max(*from);
                (to > rose).then_some((rose, to))
            })
            .collect();
        for span in [60, 600, 3_600, 86_400, 30 * 86_400] {
            let found = told(&alerts(&mut session, TimeDelta::seconds(span)));
            for (rose, to) in spikes.iter().filter(|(rose, to)| *to > end - span * 1_000 && to - rose >= 1_000) {
                let covers = |(raised, cleared, _): &(i64, Option<i64>, i64)| {
                    raised <= rose && cleared.is_none_or(|cleared| cleared >= *to)
                };
                prop_assert!(found.iter().any(covers), "{rose} to {to} in {span} s: {found:?}");
            }
            for (raised, cleared, worst) in &found {
                prop_assert!(spikes.iter().any(|(rose, _)| rose == raised), "{raised} {spikes:?}");
                prop_assert!(*worst > ABOVE);
                prop_assert!(cleared.is_none_or(|cleared| cleared >= end - span * 1_000));
            }
        }
    }
}

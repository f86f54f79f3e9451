//! The Metrics screen: what was measured at the moment that is looked at, what is above its threshold, and the way to
//! the moment at which it rose above it.

use super::stage::{LARGE, SIZES, SMALL, Stage, USUAL, counter};
use crate::model::{Metric, Timestamp};
use crate::session::{
    Alert, Bucket, Known, MetricThen, MetricsThen, OpenOptions, Reading, Readings, Session, Span,
};
use crate::task::{Report, Running, Said, Spent};
use crate::tui::effect::{Answer, Slot};
use crate::tui::input::Input;
use crate::tui::layout::{Detail, Screen};
use crate::tui::model::metrics::Whole;
use crate::tui::theme::{Colours, Theme};
use crate::tui::update::{Msg, update};

fn at(second: i64) -> Timestamp {
    crate::model::time::parse_recorded("2026-03-02T14:34:12Z").unwrap()
        + chrono::TimeDelta::seconds(second)
}

fn reading(middle: f64, end: f64, count: u64) -> Reading {
    Reading { newest: None, middle: Some(middle), end: Some(end), count }
}

/// Columns that rise from one value to another, with some that nothing was measured in.
fn rising(columns: usize, from: f64, to: f64) -> Vec<Option<f64>> {
    let step = |at: usize| from + (to - from) * at as f64 / columns.max(2) as f64;
    (0..columns).map(|at| (at % 11 != 3).then(|| step(at))).collect()
}

fn spread() -> Vec<Bucket> {
    let steps = [0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01];
    let counts = [12, 310, 1_204, 88, 7, 1];
    let pairs = steps.windows(2).zip(counts);
    pairs.map(|(two, count)| Bucket { from: two[0], to: two[1], count }).collect()
}

/// How lags are spread: mostly none, and some of minutes.
fn lags() -> Vec<Bucket> {
    let steps = [0.0, 0.000_1, 0.05, 0.1, 0.2, 0.5, 1.0, 10.0, 50.0, 200.0, 500.0];
    let counts = [900, 0, 120, 14, 0, 0, 3, 9, 41, 12];
    let pairs = steps.windows(2).zip(counts);
    pairs.map(|(two, count)| Bucket { from: two[0], to: two[1], count }).collect()
}

/// Eight metrics of which one is raised, one was, one is not recorded and of one nothing is there yet.
pub(super) fn told(columns: usize, projections: usize) -> MetricsThen {
    let raised = Alert { raised: at(-271), before: false, cleared: None, worst: 372.0 };
    let cleared = Alert { raised: at(-500), before: false, cleared: Some(at(-192)), worst: 14.0 };
    let by = |reading: Reading| {
        let name = |at: usize| match at {
            0 => "a projection whose name has more letters than any list has columns".to_owned(),
            at => format!("projection-{at}"),
        };
        (0..projections).map(|at| (name(at), reading)).collect::<Vec<_>>()
    };
    let readings = |metric: Metric| match metric {
        Metric::AppendLatency => Readings {
            now: Reading { newest: Some(0.001_9), ..reading(0.000_8, 0.006_1, 1_622) },
            trend: rising(columns, 0.001, 0.006),
            spread: spread(),
            ..Readings::default()
        },
        Metric::ProjectionLag => Readings {
            now: Reading { newest: Some(271.0), ..reading(0.1, 372.0, 40) },
            by: by(Reading { newest: Some(271.0), ..reading(0.1, 372.0, 20) }),
            trend: rising(columns, 0.0, 372.0),
            spread: lags(),
            alerts: vec![
                Alert { raised: at(-560), before: true, cleared: Some(at(-530)), worst: 31.0 },
                raised,
            ],
            ..Readings::default()
        },
        Metric::ErrorRate => Readings {
            now: reading(0.2, 14.0, 3),
            by: by(reading(0.2, 14.0, 3)),
            trend: rising(columns, 14.0, 0.0),
            alerts: vec![cleared],
            ..Readings::default()
        },
        Metric::StorageSize => Readings {
            now: reading(48_200_000.0, 48_200_000.0, 0),
            trend: rising(columns, 40e6, 48.2e6),
            capacity: Some(79e6),
            ..Readings::default()
        },
        Metric::EventsPerAggregate => Readings {
            now: reading(15.2, 9_481.0, 1_204),
            trend: vec![Some(9_481.0); columns],
            ..Readings::default()
        },
        _ => Readings {
            now: reading(0.0, 0.0, 7),
            trend: vec![Some(0.0); columns],
            ..Readings::default()
        },
    };
    let known = |metric: Metric| match metric {
        Metric::ReplayTime => Known::NotRecorded("not recorded by this layout".to_owned()),
        Metric::SnapshotTime => Known::NothingYet,
        metric => Known::Readings(Box::new(readings(metric))),
    };
    let one =
        |metric: Metric| MetricThen { metric, threshold: metric.threshold(), known: known(metric) };
    MetricsThen {
        span: Some(Span { from: at(-600), to: at(0) }),
        newest: true,
        ahead: None,
        metrics: Metric::ALL.map(one).to_vec(),
    }
}

fn columns(stage: &Stage) -> usize {
    stage.app.model.areas.metrics.columns()
}

/// Answers what the screen asks for; says whether that wants a picture.
pub(super) fn answer(stage: &mut Stage, then: MetricsThen) -> bool {
    let model = &mut stage.app.model;
    model.dirty = false;
    let asked = model.scrub.asked(model.areas.metrics.columns());
    let answer = Answer::Metrics(asked, Ok(then), std::time::Duration::from_millis(1));
    let generation = model.issue(Slot::Metrics, Running::Cancel);
    let said = Said { slot: Slot::Metrics, generation, answer, spent: Spent::default() };
    update(model, Msg::Report(Box::new(Report::Done(said))));
    stage.app.model.dirty
}

/// On a store that measures nothing by itself, with these metrics.
fn measured(size: (u16, u16), projections: usize) -> Stage {
    let mut stage = Stage::on(counter("order-1", 5), size);
    stage.keys("4");
    tell(&mut stage, projections);
    stage.app.model.metrics.scroll.cursor = 3;
    stage
}

fn tell(stage: &mut Stage, projections: usize) {
    let columns = columns(stage);
    answer(stage, told(columns, projections));
}

fn shop(size: (u16, u16)) -> Stage {
    Stage::open("demo:shop", size, || Session::open("demo:shop", &OpenOptions::default()))
}

fn chosen(stage: &Stage) -> Metric {
    stage.app.model.metrics.chosen().unwrap().metric
}

fn moment(stage: &Stage) -> Timestamp {
    stage.app.model.metrics.then.as_ref().unwrap().span.unwrap().to
}

#[test]
fn all_of_them_are_seen_at_once() {
    for (name, size) in SIZES {
        let mut stage = measured(size, 2);
        insta::assert_snapshot!(format!("metrics_{name}"), stage.picture());
        stage.press("enter");
        tell(&mut stage, 2);
        insta::assert_snapshot!(format!("metric_{name}"), stage.picture());
    }
}

#[test]
fn an_alert_is_told_by_words_and_shapes_where_there_are_no_colours() {
    for (name, colours) in [("mono", Colours::None), ("light", Colours::All)] {
        let mut stage = measured(LARGE, 2);
        let themes = Theme::all(colours).unwrap();
        let wanted = |theme: &Theme| theme.name == name;
        stage.app.model.themes = vec![themes.into_iter().find(wanted).unwrap()];
        insta::assert_snapshot!(format!("metrics_{name}"), stage.picture());
    }
    let mut stage = measured(LARGE, 2);
    stage.shows("ALERT p99 > 10 s").shows("● raised 14:29:41").shows("4 m 31 s ago");
    stage.shows("○ cleared 14:31:00").shows("alert > 10/min").shows("● 1 alert");
    let mut stage = measured(USUAL, 2);
    stage.shows("p99 > 10 s    ALERT").shows("> 10/min      ok");
}

#[test]
fn what_is_not_known_says_why_and_is_no_zero() {
    for size in [LARGE, USUAL, SMALL] {
        let mut stage = measured(size, 0);
        stage.shows("not recorded");
        stage.app.model.metrics.scroll.cursor = 2;
        stage.shows(if size == SMALL { "nothing" } else { "nothing in the 10 min before" });
        let lines = stage.text_now();
        let of = |name: &str| lines.lines().find(|line| line.contains(name)).unwrap().to_owned();
        if size != LARGE {
            assert!(!of("event_replay_time").contains('0'), "{lines}");
        }
    }
    measured(LARGE, 0).shows("time to rebuild an aggregate").shows("as snapshots are stored");
}

#[test]
fn keys_choose_a_card_and_give_it_the_whole_screen() {
    let mut stage = measured(LARGE, 2);
    assert_eq!(chosen(&stage), Metric::ProjectionLag);
    for (key, metric) in [
        ("down", Metric::ErrorRate),
        ("k", Metric::ProjectionLag),
        ("tab", Metric::EventsPerSecond),
        ("tab", Metric::ProjectionLag),
        ("pageup", Metric::AppendLatency),
        ("shift-tab", Metric::ErrorRate),
        (">", Metric::EventsPerSecond),
        ("<", Metric::AppendLatency),
    ] {
        stage.keys(key);
        assert_eq!(chosen(&stage), metric, "{key}");
    }
    stage.press("enter");
    tell(&mut stage, 2);
    stage.shows("Spread").shows("◂ p50").hides("projection_error_rate").hides("Measured on");
    stage.keys("esc").shows("projection_error_rate").hides("Spread");
    // In the table the next one is the one below.
    let mut stage = measured(USUAL, 2);
    stage.keys("tab");
    assert_eq!(chosen(&stage), Metric::ErrorRate);
}

#[test]
fn parts_of_one_have_the_keys_in_turn() {
    for size in [LARGE, USUAL, SMALL] {
        let mut stage = measured(size, 20);
        stage.press("enter");
        tell(&mut stage, 20);
        assert_eq!(stage.app.model.metrics.whole, Whole::At(Detail::Alerts));
        stage.press("down");
        assert_eq!(stage.app.model.metrics.alert().unwrap().raised, at(-560));
        stage.press("tab");
        tell(&mut stage, 20);
        assert_eq!(stage.app.model.metrics.whole, Whole::At(Detail::Spread));
        stage.press("tab");
        tell(&mut stage, 20);
        // The last of many is reached.
        stage.press("ctrl-end");
        stage.shows("projection-19");
        // With two of them left the cursor is on the last of these.
        tell(&mut stage, 2);
        stage.shows("projection-1");
        assert_eq!(stage.app.model.metrics.by.cursor, 1);
        // What is not there any more does not keep the keys.
        tell(&mut stage, 0);
        assert_eq!(stage.app.model.metrics.whole, Whole::At(Detail::Alerts));
    }
}

#[test]
fn enter_on_an_alert_goes_to_its_moment() {
    for size in [LARGE, USUAL, SMALL] {
        let mut stage = measured(size, 2);
        stage.press("enter");
        tell(&mut stage, 2);
        stage.press("down");
        stage.press("enter");
        assert_eq!(stage.app.model.scrub.at, Some(at(-560)));
    }
    let mut stage = measured(LARGE, 2);
    stage.app.model.metrics.scroll.cursor = 7;
    stage.press("enter");
    tell(&mut stage, 2);
    stage.press("enter");
    assert_eq!(stage.app.model.scrub.at, None);
    stage
        .shows("there was no alert in the time that is shown")
        .shows("no alert in the 10 min before");
}

#[test]
fn an_alert_that_is_chosen_stays_chosen_when_another_is_raised() {
    let mut stage = measured(LARGE, 2);
    stage.press("enter");
    tell(&mut stage, 2);
    stage.press("down");
    let mut then = told(columns(&stage), 2);
    let Known::Readings(readings) = &mut then.metrics[3].known else { panic!() };
    readings.alerts[1].cleared = Some(at(-10));
    readings.alerts.push(Alert { raised: at(-5), before: false, cleared: None, worst: 11.0 });
    assert!(answer(&mut stage, then));
    assert_eq!(stage.app.model.metrics.alert().unwrap().raised, at(-560));
    stage.shows("○ 14:29:41").shows("● 14:34:07");
}

#[test]
fn looking_again_draws_nothing_where_nothing_was_measured() {
    let mut stage = measured(LARGE, 2);
    let columns = columns(&stage);
    assert!(!answer(&mut stage, told(columns, 2)), "it is as it was");
    let mut then = told(columns, 2);
    let Known::Readings(readings) = &mut then.metrics[0].known else { panic!() };
    readings.now.count += 1;
    assert!(answer(&mut stage, then), "one more was measured");
}

#[test]
fn charts_are_drawn_up_to_the_threshold_where_that_is_wanted() {
    let mut stage = measured(LARGE, 2);
    // A twentieth of it is not drawn up to it, nine tenths are.
    stage.hides("╌ p99 > 100 ms").shows("max > 10,000 ╌");
    stage.keys("t");
    tell(&mut stage, 2);
    stage.shows(" p99 > 100 ms ╌").shows("115 ms");
    stage.keys("t").hides(" p99 > 100 ms ╌");
}

#[test]
fn numbers_of_any_size_are_drawn_at_any_size() {
    let values = [0.0, f64::MIN_POSITIVE, 1e-9, 1.0, 1e9, 1e300, f64::MAX, f64::INFINITY];
    for size in [LARGE, (110, 28), (109, 45), USUAL, (60, 18), (59, 30), SMALL] {
        let mut stage = measured(size, 2);
        for value in values {
            for whole in [false, true] {
                stage.press(if whole { "enter" } else { "esc" });
                let mut then = told(columns(&stage), 20);
                for one in &mut then.metrics {
                    let mut readings = Readings {
                        now: reading(value, value, u64::MAX),
                        trend: vec![Some(value), None, Some(0.0)],
                        spread: vec![Bucket { from: 0.0, to: value, count: u64::MAX }],
                        capacity: Some(value),
                        ..Readings::default()
                    };
                    readings.by = vec![("\u{1b}[31m漢字".to_owned(), readings.now); 3];
                    let raised =
                        Alert { raised: at(-1), before: true, cleared: None, worst: value };
                    readings.alerts = vec![raised];
                    one.known = Known::Readings(Box::new(readings));
                }
                answer(&mut stage, then);
                stage.now();
            }
        }
    }
}

#[test]
fn a_real_store_is_told_of_and_scrubbed_through() {
    for size in [LARGE, USUAL, SMALL] {
        let mut stage = shop(size);
        stage.keys("4").shows("projection_lag").shows("ALERT").shows("not recorded");
        // What is wrong is chosen.
        assert_eq!(chosen(&stage), Metric::ProjectionLag);
        let newest = moment(&stage);
        stage.keys("left left");
        let before = moment(&stage);
        assert!(before < newest);
        stage.keys("shift-left");
        assert!(moment(&stage) < before);
        stage.keys("end");
        assert_eq!(moment(&stage), newest);
        stage.keys("right").shows("this is the newest moment");
        stage.keys("left esc");
        assert_eq!(moment(&stage), newest);
        let width = |stage: &Stage| {
            let then = stage.app.model.metrics.then.as_ref().unwrap();
            let readings = crate::tui::model::metrics::readings(&then.metrics[7]).unwrap();
            readings.trend.len()
        };
        assert_eq!(width(&stage), columns(&stage));
        stage.keys("enter");
        assert_eq!(width(&stage), columns(&stage), "the whole screen has more columns");
        // The alert that is raised now leads to where it was not, a column before.
        stage.keys("enter");
        assert!(moment(&stage) < newest);
        let raised = |stage: &Stage| stage.app.model.metrics.chosen().unwrap().raised().is_some();
        stage.keys("esc");
        assert!(stage.app.model.metrics.then.as_ref().unwrap().metrics.len() == 8);
        stage.keys("esc");
        assert!(raised(&stage) && moment(&stage) == newest);
    }
}

#[test]
fn one_moment_and_one_span_are_looked_at_on_both_screens() {
    let mut stage = shop(LARGE);
    stage.keys("3 shift-left");
    let then = stage.app.model.projections.then.as_ref().unwrap().span.unwrap();
    stage.keys("4");
    assert_eq!(stage.app.model.metrics.then.as_ref().unwrap().span.unwrap(), then);
    stage.keys("shift-left + +");
    let then = stage.app.model.metrics.then.as_ref().unwrap().span.unwrap();
    stage.keys("3");
    assert_eq!(stage.app.model.projections.then.as_ref().unwrap().span.unwrap(), then);
    // The newest moment is the same key on both.
    stage.keys("end 4");
    assert!(stage.app.model.metrics.then.as_ref().unwrap().newest);
}

#[test]
fn the_mouse_chooses_opens_and_scrubs() {
    let mut stage = shop(LARGE);
    stage.keys("4");
    let newest = moment(&stage);
    let (x, y) = stage.find("events_per_second");
    stage.input(Input::Click(x, y));
    assert_eq!(chosen(&stage), Metric::EventsPerSecond);
    let bars = stage.app.model.areas.metrics.bars(7);
    stage.input(Input::Click(bars.x + 3, bars.y));
    let there = moment(&stage);
    assert!(there < newest, "a column is a moment");
    assert_eq!(stage.app.model.metrics.whole, Whole::Not);
    stage.input(Input::Wheel(true, x, y));
    assert!(moment(&stage) > there, "the wheel scrubs");
    stage.input(Input::Click(x, y));
    assert_ne!(stage.app.model.metrics.whole, Whole::Not, "the second click opens it");
    stage.keys("esc k k k k enter").shows("Measured on");
    let by = stage.app.model.areas.metrics.lines(Detail::By);
    stage.input(Input::Click(by.x, by.y + 1));
    let model = &stage.app.model;
    assert_eq!((model.metrics.whole, model.metrics.by.cursor), (Whole::At(Detail::By), 1));
    let alerts = model.areas.metrics.lines(Detail::Alerts);
    let before = moment(&stage);
    stage.input(Input::Click(alerts.x, alerts.y));
    assert_eq!(moment(&stage), before, "the first click only chooses");
    stage.input(Input::Click(alerts.x, alerts.y));
    assert!(moment(&stage) < before, "the second goes to its moment");
    let (x, y) = stage.find("3 Projections");
    stage.input(Input::Click(x, y));
    assert_eq!(stage.app.model.screen, Screen::Projections);
    // In the table a line is chosen.
    let mut stage = shop(USUAL);
    stage.keys("4");
    let (x, y) = stage.find("events_per_aggregate");
    stage.input(Input::Click(x, y));
    assert_eq!(chosen(&stage), Metric::EventsPerAggregate);
    stage.input(Input::Wheel(false, x, y));
    assert_eq!(chosen(&stage), Metric::StorageSize);
}

#[test]
fn another_size_has_other_columns_and_loses_nothing() {
    let mut stage = shop(LARGE);
    stage.keys("4 left enter");
    let there = moment(&stage);
    for (width, height) in [(80, 24), (40, 12), (120, 40)] {
        stage.resize(width, height).shows("projection_lag");
        assert_eq!(moment(&stage), there);
    }
    stage.keys("esc").shows("events_per_second");
}

#[test]
fn a_time_in_which_next_to_nothing_came_is_widened_unless_a_person_wants_it() {
    // The last of them came a week after the others.
    let mut events = counter("order-1", 40);
    events.extend([super::stage::event("order-1", 41, "Counted", 10_000, "{}")]);
    let mut stage = Stage::on(events, LARGE);
    stage.keys("4").shows("the 7 days before").shows("41 events");
    stage.keys("+ + +").shows("the 1 h before").shows("1 event");
    stage.keys("r 3 4").shows("the 1 h before");
}

#[test]
fn what_is_held_against_nothing_is_neither_well_nor_not() {
    let mut stage = measured(USUAL, 0);
    let mut then = told(columns(&stage), 0);
    let Known::Readings(readings) = &mut then.metrics[5].known else { panic!() };
    readings.capacity = None;
    answer(&mut stage, then);
    stage.app.model.metrics.scroll.cursor = 5;
    stage.shows("> 80 % full   -").shows("capacity not set");
    measured(USUAL, 0).shows("> 80 % full   ok");
}

#[test]
fn it_is_there_before_the_store_is_and_where_nothing_is_recorded() {
    let mut stage = Stage::unopened("test", USUAL, || Ok(super::stage::session(counter("a", 3))));
    stage.press("4");
    assert!(stage.now().contains("opening…"));
    stage.start();
    stage.settle();
    stage.shows("events_per_second").shows("not recorded");
    // Nothing to choose among, nothing that breaks.
    stage.keys("enter enter tab down left end + - t esc 1").shows("a");
}

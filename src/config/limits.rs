//! Above what metrics are alerts, as people write it: `2 s`, `80 %`, `10,000`, `20/min`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::{set, size, with_nearest};
use crate::model::{Limits, Measure, Metric, Unit};
use crate::text;

/// The section as it stands in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rows {
    capacity: Option<Spanned<String>>,
    #[serde(default)]
    thresholds: BTreeMap<String, Spanned<String>>,
}

/// What holds, and what is wrong with its line.
pub(super) fn read(rows: Rows) -> (Limits, Vec<(u64, String)>) {
    let (mut limits, mut mistakes) = (Limits::default(), Vec::new());
    if let Some(capacity) = rows.capacity.map(set) {
        match size::parse(&capacity.value).filter(|bytes| *bytes > 0) {
            Some(bytes) => limits.capacity = Some(bytes as f64),
            None => mistakes.push((
                capacity.line,
                format!("metrics: capacity: `{}` is no size; write 10 GiB", shown(&capacity.value)),
            )),
        }
    }
    for (name, above) in rows.thresholds {
        let above = set(above);
        let Some(metric) = Metric::from_name(&name) else {
            let told = format!("metrics: there is no metric `{}`", shown(&name));
            let names = Metric::ALL.map(Metric::name);
            mistakes.push((above.line, with_nearest(&told, &name, &names)));
            continue;
        };
        match limit(metric, &above.value) {
            Some(value) => drop(limits.above.insert(metric, value)),
            None => mistakes.push((
                above.line,
                format!(
                    "metrics: {name}: `{}` is no threshold; write {}",
                    shown(&above.value),
                    example(metric)
                ),
            )),
        }
    }
    (limits, mistakes)
}

fn shown(text: &str) -> String {
    text::sanitize(text).into_owned()
}

fn example(metric: Metric) -> &'static str {
    match (metric.threshold().measure, metric.unit()) {
        (Measure::Share, _) => "80 %",
        (_, Unit::Seconds) => "100 ms, 2 s or 1 min",
        (_, Unit::PerMinute) => "10/min",
        (_, Unit::PerSecond) => "10,000/s",
        (_, Unit::Events | Unit::Bytes) => "10,000",
    }
}

/// The number that is meant, in the metric's unit, of a share 0 to 1; `None` where it is none.
fn limit(metric: Metric, text: &str) -> Option<f64> {
    let text = text.trim();
    let end = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '_')));
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let number: f64 = number.replace([',', '_'], "").parse().ok()?;
    let unit = unit.trim();
    let factor = match (metric.threshold().measure, metric.unit(), unit) {
        (Measure::Share, _, "%") => 0.01,
        (Measure::Share, ..) => return None,
        (_, Unit::Seconds, "ms") => 0.001,
        (_, Unit::Seconds, "m" | "min") => 60.0,
        (_, Unit::Seconds, "h") => 3_600.0,
        (_, Unit::Seconds, "s")
        | (_, Unit::PerMinute, "" | "/min")
        | (_, Unit::PerSecond, "" | "/s")
        | (_, Unit::Events, "" | "events") => 1.0,
        _ => return None,
    };
    Some(number * factor).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    use crate::config::Config;
    use crate::model::Metric;

    #[test]
    fn limits_are_read_as_people_write_them() {
        let yaml = "metrics:\n  capacity: 10 GiB\n  thresholds:\n    projection_lag: 2 min\n    event_append_latency: 50 ms\n    event_storage_size: 90 %\n    events_per_aggregate: 1,000\n    projection_error_rate: 3/min\n    events_per_second: 250\n";
        let config = Config::read("f", yaml);
        assert_eq!(config.mistakes, []);
        assert_eq!(config.limits.capacity, Some(10.0 * f64::from(1 << 30)));
        let above = |metric| (config.limits.threshold(metric).above * 1000.0).round() as u64;
        assert_eq!(above(Metric::ProjectionLag), 120_000);
        assert_eq!(above(Metric::AppendLatency), 50);
        assert_eq!(above(Metric::StorageSize), 900);
        assert_eq!(above(Metric::EventsPerAggregate), 1_000_000);
        assert_eq!(above(Metric::ErrorRate), 3_000);
        assert_eq!(above(Metric::EventsPerSecond), 250_000);
        assert_eq!(above(Metric::ReplayTime), 500, "what nobody set stays");
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_takes_nothing_else_with_it() {
        let yaml = "metrics:\n  capacity: lots\n  thresholds:\n    projection_lagg: 2 s\n    event_replay_time: 3\n    event_storage_size: 5 GiB\n    snapshot_creation_time: 2 s\ntheme: light\n";
        let config = Config::read("f", yaml);
        let told: Vec<String> = config.mistakes.iter().map(|wrong| config.told(wrong)).collect();
        assert_eq!(
            told,
            [
                "f:2: metrics: capacity: `lots` is no size; write 10 GiB",
                "f:4: metrics: there is no metric `projection_lagg`; did you mean `projection_lag`?",
                "f:5: metrics: event_replay_time: `3` is no threshold; write 100 ms, 2 s or 1 min",
                "f:6: metrics: event_storage_size: `5 GiB` is no threshold; write 80 %",
            ]
        );
        assert_eq!(config.limits.above.len(), 1);
        assert_eq!(config.theme.map(|theme| theme.value).as_deref(), Some("light"));
        // A key that nobody knows is told too, and the rest of the file holds.
        let config = Config::read("f", "metrics:\n  capasity: 1 GiB\ntheme: light\n");
        let [wrong] = &config.mistakes[..] else { panic!("{:?}", config.mistakes) };
        assert!(wrong.told.contains("capasity"), "{}", wrong.told);
        assert!(config.theme.is_some());
    }
}

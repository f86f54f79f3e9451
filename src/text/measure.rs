//! What is measured, as people say it: a value with its unit, a threshold in the few words that stand beside it.

use std::time::Duration;

use super::human;
use crate::model::{Measure, Metric, Threshold, Unit};

/// What is not known; never zero.
pub const UNKNOWN: &str = "-";

/// A value with its unit: `6.1 ms`, `6 m 12 s`, `48.2 MB`, `20,481`, `15.2`, `412/s`, `0.2/min`.
pub fn value(unit: Unit, value: f64) -> String {
    if !value.is_finite() {
        return UNKNOWN.to_owned();
    }
    let value = value.max(0.0);
    match unit {
        Unit::Seconds => seconds(value),
        Unit::Bytes => human::bytes(value.round() as u64),
        Unit::Events => number(value),
        Unit::PerMinute => format!("{}/min", number(value)),
        Unit::PerSecond => per_second(value),
    }
}

/// The same in as few cells as a scale has: `6 ms`, `6 m`, `48 MB`, `20.5k`, `1.9k/s`.
pub fn brief(unit: Unit, value: f64) -> String {
    let told = self::value(unit, value);
    let compact = || human::compact(value.round() as u64);
    match unit {
        Unit::Seconds => {
            let mut words = told.split(' ');
            let both = words.next().zip(words.next());
            both.map_or_else(|| told.clone(), |(number, unit)| format!("{number} {unit}"))
        }
        Unit::Bytes => told.split_once('.').map_or_else(
            || told.clone(),
            |(whole, rest)| {
                let unit = rest.split(' ').next_back().unwrap_or_default();
                if whole.len() < 2 { told.clone() } else { format!("{whole} {unit}") }
            },
        ),
        Unit::Events | Unit::PerMinute if value >= 1_000.0 => compact(),
        Unit::PerSecond if value >= 10_000.0 => format!("{}/s", compact()),
        _ => told,
    }
}

/// A threshold: `p99 > 100 ms`, `> 10/min`, `max > 10,000`, `> 80 % full`.
pub fn threshold(metric: Metric, threshold: Threshold) -> String {
    let above = value(metric.unit(), threshold.above);
    match threshold.measure {
        Measure::P99 => format!("p99 > {above}"),
        Measure::Max => format!("max > {above}"),
        Measure::Value => format!("> {above}"),
        Measure::Share => format!("> {} full", share(threshold.above)),
    }
}

/// A part of a whole: `61 %`, `0.4 %`.
pub fn share(part: f64) -> String {
    let percent = part * 100.0;
    if percent > 0.0 && percent < 9.95 {
        format!("{} %", trimmed(percent))
    } else {
        format!("{} %", human::count(percent.round().max(0.0) as u64))
    }
}

/// Seconds: `0 s`, `840 µs`, `100 ms`, `1 s`, `3.2 s`, `6 m 12 s`.
pub fn seconds(seconds: f64) -> String {
    if seconds <= 0.0 {
        return "0 s".to_owned();
    }
    let Ok(time) = Duration::try_from_secs_f64(seconds) else { return UNKNOWN.to_owned() };
    match human::duration(time) {
        told if told == "0 ns" => "0 s".to_owned(),
        told => told.strip_suffix(".0 s").map_or(told.clone(), |whole| format!("{whole} s")),
    }
}

fn number(value: f64) -> String {
    if value < 99.95 && value.fract() > 0.0 {
        trimmed(value)
    } else {
        human::count(value.round() as u64)
    }
}

/// One digit behind the point, where it says something; two below one tenth.
fn trimmed(value: f64) -> String {
    let told = if value < 0.1 { format!("{value:.2}") } else { format!("{value:.1}") };
    told.strip_suffix(".0").map_or(told.clone(), str::to_owned)
}

/// A rate in the unit that has figures before the point.
fn per_second(rate: f64) -> String {
    match rate {
        0.0 => "0/s".to_owned(),
        rate if rate < 0.0017 => format!("{}/h", trimmed(rate * 3600.0)),
        rate if rate < 0.1 => format!("{}/min", trimmed(rate * 60.0)),
        rate => format!("{}/s", number(rate)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_unit() {
        let told = [
            (Unit::Seconds, 0.0),
            (Unit::Seconds, 0.006_1),
            (Unit::Seconds, 1.0),
            (Unit::Seconds, 372.0),
            (Unit::Seconds, 1e-12),
            (Unit::Seconds, 1e300),
            (Unit::Bytes, 48_210_000.0),
            (Unit::Bytes, 1e300),
            (Unit::Events, 15.24),
            (Unit::Events, 20_481.0),
            (Unit::PerMinute, 12.0),
            (Unit::PerMinute, 0.2),
            (Unit::PerSecond, 0.0),
            (Unit::PerSecond, 412.4),
            (Unit::PerSecond, 0.05),
            (Unit::PerSecond, 0.001),
            (Unit::PerSecond, f64::NAN),
        ]
        .map(|(unit, of)| value(unit, of));
        let wanted = [
            "0 s", "6.1 ms", "1 s", "6 m 12 s", "0 s", "-", "48.2 MB", "18.4 EB", "15.2", "20,481",
            "12/min", "0.2/min", "0/s", "412/s", "3/min", "3.6/h", "-",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn a_scale_has_little_room() {
        for unit in [Unit::Seconds, Unit::Bytes, Unit::Events, Unit::PerMinute, Unit::PerSecond] {
            for power in -6..(if unit == Unit::Seconds { 8 } else { 15 }) {
                let told = brief(unit, 9.994 * 10_f64.powi(power));
                assert!(told.chars().count() <= 8, "{told}");
            }
        }
        assert_eq!(brief(Unit::Seconds, 372.0), "6 m");
        assert_eq!(brief(Unit::Bytes, 48_210_000.0), "48 MB");
        assert_eq!(brief(Unit::Bytes, 4_821_000.0), "4.8 MB");
        assert_eq!(brief(Unit::Events, 20_481.0), "20.5k");
    }

    #[test]
    fn every_metric_has_its_threshold_in_words() {
        let told = Metric::ALL.map(|metric| threshold(metric, metric.threshold()));
        let wanted = [
            "p99 > 100 ms",
            "p99 > 500 ms",
            "p99 > 1 s",
            "p99 > 10 s",
            "> 10/min",
            "> 80 % full",
            "max > 10,000",
            "> 10,000/s",
        ];
        assert_eq!(told, wanted);
    }

    #[test]
    fn parts_are_percents() {
        assert_eq!([0.61, 0.004, 0.0, 1.2].map(share), ["61 %", "0.4 %", "0 %", "120 %"]);
    }
}

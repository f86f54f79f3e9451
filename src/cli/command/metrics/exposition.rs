//! Metrics in the text format that Prometheus and others read, version 0.0.4
//! (<https://prometheus.io/docs/instrumenting/exposition_formats>): names with their base unit, HELP and TYPE before each,
//! histograms that only grow. What a store does not record is left out, with a comment that says so.

use std::fmt::Write as _;

use super::Last;
use crate::cli::failure::Outcome;
use crate::model::{Metric, Spread, Timestamp};
use crate::session::{Known, MetricThen, Readings, Session};

/// What it is, as HTTP says it.
pub(super) const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Where the buckets of times end, in seconds.
const BUCKETS: [f64; 16] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    60.0,
];

/// All of a store's metrics, as they are by the clock or at a moment, over so much time before.
pub(super) fn of(session: &mut Session, at: Option<Timestamp>, last: &Last) -> Outcome<String> {
    let then = match at {
        Some(at) => session.metrics_then(Some(at), last.length, 0)?,
        None => session.metrics_now(last.length, 0)?,
    };
    let mut page = Page { last: last.to_string(), ..Page::default() };
    for one in &then.metrics {
        let measured = if one.metric.is_spread() {
            session.measured(one.metric, then.span.map(|span| span.to))?
        } else {
            Vec::new()
        };
        page.metric(one, &measured);
    }
    page.begin("metric_alert", "whether a metric is above its threshold", "gauge");
    for one in &then.metrics {
        if matches!(one.known, Known::Readings(_)) {
            let raised = if one.raised().is_some() { 1.0 } else { 0.0 };
            page.sample("metric_alert", &[("metric", one.metric.name())], raised);
        }
    }
    Ok(page.text)
}

#[derive(Default)]
struct Page {
    text: String,
    /// How much time is looked at, in words.
    last: String,
}

impl Page {
    fn begin(&mut self, name: &str, help: &str, kind: &str) {
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        let _ = writeln!(self.text, "# HELP foldback_{name} {help}\n# TYPE foldback_{name} {kind}");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        let _ = write!(self.text, "foldback_{name}");
        for (index, (label, said)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{before}{label}=\"{}\"", escaped(said));
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{end} {value}");
    }

    fn gauge(&mut self, name: &str, help: &str, value: Option<f64>) {
        if let Some(value) = value {
            self.begin(name, help, "gauge");
            self.sample(name, &[], value);
        }
    }

    fn metric(&mut self, one: &MetricThen, measured: &[(String, Spread)]) {
        let (name, help) = (one.metric.name(), one.metric.meaning());
        if !measured.is_empty() {
            self.histogram(&format!("{name}_seconds"), help, one.metric, measured);
        }
        match &one.known {
            Known::NotRecorded(why) => {
                let _ = writeln!(self.text, "# foldback_{name}: {}", why.replace('\n', " "));
            }
            Known::NothingYet if measured.is_empty() => {
                let _ = writeln!(self.text, "# foldback_{name}: nothing was measured yet");
            }
            Known::NothingYet => {}
            Known::Readings(readings) => self.readings(one.metric, readings),
        }
    }

    fn readings(&mut self, metric: Metric, readings: &Readings) {
        let now = readings.now;
        match metric {
            Metric::ProjectionLag => {
                let help = format!(
                    "what 99 of 100 events waited for a projection, or one waits now, over the {} before",
                    self.last
                );
                self.by("projection_lag_p99_seconds", &help, readings, |one| one.end);
            }
            Metric::ErrorRate => {
                let help = "events that a projection failed at in the minute before";
                self.by("projection_errors_per_minute", help, readings, |one| one.middle);
            }
            Metric::StorageSize => {
                self.gauge("event_storage_size_bytes", metric.meaning(), now.middle);
                let help = "room that the store may take";
                self.gauge("event_storage_capacity_bytes", help, readings.capacity);
            }
            Metric::EventsPerAggregate => {
                self.gauge(
                    "events_per_aggregate",
                    "events that aggregates have on average",
                    now.middle,
                );
                self.gauge(
                    "events_per_aggregate_max",
                    "events that the largest aggregate has",
                    now.end,
                );
            }
            Metric::EventsPerSecond => {
                let help = "events that were recorded, over the minute before";
                self.gauge("events_per_second", help, now.middle);
            }
            Metric::AppendLatency | Metric::ReplayTime | Metric::SnapshotTime => {}
        }
    }

    /// One line for each projection.
    fn by(
        &mut self,
        name: &str,
        help: &str,
        readings: &Readings,
        of: impl Fn(&crate::session::Reading) -> Option<f64>,
    ) {
        self.begin(name, help, "gauge");
        for (projection, reading) in &readings.by {
            if let Some(value) = of(reading) {
                self.sample(name, &[("projection", projection)], value);
            }
        }
    }

    fn histogram(&mut self, name: &str, help: &str, metric: Metric, all: &[(String, Spread)]) {
        self.begin(name, help, "histogram");
        for (subject, spread) in all {
            let of = |le: &str| -> Vec<(&'static str, String)> {
                let mut labels = Vec::new();
                if metric == Metric::ProjectionLag {
                    labels.push(("projection", subject.clone()));
                }
                if !le.is_empty() {
                    labels.push(("le", le.to_owned()));
                }
                labels
            };
            let write = |page: &mut Self, end: &str, le: &str, value: f64| {
                let labels = of(le);
                let labels: Vec<(&str, &str)> =
                    labels.iter().map(|(name, said)| (*name, said.as_str())).collect();
                page.sample(&format!("{name}{end}"), &labels, value);
            };
            for bucket in BUCKETS {
                let upto = spread.values().take_while(|(value, _)| *value <= bucket);
                let count: u64 = upto.map(|(_, count)| count).sum();
                write(self, "_bucket", &bucket.to_string(), count as f64);
            }
            write(self, "_bucket", "+Inf", spread.count() as f64);
            let sum = spread.values().map(|(value, count)| value * count as f64).sum();
            write(self, "_sum", "", sum);
            write(self, "_count", "", spread.count() as f64);
        }
    }
}

/// A label's value between its quotes.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_histogram_counts_up_to_each_bucket() {
        let mut spread = Spread::default();
        for value in [0.0004, 0.002, 0.002, 7.0, 100.0] {
            spread.add(value);
        }
        let mut page = Page::default();
        let name = "a\\b\"c\nd".to_owned();
        page.histogram("projection_lag_seconds", "help", Metric::ProjectionLag, &[(name, spread)]);
        let lines: Vec<&str> = page.text.lines().collect();
        assert_eq!(
            lines[..2],
            [
                "# HELP foldback_projection_lag_seconds help",
                "# TYPE foldback_projection_lag_seconds histogram"
            ]
        );
        let label = r#"projection="a\\b\"c\nd""#;
        let line = |end: &str, le: &str, value: &str| {
            format!("foldback_projection_lag_seconds_{end}{{{label}{le}}} {value}")
        };
        assert_eq!(lines[2], line("bucket", ",le=\"0.0005\"", "1"));
        assert_eq!(lines[4], line("bucket", ",le=\"0.0025\"", "3"));
        assert_eq!(lines[15], line("bucket", ",le=\"10\"", "4"));
        assert_eq!(lines[17], line("bucket", ",le=\"60\"", "4"));
        assert_eq!(lines[18], line("bucket", ",le=\"+Inf\"", "5"));
        assert_eq!(lines[20], line("count", "", "5"));
        let sum: f64 = lines[19].rsplit(' ').next().unwrap().parse().unwrap();
        assert!((sum - 107.004_4).abs() < 1.1, "{sum}");
        assert_eq!(lines.len(), 21);
    }
}

//! `foldback metrics`: what is measured of a store, now or at a moment, for a person, a program or a scraper.

mod exposition;
mod serve;
mod shape;

use std::ffi::OsString;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use chrono::TimeDelta;
use clap::{Args, ValueEnum};

use self::shape::Shape;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::table::Table;
use crate::model::{Measure, Metric, Timestamp, time};
use crate::session::{Alert, Known, MetricThen, MetricsThen, Session};
use crate::text::{human, measure};

/// What is measured of a store, and the alerts it raises
#[derive(Debug, Args)]
#[command(after_help = "\
How long appends, replays and snapshots take is known of a store of foldback's
own, where it was measured while the engine ran; events a second, the lag of
projections and sizes are told by any store that has what it takes. What is so
now is held against the threshold: of a latency p99 of what was measured last,
within a minute. The middle and the end (p50 and p99, mean and largest) are
those of the hour before, or of as long as --last says. What a store does not
record is never shown as 0. Thresholds stand in the configuration.

--format prometheus prints Prometheus' text format; histograms count everything
that was ever measured. --serve answers GET /metrics with it until Ctrl-C; a
port alone is one of 127.0.0.1, and port 0 is any that is free.

Examples:
  foldback metrics shop.db
  foldback metrics shop.db --last 15m
  foldback metrics shop.db --at -2h --json
  foldback metrics shop.db --format prometheus
  foldback metrics shop.db --serve 9464")]
pub(crate) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// At this moment, in UTC: 2026-03-02T14:34:12Z, '2026-03-02 14:34', -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    at: Option<String>,
    /// Over so much time before: 90s, 15m, 2h, 3d, 1w
    #[arg(long, value_name = "LENGTH", default_value = "1h", allow_hyphen_values = true)]
    last: String,
    /// Print for whom: table, prometheus
    #[arg(long, value_name = "FORMAT", default_value = "table", hide_possible_values = true)]
    format: Format,
    /// Answer a scraper's GET /metrics at this address
    #[arg(long, value_name = "ADDRESS", conflicts_with = "at", value_parser = address)]
    serve: Option<SocketAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Prometheus,
}

impl Arguments {
    /// Whether it goes on until somebody ends it.
    pub(crate) fn serves(&self) -> bool {
        self.serve.is_some()
    }
}

/// Where a scraper is answered: an address with its port, or a port of this computer alone.
fn address(text: &str) -> Result<SocketAddr, String> {
    if let Ok(port) = text.parse() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    text.parse().map_err(|_| "write a port, 9464, or an address with one, 127.0.0.1:9464".into())
}

/// How much time is looked at.
#[derive(Clone, Debug)]
struct Last {
    length: TimeDelta,
    said: String,
}

impl Last {
    fn read(text: &str) -> Outcome<Self> {
        Ok(Self { length: Context::length("--last", text)?, said: text.to_owned() })
    }
}

impl fmt::Display for Last {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.length == TimeDelta::hours(1) { "hour" } else { &self.said })
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = arguments.at.as_deref();
    let at = at.map(|text| context.moment("--at", text, time::parse_spoken_end)).transpose()?;
    if context.out.is_json() && arguments.format == Format::Prometheus {
        return Err(Failure::usage("--json and --format prometheus are two formats")
            .hint("leave one of them away"));
    }
    let last = Last::read(&arguments.last)?;
    context.tell_configuration()?;
    let mut session = context.open(&arguments.store)?;
    if let Some(address) = arguments.serve {
        return serve::run(session, last, address, context);
    }
    if arguments.format == Format::Prometheus {
        let text = exposition::of(&mut session, at, &last)?;
        return Ok(context.out.raw(&text)?);
    }
    let then = session.metrics_then(at, last.length, 0)?;
    context.go_on()?;
    if context.out.is_json() {
        for one in &then.metrics {
            context.out.value(&Shape::of(one, &then))?;
        }
        return Ok(());
    }
    print(&mut context.out, &then)?;
    Ok(tell_moment(context, &then, &last, at, &session)?)
}

/// Which number the threshold is about.
fn word(one: &MetricThen) -> &'static str {
    match one.threshold.measure {
        Measure::P99 => "p99",
        Measure::Value => "value",
        Measure::Max => "max",
        Measure::Share => "share",
    }
}

/// In a word how it stands.
fn state(one: &MetricThen) -> &'static str {
    match &one.known {
        Known::NotRecorded(_) => "not recorded",
        Known::NothingYet => "nothing yet",
        Known::Readings(_) if one.raised().is_some() => "alert",
        Known::Readings(_) => "ok",
    }
}

fn print(out: &mut Output, then: &MetricsThen) -> Printed {
    let table =
        Table::new().text("metric").giving_way().number("now").number("middle").number("end");
    let table = table.number("alert above").text("state");
    let mut table = table.sparing(&["middle", "end", "alert above"]);
    for one in &then.metrics {
        let unit = one.metric.unit();
        let cell = |value: Option<f64>| match value {
            Some(value) => Line::plain(measure::value(unit, value)),
            None => Line::of(Ink::Dim, "-"),
        };
        let state = match (&one.known, one.raised()) {
            (Known::NotRecorded(why), _) => Line::of(Ink::Dim, why.clone()),
            (Known::NothingYet, _) => Line::of(Ink::Dim, state(one)),
            (_, Some(alert)) => Line::of(Ink::Error, state(one)).with(Ink::Plain, since(alert)),
            (Known::Readings(_), None) => Line::of(Ink::Added, state(one)),
        };
        let readings = match &one.known {
            Known::Readings(readings) => Some(readings),
            _ => None,
        };
        let now = readings.map(|readings| readings.now).unwrap_or_default();
        table.row(vec![
            Line::of(Ink::Title, one.metric.name()),
            cell(now.newest),
            cell(now.middle),
            cell(now.end),
            Line::of(Ink::Dim, limit(one)),
            state,
        ]);
        for (name, reading) in readings.iter().flat_map(|readings| &readings.by) {
            table.row(vec![
                Line::plain("  ").with(Ink::Type, name.as_str()),
                cell(reading.newest),
                cell(reading.middle),
                cell(reading.end),
                Line::plain(""),
                Line::plain(""),
            ]);
        }
    }
    table.print(out)
}

/// Which moment is shown, and how long ago that was where it is the newest there is: what stands there is easily taken
/// for what is so now.
fn tell_moment(
    context: &mut Context,
    then: &MetricsThen,
    last: &Last,
    asked: Option<Timestamp>,
    session: &Session,
) -> Printed {
    let Some(span) = &then.span else { return Ok(()) };
    let store = &session.store_info().name;
    let to = time::rfc3339(&span.to);
    let is_before =
        |one: &MetricThen| one.metric == Metric::EventsPerSecond && one.known == Known::NothingYet;
    let newest = match (context.now - span.to).to_std() {
        _ if !then.newest && then.metrics.iter().any(is_before) => {
            ", before its first event".to_owned()
        }
        _ if !then.newest => String::new(),
        Ok(age) if age >= RECENT => {
            format!(", its newest moment, {} ago", human::duration(age))
        }
        _ => ", its newest moment".to_owned(),
    };
    let later = match asked {
        Some(asked) if then.newest && asked > span.to => {
            format!(" (nothing is known of {})", time::rfc3339(&asked))
        }
        _ => String::new(),
    };
    if let Some(ahead) = then.ahead {
        context.out.warning(format!(
            "a time in {store} lies after the clock and counts as none: {}",
            time::rfc3339(&ahead)
        ))?;
    }
    context
        .out
        .note(format!("{store} at {to}{newest}{later}: middle and end are over the {last} before"))
}

/// What is newer is as good as now.
const RECENT: Duration = Duration::from_secs(60);

/// Since when it is above its threshold, or that it was before anybody looked.
fn since(alert: &Alert) -> String {
    let word = if alert.before { "since before" } else { "since" };
    format!(" {word} {}", crate::cli::render::time(&alert.raised))
}

/// The threshold as a person reads it.
fn limit(one: &MetricThen) -> String {
    let above = one.threshold.above;
    match one.threshold.measure {
        Measure::Share => {
            let capacity = match &one.known {
                Known::Readings(readings) => readings.capacity,
                _ => None,
            };
            let of = capacity.map_or_else(
                || "the capacity".to_owned(),
                |all| measure::value(Metric::StorageSize.unit(), all),
            );
            format!("{:.0} % of {of}", above * 100.0)
        }
        Measure::Value => measure::value(one.metric.unit(), above),
        Measure::P99 | Measure::Max => {
            format!("{} {}", word(one), measure::value(one.metric.unit(), above))
        }
    }
}

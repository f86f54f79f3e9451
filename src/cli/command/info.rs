//! `foldback info`: what a store is and what is in it.

use std::ffi::OsString;

use clap::Args;
use serde::Serialize;

use super::projection::status::phrase;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::cli::shape::Moment;
use crate::cli::table::Table;
use crate::model::{Finding, Position};
use crate::session::{ProjectionStatus, Session};
use crate::store::{Census, StoreInfo, Verified};
use crate::text::human;

/// What a store is: layout, counts, time span, types, projections
#[derive(Debug, Args)]
#[command(after_help = "\
Names the library that wrote the store and why it is recognised as that, counts
aggregates and events, and holds the checkpoint of every projection against the
newest event. In a store of foldback's own it checks the chain of hashes: no
event was changed, removed or put in.

Examples:
  foldback info shop.db
  foldback info shop.db --json | jq -c '.projections[] | [.name, .lag_events]'
  foldback info orders.jsonl.zst")]
pub(crate) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
}

#[derive(Serialize)]
struct Info<'a> {
    store: &'a str,
    layout: Layout<'a>,
    backend: &'a str,
    read_only: bool,
    aggregates: u64,
    events: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<Position>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_time: Option<Moment<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_time: Option<Moment<'a>>,
    types: Vec<Type<'a>>,
    categories: Vec<Category<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snapshots: Option<u64>,
    projections: &'a [ProjectionStatus],
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<Chain<'a>>,
    findings: Vec<&'a Finding>,
}

/// What was checked of the chain of hashes; where it does not hold is among the findings.
#[derive(Serialize)]
struct Chain<'a> {
    events: u64,
    hash: &'a str,
    holds: bool,
}

#[derive(Serialize)]
struct Layout<'a> {
    name: &'a str,
    why: &'a [String],
    confidence: u8,
}

#[derive(Serialize)]
struct Type<'a> {
    #[serde(rename = "type")]
    name: &'a str,
    events: u64,
}

#[derive(Serialize)]
struct Category<'a> {
    #[serde(rename = "category")]
    name: &'a str,
    aggregates: u64,
    events: u64,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut session = context.open_quietly(&arguments.store)?;
    let head = session.head()?.position;
    let census = context.census(&mut session)?;
    let projections = session.projections()?;
    let mut progress = context.progress("checking the chain of hashes");
    let chain = session.chain(&mut progress)?;
    drop(progress);
    context.go_on()?;
    if context.out.is_json() {
        let info = as_json(session.store_info(), head, &census, &projections, chain.as_ref());
        context.out.value(&info)?;
        return Ok(());
    }
    print(&mut context.out, &session, head, &census, chain.as_ref())?;
    lags(&mut context.out, &projections)?;
    let of_projections = projections.iter().flat_map(|projection| &projection.findings);
    let of_chain = chain.iter().flat_map(|chain| &chain.findings);
    let findings = session.store_info().findings.iter().chain(of_projections).chain(of_chain);
    Ok(context.out.findings(findings)?)
}

fn as_json<'a>(
    info: &'a StoreInfo,
    head: Option<Position>,
    census: &'a Census,
    projections: &'a [ProjectionStatus],
    chain: Option<&'a Verified>,
) -> Info<'a> {
    let types =
        census.types.iter().map(|(name, events)| Type { name: name.as_str(), events: *events });
    let categories = census.categories.iter().map(|(category, counts)| Category {
        name: category.as_str(),
        aggregates: counts.aggregates,
        events: counts.events,
    });
    Info {
        store: &info.name,
        layout: Layout { name: &info.layout, why: &info.why, confidence: info.confidence },
        backend: info.backend,
        read_only: info.read_only,
        aggregates: census.counts.aggregates,
        events: census.counts.events,
        head,
        first_time: census.first_time.as_ref().map(Moment),
        last_time: census.last_time.as_ref().map(Moment),
        types: types.collect(),
        categories: categories.collect(),
        snapshots: census.snapshots,
        projections,
        chain: chain.map(|chain| Chain {
            events: chain.events,
            hash: &chain.hash,
            holds: chain.findings.is_empty(),
        }),
        findings: info
            .findings
            .iter()
            .chain(chain.iter().flat_map(|chain| &chain.findings))
            .collect(),
    }
}

fn print(
    out: &mut Output,
    session: &Session,
    head: Option<Position>,
    census: &Census,
    chain: Option<&Verified>,
) -> Printed {
    let info = session.store_info();
    let has = session.capabilities();
    out.line(&Line::of(Ink::Title, &info.name))?;
    let mut fact = |name: &str, text: &str| {
        let mut line = Line::plain("  ").with(Ink::Dim, name);
        line.fill(14);
        out.line(&line.with(Ink::Plain, text))
    };
    fact("layout", &info.title)?;
    for why in &info.why {
        fact("", why)?;
    }
    if info.confidence < 100 {
        fact("", &format!("{} % certain; --layout FILE settles it", info.confidence))?;
    }
    let access = if info.read_only { "opened read-only" } else { "foldback's own" };
    fact("backend", &format!("{}, {access}", info.backend))?;
    fact("aggregates", &human::count(census.counts.aggregates))?;
    fact("events", &human::count(census.counts.events))?;
    match head {
        Some(head) => fact("head", &format!("position {head}"))?,
        None if has.position => fact("head", "no events yet")?,
        None => fact("head", "this layout records no positions")?,
    }
    match (&census.first_time, &census.last_time) {
        (Some(first), Some(last)) => {
            let span = (*last - *first).to_std().map(human::duration).unwrap_or_default();
            let (first, last) = (render::time(first), render::time(last));
            fact("time", &format!("{first} to {last} ({span})"))?;
        }
        _ if has.time && census.counts.events > 0 => fact("time", "no event's time can be read")?,
        _ if has.time => {}
        _ => fact("time", "this layout records no times")?,
    }
    if let Some(snapshots) = census.snapshots {
        fact("snapshots", &human::count(snapshots))?;
    }
    if let Some(chain) = chain {
        let events = human::plural(chain.events, "event");
        if chain.findings.is_empty() {
            fact(
                "chain",
                &format!("holds over {events}; the newest hash stands for all of them:"),
            )?;
            fact("", &chain.hash)?;
        } else {
            fact("chain", &format!("does not hold over {events}: see below"))?;
        }
    }
    categories(out, census)?;
    types(out, session, census)
}

fn categories(out: &mut Output, census: &Census) -> Printed {
    let mut table = Table::new().indented().text("category").number("aggregates").number("events");
    for (category, counts) in &census.categories {
        let name = if category.as_str().is_empty() { "(none)" } else { category.as_str() };
        table.row(vec![
            Line::plain(name),
            Line::plain(human::count(counts.aggregates)),
            Line::plain(human::count(counts.events)),
        ]);
    }
    table.print_apart(out)
}

fn types(out: &mut Output, session: &Session, census: &Census) -> Printed {
    let mut table = Table::new().indented().text("type").number("events");
    for (name, events) in &census.types {
        let name = Line::of(Ink::Type, session.short_type(name));
        table.row(vec![name, Line::plain(human::count(*events))]);
    }
    table.print_apart(out)
}

fn lags(out: &mut Output, projections: &[ProjectionStatus]) -> Printed {
    let table = Table::new().indented().text("projection").number("position");
    let table = table.number("events behind").number("time behind").text("status");
    let mut table = table.sparing(&["position", "time behind"]);
    for one in projections {
        let behind = one.lag_seconds.and_then(|seconds| {
            std::time::Duration::try_from_secs_f64(seconds).ok().map(human::duration)
        });
        let lag = match one.lag_events {
            Some(0) => Line::of(Ink::Added, "0"),
            Some(events) => Line::of(Ink::Changed, human::count(events)),
            None => Line::of(Ink::Dim, "unknown"),
        };
        let status = phrase(one);
        table.row(vec![
            Line::plain(&one.name),
            Line::plain(one.position.map(|position| position.to_string()).unwrap_or_default()),
            lag,
            Line::plain(behind.unwrap_or_default()),
            status,
        ]);
    }
    table.print_apart(out)
}

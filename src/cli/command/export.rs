//! `foldback export`: a store's events as a recording or as CloudEvents.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::context::{self, Context};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::shape;
use crate::session::{Exported, Format, Schemas};
use crate::text::human;

/// Write a store's events to a file or to standard output
#[derive(Debug, Args)]
#[command(after_help = "\
Without --format, TO's name decides: .cloudevents.jsonl is CloudEvents 1.0,
anything else is JSON lines of foldback's own; .zst behind either compresses it.
Behind the events come the snapshots and checkpoints that the store keeps, each
a line without `type`; CloudEvents has no place for them.
With --upcasted events are written in the schemas of today, as the chain of
--upcast makes them, and what the store keeps besides stays behind. One that
becomes several has so many lines, and those after it move up, versions and
positions; one that cannot be upcasted is written as it was recorded.
TO must not be there yet, and is there only when all of it is written.

Examples:
  foldback export shop.db shop.jsonl.zst
  foldback export shop.db shop.cloudevents.jsonl
  foldback export shop.db - | jq -r '.type // empty' | sort | uniq -c
  foldback export shop.db - --format cloudevents | kcat -P -t events
  foldback export shop.db today.jsonl --upcasted --upcast shop.yaml")]
pub(crate) struct Arguments {
    /// What to read: a SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// The file to make; `-` is standard output
    #[arg(value_hint = clap::ValueHint::FilePath)]
    to: PathBuf,
    /// As what: jsonl, cloudevents, or either compressed: zst, cloudevents-zst
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<As>,
    /// In the schemas of today, as the chain of --upcast makes them
    #[arg(long)]
    upcasted: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum As {
    Jsonl,
    Zst,
    #[value(name = "cloudevents")]
    CloudEvents,
    #[value(name = "cloudevents-zst")]
    CloudEventsZst,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    if context::is_address(arguments.to.as_os_str()) {
        return Err(Failure::usage(
            "a recording is written to a file, and TO is the address of a database",
        )
        .hint("`foldback import FROM postgres://…` copies any store into a database"));
    }
    let mut session = context.open(&arguments.store)?;
    let format = match arguments.format {
        Some(As::Jsonl) => Format::Jsonl,
        Some(As::Zst) => Format::JsonlZst,
        Some(As::CloudEvents) => Format::CloudEvents,
        Some(As::CloudEventsZst) => Format::CloudEventsZst,
        None => Format::of(&arguments.to),
    };
    let schemas = if arguments.upcasted {
        super::upcast::chain(&session)?;
        Schemas::Newest
    } else {
        Schemas::Recorded
    };
    if arguments.to.as_os_str() == "-" {
        let mut progress = context.progress_beside_lines("writing events");
        let done = session.export_into(context.out.stream(), format, schemas, &mut progress)?;
        drop(progress);
        let renewed = done.renewal.iter().flat_map(|renewal| &renewal.findings);
        return Ok(context.out.findings(renewed.chain(&done.report.findings))?);
    }
    let mut progress = context.progress("writing events");
    let Exported { report, renewal } =
        session.export_to(&arguments.to, format, schemas, &mut progress)?;
    drop(progress);
    let renewed = renewal.iter().flat_map(|renewal| &renewal.findings);
    let findings: Vec<_> = renewed.chain(&report.findings).cloned().collect();
    let to = arguments.to.to_string_lossy();
    if context.out.is_json() {
        return Ok(context.out.value(&shape::Exported {
            from: &context::shown(&arguments.store),
            to,
            events: report.events,
            snapshots: report.snapshots,
            checkpoints: report.checkpoints,
            upcast: renewal.as_ref().map(shape::Renewal::from),
            findings: &findings,
        })?);
    }
    let mut line = Line::of(Ink::Title, to);
    line.push(Ink::Plain, format!(": {}", human::plural(report.events, "event")));
    if report.snapshots > 0 {
        line.push(Ink::Plain, format!(", {}", human::plural(report.snapshots, "snapshot")));
    }
    if report.checkpoints > 0 {
        line.push(Ink::Plain, format!(", {}", human::plural(report.checkpoints, "checkpoint")));
    }
    if let Some(renewal) = &renewal {
        let told = format!(", {} upcasted by {}", human::count(renewal.upcasted), renewal.chain);
        line.push(Ink::Plain, told);
        if renewal.dropped > 0 {
            line.push(Ink::Plain, format!(", {} dropped", human::count(renewal.dropped)));
        }
    }
    line.push(Ink::Dim, format!(" from {}", context::shown(&arguments.store)));
    context.out.line(&line)?;
    Ok(context.out.findings(&findings)?)
}

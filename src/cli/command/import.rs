//! `foldback import`: any store, copied into one of foldback's own.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;

use crate::cli::context::{self, Context};
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::shape;
use crate::text::human;
use crate::text::shell::quoted;

/// Copy a store or a recording into a new store of foldback's own
#[derive(Debug, Args)]
#[command(after_help = "\
Positions, times, ids, versions, payloads, snapshots and checkpoints are kept;
what had to be made up or stays behind is said. TO must not be there yet, and is
there only when all of it is written. In a PostgreSQL database, TO is the tables
of one schema.

Examples:
  foldback import orders.jsonl orders.db
  foldback import shop.db copy.db --json | jq .events
  foldback import legacy.db copy.db --layout legacy.yaml
  foldback import shop.db postgres://ana@localhost/shop")]
pub(crate) struct Arguments {
    /// What to read: a SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath)]
    from: OsString,
    /// The store to make: a file, or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath)]
    to: PathBuf,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    if arguments.to.as_os_str() == "-" {
        return Err(Failure::usage("a store is made as a file, and `-` names none").hint(format!(
            "`foldback export {} -` prints every event instead",
            quoted(&context::shown(&arguments.from))
        )));
    }
    let mut session = context.open(&arguments.from)?;
    let place = context::address_of(arguments.to.as_os_str());
    let to = context::shown(arguments.to.as_os_str());
    let report = session.import_to(place.as_ref(), &mut context.progress("copying events"))?;
    if context.out.is_json() {
        return Ok(context.out.value(&shape::Imported {
            from: &context::shown(&arguments.from),
            to: to.into(),
            aggregates: report.aggregates,
            events: report.events,
            snapshots: report.snapshots,
            checkpoints: report.checkpoints,
            findings: &report.findings,
        })?);
    }
    let mut line = Line::of(Ink::Title, to);
    line.push(Ink::Plain, format!(": {}", human::plural(report.events, "event")));
    line.push(Ink::Plain, format!(" of {}", human::plural(report.aggregates, "aggregate")));
    if report.snapshots > 0 {
        line.push(Ink::Plain, format!(", {}", human::plural(report.snapshots, "snapshot")));
    }
    if report.checkpoints > 0 {
        line.push(Ink::Plain, format!(", {}", human::plural(report.checkpoints, "checkpoint")));
    }
    line.push(Ink::Dim, format!(" from {}", context::shown(&arguments.from)));
    context.out.line(&line)?;
    Ok(context.out.findings(&report.findings)?)
}

//! `foldback export`: a store's events as a recording or as CloudEvents.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::line::{Ink, Line};
use crate::cli::shape;
use crate::session::Format;
use crate::text::human;

/// Write a store's events to a file or to standard output
#[derive(Debug, Args)]
#[command(after_help = "\
Without --format, TO's name decides: .cloudevents.jsonl is CloudEvents 1.0,
anything else is JSON lines of foldback's own; .zst behind either compresses it.
TO must not be there yet, and is there only when all of it is written.

Examples:
  foldback export shop.db shop.jsonl.zst
  foldback export shop.db shop.cloudevents.jsonl
  foldback export shop.db - | jq -r .type | sort | uniq -c
  foldback export shop.db - --format cloudevents | kcat -P -t events")]
pub(crate) struct Arguments {
    /// What to read: a SQLite file or a recording (.jsonl, .jsonl.zst)
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// The file to make; `-` is standard output
    #[arg(value_hint = clap::ValueHint::FilePath)]
    to: PathBuf,
    /// As what: jsonl, cloudevents, or either compressed: zst, cloudevents-zst
    #[arg(long, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<As>,
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
    let mut session = context.open(&arguments.store)?;
    let format = match arguments.format {
        Some(As::Jsonl) => Format::Jsonl,
        Some(As::Zst) => Format::JsonlZst,
        Some(As::CloudEvents) => Format::CloudEvents,
        Some(As::CloudEventsZst) => Format::CloudEventsZst,
        None => Format::of(&arguments.to),
    };
    if arguments.to.as_os_str() == "-" {
        let mut progress = context.progress_beside_lines("writing events");
        session.export_into(context.out.stream(), format, &mut progress)?;
        return Ok(());
    }
    let events =
        session.export_to(&arguments.to, format, &mut context.progress("writing events"))?;
    let to = arguments.to.to_string_lossy();
    if context.out.is_json() {
        return Ok(context.out.value(&shape::Exported {
            from: &arguments.store.to_string_lossy(),
            to,
            events,
        })?);
    }
    let line = Line::of(Ink::Title, to)
        .with(Ink::Plain, format!(": {}", human::plural(events, "event")))
        .with(Ink::Dim, format!(" from {}", arguments.store.display()));
    Ok(context.out.line(&line)?)
}

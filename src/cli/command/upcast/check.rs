//! `foldback upcast check`: a verdict on every type of event in a store.

use std::ffi::OsString;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::model::{Position, Version};
use crate::session::Session;
use crate::text::human;
use crate::upcast::{Broken, Compatibility, Mode, Verdict};

/// Check that every recorded event upcasts, and that readers understand writers
#[derive(Debug, Args)]
#[command(after_help = "\
What events look like is found out by reading all of them: for each type and
schema version which fields there are, of which kinds, and whether always. The
modes are those of Confluent's Schema Registry over all versions (transitive),
and to read is what Avro's schema resolution asks: a reader finds every field
that its own events always had, and each of a kind that its own had.

  backward  new readers understand what old writers wrote: every recorded event
            upcasts, and then reads like those recorded in the newest schema
  forward   old readers understand what new writers write: events of the newest
            schema read like those of each older one, without any upcasting
  full      both

Fields that come on top disturb nobody. Where no event of the newest schema was
recorded, backward says only that all upcast, and forward takes what they
become.
Exit status 1 where something is not understood.

Examples:
  foldback upcast check shop.db --upcast shop.yaml
  foldback upcast check shop.db --upcast shop.yaml --mode forward
  foldback upcast check shop.db --upcast shop.yaml --json")]
pub(super) struct Arguments {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// Who has to understand whom: backward, forward or full
    #[arg(long, value_name = "MODE", default_value = "backward", hide_possible_values = true)]
    mode: Asked,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Asked {
    Backward,
    Forward,
    Full,
}

/// One thing that is not understood, as `--json` prints it.
#[derive(Serialize)]
struct Row<'a> {
    mode: &'static str,
    code: &'static str,
    #[serde(rename = "type")]
    event_type: &'a str,
    data: &'a str,
    reader: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    message: &'a str,
    events: u64,
    of: u64,
    example: Example<'a>,
}

#[derive(Serialize)]
struct Example<'a> {
    aggregate: &'a str,
    category: &'a str,
    version: Version,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<Position>,
}

/// The last line of `--json`.
#[derive(Serialize)]
struct Told<'a> {
    mode: &'static str,
    compatible: bool,
    types: Vec<Summary<'a>>,
    unused: Vec<&'a str>,
    searched: Searched,
}

#[derive(Serialize)]
struct Summary<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    newest: &'a str,
    newest_recorded: bool,
    schemas: Vec<Counted<'a>>,
    broken: usize,
}

#[derive(Serialize)]
struct Counted<'a> {
    schema: &'a str,
    events: u64,
}

#[derive(Serialize)]
struct Searched {
    events: u64,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mode = match arguments.mode {
        Asked::Backward => Mode::Backward,
        Asked::Forward => Mode::Forward,
        Asked::Full => Mode::Full,
    };
    let mut session = context.open(&arguments.store)?;
    let chain = super::chain(&session)?;
    let mut found = Compatibility::default();
    let mut progress = context.progress("reading events");
    session.each_event(&mut progress, &mut |event| found.take(&chain, event))?;
    drop(progress);
    let verdicts = found.verdicts(&chain, mode);
    let met = |name: &&str| verdicts.iter().any(|one| one.newest.event_type.as_str() == *name);
    let mut unused: Vec<&str> = chain.types().map(crate::model::EventType::as_str).collect();
    unused.retain(|name| !met(name));
    unused.sort_unstable();
    let broken = verdicts.iter().filter(|one| !one.broken.is_empty()).count();
    if context.out.is_json() {
        for one in verdicts.iter().flat_map(|verdict| &verdict.broken) {
            context.out.value(&row(one))?;
        }
        context.out.value(&Told {
            mode: mode.as_str(),
            compatible: broken == 0,
            types: verdicts.iter().map(as_type).collect(),
            unused,
            searched: Searched { events: found.events() },
        })?;
    } else {
        print(&mut context.out, &session, &verdicts)?;
        for name in unused {
            let told = format!("the chain has a step for {name}, and no event is of that type");
            context.out.warning(told)?;
        }
        let (mode, events) = (mode.as_str(), human::plural(found.events(), "event"));
        let types = human::plural(verdicts.len() as u64, "type");
        let (ink, told) = if broken == 0 {
            (Ink::Added, format!("compatible ({mode}): {types}, {events}"))
        } else {
            let broken = human::count(broken as u64);
            (Ink::Error, format!("not compatible ({mode}): {broken} of {types}, {events}"))
        };
        context.out.line(&Line::of(ink, told))?;
    }
    if broken > 0 { Err(Failure::silent(Status::No)) } else { Ok(()) }
}

fn row(one: &Broken) -> Row<'_> {
    Row {
        mode: one.mode.as_str(),
        code: one.code,
        event_type: one.data.event_type.as_str(),
        data: &one.data.version,
        reader: &one.reader.version,
        path: one.path.as_deref(),
        message: &one.message,
        events: one.count,
        of: one.of,
        example: Example {
            aggregate: one.example.key.id.as_str(),
            category: one.example.key.category.as_str(),
            version: one.example.version,
            position: one.example.position,
        },
    }
}

fn as_type(verdict: &Verdict) -> Summary<'_> {
    let schemas = verdict.recorded.iter();
    Summary {
        event_type: verdict.newest.event_type.as_str(),
        newest: &verdict.newest.version,
        newest_recorded: verdict.is_recorded,
        schemas: schemas
            .map(|(schema, events)| Counted { schema: &schema.version, events: *events })
            .collect(),
        broken: verdict.broken.len(),
    }
}

fn print(out: &mut Output, session: &Session, verdicts: &[Verdict]) -> Printed {
    let mut plain = 0;
    for verdict in verdicts {
        if verdict.recorded.len() == 1 && verdict.is_recorded && verdict.broken.is_empty() {
            plain += 1;
            continue;
        }
        let good = verdict.broken.is_empty();
        let mut line =
            Line::of(if good { Ink::Added } else { Ink::Error }, if good { "✓ " } else { "✗ " });
        line.push(Ink::Type, session.short_type(&verdict.newest.event_type));
        for (schema, events) in &verdict.recorded {
            line.push(Ink::Plain, format!("  v{}", schema.version));
            line.push(Ink::Dim, format!(" {}", human::plural(*events, "event")));
        }
        if !verdict.is_recorded {
            let newest = &verdict.newest.version;
            line.push(Ink::Dim, format!("  v{newest} is not recorded yet"));
        }
        out.line(&line)?;
        for one in &verdict.broken {
            let mut line = Line::plain("  ");
            line.push(Ink::Error, &one.message);
            out.line(&line)?;
            let place = format!(
                "    {} of {}; {} v{}{} ({}, {})",
                human::count(one.count),
                human::plural(one.of, "event"),
                one.example.key.called(),
                one.example.version,
                one.example.position.map_or_else(String::new, |at| format!(" at position {at}")),
                one.mode.as_str(),
                one.code,
            );
            out.line(&Line::of(Ink::Dim, place))?;
        }
    }
    if plain > 0 {
        let told = human::plural(plain, "type");
        let told = format!("  {told} of one schema, which is the newest");
        out.line(&Line::of(Ink::Dim, told))?;
    }
    Ok(())
}

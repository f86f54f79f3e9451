//! `foldback upcast show`: one event as it was recorded, each step, and what it becomes.

use clap::Args;
use serde::Serialize;

use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::model::{Event, Finding, Slot, Value, Version};
use crate::upcast::{Explanation, Part, Schema, Taken};

/// Show an event as it was recorded, what each step did to it, and what it becomes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback upcast show shop.db order-4711 1 --upcast shop.yaml
  foldback upcast show shop.db order-4711 first --upcast shop.yaml --json")]
pub(super) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The event of this version: a number, first, last, -3, or a time such as -2h
    #[arg(allow_hyphen_values = true)]
    version: String,
}

#[derive(Serialize)]
struct Shown<'a> {
    aggregate: &'a str,
    category: &'a str,
    version: Version,
    #[serde(flatten)]
    schema: &'a Schema,
    recorded: Option<&'a Value>,
    upcasted: Vec<Made<'a>>,
    dropped: &'a [Schema],
    findings: Vec<&'a Finding>,
}

#[derive(Serialize)]
struct Made<'a> {
    #[serde(flatten)]
    schema: Schema,
    data: Option<&'a Value>,
    steps: &'a [Taken],
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = context.at(&arguments.version)?;
    let mut session = context.open(&arguments.subject.store)?;
    let chain = super::chain(&session)?;
    let key = session.find(&arguments.subject.aggregate)?.key;
    let version = session.resolve(&key, at, &mut context.progress("reading events"))?;
    let events = session.read(&key, version.prev(), 1)?;
    let event = events.into_iter().find(|event| event.version == version);
    let Some(event) = event.filter(|_| version > Version::ZERO) else {
        return Err(Failure::usage(format!("{} has no event at v{version}", key.called()))
            .hint("`first` is its first, `foldback log` lists all"));
    };
    let schema = chain.schema_of(&event);
    let upcasted = session.upcasted(&event);
    let way = upcasted.as_ref().and_then(|upcasted| upcasted.as_ref().ok());
    let failed = upcasted.as_ref().and_then(|upcasted| upcasted.as_ref().err());
    if context.out.is_json() {
        let parts = way.map_or(&[][..], |way| &way.parts);
        let made = |part: &'_ Part| chain.schema_of(&part.event);
        let noticed = event.noticed();
        context.out.value(&Shown {
            aggregate: key.id.as_str(),
            category: key.category.as_str(),
            version,
            schema: &schema,
            recorded: event.data.value().ok(),
            upcasted: parts
                .iter()
                .map(|part| Made {
                    schema: made(part),
                    data: part.event.data.value().ok(),
                    steps: &part.steps,
                })
                .collect(),
            dropped: way.map_or(&[][..], |way| &way.dropped),
            findings: event.findings.iter().chain(&noticed).chain(failed).collect(),
        })?;
        return Ok(());
    }
    let mut line = Line::of(Ink::Title, key.called());
    line.push(Ink::Plain, format!(" v{version} "));
    line.push(Ink::Type, session.short_type(&event.event_type));
    let told = way.map_or_else(|| format!("v{}", schema.version), Explanation::told);
    line.push(Ink::Plain, format!("  {told}"));
    context.out.line(&line)?;
    print(&mut context.out, &event, way)?;
    if upcasted.is_none() {
        context.out.note("it is folded as it was recorded")?;
    }
    Ok(context.out.findings(event.findings.iter().chain(failed))?)
}

fn print(out: &mut Output, event: &Event, way: Option<&Explanation>) -> Printed {
    data(out, "recorded", event)?;
    let Some(way) = way else { return Ok(()) };
    for schema in &way.dropped {
        out.line(&Line::of(Ink::Removed, format!("{schema} is dropped: it is not folded")))?;
    }
    for part in &way.parts {
        for step in &part.steps {
            out.line(&Line::of(Ink::Title, format!("{} → {}", step.from, step.to)))?;
            for deed in &step.deeds {
                out.line(&Line::plain("  ").with(Ink::Plain, &deed.by))?;
                for change in render::changes(&deed.changes, 4, out.width()) {
                    out.line(&change)?;
                }
            }
            if step.deeds.is_empty() {
                out.line(&Line::plain("  ").with(Ink::Dim, "changed nothing"))?;
            }
        }
        data(out, "upcasted", &part.event)?;
    }
    Ok(())
}

fn data(out: &mut Output, what: &str, event: &Event) -> Printed {
    out.line(&Line::of(Ink::Title, what))?;
    match event.data.value() {
        Ok(value) => {
            let slot = Slot::new(value.clone(), event.version);
            for (line, _) in render::pretty(&slot) {
                let mut shown = Line::plain("  ");
                shown.append(line);
                out.line(&shown)?;
            }
            Ok(())
        }
        Err(error) => out.line(&Line::of(Ink::Error, format!("  ✗ {error}"))),
    }
}

//! `foldback history`: every event that changed one place of a state.

use std::ops::ControlFlow;

use clap::Args;

use crate::analysis::{Change, Op};
use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::cli::shape;
use crate::model::{AggregateKey, Event, Finding, Path, Value};
use crate::session::{Session, Walked};
use crate::text::human;

/// Show every event that changed one value of an aggregate
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback history shop.db order-4711 .total
  foldback history shop.db order-4711 '.items[\"p-1\"].quantity'
  foldback history shop.db order-4711 .status --json | jq .after")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// The place: .items[0].price or /items/0/price
    path: String,
}

/// Findings that are kept, where every one of a million events has some.
const FINDINGS: usize = 1000;

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let path = render::path(&arguments.path)?;
    let mut session = context.open(&arguments.subject.store)?;
    let summary = session.find(&arguments.subject.aggregate)?;
    let key = summary.key;
    // A second connection names types while the first one walks.
    let names = session.reopen()?;
    let mut progress = context.progress_beside_lines("reading events");
    let mut printed = Ok(());
    let mut found = false;
    let mut last = Value::Null;
    let (mut findings, mut more) = (Vec::new(), 0);
    session.walk(&key, summary.version, &mut progress, &mut |walked| {
        if findings.len() < FINDINGS {
            findings.extend_from_slice(walked.findings);
        } else {
            more += u64::from(!walked.findings.is_empty());
        }
        if walked.event.version == summary.version {
            last = walked.after.value().clone();
        }
        if let Some(change) = touched(&walked, &path) {
            if !found {
                printed = head(&mut context.out, &names, &key, &path);
            }
            found = true;
            printed = std::mem::replace(&mut printed, Ok(()))
                .and_then(|()| print(&mut context.out, &names, walked.event, &change));
        }
        if printed.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    drop(progress);
    printed?;
    if more > 0 {
        let message = format!("{} more have findings of their own", human::plural(more, "event"));
        findings.push(Finding::warning("more-findings", message));
    }
    if !found {
        let message = format!("no event of {} ever put anything at {path}", key.id);
        context.out.findings(&findings)?;
        return Err(Failure::usage(message).hint(render::near_path(&last, &path)));
    }
    Ok(context.out.closing_findings(&findings)?)
}

/// What an event did to the place, if anything.
fn touched(walked: &Walked<'_>, path: &Path) -> Option<Change> {
    let place = |state: &Value| state.at(&path.resolve(state)).cloned();
    let (before, after) = (place(walked.before.value()), place(walked.after.value()));
    let op = match (&before, &after) {
        (None, None) => return None,
        (None, Some(_)) => Op::Add,
        (Some(_), None) => Op::Remove,
        (Some(before), Some(after)) if before == after => return None,
        (Some(_), Some(_)) => Op::Replace,
    };
    Some(Change { path: path.resolve(walked.after.value()), op, before, after })
}

fn head(out: &mut Output, session: &Session, key: &AggregateKey, path: &Path) -> Printed {
    if out.is_json() {
        return Ok(());
    }
    let said = Line::of(Ink::Key, path.to_string());
    out.line(&render::headline(key, said, session, out.width()))
}

fn print(out: &mut Output, names: &Session, event: &Event, change: &Change) -> Printed {
    if out.is_json() {
        return out.value(&shape::Touched {
            path: change.path.to_pointer(),
            version: event.version,
            event_type: event.event_type.as_str(),
            op: change.op,
            before: change.before.as_ref(),
            after: change.after.as_ref(),
            reducer: shape::Reducer::of(names),
        });
    }
    let mut line = Line::of(Ink::Title, format!("v{}", event.version));
    line.fill(6);
    line.push(Ink::Plain, " ");
    if let Some(time) = &event.time {
        line.push(Ink::Dim, render::time(time));
        line.fill(7 + render::TIME);
        line.push(Ink::Plain, "  ");
    }
    line.push(Ink::Type, names.short_type(&event.event_type));
    out.line(&line)?;
    let width = out.width();
    out.line(&render::difference(change, Line::default(), 7, width))
}

//! `foldback log`: an aggregate's whole history, each event with what it changed.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use clap::Args;

use crate::analysis::{self, Change};
use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::line::{Ink, Line};
use crate::cli::output::{Output, Printed};
use crate::cli::render;
use crate::cli::shape;
use crate::model::{EventType, Finding, Timestamp, Value, Version};
use crate::session::{Session, Walked};
use crate::text::human;

/// Show every version: its event and what that changed
#[derive(Debug, Args)]
#[command(after_help = "\
With --from and --to only the versions between two times are shown, each with
what it changed: all events before them are folded too. A time without an offset
is UTC; events of exactly these times are among them, also where times do not
rise with versions.

Examples:
  foldback log shop.db order-4711
  foldback log shop.db order-4711 --from 2026-03-01 --to '2026-03-31 12:00'
  foldback log shop.db order-4711 --reverse --limit 5
  foldback log shop.db order-4711 --json | jq 'select(.changes == [])'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Only versions at or after this time: 2026-03-02T14:34:12Z, '2026-03-02 14:34' (UTC), -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    from: Option<String>,
    /// Only versions at or before this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    to: Option<String>,
    /// The newest version first
    #[arg(long, short)]
    reverse: bool,
    /// At most so many versions
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    limit: Option<usize>,
}

/// One version, held until it is its turn.
struct Entry {
    version: Version,
    event_type: EventType,
    time: Option<Timestamp>,
    gap: Option<String>,
    changes: Vec<Change>,
    findings: Vec<Finding>,
    metadata: Option<Value>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let between = context.between(arguments.from.as_deref(), arguments.to.as_deref())?;
    let mut session = context.open(&arguments.subject.store)?;
    between.check(&session)?;
    let summary = session.find(&arguments.subject.aggregate)?;
    let key = summary.key;
    if !context.out.is_json() {
        let said = human::plural(summary.events, "event") + &between.told();
        let said = Line::plain(said);
        let line = render::headline(&key, said, &session, context.out.width());
        context.out.line(&line)?;
    }
    let limit = arguments.limit.unwrap_or(usize::MAX);
    if limit == 0 {
        return Ok(());
    }
    // A second connection names types while the first one walks.
    let names = session.reopen()?;
    let mut progress = context.progress_beside_lines("reading events");
    let mut printed = Ok(());
    let mut held: VecDeque<Entry> = VecDeque::new();
    let mut before: Option<Timestamp> = None;
    let mut count = 0;
    session.walk(&key, summary.version, &mut progress, &mut |walked| {
        let time = walked.event.time;
        if !between.holds(time.as_ref()) {
            before = time.or(before);
            return ControlFlow::Continue(());
        }
        let entry = entry(&walked, before);
        before = time.or(before);
        count += 1;
        if arguments.reverse {
            if held.len() == limit {
                held.pop_front();
            }
            held.push_back(entry);
            return ControlFlow::Continue(());
        }
        printed = print(&mut context.out, &names, &entry);
        if printed.is_err() || count == limit {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })?;
    drop(progress);
    printed?;
    for entry in held.iter().rev() {
        print(&mut context.out, &names, entry)?;
    }
    if count == 0 && between.is_bound() {
        context.out.note("no version of it lies between these times")?;
    }
    Ok(())
}

fn entry(walked: &Walked<'_>, before: Option<Timestamp>) -> Entry {
    let event = walked.event;
    let gap = before.zip(event.time).map(|(before, now)| human::gap(&before, &now));
    Entry {
        version: event.version,
        event_type: event.event_type.clone(),
        time: event.time,
        gap,
        changes: analysis::diff(walked.before.value(), walked.after.value()),
        findings: walked.findings.to_vec(),
        metadata: event.metadata.as_ref().and_then(|metadata| metadata.value().ok().cloned()),
    }
}

fn print(out: &mut Output, names: &Session, entry: &Entry) -> Printed {
    if out.is_json() {
        return out.value(&shape::Logged {
            version: entry.version,
            event_type: entry.event_type.as_str(),
            time: entry.time.as_ref().map(shape::Moment),
            reducer: shape::Reducer::of(names),
            changes: &entry.changes,
            metadata: entry.metadata.as_ref(),
            findings: &entry.findings,
        });
    }
    let mut line = Line::of(Ink::Title, format!("v{}", entry.version));
    line.fill(6);
    line.push(Ink::Plain, " ");
    if let Some(time) = &entry.time {
        line.push(Ink::Dim, render::time(time));
        line.fill(7 + render::TIME);
        line.push(Ink::Plain, "  ");
    }
    line.push(Ink::Type, names.short_type(&entry.event_type));
    if let Some(gap) = &entry.gap {
        line.push(Ink::Dim, format!("  {gap}"));
    }
    out.line(&line)?;
    // Where something was noticed, it says itself why nothing changed.
    if entry.changes.is_empty() && entry.findings.is_empty() {
        out.line(&Line::plain("       ").with(Ink::Dim, "changed nothing"))?;
    }
    for change in render::changes(&entry.changes, 7, out.width()) {
        out.line(&change)?;
    }
    for (index, finding) in entry.findings.iter().enumerate() {
        // Reading an event and folding it may notice the same.
        if entry.findings.iter().take(index).any(|one| one.message == finding.message) {
            continue;
        }
        let mut line = Line::plain("       ");
        line.append(render::finding(finding));
        out.line(&line)?;
    }
    Ok(())
}

//! `foldback state`: an aggregate as it is, or as it was.

use clap::Args;

use crate::analysis;
use crate::cli::args::Subject;
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::line::{Ink, Line};
use crate::cli::origin::Origins;
use crate::cli::render;
use crate::cli::shape::{self, Blamed, Reducer};
use crate::model::{Path, Version};
use crate::session::{Moment, Session};

/// Show an aggregate's state: now, at any version, at any moment
#[derive(Debug, Args)]
#[command(after_help = "\
The state is folded from the aggregate's events. How far it can be trusted
stands with it: `guessed` means that the events were merged without knowing the
application's rules.

Examples:
  foldback state shop.db order-4711
  foldback state shop.db order-4711 --at 17 --blame
  foldback state shop.db order-4711 --at '2026-03-31 12:00'
  foldback state shop.db order-4711 --at -2h --json | jq .state.total")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// At this version: a number, first, last, -3 (three before the last), or a time such as -2h
    #[arg(long, value_name = "VERSION", default_value = "last", allow_hyphen_values = true)]
    at: String,
    /// Show beside each value the event that put it there; with --json, under `blame`
    #[arg(long)]
    blame: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let at = context.at(&arguments.at)?;
    let mut session = context.open(&arguments.subject.store)?;
    let key = session.find(&arguments.subject.aggregate)?.key;
    let moment = session.moment(&key, at, &mut context.progress("reading events"))?;
    let findings = session.findings_to(&moment);
    if context.out.is_json() {
        let values = if arguments.blame {
            analysis::blame(&moment.state, &Path::root())
        } else {
            Vec::new()
        };
        let versions = values.iter().map(|one| one.version);
        let mut progress = context.progress("reading events");
        let origins = Origins::of(&mut session, &key, versions, &mut progress)?;
        drop(progress);
        let rows = values.iter().map(|one| Blamed::of(one, origins.event(one.version), None));
        context.out.value(&shape::State {
            aggregate: key.id.as_str(),
            category: key.category.as_str(),
            version: moment.version,
            position: moment.event.as_ref().and_then(|event| event.position),
            time: moment.event.as_ref().and_then(|event| event.time.as_ref()).map(shape::Moment),
            reducer: Reducer::of(&session),
            value: moment.state.value(),
            blame: arguments.blame.then(|| rows.collect()),
            findings: &findings,
        })?;
        return Ok(());
    }
    context.out.line(&render::heading(&session, &moment, context.out.width()))?;
    print(arguments.blame, context, &mut session, &moment)?;
    context.out.findings(&findings)?;
    Ok(())
}

fn print(blame: bool, context: &mut Context, session: &mut Session, moment: &Moment) -> Outcome {
    let lines = render::pretty(&moment.state.root);
    if !blame {
        for (line, _) in &lines {
            context.out.line(line)?;
        }
        return Ok(());
    }
    let versions = lines.iter().filter_map(|(_, since)| *since);
    let mut progress = context.progress("reading events");
    let origins = Origins::of(session, &moment.key, versions, &mut progress)?;
    drop(progress);
    let widest = lines.iter().map(|(line, _)| line.width()).max().unwrap_or(0);
    // Long values give way to the event that put them there, not the other way round.
    let room = if context.out.width() == usize::MAX { 72 } else { context.out.width() * 3 / 5 };
    let column = widest.min(room);
    for (line, since) in lines {
        let Some(since) = since.filter(|since| *since != Version::ZERO) else {
            context.out.line(&line)?;
            continue;
        };
        let mut shown = if context.out.is_terminal() { line.cut(column) } else { line };
        shown.fill(column);
        shown.push(Ink::Dim, format!("  v{since} "));
        shown.append(Line::of(Ink::Type, origins.short_type(session, since)));
        context.out.line(&shown)?;
    }
    Ok(())
}

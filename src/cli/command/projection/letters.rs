//! `foldback projection dead-letters`: the events that a projection could not handle, and what becomes of them.

use clap::Args;
use serde::Serialize;

use super::{Declared, Own, known, record};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::cli::render;
use crate::cli::shape::Moment;
use crate::cli::table::Table;
use crate::model::Position;
use crate::projection::{self, Aim, Beyond, Poison, Retried};
use crate::store::own::{DeadLetter, ProjectionState as State, StoreWriter};
use crate::text::human;
use crate::text::shell::quoted;

/// Events that a projection could not handle, and stepped over
#[derive(Debug, Args)]
#[command(after_help = "\
--retry applies one to the rows as they are now, behind events that came after
it; where their order matters, rebuild the projection. --skip is for a
projection that was stopped by an event: it becomes a dead letter, and the next
`projection run` goes on behind it.

Examples:
  foldback projection dead-letters shop.db refund-report
  foldback projection dead-letters shop.db refund-report --skip 25940 --dry-run
  foldback projection dead-letters shop.db refund-report --skip 25940
  foldback projection dead-letters shop.db refund-report --retry 25940")]
pub(super) struct Arguments {
    #[command(flatten)]
    own: Own,
    /// Which projection
    name: String,
    /// Apply the dead letter at this position after all
    #[arg(long, value_name = "POSITION", conflicts_with = "skip")]
    retry: Option<i64>,
    /// Step over the event at this position, which stopped the projection
    #[arg(long, value_name = "POSITION")]
    skip: Option<i64>,
    /// Only say what would become of the projection then, and write nothing
    #[arg(long, requires = "skip")]
    dry_run: bool,
    #[command(flatten)]
    declared: Declared,
}

/// A dead letter as JSON.
#[derive(Serialize)]
struct Shape<'a> {
    position: Position,
    error: &'a str,
    attempts: u32,
    failed: Moment<'a>,
}

impl<'a> From<&'a DeadLetter> for Shape<'a> {
    fn from(letter: &'a DeadLetter) -> Self {
        let DeadLetter { position, error, attempts, failed } = letter;
        Self { position: *position, error, attempts: *attempts, failed: Moment(failed) }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    match (arguments.retry, arguments.skip) {
        (Some(position), _) => retry(arguments, Position(position), context),
        (_, Some(position)) if arguments.dry_run => ahead(arguments, Position(position), context),
        (_, Some(position)) => skip(arguments, Position(position), context),
        _ => list(arguments, context),
    }
}

/// Opens the store to write to, where the projection was run before.
fn open(arguments: &Arguments, context: &Context) -> Outcome<Box<dyn StoreWriter>> {
    let mut writer = arguments.own.open(context)?;
    record(&mut *writer, &arguments.name)?;
    Ok(writer)
}

fn skip(arguments: &Arguments, position: Position, context: &mut Context) -> Outcome {
    let (mut writer, name) = (open(arguments, context)?, &arguments.name);
    let letter = projection::skip(name, &mut *writer, position, &chrono::Utc::now())?;
    if context.out.is_json() {
        return Ok(context.out.value(&Shape::from(&letter))?);
    }
    let mut line = Line::of(Ink::Title, name);
    line.push(Ink::Plain, format!("  steps over event {position}"));
    context.out.line(&line)?;
    let (store, name) = (quoted(writer.name()), quoted(name));
    Ok(context.out.note(format!("`foldback projection run {store} {name}` goes on"))?)
}

/// Says what would come of stepping over an event.
fn ahead(arguments: &Arguments, position: Position, context: &mut Context) -> Outcome {
    let (mut session, name) = (arguments.own.read(context)?, &arguments.name);
    let record = session.projection(name)?;
    let store = session.store_info().name.clone();
    let names = std::slice::from_ref(name);
    let found = known::named(&store, &arguments.declared, names, context)?.remove(0);
    let stopped = record.error.as_deref().filter(|_| record.state == State::Failed);
    let stopped = stopped.and_then(Poison::read).map(|poison| poison.position);
    if stopped != Some(position) {
        let failure =
            Failure::new(Status::Refused, format!("event {position} did not stop {name}"));
        return Err(match stopped {
            Some(by) => failure.hint(format!("event {by} did")),
            None => failure,
        });
    }
    let signal = context.signal.clone();
    let ahead = session.ahead_with(&found, position, &|| signal.is_stopped())?;
    if context.out.is_json() {
        let (end, stops) = match &ahead.then {
            Beyond::End => ("caught-up", None),
            Beyond::More => ("more", None),
            Beyond::Stop(event, error) => ("stopped", Some((event.position, error))),
        };
        let said = serde_json::json!({
            "position": position,
            "taken": ahead.taken,
            "then": end,
            "stops_at": stops.map(|(at, _)| at),
            "error": stops.map(|(_, error)| error),
        });
        return Ok(context.out.value(&said)?);
    }
    let line = Line::of(Ink::Title, name);
    let told = format!("  if event {position} were skipped: {}", ahead.told());
    Ok(context.out.line(&line.with(Ink::Plain, told))?)
}

fn retry(arguments: &Arguments, position: Position, context: &mut Context) -> Outcome {
    let mut writer = open(arguments, context)?;
    let writer = &mut *writer;
    let name = std::slice::from_ref(&arguments.name);
    let found = known::named(writer.name(), &arguments.declared, name, context)?.remove(0);
    arguments.declared.check(std::slice::from_ref(&found), Aim::Shown, writer)?;
    match projection::retry(&found, writer, position, &chrono::Utc::now())? {
        Retried::Applied => {
            if context.out.is_json() {
                let said = serde_json::json!({ "position": position, "applied": true });
                return Ok(context.out.value(&said)?);
            }
            let line = Line::of(Ink::Title, &arguments.name);
            Ok(context.out.line(&line.with(Ink::Plain, format!("  event {position} applied")))?)
        }
        Retried::Failed(letter) => Err(Failure::new(
            Status::No,
            format!(
                "event {position} failed again, for the {} time: {}",
                ordinal(letter.attempts),
                letter.error
            ),
        )
        .hint(format!(
            "it stays a dead letter; its event: `foldback events {} --after {} --limit 1`",
            quoted(writer.name()),
            position.0.saturating_sub(1),
        ))),
    }
}

fn list(arguments: &Arguments, context: &mut Context) -> Outcome {
    let (mut session, name) = (arguments.own.read(context)?, &arguments.name);
    let record = session.projection(name)?;
    let letters = session.letters(name)?;
    if context.out.is_json() {
        for letter in &letters {
            context.out.value(&Shape::from(letter))?;
        }
    } else {
        let table = Table::new().number("position").text("failed").number("attempts");
        let mut table = table.text("error").sparing(&["failed", "attempts"]);
        for letter in &letters {
            table.row(vec![
                Line::plain(letter.position.to_string()),
                Line::plain(render::time(&letter.failed)),
                Line::plain(human::count(letter.attempts.into())),
                Line::plain(&letter.error),
            ]);
        }
        table.print(&mut context.out)?;
        if letters.is_empty() && record.state != State::Failed {
            context.out.note(format!("{name} stepped over nothing"))?;
        }
    }
    if let (State::Failed, Some(error)) = (record.state, &record.error) {
        context.out.warning(format!("{name} was stopped by {error}"))?;
    }
    Ok(())
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (1, tens) if tens != 11 => "st",
        (2, tens) if tens != 12 => "nd",
        (3, tens) if tens != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

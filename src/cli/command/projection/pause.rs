//! `foldback projection pause` and `resume`: heard by whoever runs the projection, within a page.

use clap::Args;
use serde::Serialize;

use super::{Own, record};
use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::line::{Ink, Line};
use crate::model::Position;
use crate::store::own::ProjectionState as State;

/// Stop projections for a while
#[derive(Debug, Args)]
#[command(after_help = "\
A program that runs one writes down nothing more of it, and waits if it follows.

Examples:
  foldback projection pause shop.db order-list
  foldback projection resume shop.db order-list")]
pub(super) struct Pause {
    #[command(flatten)]
    of: Named,
}

/// Let paused projections go on, and stopped ones try again
#[derive(Debug, Args)]
#[command(after_help = "\
It goes on where it stood: at once where a program runs it with --follow, and
otherwise with the next `projection run`.

Examples:
  foldback projection resume shop.db order-list
  foldback projection resume shop.db order-list stock-levels")]
pub(super) struct Resume {
    #[command(flatten)]
    of: Named,
}

#[derive(Debug, Args)]
struct Named {
    #[command(flatten)]
    own: Own,
    /// Which projections
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
}

/// What is printed of each.
#[derive(Serialize)]
struct Shape<'a> {
    name: &'a str,
    status: &'static str,
    position: Position,
}

/// Runs `pause`.
pub(super) fn pause(arguments: &Pause, context: &mut Context) -> Outcome {
    each(&arguments.of, context, State::Paused, |state| state != State::Paused)
}

/// Runs `resume`.
pub(super) fn resume(arguments: &Resume, context: &mut Context) -> Outcome {
    // What an event stopped tries it again.
    each(&arguments.of, context, State::Running, |state| {
        matches!(state, State::Paused | State::Failed)
    })
}

/// Brings each into a state, where it is not in one that needs nothing.
fn each(
    of: &Named,
    context: &mut Context,
    state: State,
    needs_it: impl Fn(State) -> bool,
) -> Outcome {
    let mut writer = of.own.open()?;
    for name in &of.names {
        let found = record(&mut *writer, name)?;
        let is_new = needs_it(found.state);
        if is_new {
            // What stopped it once is still worth knowing while it is paused.
            let error = found.error.as_deref().filter(|_| state == State::Paused);
            writer.set_state(name, state, error, &chrono::Utc::now())?;
        }
        let position = record(&mut *writer, name)?.position;
        let now = if is_new { state } else { found.state };
        if context.out.is_json() {
            context.out.value(&Shape { name, status: now.as_str(), position })?;
            continue;
        }
        let mut line = Line::of(Ink::Title, name);
        let already = if is_new { "" } else { " already" };
        line.push(Ink::Plain, format!("  {}{already}, at position {position}", now.as_str()));
        context.out.line(&line)?;
    }
    Ok(())
}

//! `foldback projection pause` and `resume`: heard by whoever runs the projection, within a page.

use clap::Args;
use serde::Serialize;

use super::Own;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::Line;
use crate::model::Position;
use crate::sample::projection::named;
use crate::session::{Deed, Order};
use crate::store::own::ProjectionRecord;
use crate::task::Halt;
use crate::text::human;
use crate::text::shell::quoted;

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
    each(&arguments.of, Deed::Pause, context)
}

/// Runs `resume`.
pub(super) fn resume(arguments: &Resume, context: &mut Context) -> Outcome {
    each(&arguments.of, Deed::Resume, context)
}

/// Gives an order about each, and tells what came of it.
fn each(of: &Named, deed: Deed, context: &mut Context) -> Outcome {
    let steward = context.steward(&of.own.store)?;
    // All of them are there before anything is ordered of one.
    let mut session = context.open_quietly(&of.own.store)?;
    let unknown: Vec<_> =
        of.names.iter().filter_map(|name| session.projection(name).err()).collect();
    let (others, store) = (unknown.len().saturating_sub(1), session.store_info().name.clone());
    if let Some(first) = unknown.into_iter().next() {
        let failure = Failure::from(first);
        return Err(match others {
            0 => failure,
            others => {
                let others = human::plural(others as u64, "other");
                failure.hint(format!(
                    "nor {others} of those; `foldback projection status {}` lists all",
                    quoted(&store)
                ))
            }
        });
    }
    drop(session);
    for name in &of.names {
        let order = Order { projection: name.clone(), deed };
        let carried = steward.carry_out(&order, named, &Halt::default())?;
        if context.out.is_json() {
            let ProjectionRecord { state, position, .. } = carried.projection;
            context.out.value(&Shape { name, status: state.as_str(), position })?;
        } else {
            context.out.line(&Line::plain(carried.told))?;
        }
    }
    Ok(())
}

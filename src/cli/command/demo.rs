//! `foldback demo`: a recorded sample store on the screen. Nothing is written anywhere.

use clap::Args;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::Colour;
use crate::cli::screen::{self, Look};
use crate::cli::table::Table;
use crate::store::demo::{self, SAMPLES};

/// Look at a sample store that comes with foldback
#[derive(Debug, Args)]
#[command(
    after_help = "It is part of the program: nothing is written anywhere. Every command takes it
as STORE, by the name that --list shows.

Examples:
  foldback demo
  foldback demo --list
  foldback blame demo:shop order-4711 .total"
)]
pub(crate) struct Arguments {
    /// Which sample; the first of `--list` where none is named
    name: Option<String>,
    /// List the samples instead
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    look: Look,
}

/// A sample as `--list --json` prints it.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    store: String,
    about: &'a str,
}

/// Runs the command.
pub(crate) fn run(
    arguments: &Arguments,
    look: &Look,
    colour: Colour,
    context: &mut Context,
) -> Outcome {
    if arguments.list {
        return list(context);
    }
    let name = arguments.name.as_deref().unwrap_or(SAMPLES[0].name);
    let name = name.strip_prefix(demo::PREFIX).unwrap_or(name);
    let sample = demo::find(name).map_err(|error| {
        let failure = Failure::usage(error.message);
        Failure { hint: error.hint, ..failure }
    })?;
    let first = Some(sample.first());
    screen::show(sample.store().as_ref(), first, arguments.look.or(look), colour, context)
}

fn list(context: &mut Context) -> Outcome {
    if context.out.is_json() {
        for sample in &SAMPLES {
            let row = Row { name: sample.name, store: sample.store(), about: sample.about };
            context.out.value(&row)?;
        }
        return Ok(());
    }
    let mut table = Table::new().text("name").text("store").text("what is in it");
    for sample in &SAMPLES {
        table.row(vec![
            Line::plain(sample.name),
            Line::of(Ink::Dim, sample.store()),
            Line::plain(sample.about),
        ]);
    }
    Ok(table.print(&mut context.out)?)
}

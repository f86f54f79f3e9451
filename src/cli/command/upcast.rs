//! `foldback upcast`: whether readers and writers of different schemas understand one another, and what a chain makes of
//! an event.

mod check;
mod show;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::session::Session;
use crate::upcast::Chain;

/// Check a chain of upcasters against a store, and see what it does
#[derive(Debug, Args)]
#[command(after_help = "\
A chain is a YAML file: a step for each type and schema version that is not the
newest. A missing step, a cycle, two steps for one schema are errors at once.
  unversioned: 1          the version of events that record none; 1 if left out
  newest: {OrderCreated: 2}    only where it is not the highest that is made
  steps:
    - event: OrderCreated
      from: 1
      to: 2               or {event: NAME, schema: N}: another type
                          or into: [{event, schema, do}]: several events
                          or drop: true: none
      do:                 in this order; .a.b is a path
        - rename: {path: .customer, to: customer_id}
        - move: {from: .street, to: .address.street}
        - default: {path: .currency, value: EUR}     where there is none
        - compute: {path: .total, jq: .quantity * .price}
        - split: {path: .name, into: {first: 'split(\" \")[0]', last: …}}
        - drop: {path: .legacy, optional: true}
A jq expression gets the data as they are then, one of `split` the value; the
whole recorded event is $event. It has 500 thousand steps for one event: what
takes more is an error of the event. A place that is missing is one too, unless
it is `optional: true`. What is not touched keeps its text, numbers too; jq
computes with floats.

Every command that folds events takes --upcast FILE, and so does the screen. An
event that cannot be upcasted is shown as it was recorded, with the reason, and
is not folded. `events --upcasted` and `export --upcasted` show and write what
events become; every other list of events has them as they were recorded.

Examples:
  foldback upcast check shop.db --upcast shop.yaml
  foldback upcast check shop.db --upcast shop.yaml --mode full
  foldback upcast show shop.db order-4711 1 --upcast shop.yaml
  foldback state shop.db order-4711 --upcast shop.yaml")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(check::Arguments),
    Show(show::Arguments),
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    match &arguments.what {
        What::Check(arguments) => check::run(arguments, context),
        What::Show(arguments) => show::run(arguments, context),
    }
}

/// The chain that a session goes through, which has to be there.
pub(super) fn chain(session: &Session) -> Outcome<std::sync::Arc<Chain>> {
    session.upcasters().cloned().ok_or_else(|| {
        Failure::usage("there is no chain of upcasters to go by")
            .hint("name its file: --upcast FILE; `foldback upcast --help` shows what stands in it")
    })
}

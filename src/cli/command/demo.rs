//! `foldback demo`: a recorded sample store on the screen. Nothing is written anywhere, but for `--live`, which makes a
//! private copy and goes on writing in it until it ends.

use std::path::Path;
use std::time::Duration;

use clap::Args;
use serde::Serialize;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::line::{Ink, Line};
use crate::cli::output::Colour;
use crate::cli::screen::{self, Look};
use crate::cli::signal::Told;
use crate::cli::table::Table;
use crate::model::{AggregateKey, Position};
use crate::sample::{FASTEST, LIVE, Live};
use crate::session::OpenOptions;
use crate::store::Stop;
use crate::store::demo::{self, SAMPLES};
use crate::text::{human, shell};

/// Look at a sample store that comes with foldback
#[derive(Debug, Args)]
#[command(
    after_help = "It is part of the program: nothing is written anywhere. Every command takes it
as STORE, by the name that --list shows.

With --live the shop goes on: a copy in a private directory, told as if its
recording ended now, gets new events, and projections follow them. Every command
takes the path that is printed as STORE while it does. Leaving the screen, or
Ctrl-C, ends it and removes the copy.

Examples:
  foldback demo
  foldback demo bank
  foldback demo --list
  foldback demo --live --rate 20
  foldback demo --live --no-screen
  foldback blame demo:shop order-4711 .total"
)]
pub(crate) struct Arguments {
    /// Which sample; the first of `--list` where none is named
    name: Option<String>,
    /// List the samples instead
    #[arg(long)]
    list: bool,
    /// Go on writing new events to a private copy that is removed at the end
    #[arg(long, conflicts_with = "list")]
    live: bool,
    /// So many events a second: up to 10000, or less than one
    #[arg(long, value_name = "N", requires = "live", default_value = "5", value_parser = rate)]
    rate: f64,
    /// Draw nothing: print where the copy is, and write until Ctrl-C
    #[arg(long, requires = "live")]
    no_screen: bool,
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
    if arguments.live {
        if name != LIVE {
            let message =
                format!("the story of `{name}` is told to its end; `{LIVE}` alone goes on");
            let hint = format!("foldback demo {LIVE} --live, or foldback demo {name}");
            return Err(Failure::usage(message).hint(hint));
        }
        return live(arguments, first, look, colour, context);
    }
    screen::show(sample.store().as_ref(), first, arguments.look.or(look), colour, context)
}

/// Reads `--rate`.
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.01..=FASTEST).contains(rate));
    rate.ok_or_else(|| format!("it is a number of events a second, from 0.01 to {FASTEST}"))
}

/// What `--live --json` prints.
#[derive(Serialize)]
struct Begun<'a> {
    store: &'a str,
    sample: &'a str,
    rate: f64,
}

/// A look at whether the writer still writes.
const LOOK: Duration = Duration::from_millis(250);

fn live(
    arguments: &Arguments,
    first: Option<AggregateKey>,
    look: &Look,
    colour: Colour,
    context: &mut Context,
) -> Outcome {
    let alone = arguments.no_screen || context.out.is_json();
    if !alone {
        screen::check("demo:shop".as_ref(), context)
            .map_err(|failure| failure.hint("without one: foldback demo --live --no-screen"))?;
    }
    // Before there is anything that would have to be removed.
    context.signal.listen_for(if alone { Told::End } else { Told::Leave });
    let live = Live::place(&std::env::temp_dir(), arguments.rate)?;
    let path = live.path();
    if alone {
        return write(&live, &path, arguments.rate, context);
    }
    context.out.note(told(&path, arguments.rate))?;
    let stop = Stop::default();
    context.signal.interrupts(stop.interrupter());
    let begin = live.beginning(stop);
    let look = arguments.look.or(look);
    context.go_on()?;
    // The copy is gone when it is left: nothing is kept of it.
    let begin = move |_: &OpenOptions| Ok(begin()?);
    screen::show_after(begin, path.as_os_str(), None, first, look, colour, context)?;
    live.failure().map_or(Ok(()), |error| Err(error.into()))
}

fn told(path: &Path, rate: f64) -> String {
    let rate = rate.to_string();
    let events = if rate == "1" { "event" } else { "events" };
    format!("the shop goes on in {} at {rate} {events} a second", path.display())
}

/// Writes until somebody ends it.
fn write(live: &Live, path: &Path, rate: f64, context: &mut Context) -> Outcome {
    let stop = Stop::default();
    context.signal.interrupts(stop.interrupter());
    if let Err(error) = live.beginning(stop)() {
        context.go_on()?;
        return Err(error.into());
    }
    let store = path.to_string_lossy();
    if context.out.is_json() {
        context.out.value(&Begun { store: &store, sample: LIVE, rate })?;
    } else {
        let after = live.from().unwrap_or(Position(0));
        let follow = format!(
            "follow it: foldback events {} --after {after} --follow",
            shell::quoted(&store)
        );
        context.out.line(&Line::plain(told(path, rate)))?;
        context.out.line(&Line::of(Ink::Dim, follow))?;
        context.out.line(&Line::of(Ink::Dim, "Ctrl-C ends it and removes the store"))?;
    }
    context.out.flush()?;
    while !context.signal.stopped_within(LOOK) {
        if let Some(error) = live.failure() {
            return Err(error.into());
        }
    }
    let written = human::plural(live.written(), "event");
    context.out.note(format!("{written} written; the store is removed"))?;
    context.go_on()
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

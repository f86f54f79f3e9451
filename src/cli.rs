//! The command line: reads the arguments, runs one command through the [session](crate::session), prints, and says by
//! its exit status how it went.
//!
//! Only `output` prints, and only this front end knows arguments, the environment and the standard streams.

mod args;
mod command;
mod configuration;
mod context;
mod failure;
mod help;
mod line;
mod origin;
mod output;
mod progress;
mod reference;
mod render;
mod screen;
mod shape;
mod signal;
mod table;
mod upcasting;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use clap::FromArgMatches as _;

pub use self::reference::{CommandsFor, Usage, commands};

use self::args::{Cli, Command};
use self::context::Context;
use self::failure::{Failure, Outcome, Status};
use self::output::{Colour, Output};
use self::screen::Look;
use self::signal::Told;
use self::upcasting::Asked;

/// Runs the program with the arguments and streams of this process.
pub fn run() -> ExitCode {
    let arguments = help::asked(std::env::args_os().collect());
    ExitCode::from(guarded(|| start(arguments)) as u8)
}

/// A panic is a defect: it is told as one, and ends the program with a status of its own.
fn guarded(program: impl FnOnce() -> Status) -> Status {
    std::panic::set_hook(Box::new(|defect| output::defect(&defect.to_string())));
    catch_unwind(AssertUnwindSafe(program)).unwrap_or(Status::Defect)
}

fn start(arguments: Vec<OsString>) -> Status {
    let words: Vec<_> =
        arguments.iter().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let colour = colour_of(&words);
    if let Some(failure) = help::mistyped(&words) {
        return Output::new(false, colour, false).finish(Err(failure));
    }
    let command = help::command().color(match colour {
        Colour::Auto => clap::ColorChoice::Auto,
        Colour::Always => clap::ColorChoice::Always,
        Colour::Never => clap::ColorChoice::Never,
    });
    let read = command.try_get_matches_from(arguments);
    match read.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => {
            let out = Output::new(cli.global.json, cli.global.color, cli.global.quiet);
            let upcast = Asked::new(cli.global.upcast);
            let mut context = Context::new(out, cli.global.layout, upcast, cli.global.quiet);
            let outcome = match (&cli.command, &cli.store) {
                (Some(command), _) => match (command, cli.look.given()) {
                    (Command::Demo(_), _) | (_, None) => {
                        dispatch(command, &cli.look, cli.global.color, &mut context)
                    }
                    (_, Some(flag)) => Err(Failure::usage(format!(
                        "{flag} is for the screen, and a command draws none"
                    ))),
                },
                (None, Some(store)) => {
                    screen::show(store, None, cli.look, cli.global.color, &context)
                }
                (None, None) => context.out.raw(help::START).map_err(Failure::from),
            };
            let status = context.signal.status();
            context.out.finish(outcome.map_err(|failure| failure.stopped_by(status)))
        }
        Err(error) => output::usage(&error),
    }
}

fn dispatch(command: &Command, look: &Look, colour: Colour, context: &mut Context) -> Outcome {
    match command {
        // The screen listens itself; and what waits for the next event to append is ended where it is, which does no harm.
        Command::Demo(_) | Command::Append(_) => {}
        // It goes on by itself.
        Command::Metrics(arguments) if arguments.serves() => context.signal.listen_for(Told::End),
        Command::Projection(arguments) if arguments.follows() => {
            context.signal.listen_for(Told::End);
        }
        _ => context.listen(),
    }
    match command {
        Command::Demo(arguments) => command::demo::run(arguments, look, colour, context),
        Command::Info(arguments) => command::info::run(arguments, context),
        Command::Aggregates(arguments) => command::aggregates::run(arguments, context),
        Command::Events(arguments) => command::events::run(arguments, context),
        Command::State(arguments) => command::state::run(arguments, context),
        Command::Diff(arguments) => command::diff::run(arguments, context),
        Command::Log(arguments) => command::log::run(arguments, context),
        Command::Blame(arguments) => command::blame::run(arguments, context),
        Command::History(arguments) => command::history::run(arguments, context),
        Command::Snapshot(arguments) => command::snapshot::run(arguments, context),
        Command::Replay(arguments) => command::replay::run(arguments, context),
        Command::Append(arguments) => command::append::run(arguments, context),
        Command::Upcast(arguments) => command::upcast::run(arguments, context),
        Command::Projection(arguments) => command::projection::run(arguments, context),
        Command::Metrics(arguments) => command::metrics::run(arguments, context),
        Command::Import(arguments) => command::import::run(arguments, context),
        Command::Export(arguments) => command::export::run(arguments, context),
        Command::Completions(arguments) => command::completions::run(arguments, context),
        Command::Man(arguments) => command::man::run(arguments, context),
    }
}

/// The colour asked for, needed before the arguments are read: their reader prints in colours too.
fn colour_of(words: &[String]) -> Colour {
    let mut words = words.iter();
    let mut value = None;
    while let Some(word) = words.next() {
        match word.strip_prefix("--color") {
            Some("") => value = words.next().map(String::as_str),
            Some(rest) => value = rest.strip_prefix('='),
            None => {}
        }
    }
    match value {
        Some("always") => Colour::Always,
        Some("never") => Colour::Never,
        _ => Colour::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_defect_and_nothing_else_is() {
        assert_eq!(guarded(|| panic!("a test of the last resort")), Status::Defect);
        assert_eq!(guarded(|| Status::Usage), Status::Usage);
        drop(std::panic::take_hook());
    }

    #[test]
    fn the_colour_is_known_before_the_arguments_are_read() {
        let colour =
            |text: &str| colour_of(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(colour("info --color never"), Colour::Never);
        assert_eq!(colour("--color=always info"), Colour::Always);
        assert_eq!(colour("info x.db"), Colour::Auto);
    }
}

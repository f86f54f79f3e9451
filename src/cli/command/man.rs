//! `foldback man`: the pages of the manual.

use std::path::PathBuf;

use clap::Args;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::help;

/// Print the manual page, or write one for every command
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback man | man -l -
  foldback man ~/.local/share/man/man1")]
pub(crate) struct Arguments {
    /// Where to write foldback.1 and a page for each command; it is made if it is not there
    #[arg(value_hint = clap::ValueHint::DirPath)]
    directory: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut command = help::command();
    command.build();
    let Some(directory) = &arguments.directory else {
        return Ok(context.out.raw(&page(command)?)?);
    };
    let refused = |error: std::io::Error| {
        let message = format!("cannot write the pages to {}: {error}", directory.display());
        Failure::new(Status::Refused, message)
    };
    std::fs::create_dir_all(directory).map_err(refused)?;
    let count = command.get_subcommands().count() + 1;
    clap_mangen::generate_to(command, directory).map_err(refused)?;
    Ok(context.out.note(format!("{count} pages in {}", directory.display()))?)
}

fn page(command: clap::Command) -> Outcome<String> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

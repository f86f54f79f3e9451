//! `foldback completions`: what a shell needs to complete commands and flags.

use clap::Args;
use clap_complete::Shell;

use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::cli::help;

/// Print the completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  foldback completions bash >> ~/.bash_completion
  foldback completions zsh > ~/.zfunc/_foldback
  foldback completions fish > ~/.config/fish/completions/foldback.fish")]
pub(crate) struct Arguments {
    /// Which shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut help::command(), "foldback", &mut script);
    Ok(context.out.raw(&String::from_utf8_lossy(&script))?)
}

//! The arguments: what can be typed, and the words that explain it.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use super::command::{
    aggregates, append, blame, completions, demo, diff, events, export, history, import, info, log,
    man, metrics, projection, replay, snapshot, state, upcast,
};
use super::output::Colour;
use super::screen::Look;

/// A time-travel debugger for event-sourced systems.
#[derive(Debug, Parser)]
#[command(
    name = "foldback",
    version,
    disable_help_subcommand = true,
    subcommand_precedence_over_arg = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    /// The store to look at on the screen: a SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath, hide = true)]
    pub(crate) store: Option<OsString>,
    #[command(flatten)]
    pub(crate) look: Look,
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "For every command")]
pub(crate) struct Global {
    /// Print JSON: one value, or one a line, and nothing else on standard output
    #[arg(long, global = true, display_order = 100)]
    pub(crate) json: bool,
    /// Read the store as this layout file says, instead of recognising its layout
    #[arg(long, global = true, value_name = "FILE", display_order = 101)]
    pub(crate) layout: Option<PathBuf>,
    /// Fold events as this YAML file upcasts old schema versions to the newest; none: as recorded
    #[arg(long, global = true, value_name = "FILE", display_order = 101)]
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) upcast: Option<PathBuf>,
    // A comment for `--help`, where backticks around a name would be printed.
    #[expect(clippy::doc_markdown, reason = "clap prints it as it stands")]
    /// When to colour: auto (on a terminal, unless NO_COLOR is set), always or never
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", display_order = 102)]
    #[arg(hide_possible_values = true, hide_default_value = true)]
    pub(crate) color: Colour,
    /// Show no progress and no notes on standard error; also --no-progress
    #[arg(long, short, global = true, alias = "no-progress", display_order = 103)]
    pub(crate) quiet: bool,
}

/// The commands. Their groups are in [`super::help`].
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Demo(demo::Arguments),
    Info(info::Arguments),
    Aggregates(aggregates::Arguments),
    Events(events::Arguments),
    State(state::Arguments),
    Diff(diff::Arguments),
    Log(log::Arguments),
    Blame(blame::Arguments),
    History(history::Arguments),
    Append(append::Arguments),
    Snapshot(snapshot::Arguments),
    Replay(replay::Arguments),
    Upcast(upcast::Arguments),
    Projection(projection::Arguments),
    Metrics(metrics::Arguments),
    Import(import::Arguments),
    Export(export::Arguments),
    Completions(completions::Arguments),
    Man(man::Arguments),
}

/// Who folds the state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Folder {
    /// The payloads merged, whatever the application's rules
    #[default]
    Merge,
    /// The typed Order, Account or Inventory that come with foldback
    Sample,
}

/// One aggregate of a store.
#[derive(Debug, Args)]
pub(crate) struct Subject {
    /// A SQLite file, a recording (.jsonl, .jsonl.zst) or postgres://…; - is a pipe
    #[arg(value_hint = clap::ValueHint::FilePath)]
    pub(crate) store: OsString,
    /// The aggregate's id; `Category/id` where an id is used in two categories
    pub(crate) aggregate: String,
}

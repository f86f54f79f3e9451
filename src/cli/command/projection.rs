//! `foldback projection`: read models of a store of foldback's own, and how far those of any store have come.

mod known;
mod letters;
mod pause;
mod rows;
mod run;
pub(in crate::cli::command) mod status;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::context::Context;
use crate::cli::failure::Outcome;
use crate::projection::{Aim, Projector};
use crate::session::{Session, registered};
use crate::store::own::{self, ProjectionRecord, StoreWriter};
use crate::text::shell::quoted;

/// Run projections, look at their rows, see how far each has come
#[derive(Debug, Args)]
#[command(after_help = "\
A projection is a read model: rows that are made of events. It goes on where its
checkpoint is, which is written together with its rows, so that every event has
its effect once, whatever ends the program when. What `status` says works on
every layout that keeps checkpoints; the rest, on stores that foldback made.

Examples:
  foldback projection status shop.db
  foldback projection run shop.db
  foldback projection rows shop.db order-list order-4711
  foldback projection run shop.db --projections mine.yaml --follow
  foldback projection rebuild shop.db order-list")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    Status(status::Arguments),
    Run(run::Run),
    Rebuild(run::Rebuild),
    Pause(pause::Pause),
    Resume(pause::Resume),
    Rows(rows::Arguments),
    DeadLetters(letters::Arguments),
}

/// The store, where it is one of foldback's own.
#[derive(Debug, Args)]
struct Own {
    /// A store that foldback made
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
}

impl Own {
    /// Opens it to write to.
    fn open(&self, context: &Context) -> Outcome<Box<dyn StoreWriter>> {
        context.writer(&self.store, false)
    }

    /// Opens it to look at.
    fn read(&self, context: &mut Context) -> Outcome<Session> {
        context.open(&self.store)
    }
}

/// Where more projections are declared.
#[derive(Debug, Args)]
struct Declared {
    /// A YAML file with projections of your own
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    projections: Option<PathBuf>,
}

impl Declared {
    /// That projections can carry their rows on, or those of their rebuilds; what to type instead where some cannot.
    fn check(&self, found: &[Projector], aim: Aim, writer: &mut dyn StoreWriter) -> Outcome {
        let (records, store) = (writer.projections()?, writer.name());
        let record = |of: &Projector| records.iter().find(|record| record.name == of.name());
        let known = || found.iter().filter_map(|of| Some((of, record(of)?)));
        if aim == Aim::Anew {
            for (of, rebuild) in known().filter_map(|(of, it)| Some((of, it.rebuild.as_ref()?))) {
                rebuild.check_made_by(of.name(), &of.made_by(), store)?;
            }
            return Ok(());
        }
        let refused = known().filter_map(|(of, it)| Some((of, of.check(it, store).err()?)));
        let (refused, errors): (Vec<_>, Vec<_>) = refused.unzip();
        let (Some(first), Some(error)) = (refused.first(), errors.into_iter().next()) else {
            return Ok(());
        };
        let file = self.projections.as_ref();
        let file = file.map(|file| format!(" --projections {}", quoted(&file.to_string_lossy())));
        let with = format!("{}{}", file.unwrap_or_default(), first.option());
        let names: Vec<_> = refused.iter().map(|of| of.name()).collect();
        Err(error.hint(own::made_anew(store, &names, &with)).into())
    }
}

impl Arguments {
    /// Whether it goes on until somebody ends it.
    pub(crate) fn follows(&self) -> bool {
        matches!(&self.action, Action::Run(run) if run.follows())
    }
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    match &arguments.action {
        Action::Status(arguments) => status::run(arguments, context),
        Action::Run(arguments) => run::run(arguments, context),
        Action::Rebuild(arguments) => run::rebuild(arguments, context),
        Action::Pause(arguments) => pause::pause(arguments, context),
        Action::Resume(arguments) => pause::resume(arguments, context),
        Action::Rows(arguments) => rows::run(arguments, context),
        Action::DeadLetters(arguments) => letters::run(arguments, context),
    }
}

/// The projection of that name, which was run before.
fn record(writer: &mut dyn StoreWriter, name: &str) -> Outcome<ProjectionRecord> {
    Ok(registered(writer.projections()?, writer.name(), name)?)
}

//! `foldback snapshot`: the state of an aggregate, stored in a store of foldback's own.

use std::ffi::OsString;
use std::sync::Arc;

use clap::Args;

use super::replay;
use crate::cli::args::Folder;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::cli::shape;
use crate::metrics::{self, Measured, Recorder};
use crate::model::{Metric, Payload, Severity, json};
use crate::store::Snapshot;
use crate::store::own::StoreWriter as _;
use crate::text::human;

/// Store the state of an aggregate in a store of foldback's own
#[derive(Debug, Args)]
#[command(after_help = "\
The state is folded from the events alone, whatever snapshots there are. Nothing
is stored of an aggregate that has an event which cannot be applied. Where
events go through a chain of upcasters, the snapshot says through which, and is
held against no other's: merge+1f0c9a2b. With --verify all its snapshots are
compared with what the events come to, as `foldback replay` does, and the exit
status is 1 where one cannot be right.

Examples:
  foldback snapshot my.db order-1 --keep 3
  foldback snapshot my.db order-1 --reducer sample
  foldback snapshot my.db order-1 --verify --json")]
pub(crate) struct Arguments {
    /// A store that foldback made: a SQLite file or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// The aggregate's id; `Category/id` where an id is used in two categories
    aggregate: String,
    /// Fold with this reducer
    #[arg(long, value_name = "REDUCER", default_value = "merge")]
    reducer: Folder,
    /// Keep only the newest so many of this kind: those of an older state or another chain count too, and go first
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    /// Compare every snapshot of it with its events afterwards
    #[arg(long)]
    verify: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    let recorder = Recorder::default();
    let mut writer = Measured::new(context.writer(&arguments.store, false)?, &recorder);
    let mut session = context.reading(writer.reader()?)?;
    let found = session.find(&arguments.aggregate)?;
    let key = found.key;
    replay::fold_with(&mut session, arguments.reducer, &key)?;
    let mut progress = context.progress("replaying events");
    let replayed = session.replay(&key, found.version, &mut progress)?;
    drop(progress);
    recorder.took(Metric::ReplayTime, replayed.took);
    let broken = replayed.findings.iter().find(|one| one.severity == Severity::Error);
    if let Some(finding) = broken {
        let message =
            format!("the state of {key} is not whole, and is not stored: {}", finding.message);
        return Err(Failure::new(Status::Refused, message).hint(format!(
            "look at the event first: foldback log {} {}",
            writer.name(),
            key.id
        )));
    }
    let state = json::to_string(replayed.state.value());
    let bytes = state.len() as u64;
    let snapshot = Snapshot {
        version: replayed.version,
        reducer: Some(session.kept_as()),
        time: Some(context.now),
        state: Payload::json(state.into_bytes(), Arc::default(), replayed.version),
    };
    writer.save_snapshot(&key, &snapshot, arguments.keep)?;
    // The snapshot is there all the same where this fails.
    if let Err(error) = metrics::write_down(&recorder, &mut writer, context.now) {
        context.out.warning(format!("how long it took could not be written down: {error}"))?;
    }
    let kept = session.snapshots(&key)?.len() as u64;
    let compared = if arguments.verify {
        let mut progress = context.progress("comparing");
        session.replay(&key, replayed.version, &mut progress)?.snapshots
    } else {
        Vec::new()
    };
    if context.out.is_json() {
        context.out.value(&shape::Stored {
            aggregate: key.id.as_str(),
            category: key.category.as_str(),
            version: replayed.version,
            reducer: shape::Reducer::of(&session),
            called: snapshot.reducer.as_deref().unwrap_or_default(),
            bytes,
            kept,
            snapshots: arguments
                .verify
                .then(|| compared.iter().map(shape::Compared::from).collect()),
        })?;
    } else {
        let (_, tier) = session.reducer();
        let line = Line::of(Ink::Title, key.called())
            .with(Ink::Plain, format!(" v{}  stored, {}", replayed.version, human::bytes(bytes)))
            .with(Ink::Plain, format!(", {} of it now", human::plural(kept, "snapshot")))
            .with(Ink::Dim, format!("  {} · {}", session.kept_as(), tier.as_str()));
        context.out.line(&line)?;
        replay::print(context, &compared)?;
        context.out.findings(&replayed.findings)?;
    }
    replay::judge(&key, &compared)
}

//! `foldback replay`: an aggregate rebuilt from its events alone, and held against what is stored of it.

use clap::Args;

use crate::cli::args::{Folder, Subject};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::cli::output::Printed;
use crate::cli::shape::{self, Reducer};
use crate::metrics::{self, Recorder};
use crate::model::{AggregateKey, Metric};
use crate::sample::domain;
use crate::session::{Compared, Comparison, Replayed, Session};
use crate::text::human;

/// Rebuild an aggregate from its events, and check its snapshots
#[derive(Debug, Args)]
#[command(after_help = "\
Every event is read and folded anew; how long that takes is told. A snapshot
that the same reducer made must say the same, and the exit status is 1 where one
does not, or an event cannot be applied. What another reducer made is compared
too: that may differ and be right.

Examples:
  foldback replay shop.db order-4711
  foldback replay shop.db order-4711 --json | jq '.snapshots[].same'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    subject: Subject,
    /// Fold with this reducer
    #[arg(long, value_name = "REDUCER", default_value = "merge")]
    reducer: Folder,
    /// Write down in the store how long it took, for `metrics`; foldback's own stores only
    #[arg(long)]
    record: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    // Refused before anything is read where it could not be written to.
    let store = &arguments.subject.store;
    let writer = arguments.record.then(|| context.writer(store, false)).transpose()?;
    let mut session = context.open(store)?;
    let found = session.find(&arguments.subject.aggregate)?;
    fold_with(&mut session, arguments.reducer, &found.key)?;
    let mut progress = context.progress("replaying events");
    let replayed = session.replay(&found.key, found.version, &mut progress)?;
    drop(progress);
    if let Some(mut writer) = writer {
        let recorder = Recorder::default();
        recorder.took(Metric::ReplayTime, replayed.took);
        metrics::write_down(&recorder, &mut *writer, context.now)?;
    }
    if context.out.is_json() {
        context.out.value(&shape::Replayed::of(&found.key, &replayed, Reducer::of(&session)))?;
    } else {
        context.out.line(&heading(&found.key, &replayed, &session))?;
        print(context, &replayed.snapshots)?;
        if replayed.snapshots.is_empty() {
            context.out.note("no snapshots are stored of it")?;
        }
        context.out.findings(&replayed.findings)?;
    }
    judge(&found.key, &replayed.snapshots)?;
    let failed = replayed.failed;
    if failed == 0 {
        return Ok(());
    }
    let (key, reducer) = (&found.key, session.reducer().0);
    let what = human::plural(failed, "event");
    let failure =
        Failure::new(Status::No, format!("{what} of {key} could not be applied by {reducer}"));
    Err(if arguments.reducer == Folder::Merge {
        failure
    } else {
        failure.hint("--reducer merge folds events of every type")
    })
}

/// Folds that aggregate with the reducer that was asked for.
pub(super) fn fold_with(session: &mut Session, folder: Folder, key: &AggregateKey) -> Outcome {
    if folder == Folder::Merge {
        return Ok(());
    }
    let Some(reducer) = domain::reducer(&key.category) else {
        let message = format!("there is no typed aggregate for the category of {key}");
        return Err(Failure::usage(message)
            .hint("there are Order, Account and Inventory; --reducer merge folds every other"));
    };
    session.fold_with(reducer);
    Ok(())
}

fn heading(key: &AggregateKey, replayed: &Replayed, session: &Session) -> Line {
    let (reducer, tier) = session.reducer();
    let seconds = replayed.took.as_secs_f64();
    let rate = if seconds > 0.0 { replayed.events as f64 / seconds } else { 0.0 };
    Line::of(Ink::Title, key.called())
        .with(Ink::Plain, format!(" v{}  ", replayed.version))
        .with(Ink::Plain, format!("{} in ", human::plural(replayed.events, "event")))
        .with(Ink::Plain, human::duration(replayed.took))
        .with(Ink::Dim, format!("  {} a second", human::count(rate as u64)))
        .with(Ink::Dim, format!("  {reducer} · {}", tier.as_str()))
}

/// A line for each snapshot.
pub(super) fn print(context: &mut Context, snapshots: &[Compared]) -> Printed {
    let name = |one: &Compared| one.reducer.as_ref().map_or_else(String::new, ToString::to_string);
    let version = |one: &Compared| format!("v{}", one.version);
    let widest = |of: &dyn Fn(&Compared) -> String| {
        snapshots.iter().map(|one| crate::text::width(&of(one))).max().unwrap_or(0)
    };
    let (versions, names) = (widest(&version), widest(&name));
    for one in snapshots {
        let mut line = Line::of(Ink::Dim, "snapshot ").with(Ink::Plain, version(one));
        line.fill(9 + versions + 2);
        line.push(Ink::Type, name(one));
        line.fill(9 + versions + 2 + names + 2);
        match &one.comparison {
            Comparison::Same => line.push(Ink::Added, "the same"),
            Comparison::Differs(changes) => {
                let ink = if one.is_ours { Ink::Error } else { Ink::Changed };
                let places = human::plural(changes.len() as u64, "place");
                line.push(ink, format!("differs in {places}"));
                let shown: Vec<_> =
                    changes.iter().take(3).map(|one| one.path.to_string()).collect();
                line.push(Ink::Key, format!("  {}", shown.join(" ")));
                if changes.len() > shown.len() {
                    line.push(Ink::Dim, " …");
                }
                if !one.is_ours {
                    line.push(Ink::Dim, "  another reducer made it");
                }
            }
            Comparison::NoEvent => line.push(Ink::Error, "there is no event of that version"),
            Comparison::Unreadable(why) => line.push(Ink::Error, format!("cannot be read: {why}")),
        }
        context.out.line(&line)?;
    }
    Ok(())
}

/// Ends with the answer "no" where a snapshot is wrong.
pub(super) fn judge(key: &AggregateKey, snapshots: &[Compared]) -> Outcome {
    let wrong = snapshots.iter().filter(|one| one.is_wrong()).count() as u64;
    if wrong == 0 {
        return Ok(());
    }
    let what = human::plural(wrong, "snapshot");
    let message = format!("{what} of {key} cannot be what the events come to");
    Err(Failure::new(Status::No, message).hint("the events are what counts: store a new snapshot"))
}

//! `foldback projection run` and `rebuild`: carries projections through a store, several side by side.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Declared, Own, known, record};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::metrics::{Recorder, Sampling};
use crate::model::Position;
use crate::projection::{
    self, Aim, End, OnError, Options, Poison, Policy, Progress, Projector, Task, Told,
};
use crate::session::Watch as _;
use crate::store::Interrupter;
use crate::store::own::StoreWriter;
use crate::task::Halt;
use crate::text::human;
use crate::text::shell::quoted;

/// Carry projections on from where they stand
#[derive(Debug, Args)]
#[command(after_help = "\
Without NAME: all that come with foldback and are made for the events there are,
and all of --projections FILE. An event that fails is tried again, after longer
and longer waits, and then becomes a dead letter; or, with --on-error stop, it
stops the projection, and `dead-letters --skip` steps over it.

A projection of your own says for each event type what becomes of a row, in jq:

  customer-orders:
    OrderCreated:
      key: .data.customer             # one row or several; .aggregate if absent
      row: '{orders: (($row.orders // 0) + 1), last: .time}'
    CustomerForgotten:
      row: null                       # the row goes

`.` is the event as `events --json` prints it, $row the row as it was (null
where there is none), $key its key. What yields nothing leaves the row as it is.

With --upcast, `.` is what the chain makes of the event. Rows that were made by
another definition, or behind another chain, are not carried on: it says how
they are made anew.

Examples:
  foldback projection run shop.db
  foldback projection run shop.db order-list refund-report --on-error stop
  foldback projection run shop.db --projections mine.yaml --follow")]
pub(super) struct Run {
    #[command(flatten)]
    own: Own,
    /// Only these projections
    #[arg(value_name = "NAME")]
    names: Vec<String>,
    /// Go on as events come, until Ctrl-C
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    how: How,
}

/// Make a projection's rows anew, from the first event on
#[derive(Debug, Args)]
#[command(after_help = "\
The rows that are shown stay until the new ones have come as far, and are kept
up meanwhile by whoever runs the projection. A rebuild that was ended goes on
where it stood. Near its end it takes more and more events at a time; and where
what is shown goes on as fast, that stands still for a second or a few, and what
is appended is projected after it.

Examples:
  foldback projection rebuild shop.db order-list
  foldback projection rebuild shop.db order-list --abandon")]
pub(super) struct Rebuild {
    #[command(flatten)]
    own: Own,
    /// Which projections
    #[arg(value_name = "NAME", required = true)]
    names: Vec<String>,
    /// Give a rebuild up that was begun; what is shown stays
    #[arg(long)]
    abandon: bool,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, Args)]
struct How {
    #[command(flatten)]
    declared: Declared,
    /// What to do about an event that fails whatever is tried: skip it or stop
    #[arg(long, value_name = "WHAT", default_value = "skip", hide_possible_values = true)]
    on_error: Last,
    /// How often an event is tried
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=100))]
    attempts: u32,
    /// Events that are written down at a time; near the end of a rebuild more
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
    /// How many run side by side
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=64))]
    threads: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Last {
    Skip,
    Stop,
}

impl Run {
    /// Whether it goes on until somebody ends it.
    pub(super) fn follows(&self) -> bool {
        self.follow
    }
}

impl How {
    fn policy(&self) -> Policy {
        Policy {
            events: self.batch as usize,
            attempts: self.attempts,
            on_error: match self.on_error {
                Last::Skip => OnError::Skip,
                Last::Stop => OnError::Stop,
            },
            // Runners that meet the same trouble at once come back at different times.
            seed: std::process::id().into(),
            ..Policy::default()
        }
    }
}

/// What is printed of each at its end.
#[derive(Serialize)]
struct Shape<'a> {
    name: &'a str,
    ended: &'static str,
    position: Position,
    events: u64,
    seconds: f64,
    dead_letters: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Runs `run`.
pub(super) fn run(arguments: &Run, context: &mut Context) -> Outcome {
    let writer = arguments.own.open(context)?;
    let declared = &arguments.how.declared;
    let found = if arguments.names.is_empty() {
        known::fitting(&*writer, declared, context)?
    } else {
        known::named(writer.name(), declared, &arguments.names, context)?
    };
    carry(found, writer, Aim::Shown, arguments.follow, &arguments.how, context)
}

/// Runs `rebuild`.
pub(super) fn rebuild(arguments: &Rebuild, context: &mut Context) -> Outcome {
    let mut writer = arguments.own.open(context)?;
    if arguments.abandon {
        for name in &arguments.names {
            let begun = record(&mut *writer, name)?.rebuild;
            writer.abandon_rebuild(name)?;
            let said = match begun {
                Some(rebuild) => format!("given up at position {}", rebuild.position),
                None => "no rebuild is under way".to_owned(),
            };
            context.out.note(format!("{name}: {said}"))?;
        }
        return Ok(());
    }
    let found = known::named(writer.name(), &arguments.how.declared, &arguments.names, context)?;
    carry(found, writer, Aim::Anew, false, &arguments.how, context)
}

fn carry(
    found: Vec<Projector>,
    mut writer: Box<dyn StoreWriter>,
    aim: Aim,
    follow: bool,
    how: &How,
    context: &mut Context,
) -> Outcome {
    // All of them before the first is begun: what is refused leaves the store as it was.
    how.declared.check(&found, aim, &mut *writer)?;
    let halt = Halt::default();
    let ends = halt.clone();
    context.signal.interrupts(Interrupter::new(move || ends.raise()));
    let recorder = Recorder::default();
    let begin = |projection| {
        let task = Task::begin(projection, how.policy(), aim, writer.reopen()?);
        task.map(|task| task.recording(&recorder))
    };
    let tasks = found.into_iter().map(begin).collect::<Result<Vec<_>, _>>()?;
    let options = Options { threads: how.threads as usize, follow };
    let mut teller = Teller { of: BTreeMap::new(), begun: Instant::now(), follow };
    let mut progress = context.progress("projecting events");
    let mut failed = Ok(());
    let sampling = Sampling::begin(&recorder, writer.reopen()?)?;
    let ran = projection::run(tasks, options, &halt, |name, told| {
        let said = teller.hear(name, told);
        let (done, of) = teller.all();
        progress.progress(done, Some(of));
        if let Some(said) = said {
            failed =
                std::mem::replace(&mut failed, Ok(())).and_then(|()| context.out.warning(said));
        }
    });
    drop(progress);
    failed?;
    ran?;
    if let Err(error) = sampling.end() {
        context.out.warning(format!("what was measured could not all be written down: {error}"))?;
    }
    let stopped = teller.print(&mut *writer, aim, context)?;
    context.go_on()?;
    stopped.map_or(Ok(()), Err)
}

/// What was heard of each projection.
struct Teller {
    of: BTreeMap<String, Heard>,
    begun: Instant,
    follow: bool,
}

#[derive(Default)]
struct Heard {
    first: Option<Progress>,
    last: Option<Progress>,
    stepped_over: u64,
    /// What stopped it, where nothing was said since.
    stopped: Option<Poison>,
    end: Option<(End, Duration)>,
}

/// Dead letters of one projection that are told one by one.
const TOLD: u64 = 3;

impl Teller {
    /// Hears something; returns what a person should know at once.
    fn hear(&mut self, name: &str, told: Told) -> Option<String> {
        let elapsed = self.begun.elapsed();
        let heard = self.of.entry(name.to_owned()).or_default();
        match told {
            Told::Begun(progress) => heard.first = Some(progress),
            Told::Progress(progress) => heard.last = Some(progress),
            Told::Ended(end) => {
                let said = (end == End::Superseded).then(|| {
                    format!("{name} was made anew by another definition or chain, and is not carried on by this one")
                });
                heard.end = Some((end, elapsed));
                return said;
            }
            Told::SteppedOver(letter) => {
                heard.stepped_over += 1;
                let attempts = human::plural(letter.attempts.into(), "attempt");
                let position = letter.position;
                return (heard.stepped_over <= TOLD).then(|| {
                    format!(
                        "{name} stepped over event {position} after {attempts}: {}",
                        letter.error
                    )
                });
            }
            Told::Failed(_) => {}
            Told::Stopped(poison) => {
                let said = format!(
                    "{name} was stopped by {poison}; it waits for `projection dead-letters {name} --skip {}`, or \
                     `projection resume` to try it again",
                    poison.position
                );
                heard.stopped = Some(poison);
                return self.follow.then_some(said);
            }
            Told::Paused => return Some(format!("{name} is paused")),
            Told::Held(time) => {
                let time = human::duration(time);
                return Some(format!(
                    "{name} stands still for up to {time}, so that its rows that are made anew come as far"
                ));
            }
            Told::Resumed => {
                heard.stopped = None;
                return Some(format!("{name} goes on"));
            }
        }
        None
    }

    /// How many events are done, and how many there are, over all of them.
    fn all(&self) -> (u64, u64) {
        let told = self.of.values().filter_map(|heard| heard.last.or(heard.first));
        told.fold((0, 0), |(done, of), one| (done + one.done, of + one.of))
    }

    /// Says how each ended; returns a failure where events stopped some.
    fn print(
        &self,
        writer: &mut dyn StoreWriter,
        aim: Aim,
        context: &mut Context,
    ) -> Outcome<Option<Failure>> {
        let (mut stopped, mut superseded) = (Vec::new(), Vec::new());
        for (name, heard) in &self.of {
            let position = record(writer, name)?.position;
            let end = heard.end.as_ref().map(|(end, _)| end.clone());
            let (ended, error) = match end.or(heard.stopped.clone().map(End::Stopped)) {
                None => ("halted", None),
                Some(End::CaughtUp) => ("caught-up", None),
                Some(End::Swapped) => ("rebuilt", None),
                Some(End::Paused) => ("paused", None),
                Some(End::Abandoned) => ("abandoned", None),
                Some(End::Superseded) => {
                    superseded.push(name);
                    ("superseded", None)
                }
                Some(End::Stopped(poison)) => {
                    stopped.push((name, poison.position));
                    ("stopped", Some(poison.to_string()))
                }
            };
            let done = |progress: &Option<Progress>| progress.map_or(0, |one| one.done);
            let events = done(&heard.last).saturating_sub(done(&heard.first));
            let time = heard.end.as_ref().map_or_else(|| self.begun.elapsed(), |(_, time)| *time);
            if context.out.is_json() {
                context.out.value(&Shape {
                    name,
                    ended,
                    position,
                    events,
                    seconds: (time.as_secs_f64() * 1000.0).round() / 1000.0,
                    dead_letters: heard.stepped_over,
                    error,
                })?;
                continue;
            }
            let mut line = Line::of(Ink::Title, name);
            line.push(Ink::Plain, format!("  {}, at position {position}", ended.replace('-', " ")));
            let rate = events as f64 / time.as_secs_f64().max(0.001);
            let rate = human::count(rate.round() as u64);
            let events = human::plural(events, "event");
            line.push(
                Ink::Dim,
                format!("  {events} in {}, {rate} a second", human::duration(time)),
            );
            if heard.stepped_over > 0 {
                let letters = human::plural(heard.stepped_over, "dead letter");
                line.push(Ink::Warning, format!("  {letters}"));
            }
            if let Some(error) = error {
                line.push(Ink::Error, format!("  by {error}"));
            }
            context.out.line(&line)?;
        }
        context.out.flush()?;
        let store = quoted(writer.name());
        let ended = superseded.first().map(|name| {
            let count = human::plural(superseded.len() as u64, "projection");
            let message = format!("nobody carries {count} on any more, of those that ran here: {name} was made anew by another");
            Failure::new(Status::No, message)
                .hint("run it with the --projections and --upcast that it was made anew with")
        });
        Ok(stopped.first().map(|(name, position)| {
            let count = human::plural(stopped.len() as u64, "projection");
            let message = format!("an event stopped {count}: {name} stands before event {position}");
            Failure::new(Status::No, message).hint(match aim {
                Aim::Shown => format!(
                    "`foldback projection dead-letters {store} {} --skip {position}` steps over it; running it again \
                     tries it again",
                    quoted(name)
                ),
                Aim::Anew => "what was shown stays; the same with --on-error skip goes on behind it, with --abandon gives \
                              the rebuild up".to_owned(),
            })
        }).or(ended))
    }
}

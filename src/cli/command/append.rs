//! `foldback append`: events written to a store of foldback's own, each acknowledged when it is on the disk.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufReader, Read};

use clap::Args;
use serde_json::value::RawValue;

use crate::cli::context::{self, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::line::{Ink, Line};
use crate::cli::shape;
use crate::metrics::{self, Measured, Recorder};
use crate::model::{AggregateKey, EventId, Version};
use crate::session::{OpenOptions, Session, SessionError};
use crate::store::own::{Expected, NewEvent, StoreWriter, check_first, fresh_id};
use crate::store::recording::Given;
use crate::store::{StoreError, StoreErrorKind};
use crate::text::human;

/// Append events to an aggregate of a store of foldback's own
#[derive(Debug, Args)]
#[command(after_help = "\
An event is JSON: {\"type\":\"ItemAdded\",\"data\":{\"sku\":\"p-3\"}}, and may have an
id, time, schema and metadata. Events one after the other, such as JSON lines,
are appended one by one; an array is a batch, recorded whole or not at all. Each
append is answered by a line as soon as it is on the disk, and is found there
after any crash. One that was appended before, by the same id and with the same
content, is answered again and written once. Where an event says its `version`,
that is expected as --expect would, wherever in its batch it stands. One that
comes too late says {\"refused\":{…,\"expected\":3,\"actual\":4}} with --json.
A store is made with its first event, and not where that is refused.

Examples:
  foldback append my.db Order/order-1 created.json --create
  echo '{\"type\":\"Paid\",\"data\":{}}' | foldback append my.db order-1 - --expect 3
  foldback append my.db order-1 events.jsonl --batch 1000 --json")]
pub(crate) struct Arguments {
    /// A store that foldback made: a SQLite file or postgres://…
    #[arg(value_hint = clap::ValueHint::FilePath)]
    store: OsString,
    /// The aggregate's id; `Category/id` to begin a new one, `/id` one of no category
    aggregate: String,
    /// The file with the events; - is standard input
    #[arg(value_name = "EVENT", value_hint = clap::ValueHint::FilePath)]
    event: OsString,
    /// Refuse unless the aggregate is at this version; 0: unless it is new
    #[arg(long, value_name = "VERSION")]
    expect: Option<u64>,
    /// Record so many events that come one after the other together
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    batch: u32,
    /// Make the store where there is none
    #[arg(long)]
    create: bool,
}

/// Runs the command.
pub(crate) fn run(arguments: &Arguments, context: &mut Context) -> Outcome {
    // What is given is opened before a store is made.
    let input: Box<dyn Read> = if arguments.event == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(BufReader::new(opened(&arguments.event)?))
    };
    let writer = if arguments.create {
        context.writer_if_there(&arguments.store)?
    } else {
        Some(context.writer(&arguments.store, false)?)
    };
    let recorder = Recorder::default();
    let writer = writer.map(|writer| measured(writer, &recorder));
    let key = match &writer {
        Some(writer) => aggregate(&**writer, &arguments.aggregate)?,
        None => first_aggregate(&arguments.store, &arguments.aggregate)?,
    };
    let expected = arguments.expect.map(|version| Expected::Exactly(Version(version)));
    let (store, batch) = (&*arguments.store, Vec::new());
    let mut appending =
        Appending { writer, store, key, expected, read: 0, appended: 0, context, batch, recorder };
    let outcome = appending.all(input, arguments.batch as usize);
    let appended = appending.appended;
    appending.write_down()?;
    outcome.or_else(|failure| {
        if appended > 0 && failure.status != Status::Done {
            let before = human::plural(appended, "event");
            context.out.note(format!("{before} before that: recorded, as the lines above say"))?;
        }
        Err(failure)
    })
}

fn opened(path: &OsStr) -> Outcome<File> {
    File::open(path).map_err(|error| {
        Failure::usage(format!("{} cannot be read: {error}", path.display()))
            .hint("EVENT is a file with JSON, or - for standard input")
    })
}

/// The aggregate that is meant, which may be a new one where its category is said.
fn aggregate(writer: &dyn StoreWriter, name: &str) -> Outcome<AggregateKey> {
    let mut session = Session::with_store(writer.reader()?, &OpenOptions::default());
    match session.find(name) {
        Ok(found) => Ok(found.key),
        Err(error @ SessionError::NoSuchAggregate { .. }) => begun(name, || error.into()),
        Err(error) => Err(error.into()),
    }
}

/// The same in a store that is to be made.
fn first_aggregate(store: &OsStr, name: &str) -> Outcome<AggregateKey> {
    let store = context::shown(store);
    begun(name, || {
        Failure::usage(format!("there is no store at {store} yet, so no `{name}` in it"))
    })
}

/// A new aggregate, where its category is said.
fn begun(name: &str, otherwise: impl FnOnce() -> Failure) -> Outcome<AggregateKey> {
    match name.split_once('/') {
        Some((category, id)) if !id.is_empty() => Ok(AggregateKey::new(category, id)),
        Some((category, _)) => {
            let category = if category.is_empty() { "Category" } else { category };
            Err(otherwise().hint(format!("to begin a new aggregate, say its id: {category}/ID")))
        }
        None => Err(otherwise()
            .hint(format!("to begin a new aggregate, say its category: Category/{name}"))),
    }
}

/// Events on their way into one aggregate.
struct Appending<'a> {
    /// None as long as there is no store.
    writer: Option<Box<dyn StoreWriter>>,
    store: &'a OsStr,
    key: AggregateKey,
    /// What is expected of the next append.
    expected: Option<Expected>,
    /// How many events were read, and recorded.
    read: u64,
    appended: u64,
    context: &'a mut Context,
    batch: Vec<Given>,
    recorder: Recorder,
}

fn measured(writer: Box<dyn StoreWriter>, recorder: &Recorder) -> Box<dyn StoreWriter> {
    Box::new(Measured::new(writer, recorder))
}

impl Appending<'_> {
    fn all(&mut self, input: Box<dyn Read>, together: usize) -> Outcome {
        let values = serde_json::Deserializer::from_reader(input).into_iter::<Box<RawValue>>();
        for value in values {
            let value = match value {
                Ok(value) => value,
                Err(error) => return self.not_json(&error),
            };
            if value.get().starts_with('[') {
                self.append()?;
                let events: Vec<&RawValue> = serde_json::from_str(value.get())
                    .map_err(|error| self.wrong(&error.to_string()))?;
                for event in events {
                    self.take(event.get())?;
                }
                self.append()?;
            } else {
                self.take(value.get())?;
                if self.batch.len() >= together {
                    self.append()?;
                }
            }
        }
        self.append()?;
        if self.read == 0 {
            return Err(Failure::usage("there is no event in what was given")
                .hint("an event is JSON: {\"type\":\"ItemAdded\",\"data\":{\"sku\":\"p-3\"}}"));
        }
        Ok(())
    }

    /// Writes down how long the appends took; the events are there all the same where that fails.
    fn write_down(&mut self) -> Outcome {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        if let Err(error) = metrics::write_down(&self.recorder, &mut **writer, self.context.now) {
            let told = format!("how long it took could not be written down: {error}");
            self.context.out.warning(told)?;
        }
        Ok(())
    }

    fn not_json(&mut self, error: &serde_json::Error) -> Outcome {
        if error.is_io() {
            return Err(Failure::new(Status::Store, format!("the events cannot be read: {error}")));
        }
        Err(Failure::usage(format!("what comes after event {} is not JSON: {error}", self.read)))
    }

    fn wrong(&self, what: &str) -> Failure {
        Failure::usage(format!("event {}: {what}", self.read))
    }

    /// Reads one event, and holds it against what the others of its batch say.
    fn take(&mut self, text: &str) -> Outcome {
        self.read += 1;
        let given = Given::read(text).map_err(|what| self.wrong(&what))?;
        let other_id = given.aggregate.as_ref().is_some_and(|id| *id != self.key.id);
        let other_kind = given.category.as_ref().is_some_and(|kind| *kind != self.key.category);
        if other_id || other_kind {
            let category = given.category.as_ref().unwrap_or(&self.key.category).as_str();
            let id = given.aggregate.as_ref().unwrap_or(&self.key.id).as_str();
            let said = AggregateKey::new(category, id);
            return Err(
                self.wrong(&format!("it says that it belongs to {said}, not to {}", self.key))
            );
        }
        if let Some(version) = given.version {
            self.place(version)?;
        }
        self.batch.push(given);
        Ok(())
    }

    /// Holds the version that an event says against where it comes: by what was expected, or by what others of its
    /// batch say.
    fn place(&self, version: Version) -> Outcome {
        let before = self.batch.len() as u64;
        let wrong = |comes: String| {
            Err(self.wrong(&format!("it says that it is version {version}, and comes {comes}")))
        };
        if let Some(Expected::Exactly(at)) = self.expected {
            let comes = at.0.saturating_add(before).saturating_add(1);
            if comes != version.0 {
                return wrong(format!("as {comes}, by --expect"));
            }
        }
        let comes = self.first_version().map(|first| first.0.saturating_add(before));
        match comes {
            Some(comes) if comes != version.0 => wrong(format!("as {comes}")),
            None if version.0 <= before => {
                wrong(format!("after {} of its batch", human::plural(before, "event")))
            }
            _ => Ok(()),
        }
    }

    /// The version of the first event of the batch, where any of them says its own.
    fn first_version(&self) -> Option<Version> {
        let said = |(at, given): (u64, &Given)| Some(Version(given.version?.0 - at));
        (0..).zip(&self.batch).find_map(said)
    }

    /// Appends what was read and says so.
    fn append(&mut self) -> Outcome {
        if self.batch.is_empty() {
            return Ok(());
        }
        let said = self.first_version().map(|version| Expected::Exactly(version.prev()));
        let expected = self.expected.or(said).unwrap_or(Expected::Any);
        let events: Vec<NewEvent> =
            self.batch.drain(..).map(|given| given.event).map(with_id).collect();
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                check_first(&self.key, &events, expected)
                    .or_else(|error| refused(&self.key, error, self.context))?;
                none.insert(measured(self.context.writer(self.store, true)?, &self.recorder))
            }
        };
        let appended = writer
            .append(&self.key, &events, expected)
            .or_else(|error| refused(&self.key, error, self.context))?;
        self.appended += events.len() as u64;
        self.expected = self.expected.map(|_| Expected::Exactly(appended.version));
        let out = &mut self.context.out;
        if out.is_json() {
            out.value(&shape::Appended {
                aggregate: self.key.id.as_str(),
                category: self.key.category.as_str(),
                version: appended.version,
                position: appended.position,
                ids: events
                    .iter()
                    .filter_map(|event| event.id.as_ref())
                    .map(EventId::as_str)
                    .collect(),
            })?;
        } else {
            let mut line = Line::of(Ink::Title, self.key.called());
            line.push(Ink::Plain, format!(" v{}", appended.version));
            match &*events {
                [event] => line.push(Ink::Type, format!("  {}", event.event_type)),
                events => line
                    .push(Ink::Plain, format!("  {}", human::plural(events.len() as u64, "event"))),
            }
            if let Some(position) = appended.position {
                line.push(Ink::Dim, format!("  position {position}"));
            }
            out.line(&line)?;
        }
        // Whoever waits for the answer gets it now.
        Ok(out.flush()?)
    }
}

/// An append that came too late; programs are told the versions.
fn refused<T>(key: &AggregateKey, error: StoreError, context: &mut Context) -> Outcome<T> {
    if let StoreErrorKind::Conflict { expected, actual, .. } = error.kind
        && context.out.is_json()
    {
        let (aggregate, category) = (key.id.as_str(), key.category.as_str());
        let refused = shape::Conflict { aggregate, category, expected, actual };
        context.out.value(&shape::Refused { refused })?;
    }
    Err(error.into())
}

fn with_id(event: NewEvent) -> NewEvent {
    NewEvent { id: event.id.or_else(|| Some(fresh_id())), ..event }
}

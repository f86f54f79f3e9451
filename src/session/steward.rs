//! What a person orders about the projections of a store of foldback's own, carried out by a writer that is opened for
//! the order alone: nothing can be written before it, and nothing after.

use std::ffi::OsString;
use std::sync::Arc;

use super::{SessionError, registered};
use crate::model::Position;
use crate::projection::{
    self, Aim, End, Options, Policy, Projection, Projector, Retried, Task, Told,
};
use crate::store::own::{self, ProjectionRecord, ProjectionState as State, StoreWriter};
use crate::store::{StoreError, StoreErrorKind};
use crate::task::Halt;
use crate::text::human;
use crate::text::shell::quoted;
use crate::upcast::Chain;

/// Something to be done about a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The projection.
    pub projection: String,
    /// What.
    pub deed: Deed,
}

/// What is to be done about a projection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Whoever runs it waits.
    Pause,
    /// It goes on where it is paused, and tries again where an event stopped it.
    Resume,
    /// The event that stopped it, at this position, becomes a dead letter, and it goes on behind it.
    Skip(Position),
    /// The dead letter at this position is applied after all.
    Retry(Position),
    /// Its rows are made anew, or the making of them goes on.
    Rebuild,
    /// The rows that are being made anew are given up.
    Abandon,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq)]
pub struct Carried {
    /// What is so now.
    pub told: String,
    /// What to do next.
    pub hint: Option<String>,
    /// Whether it came to what was ordered.
    pub well: bool,
    /// The projection as it was left.
    pub projection: ProjectionRecord,
}

/// What is told of it.
struct Came {
    told: String,
    hint: Option<String>,
    well: bool,
}

impl Came {
    fn out(told: String) -> Self {
        Self { told, hint: None, well: true }
    }

    fn but(told: String, hint: &str) -> Self {
        Self { told, hint: Some(hint.to_owned()), well: false }
    }
}

/// Finds a projection by its name.
pub type Finder = fn(&str) -> Option<Arc<dyn Projection>>;

/// Who writes to a store of foldback's own when somebody orders it.
#[derive(Clone, Debug)]
pub struct Steward {
    source: OsString,
    chain: Option<Arc<Chain>>,
}

impl Steward {
    /// Of the store at `source`. What is no store of foldback's own is refused when something is ordered, before a byte of
    /// it could change.
    pub fn of(source: OsString) -> Self {
        Self { source, chain: None }
    }

    /// Puts a chain of upcasters before the projections.
    #[must_use]
    pub fn behind(self, chain: Option<Arc<Chain>>) -> Self {
        Self { chain, ..self }
    }

    /// Does it, and lets go of the store. A rebuild takes as long as it takes; `halt` ends it, and it goes on where it
    /// stood when it is ordered once more.
    /// `known` finds a projection that comes with the program.
    pub fn carry_out(
        &self,
        order: &Order,
        known: Finder,
        halt: &Halt,
    ) -> Result<Carried, SessionError> {
        let mut writer = own::writer(&self.source, false)?;
        let store = writer.name().to_owned();
        let (writer, name) = (&mut *writer, order.projection.as_str());
        let find = |name: &str| find(known, self.chain.as_ref(), &store, name);
        let Came { told, hint, well } = carry_out(writer, order, &find, halt)?;
        Ok(Carried { told, hint, well, projection: record(writer, name)? })
    }
}

fn carry_out(
    writer: &mut dyn StoreWriter,
    order: &Order,
    find: &dyn Fn(&str) -> Result<Projector, SessionError>,
    halt: &Halt,
) -> Result<Came, SessionError> {
    let (name, now) = (order.projection.as_str(), chrono::Utc::now());
    let record = record(writer, name)?;
    let at = place(record.position);
    Ok(match order.deed {
        Deed::Pause if record.state == State::Paused => {
            Came::out(format!("{name} is paused already, at {at}"))
        }
        Deed::Pause => {
            // What stopped it once is still worth knowing while it is paused.
            writer.set_state(name, State::Paused, record.error.as_deref(), &now)?;
            Came::out(format!("{name} is paused at {at}"))
        }
        // What an event stopped tries it again.
        Deed::Resume if matches!(record.state, State::Paused | State::Failed) => {
            writer.set_state(name, State::Running, None, &now)?;
            Came::out(format!("{name} goes on after {at}"))
        }
        Deed::Resume => Came::out(format!("{name} was not paused: it stands at {at}")),
        Deed::Skip(position) => {
            projection::skip(name, writer, position, &now)?;
            Came::out(format!("{name} steps over event {} and goes on", place(position)))
        }
        Deed::Retry(position) => match projection::retry(&find(name)?, writer, position, &now)? {
            Retried::Applied => Came::out(format!("event {} is applied", place(position))),
            Retried::Failed(letter) => Came::but(
                format!("event {} failed again: {}", place(position), letter.error),
                "it stays a dead letter",
            ),
        },
        Deed::Rebuild => {
            let projector = find(name)?;
            let (shown, ours) = (&record.made_by.definition, projector.made_by().definition);
            if shown.is_some() && *shown != ours {
                return Err(elsewhere(
                    &format!("{name} is another here than its rows are made by"),
                    writer.name(),
                    name,
                ));
            }
            rebuild(projector, writer, halt)?
        }
        Deed::Abandon => {
            writer.abandon_rebuild(name)?;
            Came::out(format!("the rebuild of {name} is given up; what is shown stays"))
        }
    })
}

fn rebuild(
    projector: Projector,
    writer: &mut dyn StoreWriter,
    halt: &Halt,
) -> Result<Came, SessionError> {
    let name = projector.name().to_owned();
    let task = Task::begin(projector, Policy::default(), Aim::Anew, writer.reopen()?)?;
    let mut end = None;
    let once = Options { threads: 1, follow: false };
    projection::run(vec![task], once, halt, |_, told| {
        if let Told::Ended(ended) = told {
            end = Some(ended);
        }
    })?;
    Ok(match end {
        Some(End::Swapped) => {
            let letters = writer.dead_letters(&name)?.len() as u64;
            let with = match letters {
                0 => String::new(),
                letters => format!(", with {}", human::plural(letters, "dead letter")),
            };
            Came::out(format!("{name} shows the rows that were made anew{with}"))
        }
        Some(End::Stopped(poison)) => Came::but(
            format!("the rebuild of {name} was stopped by {poison}"),
            "what was shown stays",
        ),
        Some(End::Abandoned) => Came::out(format!("the rebuild of {name} was given up")),
        _ => Came::but(
            format!("the rebuild of {name} was ended"),
            "it goes on where it stood when it is begun once more",
        ),
    })
}

/// The projection as the store has it; an error where its rows are not there.
fn record(writer: &mut dyn StoreWriter, name: &str) -> Result<ProjectionRecord, SessionError> {
    registered(writer.projections()?, writer.name(), name)
}

/// What the projection makes of events behind a chain, where it came with the program.
pub(super) fn find(
    known: Finder,
    chain: Option<&Arc<Chain>>,
    store: &str,
    name: &str,
) -> Result<Projector, SessionError> {
    let found = known(name).map(|found| Projector::new(found, chain.cloned()));
    let message = || format!("what {name} makes of events is not known here");
    found.ok_or_else(|| elsewhere(&message(), store, name))
}

/// The error for a projection that is declared in a file, which only a command is told.
fn elsewhere(message: &str, store: &str, name: &str) -> SessionError {
    let (store, name) = (quoted(store), quoted(name));
    let hint = format!(
        "`foldback projection rebuild {store} {name} --projections FILE` and `dead-letters … --retry` read it"
    );
    StoreError::new(StoreErrorKind::Rejected, message).hint(hint).into()
}

fn place(at: Position) -> String {
    u64::try_from(at.0).map_or_else(|_| at.to_string(), human::count)
}

#[cfg(test)]
mod tests;

//! What is refused before anything is written, whatever database it would be written to, and in which words.

use super::Sample;
use super::append::NewEvent;
use super::row::{Stored, nine_digits};
use super::writer::{MadeBy, ProjectionRecord, ProjectionState, Rebuild, Step};
use crate::model::{AggregateKey, Payload, Timestamp, Version};
use crate::store::{Snapshot, StoreError, StoreErrorKind};
use crate::text::shell::quoted;

pub(in crate::store) fn rejected(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Rejected, message)
}

/// The error for a runner that comes too late.
fn overtaken(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Overtaken, message)
        .hint("nothing was written; look where it stands now, and go on from there")
}

/// The error for rows that stand still for a moment.
fn held(name: &str) -> StoreError {
    let message = format!(
        "{name} stands still for a moment, so that its rows that are made anew come as far"
    );
    StoreError::new(StoreErrorKind::Locked, message)
        .hint("nothing was written; the same can be done in a few seconds, when these take the place of those")
}

impl MadeBy {
    /// How rows that are made by this differ from those that `other` would make, as a sentence goes on behind "were made".
    fn otherwise(&self, other: &Self) -> Option<&'static str> {
        if self.chain != other.chain {
            return Some(match (&self.chain, &other.chain) {
                (None, _) => {
                    "of events as they were recorded, and now a chain of upcasters stands before it"
                }
                (_, None) => "of events behind a chain of upcasters, and now none stands before it",
                _ => "of events behind another chain of upcasters",
            });
        }
        let same = self.definition.is_none() || self.definition == other.definition;
        (!same).then_some("with another definition of it")
    }
}

/// What makes the rows of some projections anew: `store` is what a command calls it, and `with` what else it is told.
pub fn made_anew(store: &str, names: &[&str], with: &str) -> String {
    let names: Vec<_> = names.iter().map(|name| quoted(name)).collect();
    let (store, names) = (quoted(store), names.join(" "));
    format!(
        "`foldback projection rebuild {store} {names}{with}` makes them anew, and what is shown stays until they have come \
         as far"
    )
}

impl ProjectionRecord {
    /// Refuses to carry the rows that are shown on by another than they are made by. `store` is what a command calls it,
    /// and `with` what else it has to be told so that it makes them as `by` would.
    pub fn check_made_by(&self, by: &MadeBy, store: &str, with: &str) -> Result<(), StoreError> {
        let Some(how) = self.made_by.otherwise(by) else { return Ok(()) };
        let name = &self.name;
        let hint = made_anew(store, &[name], with);
        Err(rejected(format!("the rows of {name} were made {how}")).hint(hint))
    }
}

impl Rebuild {
    /// The same of the rows of a rebuild of the projection `name`.
    pub fn check_made_by(&self, name: &str, by: &MadeBy, store: &str) -> Result<(), StoreError> {
        let Some(how) = self.made_by.otherwise(by) else { return Ok(()) };
        let (called, store) = (quoted(name), quoted(store));
        let hint = format!(
            "`foldback projection rebuild {store} {called} --abandon` gives it up, and what is shown stays; then it can be \
             begun anew"
        );
        Err(rejected(format!("the rebuild of {name} that is under way was made {how}")).hint(hint))
    }
}

/// A time as the tables have it.
pub(in crate::store) fn time_text(time: &Timestamp) -> Result<String, StoreError> {
    nine_digits(time)
        .ok_or_else(|| rejected(format!("the time {time} lies outside the years 0 to 9999")))
}

/// JSON as the tables have it; `what` is it, where it is none.
pub(in crate::store) fn json_text(
    payload: &Payload,
    what: impl Fn() -> String,
) -> Result<Stored<'_>, StoreError> {
    let (text, _) = Stored::of(payload);
    let Stored::Text(json) = &text else {
        return Err(rejected(format!("{} is not JSON", what())));
    };
    match serde_json::from_str::<serde::de::IgnoredAny>(json) {
        Ok(_) => Ok(text),
        Err(error) => Err(rejected(format!("{} is not JSON: {error}", what())).because(error)),
    }
}

/// The error for an event whose id stands in the store already.
pub(in crate::store) fn id_is_taken(id: &str, key: &AggregateKey, version: Version) -> StoreError {
    taken(format!("the event id {id} is in the store already: {key} version {version}"))
}

/// The error for an event whose id stands earlier in the batch too, in the event of that number.
pub(in crate::store) fn id_stands_twice(id: &str, first: usize) -> StoreError {
    taken(format!("the event id {id} stands twice in the batch, first in event {first}"))
}

fn taken(message: String) -> StoreError {
    rejected(message).hint(
        "nothing was written; an append that is sent again has the same events with the same content, and a new event has \
         an id of its own",
    )
}

/// Refuses an aggregate or an event that names nothing, and what says that it is JSON and is none.
pub(in crate::store) fn check_batch(
    key: &AggregateKey,
    batch: &[NewEvent],
) -> Result<(), StoreError> {
    let rejected = |message: String| Err(rejected(message));
    if key.id.as_str().is_empty() {
        return rejected("an event needs an aggregate, and its id is empty".to_owned());
    }
    for (at, event) in batch.iter().enumerate() {
        let place = format!("event {} of {} for {key}", at + 1, batch.len());
        if event.event_type.as_str().is_empty() {
            return rejected(format!("{place} has no type"));
        }
        for (name, payload) in [("data", Some(&event.data)), ("metadata", event.metadata.as_ref())]
        {
            if let Some(payload) = payload.filter(|payload| payload.is_json())
                && let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(payload.bytes())
            {
                return rejected(format!("the {name} of {place} is not JSON: {error}"));
            }
        }
    }
    Ok(())
}

/// A snapshot's reducer, its state and its time, as the tables have them.
pub(in crate::store) fn check_snapshot<'a>(
    key: &AggregateKey,
    snapshot: &'a Snapshot,
) -> Result<(&'a str, Stored<'a>, Option<String>), StoreError> {
    let Some(reducer) = snapshot.reducer.as_deref() else {
        return Err(rejected(format!("a snapshot of {key} does not say who folded it")));
    };
    let of = || format!("the state of {key} at version {}", snapshot.version);
    let state = json_text(&snapshot.state, of)?;
    Ok((reducer, state, snapshot.time.as_ref().map(time_text).transpose()?))
}

/// Refuses a state at a version that the aggregate has not reached.
pub(in crate::store) fn check_reached(
    key: &AggregateKey,
    version: Version,
    reached: Version,
) -> Result<(), StoreError> {
    if version.0 > 0 && version <= reached {
        return Ok(());
    }
    Err(rejected(format!(
        "{key} is at version {reached}, so there is no state at version {version} to be stored"
    )))
}

/// Refuses what is no number.
pub(in crate::store) fn check_value(sample: &Sample) -> Result<(), StoreError> {
    if sample.value.is_finite() {
        return Ok(());
    }
    let message = format!("the value of {} is {}, which is no number", sample.metric, sample.value);
    Err(rejected(message))
}

/// Refuses a projection without a name.
pub(in crate::store) fn check_name(name: &str) -> Result<(), StoreError> {
    if name.is_empty() {
        return Err(rejected("a projection needs a name, and this one is empty".to_owned()));
    }
    Ok(())
}

/// The error for a projection that is not registered.
pub(in crate::store) fn not_registered(store: impl std::fmt::Display, name: &str) -> StoreError {
    rejected(format!("{store} has no projection {name:?}"))
        .hint("a projection is registered when it is run for the first time")
}

/// The error for a rebuild that nobody has begun.
pub(in crate::store) fn not_under_way(name: &str) -> StoreError {
    overtaken(format!("no rebuild of {name} is under way"))
}

/// Refuses a step that leads back.
pub(in crate::store) fn check_direction(step: &Step<'_>) -> Result<(), StoreError> {
    if step.to >= step.from {
        return Ok(());
    }
    Err(rejected(format!("{} cannot step back from {} to {}", step.name, step.from, step.to)))
}

/// Refuses a step that comes too late; says whether it is one of the rows that are shown.
pub(in crate::store) fn check_step(
    record: &ProjectionRecord,
    step: &Step<'_>,
) -> Result<bool, StoreError> {
    let shown = step.generation == record.generation;
    let beside = record.rebuild.as_ref().filter(|rebuild| rebuild.generation == step.generation);
    let position = match beside {
        _ if shown && record.state == ProjectionState::Paused => {
            return Err(overtaken(format!("{} was paused", step.name)));
        }
        _ if shown && record.is_held(&step.time) => {
            return Err(held(step.name));
        }
        _ if shown => record.position,
        Some(rebuild) => rebuild.position,
        None => {
            let message = format!(
                "the rows that {} makes are not wanted any more: generation {} is neither shown nor rebuilt",
                step.name, step.generation
            );
            return Err(overtaken(message));
        }
    };
    if position != step.from {
        let message = format!(
            "{} stands at position {position}, not at {} as expected: another runner was faster",
            step.name, step.from
        );
        return Err(overtaken(message));
    }
    Ok(shown)
}

//! The write side: aggregates as types of a program, their events, and how they are kept in a store.
//!
//! An [`Aggregate`] is a state and what each of its events makes of it. A [`Root`] is one of them with its key, its
//! version and the events that it has raised and that are not stored yet. A [`Repository`] loads roots from a store and
//! saves them: with the version that they were loaded at expected, with another try where somebody else was faster, and
//! with snapshots where a [policy](SnapshotPolicy) asks for them.
//!
//! Nothing here knows a database, or which aggregates there are.

mod envelope;
mod error;
mod fact;
mod reducer;
mod repository;
mod root;
mod snapshot;

pub use envelope::{Cause, Envelope};
pub use error::{AggregateError, ChangeError};
pub use fact::{Facts, ReadError};
#[doc(hidden)]
pub use fact::{read_as, written};
pub use reducer::Typed;
pub use repository::{Loaded, Repository};
pub use root::Root;
#[doc(hidden)]
pub use serde_json::Error as JsonError;
pub use snapshot::SnapshotPolicy;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A kind of aggregate: the state before its first event, and what each event makes of it.
///
/// Its business rules are methods of its own that look at the state and answer with events or with a refusal;
/// [`Root::decide`] raises what they answer with.
pub trait Aggregate: Default + std::fmt::Debug + Serialize + DeserializeOwned {
    /// The category that its events are stored under.
    const CATEGORY: &'static str;

    /// The version of the state's own shape. Snapshots of another one are not used.
    const SCHEMA: u32;

    /// Its events.
    type Event: Facts + std::fmt::Debug;

    /// Changes the state as an event says. It has happened: nothing can refuse it here.
    fn apply(&mut self, event: &Self::Event);
}

#[cfg(test)]
mod tests;

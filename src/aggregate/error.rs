//! What can go wrong between a program's aggregates and their store.

use super::ReadError;
use crate::model::{AggregateKey, EventType, Version};
use crate::store::StoreError;

/// Why an aggregate could not be loaded or saved.
#[derive(Debug, thiserror::Error)]
pub enum AggregateError {
    /// The store failed, or refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event of its history is none that the program knows.
    #[error("{event_type}, version {version} of {key}, cannot be applied: {error}")]
    Unreadable {
        /// The aggregate.
        key: AggregateKey,
        /// Which event.
        version: Version,
        /// Its type.
        event_type: EventType,
        /// What it does not agree with.
        #[source]
        error: ReadError,
    },
    /// An event of its history is of an older schema version, and could not be turned into today's.
    #[error("version {version} of {key} cannot be applied: {why}")]
    NotUpcast {
        /// The aggregate.
        key: AggregateKey,
        /// Which event.
        version: Version,
        /// Which step failed, or which is missing.
        why: String,
    },
    /// Its history has a hole, or was given in another order.
    #[error("{key} is at version {at}, and the next event that is there is version {found}")]
    Gap {
        /// The aggregate.
        key: AggregateKey,
        /// Up to where it was loaded.
        at: Version,
        /// What comes next.
        found: Version,
    },
    /// An event or a state cannot be written as JSON.
    #[error("{what} cannot be written as JSON: {error}")]
    Unwritable {
        /// An event's type, or what the state is of.
        what: String,
        /// Why.
        #[source]
        error: serde_json::Error,
    },
}

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError<R> {
    /// A business rule refuses it.
    #[error("{0}")]
    Refused(R),
    /// It could not be loaded or saved.
    #[error(transparent)]
    Failed(#[from] AggregateError),
}

//! Why a question has no answer.

use crate::model::{AggregateKey, Version};
use crate::store::StoreError;
use crate::text::shell::quoted;

/// A failure that both front ends can explain.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No aggregate has that name.
    #[error("no aggregate `{name}` in {store}")]
    NoSuchAggregate {
        /// What was asked for.
        name: String,
        /// The store.
        store: String,
        /// Names that are near to it.
        near: Vec<String>,
    },
    /// No projection of that name was ever run in the store.
    #[error("no projection `{name}` was run in {store}")]
    NoSuchProjection {
        /// What was asked for.
        name: String,
        /// The store.
        store: String,
        /// The name that is nearest to it.
        near: Option<String>,
        /// All that there are.
        names: Vec<String>,
    },
    /// Rows of projections are kept in foldback's own stores alone.
    #[error(
        "{store} keeps no rows of projections: it is not a store that foldback made, but {title}"
    )]
    NoRows {
        /// The store.
        store: String,
        /// What it is.
        title: String,
    },
    /// Several aggregates have that id.
    #[error("`{name}` is the id of {} aggregates", keys.len())]
    Ambiguous {
        /// What was asked for.
        name: String,
        /// All of them.
        keys: Vec<AggregateKey>,
    },
    /// The aggregate has no such version.
    #[error("{} has no version {asked}: its newest is {last}", key.called())]
    NoSuchVersion {
        /// The aggregate.
        key: AggregateKey,
        /// What was asked for, as the person would write it.
        asked: String,
        /// The newest version.
        last: Version,
    },
    /// A time was given and there is none to hold it against.
    #[error("{of} has no recorded times, so no version of it can be found by time")]
    NoTimes {
        /// The store, or the aggregate none of whose events has a time that can be read.
        of: String,
    },
    /// The person stopped it.
    #[error("cancelled")]
    Cancelled,
}

impl SessionError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Store(error) => error.hint.clone(),
            Self::NoSuchAggregate { near, store, .. } if near.is_empty() => {
                Some(format!("`foldback aggregates {}` lists them", quoted(store)))
            }
            Self::NoSuchAggregate { near, .. } => {
                Some(format!("did you mean {}?", near.join(" or ")))
            }
            Self::NoSuchProjection { near: Some(near), .. } => {
                Some(format!("did you mean `{near}`?"))
            }
            Self::NoSuchProjection { name, store, names, .. } if names.is_empty() => {
                let (store, name) = (quoted(store), quoted(name));
                Some(format!("none was: `foldback projection run {store} {name}` begins it"))
            }
            Self::NoSuchProjection { name, store, names, .. } => {
                let (store, name, names) = (quoted(store), quoted(name), names.join(", "));
                Some(format!(
                    "there are: {names}; `foldback projection run {store} {name}` begins it"
                ))
            }
            Self::NoRows { store, .. } => Some(format!(
                "make one of its events, and rows there: `foldback import {} own.db`, `foldback projection run own.db`",
                quoted(store)
            )),
            Self::Ambiguous { keys, .. } => {
                let names: Vec<_> =
                    keys.iter().map(|key| format!("{}/{}", key.category, key.id)).collect();
                Some(format!("say which: {}", names.join(" or ")))
            }
            Self::NoSuchVersion { .. } => {
                Some("write `last`, or `-3` for three before the last".to_owned())
            }
            Self::NoTimes { .. } => Some("give a version instead".to_owned()),
            Self::Cancelled => None,
        }
    }
}

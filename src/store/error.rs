//! What can go wrong between a store and its reader: what failed, on what, why, and what to do next.

use std::fmt;
use std::io;

use crate::model::{AggregateId, Version};

/// The kinds of failure that callers tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// There is nothing at that path or address.
    NotFound,
    /// It is there and may not be read.
    Denied,
    /// It is no store: empty, truncated, another kind of file.
    NotAStore,
    /// Its contents are encrypted as a whole.
    Encrypted,
    /// Another program holds it so that nobody can read.
    Locked,
    /// A database whose tables match no known layout.
    UnknownLayout,
    /// A layout file that cannot be used.
    BadLayout,
    /// The database or file failed while it was read.
    Failed,
    /// The call was stopped from outside.
    Interrupted,
    /// The layout does not record what was asked for.
    Unsupported,
    /// An append expected another version.
    Conflict {
        /// The aggregate.
        aggregate: AggregateId,
        /// The version the writer expected.
        expected: Version,
        /// The version the store is at.
        actual: Version,
    },
    /// What a projection has done comes too late: another runner was faster, or somebody stopped it meanwhile.
    Overtaken,
    /// A write to a store that foldback does not own, or that the system does not let it write.
    ReadOnly,
    /// What should be written is already there, or contradicts itself.
    Rejected,
    /// What should be written cannot be: its directory is missing or closed, the disk is full.
    Unwritable,
}

/// A failure of a store.
#[derive(Debug)]
pub struct StoreError {
    /// Which kind.
    pub kind: StoreErrorKind,
    /// One sentence: what failed, on what, and why.
    pub message: String,
    /// What to do next.
    pub hint: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl StoreError {
    /// A failure of `kind`.
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None, source: None }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Keeps the error underneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// A file, called `name`, that cannot be read.
    pub(crate) fn reading(name: impl fmt::Display, error: io::Error) -> Self {
        use StoreErrorKind::{Denied, Failed, NotFound};
        match error.kind() {
            io::ErrorKind::NotFound => {
                Self::new(NotFound, format!("there is no file {name}")).hint("check the path")
            }
            io::ErrorKind::PermissionDenied => {
                Self::new(Denied, format!("{name} may not be read by this user"))
                    .hint("ask its owner for permission to read it, and to enter its directory")
            }
            _ => Self::new(Failed, format!("{name} cannot be read: {error}")),
        }
        .because(error)
    }

    /// A file, to be called `name`, that cannot be made.
    pub(crate) fn making(name: impl fmt::Display, error: io::Error) -> Self {
        let unwritable = |why: String| {
            Self::new(StoreErrorKind::Unwritable, format!("{name} cannot be made: {why}"))
        };
        match error.kind() {
            io::ErrorKind::AlreadyExists => {
                let message = format!("{name} exists already and is not written over");
                Self::new(StoreErrorKind::Rejected, message)
                    .hint("choose another name, or move the file away")
            }
            io::ErrorKind::NotFound => unwritable("its directory does not exist".to_owned())
                .hint("make the directory first"),
            io::ErrorKind::PermissionDenied => unwritable(
                "its directory may not be written".to_owned(),
            )
            .hint("choose another directory, or ask its owner for permission to write there"),
            _ => unwritable(error.to_string()),
        }
        .because(error)
    }

    /// Whether the call was stopped on purpose.
    pub fn is_interrupted(&self) -> bool {
        self.kind == StoreErrorKind::Interrupted
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

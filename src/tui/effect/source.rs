//! What a screen looks at.

use crate::model::AggregateKey;
use crate::session::{Session, SessionError};
use crate::store::Interrupter;

/// What a screen looks at: a store that is opened after the first picture.
pub struct Source {
    name: String,
    open: Box<dyn FnOnce() -> Result<Session, SessionError> + Send>,
    pub(super) stop: Option<Interrupter>,
    pub(super) first: Option<AggregateKey>,
}

impl Source {
    /// A store, what the person called it, and how it is opened.
    pub fn new(
        name: impl Into<String>,
        open: impl FnOnce() -> Result<Session, SessionError> + Send + 'static,
    ) -> Self {
        Self { name: name.into(), open: Box::new(open), stop: None, first: None }
    }

    /// The same, and what ends the opening where the person leaves before it is done.
    #[must_use]
    pub fn stopped_by(self, stop: Interrupter) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// The same, and the aggregate to begin with, which the store must have.
    #[must_use]
    pub fn beginning_with(self, first: AggregateKey) -> Self {
        Self { first: Some(first), ..self }
    }

    /// What the person called it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn open(self) -> Result<Session, SessionError> {
        (self.open)()
    }
}

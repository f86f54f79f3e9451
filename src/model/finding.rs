//! Something wrong or doubtful that was noticed: data that travels with what it is about, never an abort.

use serde::Serialize;

use super::id::{AggregateId, Position, Version};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// What is shown may not be what the application sees.
    Warning,
    /// What is shown is incomplete or the store contradicts itself.
    Error,
}

/// One observation about a store, an aggregate or an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// A stable name in kebab case, such as `payload-not-json`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// The aggregate it is about, if one.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "id_text")]
    pub aggregate: Option<AggregateId>,
    /// The version it is about, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Version>,
    /// The position it is about, if one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// One sentence that says what is so.
    pub message: String,
    /// What a person can do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[expect(clippy::ref_option, reason = "serde hands over a reference to the field")]
fn id_text<S: serde::Serializer>(id: &Option<AggregateId>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(id.as_ref().map_or("", AggregateId::as_str))
}

impl Finding {
    /// A finding about the store as a whole; see the `at_*` methods to say more.
    pub fn new(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            code,
            severity,
            aggregate: None,
            version: None,
            position: None,
            message: message.into(),
            hint: None,
        }
    }

    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    /// Says which event it is about.
    #[must_use]
    pub fn on(
        mut self,
        aggregate: &AggregateId,
        version: Version,
        position: Option<Position>,
    ) -> Self {
        self.aggregate = Some(aggregate.clone());
        self.version = Some(version);
        self.position = position;
        self
    }

    /// Says what a person can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

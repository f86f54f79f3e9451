//! One aggregate with its key, its version and what it has raised.

use super::{Aggregate, AggregateError, Cause, Envelope, Facts as _};
use crate::model::{AggregateKey, Event, Timestamp, Version};
use crate::store::own::fresh_id;
use crate::upcast::{Chain, Upcast};

/// One aggregate of a kind: its state, its version, and the events that were raised and are not stored yet.
#[derive(Clone, Debug)]
pub struct Root<A: Aggregate> {
    key: AggregateKey,
    state: A,
    /// The version of the newest event that is stored.
    committed: Version,
    uncommitted: Vec<Envelope<A::Event>>,
    cause: Cause,
}

impl<A: Aggregate> Root<A> {
    /// Before its first event.
    pub fn new(id: impl AsRef<str>) -> Self {
        Self::standing(AggregateKey::new(A::CATEGORY, id), Version::ZERO, A::default())
    }

    /// Where `state` is the state after `version`.
    pub(super) fn standing(key: AggregateKey, version: Version, state: A) -> Self {
        Self { key, state, committed: version, uncommitted: Vec::new(), cause: Cause::default() }
    }

    /// Which aggregate it is.
    pub fn key(&self) -> &AggregateKey {
        &self.key
    }

    /// Its state, with all that was raised.
    pub fn state(&self) -> &A {
        &self.state
    }

    /// Its version, with all that was raised.
    pub fn version(&self) -> Version {
        Version(self.committed.0 + self.uncommitted.len() as u64)
    }

    /// The version of the newest event that is stored.
    pub fn committed(&self) -> Version {
        self.committed
    }

    /// What was raised and is not stored yet.
    pub fn uncommitted(&self) -> &[Envelope<A::Event>] {
        &self.uncommitted
    }

    /// Says why what is raised from now on comes about.
    pub fn because(&mut self, cause: Cause) {
        self.cause = cause;
    }

    /// Raises what a business rule answers with; nothing where it refuses.
    pub fn decide<I, R>(&mut self, rule: impl FnOnce(&A) -> Result<I, R>) -> Result<(), R>
    where
        I: IntoIterator,
        I::Item: Into<A::Event>,
    {
        let now = chrono::Utc::now();
        for event in rule(&self.state)? {
            self.raise(event, now);
        }
        Ok(())
    }

    /// Applies an event that happens now, and keeps it to be stored.
    pub fn raise(&mut self, event: impl Into<A::Event>, time: Timestamp) {
        let event = event.into();
        self.state.apply(&event);
        let (version, cause) = (self.version().next(), self.cause.clone());
        self.uncommitted.push(Envelope { id: fresh_id(), version, time, cause, event });
    }

    /// What was raised is stored now.
    pub fn mark_committed(&mut self) {
        self.committed = self.version();
        self.uncommitted.clear();
    }

    /// Applies the next stored event. Its own that are not stored yet would come after it, so there must be none.
    pub fn apply(&mut self, event: &Event) -> Result<(), AggregateError> {
        self.take(event, None)
    }

    /// The same with what a chain of upcasters makes of it: one version still, where that is several events or none.
    fn take(&mut self, event: &Event, chain: Option<&Chain>) -> Result<(), AggregateError> {
        if event.version != self.committed.next() || !self.uncommitted.is_empty() {
            let (key, at) = (self.key.clone(), self.version());
            return Err(AggregateError::Gap { key, at, found: event.version });
        }
        let upcast = chain.map_or(Ok(Upcast::Recorded), |chain| chain.upcast(event));
        let made = match upcast {
            Ok(Upcast::Recorded) => vec![self.read(event)?],
            // All of them are read before the first is applied.
            Ok(Upcast::Made(events)) => {
                events.iter().map(|event| self.read(event)).collect::<Result<_, _>>()?
            }
            Err(finding) => {
                let (key, version) = (self.key.clone(), event.version);
                return Err(AggregateError::NotUpcast { key, version, why: finding.message });
            }
        };
        for fact in &made {
            self.state.apply(fact);
        }
        self.committed = event.version;
        Ok(())
    }

    fn read(&self, event: &Event) -> Result<A::Event, AggregateError> {
        let read = A::Event::read(event.event_type.as_str(), event.schema.as_deref(), &event.data);
        read.map_err(|error| AggregateError::Unreadable {
            key: self.key.clone(),
            version: event.version,
            event_type: event.event_type.clone(),
            error,
        })
    }

    /// Applies stored events one after the other.
    pub fn load<'e>(
        &mut self,
        history: impl IntoIterator<Item = &'e Event>,
    ) -> Result<(), AggregateError> {
        history.into_iter().try_for_each(|event| self.apply(event))
    }

    /// The same with what a chain makes of each; whoever asks for many gives the chain's expressions room.
    pub(super) fn load_by(
        &mut self,
        history: &[Event],
        chain: Option<&Chain>,
    ) -> Result<(), AggregateError> {
        history.iter().try_for_each(|event| self.take(event, chain))
    }
}

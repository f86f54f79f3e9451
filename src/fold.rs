//! From events to state: what a reducer is, and the ones that come with the program.

mod folding;
mod merge;
mod upcasting;

pub use folding::{Folding, Stepped};
pub use merge::Merge;
pub use upcasting::Upcasting;

use serde::Serialize;
use smol_str::SmolStr;

use crate::model::{AggregateKey, Event, Finding, Slot, Value, Version};

/// How far a folded state can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Put together without knowing the application's rules.
    Guessed,
    /// Folded by a script that a person wrote for this purpose.
    Script,
    /// Folded by the application's own code.
    Application,
}

impl Tier {
    /// The word that stands beside every state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Guessed => "guessed",
            Self::Script => "script",
            Self::Application => "application",
        }
    }
}

/// An aggregate folded up to some version. Cloning it costs a pointer.
#[derive(Clone, Debug)]
pub struct State {
    /// The value, with who put what there.
    pub root: Slot,
}

impl State {
    /// Before the first event: an empty object.
    pub fn empty() -> Self {
        Self { root: Slot::new(Value::object(), Version::ZERO) }
    }

    /// The value.
    pub fn value(&self) -> &Value {
        &self.root.value
    }
}

/// The function (state, event) → state, with a name and a tier.
pub trait Reducer: Send {
    /// What to call it: `merge`, `order.js`.
    fn name(&self) -> &str;

    /// How far its states can be trusted.
    fn tier(&self) -> Tier;

    /// What stands beside a snapshot of its states: another name wherever the same events come to another state.
    fn kept_as(&self) -> SmolStr {
        SmolStr::new(self.name())
    }

    /// Whether it looks at the schema versions of events, which a store may leave out of what it reads to be folded.
    fn asks_for_schemas(&self) -> bool {
        false
    }

    /// The state before the first event.
    fn initial(&mut self, _aggregate: &AggregateKey) -> State {
        State::empty()
    }

    /// Applies one event. On failure the state must stand as it was: the fold goes on with the next event, and the
    /// finding is shown on this one.
    fn apply(&mut self, state: &mut State, event: &Event) -> Result<(), Finding>;

    /// The same reducer for another thread.
    fn fork(&self) -> Box<dyn Reducer>;
}

//! Read models that are fed from a store: what they make of its events, how far they have come, and what stopped them.
//!
//! A [`Projection`] says what one event does to its [`Rows`]; a [`Projector`] puts a chain of upcasters before it. The
//! [`Runner`] is what carries that through a store: an inert machine that asks for a page, a row, a wait or a write, and
//! does none of them itself. A [`Task`] does what it asks, on one store, and [`run`] drives several of them side by side.
//! Rows, checkpoint and what was stepped over are written in one transaction, so that an event has its effect once,
//! whatever ends the program when. Beside them stands what they are made by, and nobody else carries them on.
//!
//! Nothing here knows what is projected, or who looks at it.

mod ahead;
mod closing;
mod crew;
mod declared;
mod letter;
mod pace;
mod policy;
mod projector;
mod rows;
mod runner;
mod task;

pub use ahead::{Ahead, Beyond, ahead};
pub use crew::{Options, run};
pub use declared::{Declared, declared};
pub use letter::{Retried, retry, skip};
pub use pace::{Pace, Progress};
pub use policy::{OnError, Policy};
pub use projector::Projector;
pub use rows::{ApplyError, Rows};
pub use runner::{Next, Now, Poison, Runner};
pub use task::{Aim, End, Task, Told, Turn};

use smol_str::SmolStr;

use crate::model::{Category, Event, EventType};

/// What a read model makes of events.
///
/// The same rows and the same event always come to the same: an event is applied again where a row had to be fetched
/// first, where it failed, and where another runner was faster.
pub trait Projection: Send + Sync {
    /// Its name, under which its rows and its checkpoint are kept.
    fn name(&self) -> &str;

    /// What tells it from other definitions of its name: rows that one has made are not carried on by another, but made
    /// anew. One that is written in Rust says something else here once it makes other rows of the same events.
    fn definition(&self) -> SmolStr {
        SmolStr::new_static("1")
    }

    /// Whether an event of this category and type means anything to it; the others are passed over.
    fn handles(&self, category: &Category, event_type: &EventType) -> bool;

    /// Changes the rows as the event says. What it changed before it failed does not count.
    fn apply(&self, rows: &mut Rows<'_>, event: &Event) -> Result<(), ApplyError>;
}

#[cfg(test)]
mod tests;

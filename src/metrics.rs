//! What is measured while the engine runs, and written down once a second, so that it can be looked at of any moment.
//!
//! A [`Recorder`] takes what was measured, on any thread, in the time of a lock that nobody holds for long. A
//! [`Measured`] writer tells it how long appends and snapshots take, a
//! [`Repository`](crate::aggregate::Repository) how long loading does, a [`Task`](crate::projection::Task) how long events
//! waited for their projection and what it gave up. A [`Sampling`] writes it all into the store, with the room that it takes
//! and the events of its aggregates, as long as it is held:
//!
//! ```no_run
//! # fn main() -> Result<(), foldback::store::StoreError> {
//! use foldback::metrics::{Measured, Recorder, Sampling};
//! use foldback::store::own;
//!
//! let writer = own::writer("shop.db".as_ref(), true)?;
//! let recorder = Recorder::default();
//! let sampling = Sampling::begin(&recorder, writer.reopen()?)?;
//! let writer = Measured::new(writer, &recorder);
//! // … append through `writer`, give `recorder` to repositories and tasks …
//! sampling.end()
//! # }
//! ```
//!
//! Events a second are not sampled: the times of events say them, at any moment and in any store. What was measured is read
//! by [`Session::metrics_then`](crate::session::Session::metrics_then); nothing here knows who looks at it.

mod measured;
mod recorder;
mod sampling;
mod sizes;

pub use measured::Measured;
pub use recorder::Recorder;
pub use sampling::{Sampling, write_down};
pub use sizes::Counter;

/// Under what the largest number of events of an aggregate is sampled; the mean stands under no name.
pub const LARGEST: &str = "largest";

#[cfg(test)]
mod tests;

//! What several tests lean on.

pub(crate) mod killed;
pub(crate) mod place;
pub(crate) mod postgres;
pub(crate) mod tally;
pub(crate) mod terminal;

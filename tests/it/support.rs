//! What several tests lean on.

pub(crate) mod killed;
pub(crate) mod terminal;

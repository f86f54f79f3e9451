//! What several tests lean on.

pub(crate) mod killed;
pub(crate) mod postgres;
pub(crate) mod terminal;

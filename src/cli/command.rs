//! One file per command: its arguments, its help, and what it does.

pub(crate) mod aggregates;
pub(crate) mod append;
pub(crate) mod blame;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod diff;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod history;
pub(crate) mod import;
pub(crate) mod info;
pub(crate) mod log;
pub(crate) mod man;
pub(crate) mod metrics;
pub(crate) mod projection;
pub(crate) mod replay;
pub(crate) mod snapshot;
pub(crate) mod state;
pub(crate) mod upcast;

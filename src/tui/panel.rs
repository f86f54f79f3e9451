//! The panels of the Timeline screen, and the lines around them. They draw what the model holds and decide nothing.

pub(crate) mod aggregates;
pub(crate) mod change;
pub(crate) mod event;
pub(crate) mod footer;
pub(crate) mod header;
pub(crate) mod rail;
pub(crate) mod state;
pub(crate) mod tabs;

//! foldback
pub mod fold;
pub mod model;
pub mod store;

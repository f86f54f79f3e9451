//! foldback
pub mod analysis;
pub mod cli;
pub mod fold;
pub mod model;
pub mod sample;
pub mod session;
pub mod store;
pub mod task;
pub mod text;
pub mod timeline;
pub mod tui;

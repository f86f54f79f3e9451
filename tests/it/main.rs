//! Every integration test, in one binary: one link instead of dozens.

mod architecture;
mod cli;
mod readme;
mod screen;
mod stores;
mod support;
mod terminal;
mod text;

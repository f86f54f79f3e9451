//! Every integration test, in one binary: one link instead of dozens.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it skips"
)]

mod architecture;
mod cli;
mod crash;
mod journeys;
mod live;
mod readme;
mod rebuild;
mod rough;
mod screen;
mod session;
mod stores;
mod support;
mod suspend;
mod terminal;
mod text;
mod tour;

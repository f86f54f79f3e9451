//! Every integration test, in one binary: one link instead of dozens.

mod support;
mod terminal;
mod text;

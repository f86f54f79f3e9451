//! Every integration test, in one binary: one link instead of dozens.

mod text;

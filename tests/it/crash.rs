//! `kill -9` at any moment, on a file and on a server: what was acknowledged is there, nothing is half done, and whoever
//! comes next goes on.

mod append;
mod projection;
mod snapshot;

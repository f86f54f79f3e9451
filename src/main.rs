//! foldback
fn main() {}

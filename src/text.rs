//! Text for people: made visible, measured in terminal cells, numbers as they are read, JSON line by line.
//!
//! Pure functions. Nothing here knows where text comes from, what draws it, or any terminal's colours.

pub mod human;
pub mod json;
pub(crate) mod paper;
mod sanitize;
mod suggest;
mod width;

pub use sanitize::sanitize;
pub use suggest::nearest;
pub use width::{clusters_around, pad, pad_start, shorten, truncate, truncate_middle, width};

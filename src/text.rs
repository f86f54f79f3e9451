//! Text for people: made visible, measured in terminal cells, numbers as they are read, JSON line by line; and text by
//! people: YAML with the line of every part, jq expressions.
//!
//! Pure functions. Nothing here knows where text comes from, what draws it, or any terminal's colours.

pub(crate) mod digest;
pub mod human;
pub mod jq;
pub mod json;
pub mod measure;
pub(crate) mod paper;
mod sanitize;
pub mod shell;
mod suggest;
mod width;
pub(crate) mod yaml;

pub use sanitize::sanitize;
pub use suggest::nearest;
pub use width::{clusters_around, pad, pad_start, shorten, truncate, truncate_middle, width};

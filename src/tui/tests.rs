//! The screen as a person meets it: keys are typed through the real loop, pictures compared with their styles.

mod list;
mod look;
mod messages;
mod stage;
mod travel;

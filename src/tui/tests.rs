//! The screen as a person meets it: keys are typed through the real loop, pictures compared with their styles.

mod change;
mod closer;
mod configuration;
mod copy;
mod deep;
mod events;
mod filter;
mod fuzz;
mod jumps;
mod list;
mod live;
mod log;
mod look;
mod marks;
mod messages;
mod mouse;
mod pins;
mod play;
mod rail;
mod raw;
mod seek;
mod stage;
mod state;
mod tour;
mod travel;
mod work;

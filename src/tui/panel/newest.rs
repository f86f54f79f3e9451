//! Which moment the Projections and Metrics screens tell about, in words: the newest with its age, for what stands there is
//! easily taken for what is so now.

use std::time::Duration;

use super::super::model::Model;
use crate::model::{Timestamp, time};
use crate::text::{human, width};

/// What is newer is as good as now.
const RECENT: Duration = Duration::from_secs(60);

/// A moment that is told about.
pub(super) struct Moment {
    pub(super) at: Timestamp,
    /// The same as it is written.
    pub(super) said: String,
    pub(super) is_newest: bool,
    /// A time that counts as none, as it lies after the clock.
    pub(super) ahead: Option<Timestamp>,
}

impl Moment {
    /// It in so many columns, or in as few as it takes.
    pub(super) fn told(&self, model: &Model, room: usize) -> String {
        let Self { at, said, is_newest, ahead } = self;
        let age = ((model.clock)() - *at).to_std().ok().filter(|age| *age >= RECENT);
        let told = match age {
            _ if !is_newest => format!("at {said}"),
            Some(age) => format!("newest {said}, {} ago", human::duration(age)),
            None => format!("newest {said}"),
        };
        let Some(ahead) = ahead else { return told };
        let whole = format!("{told} · after the clock, and no time: {}", time::rfc3339(ahead));
        if width(&whole) <= room { whole } else { format!("{told} ▲ {}", ahead.format("%Y-%m")) }
    }
}

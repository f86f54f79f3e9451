//! The Projections screen: each projection at the moment that is looked at, and how it came there.

use std::time::Duration;

use chrono::TimeDelta;

use super::live::TICK;
use super::scroll::Scroll;
use crate::model::Timestamp;
use crate::session::{ProjectionThen, ProjectionsThen};

/// Above so many seconds a projection is behind: the threshold of the metric `projection_lag`.
pub(crate) const BEHIND: f64 = 10.0;

/// Telling how far they lag may take this part of the time at most.
const SHARE: u32 = 250;

/// How much time before the moment is shown, by choice.
const SPANS: [(TimeDelta, &str); 8] = [
    (TimeDelta::minutes(1), "1 min"),
    (TimeDelta::minutes(10), "10 min"),
    (TimeDelta::hours(1), "1 h"),
    (TimeDelta::hours(6), "6 h"),
    (TimeDelta::days(1), "1 day"),
    (TimeDelta::days(7), "7 days"),
    (TimeDelta::days(30), "30 days"),
    (TimeDelta::days(365), "1 year"),
];
/// The shortest that is chosen where nobody chose.
const USUAL: usize = 1;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// The moment; the newest where `None`.
    pub(crate) at: Option<Timestamp>,
    /// How much of the time before it.
    pub(crate) before: TimeDelta,
    /// In how many columns.
    pub(crate) columns: usize,
}

/// What the screen knows.
#[derive(Debug, Default)]
pub(crate) struct Projections {
    /// What was read last.
    pub(crate) then: Option<ProjectionsThen>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
    /// The moment that is looked at; the newest where `None`.
    pub(crate) at: Option<Timestamp>,
    /// What is being read.
    pub(crate) loading: Option<Asked>,
    /// Whether something else was asked for meanwhile.
    pub(crate) again: bool,
    /// Which of [`SPANS`] somebody chose.
    span: Option<usize>,
    /// Ticks until it is read again.
    rest: u32,
}

impl Projections {
    /// The projections, by name.
    pub(crate) fn rows(&self) -> &[ProjectionThen] {
        self.then.as_ref().map_or(&[], |then| &then.projections)
    }

    /// The chosen one.
    pub(crate) fn chosen(&self) -> Option<&ProjectionThen> {
        self.rows().get(self.scroll.cursor)
    }

    fn span(&self) -> usize {
        self.span.unwrap_or(USUAL).min(SPANS.len() - 1)
    }

    /// How much time before the moment is shown, in words.
    pub(crate) fn span_name(&self) -> &'static str {
        SPANS.get(self.span()).map_or("", |(_, name)| name)
    }

    fn before(&self) -> TimeDelta {
        SPANS.get(self.span()).map_or(TimeDelta::minutes(10), |(span, _)| *span)
    }

    /// Shows less or more of the time before; says whether there is.
    pub(crate) fn zoom(&mut self, closer: bool) -> bool {
        let before = self.span();
        let next =
            if closer { before.saturating_sub(1) } else { (before + 1).min(SPANS.len() - 1) };
        self.span = Some(next);
        next != before
    }

    /// What is to be read for so many columns.
    pub(crate) fn asked(&self, columns: usize) -> Asked {
        Asked { at: self.at, before: self.before(), columns }
    }

    /// Moves the moment by so many columns of the chart; says whether it moved.
    pub(crate) fn scrub(&mut self, by: i32, columns: usize) -> bool {
        let Some(span) = self.then.as_ref().and_then(|then| then.span) else { return false };
        let here = self.at.unwrap_or(span.to);
        let column = self.before() / columns.max(1) as i32;
        let next = here.checked_add_signed(column * by);
        let newest = self.then.as_ref().is_some_and(|then| then.newest);
        if next.is_none() || by > 0 && newest && self.at.is_none() {
            return false;
        }
        self.at = next;
        true
    }

    /// Takes in what was read; says whether another span shows more of it.
    pub(crate) fn take(&mut self, then: ProjectionsThen, height: usize) -> bool {
        if then.newest {
            self.at = None;
        }
        let name = self.chosen().map(|one| one.status.name.clone());
        let worst = then.projections.iter().filter_map(|one| one.status.lag_seconds);
        let worst = worst.fold(0.0, f64::max);
        self.then = Some(then);
        let at = self.rows().iter().position(|one| Some(&one.status.name) == name.as_ref());
        self.scroll.move_to(at.unwrap_or(self.scroll.cursor), self.rows().len(), height);
        if self.span.is_some() {
            return false;
        }
        let holds = |(span, _): &(TimeDelta, &str)| span.as_seconds_f64() >= worst;
        let fits = SPANS.iter().position(holds).unwrap_or(SPANS.len() - 1).max(USUAL);
        self.span = Some(fits);
        fits != USUAL
    }

    /// Whether it is time to read again; counts the ticks.
    pub(crate) fn is_due(&mut self) -> bool {
        self.rest = self.rest.saturating_sub(1);
        self.rest == 0 && self.loading.is_none() && self.at.is_none()
    }

    /// Notes how long reading took.
    pub(crate) fn took(&mut self, time: Duration) {
        self.rest = ((time * SHARE).as_millis() / TICK.as_millis()).clamp(1, 240) as u32;
    }
}

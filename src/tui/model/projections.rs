//! The Projections screen: each projection at the moment that is looked at, and how it came there.

use super::letters::Outlook;
use super::scroll::Scroll;
use super::scrub::Looks;
use crate::model::Position;
use crate::session::{ProjectionThen, ProjectionsThen};

/// Above so many seconds a projection is behind: the threshold of the metric `projection_lag`.
pub(crate) const BEHIND: f64 = 10.0;

/// What the screen knows.
#[derive(Debug, Default)]
pub(crate) struct Projections {
    /// What was read last.
    pub(crate) then: Option<ProjectionsThen>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
    /// When it is read.
    pub(crate) looks: Looks,
    /// The one whose rows are made anew from here.
    pub(crate) rebuilding: Option<String>,
    /// What would come of it if the event were stepped over that stopped the chosen one.
    pub(crate) foreseen: Option<Foreseen>,
    /// How many of them an event has stopped by now, whatever moment is looked at; `None` where that is not known.
    pub(crate) halted: Option<u64>,
}

/// What is seen behind an event that stopped a projection.
#[derive(Debug)]
pub(crate) struct Foreseen {
    /// The projection.
    pub(crate) of: String,
    /// The event.
    pub(crate) skips: Position,
    /// What is behind it.
    pub(crate) outlook: Outlook,
}

impl Foreseen {
    /// Whether it is about this.
    pub(crate) fn is_of(&self, of: &str, skips: Position) -> bool {
        self.of == of && self.skips == skips
    }
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

    /// Where the event stands that stopped the chosen one; `None` where none did.
    pub(crate) fn stopped(&self) -> Option<Position> {
        let one = self.chosen()?;
        one.is_stopped().then(|| one.waiting.as_ref()?.position).flatten()
    }

    /// Takes in what was read; says how many seconds the worst of them lags.
    pub(crate) fn take(&mut self, then: ProjectionsThen, height: usize) -> f64 {
        let name = self.chosen().map(|one| one.status.name.clone());
        let worst = then.projections.iter().filter_map(|one| one.status.lag_seconds);
        let worst = worst.fold(0.0, f64::max);
        if then.newest {
            self.halted =
                Some(then.projections.iter().filter(|one| one.is_stopped()).count() as u64);
        }
        self.then = Some(then);
        let at = self.rows().iter().position(|one| Some(&one.status.name) == name.as_ref());
        self.scroll.move_to(at.unwrap_or(self.scroll.cursor), self.rows().len(), height);
        worst
    }
}

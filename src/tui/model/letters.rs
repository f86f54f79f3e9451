//! The dead letters of a projection, and what is asked before something is written about it.

use super::scroll::Scroll;
use crate::model::Position;
use crate::session::Order;
use crate::store::own::DeadLetter;
use crate::text;

/// The dead letters of a projection.
#[derive(Debug, Default)]
pub(crate) struct Letters {
    /// Whose.
    pub(crate) projection: String,
    /// The event that stopped it, and why: no dead letter, and perhaps the next.
    pub(crate) stopped: Option<(Position, String)>,
    /// What was read; `None` before it was.
    pub(crate) all: Option<Vec<DeadLetter>>,
    /// The chosen one.
    pub(crate) scroll: Scroll,
}

impl Letters {
    /// How many lines there are.
    pub(crate) fn len(&self) -> usize {
        usize::from(self.stopped.is_some()) + self.all.as_ref().map_or(0, Vec::len)
    }

    /// The dead letter of a line; `None` for the event that stopped it.
    pub(crate) fn at(&self, line: usize) -> Option<&DeadLetter> {
        let at = line.checked_sub(usize::from(self.stopped.is_some()))?;
        self.all.as_ref()?.get(at)
    }

    /// The chosen dead letter.
    pub(crate) fn letter(&self) -> Option<&DeadLetter> {
        self.at(self.scroll.cursor)
    }

    /// Where the chosen event stands.
    pub(crate) fn position(&self) -> Option<Position> {
        let stopped = self.stopped.as_ref().filter(|_| self.scroll.cursor == 0);
        stopped.map(|(position, _)| *position).or_else(|| Some(self.letter()?.position))
    }
}

/// Something that would be written, before it is.
#[derive(Debug)]
pub(crate) struct Asking {
    /// What.
    pub(crate) order: Order,
    /// What it writes where, and what comes of it, sanitised.
    pub(crate) told: Vec<String>,
    /// What is seen ahead of an event that would be stepped over.
    pub(crate) ahead: Outlook,
}

/// What would come of stepping over an event.
#[derive(Debug, Default)]
pub(crate) enum Outlook {
    /// Nobody asked.
    #[default]
    Unasked,
    /// The events behind it are being looked at.
    Looking,
    /// This.
    Told(String),
}

impl Outlook {
    /// The same in a sentence; `None` where there is nothing to say.
    pub(crate) fn sentence(&self) -> Option<String> {
        match self {
            Self::Unasked => None,
            Self::Looking => {
                Some("If it were skipped: the events behind it are looked at…".to_owned())
            }
            Self::Told(told) => Some(format!("If it were skipped: {told}")),
        }
    }
}

impl Asking {
    /// The same in lines of `width` cells, with a blank one between two sentences.
    pub(crate) fn lines(&self, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        // Before what is only to be done then: it is what decides.
        let (first, last) = self.told.split_at(self.told.len().min(2));
        let ahead = self.ahead.sentence();
        for told in first.iter().chain(&ahead).chain(last) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(super::event::wrap(&text::sanitize(told), width));
        }
        lines
    }
}

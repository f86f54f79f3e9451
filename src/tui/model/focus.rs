//! Who has the keys, as it is shown: what stands over the screen takes them from the panels below it.

use super::super::layout::{Panel, Part};
use super::Model;
use super::overlay::Overlay;

impl Model {
    /// Whether a panel of the Timeline screen is drawn as the one that has the keys.
    pub(crate) fn leads(&self, panel: Panel) -> bool {
        self.focus == panel && self.is_uncovered()
    }

    /// The same of a part of the Events screen.
    pub(crate) fn leads_part(&self, part: Part) -> bool {
        self.events.part == part && self.is_uncovered()
    }

    /// Whether nothing stands over the panels: neither a box of its own nor what can follow a key.
    pub(crate) fn is_uncovered(&self) -> bool {
        matches!(self.overlay, Overlay::None) && self.pressed.is_empty()
    }
}

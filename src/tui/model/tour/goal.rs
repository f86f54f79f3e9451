//! What the steps of the tour wait for: seen from what the screen shows, whichever keys led there.

use super::super::Model;
use crate::tui::layout::{Panel, Screen};

/// The version that the refund was paid by a second time, and the one before.
const TWICE: u64 = 18;
const ONCE: u64 = 17;

macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident $name:literal,)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $type {
            $($(#[$doc])* $variant,)*
        }

        impl $type {
            /// Each with its name in `assets/tour.yaml`.
            pub(super) const ALL: &[(Self, &str)] = &[$((Self::$variant, $name),)*];
        }
    };
}

named! {
    /// What a step waits for.
    Goal {
        /// The cursor of the state is on the total that is below zero.
        TotalChosen "total-chosen",
        /// The playhead is at the refund that was paid a second time.
        AtRefund "at-refund",
        /// What was refunded is pinned, and the playhead where it was right.
        RefundPinned "refund-pinned",
        /// The event of that refund has the keys.
        EventRead "event-read",
        /// All that is shown of the store is what the request caused.
        CausationFiltered "causation-filtered",
        /// The account where the money went is open.
        MoneyFound "money-found",
    }
}

named! {
    /// Where a person is instead of where a step goes on.
    Lost {
        /// On the Timeline screen, at another aggregate.
        OtherAggregate "other-aggregate",
        /// On another screen than the Timeline.
        OtherScreen "other-screen",
        /// On the Timeline screen, where the step goes on among the events of the store.
        NotAmongEvents "not-among-events",
    }
}

impl Goal {
    /// Whether the screen shows what the step leads to.
    pub(crate) fn is_reached(self, model: &Model) -> bool {
        match self {
            Self::TotalChosen => {
                let chosen = model.travel.as_ref().map(|travel| travel.tree.place.as_str());
                at(model).is_some_and(|version| version >= TWICE)
                    && model.focus == Panel::State
                    && chosen == Some(".total")
            }
            Self::AtRefund => at(model) == Some(TWICE),
            Self::RefundPinned => {
                let pinned = model.pins.of(&super::order().category);
                let is_pinned = pinned.iter().any(|path| path.to_string() == ".refunded");
                at(model) == Some(ONCE) && is_pinned
            }
            Self::EventRead => at(model) == Some(TWICE) && model.focus == Panel::Event,
            Self::CausationFiltered => {
                let rows = model.events.rows();
                let caused = |row: &super::super::events::row::Row| {
                    let event = row.event.as_ref();
                    let metadata = event.and_then(|event| event.metadata.as_ref()?.value().ok());
                    let cause = metadata.and_then(|metadata| metadata.get("causation")?.as_str());
                    cause == Some("desk-1042")
                };
                // Both of them: the search may still be under way.
                model.screen == Screen::Events && rows.len() > 1 && rows.iter().all(caused)
            }
            Self::MoneyFound => {
                let travel = model.travel.as_ref().filter(|_| !model.on_its_way());
                let here = |travel: &&super::super::travel::Travel| {
                    travel.key.id.as_str() == "acc-118" && travel.moment.version.0 == 5
                };
                model.screen == Screen::Timeline && travel.as_ref().is_some_and(here)
            }
        }
    }

    /// Where the person is instead of where the step goes on.
    pub(crate) fn astray(self, model: &Model) -> Option<Lost> {
        match self {
            // How to come to the events is part of this step.
            Self::CausationFiltered => return None,
            Self::MoneyFound => {
                let is_away = model.screen == Screen::Timeline && !model.on_its_way();
                return is_away.then_some(Lost::NotAmongEvents);
            }
            _ => {}
        }
        if model.screen != Screen::Timeline {
            return Some(Lost::OtherScreen);
        }
        // One that is on its way is as good as there.
        let opening = model.opening.as_ref().map(|opening| &opening.key);
        let key = opening.or(model.travel.as_ref().map(|travel| &travel.key));
        key.filter(|key| **key != super::order()).map(|_| Lost::OtherAggregate)
    }
}

/// The version at the playhead, where that rests on the order and can be seen.
fn at(model: &Model) -> Option<u64> {
    let travel = model.travel.as_ref().filter(|_| !model.on_its_way())?;
    let here = model.screen == Screen::Timeline && travel.key == super::order();
    here.then_some(travel.moment.version.0)
}

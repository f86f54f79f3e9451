//! The guided tour: its steps, how far the person is on it, and what it says now.
//!
//! Knows neither where its box stands nor how that looks. What a step waits for is in [`goal`].

pub(crate) mod goal;
mod read;
pub(crate) mod words;

use super::Model;
use super::overlay::Overlay;
use crate::model::AggregateKey;
use crate::tui::input::Key;
use crate::tui::keymap::{self, Context, Keymap, Meaning, Offer};
use goal::{Goal, Lost};
use words::Words;

/// The store that the tour is of, as it is called and by the aggregate that it begins with: a copy of it has another
/// name.
const STORE: &str = "demo:shop";
const CATEGORY: &str = "Order";
const ORDER: &str = "order-4711";

/// The aggregate that the tour is about.
fn order() -> AggregateKey {
    AggregateKey::new(CATEGORY, ORDER)
}

/// One step.
#[derive(Debug)]
struct Step {
    goal: Goal,
    name: String,
    usual: Said,
    /// For a small screen.
    brief: Said,
}

impl Step {
    fn said(&self, small: bool) -> &Said {
        if small { &self.brief } else { &self.usual }
    }
}

/// What a step says before it is reached, and once it is.
#[derive(Debug)]
struct Said {
    does: Words,
    seen: Words,
}

/// The tour.
#[derive(Debug)]
pub(crate) struct Tour {
    steps: Vec<Step>,
    lost: Vec<(Lost, Words)>,
    at: usize,
    /// Whether the step was reached.
    pub(crate) seen: bool,
    /// Where the person is instead of where the step goes on.
    astray: Option<Lost>,
    /// Whether it is on; otherwise it waits where it was left.
    pub(crate) on: bool,
}

impl Tour {
    /// The tour from its first step on, with the person's own keys.
    pub(crate) fn new(keymap: &Keymap) -> Result<Self, String> {
        read::read(include_str!("../../../assets/tour.yaml"), keymap).map_err(|all| all.join("\n"))
    }

    /// Which step it is at, from 1, and of how many.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.at + 1, self.steps.len())
    }

    /// What the step is called.
    pub(crate) fn name(&self) -> &str {
        self.steps.get(self.at).map_or("", |step| step.name.as_str())
    }

    /// What is said now, for a small screen or one of the usual size.
    pub(crate) fn said(&self, small: bool) -> Option<&Words> {
        let step = self.steps.get(self.at)?;
        let said = step.said(small);
        if self.seen {
            return Some(&said.seen);
        }
        let back = self.lost.iter().find(|(lost, _)| Some(*lost) == self.astray);
        Some(back.map_or(&said.does, |(_, words)| words))
    }

    /// All that is said on a small screen or one of the usual size.
    #[cfg(test)]
    pub(crate) fn all(&self, small: bool) -> impl Iterator<Item = &Words> {
        let said = self.steps.iter().map(move |step| step.said(small));
        let steps = said.flat_map(|said| [&said.does, &said.seen]);
        steps.chain(self.lost.iter().map(|(_, words)| words))
    }

    /// Whether what is said leads back to where the step goes on.
    pub(crate) fn is_astray(&self) -> bool {
        self.astray.is_some() && !self.seen
    }

    /// To the next step or the one before; `false` where there is none, and it begins anew.
    pub(crate) fn go(&mut self, back: bool) -> bool {
        let to = if back { self.at.checked_sub(1) } else { Some(self.at + 1) };
        (self.seen, self.astray) = (false, None);
        let to = to.filter(|to| *to < self.steps.len());
        self.at = to.unwrap_or(0);
        to.is_some()
    }

    /// What the step waits for, while it does.
    pub(crate) fn awaited(&self) -> Option<Goal> {
        let step = self.steps.get(self.at).filter(|_| self.on && !self.seen);
        step.map(|step| step.goal)
    }

    /// Takes in whether the step was reached, and where the person is instead; whether that is news.
    pub(crate) fn look(&mut self, reached: bool, astray: Option<Lost>) -> bool {
        let before = (self.seen, self.astray);
        (self.seen, self.astray) = (reached, astray);
        before != (self.seen, self.astray)
    }
}

impl Model {
    /// Whether there is a tour of the store that is open.
    pub(crate) fn has_tour(&self) -> bool {
        let super::Store::Open(facts) = &self.store else { return false };
        facts.source == STORE || facts.first == Some(order())
    }

    /// Whether the store was opened where the tour begins.
    pub(crate) fn begins_with_tour(&self) -> bool {
        matches!(&self.store, super::Store::Open(facts) if facts.first == Some(order()))
    }

    /// What keys mean here: the tour's own come first, but where something is typed or stands over the panels.
    pub(crate) fn meaning(&self, pressed: &[Key]) -> Meaning {
        if self.has_tours_keys() {
            match self.keymap.meaning(&[Context::Tour], pressed) {
                Meaning::Nothing => {}
                meaning => return meaning,
            }
        }
        self.keymap.meaning(self.contexts(), pressed)
    }

    /// What can follow the keys pressed so far.
    pub(crate) fn following(&self) -> Vec<Offer> {
        if self.has_tours_keys() {
            let own = self.keymap.following(&[Context::Tour], &self.pressed);
            if !own.is_empty() {
                return own;
            }
        }
        self.keymap.following(self.contexts(), &self.pressed)
    }

    /// The keys pressed so far, as a person sees them.
    pub(crate) fn keys_so_far(&self) -> String {
        keymap::label(&self.pressed)
    }

    fn has_tours_keys(&self) -> bool {
        let typing = self.contexts().first().is_some_and(|context| context.is_typing());
        self.is_on_tour() && !typing && matches!(self.overlay, Overlay::None)
    }

    /// Whether the tour is on.
    pub(crate) fn is_on_tour(&self) -> bool {
        self.tour.as_ref().is_some_and(|tour| tour.on)
    }
}

//! Which key does what, where: read from `assets/keymap.yaml`, and all that is said about keys is made from it.
//!
//! Knows neither what an action does nor how a footer or a help looks.

mod custom;
mod listed;
mod read;

pub use listed::KeysOf;
pub(crate) use listed::listed;
pub(crate) use read::KeymapError;

use super::action::Action;
use super::input::Key;
use crate::text;

/// A place where keys can mean something of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Context {
    /// Where nothing else takes the key.
    Everywhere,
    /// All panels of the Timeline screen.
    Timeline,
    /// The list of aggregates.
    List,
    /// The events over time.
    Rail,
    /// The state.
    State,
    /// The state as text.
    Raw,
    /// The changes.
    Change,
    /// The event.
    Event,
    /// All parts of the Events screen.
    Events,
    /// The Projections screen.
    Projections,
    /// All metrics on the Metrics screen.
    Metrics,
    /// One of them on the whole screen.
    Metric,
    /// The list of events.
    EventList,
    /// The chosen event.
    Payload,
    /// The types and categories.
    Facets,
    /// The tour, before every other place that is not typed in.
    Tour,
    /// Typing a filter.
    Filter,
    /// Typing into the list's search.
    Find,
    /// Typing into the search of the state.
    Seek,
    /// Typing a version or a time.
    Prompt,
    /// Typing the name of a mark.
    Mark,
    /// The list of marks.
    Marks,
    /// The list of pins.
    Pins,
    /// The dead letters of a projection.
    Letters,
    /// What is to be written is agreed to.
    Order,
    /// Choosing what to compare with.
    Compare,
    /// Typing the name of an action.
    Palette,
    /// The help.
    Help,
    /// All messages.
    Log,
    /// What goes on in the background.
    Work,
    /// A message in full.
    Message,
    /// A value in full.
    Value,
}

impl Context {
    /// Every context, its name in the file and its heading in the help.
    pub(crate) const ALL: &[(Self, &str, &str)] = &[
        (Self::Everywhere, "everywhere", "Everywhere"),
        (Self::Timeline, "timeline", "On the timeline"),
        (Self::List, "list", "In the list of aggregates"),
        (Self::Rail, "rail", "On the events over time"),
        (Self::State, "state", "In the state"),
        (Self::Raw, "raw", "In the state as JSON"),
        (Self::Change, "change", "In the changes"),
        (Self::Event, "event", "In the event"),
        (Self::Events, "events", "On the Events screen"),
        (Self::EventList, "event-list", "In the list of events"),
        (Self::Payload, "payload", "In the chosen event"),
        (Self::Facets, "facets", "In the types and categories"),
        (Self::Projections, "projections", "On the Projections screen"),
        (Self::Metrics, "metrics", "On the Metrics screen"),
        (Self::Metric, "metric", "In one metric"),
        (Self::Tour, "tour", "While on the tour"),
        (Self::Filter, "filter", "While typing a filter"),
        (Self::Find, "find", "While finding"),
        (Self::Seek, "seek", "While searching the state"),
        (Self::Prompt, "prompt", "While typing where to go"),
        (Self::Mark, "mark", "While naming a mark"),
        (Self::Marks, "marks", "In the list of marks"),
        (Self::Pins, "pins", "In the list of pins"),
        (Self::Letters, "letters", "In the dead letters"),
        (Self::Order, "order", "Before something is written"),
        (Self::Compare, "compare", "While choosing what to compare with"),
        (Self::Palette, "palette", "In the palette"),
        (Self::Help, "help", "In this help"),
        (Self::Log, "log", "In the list of messages"),
        (Self::Work, "work", "In the list of background work"),
        (Self::Message, "message", "In a message"),
        (Self::Value, "value", "In a value"),
    ];

    /// This place and those around it, whose keys hold here too.
    pub(crate) fn around(self) -> Vec<Self> {
        match self {
            Self::List | Self::Rail | Self::State | Self::Change | Self::Event => {
                vec![self, Self::Timeline, Self::Everywhere]
            }
            Self::EventList | Self::Payload | Self::Facets => {
                vec![self, Self::Events, Self::Everywhere]
            }
            Self::Timeline | Self::Events | Self::Projections | Self::Metrics | Self::Metric => {
                vec![self, Self::Everywhere]
            }
            _ => vec![self],
        }
    }

    /// Whether letters are typed there.
    pub(crate) fn is_typing(self) -> bool {
        matches!(
            self,
            Self::Filter
                | Self::Find
                | Self::Seek
                | Self::Prompt
                | Self::Mark
                | Self::Compare
                | Self::Palette
        )
    }
}

/// One row of the file.
#[derive(Clone, Debug)]
pub(crate) struct Binding {
    /// Where it holds.
    pub(crate) context: Context,
    /// The keys, each pressed one after the other.
    pub(crate) on: Vec<Vec<Key>>,
    /// What it does.
    pub(crate) run: Action,
    /// What it does, for people.
    pub(crate) desc: String,
    /// Its word in the footer.
    pub(crate) foot: Option<String>,
}

impl Binding {
    /// The first `most` of its keys, as a person sees them.
    pub(crate) fn label(&self, most: usize) -> String {
        self.on.iter().take(most).map(|on| label(on)).collect::<Vec<_>>().join(" ")
    }
}

/// Keys that are pressed one after the other, as a person sees them.
pub(crate) fn label(keys: &[Key]) -> String {
    keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
}

/// What is offered: keys, their word, and which of them does what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    /// The keys.
    pub(crate) keys: String,
    /// The word.
    pub(crate) word: String,
    /// Each action, and the cell where its key ends.
    actions: Vec<(usize, Action)>,
}

impl Offer {
    /// The cells that it takes.
    pub(crate) fn width(&self) -> usize {
        text::width(&self.keys) + 1 + text::width(&self.word)
    }

    /// The action whose key stands at a cell; the last one's where the word does.
    pub(crate) fn action_at(&self, cell: usize) -> Option<Action> {
        let at = self.actions.iter().find(|(end, _)| cell < *end).or(self.actions.last());
        at.map(|(_, action)| *action)
    }
}

/// What the keys pressed so far mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// This action.
    Run(Action),
    /// The beginning of something longer.
    Prefix,
    /// Nothing.
    Nothing,
}

/// All bindings, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// The keys that come with foldback.
    pub(crate) fn standard() -> Result<Self, KeymapError> {
        Self::read(include_str!("../../assets/keymap.yaml"))
    }

    /// What `keys` mean, asked from the innermost context to the outermost.
    pub(crate) fn meaning(&self, contexts: &[Context], keys: &[Key]) -> Meaning {
        for context in contexts {
            let mut prefix = false;
            for binding in self.bindings.iter().filter(|binding| binding.context == *context) {
                for on in &binding.on {
                    if on == keys {
                        return Meaning::Run(binding.run);
                    }
                    prefix |= on.starts_with(keys);
                }
            }
            if prefix {
                return Meaning::Prefix;
            }
        }
        Meaning::Nothing
    }

    /// The footer of the given contexts, of what can be done now: keys and their word, neighbours with the same word
    /// together.
    pub(crate) fn footer(&self, contexts: &[Context], can: impl Fn(Action) -> bool) -> Vec<Offer> {
        let mut out: Vec<Offer> = Vec::new();
        for context in contexts {
            for binding in self.bindings.iter().filter(|binding| binding.context == *context) {
                let Some(foot) = binding.foot.as_ref().filter(|_| can(binding.run)) else {
                    continue;
                };
                // What an inner place took over is not offered.
                if !binding.on.first().is_some_and(|on| self.does(contexts, on, binding.run)) {
                    continue;
                }
                let label = binding.label(1);
                offer(&mut out, &label, foot, binding.run);
            }
        }
        out
    }

    /// What can follow the keys pressed so far: the keys that are missing, and what they do; neighbours that do the
    /// same together.
    pub(crate) fn following(&self, contexts: &[Context], pressed: &[Key]) -> Vec<Offer> {
        let mut out: Vec<Offer> = Vec::new();
        for binding in contexts.iter().flat_map(|context| self.of(*context)) {
            for on in &binding.on {
                let Some(rest) = on.strip_prefix(pressed).filter(|rest| !rest.is_empty()) else {
                    continue;
                };
                if self.does(contexts, on, binding.run) {
                    offer(&mut out, &label(rest), &binding.desc, binding.run);
                }
            }
        }
        out
    }

    fn does(&self, contexts: &[Context], keys: &[Key], action: Action) -> bool {
        self.meaning(contexts, keys) == Meaning::Run(action)
    }

    /// The key that does this here, and a word about it: `Esc stops`; `None` where none does.
    pub(crate) fn hint(&self, contexts: &[Context], action: Action, word: &str) -> Option<String> {
        self.key(contexts, action).map(|key| format!("{key} {word}"))
    }

    /// The first key that does this here, as a person sees it; `None` where none does.
    pub(crate) fn key(&self, contexts: &[Context], action: Action) -> Option<String> {
        let bindings = contexts.iter().flat_map(|context| self.of(*context));
        let mut keys = bindings.filter(|binding| binding.run == action).flat_map(|b| &b.on);
        let on = keys.find(|on| self.does(contexts, on, action))?;
        Some(label(on))
    }

    /// The bindings of one context.
    pub(crate) fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.context == context)
    }

    /// The keys of an action, outside of typing, as a person sees them; empty where it has none.
    pub(crate) fn keys_of(&self, action: Action) -> String {
        self.bindings
            .iter()
            .find(|binding| binding.run == action && !binding.context.is_typing())
            .map_or_else(String::new, |binding| binding.label(2))
    }
}

/// Offers one more key, together with the one before it where the word is the same.
fn offer(out: &mut Vec<Offer>, keys: &str, word: &str, action: Action) {
    if let Some(last) = out.last_mut().filter(|last| last.word == word) {
        join_labels(&mut last.keys, keys);
        last.actions.push((text::width(&last.keys), action));
    } else {
        let actions = vec![(text::width(keys), action)];
        out.push(Offer { keys: keys.to_owned(), word: word.to_owned(), actions });
    }
}

/// `⇧←` and `⇧→` become `⇧←→`; words stay apart.
fn join_labels(keys: &mut String, label: &str) {
    let bare = |text: &str| text.chars().last().is_some_and(|c| "←→↑↓".contains(c));
    if bare(keys) && bare(label) {
        keys.push_str(label.trim_start_matches('⇧'));
    } else {
        keys.push(' ');
        keys.push_str(label);
    }
}

#[cfg(test)]
mod tests;

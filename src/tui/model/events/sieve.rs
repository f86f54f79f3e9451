//! The filter of the Events screen: what was typed, what holds, what held before, and what was counted with it.

use std::sync::Arc;

use super::super::field::Field;
use super::offer::Offer;
use super::tally::Tally;
use crate::analysis::{Filter, Matcher, filter_value, filter_words};
use crate::model::{EventType, Timestamp, time};
use crate::text;

/// Filters that can be gone back to.
const KEPT: usize = 100;

/// What is typed and what holds.
#[derive(Debug, Default)]
pub(crate) struct Sieve {
    /// Whether it is being typed.
    pub(crate) typing: bool,
    /// What is being typed.
    pub(crate) field: Field,
    /// Why it cannot be, sanitised.
    pub(crate) mistake: Option<String>,
    /// What could be meant by it.
    pub(crate) offer: Offer,
    /// What holds.
    pub(crate) filter: Arc<Filter>,
    /// What was typed for it.
    line: String,
    before: Vec<String>,
    undone: Vec<String>,
    /// What was counted of all events.
    pub(crate) whole: Tally,
    /// What was counted of those that the filter lets through.
    pub(crate) wanted: Tally,
    /// Whether somebody stopped the counting.
    pub(crate) stopped: bool,
}

impl Sieve {
    /// What was typed for the filter that holds.
    pub(crate) fn line(&self) -> &str {
        &self.line
    }

    /// Whether anything is left out.
    pub(crate) fn is_on(&self) -> bool {
        !self.filter.is_empty()
    }

    /// What was counted of what is shown.
    pub(crate) fn tally(&self) -> &Tally {
        if self.is_on() { &self.wanted } else { &self.whole }
    }

    /// The filter to count with next; `None` where all is counted.
    pub(crate) fn uncounted(&self) -> Option<Arc<Filter>> {
        if self.stopped {
            return None;
        }
        if self.is_on() && !self.wanted.done {
            return Some(Arc::clone(&self.filter));
        }
        (!self.whole.done).then(|| Arc::new(Filter::default()))
    }

    /// Takes in what was counted with a filter; `false` where another one holds by now.
    pub(crate) fn take(&mut self, filter: &Filter, tally: Tally) -> bool {
        if filter.is_empty() {
            self.whole = tally;
        } else if *filter == *self.filter {
            self.wanted = tally;
        } else {
            return false;
        }
        true
    }

    /// The types that a store can choose by; none where it cannot, or any will do.
    pub(crate) fn types(&self) -> Vec<EventType> {
        let typed = self.filter.types();
        // A name may be short for a type that was not come to yet.
        if typed.is_empty() || !self.whole.done || self.whole.crowded {
            return Vec::new();
        }
        let meant = self.whole.types.iter();
        let meant = meant
            .filter(|facet| typed.iter().any(|name| facet.name == *name || facet.short == *name));
        meant.map(|facet| EventType::new(facet.name.clone())).collect()
    }

    /// Begins to type, from what holds on.
    pub(crate) fn begin(&mut self) {
        self.typing = true;
        self.mistake = None;
        self.field = Field::default();
        self.field.insert(&self.line);
        self.field.resume();
        self.offer = Offer::default();
    }

    /// Looks at what is being typed.
    pub(crate) fn check(&mut self, now: Timestamp) {
        let read = Filter::parse(self.field.text(), now);
        self.mistake = read.err().map(|error| text::sanitize(&error.to_string()).into_owned());
        self.offer = Offer::of(&self.field, &self.whole);
    }

    /// Puts what is offered in the place of the word that is being typed.
    pub(crate) fn complete(&mut self, now: Timestamp) {
        self.offer.take(&mut self.field);
        self.check(now);
    }

    /// Reads a line and lets it hold; the error is why it cannot, sanitised.
    pub(crate) fn set(&mut self, line: &str, now: Timestamp) -> Result<(), String> {
        let line = line.trim();
        let filter = Filter::parse(line, now)
            .map_err(|error| text::sanitize(&error.to_string()).into_owned())?;
        if let Err(error) = Matcher::new(filter.clone()) {
            return Err(text::sanitize(&error.to_string()).into_owned());
        }
        self.no_such_name(&filter)?;
        let before = std::mem::replace(&mut self.line, line.to_owned());
        if before != self.line {
            self.before.push(before);
            self.undone.clear();
            if self.before.len() > KEPT {
                self.before.remove(0);
            }
        }
        self.hold(filter);
        Ok(())
    }

    fn hold(&mut self, filter: Filter) {
        if filter != *self.filter {
            self.wanted = Tally::default();
        }
        self.filter = Arc::new(filter);
        self.stopped = false;
    }

    /// Once all is counted it is known which names there are.
    fn no_such_name(&self, filter: &Filter) -> Result<(), String> {
        let whole = &self.whole;
        if !whole.done || whole.crowded {
            return Ok(());
        }
        let check = |of: &str, typed: Vec<&str>, all: &[super::tally::Facet]| {
            let is_there =
                |name: &str| all.iter().any(|facet| facet.name == name || facet.short == name);
            let Some(wrong) = typed.into_iter().find(|name| !is_there(name)) else { return Ok(()) };
            let near = text::nearest(wrong, all.iter().map(|facet| facet.short.as_str()));
            let wrong = text::sanitize(wrong);
            Err(match near {
                Some(near) => {
                    format!(
                        "no event has the {of} `{wrong}`; did you mean `{}`?",
                        text::sanitize(near)
                    )
                }
                None => format!("no event has the {of} `{wrong}`"),
            })
        };
        check("type", filter.types(), &whole.types)?;
        check("category", filter.categories(), &whole.categories)
    }

    /// The filter before this one, or after one that was undone; `None` where there is none.
    pub(crate) fn go(&mut self, back: bool, now: Timestamp) -> Option<&str> {
        let line = if back { self.before.pop() } else { self.undone.pop() }?;
        let other = std::mem::replace(&mut self.line, line);
        let trail = if back { &mut self.undone } else { &mut self.before };
        trail.push(other);
        let filter = Filter::parse(&self.line, now).unwrap_or_default();
        self.hold(filter);
        Some(&self.line)
    }

    /// The line with a term more, or without it where it is there already.
    pub(crate) fn toggled(&self, key: &str, name: &str) -> String {
        let term = format!("{key}:{}", filter_value(name));
        let mut words = filter_words(&self.line);
        let there = words.iter().position(|word| *word == term);
        if let Some(at) = there {
            words.remove(at);
        } else {
            // An expression takes the rest of the line.
            let at = words.iter().position(|word| word.starts_with("where:"));
            words.insert(at.unwrap_or(words.len()), &term);
        }
        words.join(" ")
    }

    /// Whether a term holds.
    pub(crate) fn has(&self, key: &str, name: &str) -> bool {
        let term = format!("{key}:{}", filter_value(name));
        filter_words(&self.line).contains(&term.as_str())
    }

    /// The line with another span of time.
    pub(crate) fn within(&self, from: &Timestamp, to: &Timestamp) -> String {
        let is_time = |word: &&str| word.starts_with("from:") || word.starts_with("to:");
        let mut words =
            vec![format!("from:{}", time::rfc3339(from)), format!("to:{}", time::rfc3339(to))];
        let kept = filter_words(&self.line);
        words.extend(kept.into_iter().filter(|word| !is_time(word)).map(str::to_owned));
        words.join(" ")
    }
}

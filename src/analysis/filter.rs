//! Which events somebody wants to see, typed in one line: `type:ItemRemoved from:2026-03-02 where:.data.total < 0`.
//!
//! Pure: a filter knows an event and the clock it was read by, never a store.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use smol_str::SmolStr;

use super::query::Predicate;
use crate::model::shape::{self, Form};
use crate::model::{Event, Timestamp, Value, json, time};
use crate::text;
use crate::text::jq::{MatchError, QueryError};

/// What a filter is written in, a line for each part: its form, what it means, and that in fewer words.
pub const FILTER_USAGE: &[(&str, &str, &str)] = &[
    ("type:NAME", "of this type; several: any of them", "of this type; several: any"),
    ("category:NAME", "of this category", "of this category"),
    ("aggregate:TEXT", "whose aggregate's id holds this", "whose id holds this"),
    ("meta:NAME=VALUE", "whose metadata say this; meta:NAME where it is there", "in its metadata"),
    ("from:TIME to:TIME", "2026-03-02, \"2026-03-02 14:34\", -2h", "2026-03-02, -2h"),
    ("WORD", "that hold this word anywhere", "that hold this anywhere"),
    ("-type:NAME -WORD", "a minus leaves them out", "a minus: not these"),
    (
        "where:EXPR",
        "this jq expression is true of it; the rest of the line",
        "jq; the rest of the line",
    ),
];

const KEYS: &[&str] = &["type", "category", "aggregate", "meta", "from", "to", "where"];

#[derive(Clone, Debug, PartialEq, Eq)]
enum Term {
    Type(String),
    Category(String),
    Aggregate(String),
    Meta(String, Option<String>),
    Word(String),
}

/// What was typed, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Each with whether it leaves events out.
    terms: Vec<(bool, Term)>,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    expression: Option<String>,
}

/// Why a text is no filter: what is wrong, at which character, counted from 1, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} at character {at}; {hint}")]
pub struct FilterError {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub at: usize,
    /// What would be right.
    pub hint: String,
}

/// A word of the line: where it begins, in bytes, its text, and where its value begins, where it has a key.
struct Word<'a> {
    at: usize,
    key: Option<&'a str>,
    value: String,
    quoted: bool,
    minus: bool,
}

impl Filter {
    /// Reads what was typed. Times count from `now`; the expression after `where:` is compiled by [`Matcher::new`].
    pub fn parse(line: &str, now: Timestamp) -> Result<Self, FilterError> {
        let mut filter = Self::default();
        let mut at = 0;
        while let Some(word) = next_word(line, &mut at)? {
            let error = |message: String, hint: &str| FilterError {
                message,
                at: place(line, word.at),
                hint: hint.to_owned(),
            };
            let value = word.value.clone();
            let Some(key) = word.key else {
                if let Some((message, hint)) = meant(line, &word) {
                    return Err(error(message, &hint));
                }
                filter.terms.push((word.minus, Term::Word(value)));
                continue;
            };
            if value.is_empty() && !word.quoted {
                let hint = match key {
                    "where" => "a jq expression follows it: `where:.data.total < 0`",
                    "from" | "to" => "a time follows it: `from:2026-03-02` or `from:-2h`",
                    _ => "a name follows it, without a space: `type:ItemRemoved`",
                };
                return Err(error(format!("`{key}:` has nothing behind it"), hint));
            }
            let term = match key {
                "type" => Term::Type(value),
                "category" => Term::Category(value),
                "aggregate" => Term::Aggregate(value),
                "meta" => match value.split_once('=') {
                    Some((name, wanted)) => Term::Meta(name.to_owned(), Some(wanted.to_owned())),
                    None => Term::Meta(value, None),
                },
                _ if word.minus => {
                    let hint = "write the opposite: `to:` for `from:`, `where:… | not`";
                    return Err(error(format!("`{key}:` cannot be left out with `-`"), hint));
                }
                "where" => {
                    filter.expression = Some(value);
                    continue;
                }
                _ => {
                    let (slot, read): (_, fn(&str, Timestamp) -> Option<Timestamp>) =
                        if key == "from" {
                            (&mut filter.from, time::parse_spoken)
                        } else {
                            (&mut filter.to, time::parse_spoken_end)
                        };
                    let Some(moment) = read(&value, now) else {
                        let hint = "write `2026-03-02`, `2026-03-02T14:34:12Z`, `\"2026-03-02 14:34\"` or `-2h`";
                        let shown = text::sanitize(&value);
                        return Err(error(format!("`{shown}` is no time"), hint));
                    };
                    if slot.replace(moment).is_some() {
                        return Err(error(
                            format!("`{key}:` stands there twice"),
                            "keep one of them",
                        ));
                    }
                    continue;
                }
            };
            filter.terms.push((word.minus, term));
        }
        if let (Some(from), Some(to)) = (filter.from, filter.to)
            && from > to
        {
            let message = "`from:` is later than `to:`".to_owned();
            return Err(FilterError { message, at: 1, hint: "swap them".to_owned() });
        }
        Ok(filter)
    }

    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The earliest moment.
    pub fn from(&self) -> Option<Timestamp> {
        self.from
    }

    /// The latest moment.
    pub fn to(&self) -> Option<Timestamp> {
        self.to
    }

    /// The types of which an event must have one, as they were typed; none where any will do.
    pub fn types(&self) -> Vec<&str> {
        let types = self.terms.iter().filter(|(minus, _)| !minus);
        types
            .filter_map(
                |(_, term)| if let Term::Type(name) = term { Some(name.as_str()) } else { None },
            )
            .collect()
    }

    /// The categories of which an event must have one; none where any will do.
    pub fn categories(&self) -> Vec<&str> {
        let terms = self.terms.iter().filter(|(minus, _)| !minus);
        terms
            .filter_map(
                |(_, term)| {
                    if let Term::Category(name) = term { Some(name.as_str()) } else { None }
                },
            )
            .collect()
    }

    /// Whether it asks for nothing but a time and categories, which a store chooses by itself.
    pub fn asks_nothing_of_an_event(&self) -> bool {
        self.expression.is_none()
            && self.terms.iter().all(|(minus, term)| !minus && matches!(term, Term::Category(_)))
            && self.categories().len() < 2
    }
}

/// What somebody meant by a word that would find nothing: `type=Name`, or the beginning of an expression.
fn meant(line: &str, word: &Word<'_>) -> Option<(String, String)> {
    if word.quoted {
        return None;
    }
    if let Some((name, rest)) = word.value.split_once('=')
        && KEYS.contains(&name)
    {
        let rest = text::shorten(rest, 40);
        let hint = format!("did you mean `{name}:{rest}`? in quotes it is searched for");
        return Some((format!("`{name}=` is no part of a filter"), hint));
    }
    let whole = line.get(word.at..).unwrap_or_default();
    let path = whole.strip_prefix('.')?.starts_with(|c: char| c.is_ascii_alphabetic() || c == '[');
    let compares = |word: &str| ["==", "!=", "<", "<=", ">", ">=", "|"].contains(&word);
    (path && whole.split_whitespace().any(compares)).then(|| {
        let hint = "write `where:` before it; in quotes, words are searched for";
        ("an expression begins".to_owned(), hint.to_owned())
    })
}

/// The place of a byte, in characters from 1.
fn place(line: &str, at: usize) -> usize {
    line.get(..at).map_or(1, |before| before.chars().count() + 1)
}

fn next_word<'a>(line: &'a str, at: &mut usize) -> Result<Option<Word<'a>>, FilterError> {
    let rest = line.get(*at..).unwrap_or_default();
    let begin = *at + (rest.len() - rest.trim_start().len());
    let rest = line.get(begin..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(None);
    }
    let minus = rest.len() > 1 && rest.starts_with('-');
    let bare = if minus { rest.get(1..).unwrap_or_default() } else { rest };
    let mut start = begin + usize::from(minus);
    let name: usize = bare.chars().take_while(char::is_ascii_alphabetic).count();
    let mut key = None;
    if name > 0 && bare.get(name..).is_some_and(|after| after.starts_with(':')) {
        let typed = bare.get(..name).unwrap_or_default();
        let known = KEYS.iter().find(|known| **known == typed);
        let Some(known) = known else {
            let hint = match text::nearest(typed, KEYS.iter().copied()) {
                Some(near) => format!("did you mean `{near}:`?"),
                None => format!(
                    "there are `{}:`; a word with a colon stands in quotes",
                    KEYS.join(":`, `")
                ),
            };
            let message = format!("there is no `{typed}:`");
            return Err(FilterError { message, at: place(line, start), hint });
        };
        key = Some(*known);
        start += name + 1;
    }
    let tail = line.get(start..).unwrap_or_default();
    if key == Some("where") {
        *at = line.len();
        let value = tail.trim().to_owned();
        return Ok(Some(Word { at: begin, key, value, quoted: false, minus }));
    }
    let (value, end, quoted) = value(line, start, tail)?;
    *at = end;
    Ok(Some(Word { at: begin, key, value, quoted, minus }))
}

/// A value up to the next space; quotes keep spaces together, wherever in it they stand.
fn value(line: &str, start: usize, tail: &str) -> Result<(String, usize, bool), FilterError> {
    let mut out = String::new();
    let mut open = None;
    let mut quoted = false;
    for (at, letter) in tail.char_indices() {
        match letter {
            '"' => {
                open = if open.is_some() { None } else { Some(start + at) };
                quoted = true;
            }
            letter if letter.is_whitespace() && open.is_none() => {
                return Ok((out, start + at, quoted));
            }
            letter => out.push(letter),
        }
    }
    match open {
        Some(at) => Err(FilterError {
            message: "a quote is not closed".to_owned(),
            at: place(line, at),
            hint: "end it with `\"`".to_owned(),
        }),
        None => Ok((out, line.len(), quoted)),
    }
}

/// A value as it has to be written in a filter.
pub fn filter_value(value: &str) -> String {
    if value.is_empty() || value.contains(char::is_whitespace) {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    }
}

/// The words of a line with the quotes they were typed with, what follows `where:` as one: to take one out again.
pub fn filter_words(line: &str) -> Vec<&str> {
    let mut at = 0;
    let mut words = Vec::new();
    while let Ok(Some(word)) = next_word(line, &mut at) {
        words.push(line.get(word.at..at).unwrap_or_default().trim_end());
    }
    words
}

/// A filter that is ready to be asked.
#[derive(Debug)]
pub struct Matcher {
    filter: Filter,
    predicate: Option<Predicate>,
}

impl Matcher {
    /// Compiles what follows `where:`.
    pub fn new(filter: Filter) -> Result<Self, QueryError> {
        let predicate = filter.expression.as_deref().map(Predicate::compile).transpose()?;
        Ok(Self { filter, predicate })
    }

    /// Gives up an expression as soon as somebody raises this flag.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        let predicate = self.predicate.map(|predicate| predicate.stopped_by(stop));
        Self { predicate, ..self }
    }

    /// Whether an event, whose type may also be called `short`, is wanted. What its time and category say is asked too.
    pub fn matches(&self, event: &Event, short: &str) -> Result<bool, MatchError> {
        let Filter { terms, from, to, .. } = &self.filter;
        if from.is_some_and(|from| event.time.is_none_or(|time| time < from))
            || to.is_some_and(|to| event.time.is_none_or(|time| time > to))
        {
            return Ok(false);
        }
        let mut whole: Option<String> = None;
        let (mut of_types, mut of_categories) = (None, None);
        for (minus, term) in terms {
            let holds = match term {
                Term::Type(name) => event.event_type.as_str() == name || short == name,
                Term::Category(name) => event.category.as_str() == name,
                Term::Aggregate(part) => contains(event.aggregate.as_str(), part),
                Term::Meta(name, wanted) => says(event, name, wanted.as_deref()),
                Term::Word(word) => {
                    let told =
                        whole.get_or_insert_with(|| shape::event_to_string(event, Form::Seen));
                    contains(told, word)
                }
            };
            match (minus, term) {
                (false, Term::Type(_)) => *of_types.get_or_insert(false) |= holds,
                (false, Term::Category(_)) => *of_categories.get_or_insert(false) |= holds,
                _ if holds == *minus => return Ok(false),
                _ => {}
            }
        }
        if of_types == Some(false) || of_categories == Some(false) {
            return Ok(false);
        }
        let Some(predicate) = &self.predicate else { return Ok(true) };
        let told = whole.unwrap_or_else(|| shape::event_to_string(event, Form::Seen));
        predicate.matches(&told)
    }
}

/// Whether a text holds another, without regard to case.
fn contains(text: &str, part: &str) -> bool {
    if part.is_ascii() {
        let part = part.as_bytes();
        return part.is_empty()
            || text.as_bytes().windows(part.len()).any(|piece| piece.eq_ignore_ascii_case(part));
    }
    text.to_lowercase().contains(&part.to_lowercase())
}

/// Whether the metadata has a member, or says this of it.
fn says(event: &Event, name: &str, wanted: Option<&str>) -> bool {
    let Some(Ok(Value::Object(map))) = event.metadata.as_ref().map(crate::model::Payload::value)
    else {
        return false;
    };
    let Some((_, slot)) = map.iter().find(|(key, _)| key.as_str() == name) else { return false };
    let told = match &slot.value {
        Value::String(string) => SmolStr::new(string),
        value => SmolStr::new(json::to_string(value)),
    };
    wanted.is_none_or(|wanted| told == wanted)
}

#[cfg(test)]
mod tests;

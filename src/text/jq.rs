//! jq expressions: compiled once, run over one JSON text after another.
//!
//! Pure: an expression sees the value it is given and the clock, never files, the environment or the terminal. It ends,
//! whatever it does; only memory has no bounds.

mod bounds;

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, compile};
use jaq_json::{Val, read};

use bounds::{Beyond, Bounded, Meter, Steps};

pub(crate) use bounds::CHANGE;
pub use bounds::with_room;

/// A compiled expression; run it as often as needed.
pub(crate) struct Expression {
    text: String,
    filter: Filter<Bounded>,
    steps: Steps,
    stop: Arc<AtomicBool>,
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// The expression fails on this value, in its own words: a string cannot be subtracted from, say.
    #[error("{0}")]
    Failed(String),
    /// The expression runs without end, or so it seems: it is no better on the next value.
    #[error("{0}")]
    Endless(&'static str),
    /// The flag that it was given was raised.
    #[error("it was stopped")]
    Stopped,
}

/// Why a text is no expression, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{expression}` is not a jq expression: {reason} at character {at}")]
pub struct QueryError {
    /// The text.
    pub expression: String,
    /// What is wrong with it.
    pub reason: String,
    /// Where, counted in characters from 1.
    pub at: usize,
}

impl Expression {
    /// Reads an expression that may use these variables: `$event`.
    pub(crate) fn compile(text: &str, variables: &[&str]) -> Result<Self, QueryError> {
        let error = |(reason, at): (String, usize)| QueryError {
            expression: text.to_owned(),
            reason,
            at: text.get(..at).map_or(1, |before| before.chars().count() + 1),
        };
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let own = bounds::functions();
        let functions = jaq_core::funs::<Bounded>()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs())
            .filter(|(name, ..)| *name != "env" && own.iter().all(|(own, ..)| name != own));
        let functions: Vec<_> = functions.chain(bounds::functions()).collect();
        let arena = Arena::default();
        let modules = Loader::new(definitions)
            .load(&arena, File { code: text, path: () })
            .map_err(|errors| error(not_loaded(text, errors)))?;
        let filter = Compiler::default()
            .with_funs(functions)
            .with_global_vars(variables.iter().copied())
            .compile(modules)
            .map_err(|errors| error(not_compiled(text, errors)))?;
        let (text, steps) = (text.to_owned(), bounds::QUESTION);
        Ok(Self { text, filter, steps, stop: Arc::default() })
    }

    /// Takes at most so many steps.
    #[must_use]
    pub(crate) fn within(self, steps: Steps) -> Self {
        Self { steps, ..self }
    }

    /// Gives up as soon as somebody raises this flag.
    #[must_use]
    pub(crate) fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// The text it was compiled from.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Gives what it yields for a JSON text to `each`, until that has enough. `variables` are the values of those it
    /// was compiled with, as JSON.
    pub(crate) fn run(
        &self,
        json: &str,
        variables: &[&str],
        each: &mut dyn FnMut(&Val) -> ControlFlow<()>,
    ) -> Result<(), MatchError> {
        let run = Meter::within(&self.filter.lut, self.steps, &self.stop, |data| {
            self.evaluate(data, json, variables, each)
        });
        run.map_err(|beyond| match beyond {
            Beyond::Steps => MatchError::Endless(self.steps.told),
            Beyond::Depth => MatchError::Endless("it calls itself too often"),
            Beyond::Stopped => MatchError::Stopped,
        })?
        .map_err(MatchError::Failed)
    }

    fn evaluate(
        &self,
        data: bounds::Data<'_>,
        json: &str,
        variables: &[&str],
        each: &mut dyn FnMut(&Val) -> ControlFlow<()>,
    ) -> Result<(), String> {
        let read = |json: &str| read::parse_single(json.as_bytes()).map_err(|e| e.to_string());
        let variables: Vec<Val> =
            variables.iter().map(|json| read(json)).collect::<Result<_, _>>()?;
        let context = Ctx::<Bounded>::new(data, Vars::new(variables));
        for output in self.filter.id.run((context, read(json)?)) {
            match output {
                Ok(value) if each(&value).is_break() => break,
                Ok(_) => {}
                Err(exception) => {
                    return Err(match exception.get_err() {
                        Ok(error) => error.to_string(),
                        Err(_) => "it stopped with `halt` or `break`".to_owned(),
                    });
                }
            }
        }
        Ok(())
    }

    /// The one value that it yields for a JSON text, as JSON. Numbers that it only hands on keep their text.
    pub(crate) fn one(&self, json: &str, variables: &[&str]) -> Result<String, MatchError> {
        let (mut found, mut more) = (None, false);
        self.run(json, variables, &mut |value| {
            more = found.is_some();
            found.get_or_insert_with(|| value.to_string());
            if more { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        match found {
            Some(_) if more => Err(MatchError::Failed("it yields more than one value".to_owned())),
            Some(found) => Ok(found),
            None => Err(MatchError::Failed("it yields nothing".to_owned())),
        }
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Expression").field(&self.text).finish()
    }
}

/// The first mistake: what, and at which byte.
fn not_loaded(code: &str, errors: load::Errors<&str, ()>) -> (String, usize) {
    let at = |part: &str| place(code, part);
    let first = errors.into_iter().find_map(|(_, error)| match error {
        load::Error::Io(errors) => errors.into_iter().next().map(|(part, error)| (error, at(part))),
        load::Error::Lex(errors) => errors.into_iter().next().map(|(expected, part)| {
            let reason = match expected.as_str() {
                "token" => "nothing can begin with this character here".to_owned(),
                word => format!("expected {}", article(word)),
            };
            (reason, at(part))
        }),
        load::Error::Parse(errors) => errors.into_iter().next().map(|(expected, part)| {
            let expected = expected.as_str();
            let reason = match expected {
                "nothing" => "expected the end or an operator".to_owned(),
                word if word.chars().all(char::is_alphabetic) && !is_keyword(word) => {
                    format!("expected {}", article(word))
                }
                word => format!("expected {word}"),
            };
            (reason, if part.is_empty() { code.len() } else { at(part) })
        }),
    });
    first.unwrap_or_else(|| ("it cannot be read".to_owned(), 0))
}

fn not_compiled(code: &str, errors: compile::Errors<&str, ()>) -> (String, usize) {
    let first = errors.into_iter().flat_map(|(_, errors)| errors).next();
    let Some((name, undefined)) = first else { return ("it cannot be read".to_owned(), 0) };
    let reason = match undefined {
        compile::Undefined::Filter(0) => {
            format!("there is no function `{name}`; a field is written `.{name}`")
        }
        compile::Undefined::Filter(arguments) => {
            format!("there is no function `{name}` of {arguments} arguments")
        }
        other => format!("there is no {} `{name}`", other.as_str()),
    };
    (reason, place(code, name))
}

/// Where `part`, which the reader cut out of `code`, begins.
fn place(code: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(code.as_ptr() as usize).min(code.len())
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "then" | "as" | "else" | "end" | "elif" | "do")
}

fn article(word: &str) -> String {
    match word {
        "term" => "a value".to_owned(),
        "identifier" | "argument" => format!("an {word}"),
        word => format!("a {word}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str, json: &str) -> Result<String, String> {
        let read = Expression::compile(text, &["$event"]).unwrap();
        read.one(json, &[r#"{"type":"Paid"}"#]).map_err(|error| error.to_string())
    }

    #[test]
    fn one_value_is_yielded_with_its_numbers_as_they_were() {
        let json = r#"{"b":1.50,"a":[9007199254740993,1e2],"n":null}"#;
        assert_eq!(one(".", json).as_deref(), Ok(json));
        assert_eq!(one("$event.type", json).as_deref(), Ok(r#""Paid""#));
        assert_eq!(one("0.080", json).as_deref(), Ok("0.080"));
        assert_eq!(one("empty", json).unwrap_err(), "it yields nothing");
        assert_eq!(one(".a[]", json).unwrap_err(), "it yields more than one value");
    }

    #[test]
    fn a_variable_that_was_not_promised_is_a_mistake() {
        let error = Expression::compile("$events", &["$event"]).unwrap_err();
        assert_eq!((error.reason.as_str(), error.at), ("there is no variable `$events`", 1));
    }
}

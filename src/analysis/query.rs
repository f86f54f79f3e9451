//! Asking a yes-or-no question in jq of one JSON value after another: `--where '.data.amount > 100'`.
//!
//! Pure: an expression sees the value it is given and the clock, never files, the environment or the terminal.

mod bounds;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Filter, Vars, compile};
use jaq_json::{Val, read};

use bounds::{Beyond, Bounded, Meter};

pub use bounds::with_room;

/// A compiled expression; ask it as often as needed.
pub struct Predicate {
    expression: String,
    filter: Filter<Bounded>,
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

impl Predicate {
    /// Reads an expression. Every jq filter is one; what it yields is read as true or false.
    pub fn compile(expression: &str) -> Result<Self, QueryError> {
        let error = |(reason, at): (String, usize)| QueryError {
            expression: expression.to_owned(),
            reason,
            at: expression.get(..at).map_or(1, |before| before.chars().count() + 1),
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
            .load(&arena, File { code: expression, path: () })
            .map_err(|errors| error(not_loaded(expression, errors)))?;
        let filter = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|errors| error(not_compiled(expression, errors)))?;
        Ok(Self { expression: expression.to_owned(), filter, stop: Arc::default() })
    }

    /// Gives up as soon as somebody raises this flag.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        Self { stop, ..self }
    }

    /// The text it was compiled from.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Whether the expression yields anything but `false` and `null` for this JSON text, as jq's `select` reads it.
    /// It ends, whatever the expression does; only memory has no bounds.
    pub fn matches(&self, json: &str) -> Result<bool, MatchError> {
        let asked = Meter::within(&self.filter.lut, &self.stop, |data| self.ask(data, json));
        asked
            .map_err(|beyond| match beyond {
                Beyond::Steps => MatchError::Endless("it takes more than 5 million steps"),
                Beyond::Depth => MatchError::Endless("it calls itself too often"),
                Beyond::Stopped => MatchError::Stopped,
            })?
            .map_err(MatchError::Failed)
    }

    fn ask(&self, data: bounds::Data<'_>, json: &str) -> Result<bool, String> {
        let input = read::parse_single(json.as_bytes()).map_err(|error| error.to_string())?;
        let context = Ctx::<Bounded>::new(data, Vars::new([]));
        for output in self.filter.id.run((context, input)) {
            match output {
                Ok(Val::Null | Val::Bool(false)) => {}
                Ok(_) => return Ok(true),
                Err(exception) => {
                    return Err(match exception.get_err() {
                        Ok(error) => error.to_string(),
                        Err(_) => "it stopped with `halt` or `break`".to_owned(),
                    });
                }
            }
        }
        Ok(false)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Predicate").field(&self.expression).finish()
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

    const EVENT: &str =
        r#"{"type":"ItemRemoved","version":17,"data":{"amount":120.50,"tags":["a","b"]}}"#;

    fn asked(expression: &str) -> Result<bool, String> {
        Predicate::compile(expression).unwrap().matches(EVENT).map_err(|error| error.to_string())
    }

    #[test]
    fn truth_is_what_jqs_select_takes_for_true() {
        for yes in [
            ".data.amount > 100",
            r#".type == "ItemRemoved""#,
            r#".type | test("^Item")"#,
            ".data.tags[] == \"b\"",
            ".version",
            r#".data | has("amount")"#,
            r#".data.tags | index("b")"#,
        ] {
            assert_eq!(asked(yes), Ok(true), "{yes}");
        }
        for no in [".data.amount > 200", ".nothing", "empty", ".data.tags[] == \"c\"", "null"] {
            assert_eq!(asked(no), Ok(false), "{no}");
        }
    }

    #[test]
    fn a_failing_expression_says_why() {
        assert!(asked(".type - 1").unwrap_err().contains("cannot"), "{:?}", asked(".type - 1"));
        assert!(asked("error(\"no\")").unwrap_err().contains("no"));
        assert!(asked("halt").unwrap_err().contains("halt"));
    }

    #[test]
    fn what_runs_without_end_is_given_up() {
        for deep in ["def f: 1 + f; f", "[recurse(.)]", "def f: [f]; f"] {
            let answer = Predicate::compile(deep).unwrap().matches(EVENT);
            assert!(matches!(answer, Err(MatchError::Endless(_))), "{deep}: {answer:?}");
        }
        for ends in ["[range(5; 0; -2)] == [5, 3, 1]", "[range(0; 1; 0.25)] | length == 4"] {
            assert_eq!(asked(ends), Ok(true), "{ends}");
        }
        assert_eq!(asked("[range(2; 1)] | length > 0"), Ok(false));
        assert!(asked("range(0; {}; [])").unwrap_err().contains("cannot"));
    }

    #[test]
    fn somebody_else_can_stop_it() {
        for endless in ["def f: f; f", "last(repeat(1))", "[range(infinite)]", "until(false; .)"] {
            let stop = Arc::new(AtomicBool::new(false));
            let question = Predicate::compile(endless).unwrap().stopped_by(Arc::clone(&stop));
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            assert_eq!(question.matches(EVENT), Err(MatchError::Stopped), "{endless}");
        }
    }

    #[test]
    fn mistakes_are_placed() {
        let error = |text: &str| {
            let error = Predicate::compile(text).unwrap_err();
            (error.reason, error.at)
        };
        assert_eq!(error(".data.amount >"), ("expected a value".into(), 15));
        assert_eq!(error("\"ä\" | (.a"), ("expected a closing parenthesis".into(), 10));
        assert_eq!(error(".a )"), ("nothing can begin with this character here".into(), 4));
        assert_eq!(
            error(".a > total"),
            ("there is no function `total`; a field is written `.total`".into(), 6)
        );
        assert_eq!(error("$x"), ("there is no variable `$x`".into(), 1));
        assert_eq!(error("env").1, 1, "the environment is nobody's business");
        assert_eq!(error(""), ("expected a value".into(), 1));
    }

    #[test]
    fn big_numbers_are_compared_exactly() {
        let question = Predicate::compile(".n == 9007199254740993").unwrap();
        assert_eq!(question.matches(r#"{"n":9007199254740993}"#), Ok(true));
        assert_eq!(question.matches(r#"{"n":9007199254740992}"#), Ok(false));
    }
}

//! Asking a yes-or-no question in jq of one JSON value after another: `--where '.data.amount > 100'`.
//!
//! Pure: what an expression may see and take is said in [`crate::text::jq`].

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jaq_json::Val;

use crate::text::jq::{Expression, MatchError, QueryError};

/// A compiled question; ask it as often as needed.
pub struct Predicate {
    expression: Expression,
}

impl Predicate {
    /// Reads an expression. Every jq filter is one; what it yields is read as true or false.
    pub fn compile(expression: &str) -> Result<Self, QueryError> {
        Ok(Self { expression: Expression::compile(expression, &[])? })
    }

    /// Gives up as soon as somebody raises this flag.
    #[must_use]
    pub fn stopped_by(self, stop: Arc<AtomicBool>) -> Self {
        Self { expression: self.expression.stopped_by(stop) }
    }

    /// The text it was compiled from.
    pub fn expression(&self) -> &str {
        self.expression.text()
    }

    /// Whether the expression yields anything but `false` and `null` for this JSON text, as jq's `select` reads it.
    /// It ends, whatever the expression does; only memory has no bounds.
    pub fn matches(&self, json: &str) -> Result<bool, MatchError> {
        let mut holds = false;
        self.expression.run(json, &[], &mut |output| {
            holds = !matches!(output, Val::Null | Val::Bool(false));
            if holds { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        Ok(holds)
    }
}

impl fmt::Debug for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Predicate").field(&self.expression()).finish()
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

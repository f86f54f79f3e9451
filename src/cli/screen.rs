//! `foldback STORE`: opens the screen.

use super::context::Context;
use super::failure::{Failure, Outcome, Status};
use super::output::Colour;
use crate::session::Session;
use crate::tui::{self, Colours, Source, TuiError};

/// Shows a store until the person leaves it.
pub(crate) fn show(store: &str, colour: Colour, context: &Context) -> Outcome {
    if context.out.is_json() {
        return Err(Failure::usage("the screen has nothing to say in JSON")
            .hint(format!("a command does: foldback info {store} --json")));
    }
    if !context.out.is_screen() {
        return Err(Failure::usage("the screen needs a terminal to draw on and to be typed at")
            .hint(format!("a command does without: foldback info {store}")));
    }
    let (name, options) = (store.to_owned(), context.options());
    let stop = options.stop.interrupter();
    let source = Source::new(store, move || Session::open(&name, &options)).stopped_by(stop);
    let options = tui::Options { colours: colours(colour), ..tui::Options::default() };
    tui::run(source, &options).map_err(|error| match error {
        TuiError::Store(error) => error.into(),
        TuiError::Defect => Failure::silent(Status::Defect),
        TuiError::Terminal(_) | TuiError::Options(_) => {
            Failure::usage(error.to_string()).because_of(&error)
        }
    })
}

fn colours(colour: Colour) -> Colours {
    match colour {
        Colour::Never => Colours::None,
        Colour::Auto => Colours::from_env(|name| std::env::var(name).ok()),
        Colour::Always => {
            Colours::from_env(|name| std::env::var(name).ok().filter(|_| name != "NO_COLOR"))
        }
    }
}

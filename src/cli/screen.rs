//! `foldback STORE`: opens the screen.

use clap::Args;

use super::context::Context;
use super::failure::{Failure, Outcome, Status};
use super::output::Colour;
use crate::model::AggregateKey;
use crate::session::Session;
use crate::tui::{self, Colours, Source, TuiError};

/// How the screen looks.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Look {
    /// The screen's colours: dark, light, contrast, ansi16 or mono; Ctrl-t switches
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
}

impl Look {
    /// The flag that was given, if any was.
    pub(crate) fn given(&self) -> Option<&'static str> {
        self.theme.as_ref().map(|_| "--theme")
    }

    /// This one, and the other where it says nothing.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self { theme: self.theme.clone().or_else(|| other.theme.clone()) }
    }
}

/// Shows a store until the person leaves it, from the aggregate `first` on where one is named.
pub(crate) fn show(
    store: &str,
    first: Option<AggregateKey>,
    look: Look,
    colour: Colour,
    context: &Context,
) -> Outcome {
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
    let source = match first {
        Some(first) => source.beginning_with(first),
        None => source,
    };
    let options = tui::Options { colours: colours(colour), theme: look.theme };
    tui::run(source, &options).map_err(|error| match error {
        TuiError::Store(error) => error.into(),
        TuiError::Gone => Failure::silent(Status::Done),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_help_names_the_themes_there_are() {
        let command = Look::augment_args(clap::Command::new("x"));
        let help = command.get_arguments().find_map(|arg| arg.get_help()).unwrap().to_string();
        let themes = include_str!("../../assets/themes.yaml").lines();
        let names = themes.filter(|line| line.starts_with(char::is_alphabetic));
        for name in names.map(|line| line.trim_end_matches(':')) {
            assert!(help.contains(name), "{name} is not in: {help}");
        }
    }
}

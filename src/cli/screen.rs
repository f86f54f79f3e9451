//! `foldback STORE`: opens the screen.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::Args;

use super::configuration;
use super::context::{self, Context};
use super::failure::{Failure, Outcome, Status};
use super::output::Colour;
use crate::model::AggregateKey;
use crate::session::{OpenOptions, Session, SessionError};
use crate::text::shell::quoted;
use crate::tui::{self, Colours, Ending, Keep, Source, TuiError};

/// How the screen looks.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Look {
    /// The screen's colours: dark, light, contrast, ansi16 or mono; Ctrl-t switches
    #[arg(long, value_name = "NAME")]
    theme: Option<String>,
    /// The screen's configuration: theme, keys, themes of your own, memory, session, upcast, metrics; mistakes are listed
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Begin anew, not where this store was left; marks and pins that were kept stay kept
    #[arg(long)]
    fresh: bool,
}

impl Look {
    /// The flag that was given, if any was.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let theme = self.theme.as_ref().map(|_| "--theme");
        let config = self.config.as_ref().map(|_| "--config");
        theme.or(config).or(self.fresh.then_some("--fresh"))
    }

    /// This one, and the other where it says nothing.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            theme: self.theme.clone().or_else(|| other.theme.clone()),
            config: self.config.clone().or_else(|| other.config.clone()),
            fresh: self.fresh || other.fresh,
        }
    }
}

/// Shows a store until the person leaves it, from the aggregate `first` on where one is named.
pub(crate) fn show(
    store: &OsStr,
    first: Option<AggregateKey>,
    look: Look,
    colour: Colour,
    context: &Context,
) -> Outcome {
    check(store, context)?;
    // What is piped in is there once.
    let kept = if context::is_piped(store) { None } else { configuration::states() };
    show_after(|_| Ok(()), store, kept, first, look, colour, context)
}

/// Fails where there is no screen to show a store on.
pub(crate) fn check(store: &OsStr, context: &Context) -> Outcome {
    if context.out.is_json() {
        return Err(Failure::usage("the screen has nothing to say in JSON")
            .hint(format!("a command does: foldback info {} --json", context::shown(store))));
    }
    if !context.out.is_screen() {
        return Err(Failure::usage("the screen needs a terminal to draw on and to be typed at")
            .hint(format!("a command does without: foldback info {}", context::shown(store))));
    }
    Ok(())
}

/// The same of a store that `before` makes: the first picture does not wait for it. How it is left is kept in `kept`,
/// where there is such a directory.
pub(crate) fn show_after(
    before: impl FnOnce(&OpenOptions) -> Result<(), SessionError> + Send + 'static,
    store: &OsStr,
    kept: Option<PathBuf>,
    first: Option<AggregateKey>,
    look: Look,
    colour: Colour,
    context: &Context,
) -> Outcome {
    let (config, strict) = configuration::find(look.config.as_deref())?;
    let (name, mut options) = (context::place_of(store)?, context.options());
    options.upcast = context.upcast().or(&config)?;
    options.limits = config.limits.clone();
    if let Some(memory) = &config.memory {
        options.memory = memory.value;
    }
    let stop = options.stop.interrupter();
    let shown = context::shown(store);
    let source = Source::new(shown.as_str(), move || {
        before(&options)?;
        Session::open(&name, &options)
    })
    .stopped_by(stop);
    let source = match first {
        Some(first) => source.beginning_with(first),
        None => source,
    };
    let tmux = std::env::var_os("TMUX").is_some_and(|name| !name.is_empty());
    let kept = kept.filter(|_| config.session.as_ref().is_none_or(|session| session.value));
    let keep =
        kept.map(|directory| Keep { directory, store: shown.clone().into(), fresh: look.fresh });
    let colours = colours(colour);
    let options = tui::Options { colours, theme: look.theme, tmux, config, strict, keep };
    let left = tui::run(source, &options);
    let left = left.map_err(|error| failure(error, &shown))?;
    match (left.by, left.unkept) {
        (None, None) => Ok(()),
        (Some(ending), None) => Err(Failure::silent(status(ending))),
        (ending, Some(told)) => Err(Failure::new(ending.map_or(Status::Refused, status), told)
            .hint("`session: false` in the configuration keeps nothing")),
    }
}

/// As a shell counts: 128 and the signal's number.
fn status(ending: Ending) -> Status {
    match ending {
        Ending::HangUp => Status::HungUp,
        Ending::Interrupt => Status::Stopped,
        Ending::Quit => Status::Quit,
        Ending::Terminate => Status::Terminated,
    }
}

fn failure(error: TuiError, store: &str) -> Failure {
    match error {
        TuiError::Store(error) => error.into(),
        TuiError::Gone => Failure::silent(Status::Done),
        TuiError::Defect => Failure::silent(Status::Defect),
        TuiError::Options(_) => Failure::usage(error.to_string()),
        // Nothing that was typed is wrong, and the store is not: the output cannot be written.
        TuiError::Terminal(_) => Failure::new(Status::Refused, error.to_string())
            .hint(format!("the commands need no terminal: `foldback info {}`", quoted(store))),
    }
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
    use crate::config::Config;

    #[test]
    fn how_the_screen_ends_has_its_status() {
        let status = |error| failure(error, "shop.db").status;
        assert_eq!(status(TuiError::Terminal(std::io::Error::other("gone"))), Status::Refused);
        assert_eq!(status(TuiError::Options("no such theme".into())), Status::Usage);
        assert_eq!(status(TuiError::Gone), Status::Done);
        assert_eq!(status(TuiError::Defect), Status::Defect);
        assert_eq!(super::status(Ending::Terminate) as i32, 143);
    }

    fn help(of: &str) -> String {
        let command = Look::augment_args(clap::Command::new("x"));
        let arg = command.get_arguments().find(|arg| arg.get_id() == of).unwrap();
        arg.get_help().unwrap().to_string()
    }

    #[test]
    fn the_help_names_the_settings_there_are() {
        for name in Config::NAMES {
            assert!(help("config").contains(name), "{name}");
        }
    }

    #[test]
    fn the_help_names_the_themes_there_are() {
        let help = help("theme");
        let themes = include_str!("../../assets/themes.yaml").lines();
        let names = themes.filter(|line| line.starts_with(char::is_alphabetic));
        for name in names.map(|line| line.trim_end_matches(':')) {
            assert!(help.contains(name), "{name} is not in: {help}");
        }
    }
}

//! The screen.
//!
//! What a person presses and sees: the list of aggregates has the keys; up and down (or typing after `/`) choose one,
//! and it is there at once, at its newest version. Left and right step through its events wherever the keys are, the
//! rail shows where in time that is, the state shows every value with the event that put it there, and beside it stand
//! what the event changed and the event itself. `g` goes to a version or a time, `?` shows all keys, `:` runs anything
//! by its name.
//!
//! One loop (`run`) owns the `model`; `update` changes it, `effect` does what takes time, `draw` draws it.
//! Stores are known here through [`crate::session`] only.

mod action;
mod bell;
mod draw;
mod effect;
mod headless;
mod input;
mod keep;
mod keymap;
mod layout;
mod model;
mod overlay;
mod panel;
mod remover;
mod run;
mod suspend;
mod term;
mod theme;
mod update;
mod widget;

pub use action::Action;
pub use effect::Source;
pub use headless::Headless;
pub use keep::Keep;
pub use keymap::KeysOf;
pub use theme::Colours;

use crate::config::{Config, Mistake};
use crate::session::SessionError;
use crate::text;
use keymap::Keymap;
use model::{Exit, Model};
use theme::Theme;

/// How the screen looks and listens.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How many colours the terminal shows.
    pub colours: Colours,
    /// The theme to start with, by its name; the first that fits the terminal where `None`.
    pub theme: Option<String>,
    /// Whether tmux stands between the screen and the terminal.
    pub tmux: bool,
    /// What the person has set once and for all.
    pub config: Config,
    /// Whether a mistake in it is an error; otherwise the screen says so, and what is right in it holds.
    pub strict: bool,
    /// Where it is kept how the store was left; nothing is where `None`.
    pub keep: Option<Keep>,
}

/// Why there is no screen, or no longer one.
#[derive(Debug, thiserror::Error)]
pub enum TuiError {
    /// The store could not be opened.
    #[error(transparent)]
    Store(SessionError),
    /// The terminal failed.
    #[error("the terminal cannot be used: {0}")]
    Terminal(#[from] std::io::Error),
    /// The terminal was closed under the screen: nobody is left to be told.
    #[error("the terminal was closed")]
    Gone,
    /// A theme, a keymap or an option that cannot be used.
    #[error("{0}")]
    Options(String),
    /// A thread of foldback's own panicked; its message has been printed.
    #[error("foldback has a defect: a thread ended unexpectedly")]
    Defect,
}

/// The system's way of asking a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// SIGHUP: the terminal is being closed.
    HangUp,
    /// SIGINT that is no key: Ctrl-C is one on the screen.
    Interrupt,
    /// SIGQUIT.
    Quit,
    /// SIGTERM.
    Terminate,
}

/// How the screen was left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// What asked for it, where it was not the person.
    pub by: Option<Ending>,
    /// Why what the person had could not be kept, where it could not.
    pub unkept: Option<String>,
}

/// All keys that come with foldback, for documents.
pub fn keys() -> Result<Vec<KeysOf>, TuiError> {
    keymap::listed().map_err(|error| TuiError::Options(error.to_string()))
}

/// Shows the screen until the person leaves it. The terminal is as it was before, however this returns.
pub fn run(source: Source, options: &Options) -> Result<Left, TuiError> {
    let model = model(source.name(), options)?;
    let keeper = keep::Keeper(options.keep.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut guard = term::Guard::enter(options.tmux)?;
    let ended = runtime.block_on(run::run(model, keeper, source, &mut guard));
    drop(guard);
    runtime.shutdown_background();
    if term::is_gone() {
        return Err(TuiError::Gone);
    }
    let (exit, unkept) = ended?;
    match exit {
        Some(Exit::Unopened(error)) => Err(TuiError::Store(error)),
        Some(Exit::Lost) => Err(TuiError::Defect),
        Some(Exit::Told(ending)) => Ok(Left { by: Some(ending), unkept }),
        Some(Exit::Quit) | None => Ok(Left { by: None, unkept }),
    }
}

fn model(name: &str, options: &Options) -> Result<Model, TuiError> {
    let config = &options.config;
    let mut mistakes = config.mistakes.clone();
    let mut themes = Theme::all(options.colours).map_err(TuiError::Options)?;
    if matches!(options.colours, Colours::All | Colours::Indexed) {
        for row in &config.themes {
            match Theme::made(row, options.colours) {
                Ok(theme) => themes.push(theme),
                Err(more) => mistakes.extend(more),
            }
        }
    }
    if let Some(wanted) = &options.theme {
        let at = themes.iter().position(|theme| theme.name == *wanted);
        let at = at.ok_or_else(|| TuiError::Options(no_theme(wanted, &themes)))?;
        themes.rotate_left(at);
    } else if let Some(wanted) = &config.theme {
        match themes.iter().position(|theme| theme.name == wanted.value) {
            Some(at) => themes.rotate_left(at),
            // One that is there but needs more colours is no mistake: it may do on another terminal.
            None if is_known(&wanted.value, config) => {}
            None => {
                let told = no_theme(&wanted.value, &themes);
                mistakes.push(Mistake { line: wanted.line, told });
            }
        }
    }
    let keymap = Keymap::standard().map_err(|error| TuiError::Options(error.to_string()))?;
    let (keymap, more) = keymap.with(&config.keys);
    mistakes.extend(more);
    mistakes.sort();
    mistakes.dedup();
    let told: Vec<String> = mistakes.iter().map(|mistake| config.told(mistake)).collect();
    if options.strict && !told.is_empty() {
        return Err(TuiError::Options(told.join("\n")));
    }
    let name = name.rsplit('/').next().unwrap_or(name);
    let mut model = Model::new(name.to_owned(), themes, keymap);
    update::begin(&mut model, &told);
    model.keeping.theme.clone_from(&model.themes[0].name);
    model.keeping.bound = options.theme.is_some();
    if let Some(keep) = &options.keep {
        let past = if keep.fresh { Ok(None) } else { keep.read() };
        update::left(&mut model, keep.fresh, past);
    }
    Ok(model)
}

fn is_known(theme: &str, config: &Config) -> bool {
    let all = Theme::all(Colours::All).unwrap_or_default();
    let all = all.iter().map(|theme| theme.name.as_str());
    all.chain(config.themes.iter().map(|row| row.name.value.as_str())).any(|name| name == theme)
}

fn no_theme(wanted: &str, themes: &[Theme]) -> String {
    let shown = text::sanitize(wanted);
    let names: Vec<&str> = themes.iter().map(|theme| theme.name.as_str()).collect();
    let known = names.join("`, `");
    if Theme::all(Colours::All).is_ok_and(|all| all.iter().any(|theme| theme.name == wanted)) {
        return format!(
            "the theme `{shown}` cannot be shown with these colours; there are `{known}`"
        );
    }
    let told = format!("there is no theme `{shown}` for this terminal");
    match text::nearest(wanted, names) {
        Some(near) => format!("{told}; did you mean `{near}`? There are `{known}`"),
        None => format!("{told}; there are `{known}`"),
    }
}

#[cfg(test)]
mod tests;

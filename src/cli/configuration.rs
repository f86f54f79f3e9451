//! Where a person's configuration is, and what is remembered for them.
//!
//! The configuration is `--config FILE`, else `FOLDBACK_CONFIG`, else `foldback/config.yaml` in the directory that the
//! platform has for such files.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::failure::{Failure, Outcome};
use crate::config::{Config, Mistake};

/// The configuration, and whether the person named its file: then a mistake in it ends the program, because that is
/// how a file is tried out. One that is merely there never keeps anybody from looking into a store.
pub(super) fn find(given: Option<&Path>) -> Outcome<(Config, bool)> {
    let named = given.map(Path::to_owned).or_else(|| variable("FOLDBACK_CONFIG").map(Into::into));
    let is_named = named.is_some();
    let Some(path) = named.or_else(|| usual(variable)) else {
        return Ok((Config::default(), false));
    };
    let name = path.display().to_string();
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok((Config::read(&name, &text), is_named)),
        Err(error) if is_named => {
            Err(Failure::usage(format!("the configuration {name} cannot be read: {error}")))
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok((Config::default(), false))
        }
        Err(error) => {
            let told = format!("it cannot be read: {error}");
            let mistakes = vec![Mistake { line: 0, told }];
            Ok((Config { file: name, mistakes, ..Config::default() }, false))
        }
    }
}

/// A variable that says something.
fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The directory of foldback in one that the platform has: by its variable on Windows, elsewhere by the one of XDG, else
/// below the person's own directory.
fn directory(
    variable: impl Fn(&str) -> Option<OsString>,
    (windows, xdg, below_home): (&str, &str, &str),
) -> Option<PathBuf> {
    let named = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let directory = if cfg!(windows) {
        named(windows)
    } else {
        named(xdg).or_else(|| Some(named("HOME")?.join(below_home)))
    };
    Some(directory?.join("foldback"))
}

fn usual(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let directory = directory(variable, ("APPDATA", "XDG_CONFIG_HOME", ".config"))?;
    Some(directory.join("config.yaml"))
}

/// Where it is kept how stores were left: `foldback/sessions` in the directory that the platform has for what programs
/// remember by themselves.
pub(super) fn states() -> Option<PathBuf> {
    remembered(variable)
}

fn remembered(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let directory = directory(variable, ("LOCALAPPDATA", "XDG_STATE_HOME", ".local/state"))?;
    Some(directory.join("sessions"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(pairs: &[(&str, &str)], name: &str) -> Option<OsString> {
        let found = pairs.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| OsString::from(value))
    }

    #[test]
    #[cfg(unix)]
    fn what_is_remembered_stands_where_the_platform_has_it() {
        let from = |pairs: &[(&str, &str)]| remembered(|name| value(pairs, name));
        let at = |text: &str| Some(PathBuf::from(text));
        assert_eq!(from(&[("HOME", "/h")]), at("/h/.local/state/foldback/sessions"));
        let both = [("HOME", "/h"), ("XDG_STATE_HOME", "/x")];
        assert_eq!(from(&both), at("/x/foldback/sessions"));
        assert_eq!(from(&[("XDG_STATE_HOME", "x")]), None, "as XDG wants it");
    }

    #[test]
    #[cfg(unix)]
    fn the_usual_place_is_the_platforms() {
        let from = |pairs: &[(&str, &str)]| usual(|name| value(pairs, name));
        let at = |text: &str| Some(PathBuf::from(text));
        assert_eq!(from(&[("HOME", "/h")]), at("/h/.config/foldback/config.yaml"));
        let both = [("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")];
        assert_eq!(from(&both), at("/x/foldback/config.yaml"));
        let relative = [("HOME", "/h"), ("XDG_CONFIG_HOME", "x")];
        assert_eq!(from(&relative), at("/h/.config/foldback/config.yaml"), "as XDG wants it");
        assert_eq!(from(&[]), None);
    }
}

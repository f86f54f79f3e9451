//! What a person sets once and for all: a theme, keys, themes of their own, memory, whether sessions are kept, above what
//! metrics are alerts.
//!
//! Read from text that somebody else found; what keys and colours there are is known to those who use them. Whatever is
//! wrong becomes a [`Mistake`] with its line, and everything else holds: in an incident nobody mends a configuration
//! first.

mod limits;
mod size;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::model::Limits;
use crate::text;

/// The least memory that remembered states need to be of any use.
const LEAST_MEMORY: u64 = 16 << 20;

/// A value and the line where it was set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: u64,
}

/// Something that cannot be used as it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Its line, from 1; 0 where it is of no line.
    pub line: u64,
    /// What is wrong, and the nearest that would be right; sanitised.
    pub told: String,
}

/// Other keys for an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Where they hold.
    pub place: Set<String>,
    /// The keys; none where the action is to have none.
    pub on: Vec<String>,
    /// The action.
    pub run: Set<String>,
}

/// A theme of a person's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThemeRow {
    /// Its name.
    pub name: Set<String>,
    /// The styles by what they are for; `like` names the theme that has the rest.
    pub roles: BTreeMap<String, String>,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// What the file is called; empty where there is none.
    pub file: String,
    /// The theme to start with.
    pub theme: Option<Set<String>>,
    /// Bytes that remembered states may take.
    pub memory: Option<Set<usize>>,
    /// Whether it is kept how a store was left, to be there when it is opened again.
    pub session: Option<Set<bool>>,
    /// The chain of upcasters, as a file beside this one.
    pub upcast: Option<Set<String>>,
    /// Above what metrics are alerts, and how much room there is.
    pub limits: Limits,
    /// Other keys.
    pub keys: Vec<KeyRow>,
    /// More themes.
    pub themes: Vec<ThemeRow>,
    /// What cannot be used.
    pub mistakes: Vec<Mistake>,
}

#[derive(Deserialize)]
struct File {
    theme: Option<Spanned<String>>,
    memory: Option<Spanned<String>>,
    session: Option<Spanned<String>>,
    upcast: Option<Spanned<String>>,
    metrics: Option<limits::Rows>,
    #[serde(default)]
    keys: BTreeMap<String, Spanned<Vec<Spanned<Value>>>>,
    #[serde(default)]
    themes: BTreeMap<String, Spanned<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    on: Value,
    run: String,
}

impl Config {
    /// The names at the top of the file.
    pub(crate) const NAMES: [&str; 7] =
        ["theme", "memory", "session", "upcast", "metrics", "keys", "themes"];

    /// Reads what stands in a file that is called `file`.
    pub fn read(file: &str, yaml: &str) -> Self {
        let mut config = Self { file: file.to_owned(), ..Self::default() };
        if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
            return config;
        }
        // `n` and `y` are keys, not truths.
        let plain = || serde_saphyr::options! { strict_booleans: true };
        let named: Result<BTreeMap<String, Spanned<IgnoredAny>>, _> =
            serde_saphyr::from_str_with_options(yaml, plain());
        let sections = sections(yaml, named.as_ref().ok());
        for (name, at) in named.unwrap_or_default() {
            if !Self::NAMES.contains(&name.as_str()) {
                let told = format!("there is no setting `{}`", text::sanitize(&name));
                config.wrong(at.referenced.line(), &with_nearest(&told, &name, &Self::NAMES));
            }
        }
        // A setting that cannot be read is told and left out, so that it does not take the others with it.
        let mut kept = yaml.to_owned();
        for _ in 0..=sections.len() {
            match serde_saphyr::from_str_with_options::<File>(&kept, plain()) {
                Ok(file) => {
                    config.take(file);
                    break;
                }
                Err(error) => {
                    let line = error.location().map_or(0, |at| at.line());
                    config.wrong(line, &said(&error.to_string()));
                    match sections.iter().rev().find(|from| **from <= line) {
                        Some(from) => kept = without(&kept, *from, &sections),
                        None => break,
                    }
                }
            }
        }
        config.mistakes.sort();
        config
    }

    fn take(&mut self, file: File) {
        self.theme = file.theme.map(set);
        self.upcast = file.upcast.map(set);
        if let Some(metrics) = file.metrics {
            let (limits, mistakes) = limits::read(metrics);
            self.limits = limits;
            for (line, told) in mistakes {
                self.wrong(line, &told);
            }
        }
        if let Some(memory) = file.memory.map(set) {
            match size::parse(&memory.value) {
                Some(bytes) if bytes >= LEAST_MEMORY => {
                    let value = usize::try_from(bytes).unwrap_or(usize::MAX);
                    self.memory = Some(Set { value, line: memory.line });
                }
                Some(_) => self.wrong(memory.line, "memory: 16 MiB is the least"),
                None => {
                    let told = format!(
                        "memory: `{}` is no size; write 256 MiB or 1 GiB",
                        text::sanitize(&memory.value)
                    );
                    self.wrong(memory.line, &told);
                }
            }
        }
        if let Some(session) = file.session.map(set) {
            match session.value.as_str() {
                "true" => self.session = Some(Set { value: true, line: session.line }),
                "false" => self.session = Some(Set { value: false, line: session.line }),
                other => {
                    let other = text::sanitize(other).into_owned();
                    let told = format!("session: `{other}` is neither `true` nor `false`");
                    self.wrong(session.line, &told);
                }
            }
        }
        for (place, rows) in file.keys {
            let place = Set { value: place, line: rows.referenced.line() };
            for row in rows.value.into_iter().map(set) {
                let read = serde_json::from_value(row.value).map_err(|error| error.to_string());
                match read.and_then(|Row { on, run }| Ok((words(on)?, run))) {
                    Ok((on, run)) => {
                        let run = Set { value: run, line: row.line };
                        self.keys.push(KeyRow { place: place.clone(), on, run });
                    }
                    Err(error) => {
                        let told = format!("keys: {error}; a row is {{on: n, run: step-forward}}");
                        self.wrong(row.line, &told);
                    }
                }
            }
        }
        self.keys.sort_by_key(|row| row.run.line);
        for (name, roles) in file.themes {
            let Set { value: roles, line } = set(roles);
            let mut theme = ThemeRow { name: Set { value: name, line }, roles: BTreeMap::new() };
            let Value::Object(roles) = roles else {
                let told = format!("themes: `{}` has no colours", theme.name.value);
                self.wrong(line, &(told + "; write {like: dark, accent: red}"));
                continue;
            };
            for (role, style) in roles {
                match word(style) {
                    Some(style) => drop(theme.roles.insert(role, style)),
                    None => self.wrong(line, &format!("themes: `{role}` is to be a colour")),
                }
            }
            self.themes.push(theme);
        }
    }

    fn wrong(&mut self, line: u64, told: &str) {
        self.mistakes.push(Mistake { line, told: text::sanitize(told).into_owned() });
    }

    /// A mistake with its place: `config.yaml:3: there is no …`.
    pub fn told(&self, mistake: &Mistake) -> String {
        let file = text::sanitize(&self.file);
        match mistake.line {
            0 => format!("{file}: {}", mistake.told),
            line => format!("{file}:{line}: {}", mistake.told),
        }
    }
}

fn set<T>(spanned: Spanned<T>) -> Set<T> {
    Set { line: spanned.referenced.line(), value: spanned.value }
}

/// One word, or several; a digit is a key too.
fn words(value: Value) -> Result<Vec<String>, String> {
    let all = match value {
        Value::Array(all) => all.into_iter().map(word).collect(),
        one => word(one).map(|one| vec![one]),
    };
    all.ok_or_else(|| "`on` is to be a key, or a list of keys".to_owned())
}

fn word(value: Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The lines where the settings begin, in their order; none where the file is not even a list of settings.
fn sections(yaml: &str, named: Option<&BTreeMap<String, Spanned<IgnoredAny>>>) -> Vec<u64> {
    let begins = |line: &str| {
        let name = line.split_once(':').map(|(name, _)| name.trim_end());
        name.is_some_and(|name| named.is_some_and(|named| named.contains_key(name)))
    };
    (1..).zip(yaml.lines()).filter(|(_, line)| begins(line)).map(|(at, _)| at).collect()
}

/// The same lines, empty where the setting stands that begins at line `from`.
fn without(yaml: &str, from: u64, sections: &[u64]) -> String {
    let to = sections.iter().copied().find(|at| *at > from).unwrap_or(u64::MAX);
    let keep = |(at, line)| if (from..to).contains(&at) { "" } else { line };
    (1..).zip(yaml.lines()).map(keep).collect::<Vec<_>>().join("\n")
}

/// What the parser says, without the place, which stands before every mistake.
fn said(error: &str) -> String {
    let first = error.lines().next().unwrap_or_default();
    match first.strip_prefix("error: line ").and_then(|rest| rest.split_once(": ")) {
        Some((_, told)) => told.to_owned(),
        None => first.to_owned(),
    }
}

fn with_nearest(told: &str, word: &str, names: &[&str]) -> String {
    match text::nearest(word, names.iter().copied()) {
        Some(near) => format!("{told}; did you mean `{near}`?"),
        None => format!("{told}; there are `{}`", names.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(yaml: &str) -> Vec<String> {
        let config = Config::read("config.yaml", yaml);
        config.mistakes.iter().map(|mistake| config.told(mistake)).collect()
    }

    #[test]
    fn what_is_set_is_known_with_its_line() {
        let yaml = "# mine\ntheme: light\nmemory: 256 MiB\nkeys:\n  timeline:\n    - {on: [n, ctrl-n], run: step-forward}\nthemes:\n  mine: {like: dark, accent: red}\n";
        let config = Config::read("config.yaml", yaml);
        assert_eq!(config.mistakes, []);
        assert_eq!(config.theme, Some(Set { value: "light".to_owned(), line: 2 }));
        assert_eq!(config.memory, Some(Set { value: 256 << 20, line: 3 }));
        let [row] = &config.keys[..] else { panic!("{:?}", config.keys) };
        assert_eq!((row.place.value.as_str(), row.run.line), ("timeline", 6));
        assert_eq!(row.on, ["n", "ctrl-n"]);
        assert_eq!(config.themes[0].roles["accent"], "red");
    }

    #[test]
    fn nothing_is_a_configuration_too() {
        for yaml in ["", "\n\n", "# theme: light\n"] {
            assert_eq!(Config::read("f", yaml), Config { file: "f".into(), ..Config::default() });
        }
    }

    #[test]
    fn all_mistakes_are_told_at_once_with_their_lines() {
        assert_eq!(
            mistakes("teme: light\nmemory: lots\nnothing-like-it: 1\ntheme: dark\n"),
            [
                "config.yaml:1: there is no setting `teme`; did you mean `theme`?",
                "config.yaml:2: memory: `lots` is no size; write 256 MiB or 1 GiB",
                "config.yaml:3: there is no setting `nothing-like-it`; there are `theme`, `memory`, `session`, `upcast`, `metrics`, `keys`, `themes`",
            ]
        );
        let [told] = &mistakes("theme: dark\nkeys: 3\n")[..] else { panic!() };
        assert!(told.starts_with("config.yaml:2: "), "{told}");
        let [told] = &mistakes("theme: [\n")[..] else { panic!() };
        assert!(told.starts_with("config.yaml:"), "{told}");
    }

    #[test]
    fn a_session_is_kept_or_not() {
        let read = |yaml: &str| Config::read("f", yaml).session.map(|session| session.value);
        assert_eq!(read("session: false\n"), Some(false));
        assert_eq!(read("session: true\n"), Some(true));
        assert_eq!(read("theme: dark\n"), None);
        assert_eq!(
            mistakes("session: maybe\nmemory: lots\n"),
            [
                "config.yaml:1: session: `maybe` is neither `true` nor `false`",
                "config.yaml:2: memory: `lots` is no size; write 256 MiB or 1 GiB",
            ]
        );
    }

    #[test]
    fn the_readme_shows_all_there_is_to_set() {
        let readme = include_str!("../README.md");
        let block = readme.split("```yaml\n").find(|block| block.starts_with("theme:")).unwrap();
        let yaml = block.split("```").next().unwrap();
        for name in Config::NAMES {
            assert!(yaml.lines().any(|line| line.starts_with(&format!("{name}:"))), "{name}");
        }
        assert_eq!(Config::read("README.md", yaml).mistakes, []);
    }

    #[test]
    fn what_is_right_holds_beside_what_is_wrong() {
        let config = Config::read("f", "theme: light\nmemory: lots\nteme: dark\n");
        assert_eq!(config.theme.map(|theme| theme.value).as_deref(), Some("light"));
        assert_eq!(config.mistakes.len(), 2);
    }

    #[test]
    fn a_setting_that_cannot_be_read_does_not_take_the_others_with_it() {
        let yaml = "session: false\nkeys: 3\nmemory: lots\nthemes: [sea]\ntheme: light\n";
        let config = Config::read("f", yaml);
        let lines: Vec<u64> = config.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [2, 3, 4]);
        assert_eq!(config.session.map(|session| session.value), Some(false));
        assert_eq!(config.theme.map(|theme| (theme.value, theme.line)), Some(("light".into(), 5)));
    }

    #[test]
    fn a_row_that_cannot_be_read_takes_no_other_with_it() {
        let yaml = "keys:\n  timeline:\n    - {run: step-back}\n    - {on: n, run: step-forward}\n    - {off: n, run: step-back}\n    - {on: 7, run: step-back, x: 1}\n    - {on: {a: b}, run: step-back}\n    - {on: 7, run: step-back}\nthemes:\n  sea: 7\n  lake: {accent: red, error: [blue]}\n";
        let config = Config::read("f", yaml);
        let told: Vec<String> = config.mistakes.iter().map(|wrong| config.told(wrong)).collect();
        assert_eq!(
            told,
            [
                "f:3: keys: missing field `on`; a row is {on: n, run: step-forward}",
                "f:5: keys: unknown field `off`, expected `on` or `run`; a row is {on: n, run: step-forward}",
                "f:6: keys: unknown field `x`, expected `on` or `run`; a row is {on: n, run: step-forward}",
                "f:7: keys: `on` is to be a key, or a list of keys; a row is {on: n, run: step-forward}",
                "f:10: themes: `sea` has no colours; write {like: dark, accent: red}",
                "f:11: themes: `error` is to be a colour",
            ]
        );
        let on: Vec<&str> =
            config.keys.iter().flat_map(|row| &row.on).map(String::as_str).collect();
        assert_eq!(on, ["n", "7"]);
        assert_eq!(config.themes.iter().map(|theme| theme.roles.len()).collect::<Vec<_>>(), [1]);
    }
}

//! Which module may know which, and where each piece of the outside world belongs.

use super::source::{Path, paths};

/// Each module and the modules it may know; a module not named here has no place yet.
///
/// `model, text, task → store, upcast → fold → timeline → analysis, metrics → aggregate, projection → session → cli, tui`
const MODULES: [(&str, &[&str]); 16] = [
    ("model", &[]),
    ("text", &["model"]),
    ("task", &["model"]),
    ("config", &["model", "text"]),
    ("store", &["model", "text"]),
    ("upcast", &["model", "text"]),
    ("fold", &["model", "text", "store", "upcast"]),
    ("timeline", &["model", "text", "store", "upcast", "fold"]),
    ("analysis", &["model", "text", "store", "upcast", "fold", "timeline"]),
    ("metrics", &["model", "text", "task", "store"]),
    ("aggregate", &["model", "text", "store", "upcast", "fold", "timeline", "metrics"]),
    ("projection", &["model", "text", "store", "upcast", "fold", "timeline", "task", "metrics"]),
    (
        "sample",
        &["model", "text", "task", "store", "upcast", "fold", "metrics", "aggregate", "projection"],
    ),
    ("session", BELOW_THE_FRONT_ENDS),
    // The screen is opened by a command.
    ("tui", ALL_BUT_CLI),
    ("cli", ALL),
];

const BELOW_THE_FRONT_ENDS: &[&str] = ALL.split_at(ALL.len() - 3).0;
const ALL_BUT_CLI: &[&str] = ALL.split_at(ALL.len() - 1).0;
const ALL: &[&str] = &[
    "model",
    "text",
    "task",
    "config",
    "store",
    "upcast",
    "fold",
    "timeline",
    "analysis",
    "metrics",
    "aggregate",
    "projection",
    "sample",
    "session",
    "tui",
];

/// What only some places may use: the beginning of a path, the places, and the rule in words.
const OUTSIDE: [(&str, &[&str], &str); 20] = [
    ("rusqlite", &["store"], "SQLite is read and written only in store/"),
    ("tokio_postgres", &["store"], "PostgreSQL is read and written only in store/"),
    ("deadpool_postgres", &["store"], "PostgreSQL is read and written only in store/"),
    ("tokio_rustls", &["store"], "PostgreSQL is read and written only in store/"),
    ("ratatui", &["tui"], "drawing belongs to tui/"),
    ("crossterm", &["tui"], "the terminal belongs to tui/"),
    ("clap", &["cli"], "arguments belong to cli/"),
    ("clap_complete", &["cli"], "arguments belong to cli/"),
    ("clap_mangen", &["cli"], "arguments belong to cli/"),
    ("indicatif", &["cli"], "progress of commands belongs to cli/"),
    ("print!", &["cli/output"], "printing belongs to cli/output.rs"),
    ("println!", &["cli/output"], "printing belongs to cli/output.rs"),
    ("eprint!", &["cli/output"], "printing belongs to cli/output.rs"),
    ("eprintln!", &["cli/output"], "printing belongs to cli/output.rs"),
    (
        "std::io::stdout",
        &["cli/output", "tui"],
        "printing belongs to cli/output.rs, drawing to tui/",
    ),
    (
        "std::io::stderr",
        &["cli/output", "tui"],
        "printing belongs to cli/output.rs, drawing to tui/",
    ),
    ("std::io::stdin", &["cli", "tui"], "what a person types is read by the front ends"),
    ("std::env", &["cli", "tui"], "arguments and environment are read by the front ends"),
    (
        "std::fs",
        &["store", "config", "cli", "tui"],
        "files are read in store/, or named by the front ends",
    ),
    ("std::process::Command", &["fold/process"], "programs are run only as reducers"),
];

/// Every rule that `text`, the content of `file`, breaks, each with its line.
pub(super) fn violations(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    let module = inside.split('/').next().unwrap_or_default();
    if file.ends_with("/mod.rs") {
        found.push(format!("{file}: `foo.rs` beside `foo/`, no mod.rs"));
    }
    if inside.split('/').any(|part| part == "tests") {
        return found;
    }
    if !text.starts_with("//!") {
        found.push(format!(
            "{file}:1: begins with `//!`: what the file is, and what it must not know"
        ));
    }
    let known: &[&str] = match module {
        "lib" => return found,
        "main" => &["cli"],
        module => {
            if let Some((_, known)) = MODULES.iter().find(|(name, _)| *name == module) {
                known
            } else {
                found.push(format!(
                    "{file}: {module} is not in the table of modules; give it a place"
                ));
                return found;
            }
        }
    };
    for path in paths(file, text) {
        let broken = direction(module, known, &path).or_else(|| place(inside, &path));
        found.extend(broken.map(|rule| format!("{file}:{}: {rule}", path.line)));
    }
    found.dedup();
    found
}

fn direction(module: &str, known: &[&str], path: &Path) -> Option<String> {
    let [root, other, ..] = path.segments.as_slice() else { return None };
    let is_module = MODULES.iter().any(|(name, _)| name == other);
    if root != "crate" || !is_module || other == module || known.contains(&other.as_str()) {
        return None;
    }
    let list = if known.is_empty() { "nothing else".to_owned() } else { known.join(", ") };
    Some(format!("{module} may not know {other} (it may know: {list})"))
}

fn place(inside: &str, path: &Path) -> Option<String> {
    let written = path.segments.join("::");
    // `io::stdout` is as much `std::io::stdout` as its full name is.
    let same = |rule: &str| {
        let short = rule.strip_prefix("std::").filter(|short| short.contains("::"));
        [Some(rule), short].into_iter().flatten().any(|name| {
            written.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
    };
    let (name, _, rule) = OUTSIDE.iter().find(|(name, places, _)| {
        let at_home = |place: &&str| {
            inside.strip_prefix(*place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        same(name) && !places.iter().any(at_home)
    })?;
    Some(format!("`{name}`: {rule}"))
}

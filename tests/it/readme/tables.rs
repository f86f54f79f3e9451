//! The tables of keys and commands in the README are made from the program, between lines that say so:
//! `<!-- keys: … -->` and `<!-- end of keys -->`. `scripts/tables` writes them anew; without it they are compared.

use std::fmt::Write as _;
use std::path::Path;

use foldback::{cli, tui};

/// Set by `scripts/tables`: write what is stale instead of failing.
const WRITE: &str = "FOLDBACK_WRITE_TABLES";

const HOW: &str = "made by scripts/tables";

/// The places whose keys stand open; those of the others are folded away.
const OPEN: [&str; 2] = ["On the timeline", "Everywhere"];

#[test]
fn the_tables_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap();
    let fresh = with_table(&readme, "commands", &commands());
    let fresh = with_table(&fresh, "keys", &keys());
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(path, fresh).unwrap();
        return;
    }
    let stale = readme.lines().zip(fresh.lines()).enumerate().find(|(_, (old, new))| old != new);
    if let Some((at, (old, new))) = stale {
        panic!(
            "README.md:{}: a table is stale. To write it anew, run\n\n  scripts/tables\n\nit says   {old}\ninstead of {new}",
            at + 1
        );
    }
    assert!(
        readme == fresh,
        "README.md: a table is stale. To write it anew, run\n\n  scripts/tables"
    );
}

/// The document with a table between its two lines.
fn with_table(document: &str, name: &str, table: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: {HOW} -->\n"), format!("<!-- end of {name} -->\n"));
    let parts =
        |mark: &str| assert_eq!(document.matches(mark).count(), 1, "README.md: `{}`", mark.trim());
    parts(&begin);
    parts(&end);
    let (before, rest) = document.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}\n{table}\n{end}{after}")
}

/// A piece of code within a table.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn codes<'a>(texts: impl IntoIterator<Item = &'a String>) -> String {
    texts.into_iter().map(|text| code(text)).collect::<Vec<_>>().join(" ")
}

/// Words within a table.
fn words(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "\\<").replace('*', "\\*")
}

fn commands() -> String {
    let mut out = String::from("| command | does | options |\n|---|---|---|\n");
    for group in cli::commands() {
        for usage in group.commands {
            let (line, options) = (code(&usage.line), codes(&usage.options));
            let _ = writeln!(out, "| {line} | {} | {options} |", words(&usage.about));
        }
    }
    out
}

fn keys() -> String {
    let mut places = tui::keys().unwrap();
    places.sort_by_key(|place| {
        OPEN.iter().position(|open| *open == place.place).unwrap_or(OPEN.len())
    });
    let mut out = String::new();
    for place in places {
        let open = if OPEN.contains(&place.place) { " open" } else { "" };
        let _ = write!(
            out,
            "<details{open}><summary>{}</summary>\n\n| press | to |\n|---|---|\n",
            place.place
        );
        for (keys, does) in place.keys {
            let _ = writeln!(out, "| {} | {} |", codes(&keys), words(&does));
        }
        out.push_str("\n</details>\n");
    }
    out
}

#[test]
fn a_table_stands_between_its_lines_and_nothing_else_moves() {
    let document = "a\n<!-- keys: made by scripts/tables -->\nold\n<!-- end of keys -->\nb\n";
    let fresh = with_table(document, "keys", "new\n");
    assert_eq!(fresh, document.replace("old", "\nnew\n"));
    assert_eq!(with_table(&fresh, "keys", "new\n"), fresh);
    assert_eq!(code("a|b"), "`a\\|b`");
}

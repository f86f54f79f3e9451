//! The shape of the code: which module may know which, and where the outside world may be touched.
//!
//! The rules are a table in `architecture/rules.rs`; this reads every source file and names each place that breaks
//! one. Code that is compiled for tests alone may look wherever it likes.

mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rules::violations;

fn files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn dependencies_run_in_one_direction() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    files(&root.join("src"), &mut found);
    found.sort();
    assert!(found.len() > 20, "only {} source files were found", found.len());
    let mut broken = Vec::new();
    for path in &found {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        broken.extend(violations(&name, &fs::read_to_string(path).unwrap()));
    }
    assert!(broken.is_empty(), "{} places break the rules:\n{}", broken.len(), broken.join("\n"));
}

/// The rules that `text`, standing in `file`, breaks, without the module comment that every file needs.
fn broken(file: &str, text: &str) -> Vec<String> {
    violations(file, &format!("//! What it is.\n{text}"))
}

#[test]
fn a_module_that_knows_what_comes_after_it_is_named_with_its_line() {
    assert_eq!(
        broken(
            "src/store/sqlite.rs",
            "use crate::model::Event;\nuse crate::{fold, text::width};\n"
        ),
        ["src/store/sqlite.rs:3: store may not know fold (it may know: model, text)"]
    );
    assert_eq!(
        broken("src/fold.rs", "fn f() {\n    crate::session::open();\n}"),
        ["src/fold.rs:3: fold may not know session (it may know: model, text, store, upcast)"]
    );
    assert_eq!(
        broken("src/model/time.rs", "use crate::text;"),
        ["src/model/time.rs:2: model may not know text (it may know: nothing else)"]
    );
}

#[test]
fn no_spelling_of_a_path_gets_through() {
    for text in [
        "use crate::{\n    model::{At, Event},\n    tui as screen,\n};",
        "use super::super::tui::run;",
        "mod inner { use super::super::super::tui; }",
        "fn f(x: &dyn Fn(crate::tui::Model)) {}",
        "macro_rules! m { () => { $crate::tui::run() } }",
        "use foldback::tui;",
        "use crate :: /* here */ tui;",
        "const C: char = '\"'; use crate::tui; const D: char = '\"';",
        "fn f<'a>(a: &'a str) -> &'a str { crate::tui::run(a) }",
        "#[cfg(not(test))]\nmod real { use crate::tui; }",
    ] {
        assert_eq!(broken("src/store/sqlite.rs", text).len(), 1, "{text}");
    }
}

#[test]
fn what_is_no_path_is_no_violation() {
    for text in [
        "// use crate::tui;",
        "/* outer /* use crate::tui; */ use crate::tui; */",
        "const A: &str = \"use crate::tui;\";",
        "const B: &str = r#\"a \" use crate::tui;\"#;",
        "use super::tui;",
        "use self::tui;",
        "mod tui { pub use super::super::model; }",
        "#[cfg(test)]\nmod tests {\n    use crate::tui;\n    fn f() { if true { println!() } }\n}",
        "fn stdout(env: u8) -> u8 { env }",
    ] {
        assert_eq!(broken("src/store/sqlite.rs", text), [""; 0], "{text}");
    }
    assert_eq!(broken("src/store/sqlite/tests.rs", "use crate::tui;"), [""; 0]);
    let after = "#[cfg(test)]\nmod tests { }\nuse crate::tui;";
    assert_eq!(broken("src/store/sqlite.rs", after).len(), 1, "the exception ends with the module");
}

#[test]
fn the_outside_world_has_its_places() {
    let cases = [
        ("use rusqlite::Connection;", "src/store/sqlite.rs", "src/session.rs"),
        ("use ratatui::{Frame, text::Line};", "src/tui/draw.rs", "src/text/json.rs"),
        ("#[derive(clap::Parser)]", "src/cli/args.rs", "src/session/open.rs"),
        ("fn f() { crossterm::terminal::size() }", "src/tui/term.rs", "src/cli/output.rs"),
        ("fn f() { println!(\"\") }", "src/cli/output.rs", "src/cli/info.rs"),
        ("use std::io::{self, Write as _, stdout};", "src/cli/output.rs", "src/cli/info.rs"),
        ("use std::io; fn f() { io::stderr() }", "src/tui/term.rs", "src/task.rs"),
        ("use std::{env, fmt};", "src/cli/context.rs", "src/config.rs"),
        ("fn f() { std::io::stdin().lock() }", "src/cli/fold.rs", "src/store/recording.rs"),
        ("use std::fs::File;", "src/store/recording.rs", "src/timeline.rs"),
        ("use std::process::Command;", "src/fold/process.rs", "src/store/sqlite.rs"),
    ];
    for (text, right, wrong) in cases {
        assert_eq!(broken(right, text), [""; 0], "{text}");
        assert_eq!(broken(wrong, text).len(), 1, "{text} in {wrong}: {:?}", broken(wrong, text));
    }
}

#[test]
fn every_file_has_its_place_and_says_what_it_is() {
    let named = |file: &str, text: &str| violations(file, text).join("\n");
    assert!(named("src/store/mod.rs", "//! A\n").contains("no mod.rs"));
    assert!(named("src/store.rs", "use std::fmt;\n").contains("src/store.rs:1: begins with `//!`"));
    assert!(named("src/helpers/misc.rs", "//! A\n").contains("helpers is not in the table"));
    assert!(
        named("src/main.rs", "//! A\nuse foldback::session;\n")
            .contains("main may not know session")
    );
    assert_eq!(named("src/main.rs", "//! A\nfn main() { foldback::cli::main() }\n"), "");
    assert_eq!(named("src/lib.rs", "//! A\npub mod tui;\npub use crate::tui::run;\n"), "");
}

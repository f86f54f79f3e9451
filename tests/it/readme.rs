//! What the README shows is what the program does.
//!
//! In `README.md`, a fenced block marked `console` is run:
//! - a line that starts with `$ ` is a command; it is given to `sh`, and has to be foldback's and to succeed;
//! - the lines up to the next command are what it prints on standard output, compared exactly but for spaces at the
//!   ends of lines; a line that is only `…` stands for any number of lines;
//! - commands run one after another in a directory that holds a copy of `tests/fixtures`, so a reader can type them at
//!   the top of a clone.
//!
//! Blocks marked otherwise are not run.

mod tables;

use std::fs;
use std::path::Path;
use std::process::Command;

#[derive(Debug, PartialEq, Eq)]
struct Step {
    /// Its line in the document, from 1.
    line: usize,
    command: String,
    output: Vec<String>,
}

/// The commands of a document with what they are said to print.
fn steps(document: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut fence: Option<&str> = None;
    let mut fresh = false;
    for (at, line) in document.lines().enumerate() {
        match (line.strip_prefix("```"), fence) {
            (Some(kind), None) => (fence, fresh) = (Some(kind.trim()), true),
            (Some(_), Some(_)) => fence = None,
            (None, Some("console")) => {
                if let Some(command) = line.strip_prefix("$ ") {
                    let command = command.to_owned();
                    steps.push(Step { line: at + 1, command, output: Vec::new() });
                    fresh = false;
                } else {
                    assert!(
                        !fresh,
                        "line {}: output before the first command of its block",
                        at + 1
                    );
                    if let Some(step) = steps.last_mut() {
                        step.output.push(line.trim_end().to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    assert_eq!(fence, None, "a fenced block does not end");
    for step in &mut steps {
        // An empty line before the next command is there for the eye.
        while step.output.last().is_some_and(String::is_empty) {
            step.output.pop();
        }
    }
    steps
}

/// Whether `printed` is what `expected` says, where `…` stands for any number of lines.
fn agrees(expected: &[String], printed: &[&str]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=printed.len()).any(|skipped| agrees(rest, &printed[skipped..]))
        }
        Some((first, rest)) => {
            printed.split_first().is_some_and(|(line, after)| line == first && agrees(rest, after))
        }
    }
}

/// Runs the steps in `directory` with the programs in `programs`; returns what differs.
fn differences(steps: &[Step], directory: &Path, programs: &Path) -> Vec<String> {
    let inherited = std::env::var_os("PATH").unwrap_or_default();
    let places = [programs.to_owned()].into_iter().chain(std::env::split_paths(&inherited));
    let path = std::env::join_paths(places).unwrap();
    let mut found = Vec::new();
    for Step { line, command, output } in steps {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).current_dir(directory).env("PATH", &path);
        shell.env("HOME", directory).env_remove("NO_COLOR");
        let result = shell.output().unwrap();
        let printed = String::from_utf8_lossy(&result.stdout);
        let printed: Vec<&str> = printed.trim_end().lines().map(str::trim_end).collect();
        if !result.status.success() {
            let error = String::from_utf8_lossy(&result.stderr);
            found.push(format!(
                "README.md:{line}: `{command}` ends with {}:\n{error}",
                result.status
            ));
        } else if !agrees(output, &printed) {
            let (expected, printed) = (output.join("\n"), printed.join("\n"));
            found.push(format!(
                "README.md:{line}: `{command}` is said to print\n{expected}\nand prints\n{printed}"
            ));
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn the_readme_shows_what_happens() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let steps = steps(&fs::read_to_string(root.join("README.md")).unwrap());
    assert!(!steps.is_empty(), "the README shows no command");
    for Step { line, command, .. } in &steps {
        assert!(
            command.starts_with("foldback "),
            "README.md:{line}: `{command}` is not foldback's"
        );
    }
    let scratch = tempfile::tempdir().unwrap();
    copy(&root.join("tests/fixtures"), &scratch.path().join("tests/fixtures"));
    let programs = Path::new(env!("CARGO_BIN_EXE_foldback")).parent().unwrap();
    let found = differences(&steps, scratch.path(), programs);
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

#[test]
fn the_readme_opens_with_two_commands_and_a_picture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let block = readme.split("```").nth(1).unwrap();
    let commands: Vec<_> = block.lines().skip(1).map(|line| line.split(" #").next()).collect();
    let commands: Vec<_> = commands.into_iter().flatten().map(str::trim).collect();
    assert_eq!(commands, ["scripts/test", "cargo run --release -- demo"]);
    let film = fs::read_to_string(root.join("assets/film.svg")).unwrap();
    assert!(readme.contains("](assets/film.svg)") && film.contains("@keyframes"));
    assert!(film.len() < 500_000, "{} bytes are slow to load", film.len());
    let picture = readme.split("](assets/").nth(1).unwrap().split(')').next().unwrap();
    let picture = fs::read_to_string(root.join("assets").join(picture)).unwrap();
    // What the README tells of the refund can be seen.
    for text in ["RefundIssued", "+515 ms", "order-4711", "-40.00"] {
        assert!(picture.contains(text), "{text} is not in the picture; scripts/picture draws it");
    }
}

#[test]
fn every_layout_that_is_shipped_is_in_the_table_of_stores() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let table = readme.split("| written by |").nth(1).unwrap().split("\n\n").next().unwrap();
    for entry in fs::read_dir(root.join("assets/layouts")).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let title = text.lines().find_map(|line| line.strip_prefix("title: ")).unwrap();
        let name = title.split(" (").next().unwrap();
        assert!(table.contains(name), "the table of stores lacks {title}");
    }
}

#[test]
fn commands_and_their_output_are_found() {
    let document = "# A\n```sh\n$ foldback not this\n```\n```console\n$ foldback info a.db\nlayout\n\n$ foldback b\n```\n";
    let step = |line, command: &str, output: &[&str]| {
        let output = output.iter().map(|line| (*line).to_owned()).collect();
        Step { line, command: command.to_owned(), output }
    };
    assert_eq!(
        steps(document),
        [step(6, "foldback info a.db", &["layout"]), step(9, "foldback b", &[])]
    );
}

#[test]
#[should_panic(expected = "line 2: output before the first command of its block")]
fn output_without_a_command_is_a_mistake() {
    steps("```console\nfoldback info\n```\n");
}

#[test]
#[should_panic(expected = "a fenced block does not end")]
fn a_block_that_does_not_end_is_a_mistake() {
    steps("```console\n$ foldback info\n");
}

#[test]
fn what_differs_is_told() {
    let scratch = tempfile::tempdir().unwrap();
    let run = |block: &str| {
        let document = format!("```console\n{block}\n```\n");
        differences(&steps(&document), scratch.path(), scratch.path())
    };
    assert_eq!(run("$ printf 'a\\nb  \\n\\n'\na\nb"), [""; 0]);
    assert_eq!(run("$ printf 'a\\nb\\nc\\n'\n…\nc"), [""; 0]);
    assert_eq!(run("$ printf 'a\\nb\\nc\\n'\na\n…"), [""; 0]);
    assert!(run("$ printf 'a\\nb\\n'\n…\nc")[0].contains("and prints\na\nb"));
    assert!(run("$ echo a")[0].contains("README.md:2"));
    assert!(run("$ echo a\na\nb")[0].contains("is said to print\na\nb"));
    assert!(run("$ echo why >&2; exit 3")[0].contains("why"));
    assert_eq!(run("$ echo kept > file\n$ cat file\nkept"), [""; 0]);
}

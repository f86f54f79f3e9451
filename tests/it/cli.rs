//! The program as a person or a script runs it: what is typed, what is printed where, and how it ends.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod append;
mod demo;
mod failures;
mod help;
mod json;
mod live;
mod metrics;
mod places;
mod postgres;
mod projection;
mod readers;
mod replay;
mod serve;
mod stores;
mod surroundings;
mod times;
mod transfer;
mod upcast;

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, in the directory of the fixtures, without anybody's environment.
fn foldback() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_foldback"));
    command.current_dir(fixtures()).env_clear().env("LANG", "C.UTF-8").stdin(Stdio::null());
    command
}

fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures"))
}

fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    foldback().args(arguments).output().unwrap()
}

/// What somebody who types this sees.
fn seen(line: &str) -> String {
    let words: Vec<&str> = line.split(' ').map(|word| word.trim_matches('\'')).collect();
    let ran = run(&words);
    let mut text = format!("$ foldback {line}\n{}", text(&ran.stdout));
    if !ran.stderr.is_empty() {
        text.push_str("-- on standard error\n");
        text.push_str(&self::text(&ran.stderr));
    }
    if let Some(status) = ran.status.code().filter(|status| *status != 0) {
        text.push_str("-- exit status ");
        text.push_str(&status.to_string());
        text.push('\n');
    }
    text
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Each line of standard output, which must be JSON and all there is.
fn lines(line: &str) -> Vec<serde_json::Value> {
    let ran = run(line.split(' '));
    assert!(ran.status.success(), "{line}: {}", text(&ran.stderr));
    let said = text(&ran.stderr);
    // How much a search looked at is said beside JSON too.
    assert!(said.is_empty() || said.starts_with("note: searched "), "{line}: {said}");
    let read = |line: &str| serde_json::from_str(line).unwrap();
    text(&ran.stdout).lines().map(read).collect()
}

/// The keys of an object in their order.
fn keys(value: &serde_json::Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

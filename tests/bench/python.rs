//! The Python eventsourcing library, asked for its own times by `python_engine.py`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

/// What it prints; `None`, said aloud, where the library is not installed.
pub(crate) fn ask(what: &str, folder: &Path, events: Option<u64>) -> Option<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/bench/python_engine.py");
    let output = Command::new("python3")
        .args([script, what])
        .arg(folder)
        .args(events.map(|events| events.to_string()))
        .output()
        .ok()?;
    let answer = serde_json::from_slice(&output.stdout).ok();
    if answer.is_none() {
        let told = String::from_utf8_lossy(&output.stderr);
        println!("python {what}: not compared: {}", told.lines().last().unwrap_or_default());
    }
    answer
}

/// A number of seconds.
pub(crate) fn time(value: &Value) -> Duration {
    Duration::from_secs_f64(value.as_f64().unwrap())
}

/// Several of them.
pub(crate) fn times(value: &Value) -> Vec<Duration> {
    value.as_array().unwrap().iter().map(time).collect()
}

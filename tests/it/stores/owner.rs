//! The program that a store belongs to: another process, which writes when it is told to.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use rusqlite::Connection;

const STORE: &str = "FOLDBACK_TEST_OWNER_OF";

/// A process that holds the store open.
pub(super) struct Owner {
    process: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Owner {
    /// Starts one; it has opened the store and read from it when this returns.
    pub(super) fn of(path: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "stores::owner::works_in_its_own_process"])
            .env(STORE, path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        let mut owner = Self { process, orders, answers };
        owner.does("SELECT count(*) FROM sqlite_schema");
        owner
    }

    /// Runs SQL there, and waits until it is done.
    pub(super) fn does(&mut self, sql: &str) {
        writeln!(self.orders, "{}", sql.replace('\n', " ")).unwrap();
        let mut line = String::new();
        while !line.trim_end().ends_with("done") {
            line.clear();
            assert!(self.answers.read_line(&mut line).unwrap() > 0, "the owner died over {sql}");
            assert!(!line.contains("failed"), "the owner: {line}");
        }
    }

    /// Appends events to aggregate `id` of an eventsourcing store, one transaction each.
    pub(super) fn appends(&mut self, id: &str, versions: std::ops::RangeInclusive<u64>) {
        for version in versions {
            let state = format!(
                "{{\"timestamp\":{{\"_type_\":\"datetime_iso\",\"_data_\":\"2026-01-01T00:00:00+00:00\"}},\"n\":{version}}}"
            );
            self.does(&format!(
                "INSERT INTO stored_events VALUES ('{id}', {version}, 'shop:Late.Came', CAST('{state}' AS BLOB))"
            ));
        }
    }

    /// Ends it as a program ends that closes its database.
    pub(super) fn closes(mut self) {
        drop(self.orders);
        std::io::copy(&mut self.answers, &mut std::io::sink()).unwrap();
        assert!(self.process.wait().unwrap().success());
    }

    /// Ends it as a power cut does.
    pub(super) fn dies(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The other process of the tests beside it, which name the store; by itself it has nothing to do.
#[test]
fn works_in_its_own_process() {
    let Some(path) = std::env::var_os(STORE) else { return };
    let connection = Connection::open(path).unwrap();
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let answer = match connection.execute_batch(&line) {
            Ok(()) => "done".to_owned(),
            Err(error) => format!("failed: {error}"),
        };
        println!("{answer}");
    }
    connection.close().unwrap();
}

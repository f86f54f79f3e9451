//! A PostgreSQL server for the tests of one program, started by `scripts/postgres` when the first of them asks, and ended
//! with the program: its standard input ends then, however the program did.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// The password of the user `foldback`.
pub(crate) const PASSWORD: &str = "s3cret";

/// A server that runs.
pub(crate) struct Server {
    programs: PathBuf,
    /// Where its socket and its certificates are.
    pub(crate) directory: PathBuf,
    /// Where it listens, on localhost.
    pub(crate) port: u16,
    _child: Child,
}

/// The server of this program; `None`, said aloud, where there is none and nobody insists.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let started = SERVER.get_or_init(|| {
        let started = start();
        if let Err(why) = &started {
            // Around the capture of what a test that passes prints.
            let _ = writeln!(std::io::stderr(), "the tests on PostgreSQL are skipped: {why}");
        }
        started
    });
    match started {
        Ok(server) => Some(server),
        Err(why) if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
            unreachable!("with CI=true no test is skipped, and this one needs PostgreSQL: {why}")
        }
        Err(_) => None,
    }
}

fn start() -> Result<Server, String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres");
    let mut child = Command::new(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{script}: {error}"))?;
    let (mut programs, mut directory, mut port) = (PathBuf::new(), PathBuf::new(), 0);
    let lines = child.stdout.take().map(BufReader::new).ok_or("it says nothing")?.lines();
    for line in lines.map_while(Result::ok) {
        match line.split_once(' ').unwrap_or((&line, "")) {
            ("programs", path) => programs = PathBuf::from(path),
            ("directory", path) => directory = PathBuf::from(path),
            ("port", number) => port = number.parse().map_err(|_| line.clone())?,
            ("missing", why) => return Err(why.to_owned()),
            _ => return Ok(Server { programs, directory, port, _child: child }),
        }
    }
    Err(format!("{script} ended before the server was ready"))
}

impl Server {
    /// The address of a database of that name on the socket.
    pub(crate) fn at(&self, database: &str) -> String {
        let directory = self.directory.display().to_string().replace('/', "%2F");
        format!("postgres://foldback@{directory}:{}/{database}", self.port)
    }

    /// The same by TCP, with the password.
    pub(crate) fn by_tcp(&self, database: &str) -> String {
        format!("postgres://foldback:{PASSWORD}@localhost:{}/{database}", self.port)
    }

    /// Makes a database that is empty and nobody else's; its name.
    pub(crate) fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name}"));
        name
    }

    /// Runs SQL as the owner would; what it prints.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> String {
        self.psql(database, sql).unwrap_or_else(|told| unreachable!("{sql}: {told}"))
    }

    /// Runs SQL by psql; what it prints, or what it says where it fails.
    pub(crate) fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let done = Command::new(self.programs.join("psql"))
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-U", "foldback", "-h"])
            .arg(&self.directory)
            .args(["-p", &self.port.to_string(), "-d", database, "-c", sql])
            .output()
            .map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        if done.status.success() { Ok(text(&done.stdout)) } else { Err(text(&done.stderr)) }
    }
}

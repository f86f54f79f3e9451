//! A program that is killed, as by `kill -9`, at a moment that nobody chose.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The moments: always the same ones, so that a failure comes again.
pub(crate) struct Moments(u64);

/// When a program is killed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// After so many lines of its output.
    pub(crate) lines: usize,
    /// And so much later.
    pub(crate) beyond: Duration,
}

impl Moments {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next one: up to `lines` lines, and up to `beyond` after the last of them.
    pub(crate) fn next(&mut self, lines: u64, beyond: Duration) -> Moment {
        let lines = self.below(lines + 1) as usize;
        let beyond = Duration::from_nanos(self.below(beyond.as_nanos() as u64));
        Moment { lines, beyond }
    }

    fn below(&mut self, limit: u64) -> u64 {
        // xorshift: enough to choose moments by.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// How often a program is killed: so often where nobody waits, and a quarter of that where a person does.
pub(crate) fn times(all: usize) -> usize {
    if std::env::var_os("CI").is_some_and(|ci| ci == "true") { all } else { all / 4 }
}

/// Runs `command` and kills it so much later than `is` says that it is time, unless it is done before.
pub(crate) fn killed_when(command: &mut Command, mut is: impl FnMut() -> bool, beyond: Duration) {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    while child.try_wait().unwrap().is_none() && !is() {
        std::thread::yield_now();
    }
    spin(beyond);
    end(child);
}

fn spin(time: Duration) {
    let until = Instant::now() + time;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

/// Runs `command`, feeds it `input`, kills it at `moment` unless it is done before, and gives the whole lines that it
/// has said by then.
pub(crate) fn killed(command: &mut Command, input: Vec<u8>, moment: Moment) -> Vec<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Whoever is killed reads no further: what cannot be written then is not missed.
    let feeder = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = Vec::new();
    while said.len() < moment.lines {
        let mut line = String::new();
        if output.read_line(&mut line).unwrap() == 0 {
            break;
        }
        said.push(line);
    }
    spin(moment.beyond);
    end(child);
    feeder.join().unwrap();
    // What it said before it was killed counts, also where nobody had read it yet.
    for line in output.lines() {
        said.push(line.unwrap());
    }
    said.retain(|line| !line.is_empty());
    said
}

fn end(mut child: Child) {
    let _ = child.kill();
    let ran = child.wait_with_output().unwrap();
    let code = ran.status.code();
    // Killed, or done: anything else is a failure that would pass for a death.
    assert!(matches!(code, None | Some(0)), "{}", String::from_utf8_lossy(&ran.stderr));
}
